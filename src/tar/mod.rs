//! The tar layer: 512-byte blocks, extended headers, entries.
//!
//! It is our own because a comparator must see what a reader hides: the raw bytes
//! of every header, the order of extended headers, zero blocks in the middle, and
//! what stands after the end (`docs/decisions/0001-own-tar-layer.md`). It performs
//! no input or output: [`Walker`] says what it needs and is fed.

mod block;
mod entry;
mod error;
mod group;
mod number;
mod pax;
mod sparse;
mod time;
mod walk;

pub use block::{BLOCK, Block, Region, checksum_kind, padding_len, regions};
pub use entry::{Entry, Kind, pax_field, trim_slash};
pub use error::{TarError, TarLimits};
pub use group::{Ext, ExtKind, Globals, Group};
pub(crate) use group::{last_value, spelled_path};
pub use number::Number;
pub use pax::{PaxError, Record, records};
pub use sparse::{SparseError, SparseMap};
pub use time::Timestamp;
pub use walk::{Need, Walker};
