//! TODO.

pub(crate) mod causes;
pub(crate) mod comparison;
pub(crate) mod details;
pub(crate) mod escapes;
pub(crate) mod verification;
pub(crate) mod warnings;
