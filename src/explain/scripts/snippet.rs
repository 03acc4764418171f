//! Parts of maintainer scripts that debhelper's tools add (debhelper(7), `#DEBHELPER#`).

/// The tool of debhelper that added a part of a script, and its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snippet {
    /// Name of the tool, for example `dh_installsystemd`.
    pub tool: String,
    /// Version of debhelper that the package was built with; old ones did not write it.
    pub version: Option<String>,
}

impl Snippet {
    /// The part that begins with a line: `# Automatically added by dh_installsystemd/13.11.4`.
    pub(crate) fn of_start(line: &str) -> Option<Self> {
        let rest = line.trim().strip_prefix("# Automatically added by ")?;
        let word = rest.split_whitespace().next()?;
        let (tool, version) = match word.split_once('/') {
            Some((tool, version)) => (tool, Some(version.to_owned())),
            None => (word, None),
        };
        let is_tool = tool.starts_with("dh_");
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
