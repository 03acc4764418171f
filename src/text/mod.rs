//! Text for people: quoting of names, line differences, hex windows.

mod diff;
mod hex;
mod quote;

pub use diff::{DiffLimits, REST_LEFT_OUT, is_text, unified};
pub use hex::window;
pub use quote::{is_hostile, quote, quote_line};
