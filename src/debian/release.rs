//! Release files of an archive (<https://wiki.debian.org/DebianRepository/Format>).

use crate::debian::deb822::field;
use crate::text::date::parse_rfc5322;

/// The `Date` of a Release or InRelease file, in seconds since 1970.
#[must_use]
pub fn date(release: &str) -> Option<i64> {
    parse_rfc5322(field(release, "Date")?)
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
    fn a_release_file_without_components_has_main() {
        assert_eq!(components("Suite: a\n"), ["main"]);
        assert_eq!(
            components("Components: main  contrib\n"),
            ["main", "contrib"]
        );
        assert_eq!(architectures("Suite: a\n"), None);
        assert_eq!(
            architectures("Architectures: arm64 riscv64\n"),
            Some(vec!["arm64", "riscv64"])
        );
    }

    #[test]
    fn a_suite_goes_by_two_names() {
        let release = "Suite: stable\nCodename: trixie\n";
        assert!(is_release_of(release, "stable") && is_release_of(release, "trixie"));
        assert!(!is_release_of(release, "stable-updates"));
    }
}
