//! What a maintainer script did on the outside where it should have acted on the chroot, in words.

use nix::libc;

use crate::explain::observed_outside::{Attempt, Effect};
use crate::report::convert::observed::errno;
use crate::report::sentences::command_line;
use crate::text::quote;

/// One attempt in one line: the path, the call, who made it, and what came of it.
#[must_use]
pub(crate) fn attempt(attempt: &Attempt) -> String {
    let actor = &attempt.actor;
    let command = command_line::shown(&actor.command.words);
    let line = actor.line.map(|line| format!(" line {line}"));
    let place = match attempt.path.as_slice() {
        b"" => "the machine itself".to_owned(),
        path => format!("{} of the outside", quote(path)),
    };
    format!(
        "{place}: {} by {command}, {}{}: {}",
        attempt.call,
        actor.script.as_str(),
        line.unwrap_or_default(),
        result(attempt.effect)
    )
}

fn result(effect: Effect) -> String {
    match effect {
        Effect::Changed => "it changed".to_owned(),
        Effect::Unchanged => "it is as it already was".to_owned(),
        Effect::Failed(error) => match error {
            libc::EEXIST => "it was there already (EEXIST)".to_owned(),
            libc::ENOENT => "it was not there (ENOENT)".to_owned(),
            error => format!("it failed ({})", errno(error)),
        },
        Effect::Refused(error) => format!("it was not allowed ({})", errno(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::maintainer_script::ScriptKind;
    use crate::explain::command_line::CommandLine;
    use crate::explain::observed_outside::Actor;

    #[test]
    fn an_attempt_is_said_with_what_came_of_it() {
        let said = |effect, line| {
            attempt(&Attempt {
                path: b"/var/lib/a".to_vec(),
                call: "mkdir".to_owned(),
                effect,
                actor: Actor {
                    package: "p".to_owned(),
                    script: ScriptKind::Postinst,
                    command: CommandLine {
                        words: ["mkdir", "/var/lib/a"].map(str::to_owned).to_vec(),
                    },
                    line,
                },
            })
        };
        let cases = [
            (
                said(Effect::Failed(libc::EEXIST), Some(4)),
                "/var/lib/a of the outside: mkdir by mkdir /var/lib/a, postinst line 4: it was \
                 there already (EEXIST)",
            ),
            (
                said(Effect::Failed(libc::ENOENT), None),
                "/var/lib/a of the outside: mkdir by mkdir /var/lib/a, postinst: it was not there \
                 (ENOENT)",
            ),
            (
                said(Effect::Failed(libc::ENOTDIR), None),
                "/var/lib/a of the outside: mkdir by mkdir /var/lib/a, postinst: it failed \
                 (ENOTDIR)",
            ),
            (
                said(Effect::Refused(libc::EROFS), None),
                "/var/lib/a of the outside: mkdir by mkdir /var/lib/a, postinst: it was not \
                 allowed (EROFS)",
            ),
            (
                said(Effect::Unchanged, None),
                "/var/lib/a of the outside: mkdir by mkdir /var/lib/a, postinst: it is as it \
                 already was",
            ),
        ];
        for (said, expected) in cases {
            assert_eq!(said, expected);
        }
    }
}
