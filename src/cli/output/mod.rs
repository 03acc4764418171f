//! Where results go, and what is said on the way.

pub(crate) mod destination;
pub(crate) mod diffoscope_outputs;
pub(crate) mod error;
pub(crate) mod format;
pub(crate) mod hints;
pub(crate) mod minimal;
pub(crate) mod progress;
pub(crate) mod replay;
pub mod report_files;
pub(crate) mod screen;
pub(crate) mod stage_text;
pub(crate) mod status_lines;
