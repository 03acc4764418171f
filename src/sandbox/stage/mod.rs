//! The stages of a sandbox: what this binary does in each of its helper processes.

pub(crate) mod command;
pub(crate) mod inherited;
pub(crate) mod init;
pub(crate) mod left;
pub(crate) mod mapper;
pub(crate) mod monitor;
pub(crate) mod parent;
pub(crate) mod proof;
pub(crate) mod prover;
pub(crate) mod remover;
pub(crate) mod tracee;
