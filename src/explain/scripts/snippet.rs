//! Parts of maintainer scripts that debhelper's tools add (debhelper(7), `#DEBHELPER#`).

/// The tool of debhelper that added a part of a script, and its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snippet {
    /// Name of the tool, for example `dh_installsystemd`.
    pub tool: String,
    /// Version of debhelper that the package was built with; old ones did not write it.
    pub version: Option<String>,
}

/// The tools of debhelper itself that add parts to scripts; others are of packages of their own.
const OF_DEBHELPER: [&str; 23] = [
    "dh_gconf",
    "dh_icons",
    "dh_installalternatives",
    "dh_installcatalogs",
    "dh_installdeb",
    "dh_installdebconf",
    "dh_installemacsen",
    "dh_installinfo",
    "dh_installinit",
    "dh_installmenu",
    "dh_installmodules",
    "dh_installsystemd",
    "dh_installsystemduser",
    "dh_installsysusers",
    "dh_installtmpfiles",
    "dh_installudev",
    "dh_installwm",
    "dh_installxfonts",
    "dh_makeshlibs",
    "dh_systemd_enable",
    "dh_systemd_start",
    "dh_ucf",
    "dh_usrlocal",
];

impl Snippet {
    /// Whether the tool is of debhelper itself, and not of another package that adds to it.
    #[must_use]
    pub fn is_of_debhelper(&self) -> bool {
        OF_DEBHELPER.contains(&self.tool.as_str())
    }

    /// The part that begins with a line: `# Automatically added by dh_installsystemd/13.11.4`.
    pub(crate) fn of_start(line: &str) -> Option<Self> {
        let rest = line.trim().strip_prefix("# Automatically added by ")?;
        let word = rest.split_whitespace().next()?;
        let (tool, version) = match word.split_once('/') {
            Some((tool, version)) => (tool, Some(version.to_owned())),
            None => (word, None),
        };
        // dictionaries-common has installdeb-aspell and others.
        let is_tool = tool.starts_with("dh_") || tool.starts_with("installdeb-");
        is_tool.then(|| Self {
            tool: tool.to_owned(),
            version,
        })
    }
}

/// Whether a line ends such a part.
pub(crate) fn is_end(line: &str) -> bool {
    line.trim() == "# End automatically added section"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::scripts::line::ScriptLines;

    #[test]
    fn a_line_between_the_marks_is_of_the_tool_that_they_name() {
        let script = "#!/bin/sh\nset -e\n# Automatically added by dh_installsystemd/13.11.4\n\
            systemctl x\n# End automatically added section\ntrue\n\
            # Automatically added by dh_installmenu\nmenu\n";
        let lines = ScriptLines::new(script.as_bytes());
        let found = [2, 4, 6, 8].map(|number| lines.snippet(number));
        let snippet = |tool: &str, version: Option<&str>| {
            Some(Snippet {
                tool: tool.to_owned(),
                version: version.map(str::to_owned),
            })
        };
        assert_eq!(
            found,
            [
                None,
                snippet("dh_installsystemd", Some("13.11.4")),
                None,
                snippet("dh_installmenu", None),
            ]
        );
    }
}
