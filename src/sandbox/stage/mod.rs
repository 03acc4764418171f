//! The stages of a sandbox: what this binary does in each of its helper processes.

pub(crate) mod command;
pub(crate) mod init;
pub(crate) mod monitor;
pub(crate) mod parent;
pub(crate) mod tracee;
