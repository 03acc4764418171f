//! Symbolic links to directories that every Debian system has besides those of merged /usr.

/// Links of base-files, and what they lead to.
const LINKS: [(&str, &str); 2] = [("/var/run", "/run"), ("/var/lock", "/run/lock")];

/// Where a path leads that goes through one of the links: the name that an observer of calls sees.
pub(crate) fn through_standard_link(path: &str) -> Option<String> {
    LINKS.iter().find_map(|(link, target)| {
        let rest = path.strip_prefix(link)?;
        let is_below = rest.is_empty() || rest.starts_with('/');
        is_below.then(|| format!("{target}{rest}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_through_a_standard_link_leads_to_run() {
        for (path, expected) in [
            ("/var/run/postgresql", Some("/run/postgresql")),
            ("/var/run", Some("/run")),
            ("/var/lock/a", Some("/run/lock/a")),
            ("/var/runit", None),
            ("/run/a", None),
        ] {
            assert_eq!(through_standard_link(path).as_deref(), expected);
        }
    }
}
