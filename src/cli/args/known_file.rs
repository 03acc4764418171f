//! `--known FILE`: read before the work, applied to its report.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;

use crate::cli::args::epoch;
use crate::report::exit_status::{KnownFindings, exit_status};
use crate::report::known::file::Rules;
use crate::report::known::matching::known;
use crate::report::wire::report::Report;
use crate::tar::time::Timestamp;
use crate::text::quote;
use crate::verify::verdict::Strictness;

/// Options on differences that are known already.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Explanation")]
pub struct KnownArgs {
    /// Mark differences that match a rule in this TOML file as known
    ///
    /// The verdict does not change. docs/known.md describes the rules.
    #[arg(long, value_name = "FILE")]
    pub known: Option<PathBuf>,
    /// Exit with 0 if every difference is known
    ///
    /// The exit status is 1 if any difference is not known, or if a rule matched nothing or has
    /// expired.
    #[arg(long, requires = "known")]
    pub accept_known: bool,
}

/// The rules of the file, and whether they may change the exit status.
#[derive(Debug, Default)]
pub(crate) struct KnownRules {
    rules: Option<Rules>,
    accept: bool,
}

impl KnownArgs {
    /// Reads the file.
    ///
    /// # Errors
    /// The file cannot be read, or a line of it is not a rule.
    pub(crate) fn read(&self) -> anyhow::Result<KnownRules> {
        let Some(path) = &self.known else {
            return Ok(KnownRules::default());
        };
        let place = || quote(path.as_os_str().as_encoded_bytes());
        let text = std::fs::read_to_string(path).with_context(place)?;
        Ok(KnownRules {
            rules: Some(Rules::read(&text).with_context(place)?),
            accept: self.accept_known,
        })
    }
}

impl KnownRules {
    /// The report with what the rules know.
    ///
    /// # Errors
    /// A rule has a date, and `SOURCE_DATE_EPOCH` is not a number.
    pub(crate) fn apply(&self, report: Report) -> anyhow::Result<Report> {
        let Some(rules) = &self.rules else {
            return Ok(report);
        };
        let today = if rules.has_dates() {
            day(match &report.frozen {
                Some(frozen) => frozen.source_date_epoch,
                None => today()?,
            })
        } else {
            String::new()
        };
        Ok(Report {
            known: known(&report, rules, &today),
            ..report
        })
    }

    /// The exit status that the report earns, with `--accept-known` taken into account.
    pub(crate) fn status(&self, report: &Report, strictness: Strictness) -> u8 {
        let known = if self.accept {
            KnownFindings::Accepted
        } else {
            KnownFindings::Counted
        };
        exit_status(report, known, strictness)
    }
}

/// `SOURCE_DATE_EPOCH` if it is set, or else the current time, in seconds since 1970.
fn today() -> anyhow::Result<i64> {
    if let Some(epoch) = epoch::from_environment()? {
        return Ok(epoch);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(now.as_secs())?)
}

/// The day of a time in seconds since 1970, in UTC: `2025-10-09`.
fn day(seconds: i64) -> String {
    let time = Timestamp::from_pax(seconds.to_string().as_bytes()).to_string();
    time.chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use crate::cli::args::known_file::day;

    #[test]
    fn a_day_is_in_utc() {
        assert_eq!(day(1_760_000_000), "2025-10-09");
    }
}
