//! The forms of a report.

use std::io::{self, Write};

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

    /// Writes the report in this form.
    ///
    /// # Errors
    /// A value that the form cannot hold, or those of writing.
    pub(crate) fn write(
        self,
        report: &Report,
        packages: &PackageArgs,
        paint: Paint,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let body = match self {
            Self::Text => {
                let put = &mut |part: String| out.write_all(part.as_bytes());
                report::text_in_parts(report, packages.listing(), paint, put)?;
                match packages.packages {
                    true => report::packages_table(report),
                    false => String::new(),
                }
            }
            Self::Json => {
                report::write_json(report, out).map_err(io::Error::from)?;
                String::new()
            }
            Self::Bug => {
                let package = packages.bug.as_deref().unwrap_or_default();
                report::bug(report, package).unwrap_or_else(|| report::no_bug(package))
            }
            Self::Html => report::html(report),
            Self::Markdown => report::markdown(report),
            Self::Junit => report::junit(report)?,
            Self::Codequality => report::codequality(report)?,
            Self::Sarif => report::sarif(report)?,
            Self::DiffoscopeJson => report::diffoscope_json(report)?,
        };
        out.write_all(body.as_bytes())?;
        // A form without the divergences that could not be read back must not get its name.
        match report.divergences.failure() {
            Some(error) => Err(anyhow::anyhow!("{error}")),
            None => Ok(()),
        }
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
