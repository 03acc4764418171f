//! Text for people: quoting of names, line differences, hex windows.

pub(crate) mod diff;
pub(crate) mod hex;
pub(crate) mod number;
pub(crate) mod quote;
pub(crate) mod shell;

pub use crate::text::diff::{DiffLimits, REST_LEFT_OUT, is_text, unified};
pub use crate::text::hex::window;
pub use crate::text::quote::{is_hostile, quote, quote_line};
pub use crate::text::shell::shell_quote;
