//! Dates in UTC: the crate's one calendar, jiff's, extended beyond the year 9999.
//!
//! The Gregorian calendar repeats after 400 years to the weekday. jiff ends with the year 9999,
//! so it gets the time in one such cycle, and the cycles are added to the year.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// Years after which the calendar repeats.
const CYCLE_YEARS: i64 = 400;

/// Seconds after which the calendar repeats: 146,097 days, which are whole weeks.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;

/// A point in time in the proleptic Gregorian calendar, in UTC.
///
/// Its `Display` is `YYYY-MM-DDTHH:MM:SS`, without a time zone; years have at least four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CivilTime {
    year: i64,
    /// The same time in the cycle that begins with 1970.
    in_cycle: DateTime,
}

impl CivilTime {
    /// The civil time of a number of seconds since 1970-01-01T00:00:00Z; negative before it.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        let cycles = seconds.div_euclid(CYCLE_SECONDS);
        // Never out of jiff's range: the rest is less than 400 years.
        let rest = jiff::Timestamp::from_second(seconds.rem_euclid(CYCLE_SECONDS));
        let in_cycle = Offset::UTC.to_datetime(rest.unwrap_or_default());
        Self {
            year: i64::from(in_cycle.year()) + cycles * CYCLE_YEARS,
            in_cycle,
        }
    }

    /// The date alone, `YYYY-MM-DD`.
    #[must_use]
    pub fn date(self) -> String {
        format!("{:04}-{}", self.year, self.in_cycle.strftime("%m-%d"))
    }

    /// The date as RFC 5322 and Release files write it: `Sat, 15 Nov 2025 08:08:12 UTC`.
    #[must_use]
    pub fn to_rfc5322(self) -> String {
        format!(
            "{} {} {}",
            self.in_cycle.strftime("%a, %d %b"),
            self.year,
            self.in_cycle.strftime("%H:%M:%S UTC")
        )
    }
}

impl fmt::Display for CivilTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{:04}-{}",
            self.year,
            self.in_cycle.strftime("%m-%dT%H:%M:%S")
        )
    }
}

/// Seconds since 1970-01-01T00:00:00Z of an RFC 5322 date in UTC, as Release files have it:
/// `Sat, 15 Nov 2025 08:08:12 UTC`.
///
/// The weekday may be missing and is not checked. A day or a part of the clock that is too large
/// runs over into the next month, day or hour, as with mktime(3). `None` if the text is not such
/// a date, or names a time zone other than `UTC`, `GMT` and `+0000`.
#[must_use]
pub fn parse_rfc5322(text: &str) -> Option<i64> {
    let mut words = text
        .split_whitespace()
        .skip_while(|word| word.ends_with(','));
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<i64>);
    let hours = clock.next()?.ok()?;
    let minutes = clock.next()?.ok()?;
    let seconds = clock.next()?.ok()?;
    match words.next() {
        Some("UTC" | "GMT" | "+0000") => {}
        Some(_) | None => return None,
    }
    let days = day.checked_sub(1)?;
    month_start(year, month)?
        .checked_add(days.checked_mul(86_400)?)?
        .checked_add(hours.checked_mul(3600)?)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)
}

/// Seconds since 1970-01-01T00:00:00Z of a date (year, month, day) and a time (hour, minute, second)
/// in UTC; `None` if there is no such date or time.
pub(crate) fn seconds_of_civil(date: (i16, i8, i8), time: (i8, i8, i8)) -> Option<i64> {
    let date = Date::new(date.0, date.1, date.2).ok()?;
    let time = Time::new(time.0, time.1, time.2, 0).ok()?;
    let timestamp = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    Some(timestamp.as_second())
}

/// Seconds since 1970-01-01T00:00:00Z of the first day of a month, which is named `Jan` to `Dec`.
fn month_start(year: i64, month: &str) -> Option<i64> {
    let since_2000 = year.checked_sub(2000)?;
    let cycles = since_2000.div_euclid(CYCLE_YEARS);
    let in_cycle = 2000 + since_2000.rem_euclid(CYCLE_YEARS);
    let first = Date::strptime("%Y %b %d", format!("{in_cycle} {month} 01")).ok()?;
    let is_exact = first.strftime("%b").to_string() == month;
    let start = Offset::UTC.to_timestamp(first.to_datetime(Time::midnight()));
    start
        .ok()
        .filter(|_| is_exact)?
        .as_second()
        .checked_add(cycles.checked_mul(CYCLE_SECONDS)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_they_are_read() {
        for (seconds, date) in [
            (0, "Thu, 01 Jan 1970 00:00:00 UTC"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 UTC"),
            (1_760_000_000, "Thu, 09 Oct 2025 08:53:20 UTC"),
            (1_835_481_599, "Tue, 29 Feb 2028 23:59:59 UTC"),
            (-1, "Wed, 31 Dec 1969 23:59:59 UTC"),
            // The greatest that an ar header can have.
            (999_999_999_999, "Fri, 27 Sep 33658 01:46:39 UTC"),
        ] {
            assert_eq!(CivilTime::from_seconds(seconds).to_rfc5322(), date);
            assert_eq!(parse_rfc5322(date), Some(seconds));
        }
    }

    #[test]
    fn a_date_and_a_time_are_seconds_and_what_is_none_is_none() {
        let seconds = seconds_of_civil((2028, 2, 29), (23, 59, 58));
        assert_eq!(seconds, Some(1_835_481_598));
        assert_eq!(seconds_of_civil((1980, 0, 0), (0, 0, 0)), None);
        assert_eq!(seconds_of_civil((2027, 2, 28), (0, 0, 60)), None);
    }

    #[test]
    fn what_is_not_a_date_in_utc_is_refused() {
        for text in [
            "",
            "yesterday",
            "Tue, 29 Feb 2028 23:59:59 CET",
            "Tue, 29 Feb 2028 23:59:59",
            "Tue, 29 feb 2028 23:59:59 UTC",
            "Tue, 29 February 2028 23:59:59 UTC",
            "Tue, 29 2 2028 23:59:59 UTC",
            "Tue, 29 Feb 2028 23:59 UTC",
            "Tue, 9223372036854775807 Feb 2028 23:59:59 UTC",
            "Tue, 29 Feb 9223372036854775807 23:59:59 UTC",
        ] {
            assert_eq!(parse_rfc5322(text), None, "{text}");
        }
    }

    #[test]
    fn parts_that_are_too_large_run_over() {
        let check = |text, same| assert_eq!(parse_rfc5322(text), parse_rfc5322(same));
        check("31 Nov 2025 08:08:60 UTC", "01 Dec 2025 08:09:00 GMT");
        check("31 Dec 2025 24:00:00 +0000", "01 Jan 2026 00:00:00 UTC");
    }

    #[test]
    fn civil_times_cover_all_seconds() {
        for (seconds, shown) in [
            (0, "1970-01-01T00:00:00"),
            (1_700_000_000, "2023-11-14T22:13:20"),
            (-1, "1969-12-31T23:59:59"),
            (-62_135_596_801, "0000-12-31T23:59:59"),
            (-253_402_300_799, "-6060-01-02T00:00:01"),
            (253_402_300_799, "9999-12-31T23:59:59"),
            (i64::MAX, "292277026596-12-04T15:30:07"),
            (i64::MIN, "-292277022657-01-27T08:29:52"),
        ] {
            assert_eq!(CivilTime::from_seconds(seconds).to_string(), shown);
        }
    }
}
