//! Times: whole seconds of header fields, decimal seconds of pax records.
//!
//! A pax time has any number of digits after its point, so the fraction is kept as
//! text: two times that differ in the twelfth digit differ.

use std::fmt;

use crate::tar::number::Number;

/// A point in time as seconds since 1970-01-01 UTC, sign and magnitude.
#[derive(Debug, Clone, PartialEq, Eq)]
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
                let (year, month, day) = civil(seconds.div_euclid(86_400));
                let of_day = seconds.rem_euclid(86_400);
                let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
                write!(
                    out,
                    "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
                )?;
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

/// Year, month and day of a day number since 1970-01-01.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
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
