//! Where the reports of `diffoscope` go. What is equal leaves nothing, on standard output neither.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::args::diffoscope::DiffoscopeOutputs;
use crate::cli::args::outputs::{ScreenArgs, When};
use crate::cli::output::format::Format;
use crate::cli::output::report_files::{OfNothing, Outputs, Wanted};
use crate::report::wire::report::Report;
use crate::sandbox::launch::Interrupts;
use crate::text::quote;

/// Reports to be written, their files open.
pub(crate) struct DiffoscopeReports {
    // Dropped first: its file is in the directory.
    outputs: Outputs,
    _page: Option<PageDirectory>,
}

/// Opens every file, so that a mistake shows before the work.
///
/// # Errors
/// A file or directory cannot be made, or two reports go to standard output.
pub(crate) fn open(
    args: &DiffoscopeOutputs,
    interrupts: &Arc<Interrupts>,
) -> anyhow::Result<DiffoscopeReports> {
    let page = args.html_dir.as_deref().map(PageDirectory::make);
    let page = page.transpose()?;
    let index = args.html_dir.as_ref().map(|path| path.join("index.html"));
    let all = [
        (Format::Text, "--text", &args.text),
        (Format::Html, "--html", &args.html),
        (Format::Html, "--html-dir", &index),
        (Format::DiffoscopeJson, "--json", &args.json),
        (Format::Markdown, "--markdown", &args.markdown),
    ];
    let wanted = all.into_iter().filter_map(|(format, option, path)| {
        Some(Wanted {
            format,
            option,
            path: path.clone()?,
        })
    });
    let screen = ScreenArgs {
        color: args.text_color,
        pager: When::Never,
    };
    let of_nothing = match args.output_empty {
        true => OfNothing::AllButText,
        false => OfNothing::Nothing,
    };
    Ok(DiffoscopeReports {
        outputs: Outputs::open_wanted(wanted.collect(), screen, of_nothing, interrupts)?,
        _page: page,
    })
}

impl DiffoscopeReports {
    /// Writes the reports, given the exit status that was earned.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub(crate) fn write(self, report: &Report, status: u8) -> anyhow::Result<()> {
        self.outputs.write(report, status)
    }
}

/// The directory of a page. If it was made for a page that is not written, it is removed.
struct PageDirectory {
    made: Option<PathBuf>,
}

impl PageDirectory {
    /// # Errors
    /// It cannot be made.
    fn make(path: &Path) -> anyhow::Result<Self> {
        let is_there = path.is_dir();
        let place = || format!("--html-dir {}", quote(path.as_os_str().as_encoded_bytes()));
        fs::create_dir_all(path).with_context(place)?;
        Ok(Self {
            made: (!is_there).then(|| path.to_owned()),
        })
    }
}

impl Drop for PageDirectory {
    fn drop(&mut self) {
        if let Some(path) = &self.made {
            // One that has a page is not empty, and stays.
            let _ = fs::remove_dir(path);
        }
    }
}
