//! Names of maintainer scripts.

use crate::report::wire::script::ScriptName;

/// The script of a name as dpkg and the rules write it, or `trigger`.
pub(crate) fn script_name(name: &str) -> Option<ScriptName> {
    match name {
        "preinst" => Some(ScriptName::Preinst),
        "postinst" => Some(ScriptName::Postinst),
        "prerm" => Some(ScriptName::Prerm),
        "postrm" => Some(ScriptName::Postrm),
        "config" => Some(ScriptName::Config),
        "trigger" => Some(ScriptName::Trigger),
        _ => None,
    }
}
