//! Typed facts as sentences for people.

pub mod fact;
pub mod field_detail;
pub(crate) mod note;
pub(crate) mod warning;
