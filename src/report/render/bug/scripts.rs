//! Lines of the package's maintainer scripts that act without `DPKG_ROOT`.

use crate::report::render::owner::owner;
use crate::report::wire::package::PackageScript;
use crate::report::wire::report::Report;
use crate::report::wire::script::ScriptName;
use crate::text::quote;

/// Most lines of one script that are quoted.
const QUOTED: usize = 24;

/// The lines of all scripts of the package that have any.
///
/// A guard makes a difference too, so a script that made an entry is named even if reading it
/// found no line.
pub(crate) fn scripts(report: &Report, package: &str) -> String {
    let entries = report.divergences.all().iter();
    let named: Vec<ScriptName> = entries
        .filter(|entry| owner(report, entry) == Some(package))
        .filter_map(|entry| entry.script)
        .collect();
    let mut packages = report.packages.iter();
    let known = packages.find(|known| known.name == package);
    let scripts = known.into_iter().flat_map(|known| &known.scripts);
    let quoted: String = scripts
        .filter(|script| !script.lines.is_empty() || named.contains(&script.name))
        .map(quoted)
        .collect();
    if quoted.is_empty() {
        return quoted;
    }
    format!("\nLines of its scripts that act without DPKG_ROOT:\n{quoted}")
}

fn quoted(script: &PackageScript) -> String {
    let name = script.name.as_str();
    if script.lines.is_empty() {
        return format!("\n  {name}: reading it found none\n");
    }
    let mut out = "\n".to_owned();
    for line in script.lines.iter().take(QUOTED) {
        let text = quote(line.text.as_bytes());
        let run = match line.exercised {
            Some(false) => ", which did not run in this installation",
            Some(true) | None => "",
        };
        out.push_str(&format!("  {name} line {}{run}: {text}\n", line.number));
    }
    match script.lines.len().saturating_sub(QUOTED) {
        0 => {}
        1 => out.push_str(&format!("  {name}: and 1 more line\n")),
        rest => out.push_str(&format!("  {name}: and {rest} more lines\n")),
    }
    out
}
