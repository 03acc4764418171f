//! Text for people and for shells: quoting, differences of lines and bytes, numbers, dates.

pub(crate) mod date;
pub(crate) mod diff;
pub(crate) mod hex;
pub(crate) mod hex_dump;
pub(crate) mod look_alike;
pub(crate) mod number;
pub(crate) mod quote;
pub(crate) mod shell;
pub(crate) mod spelling;

pub use crate::text::date::{CivilTime, parse_rfc5322};
pub use crate::text::diff::{DiffLimits, is_text, unified};
pub use crate::text::hex::hex;
pub use crate::text::hex_dump::window;
pub use crate::text::quote::{is_hostile, quote, quote_line};
pub use crate::text::shell::shell_quote;
