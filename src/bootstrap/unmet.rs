//! Dependencies that apt cannot meet, as it writes them below `have unmet dependencies`.

use std::fmt;

/// A package that needs another one in a version that is not the one to be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetDependency {
    /// The package that needs it.
    pub holder: String,
    /// The package that is needed.
    pub needed: String,
    /// The versions that would do, as a relation: `= 5.40.1-6`.
    pub relation: String,
    /// The version that is to be installed.
    pub offered: String,
}

impl fmt::Display for UnmetDependency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            holder,
            needed,
            relation,
            offered,
        } = self;
        write!(
            out,
            "{holder} needs {needed} ({relation}), and {offered} is to be installed"
        )
    }
}

/// The dependencies that lines of apt name as unmet, for example
/// ` perl : Depends: perl-base (= 5.40.1-6) but 5.40.1-6.1 is to be installed`. Further ones of the
/// same package stand below it without its name.
pub(crate) fn unmet(lines: &[String]) -> Vec<UnmetDependency> {
    let mut holder = None;
    let mut found = Vec::new();
    for line in lines {
        let Some((before, rest)) = split_depends(line) else {
            continue;
        };
        let named = before.trim().trim_end_matches(':').trim();
        if !named.is_empty() {
            holder = Some(named);
        }
        if let Some(unmet) = holder.and_then(|holder| of_line(holder, rest)) {
            found.push(unmet);
        }
    }
    found
}

/// What is before and after the word for a dependency.
fn split_depends(line: &str) -> Option<(&str, &str)> {
    let words = ["PreDepends: ", "Pre-Depends: ", "Depends: "];
    let (before, rest) = words.iter().find_map(|word| line.split_once(word))?;
    let is_apts = line.starts_with(' ') && (before.contains(" :") || before.trim().is_empty());
    is_apts.then_some((before, rest))
}

/// `perl-base (= 5.40.1-6) but 5.40.1-6.1 is to be installed`
fn of_line(holder: &str, rest: &str) -> Option<UnmetDependency> {
    let (needed, rest) = rest.split_once(" (")?;
    let (relation, rest) = rest.split_once(") but ")?;
    let offered = rest.split_once(" is to be installed")?.0;
    Some(UnmetDependency {
        holder: holder.to_owned(),
        needed: needed.to_owned(),
        relation: relation.to_owned(),
        offered: offered.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_that_hold_another_one_are_named() {
        let lines = [
            "The following packages have unmet dependencies:",
            " perl : Depends: perl-base (= 5.40.1-6) but 5.40.1-6.1 is to be installed",
            "        Depends: libperl5.40 (= 5.40.1-6) but 5.40.1-6.1 is to be installed",
            " libc6 : PreDepends: x but it is not going to be installed",
            "E: Unable to correct problems, you have held broken packages.",
        ];
        let found = unmet(&lines.map(str::to_owned));
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "perl needs perl-base (= 5.40.1-6), and 5.40.1-6.1 is to be installed",
                "perl needs libperl5.40 (= 5.40.1-6), and 5.40.1-6.1 is to be installed",
            ]
        );
    }
}
