//! The stable names of the rules, as reports and `docs/causes.md` have them.

/// A rule that explains divergences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleId {
    /// `accounts`
    Accounts,
    /// `aliasing`
    Aliasing,
    /// `build-path`
    BuildPath,
    /// `clock`
    Clock,
    /// `configuration-order`
    ConfigurationOrder,
    /// `escaped-write`
    EscapedWrite,
    /// `foreign-ldconfig`
    ForeignLdconfig,
    /// `inode-cache`
    InodeCache,
    /// `link-roles`
    LinkRoles,
    /// `nondeterminism`
    Nondeterminism,
    /// `order-only`
    OrderOnly,
    /// `outside-input`
    OutsideInput,
    /// `outside-tool`
    OutsideTool,
    /// `owner-by-name`
    OwnerByName,
    /// `package-set`
    PackageSet,
    /// `parent-time`
    ParentTime,
    /// `privileges-lost`
    PrivilegesLost,
    /// `random`
    Random,
    /// `read-leak`
    ReadLeak,
    /// `script-differs`
    ScriptDiffers,
    /// `script-failed`
    ScriptFailed,
    /// `stored-otherwise`
    StoredOtherwise,
    /// `surroundings`
    Surroundings,
    /// `technique`
    Technique,
    /// `tool-itself`
    ToolItself,
    /// `trigger-not-run`
    TriggerNotRun,
}

impl RuleId {
    /// The name in reports and documentation.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Aliasing => "aliasing",
            Self::BuildPath => "build-path",
            Self::Clock => "clock",
            Self::ConfigurationOrder => "configuration-order",
            Self::EscapedWrite => "escaped-write",
            Self::ForeignLdconfig => "foreign-ldconfig",
            Self::InodeCache => "inode-cache",
            Self::LinkRoles => "link-roles",
            Self::Nondeterminism => "nondeterminism",
            Self::OrderOnly => "order-only",
            Self::OutsideInput => "outside-input",
            Self::OutsideTool => "outside-tool",
            Self::OwnerByName => "owner-by-name",
            Self::PackageSet => "package-set",
            Self::ParentTime => "parent-time",
            Self::PrivilegesLost => "privileges-lost",
            Self::Random => "random",
            Self::ReadLeak => "read-leak",
            Self::ScriptDiffers => "script-differs",
            Self::ScriptFailed => "script-failed",
            Self::StoredOtherwise => "stored-otherwise",
            Self::Surroundings => "surroundings",
            Self::Technique => "technique",
            Self::ToolItself => "tool-itself",
            Self::TriggerNotRun => "trigger-not-run",
        }
    }

    /// Whether the rule explains by how a chroot was built, or by what is so in each build, so that
    /// what it claims is held against no package.
    #[must_use]
    pub fn acquits_packages(self) -> bool {
        matches!(
            self,
            Self::Technique
                | Self::ForeignLdconfig
                | Self::ConfigurationOrder
                | Self::InodeCache
                | Self::Nondeterminism
                | Self::OutsideTool
                | Self::Surroundings
                | Self::ToolItself
        )
    }
}
