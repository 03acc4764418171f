//! A read of an altered file.

use crate::trace::process::Process;

/// An altered file of the outside, and a process that read it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlteredRead<'a> {
    pub(crate) file: &'a [u8],
    pub(crate) process: &'a Process,
    /// Whether words of the file stand in the entry.
    pub(crate) is_shown: bool,
}
