//! The tar layer: 512-byte blocks, extended headers, entries.
//!
//! It is our own because a comparator must see what a reader hides: the raw bytes
//! of every header, the order of extended headers, zero blocks in the middle, and
//! what stands after the end (`docs/decisions/0001-own-tar-layer.md`). It performs
//! no input or output: [`Parser`] says what it needs and is fed.

pub(crate) mod block;
pub(crate) mod entry;
pub(crate) mod entry_path;
pub(crate) mod error;
pub(crate) mod number;
pub(crate) mod parser;
pub(crate) mod pax;
pub(crate) mod raw_entry;
pub(crate) mod sparse;
pub(crate) mod time;
pub(crate) mod written;

pub use crate::tar::block::{BLOCK, Block, Region, checksum_kind, padding_len, regions};
pub use crate::tar::entry::{Device, Entry, EntryKind, pax_field, trim_slash};
pub use crate::tar::entry_path::EntryPath;
pub use crate::tar::error::{TarError, TarLimits};
pub use crate::tar::number::Number;
pub use crate::tar::parser::{Need, Parser};
pub use crate::tar::pax::{PaxError, PaxRecord, records};
pub use crate::tar::raw_entry::{Ext, ExtKind, Globals, RawEntry};
pub use crate::tar::sparse::{SparseError, SparseMap, SparseSpan};
pub use crate::tar::time::Timestamp;
