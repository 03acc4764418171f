//! What is beyond that part of a list that is held in memory.

use std::io;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::compare::spill::records::{RecordWriter, Records};
use crate::compare::spill::sorted_records::{decoded, encoded};

/// Bytes that are read at once.
const WINDOW: usize = 64 << 10;

/// The rest of a list, in an unlinked file, in the order of the list.
#[derive(Debug)]
pub struct Further<T> {
    records: Option<Records>,
    values: PhantomData<fn() -> T>,
}

impl<T> Default for Further<T> {
    fn default() -> Self {
        Self {
            records: None,
            values: PhantomData,
        }
    }
}

impl<T> Further<T> {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.as_ref().map_or(0, Records::len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: DeserializeOwned> Further<T> {
    /// Gives them to `take`, at most `most` at a time.
    ///
    /// # Errors
    /// The temporary file cannot be read, or `take` fails.
    pub fn batches(
        &self,
        most: usize,
        mut take: impl FnMut(&[T]) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(records) = &self.records else {
            return Ok(());
        };
        let mut reader = records.read(WINDOW);
        let mut batch = Vec::new();
        while let Some(record) = reader.next()? {
            batch.push(decoded(record)?);
            if batch.len() >= most {
                take(&batch)?;
                batch.clear();
            }
        }
        if !batch.is_empty() {
            take(&batch)?;
        }
        Ok(())
    }
}

/// Takes the rest of a list, in its order.
#[derive(Debug)]
pub(crate) struct FurtherWriter<T> {
    file: Option<RecordWriter>,
    values: PhantomData<fn(T)>,
}

impl<T> Default for FurtherWriter<T> {
    fn default() -> Self {
        Self {
            file: None,
            values: PhantomData,
        }
    }
}

impl<T: Serialize> FurtherWriter<T> {
    /// # Errors
    /// The temporary file cannot be made or written.
    pub(crate) fn push(&mut self, value: &T) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => RecordWriter::new()?,
        };
        file.push(&encoded(value)?)?;
        self.file = Some(file);
        Ok(())
    }

    /// # Errors
    /// The temporary file cannot be written.
    pub(crate) fn finish(self) -> io::Result<Further<T>> {
        Ok(Further {
            records: self.file.map(RecordWriter::finish).transpose()?,
            values: PhantomData,
        })
    }
}
