//! From many divergences to few causes.
//!
//! A rule reads the divergences that nothing has claimed yet, and the evidence, and makes
//! findings: each claims divergences, says why, and whose script it was. Rules are asked in
//! the order of [`RULES`]; a divergence belongs to the first finding that claims it. What no
//! rule claims stays unexplained. Explaining never acquits: the verdict is made before.

pub(crate) mod accounts;
pub(crate) mod aliasing;
pub(crate) mod build_path;
pub(crate) mod clock;
pub(crate) mod configuration_order;
pub(crate) mod escaped_write;
pub(crate) mod foreign_ldconfig;
pub(crate) mod nondeterminism;
pub(crate) mod order_only;
pub(crate) mod outside_input;
pub(crate) mod outside_tool;
pub(crate) mod owner_by_name;
pub(crate) mod package_set;
pub(crate) mod parent_time;
pub(crate) mod privileges_lost;
pub(crate) mod random;
pub(crate) mod read_leak;
pub(crate) mod script_differs;
pub(crate) mod surroundings;
pub(crate) mod technique;
pub(crate) mod tool_itself;
pub(crate) mod trigger_not_run;

pub use crate::explain::case::{
    Case, Differing, Evidence, Foreign, OutsideFiles, TechniqueCase, bare,
};
pub use crate::explain::evidence_text::without_root;

use crate::trace::process::Script;

/// What explains one or more divergences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// One line.
    pub title: String,
    /// Binary package whose script it was.
    pub package: Option<String>,
    /// The script: `postinst`, or `trigger` for a postinst run for one.
    pub script: Option<String>,
    /// What it rests on, one line each.
    pub evidence: Vec<String>,
    /// What to do.
    pub hint: Option<&'static str>,
    /// A bug report.
    pub bug: Option<&'static str>,
    /// Positions of the divergences it claims.
    pub claims: Vec<usize>,
    /// Positions of the escapes that belong to it.
    pub escapes: Vec<usize>,
}

impl Finding {
    /// A finding of a rule without anything more than its title.
    fn new(rule: &'static str, title: String, claims: Vec<usize>) -> Self {
        Self {
            rule,
            title,
            package: None,
            script: None,
            evidence: Vec::new(),
            hint: None,
            bug: None,
            claims,
            escapes: Vec::new(),
        }
    }

    /// What a script did, titled by its package's version and its name; where it is not known
    /// whose it was, by what was done alone.
    fn of(
        case: &Case<'_>,
        rule: &Rule,
        script: Option<&Script>,
        what: &str,
        claims: Vec<usize>,
    ) -> Self {
        let Some(script) = script else {
            return Self::new(rule.id, what.to_owned(), claims);
        };
        let (package, word) = (
            case.versioned(&script.package),
            crate::explain::case::word(script),
        );
        Self {
            package: Some(script.package.clone()),
            script: Some(word.to_owned()),
            ..Self::new(rule.id, format!("{package}, {word}: {what}"), claims)
        }
    }
}

/// Which observed builds a rule works with; without them it is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// None.
    Nothing,
    /// The chrootless one.
    Chrootless,
    /// Both.
    Both,
}

/// One way to explain.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Stable id, for reports and documentation.
    pub id: &'static str,
    /// What it recognises, one line.
    pub about: &'static str,
    /// What it takes.
    pub needs: Needs,
    /// Finds; must claim free divergences only.
    find: fn(&Case<'_>) -> Vec<Finding>,
}

/// All rules, in the order in which they are asked.
pub const RULES: [Rule; 22] = [
    crate::explain::rules::package_set::RULE,
    crate::explain::rules::nondeterminism::RULE,
    crate::explain::rules::technique::RULE,
    crate::explain::rules::read_leak::RULE,
    crate::explain::rules::aliasing::RULE,
    crate::explain::rules::escaped_write::RULE,
    crate::explain::rules::accounts::RULE,
    crate::explain::rules::build_path::RULE,
    crate::explain::rules::order_only::RULE,
    crate::explain::rules::owner_by_name::RULE,
    crate::explain::rules::outside_input::RULE,
    crate::explain::rules::outside_tool::RULE,
    crate::explain::rules::clock::RULE,
    crate::explain::rules::trigger_not_run::RULE,
    crate::explain::rules::foreign_ldconfig::RULE,
    crate::explain::rules::configuration_order::RULE,
    crate::explain::rules::script_differs::RULE,
    crate::explain::rules::random::RULE,
    crate::explain::rules::privileges_lost::RULE,
    crate::explain::rules::surroundings::RULE,
    crate::explain::rules::tool_itself::RULE,
    crate::explain::rules::parent_time::RULE,
];

/// Rules that explain by how a chroot was built: what they claim is held against no package.
pub const OF_NO_PACKAGE: [&str; 3] = [
    crate::explain::rules::technique::RULE.id,
    crate::explain::rules::foreign_ldconfig::RULE.id,
    crate::explain::rules::configuration_order::RULE.id,
];

/// The rule for what a script read from the outside.
pub const READ_LEAK: &str = crate::explain::rules::read_leak::RULE.id;

/// Explains what can be explained.
#[must_use]
pub fn explain(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut case = Case::new(evidence);
    let mut findings: Vec<Finding> = Vec::new();
    for rule in RULES.iter().filter(|rule| evidence.has(rule.needs)) {
        for mut finding in (rule.find)(&case) {
            finding.claims.retain(|at| case.is_free(*at));
            if finding.claims.is_empty() && finding.escapes.is_empty() {
                continue;
            }
            case.claim(&finding);
            match findings
                .iter_mut()
                .find(|other| other.title == finding.title)
            {
                Some(other) => {
                    other.claims.append(&mut finding.claims);
                    other.escapes.append(&mut finding.escapes);
                    for line in finding.evidence {
                        if !other.evidence.contains(&line) {
                            other.evidence.push(line);
                        }
                    }
                }
                None => findings.push(finding),
            }
        }
        if findings
            .iter()
            .any(|finding| finding.rule == crate::explain::rules::package_set::RULE.id)
        {
            // With other packages everything may differ: nothing else would be an explanation.
            break;
        }
    }
    for finding in &mut findings {
        let lines = crate::explain::quoted_lines::lines(&case, finding);
        finding.evidence.extend(lines);
        finding.claims.sort_unstable();
        finding.escapes.sort_unstable();
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.claims.len()));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_an_id_of_its_own_and_a_line_about_it() {
        let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        assert!(RULES.iter().all(|rule| !rule.about.is_empty()));
    }

    #[test]
    fn the_documentation_lists_the_rules_in_their_order() {
        let text = include_str!("../../../docs/causes.md");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed: Vec<_> = rows
            .filter_map(|row| Some(row.split_once('`')?.0))
            .collect();
        assert_eq!(listed, RULES.map(|rule| rule.id));
    }
}
