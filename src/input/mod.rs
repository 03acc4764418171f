//! Inputs: files and streams, their containers, and random access to what is inside.
//!
//! The container is known by its magic, never by a name. Nothing here knows tar.

mod container;
mod decode;
mod read_at;
mod source;
mod spool;
mod stream;

pub use container::{Container, describe_header, sniff};
pub use decode::{ContainerStats, Decoder};
pub use read_at::{PIECE, ReadAt, Window, first_difference, read_up_to};
pub use source::{InputError, Opened, Source, SourceKind, open};
pub use spool::{Segment, Spool};
pub use stream::{Chunks, Side, read_ahead};
