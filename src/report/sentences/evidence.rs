//! What a finding rests on, a line each.

use crate::compare::side::Side;
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{
    Builds, CommandRole, EntryFact, Evidence, LineBuilds, OutsideAccess, QuotedLine,
};
use crate::explain::finding::{Finding, What};
use crate::explain::script_runs::{is_trigger, run_name};
use crate::report::sentences::archives;
use crate::report::sentences::attempt::attempt;
use crate::report::sentences::command_line;
use crate::report::sentences::finding::link_names;
use crate::text::{quote, quote_line};
use crate::trace::process::Script;

/// Arguments of a script that a line names.
const ARGUMENTS: usize = 2;

/// The lines of a finding, each once. What was read, and what shows that it was, is sorted: it
/// has no order of its own.
#[must_use]
pub fn lines(finding: &Finding) -> Vec<String> {
    let mut lines: Vec<String> = match &finding.what {
        What::StoredOtherwise { statements } => statements.iter().map(archives::line).collect(),
        _ => Vec::new(),
    };
    for kind in finding.evidence.chunk_by(are_sorted) {
        let mut of_kind: Vec<String> = kind.iter().map(line).collect();
        if kind.len() > 1 {
            of_kind.sort();
        }
        for line in of_kind {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    match finding.more_evidence {
        0 => {}
        1 => lines.push("and 1 more piece of evidence, left out here".to_owned()),
        more => lines.push(format!("and {more} more pieces of evidence, left out here")),
    }
    lines
}

/// Whether two pieces of evidence are of one kind, and of one that is sorted.
fn are_sorted(one: &Evidence, other: &Evidence) -> bool {
    let is_read = |evidence: &Evidence| {
        matches!(
            evidence,
            Evidence::OutsideFile {
                access: OutsideAccess::Read(_),
                ..
            }
        )
    };
    let is_shown = |evidence: &Evidence| {
        matches!(
            evidence,
            Evidence::Entry {
                fact: EntryFact::HasWordsOf { .. },
                ..
            }
        )
    };
    is_read(one) && is_read(other) || is_shown(one) && is_shown(other)
}

/// The line of one piece of evidence.
#[must_use]
pub fn line(evidence: &Evidence) -> String {
    match evidence {
        Evidence::PackageOnly {
            side,
            package,
            version,
        } => match side {
            Side::Left => format!("only left: {package} {version}"),
            Side::Right => format!("only right: {package} {version}"),
        },
        Evidence::PackageVersions {
            package,
            left,
            right,
        } => format!("{package}: {left} | {right}"),
        Evidence::DpkgArchitectures { chroot, outside } => format!(
            "dpkg, which decides the order, is of {chroot} in the normal build and of {outside} \
             in the chrootless one, where packages of {chroot} are foreign to it"
        ),
        Evidence::Entry { path, fact } => entry(path, fact),
        Evidence::Command { command, role } => command_line(&shown(command), role),
        Evidence::OutsideFile {
            file,
            command,
            access,
        } => outside_file(&quote(file), &shown(command), access),
        Evidence::Attempt(one) => attempt(one),
        Evidence::LinksAreDirectories { links } => format!(
            "{}: a symlink on one side, a directory on the other",
            link_names(links)
        ),
        Evidence::ScriptLine { line, ran } => numbered(line, ran_in(*ran)),
        Evidence::ScriptTest { line, decides } => {
            numbered(line, &format!(", on which line {decides} depends"))
        }
        Evidence::ScriptAsks {
            line,
            path,
            is_outside,
        } => {
            let only = if *is_outside {
                "outside"
            } else {
                "chroot of the normal build"
            };
            let path = quote(path);
            numbered(
                line,
                &format!(", which asks for {path}, which only the {only} has"),
            )
        }
    }
}

fn ran_in(builds: LineBuilds) -> &'static str {
    match builds {
        LineBuilds::Any => "",
        LineBuilds::Guarded => ", which DPKG_ROOT keeps from running",
        LineBuilds::Normal => ", which ran in the normal build only",
    }
}

/// A line of a script with its number and a note on it.
fn numbered(line: &QuotedLine, note: &str) -> String {
    let QuotedLine {
        package,
        script,
        number,
        text,
    } = line;
    let text = quote_line(text.as_bytes());
    let script = script.as_str();
    match package {
        Some(package) => format!("{package} {script} line {number}{note}: {text}"),
        None => format!("{script} line {number}{note}: {text}"),
    }
}

/// What one of the names of a file is.
fn role(target: Option<&[u8]>) -> String {
    target.map_or_else(
        || "the file".to_owned(),
        |target| format!("a link to {}", quote(target)),
    )
}

fn entry(path: &[u8], fact: &EntryFact) -> String {
    let path = quote(path);
    let rest = match fact {
        EntryFact::Claimed => return path,
        EntryFact::LinkRole { left, right } => {
            format!("{} | {}", role(left.as_deref()), role(right.as_deref()))
        }
        EntryFact::NamesTemporaryRoot => return format!("{path} names it"),
        EntryFact::TemporaryRootStored { times: 1 } => {
            "the chrootless content has the path of the temporary root in it".to_owned()
        }
        EntryFact::TemporaryRootStored { times } => {
            format!(
                "the chrootless content has the path of the temporary root in it, {times} times"
            )
        }
        EntryFact::TimeOfEntries => "its time differs because entries in it do".to_owned(),
        EntryFact::Fields(fields) if fields.is_empty() => "there on one side only".to_owned(),
        EntryFact::Fields(fields) => fields.join(", "),
        EntryFact::WrittenBy(command) => format!("by {}", shown(command)),
        EntryFact::WrittenIn { builds, command } => {
            format!("written {} by {}", in_builds(*builds), shown(command))
        }
        EntryFact::LinesBy {
            builds,
            lines,
            command,
        } => lines_by(*builds, *lines, &shown(command)),
        EntryFact::WrittenByScript { run, command } => {
            format!("{} ran {}", script(run), shown(command))
        }
        EntryFact::WrittenByTrigger { run, command } => {
            let (run, command) = (script(run), shown(command));
            format!("in the normal build {run} runs {command}")
        }
        EntryFact::LeftOutToo { run, command } => {
            format!("{} left out {} as well", script(run), shown(command))
        }
        EntryFact::LastWriters { normal, chrootless } => format!(
            "written last by {} in the normal build, by {} in the chrootless one",
            script(normal),
            script(chrootless)
        ),
        EntryFact::OutsideUser(name) => format!("that id is `{name}` on the outside"),
        EntryFact::OutsideGroup(name) => format!("that id is group `{name}` on the outside"),
        EntryFact::NewLinesFrom { file, found, new } => new_lines(&quote(file), *found, *new),
        EntryFact::LinesMissingLike {
            file,
            shared,
            missing,
        } => missing_lines(&quote(file), *shared, *missing),
        EntryFact::HasWordsOf { file } => format!("has words of the outside's {}", quote(file)),
        EntryFact::LinkerCacheEntries { left, right } => format!("entries {left} | {right}"),
    };
    format!("{path}: {rest}")
}

fn in_builds(builds: Builds) -> &'static str {
    match builds {
        Builds::Normal => "in the normal build",
        Builds::Chrootless => "in the chrootless build",
        Builds::Both => "in both builds",
    }
}

