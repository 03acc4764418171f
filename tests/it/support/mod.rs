//! What the tests share.

#[macro_use]
pub(crate) mod harness;

pub(crate) mod archive;
pub(crate) mod broken;
pub(crate) mod compared;
pub(crate) mod golden;
pub(crate) mod needs;
pub(crate) mod patched;
pub(crate) mod plain_user;
pub(crate) mod report;
pub(crate) mod repository;
pub(crate) mod run;
pub(crate) mod rust_source;
pub(crate) mod schema;
