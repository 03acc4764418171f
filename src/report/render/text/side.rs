//! One archive as a line.

use crate::report::wire::report::Report;
use crate::report::wire::side::{ArchiveSide, CompressionName, KindName};
use crate::report::wire::verdict::Verdict;
use crate::text::number::{bytes, entries};

/// Whether there were two archives. If more scripts fail than may, there are none.
pub(crate) fn is_compared(report: &Report) -> bool {
    report.verdict != Verdict::Unbuildable || report.right.bytes > 0
}

/// Both archives, a line each.
pub(crate) fn sides(report: &Report) -> String {
    let line = |one: &ArchiveSide| {
        if is_compared(report) {
            side(one)
        } else {
            format!("  {:<10} not compared\n", one.label)
        }
    };
    [&report.left, &report.right].map(line).concat()
}

/// Label, size, number of entries, and the compression if there is one.
fn side(side: &ArchiveSide) -> String {
    let compression = match side.compression {
        CompressionName::None => String::new(),
        compression => format!("  in {}", compression.as_str()),
    };
    // A file that is no archive has no entries.
    let entries = match side.kind {
        KindName::File => String::new(),
        KindName::Tar
        | KindName::Ar
        | KindName::Zip
        | KindName::Rpm
        | KindName::Directory
        | KindName::Image => {
            format!("  {}", entries(side.entries))
        }
    };
    format!(
        "  {:<10} {}{entries}{compression}\n",
        side.label,
        bytes(side.bytes),
    )
}
