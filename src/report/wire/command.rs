//! Command lines: each stands once in a report, and is named by its id.

use serde::{Deserialize, Serialize};

/// A command line that something in the report names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Unique in its report: a number, from 1.
    pub id: String,
    /// The program and its arguments, with `ROOT` for the target root.
    pub argv: Vec<String>,
}

/// The command line of a process, as a row names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CommandName {
    /// The id of a [`Command`] of the report.
    Id(String),
    /// The command line itself: so it was in older reports.
    Argv(Vec<String>),
}

#[cfg(test)]
mod tests {
    use crate::report::wire::outside::Escape;

    #[test]
    fn a_command_is_read_in_the_old_form_and_in_the_new_one() {
        for command in [r#""7""#, r#"["rm","-f","/etc/a"]"#] {
            let json = format!(r#"{{"path":"/etc/a","change":"removed","command":{command}}}"#);
            let escape: Escape = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&escape).unwrap(), json);
        }
    }
}
