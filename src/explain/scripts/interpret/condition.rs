//! Conditions on what a chrootless initial installation has: `$1`, an empty `$2`, `DPKG_ROOT`.

use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::line::Reach;

/// What a command's exit status is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Whether it succeeds, where that is known.
    pub(crate) truth: Option<bool>,
    /// When it would be otherwise; where it is not known, what it asks for.
    pub(crate) otherwise: Reach,
}

impl Outcome {
    pub(crate) const UNKNOWN: Self = Self {
        truth: None,
        otherwise: Reach::Installs,
    };

    pub(crate) fn sure(truth: bool, otherwise: Reach) -> Self {
        Self {
            truth: Some(truth),
            otherwise,
        }
    }

    pub(crate) fn not(self) -> Self {
        match self.truth {
            Some(truth) => Self::sure(!truth, self.otherwise),
            // What runs where a system is *not* booted may run in a chrootless installation.
            None => Self::UNKNOWN,
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match (self.truth, other.truth) {
            (Some(false), _) => self,
            (_, Some(false)) => other,
            (Some(true), Some(true)) => Self::sure(true, self.otherwise.min(other.otherwise)),
            (Some(true), None) => other,
            (None, Some(true)) => self,
            (None, None) => Self {
                truth: None,
                otherwise: self.otherwise.max(other.otherwise),
            },
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        match (self.truth, other.truth) {
            (Some(true), _) => self,
            (_, Some(true)) => other,
            (Some(false), Some(false)) => Self::sure(false, self.otherwise.min(other.otherwise)),
            (Some(false), None) => other,
            (None, Some(false)) => self,
            (None, None) => Self::UNKNOWN,
        }
    }

    /// How far what runs on success is reached.
    pub(crate) fn then(self) -> Reach {
        match self.truth {
            Some(true) => Reach::Installs,
            Some(false) | None => self.otherwise,
        }
    }

    /// How far what runs on failure is reached.
    pub(crate) fn or_else(self) -> Reach {
        match self.truth {
            Some(true) => self.otherwise,
            Some(false) | None => Reach::Installs,
        }
    }
}

/// `test` and `[ … ]`, without the brackets.
pub(crate) fn test(arguments: &[Value]) -> Outcome {
    let word = |at: usize| arguments.get(at).and_then(Value::text).unwrap_or_default();
    match arguments {
        [] => Outcome::sure(false, Reach::OtherAction),
        [value] => emptiness(value).not(),
        [_, value] => match word(0).as_str() {
            "!" => test(std::slice::from_ref(value)).not(),
            "-z" => emptiness(value),
            "-n" => emptiness(value).not(),
            "-d" | "-e" if value.text().as_deref() == Some("/run/systemd/system") => Outcome {
                truth: None,
                otherwise: Reach::BootedOnly,
            },
            _ => Outcome::UNKNOWN,
        },
        [left, _, right] if matches!(word(1).as_str(), "=" | "==") => equality(left, right),
        [left, _, right] if word(1) == "!=" => equality(left, right).not(),
        _ => compound(arguments),
    }
}

/// `-o`, then `-a`, then `!`.
fn compound(arguments: &[Value]) -> Outcome {
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
        _ => Outcome::UNKNOWN,
    }
}

fn emptiness(value: &Value) -> Outcome {
    match value.is_empty() {
        None => Outcome::UNKNOWN,
        Some(empty) if value.has_root() => Outcome::sure(empty, Reach::NotChrootless),
        Some(empty) => Outcome::sure(empty, Reach::OtherAction),
    }
}

fn equality(left: &Value, right: &Value) -> Outcome {
    match (left.text(), right.text()) {
        (Some(left), Some(right)) => Outcome::sure(left == right, Reach::OtherAction),
        (Some(text), None) if right.has_root() && text.is_empty() => {
            Outcome::sure(false, Reach::NotChrootless)
        }
        (None, Some(text)) if left.has_root() && text.is_empty() => {
            Outcome::sure(false, Reach::NotChrootless)
        }
        _ => Outcome::UNKNOWN,
    }
}

/// `dpkg --compare-versions LEFT OPERATOR RIGHT`, where the left version is empty as it is in an
/// initial installation: earlier than any, and with `-nl` later than any.
pub(crate) fn versions(left: &Value, operator: &Value, right: &Value) -> Outcome {
    if left.is_empty() != Some(true) || right.is_empty() != Some(false) {
        return Outcome::UNKNOWN;
    }
    match operator.text().as_deref() {
        Some("lt" | "le" | "<<" | "<=" | "<" | "ne" | "gt-nl" | "ge-nl") => {
            Outcome::sure(true, Reach::OtherAction)
        }
        Some("gt" | "ge" | ">>" | ">=" | ">" | "eq" | "=" | "lt-nl" | "le-nl") => {
            Outcome::sure(false, Reach::OtherAction)
        }
        Some(_) | None => Outcome::UNKNOWN,
    }
}

/// Whether a pattern of `case` matches; `None` where that is not known.
pub(crate) fn matches(pattern: &Value, word: &Value) -> Option<bool> {
    let pattern = pattern.text()?;
    if pattern == "*" {
        return Some(true);
    }
    let word = word.text()?;
    if pattern.contains('[') {
        return None;
    }
    Some(glob(pattern.as_bytes(), word.as_bytes()))
}

/// `*` and `?`; after a mismatch only the last `*` is widened, so the time is bounded.
fn glob(pattern: &[u8], word: &[u8]) -> bool {
    let (mut at, mut in_word) = (0, 0);
    let mut star = None;
    while in_word < word.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_word));
                at += 1;
            }
            Some(sign) if *sign == b'?' || Some(sign) == word.get(in_word) => {
                at += 1;
                in_word += 1;
            }
            Some(_) | None => {
                let Some((last, from)) = star else {
                    return false;
                };
                star = Some((last, from + 1));
                at = last + 1;
                in_word = from + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|sign| *sign == b'*')
}
