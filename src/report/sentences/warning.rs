//! What a build warned of, as sentences.

use crate::sandbox::protocol::Warning;
use crate::text::quote;
use crate::verify::build_facts::Warnings;

/// What the sandbox and mmdebstrap warned of.
pub(crate) fn warnings<'a>(build: impl Into<Warnings<'a>>) -> Vec<String> {
    let warnings: Warnings<'a> = build.into();
    let of_sandbox = warnings.of_sandbox.iter().map(sentence);
    of_sandbox.chain(warnings.of_mmdebstrap).collect()
}

/// The sentence of a sandbox's warning.
pub(crate) fn sentence(warning: &Warning) -> String {
    match warning {
        Warning::EmulatorsStay { error } => format!(
            "this kernel cannot hide the machine's binfmt_misc emulators from the build (needs \
             Linux 6.7): {error}"
        ),
        Warning::ProcessesEnded { commands } => {
            let count = commands.len();
            let commands: Vec<_> = commands.iter().map(|command| quote(command)).collect();
            format!(
                "{count} {} on when the command had ended, and {} ended: {}",
                if count == 1 {
                    "process ran"
                } else {
                    "processes ran"
                },
                if count == 1 { "was" } else { "were" },
                commands.join(", ")
            )
        }
    }
}
