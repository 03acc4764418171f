//! Whose each divergent entry and each escape is: the package, the script and the cause.

use crate::explain::ownership::Owner;
use crate::explain::rules::Finding;
use crate::report::convert::causes::cause_id;
use crate::report::convert::script::script_name;
use crate::report::wire::script::ScriptName;

/// Whose a divergent entry or an escape is, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attribution {
    /// Id of the cause that explains it; of divergent entries only.
    pub(crate) cause: Option<String>,
    /// Its binary package.
    pub(crate) package: Option<String>,
    /// The script of that package.
    pub(crate) script: Option<ScriptName>,
}

impl From<&Option<Owner>> for Attribution {
    fn from(owner: &Option<Owner>) -> Self {
        let script = owner.as_ref().and_then(|owner| owner.script);
        Self {
            cause: None,
            package: owner.as_ref().map(|owner| owner.package.clone()),
            script: script.and_then(script_name),
        }
    }
}

/// Attributes divergent entries, given the owners of all of them in their order.
///
/// A finding that names a package knows better than dpkg's database.
pub(crate) fn of_divergences(owners: &[Option<Owner>], findings: &[Finding]) -> Vec<Attribution> {
    let attribution = |(at, owner): (usize, &Option<Owner>)| {
        let mut numbered = findings.iter().enumerate();
        let claiming = numbered.rfind(|(_, finding)| finding.claims.binary_search(&at).is_ok());
        let cause = claiming.map(|(number, _)| cause_id(number));
        match claiming.filter(|(_, finding)| finding.package.is_some()) {
            Some((_, finding)) => Attribution {
                cause,
                ..of_finding(finding)
            },
            None => Attribution {
                cause,
                ..Attribution::from(owner)
            },
        }
    };
    owners.iter().enumerate().map(attribution).collect()
}

/// Attributes escapes, given the owners of all of them in their order.
pub(crate) fn of_escapes(owners: &[Option<Owner>], findings: &[Finding]) -> Vec<Attribution> {
    let attribution = |(at, owner): (usize, &Option<Owner>)| {
        let mut findings = findings.iter();
        let finding = findings.rfind(|finding| finding.escapes.binary_search(&at).is_ok());
        finding.map_or_else(|| Attribution::from(owner), of_finding)
    };
    owners.iter().enumerate().map(attribution).collect()
}

fn of_finding(finding: &Finding) -> Attribution {
    Attribution {
        cause: None,
        package: finding.package.clone(),
        script: finding.script.as_deref().and_then(script_name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(package: &str) -> Option<Owner> {
        Some(Owner {
            package: package.to_owned(),
            script: Some("preinst"),
        })
    }

    fn finding(package: Option<&str>, claims: &[usize], escapes: &[usize]) -> Finding {
        Finding {
            rule: "rule",
            title: "title".to_owned(),
            package: package.map(str::to_owned),
            script: package.map(|_| "postinst".to_owned()),
            evidence: Vec::new(),
            hint: None,
            bug: None,
            claims: claims.to_vec(),
            escapes: escapes.to_vec(),
        }
    }

    fn attribution(
        cause: Option<&str>,
        package: Option<&str>,
        script: Option<ScriptName>,
    ) -> Attribution {
        Attribution {
            cause: cause.map(str::to_owned),
            package: package.map(str::to_owned),
            script,
        }
    }

    #[test]
    fn a_finding_that_names_a_package_knows_better_than_the_database() {
        let owners = [owner("shipped"), owner("shipped"), None];
        let findings = [finding(None, &[1], &[]), finding(Some("ran"), &[0], &[])];
        assert_eq!(
            of_divergences(&owners, &findings),
            [
                attribution(Some("2"), Some("ran"), Some(ScriptName::Postinst)),
                attribution(Some("1"), Some("shipped"), Some(ScriptName::Preinst)),
                attribution(None, None, None),
            ]
        );
    }

    #[test]
    fn an_escape_belongs_to_its_finding_even_if_that_names_no_package() {
        let owners = [owner("suspect"), owner("suspect")];
        assert_eq!(
            of_escapes(&owners, &[finding(None, &[], &[1])]),
            [
                attribution(None, Some("suspect"), Some(ScriptName::Preinst)),
                attribution(None, None, None),
            ]
        );
    }
}
