//! One check of the doctor: what it is about, its result, and the command that fixes a problem.

use std::fmt;

/// The result for one program, option or part of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// The program, option or part of the machine.
    pub(crate) name: String,
    /// What was found.
    pub(crate) answer: Answer,
}

/// What a check found. Texts are for people, in one line and without a final period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It works; the text says how well.
    Works(String),
    /// It does not work, and no build works without it.
    Missing {
        /// What is wrong.
        what: String,
        /// The command that fixes it, if there is one.
        fix: Option<String>,
    },
    /// It does not work, or not well, and some builds do without it.
    Weak {
        /// What is wrong.
        what: String,
        /// The command that fixes it, or an option that avoids it, if there is one.
        fix: Option<String>,
    },
}

/// This machine has not got what every build needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {what}")]
pub(crate) struct MissingRequirement {
    name: String,
    what: String,
    /// The command that fixes it, if there is one.
    pub(crate) fix: Option<String>,
}

impl Check {
    pub(crate) fn new(name: &str, answer: Answer) -> Self {
        Self {
            name: name.to_owned(),
            answer,
        }
    }

    /// The error that this check is for every build, if it is one.
    pub(crate) fn missing(&self) -> Option<MissingRequirement> {
        match &self.answer {
            Answer::Missing { what, fix } => Some(MissingRequirement {
                name: self.name.clone(),
                what: what.clone(),
                fix: fix.clone(),
            }),
            Answer::Works(_) | Answer::Weak { .. } => None,
        }
    }
}

impl Answer {
    pub(crate) fn works(text: impl Into<String>) -> Self {
        Self::Works(text.into())
    }

    /// A weakness that `fix` ends or avoids.
    pub(crate) fn weak(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Weak {
            what: what.into(),
            fix: Some(fix.into()),
        }
    }

    /// A weakness that no command ends.
    pub(crate) fn weak_for_good(what: impl Into<String>) -> Self {
        Self::Weak {
            what: what.into(),
            fix: None,
        }
    }
}

/// One line, and a second one if there is a fix.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, text, fix) = match &self.answer {
            Answer::Works(text) => ("ok", text, None),
            Answer::Missing { what, fix } => ("FAIL", what, fix.as_ref()),
            Answer::Weak { what, fix } => ("weak", what, fix.as_ref()),
        };
        write!(f, "{status:6} {:20} {text}", self.name)?;
        match fix {
            Some(fix) => write!(f, "\n       {:20} fix: {fix}", ""),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_followed_by_the_command_that_fixes_it() {
        let shown = |answer| Check::new("lxc", answer).to_string();
        assert_eq!(
            shown(Answer::works("version 6")),
            "ok     lxc                  version 6"
        );
        assert_eq!(
            shown(Answer::weak("not installed", "sudo apt-get install lxc")),
            "weak   lxc                  not installed\n                            fix: sudo \
             apt-get install lxc"
        );
    }

    #[test]
    fn only_what_every_build_needs_is_an_error() {
        let missing = |answer| Check::new("tar", answer).missing();
        assert_eq!(missing(Answer::works("version 1.34")), None);
        assert_eq!(missing(Answer::weak_for_good("unknown")), None);
        let error = missing(Answer::Missing {
            what: "not installed".to_owned(),
            fix: Some("sudo apt-get install tar".to_owned()),
        });
        assert_eq!(
            error.map(|error| (error.to_string(), error.fix)),
            Some((
                "tar: not installed".to_owned(),
                Some("sudo apt-get install tar".to_owned())
            ))
        );
    }
}