/// Of one build is said what another one lacks, of both what differs.
fn lines_by(builds: Builds, lines: usize, command: &str) -> String {
    let only = match builds {
        Builds::Normal | Builds::Chrootless => " only",
        Builds::Both => "",
    };
    let (differ, builds) = (
        if lines == 1 {
            "line differs"
        } else {
            "lines differ"
        },
        in_builds(builds),
    );
    format!("{lines} {differ} by {command}, {builds}{only}")
}

fn new_lines(file: &str, found: usize, new: usize) -> String {
    let lines = if new == 1 { "line" } else { "lines" };
    let verb = if found == 1 { "is" } else { "are" };
    format!("{found} of {new} new {lines} {verb} from the outside's {file}")
}

fn missing_lines(file: &str, shared: usize, missing: usize) -> String {
    let missing = match missing {
        1 => "the line that is missing".to_owned(),
        missing => format!("the {missing} that are missing"),
    };
    format!("{shared} lines are those of the outside's {file}, which lacks {missing}")
}

fn command_line(command: &str, role: &CommandRole) -> String {
    match role {
        CommandRole::Wrote => format!("written by {command}"),
        CommandRole::SetOwner => format!("set by {command}"),
        CommandRole::WroteInNormalBuild => format!("in the normal build it runs {command}"),
        CommandRole::WroteInside(count) => {
            format!("in the normal build {command} writes {count} of the entries inside")
        }
        CommandRole::MadeLinks(run) => {
            format!("in the normal build {} makes them: {command}", script(run))
        }
        CommandRole::RanFor(run) => format!("{} ran {command}", script(run)),
    }
}

