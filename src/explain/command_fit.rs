//! How well the words of a line of a script fit a command that the script ran.

use std::cmp::Reverse;

use crate::debian::temporary_root::within_root;
use crate::explain::scripts::command_names::WRAPPERS;
use crate::explain::scripts::interpret::pattern::glob;
use crate::explain::words::shell_words;

/// How well words fit the arguments of a command, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    /// How many of the command's arguments they have, or may have.
    arguments: usize,
    /// How many words they have that the command has not.
    strange: Reverse<usize>,
    /// How many of the command's arguments they have literally.
    literal: usize,
}

/// The name of a program without its directory.
pub(crate) fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or_default()
}

/// Whether the words of a line run a program.
pub(crate) fn is_program(words: &[String], program: &str) -> bool {
    let is_wrapper = |word: &&String| WRAPPERS.contains(&word.as_str());
    let wrappers = words.iter().take_while(is_wrapper).count();
    let mut programs = words.iter().take(wrappers + 1);
    programs.any(|word| !word.ends_with('*') && base(word) == base(program))
}

impl Fit {
    /// Of the commands of a line that run the command's program, the one that fits it best; if it is
    /// not known which it has, its text counts. A command without words fits all.
    pub(crate) fn best<'w>(
        commands: impl Iterator<Item = &'w [String]>,
        text: &str,
        command: &[String],
    ) -> Self {
        let Some((program, arguments)) = command.split_first() else {
            return Self::NONE;
        };
        let arguments: Vec<String> = arguments.iter().map(|word| within_root(word)).collect();
        commands
            .filter(|words| is_program(words, program))
            .map(|words| Self::of_words(words, program, &arguments))
            .max()
            .unwrap_or_else(|| Self::of_text(text, &arguments))
    }

    const NONE: Self = Self {
        arguments: 0,
        strange: Reverse(0),
        literal: 0,
    };

    fn of_words(words: &[String], program: &str, arguments: &[String]) -> Self {
        let is_before = |word: &&String| !is_program(std::slice::from_ref(*word), program);
        let words = words.iter().skip_while(is_before).skip(1);
        let mut left: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut fit = Self::NONE;
        for word in words.flat_map(|word| pieces(word, arguments)) {
            let is_open = word.contains(['*', '?']);
            let at = left.iter().position(|argument| *argument == word);
            let at = at.or_else(|| {
                let fits = |argument: &&str| glob(word.as_bytes(), argument.as_bytes());
                left.iter()
                    .position(fits)
                    .filter(|_| is_open && word != "*")
            });
            match at {
                Some(at) if left.remove(at) == word => {
                    fit.arguments += 1;
                    fit.literal += 1;
                }
                Some(_) => fit.arguments += 1,
                None if word == "*" || word.is_empty() => {}
                None => fit.strange.0 += 1,
            }
        }
        fit
    }

    fn of_text(text: &str, arguments: &[String]) -> Self {
        let has = |argument: &&String| {
            let is_whole = argument.contains(' ') && text.contains(argument.as_str());
            is_whole || shell_words(text).any(|word| word == argument.as_str())
        };
        let has = arguments.iter().filter(has).count();
        Self {
            arguments: has,
            literal: has,
            ..Self::NONE
        }
    }
}

/// A word without the root; if it is no argument as a whole, what the shell may make of it.
fn pieces(word: &str, arguments: &[String]) -> Vec<String> {
    let word = word.replace("$DPKG_ROOT", "");
    if arguments.contains(&word) || glob(word.as_bytes(), b"") {
        return vec![word];
    }
    let fits = |argument: &String| glob(word.as_bytes(), argument.as_bytes());
    if arguments.iter().any(fits) {
        return vec![word];
    }
    word.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments that a line has or may have, words that are strange, arguments that it has.
    type Counts = (usize, usize, usize);

    /// How well each of these lines fits a command.
    fn fits(command: &str, lines: &[&str]) -> Vec<Counts> {
        let split = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let fit = |line: &&str| {
            let words = split(line);
            let fit = Fit::best(std::iter::once(words.as_slice()), line, &split(command));
            (fit.arguments, fit.strange.0, fit.literal)
        };
        lines.iter().map(fit).collect()
    }

    #[test]
    fn words_fit_arguments_that_they_are_or_may_be() {
        let table: [(&str, &[&str], &[Counts]); 5] = [
            (
                "ln /all/a /on/a",
                &[
                    "ln /all/* /on/*",
                    "ln /on/a /on/b",
                    "ln * *",
                    "/bin/ln /all/a /on/a",
                ],
                &[(2, 0, 0), (1, 1, 1), (0, 0, 0), (2, 0, 2)],
            ),
            (
                "mod -m -q alias",
                &["mod -m -q event", "mod -m -q mpm_*", "exec mod -m -q alias"],
                &[(2, 1, 2), (2, 1, 2), (3, 0, 3)],
            ),
            // The root is given in the chrootless build only.
            (
                "rm -f /tmp/mmdebstrap.x/etc/a",
                &["rm -f $DPKG_ROOT/etc/a", "rm -f $DPKG_ROOT/etc/b"],
                &[(2, 0, 2), (1, 1, 1)],
            ),
            ("env -i b", &["env -i b"], &[(2, 0, 2)]),
            // Another program's words count as text.
            ("b c", &["a b c"], &[(1, 0, 1)]),
        ];
        for (command, lines, expected) in table {
            assert_eq!(fits(command, lines), expected, "{command}");
        }
    }
}
