//! Names of maintainer scripts.

use crate::explain::maintainer_script::MaintainerScript;
use crate::report::wire::script::ScriptName;

impl From<MaintainerScript> for ScriptName {
    fn from(script: MaintainerScript) -> Self {
        match script {
            MaintainerScript::Preinst => Self::Preinst,
            MaintainerScript::Postinst => Self::Postinst,
            MaintainerScript::Prerm => Self::Prerm,
            MaintainerScript::Postrm => Self::Postrm,
            MaintainerScript::Config => Self::Config,
            MaintainerScript::Trigger => Self::Trigger,
        }
    }
}
