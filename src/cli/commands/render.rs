//! `twinroot render REPORT.json`.

use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Context as _;

use crate::cli::args::render::RenderArgs;
use crate::cli::output::error::CliError;
use crate::cli::output::report_files::Outputs;
use crate::cli::signals;
use crate::report::saved::from_json;
use crate::text::quote;

/// Renders a saved report; 0, whatever it says.
///
/// # Errors
/// The report cannot be read, or an output file cannot be written.
pub(crate) fn run_render(args: &RenderArgs) -> Result<u8, CliError> {
    let interrupts = signals::listen().context("signals")?;
    let outputs = Outputs::open_files(&args.files, &args.packages, &interrupts)?;
    let is_standard = args.report == Path::new("-");
    let place = || match is_standard {
        true => "standard input".to_owned(),
        false => quote(args.report.as_os_str().as_encoded_bytes()),
    };
    let text = if is_standard {
        let mut text = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut text);
        read.map(|_| text)
    } else {
        std::fs::read(&args.report)
    };
    let report = from_json(&text.with_context(place)?).with_context(place)?;
    outputs.write(&report, 0)?;
    Ok(0)
}
