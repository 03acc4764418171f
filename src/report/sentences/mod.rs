//! Typed facts as sentences for people.

pub mod fact;
pub mod field_detail;
pub mod verification_note;
