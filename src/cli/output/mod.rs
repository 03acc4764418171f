//! TODO.

pub(crate) mod destination;
pub(crate) mod error;
pub(crate) mod hints;
pub(crate) mod progress;
pub(crate) mod report_files;
