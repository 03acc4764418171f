//! The divergent entries of a report, however many they are.

use std::borrow::Cow;
use std::io;
use std::sync::{Arc, OnceLock};

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::compare::spill::records::{RecordReader, RecordWriter, Records};
use crate::report::wire::divergence::DivergentEntry;

/// Bytes that are read at once.
const WINDOW: usize = 64 << 10;

/// Divergent entries: the first in memory, and the rest, if there are many, as lines of JSON in an
/// unlinked file.
#[derive(Debug, Clone, Default)]
pub struct DivergentEntries {
    first: Vec<DivergentEntry>,
    further: Option<Arc<Further>>,
}

#[derive(Debug)]
struct Further {
    records: Records,
    /// All of the entries, if they were asked for at once.
    all: OnceLock<Vec<DivergentEntry>>,
    /// Why they could not be read to their end.
    failure: OnceLock<io::Error>,
}

impl DivergentEntries {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let further = self.further.as_ref();
        self.first.len() + further.map_or(0, |further| further.records.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, one after the other. If one cannot be read, it is the end, and
    /// [`failure`](Self::failure) says why.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, DivergentEntry>> {
        let further = self.further.iter().flat_map(|further| Rows {
            reader: further.records.read(WINDOW),
            failure: &further.failure,
        });
        let first = self.first.iter().map(Cow::Borrowed);
        first.chain(further.map(Cow::Owned))
    }

    /// All entries in memory, for what cannot do with less.
    #[must_use]
    pub fn all(&self) -> &[DivergentEntry] {
        match &self.further {
            None => &self.first,
            Some(further) => further
                .all
                .get_or_init(|| self.iter().map(Cow::into_owned).collect()),
        }
    }

    /// Why the entries could not be read to their end; `None` if they could, or were not.
    #[must_use]
    pub fn failure(&self) -> Option<&io::Error> {
        self.further.as_ref()?.failure.get()
    }
}

/// The entries that are not in memory.
struct Rows<'a> {
    reader: RecordReader<'a>,
    failure: &'a OnceLock<io::Error>,
}

impl Iterator for Rows<'_> {
    type Item = DivergentEntry;

    fn next(&mut self) -> Option<DivergentEntry> {
        let record = self.reader.next();
        let row = record.and_then(|record| {
            let row = record.map(serde_json::from_slice);
            row.transpose().map_err(io::Error::from)
        });
        row.unwrap_or_else(|error| {
            let _ = self.failure.set(error);
            None
        })
    }
}

impl From<Vec<DivergentEntry>> for DivergentEntries {
    fn from(first: Vec<DivergentEntry>) -> Self {
        Self {
            first,
            further: None,
        }
    }
}

impl PartialEq for DivergentEntries {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Serialize for DivergentEntries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for row in self.iter() {
            list.serialize_element(row.as_ref())?;
        }
        match self.failure() {
            Some(error) => Err(S::Error::custom(error)),
            None => list.end(),
        }
    }
}

impl<'de> Deserialize<'de> for DivergentEntries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

/// Takes divergent entries in their order.
#[derive(Debug)]
pub(crate) struct DivergentEntriesWriter {
    first: Vec<DivergentEntry>,
    /// Most entries that are held in memory.
    most: usize,
    further: Option<RecordWriter>,
}

impl DivergentEntriesWriter {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            first: Vec::new(),
            most,
            further: None,
        }
    }

    /// # Errors
    /// The temporary file cannot be made or written.
    pub(crate) fn push(&mut self, row: DivergentEntry) -> io::Result<()> {
        if self.first.len() < self.most {
            self.first.push(row);
            return Ok(());
        }
        let mut file = match self.further.take() {
            Some(file) => file,
            None => RecordWriter::new()?,
        };
        file.push(&serde_json::to_vec(&row)?)?;
        self.further = Some(file);
        Ok(())
    }

    /// # Errors
    /// The temporary file cannot be written.
    pub(crate) fn finish(self) -> io::Result<DivergentEntries> {
        let further = self.further.map(RecordWriter::finish).transpose()?;
        Ok(DivergentEntries {
            first: self.first,
            further: further.map(|records| {
                Arc::new(Further {
                    records,
                    all: OnceLock::new(),
                    failure: OnceLock::new(),
                })
            }),
        })
    }
}
