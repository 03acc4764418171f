//! Formats of a report: pure functions of wire values.

pub(crate) mod bug;
pub(crate) mod codequality;
pub(crate) mod detail;
pub(crate) mod diffoscope;
pub(crate) mod entry_words;
pub(crate) mod html;
pub(crate) mod issues;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod own_lines;
pub(crate) mod owner;
pub(crate) mod sarif;
pub(crate) mod subject;
pub(crate) mod text;
