//! What scripts tried on the outside and decided by there, as wire values.

use nix::errno::Errno;

use crate::explain::observed_outside::{self as seen, Effect};
use crate::report::convert::commands::Commands;
use crate::report::wire::outside::{Attempt, AttemptEffect, OutsideRead};
use crate::report::wire::script::ScriptName;
use crate::text::quote;

/// The attempts, in their order.
pub(crate) fn attempts(attempts: &[seen::Attempt], commands: &Commands<'_>) -> Vec<Attempt> {
    let attempts = attempts.iter();
    attempts
        .map(|one| {
            let (effect, errno) = effect(one.effect);
            Attempt {
                path: place(&one.path),
                call: one.call.clone(),
                effect,
                errno,
                package: one.actor.package.clone(),
                script: ScriptName(one.actor.script),
                command: commands.name(&one.actor.command),
                line: one.actor.line.map(|line| line as u64),
            }
        })
        .collect()
}

/// Where an attempt was made: not every call has a path.
fn place(path: &[u8]) -> String {
    match path {
        b"" => "(the machine)".to_owned(),
        path => quote(path),
    }
}

/// The reads, in their order.
pub(crate) fn reads(reads: &[seen::OutsideRead], commands: &Commands<'_>) -> Vec<OutsideRead> {
    let reads = reads.iter();
    reads
        .map(|one| OutsideRead {
            path: quote(&one.path),
            package: one.actor.package.clone(),
            script: ScriptName(one.actor.script),
            command: commands.name(&one.actor.command),
            line: one.actor.line.map(|line| line as u64),
            exists: one.exists,
        })
        .collect()
}

/// What came of an attempt, and the name of the error.
fn effect(effect: Effect) -> (AttemptEffect, Option<String>) {
    match effect {
        Effect::Changed => (AttemptEffect::Changed, None),
        Effect::Unchanged => (AttemptEffect::None, None),
        Effect::Failed(error) => (AttemptEffect::None, Some(errno(error))),
        Effect::Refused(error) => (AttemptEffect::Refused, Some(errno(error))),
    }
}

/// The name of an error in errno(3), or its number.
pub(crate) fn errno(error: i32) -> String {
    match Errno::from_raw(error) {
        Errno::UnknownErrno => error.to_string(),
        known => format!("{known:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_name() {
        assert_eq!(errno(17), "EEXIST");
        assert_eq!(errno(30), "EROFS");
        assert_eq!(errno(9999), "9999");
    }
}
