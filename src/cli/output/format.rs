//! The forms of a report.

use crate::cli::args::outputs::PackageArgs;
use crate::report;
use crate::report::render::text::paint::Paint;
use crate::report::wire::report::Report;

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
    Markdown,
    Junit,
    Codequality,
    Sarif,
    DiffoscopeJson,
    Bug,
}

impl Format {
    /// The option that asks for it.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Self::Text => "--text",
            Self::Json => "--json",
            Self::Html => "--html",
            Self::Markdown => "--markdown",
            Self::Junit => "--junit",
            Self::Codequality => "--codequality",
            Self::Sarif => "--sarif",
            Self::DiffoscopeJson => "--diffoscope-json",
            Self::Bug => "--bug",
        }
    }

    /// The report in this form.
    ///
    /// # Errors
    /// A value that the form cannot hold.
    pub(crate) fn render(
        self,
        report: &Report,
        packages: &PackageArgs,
        paint: Paint,
    ) -> anyhow::Result<String> {
        let listing = packages.listing();
        Ok(match self {
            Self::Text if packages.packages => {
                report::text_in_colour(report, listing, paint) + &report::packages_table(report)
            }
            Self::Text => report::text_in_colour(report, listing, paint),
            Self::Bug => {
                let package = packages.bug.as_deref().unwrap_or_default();
                report::bug(report, package).unwrap_or_else(|| report::no_bug(package))
            }
            Self::Json => report::json(report)?,
            Self::Html => report::html(report),
            Self::Markdown => report::markdown(report),
            Self::Junit => report::junit(report)?,
            Self::Codequality => report::codequality(report)?,
            Self::Sarif => report::sarif(report)?,
            Self::DiffoscopeJson => report::diffoscope_json(report)?,
        })
    }

    /// Whether people read it on a terminal.
    pub(crate) fn is_for_a_terminal(self) -> bool {
        matches!(self, Self::Text | Self::Bug)
    }

    /// Whether it says that the job could not be done in a way that programs read.
    pub(crate) fn tells_trouble(self) -> bool {
        matches!(self, Self::Json | Self::Junit)
    }
}
