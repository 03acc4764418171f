//! Inputs: files and streams, their containers, and random access to what is inside.
//!
//! The compression is known by its magic, never by a name. Nothing here knows tar.

pub(crate) mod compression;
pub(crate) mod decode;
pub(crate) mod gzip_header;
pub(crate) mod kind;
pub(crate) mod little_endian;
pub(crate) mod read_at;
pub(crate) mod rpm;
pub(crate) mod section;
pub(crate) mod source;
pub(crate) mod spool;
pub(crate) mod stream;
pub(crate) mod structure;
pub(crate) mod zstd_header;

pub use crate::input::compression::{Compression, HeaderField, describe_header, sniff};
pub use crate::input::decode::{ContainerDigest, ContainerStats, Decoder, Digesting};
pub use crate::input::kind::{Foreign, Kind};
pub use crate::input::read_at::{
    PIECE, Position, ReadAt, RegularFile, Scratch, Window, first_difference, read_up_to,
};
pub use crate::input::section::Section;
pub use crate::input::source::{Head, InputError, Opened, Source, SourceKind, open};
pub use crate::input::spool::{Segment, Spool};
pub use crate::input::stream::{Chunks, StreamEnd, read_ahead};
