//! Release files of an archive (<https://wiki.debian.org/DebianRepository/Format>).

use crate::debian::deb822::field;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The `Date` of a Release or InRelease file, in seconds since 1970.
#[must_use]
pub fn date(release: &str) -> Option<i64> {
    parse_date(field(release, "Date")?)
}

/// Whether a Release file is the named suite's own, and not that of its updates or of another
/// suite.
#[must_use]
pub fn is_release_of(release: &str, suite: &str) -> bool {
    [field(release, "Suite"), field(release, "Codename")].contains(&Some(suite))
}

/// The components that a Release file names; `main` if it names none.
#[must_use]
pub fn components(release: &str) -> Vec<&str> {
    let words: Vec<_> = field(release, "Components")
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    if words.is_empty() {
        vec!["main"]
    } else {
        words
    }
}

/// The architectures that a Release file names; `None` if it names none.
#[must_use]
pub fn architectures(release: &str) -> Option<Vec<&str>> {
    field(release, "Architectures").map(|all| all.split_whitespace().collect())
}

/// A `Date` of a Release file, of seconds since the epoch.
#[must_use]
pub fn format_date(seconds: u64) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let day = i64::try_from(seconds / 86_400).unwrap_or(i64::MAX);
    let years = 1971..;
    let year = years
        .take_while(|year| days_from_epoch(*year, 1, 1) <= day)
        .last()
        .unwrap_or(1970);
    let starts = (1..)
        .zip(MONTHS)
        .map(|(number, name)| (days_from_epoch(year, number, 1), name));
    let (start, month) = starts
        .take_while(|(start, _)| *start <= day)
        .last()
        .unwrap_or((day, MONTHS[0]));
    let weekday = usize::try_from(day % 7).unwrap_or_default();
    let of_day = seconds % 86_400;
    format!(
        "{}, {:02} {month} {year} {:02}:{:02}:{:02} UTC",
        WEEKDAYS[weekday],
        day - start + 1,
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

/// Seconds since the epoch of an RFC 5322 date in UTC, as Release files have it:
/// `Sat, 15 Nov 2025 08:08:12 UTC`.
fn parse_date(text: &str) -> Option<i64> {
    let mut words = text
        .split_whitespace()
        .skip_while(|word| word.ends_with(','));
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<i64>);
    let (hour, minute, second) = (
        clock.next()?.ok()?,
        clock.next()?.ok()?,
        clock.next()?.ok()?,
    );
    match words.next() {
        Some("UTC" | "GMT" | "+0000") => {}
        Some(_) | None => return None,
    }
    Some(((days_from_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days since 1970-01-01 of a Gregorian date; years begin in March so that a leap day
/// is a year's last.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_dates_are_read_as_utc() {
        let check =
            |text: &str, expected| assert_eq!(date(&format!("Date: {text}\n")), expected, "{text}");
        check("Thu, 01 Jan 1970 00:00:00 UTC", Some(0));
        check("Thu, 09 Oct 2025 08:53:20 UTC", Some(1_760_000_000));
        check("Tue, 29 Feb 2028 23:59:59 GMT", Some(1_835_481_599));
        check("Tue, 29 Feb 2028 23:59:59 CET", None);
        check("yesterday", None);
    }

    #[test]
    fn dates_are_written_as_they_are_read() {
        let check = |seconds: u64, expected: &str| {
            assert_eq!(format_date(seconds), expected);
            assert_eq!(parse_date(expected), i64::try_from(seconds).ok());
        };
        check(0, "Thu, 01 Jan 1970 00:00:00 UTC");
        check(1_760_000_000, "Thu, 09 Oct 2025 08:53:20 UTC");
        check(1_835_481_599, "Tue, 29 Feb 2028 23:59:59 UTC");
        check(1_830_297_600, "Sat, 01 Jan 2028 00:00:00 UTC");
        // The greatest that an ar header can have.
        check(999_999_999_999, "Fri, 27 Sep 33658 01:46:39 UTC");
    }
}
