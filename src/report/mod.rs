//! The report: finished values become wire values, and wire values become bytes.
//!
//! [`Report`] is `twinroot.report.v1` (`docs/report-format.md`): `wire` has its types, `convert`
//! makes it, `known` holds it against the user's rules, and `render` has a pure function for each
//! format.

pub(crate) mod convert;
pub(crate) mod exit_status;
pub(crate) mod known;
pub(crate) mod names;
pub(crate) mod render;
pub(crate) mod saved;
pub mod sentences;
pub(crate) mod wire;

pub use crate::report::convert::advice::Advice;
pub use crate::report::convert::comparison::ExplainedComparison;
pub use crate::report::exit_status::{KnownFindings, exit_status};
pub use crate::report::known::error::{RuleError, RulesError};
pub use crate::report::known::file::Rules;
pub use crate::report::known::matching::known;
pub use crate::report::render::bug::{bug, no_bug};
pub use crate::report::render::codequality::codequality;
pub use crate::report::render::diffoscope::diffoscope_json;
pub use crate::report::render::html::html;
pub use crate::report::render::json::{audit_json, json, write_json};
pub use crate::report::render::junit::junit;
pub use crate::report::render::markdown::markdown;
pub use crate::report::render::sarif::sarif;
pub use crate::report::render::text::audit::audit_text;
pub use crate::report::render::text::listing::Listing;
pub use crate::report::render::text::packages::packages_table;
pub use crate::report::render::text::paint::Paint;
pub use crate::report::render::text::{text, text_in_colour, text_in_parts};
pub use crate::report::saved::{SavedError, from_json};
pub use crate::report::wire::audit::{AUDIT_SCHEMA, AuditReport};
pub use crate::report::wire::build::{Build, ModeName};
pub use crate::report::wire::cause::Cause;
pub use crate::report::wire::command::{Command, CommandName};
pub use crate::report::wire::divergence::{
    DivergenceName, DivergentAspect, DivergentEntry, DivergentField,
};
pub use crate::report::wire::divergent_entries::DivergentEntries;
pub use crate::report::wire::executed::{Emulation, Executed, ExecutedFile};
pub use crate::report::wire::failure::{Failure, FailureCauseName};
pub use crate::report::wire::frozen::{FrozenPackage, FrozenState};
pub use crate::report::wire::known::{IgnoredRule, Known, RuleFinding};
pub use crate::report::wire::matrix::{MatrixRow, RowOutside};
pub use crate::report::wire::outside::{
    Attempt, AttemptEffect, AuditMethod, Escape, EscapeChange, Outside, OutsideRead,
};
pub use crate::report::wire::package::{
    DpkgRoot, Package, PackageScript, PackageVerdictName, ScriptLine,
};
pub use crate::report::wire::report::{Report, SCHEMA, Times};
pub use crate::report::wire::script::ScriptName;
pub use crate::report::wire::side::{ArchiveSide, CompressionName, KindName};
pub use crate::report::wire::trouble::Trouble;
pub use crate::report::wire::verdict::Verdict;
