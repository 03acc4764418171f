//! apt's package indices (`/var/lib/apt/lists`): the Release date, the digests of the
//! packages, and putting a local package in the place of the archive's.

use std::collections::BTreeMap;

use crate::bootstrap::recipe::LocalDeb;
use crate::debian::deb822::{field, stanzas};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Size and SHA-256 of a package file by apt's name for it, `PACKAGE_VERSION_ARCH.deb`.
pub type Digests = BTreeMap<String, String>;

/// The `Date` of a Release or InRelease file, in seconds since the epoch.
#[must_use]
pub fn release_date(release: &str) -> Option<i64> {
    parse_date(field(release, "Date")?)
}

/// Whether a Release file is the named suite's own, and not its updates' or another's.
#[must_use]
pub fn is_release_of(release: &str, suite: &str) -> bool {
    [field(release, "Suite"), field(release, "Codename")].contains(&Some(suite))
}

/// The SHA-256 of each package in an index.
#[must_use]
pub fn digests(packages: &str) -> Digests {
    stanzas(packages)
        .filter_map(|stanza| {
            let part = |name| field(stanza, name);
            let version = part("Version")?.replace(':', "%3a");
            let name = format!(
                "{}_{version}_{}.deb",
                part("Package")?,
                part("Architecture")?
            );
            Some((name, part("SHA256")?.to_owned()))
        })
        .collect()
}

/// An index without the packages that local ones replace.
#[must_use]
pub fn without(packages: &str, debs: &[LocalDeb]) -> String {
    let is_replaced = |stanza: &str| {
        let name = field(stanza, "Package");
        let architecture = field(stanza, "Architecture");
        debs.iter().any(|deb| {
            name == Some(deb.package.as_str())
                && (architecture == Some(deb.architecture.as_str())
                    || architecture == Some("all")
                    || deb.architecture == "all")
        })
    };
    let kept: Vec<_> = stanzas(packages)
        .filter(|stanza| !is_replaced(stanza))
        .collect();
    kept.iter().map(|stanza| format!("{stanza}\n\n")).collect()
}

/// The stanzas of local packages, as an index has them.
#[must_use]
pub fn stanzas_of(debs: &[LocalDeb]) -> String {
    debs.iter()
        .map(|deb| {
            format!(
                "{}\nFilename: pool/{}\nSize: {}\nSHA256: {}\n\n",
                deb.control.trim_end(),
                deb.archive_name(),
                deb.size,
                deb.sha256
            )
        })
        .collect()
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

    fn deb() -> LocalDeb {
        LocalDeb {
            path: "/x.deb".into(),
            control: "Package: b\nVersion: 1:2\nArchitecture: amd64".into(),
            package: "b".into(),
            version: "1:2".into(),
            architecture: "amd64".into(),
            size: 7,
            sha256: "ff".into(),
        }
    }

    #[test]
    fn release_dates_are_read_as_utc() {
        let check = |text: &str, expected| {
            assert_eq!(release_date(&format!("Date: {text}\n")), expected, "{text}")
        };
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

    #[test]
    fn a_local_package_takes_the_place_of_the_archives() {
        let index =
            "Package: a\nArchitecture: amd64\n\nPackage: b\nArchitecture: amd64\nVersion: 9\n\n";
        assert_eq!(
            without(index, &[deb()]),
            "Package: a\nArchitecture: amd64\n\n"
        );
        assert_eq!(
            stanzas_of(&[deb()]),
            "Package: b\nVersion: 1:2\nArchitecture: amd64\nFilename: pool/b_1%3a2_amd64.deb\nSize: 7\nSHA256: ff\n\n"
        );
    }

    #[test]
    fn digests_are_found_by_the_name_apt_gives_to_the_file() {
        let found = digests(&stanzas_of(&[deb()]));
        assert_eq!(
            found,
            BTreeMap::from([("b_1%3a2_amd64.deb".to_owned(), "ff".to_owned())])
        );
    }
}
