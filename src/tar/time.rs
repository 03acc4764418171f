//! Times: whole seconds of header fields, decimal seconds of pax records.
//!
//! A pax time has any number of digits after its point, so the fraction is kept as
//! text: two times that differ in the twelfth digit differ.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::tar::number::Number;
use crate::text::date::CivilTime;

/// A point in time as seconds since 1970-01-01 UTC, sign and magnitude.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timestamp {
    /// A decoded time.
    Seconds {
        /// Before 1970; never set for zero.
        negative: bool,
        /// Whole seconds of the magnitude.
        whole: u64,
        /// Decimal digits after the point without trailing zeros.
        fraction: String,
    },
    /// A value that is no time: its bytes.
    Malformed(Vec<u8>),
}

impl Timestamp {
    /// Seconds since 1970 and nanoseconds, which count upwards from the second; what is finer is
    /// left out. `None` if it is no time, or out of reach.
    #[must_use]
    pub fn since_1970(&self) -> Option<(i64, u32)> {
        let Self::Seconds {
            negative,
            whole,
            fraction,
        } = self
        else {
            return None;
        };
        let digits: String = fraction.chars().take(9).collect();
        let part: u32 = format!("{digits:0<9}").parse().ok()?;
        let whole = i64::try_from(*whole).ok()?;
        match (negative, part) {
            (false, part) => Some((whole, part)),
            (true, 0) => Some((-whole, 0)),
            (true, part) => Some((-whole - 1, 1_000_000_000 - part)),
        }
    }

    /// Reads `[-]SECONDS[.FRACTION]` of a pax record.
    #[must_use]
    pub fn from_pax(text: &[u8]) -> Self {
        parse(text).unwrap_or_else(|| Self::Malformed(text.to_vec()))
    }

    /// Reads a numeric header field.
    #[must_use]
    pub fn from_field(field: &[u8]) -> Self {
        match Number::from_field(field) {
            Number::Value(value) => u64::try_from(value.unsigned_abs()).map_or_else(
                |_| Self::Malformed(field.to_vec()),
                |whole| Self::Seconds {
                    negative: value < 0,
                    whole,
                    fraction: String::new(),
                },
            ),
            Number::Malformed(bytes) => Self::Malformed(bytes),
        }
    }
}

fn parse(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let (minus, magnitude) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let fraction = fraction.trim_end_matches('0').to_owned();
    let negative = minus && (whole != 0 || !fraction.is_empty());
    Some(Timestamp::Seconds {
        negative,
        whole,
        fraction,
    })
}

impl fmt::Display for Timestamp {
    /// `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, the fraction in at least nine digits; times
    /// before 1970 with a fraction and years beyond 9999 as seconds, `@-1.5`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, whole, fraction) = match self {
            Self::Seconds {
                negative,
                whole,
                fraction,
            } => (*negative, *whole, fraction),
            Self::Malformed(bytes) => {
                return write!(out, "malformed {}", crate::text::quote(bytes));
            }
        };
        let seconds = i64::try_from(whole)
            .ok()
            .map(|value| if negative { -value } else { value });
        match seconds {
            Some(seconds)
                if seconds.abs() < 253_402_300_800 && (!negative || fraction.is_empty()) =>
            {
                write!(out, "{}", CivilTime::from_seconds(seconds))?;
                if !fraction.is_empty() {
                    write!(out, ".{fraction:0<9}")?;
                }
                write!(out, "Z")
            }
            Some(_) | None => {
                write!(out, "@{}{whole}", if negative { "-" } else { "" })?;
                if fraction.is_empty() {
                    Ok(())
                } else {
                    write!(out, ".{fraction:0<9}")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tar::time::Timestamp;

    #[test]
    fn times_show_in_utc_with_their_fraction() {
        for (text, shown) in [
            ("0", "1970-01-01T00:00:00Z"),
            ("1700000000.5", "2023-11-14T22:13:20.500000000Z"),
            ("951782400", "2000-02-29T00:00:00Z"),
            ("-1", "1969-12-31T23:59:59Z"),
            ("-1.5", "@-1.500000000"),
            ("9999999999999", "@9999999999999"),
        ] {
            assert_eq!(Timestamp::from_pax(text.as_bytes()).to_string(), shown);
        }
    }

    #[test]
    fn trailing_zeros_and_a_negative_zero_change_nothing() {
        assert_eq!(Timestamp::from_pax(b"1.50"), Timestamp::from_pax(b"1.5"));
        assert_eq!(Timestamp::from_pax(b"-0"), Timestamp::from_pax(b"0"));
        assert_ne!(
            Timestamp::from_pax(b"1.000000000001"),
            Timestamp::from_pax(b"1")
        );
    }
}
