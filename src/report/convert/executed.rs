//! What an observed build executed.

use crate::debian::temporary_root::without_root;
use crate::report::wire::executed::{Emulation, Executed, ExecutedFile};
use crate::text::quote;
use crate::trace::record::Trace;

/// What a build executed by its trace, given which emulators the kernel knew for it.
pub(crate) fn executed(trace: &Trace, emulation: Emulation) -> Executed {
    let file = |(path, count): (&[u8], u64)| ExecutedFile {
        path: without_root(&quote(path)),
        count,
    };
    Executed {
        emulation,
        count: trace.executions(),
        of_chroot: trace.executed_inside().map(file).collect(),
        refused: trace.unexecutable().map(file).collect(),
    }
}
