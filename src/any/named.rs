//! What an input is called.

use std::io::Read;

use crate::any::peek::{Held, Peeked};
use crate::input::section::Section;
use crate::input::source::{Source, SourceKind};
use crate::text::quote;

/// A source without its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) label: String,
    pub(crate) name: String,
    /// Its path; empty if it is a stream.
    pub(crate) path: Vec<u8>,
}

impl Named {
    pub(crate) fn new(source: &Source) -> Self {
        Self {
            label: source.label.clone(),
            name: source.name.clone(),
            path: match &source.kind {
                SourceKind::File(path) => path.as_os_str().as_encoded_bytes().to_vec(),
                SourceKind::Stdin
                | SourceKind::Stream(_)
                | SourceKind::Section(_)
                | SourceKind::Opened(_) => Vec::new(),
            },
        }
    }

    /// A part of this input, as a stream; the input itself has an empty name.
    pub(crate) fn streamed(&self, part: &[u8], stream: Box<dyn Read + Send>) -> Source {
        self.part(part, SourceKind::Stream(stream))
    }

    /// A part of this input that is a part of a file.
    pub(crate) fn section(&self, part: &[u8], section: Section) -> Source {
        self.part(part, SourceKind::Section(section))
    }

    fn part(&self, part: &[u8], kind: SourceKind) -> Source {
        Source {
            label: self.label.clone(),
            name: match part {
                [] => self.name.clone(),
                part => format!("{}: {}", self.name, quote(part)),
            },
            kind,
        }
    }

    pub(crate) fn source(self, peeked: Peeked) -> Source {
        Source {
            label: self.label,
            name: self.name,
            kind: match peeked.held {
                Held::Bytes(opened) => SourceKind::Opened(opened),
                Held::Directory(path) => SourceKind::File(path),
            },
        }
    }
}
