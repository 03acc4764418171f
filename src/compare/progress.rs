//! How far a comparison is.

/// Told how many bytes of the left archive were compared so far, once a chunk, from any thread.
pub type Progress<'call> = dyn Fn(u64) + Sync + 'call;
