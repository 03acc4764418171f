//! Reads lines of strace(1) as system calls; calls whose line was interrupted are joined.

use std::collections::BTreeMap;

/// One finished system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) pid: u32,
    /// Number of the line on which it began.
    pub(crate) began: u64,
    pub(crate) name: String,
    pub(crate) arguments: String,
    /// `0`, `3</etc/passwd>`, `-1 ENOENT (No such file or directory)`.
    pub(crate) result: String,
}

/// Joins the lines of interrupted calls.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    count: u64,
    unfinished: BTreeMap<u32, Unfinished>,
}

/// The beginning of a call that was interrupted.
#[derive(Debug)]
struct Unfinished {
    /// Number of its line.
    began: u64,
    text: String,
}

impl Lines {
    /// Takes a line. Returns the call that ended with it, if one did.
    pub(crate) fn take(&mut self, line: &str) -> Option<Call> {
        self.count += 1;
        let (pid, rest) = line.split_once(' ')?;
        let pid = pid.parse().ok()?;
        let rest = rest.trim_start();
        if let Some(begin) = rest.strip_suffix("<unfinished ...>") {
            let unfinished = Unfinished {
                began: self.count,
                text: begin.to_owned(),
            };
            let _ = self.unfinished.insert(pid, unfinished);
            return None;
        }
        let resumed = rest
            .strip_prefix("<... ")
            .and_then(|rest| Some(rest.split_once(" resumed>")?.1));
        if let Some(end) = resumed {
            let Unfinished { began, text } = self.unfinished.remove(&pid)?;
            return parse(pid, began, &format!("{text}{end}"));
        }
        parse(pid, self.count, rest)
    }

    /// How many lines were taken.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

fn parse(pid: u32, began: u64, text: &str) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let (arguments, result) = rest.rsplit_once(") = ").or_else(|| {
        // Short calls are padded: `chdir("/")                 = 0`.
        let (arguments, result) = rest.rsplit_once(" = ")?;
        Some((arguments.trim_end().strip_suffix(')')?, result))
    })?;
    Some(Call {
        pid,
        began,
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        result: result.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_call_is_put_together() {
        let mut lines = Lines::default();
        let text = [
            r#"10 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>"#,
            r#"11 unlink("/x") = 0"#,
            r#"10 <... clone resumed>, child_tidptr=0x1) = 11"#,
            "11 +++ exited with 0 +++",
            r#"10 chroot("/a")             = 0"#,
        ];
        let calls: Vec<_> = text.iter().filter_map(|line| lines.take(line)).collect();
        let call = |pid, began, name: &str, arguments: &str, result: &str| Call {
            pid,
            began,
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            result: result.to_owned(),
        };
        assert_eq!(
            calls,
            [
                call(11, 2, "unlink", r#""/x""#, "0"),
                call(
                    10,
                    1,
                    "clone",
                    "child_stack=NULL, flags=SIGCHLD , child_tidptr=0x1",
                    "11"
                ),
                call(10, 5, "chroot", r#""/a""#, "0"),
            ]
        );
    }
}
