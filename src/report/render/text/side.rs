//! One archive as a line.

use crate::report::wire::side::{ArchiveSide, CompressionName};
use crate::text::number::{bytes, entries};

/// Label, size, number of entries, and the compression if there is one.
pub(crate) fn side(side: &ArchiveSide) -> String {
    let compression = match side.compression {
        CompressionName::None => String::new(),
        compression => format!("  in {}", compression.as_str()),
    };
    if side.entries == 0 && side.bytes == 0 {
        return format!("  {:<10} not compared\n", side.label);
    }
    format!(
        "  {:<10} {}  {}{compression}\n",
        side.label,
        bytes(side.bytes),
        entries(side.entries)
    )
}
