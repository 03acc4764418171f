//! One answer of the doctor: what it is about, how it is, and the command that mends it.

use std::fmt;

use crate::cli::output::error::CliError;

/// One capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// The program, option or part of the machine that it is about.
    pub(crate) name: String,
    pub(crate) answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is there.
    Can(String),
    /// It is not, and nothing works without it.
    Lacks { what: String, mend: Option<String> },
    /// It is not, and only something works less well.
    Weak { what: String, mend: Option<String> },
}

impl Check {
    pub(crate) fn new(name: &str, answer: Answer) -> Self {
        Self {
            name: name.to_owned(),
            answer,
        }
    }

    /// The trouble that it is, where nothing works without it.
    pub(crate) fn lack(&self) -> Option<CliError> {
        match &self.answer {
            Answer::Lacks { what, mend } => Some(CliError::Missing {
                what: self.name.clone(),
                why: what.clone(),
                hint: mend.clone(),
            }),
            Answer::Can(_) | Answer::Weak { .. } => None,
        }
    }
}

impl Answer {
    /// Something works less well, and a command mends it.
    pub(crate) fn weak(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Weak {
            what: what.into(),
            mend: Some(mend.into()),
        }
    }
}

/// One line, and one more where there is a command that mends it.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, text, mend) = match &self.answer {
            Answer::Can(text) => ("ok", text, None),
            Answer::Lacks { what, mend } => ("LACKS", what, mend.as_ref()),
            Answer::Weak { what, mend } => ("weak", what, mend.as_ref()),
        };
        write!(f, "{word:6} {:20} {text}", self.name)?;
        match mend {
            Some(mend) => write!(f, "\n       {:20} mend: {mend}", ""),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_followed_by_the_command_that_mends_it() {
        let shown = |answer| Check::new("strace", answer).to_string();
        assert_eq!(
            shown(Answer::Can("version 6".into())),
            "ok     strace               version 6"
        );
        assert_eq!(
            shown(Answer::weak("not installed", "sudo apt-get install strace")),
            "weak   strace               not installed\n                            mend: sudo \
             apt-get install strace"
        );
    }
}
