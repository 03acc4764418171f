//! What a build warned of, as sentences.

use crate::bootstrap::build::Built;
use crate::sandbox::protocol::Warning;

/// What the sandbox and mmdebstrap warned of.
pub(crate) fn warnings(built: &Built) -> Vec<String> {
    let own = built.warnings.iter().map(sentence);
    own.chain(built.transcript.warnings()).collect()
}

/// The sentence of a sandbox's warning.
pub(crate) fn sentence(warning: &Warning) -> String {
    match warning {
        Warning::EmulatorsStay { error } => format!(
            "this kernel cannot hide the machine's binfmt_misc emulators from the build (needs \
             Linux 6.7): {error}"
        ),
    }
}
