//! Two entries that belong together.

use crate::compare::spill::vec::{FixedSize, part};

/// Numbers of two records: that of the left index, and that of the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    pub(crate) left: u32,
    pub(crate) right: u32,
}

impl FixedSize for Pair {
    const BYTES: usize = 8;

    fn write(self, out: &mut Vec<u8>) {
        self.left.write(out);
        self.right.write(out);
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            left: u32::from_ne_bytes(part(bytes, 0)),
            right: u32::from_ne_bytes(part(bytes, 4)),
        }
    }
}