fn outside_file(file: &str, command: &str, access: &OutsideAccess) -> String {
    match access {
        OutsideAccess::Wrote => format!("{file} by {command}"),
        OutsideAccess::Read(Some(run)) => format!("{file}: read by {command}, for {}", script(run)),
        OutsideAccess::Read(None) => format!("{file}: read by {command}"),
    }
}

/// `udev postinst configure`
fn script(run: &Script) -> String {
    let is_name = |at: usize| at == 0 && is_trigger(run);
    let arguments = run.arguments.iter().enumerate();
    let arguments = arguments
        .filter(|(_, argument)| !argument.is_empty())
        .take(ARGUMENTS)
        .filter(|(at, _)| !is_name(*at))
        .map(|(_, argument)| format!(" {}", quote(argument.as_bytes())));
    let arguments: String = arguments.collect();
    format!("{} {}{arguments}", run.package, run_name(run))
}

/// A command line, quoted, and cut if it is long.
fn shown(command: &CommandLine) -> String {
    command_line::shown(&command.words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::maintainer_script::ScriptKind;
    use crate::explain::rule_id::RuleId;

    fn command(words: &[&str]) -> CommandLine {
        CommandLine {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    fn touch() -> CommandLine {
        command(&["touch", "ROOT/etc/a", ""])
    }

    fn run(arguments: &[&str]) -> Script {
        Script {
            package: "p".to_owned(),
            name: "postinst".to_owned(),
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    fn configure() -> Script {
        run(&["configure", "", "1.0", "more"])
    }

    fn package(side: Side) -> Evidence {
        Evidence::PackageOnly {
            side,
            package: "a".to_owned(),
            version: "1".to_owned(),
        }
    }

    fn read(file: &str, run: Option<Script>) -> Evidence {
        Evidence::OutsideFile {
            file: file.as_bytes().to_vec(),
            command: touch(),
            access: OutsideAccess::Read(run),
        }
    }

    fn quoted(ran: LineBuilds) -> Evidence {
        Evidence::ScriptLine {
            line: QuotedLine {
                package: None,
                script: ScriptKind::Postinst,
                number: 3,
                text: "touch /etc/a".to_owned(),
            },
            ran,
        }
    }

    #[test]
    fn each_piece_of_evidence_is_one_line() {
        let cases = [
            (package(Side::Left), "only left: a 1"),
            (package(Side::Right), "only right: a 1"),
            (
                Evidence::PackageVersions {
                    package: "a".to_owned(),
                    left: "1".to_owned(),
                    right: "2".to_owned(),
                },
                "a: 1 | 2",
            ),
            (
                Evidence::DpkgArchitectures {
                    chroot: "arm64".to_owned(),
                    outside: "amd64".to_owned(),
                },
                "dpkg, which decides the order, is of arm64 in the normal build and of amd64 in \
                 the chrootless one, where packages of arm64 are foreign to it",
            ),
            (
                Evidence::OutsideFile {
                    file: b"/etc/a".to_vec(),
                    command: touch(),
                    access: OutsideAccess::Wrote,
                },
                "/etc/a by touch ROOT/etc/a ''",
            ),
            (
                read("/etc/a", Some(run(&["triggered", "/usr/bin"]))),
                "/etc/a: read by touch ROOT/etc/a '', for p trigger /usr/bin",
            ),
            (read("/etc/a", None), "/etc/a: read by touch ROOT/etc/a ''"),
            (
                Evidence::LinksAreDirectories {
                    links: vec!["bin".to_owned(), "lib".to_owned()],
                },
                "/bin, /lib: a symlink on one side, a directory on the other",
            ),
            (quoted(LineBuilds::Any), "postinst line 3: touch /etc/a"),
            (
                quoted(LineBuilds::Guarded),
                "postinst line 3, which DPKG_ROOT keeps from running: touch /etc/a",
            ),
        ];
        for (evidence, expected) in cases {
            assert_eq!(line(&evidence), expected);
        }
    }

    #[test]
    fn what_is_known_of_a_line_of_a_script_stands_before_it() {
        let cases = [
            (
                Evidence::ScriptTest {
                    line: QuotedLine {
                        package: None,
                        script: ScriptKind::Postinst,
                        number: 2,
                        text: "[ -e /etc/a ] && exit 0".to_owned(),
                    },
                    decides: 3,
                },
                "postinst line 2, on which line 3 depends: [ -e /etc/a ] && exit 0",
            ),
            (
                Evidence::ScriptLine {
                    line: QuotedLine {
                        package: Some("a".to_owned()),
                        script: ScriptKind::Postinst,
                        number: 3,
                        text: "touch /etc/a".to_owned(),
                    },
                    ran: LineBuilds::Guarded,
                },
                "a postinst line 3, which DPKG_ROOT keeps from running: touch /etc/a",
            ),
            (
                Evidence::ScriptTest {
                    line: QuotedLine {
                        package: Some("a".to_owned()),
                        script: ScriptKind::Config,
                        number: 4,
                        text: "test -e /etc/a".to_owned(),
                    },
                    decides: 5,
                },
                "a config line 4, on which line 5 depends: test -e /etc/a",
            ),
            (
                quoted(LineBuilds::Normal),
                "postinst line 3, which ran in the normal build only: touch /etc/a",
            ),
            (
                Evidence::ScriptAsks {
                    line: QuotedLine {
                        package: None,
                        script: ScriptKind::Postinst,
                        number: 2,
                        text: r"[ -e /a\ b ]".to_owned(),
                    },
                    path: b"/a b".to_vec(),
                    is_outside: true,
                },
                r"postinst line 2, which asks for /a b, which only the outside has: [ -e /a\ b ]",
            ),
        ];
        for (evidence, expected) in cases {
            assert_eq!(line(&evidence), expected);
        }
    }

    #[test]
    fn each_fact_on_an_entry_is_one_line() {
        let written_in = |builds| EntryFact::WrittenIn {
            builds,
            command: touch(),
        };
        let cases = [
            (EntryFact::Claimed, "etc/a"),
            (EntryFact::NamesTemporaryRoot, "etc/a names it"),
            (
                EntryFact::LinkRole {
                    left: None,
                    right: Some(b"./b\n".to_vec()),
                },
                r"etc/a: the file | a link to ./b\n",
            ),
            (
                EntryFact::TemporaryRootStored { times: 34 },
                "etc/a: the chrootless content has the path of the temporary root in it, 34 times",
            ),
            (EntryFact::Fields(vec![]), "etc/a: there on one side only"),
            (
                EntryFact::Fields(vec!["mode".to_owned(), "acl:access".to_owned()]),
                "etc/a: mode, acl:access",
            ),
            (
                EntryFact::WrittenBy(touch()),
                "etc/a: by touch ROOT/etc/a ''",
            ),
            (
                written_in(Builds::Normal),
                "etc/a: written in the normal build by touch ROOT/etc/a ''",
            ),
            (
                written_in(Builds::Chrootless),
                "etc/a: written in the chrootless build by touch ROOT/etc/a ''",
            ),
            (
                written_in(Builds::Both),
                "etc/a: written in both builds by touch ROOT/etc/a ''",
            ),
        ];
        for (fact, expected) in cases {
            assert_eq!(entry(b"etc/a", &fact), expected);
        }
    }

    #[test]
    fn each_fact_on_the_making_of_an_entry_is_one_line() {
        let (run, command) = (configure(), touch());
        let file = b"/etc/x".to_vec();
        let cases = [
            (
                EntryFact::WrittenByScript {
                    run: run.clone(),
                    command: command.clone(),
                },
                "etc/a: p postinst configure 1.0 ran touch ROOT/etc/a ''",
            ),
            (
                EntryFact::WrittenByTrigger {
                    run: run.clone(),
                    command: command.clone(),
                },
                "etc/a: in the normal build p postinst configure 1.0 runs touch ROOT/etc/a ''",
            ),
            (
                EntryFact::LeftOutToo {
                    run: run.clone(),
                    command,
                },
                "etc/a: p postinst configure 1.0 left out touch ROOT/etc/a '' as well",
            ),
            (
                EntryFact::LastWriters {
                    normal: run.clone(),
                    chrootless: run,
                },
                "etc/a: written last by p postinst configure 1.0 in the normal build, by p \
                 postinst configure 1.0 in the chrootless one",
            ),
            (
                EntryFact::OutsideUser("games".to_owned()),
                "etc/a: that id is `games` on the outside",
            ),
            (
                EntryFact::OutsideGroup("mail".to_owned()),
                "etc/a: that id is group `mail` on the outside",
            ),
            (
                EntryFact::HasWordsOf { file },
                "etc/a: has words of the outside's /etc/x",
            ),
            (
                EntryFact::LinkerCacheEntries { left: 2, right: 1 },
                "etc/a: entries 2 | 1",
            ),
        ];
        for (fact, expected) in cases {
            assert_eq!(entry(b"etc/a", &fact), expected);
        }
    }

    #[test]
    fn lines_are_counted_in_good_english() {
        let new = |found, new| EntryFact::NewLinesFrom {
            file: b"/x".to_vec(),
            found,
            new,
        };
        let missing = |missing| EntryFact::LinesMissingLike {
            file: b"/x".to_vec(),
            shared: 3,
            missing,
        };
        let cases = [
            (new(1, 1), "a: 1 of 1 new line is from the outside's /x"),
            (new(1, 2), "a: 1 of 2 new lines is from the outside's /x"),
            (new(2, 2), "a: 2 of 2 new lines are from the outside's /x"),
            (
                missing(1),
                "a: 3 lines are those of the outside's /x, which lacks the line that is missing",
            ),
            (
                missing(2),
                "a: 3 lines are those of the outside's /x, which lacks the 2 that are missing",
            ),
        ];
        for (fact, expected) in cases {
            assert_eq!(entry(b"a", &fact), expected);
        }
    }

    #[test]
    fn each_role_of_a_command_is_one_line() {
        let cases = [
            (CommandRole::Wrote, "written by touch"),
            (CommandRole::SetOwner, "set by touch"),
            (
                CommandRole::WroteInNormalBuild,
                "in the normal build it runs touch",
            ),
            (
                CommandRole::WroteInside(1),
                "in the normal build touch writes 1 of the entries inside",
            ),
            (
                CommandRole::MadeLinks(configure()),
                "in the normal build p postinst configure 1.0 makes them: touch",
            ),
            (
                CommandRole::RanFor(configure()),
                "p postinst configure 1.0 ran touch",
            ),
        ];
        for (role, expected) in cases {
            let command = command(&["touch"]);
            assert_eq!(line(&Evidence::Command { command, role }), expected);
        }
    }

    #[test]
    fn reads_are_sorted_as_text_and_no_line_is_there_twice() {
        let evidence = [
            quoted(LineBuilds::Any),
            read("/b", None),
            read("/b-", None),
            quoted(LineBuilds::Any),
        ];
        let finding = Finding::new(RuleId::ReadLeak, What::WroteOutside).with(evidence);
        assert_eq!(
            lines(&finding),
            [
                "postinst line 3: touch /etc/a",
                "/b-: read by touch ROOT/etc/a ''",
                "/b: read by touch ROOT/etc/a ''",
            ]
        );
    }
}
