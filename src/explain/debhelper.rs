//! What a tool of debhelper brought into the scripts of many packages is one cause, and the tool's.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::chroots::Chroots;
use crate::explain::command_fit::is_program;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::finding::Finding;
use crate::explain::origin::{Origin, SnippetUser};
use crate::explain::scripts::{ParsedScript, Snippet};

/// The findings, of which those are one that say the same of parts of scripts that the same tool
/// added.
pub(crate) fn grouped(findings: Vec<Finding>, chroots: &Chroots) -> Vec<Finding> {
    let mut grouped: Vec<Finding> = Vec::new();
    for finding in findings {
        let finding = of_snippet(finding, chroots);
        let mut known = grouped.iter_mut();
        match known.find(|known| is_same(known, &finding)) {
            Some(known) => join(known, finding),
            None => grouped.push(finding),
        }
    }
    grouped
}

/// The finding with its origin, if every line that it quotes is of one part that debhelper added.
fn of_snippet(finding: Finding, chroots: &Chroots) -> Finding {
    let (Some(package), Some(script)) = (finding.package.clone(), finding.script) else {
        return finding;
    };
    let known = finding.part.clone();
    let Some(snippet) = known.or_else(|| of_lines(&finding, &package, script, chroots)) else {
        return finding;
    };
    let user = SnippetUser {
        package: package.clone(),
        script,
        claims: finding.claims.clone(),
        escapes: finding.escapes.clone(),
    };
    let evidence = finding.evidence.into_iter().map(|mut one| {
        if let Evidence::ScriptLine { line, .. }
        | Evidence::ScriptTest { line, .. }
        | Evidence::ScriptAsks { line, .. } = &mut one
        {
            line.package = Some(package.clone());
        }
        one
    });
    Finding {
        evidence: evidence.collect(),
        origin: Some(Origin {
            snippet,
            users: vec![user],
        }),
        ..finding
    }
}

/// The part that all quoted lines of a finding are of, if there is one.
fn of_lines(
    finding: &Finding,
    package: &str,
    script: ScriptKind,
    chroots: &Chroots,
) -> Option<Snippet> {
    let text = chroots.scripts.script(package, script.file())?;
    let lines = finding.evidence.iter().filter_map(|one| match one {
        Evidence::ScriptLine { line, .. } => Some(text.snippet(line.number)),
        _ => None,
    });
    let mut lines: Vec<Option<Snippet>> = lines.collect();
    lines.dedup();
    let mut evidence = finding.evidence.iter();
    match lines.as_slice() {
        [Some(snippet)] if evidence.all(|one| is_of_lines(one, &finding.evidence, text)) => {
            Some(snippet.clone())
        }
        _ => None,
    }
}

/// Whether the command that a piece of evidence names, if it names one, stands in the quoted lines:
/// what the script's own shell wrote, or another line of it, is not the tool's.
fn is_of_lines(evidence: &Evidence, all: &[Evidence], script: &ParsedScript) -> bool {
    let command = match evidence {
        Evidence::Command { command, .. } | Evidence::OutsideFile { command, .. } => command,
        Evidence::Entry {
            fact:
                EntryFact::WrittenBy(command)
                | EntryFact::WrittenIn { command, .. }
                | EntryFact::LinesBy { command, .. },
            ..
        } => command,
        _ => return true,
    };
    let program = command.words.first().map_or("", String::as_str);
    let name = program.rsplit('/').next().unwrap_or_default();
    // `$tool` may hold its name.
    let runs = |number: usize| {
        let mut commands = script.commands(number);
        commands.any(|words| is_program(words, program))
    };
    all.iter().any(|one| match one {
        Evidence::ScriptLine { line, .. } => line.text.contains(name) || runs(line.number),
        _ => false,
    })
}

fn is_same(known: &Finding, finding: &Finding) -> bool {
    let snippet = |finding: &Finding| finding.origin.as_ref().map(|one| one.snippet.clone());
    let of = (snippet(known), snippet(finding));
    of.0.is_some() && of.0 == of.1 && known.what == finding.what
}

/// Adds what the same part did in another script; no package has it alone.
fn join(known: &mut Finding, finding: Finding) {
    let users = finding.origin.clone().map(|origin| origin.users);
    known.join(finding);
    known.package = None;
    known.version = None;
    known.script = None;
    known.claims.sort_unstable();
    known.claims.dedup();
    known.escapes.sort_unstable();
    if let Some(origin) = &mut known.origin {
        origin.users.extend(users.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::command_line::CommandLine;
    use crate::explain::evidence::{CommandRole, LineBuilds, QuotedLine};
    use crate::explain::scripts::parsed_script::TriggerInterest;

    #[test]
    fn a_line_runs_a_command_whose_name_a_variable_holds() {
        let text = b"#!/bin/sh\ntool=update-a\n$tool --all\n";
        let kind = ScriptKind::Postinst;
        let script = ParsedScript::read(kind, text, TriggerInterest::Absent);
        let lines = [Evidence::ScriptLine {
            line: QuotedLine {
                package: None,
                script: kind,
                number: 3,
                text: "$tool --all".to_owned(),
            },
            ran: LineBuilds::Any,
        }];
        let command = |program: &str| Evidence::Command {
            command: CommandLine {
                words: vec![program.to_owned(), "--all".to_owned()],
            },
            role: CommandRole::WroteInNormalBuild,
        };
        assert!(is_of_lines(&command("/usr/sbin/update-a"), &lines, &script));
        assert!(!is_of_lines(&command("update-b"), &lines, &script));
    }
}
