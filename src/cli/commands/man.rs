//! `twinroot man DIRECTORY`: the manual pages, made of the help texts.

use std::io;
use std::path::Path;

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::args::manual::Manual;
use crate::cli::args::{Cli, MANUAL, audit, build, compare, diffoscope, doctor, render, verify};
use crate::cli::output::error::CliError;
use crate::text::quote;

/// What the environment says, and to whom.
const ENVIRONMENT: [(&str, &str); 6] = [
    (
        "SOURCE_DATE_EPOCH",
        "Seconds since 1970 that builds use as the time of what they make. Without it, that is the \
         date of the suite's Release file.",
    ),
    (
        "XDG_CACHE_HOME",
        "Directory of the cache, ~/.cache if it is not set.",
    ),
    (
        "TMPDIR",
        "Directory for temporary files, which have no name, or vanish at the end.",
    ),
    (
        "NO_COLOR",
        "If set, text has no colours, unless an option asks for them.",
    ),
    (
        "CLICOLOR_FORCE",
        "If set, and not 0, text has colours even if standard output is no terminal.",
    ),
    (
        "PAGER",
        "Command that shows a text report on a terminal, less(1) if it is not set.",
    ),
];

/// Files that are there between runs.
const FILES: [(&str, &str); 1] = [(
    "$XDG_CACHE_HOME/twinroot",
    "Frozen archives and outside systems. It may be removed while twinroot does not run.",
)];

/// Writes a page for twinroot and for each command; 0.
///
/// # Errors
/// A page cannot be written.
pub(crate) fn write(directory: &Path) -> Result<u8, CliError> {
    let mut all = Cli::command().disable_help_subcommand(true);
    all.build();
    let commands = all
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let mut pages = vec![page(&all)];
    pages.extend(commands.map(page));
    for page in pages {
        let (name, text) = page.context("a manual page")?;
        let path = directory.join(name);
        let place = || quote(path.as_os_str().as_encoded_bytes());
        std::fs::write(&path, text).with_context(place)?;
    }
    Ok(0)
}

/// The name of a page's file, and its text.
fn page(command: &Command) -> io::Result<(String, Vec<u8>)> {
    let version = concat!("twinroot ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(version).manual("twinroot");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    let is_all = command.has_subcommands();
    if is_all {
        man.render_subcommands_section(&mut text)?;
    }
    sections(manual(command.get_name())).to_writer(&mut text)?;
    Ok((man.get_filename(), text))
}

/// What a command has beside its options; none of one without a status of its own.
fn manual(name: &str) -> Option<&'static Manual> {
    match name {
        "twinroot" => Some(&MANUAL),
        "verify" => Some(&verify::MANUAL),
        "build" => Some(&build::MANUAL),
        "compare" => Some(&compare::MANUAL),
        "render" => Some(&render::MANUAL),
        "diffoscope" => Some(&diffoscope::MANUAL),
        "audit" => Some(&audit::MANUAL),
        "doctor" => Some(&doctor::MANUAL),
        _ => None,
    }
}

/// The sections after the options.
fn sections(manual: Option<&Manual>) -> Roff {
    let mut roff = Roff::new();
    if let Some(manual) = manual {
        roff.control("SH", ["EXIT STATUS"]);
        for status in manual.exit_status {
            term(&mut roff, &status.number.to_string(), status.means);
        }
    }
    roff.control("SH", ["ENVIRONMENT"]);
    for (name, means) in ENVIRONMENT {
        term(&mut roff, name, means);
    }
    roff.control("SH", ["FILES"]);
    for (name, means) in FILES {
        term(&mut roff, name, means);
    }
    let examples = manual.map_or(&[][..], |manual| manual.examples);
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]);
    }
    for example in examples {
        roff.control("PP", []);
        roff.text([roman(format!("{}:", example.purpose))]);
        roff.control("PP", []);
        roff.control("RS", ["4"]);
        roff.control("nf", []);
        roff.text([roman(example.command)]);
        roff.control("fi", []);
        roff.control("RE", []);
    }
    roff
}

/// A term and what it means.
fn term(roff: &mut Roff, term: &str, means: &str) {
    roff.control("TP", []);
    roff.text([bold(term)]);
    roff.text([roman(means)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_sections() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(write(directory.path()).unwrap(), 0);
        let entries = std::fs::read_dir(directory.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "twinroot-audit.1",
                "twinroot-build.1",
                "twinroot-compare.1",
                "twinroot-completions.1",
                "twinroot-diffoscope.1",
                "twinroot-doctor.1",
                "twinroot-render.1",
                "twinroot-verify.1",
                "twinroot.1",
            ]
        );
        let page = std::fs::read_to_string(directory.path().join("twinroot-verify.1")).unwrap();
        for section in ["EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"] {
            assert!(
                page.contains(&format!("\n.SH \"{section}\"\n"))
                    || page.contains(&format!("\n.SH {section}\n")),
                "{section}: {page}"
            );
        }
    }
}
