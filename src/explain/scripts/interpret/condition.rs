//! Conditions on what a chrootless initial installation has: `$1`, an empty `$2`, `DPKG_ROOT`.

use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::line::Reach;

/// What a command's exit status is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommandStatus {
    /// Whether it succeeds; `None` if that is not known.
    pub(crate) truth: Option<bool>,
    /// When it would be the opposite; if the truth is not known, what the command asks for.
    pub(crate) otherwise: Reach,
}

impl CommandStatus {
    /// Nothing is known of the command.
    pub(crate) const UNKNOWN: Self = Self {
        truth: None,
        otherwise: Reach::Installs,
    };

    /// A command that succeeds, and would fail only then.
    pub(crate) fn succeeds(otherwise: Reach) -> Self {
        Self::known(true, otherwise)
    }

    /// A command that fails, and would succeed only then.
    pub(crate) fn fails(otherwise: Reach) -> Self {
        Self::known(false, otherwise)
    }

    fn known(is_success: bool, otherwise: Reach) -> Self {
        Self {
            truth: Some(is_success),
            otherwise,
        }
    }

    /// The status of `! command`.
    pub(crate) fn not(self) -> Self {
        match self.truth {
            Some(truth) => Self::known(!truth, self.otherwise),
            // What runs if the system is *not* booted may run in a chrootless installation.
            None => Self::UNKNOWN,
        }
    }

    /// The status of `self && other`.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self.truth, other.truth) {
            (Some(false), _) => self,
            (_, Some(false)) => other,
            (Some(true), Some(true)) => Self::succeeds(self.otherwise.min(other.otherwise)),
            (Some(true), None) => other,
            (None, Some(true)) => self,
            (None, None) => Self {
                truth: None,
                otherwise: self.otherwise.max(other.otherwise),
            },
        }
    }

    /// The status of `self || other`.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self.truth, other.truth) {
            (Some(true), _) => self,
            (_, Some(true)) => other,
            (Some(false), Some(false)) => Self::fails(self.otherwise.min(other.otherwise)),
            (Some(false), None) => other,
            (None, Some(false)) => self,
            (None, None) => Self::UNKNOWN,
        }
    }

    /// How far what runs on this branch is reached.
    pub(crate) fn reach_of(self, branch: Branch) -> Reach {
        match (branch, self.truth) {
            (Branch::Success, Some(true)) => Reach::Installs,
            (Branch::Success, Some(false) | None) => self.otherwise,
            (Branch::Failure, Some(true)) => self.otherwise,
            (Branch::Failure, Some(false) | None) => Reach::Installs,
        }
    }

    /// Whether this branch is surely taken.
    pub(crate) fn surely_takes(self, branch: Branch) -> bool {
        self.truth == Some(branch == Branch::Success)
    }
}

/// What depends on a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Branch {
    /// What runs if the command succeeds.
    Success,
    /// What runs if it fails.
    Failure,
}

/// `test` and `[ … ]`, without the brackets.
pub(crate) fn test(arguments: &[Value]) -> CommandStatus {
    let word = |at: usize| arguments.get(at).and_then(Value::text).unwrap_or_default();
    match arguments {
        [] => CommandStatus::fails(Reach::OtherAction),
        [value] => emptiness(value).not(),
        [_, value] => match word(0).as_str() {
            "!" => test(std::slice::from_ref(value)).not(),
            "-z" => emptiness(value),
            "-n" => emptiness(value).not(),
            "-d" | "-e" if value.text().as_deref() == Some("/run/systemd/system") => {
                CommandStatus {
                    truth: None,
                    otherwise: Reach::BootedOnly,
                }
            }
            _ => CommandStatus::UNKNOWN,
        },
        [left, _, right] if matches!(word(1).as_str(), "=" | "==") => equality(left, right),
        [left, _, right] if word(1) == "!=" => equality(left, right).not(),
        _ => compound(arguments),
    }
}

/// `-o`, then `-a`, then `!`.
fn compound(arguments: &[Value]) -> CommandStatus {
    for operator in ["-o", "-a"] {
        let at = arguments
            .iter()
            .position(|value| value.text().as_deref() == Some(operator));
        if let Some((left, right)) = at.map(|at| arguments.split_at(at)) {
            let (left, right) = (test(left), test(right.get(1..).unwrap_or_default()));
            return if operator == "-o" {
                left.or(right)
            } else {
                left.and(right)
            };
        }
    }
    match arguments.split_first() {
        Some((first, rest)) if first.text().as_deref() == Some("!") => test(rest).not(),
        _ => CommandStatus::UNKNOWN,
    }
}

fn emptiness(value: &Value) -> CommandStatus {
    match value.is_empty() {
        None => CommandStatus::UNKNOWN,
        Some(empty) if value.has_root() => CommandStatus::known(empty, Reach::NotChrootless),
        Some(empty) => CommandStatus::known(empty, Reach::OtherAction),
    }
}

fn equality(left: &Value, right: &Value) -> CommandStatus {
    match (left.text(), right.text()) {
        (Some(left), Some(right)) => CommandStatus::known(left == right, Reach::OtherAction),
        (Some(text), None) if right.has_root() && text.is_empty() => {
            CommandStatus::fails(Reach::NotChrootless)
        }
        (None, Some(text)) if left.has_root() && text.is_empty() => {
            CommandStatus::fails(Reach::NotChrootless)
        }
        _ => CommandStatus::UNKNOWN,
    }
}

/// `dpkg --compare-versions LEFT OPERATOR RIGHT`. In an initial installation the left version is
/// empty, which is earlier than any, and with `-nl` later than any.
pub(crate) fn versions(left: &Value, operator: &Value, right: &Value) -> CommandStatus {
    if left.is_empty() != Some(true) || right.is_empty() != Some(false) {
        return CommandStatus::UNKNOWN;
    }
    match operator.text().as_deref() {
        Some("lt" | "le" | "<<" | "<=" | "<" | "ne" | "gt-nl" | "ge-nl") => {
            CommandStatus::succeeds(Reach::OtherAction)
        }
        Some("gt" | "ge" | ">>" | ">=" | ">" | "eq" | "=" | "lt-nl" | "le-nl") => {
            CommandStatus::fails(Reach::OtherAction)
        }
        Some(_) | None => CommandStatus::UNKNOWN,
    }
}
