//! TODO.

pub(crate) mod init;
pub(crate) mod monitor;
pub(crate) mod parent;
