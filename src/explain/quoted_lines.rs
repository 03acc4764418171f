//! The lines of a script that a finding is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::debian::maintainer_script::ScriptKind;
use crate::debian::temporary_root::within_root;
use crate::explain::case::Case;
use crate::explain::command_fit::base;
use crate::explain::deciding::{disagreements, may_decide};
use crate::explain::evidence::{Evidence, LineBuilds, QuotedLine};
use crate::explain::finding::Finding;
use crate::explain::ran::may_have_run_in;
use crate::explain::reached::fails_before;
use crate::explain::rule_id::RuleId;
use crate::explain::script_line::{Access, likeliest_lines, script_line};
use crate::explain::script_runs::kind;
use crate::explain::scripts::{Act, Line, ParsedScript, Reach, Snippet};
use crate::tar::entry_path::EntryPath;
use crate::trace::process::{Process, Script};
use crate::trace::record::Trace;

/// Most lines of a script that are quoted: of each command one at least, as far as they go.
const LINES: usize = 8;
/// Most tests that are quoted: of each line one at least, as far as they go.
const TESTS: usize = 16;
/// Most paths of a finding that lines are looked for by.
const PATHS: usize = 50;
/// Most commands of a finding that lines are looked for by.
const WORKS: usize = 200;

/// The lines of the finding's script that are likeliest to be what it is about: those that ran
/// the processes that wrote, else those that name the paths; and what decided that they ran, or
/// that they did not.
pub(crate) fn quoted_lines(case: &Case<'_>, finding: &Finding) -> Vec<Evidence> {
    let (Some(package), Some(script)) = (&finding.package, finding.script) else {
        return vec![];
    };
    let scripts = &case.chroots.scripts;
    let Some(text) = scripts.script(package, script.file()) else {
        return vec![];
    };
    let quoting = Quoting {
        case,
        text,
        kind: script.file(),
        run: run_of_kind(package, script),
    };
    let mut groups = lines_that_wrote(case, finding, text);
    if groups.iter().all(Vec::is_empty) {
        let paths = paths(case, finding);
        groups = paths.iter().map(|path| text.lines_about(path)).collect();
    }
    let mut found = without_tests(text, of_each(groups));
    found.truncate(LINES);
    found.sort_by_key(|line| line.number);
    // What follows a failure depends on that, and on no test.
    let depends = finding.rule != RuleId::ScriptFailed;
    let tests = found.iter().filter(|_| depends);
    let tests = tests.map(|line| quoting.tests(line)).collect();
    let mut tests = in_turns(tests, TESTS);
    if tests.is_empty() && depends {
        tests = quoting.questions(finding);
    }
    let lines = found.into_iter().map(|line| quoting.line(line));
    lines.chain(tests).collect()
}

/// A script of which lines are quoted.
struct Quoting<'a> {
    case: &'a Case<'a>,
    text: &'a ParsedScript,
    kind: ScriptKind,
    run: Script,
}

impl Quoting<'_> {
    fn line(&self, line: Line) -> Evidence {
        let observations = self.case.observations;
        let builds = observations.builds();
        let ran = |build: Option<&Trace>| {
            build.is_none_or(|build| {
                may_have_run_in(build, self.text, line.number, &self.run, &builds)
            })
        };
        Evidence::ScriptLine {
            ran: if line.reach == Reach::NotChrootless {
                LineBuilds::Guarded
            } else if ran(observations.normal) && !ran(observations.chrootless) {
                LineBuilds::Normal
            } else {
                LineBuilds::Any
            },
            line: self.quoted(line),
        }
    }

    fn quoted(&self, line: Line) -> QuotedLine {
        QuotedLine {
            package: None,
            script: self.kind,
            number: line.number,
            text: line.text,
        }
    }

    /// The tests of paths of the outside that decide whether a line runs.
    fn tests(&self, line: &Line) -> Vec<Evidence> {
        let tests = self.text.tests_before(line.number);
        tests
            .filter(|test| test.is_silent() && may_decide(self.case, &self.run, self.text, test))
            .map(|test| Evidence::ScriptTest {
                line: self.quoted(test.clone()),
                decides: line.number,
            })
            .collect()
    }

    /// What the script asked that had another answer in the normal build, of paths that have to do
    /// with the finding: something depends on it, although not whether a line runs.
    fn questions(&self, finding: &Finding) -> Vec<Evidence> {
        let about = paths(self.case, finding);
        let asked = disagreements(self.case, &self.run).into_iter();
        let asked = asked.filter(|read| about.iter().any(|path| is_near(&read.path, path)));
        let scripts = &self.case.chroots.scripts;
        let builds = self.case.observations.chrootless;
        let questions = asked.filter_map(|read| {
            let process = &read.process;
            let access = Access::Reads;
            let number = script_line(scripts, process, &read.path, access, builds.as_slice())?;
            Some(Evidence::ScriptAsks {
                line: self.quoted(self.text.line(number)),
                path: read.path.clone(),
                is_outside: read.is_there,
            })
        });
        questions.take(LINES).collect()
    }
}

/// Whether a path that was asked for has to do with another one: it is the same, or the other one
/// is in the same directory or below it.
fn is_near(asked: &[u8], path: &str) -> bool {
    let asked = EntryPath::new(asked);
    let path = EntryPath::new(path.as_bytes());
    let directory = asked
        .parent()
        .filter(|directory| directory.parent().is_some());
    let mut above = std::iter::successors(Some(path), |path| path.parent());
    asked == path || directory.is_some_and(|directory| above.any(|one| one == directory))
}

/// The run of a script that this kind of it is.
fn run_of_kind(package: &str, kind: ScriptKind) -> Script {
    let argument = if kind == ScriptKind::Trigger {
        "triggered"
    } else {
        "configure"
    };
    Script {
        package: package.to_owned(),
        name: kind.file().as_str().to_owned(),
        arguments: vec![argument.to_owned()],
    }
}

/// The lines without those that are quoted as tests of others: they ask, and do nothing else.
fn without_tests(text: &ParsedScript, mut found: Vec<Line>) -> Vec<Line> {
    let asks = |line: &Line| !line.acts.iter().any(|act| !matches!(act, Act::Reads(_)));
    let is_test = |line: &Line| {
        let mut others = found.iter().filter(|other| other.number != line.number);
        others.any(|other| text.tests_before(other.number).any(|test| test == line))
    };
    let tested: Vec<usize> = found
        .iter()
        .filter(|line| asks(line) && is_test(line))
        .map(|line| line.number)
        .collect();
    found.retain(|line| !tested.contains(&line.number));
    found
}

/// The lines of all groups, each once: first one of each group, those of the smallest first,
/// because a line that stands alone is surely the one.
fn of_each(mut groups: Vec<Vec<Line>>) -> Vec<Line> {
    for group in &mut groups {
        group.retain(|line| matches!(line.reach, Reach::Installs | Reach::NotChrootless));
        group.sort_by_key(|line| line.number);
    }
    groups.sort_by_key(Vec::len);
    let longest = groups.last().map_or(0, Vec::len);
    let mut found: Vec<Line> = Vec::new();
    for line in (0..longest).flat_map(|at| groups.iter().filter_map(move |group| group.get(at))) {
        if found.iter().all(|other| other.number != line.number) {
            found.push(line.clone());
        }
    }
    found
}

/// At most `most` of all, in their order: first the last one of each group, then those before it.
fn in_turns<T>(groups: Vec<Vec<T>>, most: usize) -> Vec<T> {
    let mut turns = Vec::new();
    for (number, group) in groups.into_iter().enumerate() {
        let length = group.len();
        let places = group.into_iter().enumerate();
        turns.extend(places.map(|(at, one)| ((length - at, number), (number, at), one)));
    }
    turns.sort_by_key(|(turn, ..)| *turn);
    turns.truncate(most);
    turns.sort_by_key(|(_, place, _)| *place);
    turns.into_iter().map(|(.., one)| one).collect()
}

/// The part of a script that debhelper added, if the lines that are likeliest to have run a process
/// that wrote an entry stand in one.
pub(crate) fn part(
    case: &Case<'_>,
    process: &Process,
    path: &[u8],
    access: Access,
) -> Option<Snippet> {
    let script = process.script.as_ref()?;
    let text = case
        .chroots
        .scripts
        .script(&script.package, kind(script)?.file())?;
    let builds = case.observations.builds();
    let lines = likeliest_lines(text, process, path, access, &builds);
    let mut parts = lines.iter().map(|line| text.snippet(line.number));
    let first = parts.next()??;
    parts
        .all(|other| other.as_ref() == Some(&first))
        .then_some(first)
}

/// Paths of the outside and of the chroot that a finding is about, as text.
fn paths(case: &Case<'_>, finding: &Finding) -> Vec<String> {
    let claims = finding.claims.iter();
    let inside = claims.filter_map(|at| Some(case.divergences.get(*at)?.entry_path().as_bytes()));
    let escapes = finding.escapes.iter();
    let outside = escapes.filter_map(|at| {
        let escape = case.observations.escapes().get(*at)?;
        Some(escape.path.as_slice())
    });
    outside
        .chain(inside)
        .take(PATHS)
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect()
}

/// The lines that ran the processes of the finding's script that wrote what it is about: those of
/// each process and path.
fn lines_that_wrote(case: &Case<'_>, finding: &Finding, text: &ParsedScript) -> Vec<Vec<Line>> {
    let mut wrote = Wrote {
        case,
        finding,
        text,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    let works = works(case, finding);
    // Who of the script wrote a path last is named for it.
    for of_path in &works {
        let own = of_path.iter().rfind(|work| wrote.is_its(work.process));
        if let Some(work) = own.copied() {
            wrote.take(work);
        }
    }
    for work in works.into_iter().flatten() {
        wrote.take(work);
    }
    wrote.found
}

/// A process that wrote a path.
#[derive(Debug, Clone, Copy)]
struct Work<'a> {
    process: &'a Process,
    path: &'a [u8],
    access: Access,
}

/// The processes that wrote what a finding is about: those of each path and build, the last one last.
fn works<'a>(case: &Case<'a>, finding: &Finding) -> Vec<Vec<Work<'a>>> {
    let escapes = finding.escapes.iter();
    let escapes = escapes.filter_map(|at| case.observations.escapes().get(*at));
    let outside = escapes.map(|change| {
        let writers = case.outside_writers(&change.path).into_iter();
        let work = |process: &'a Arc<Process>| Work {
            process,
            path: &change.path,
            access: Access::Writes,
        };
        writers.map(work).collect()
    });
    let claims = finding.claims.iter();
    let claims = claims.filter_map(|at| case.divergences.get(*at));
    let inside = claims.flat_map(|divergence| {
        let path = divergence.entry_path().as_bytes();
        // What a script that fails did before is none of what is missing.
        let is_meant = move |process: &&Process| {
            finding.rule != RuleId::ScriptFailed || fails_before(case, process, path)
        };
        let work = move |process| Work {
            process,
            path,
            access: Access::WritesInside,
        };
        let builds = case.setters_or_writers(divergence).into_iter();
        builds.map(move |writers| writers.into_iter().filter(is_meant).map(work).collect())
    });
    outside.chain(inside).collect()
}

/// The lines that are found for a finding, by process and path.
struct Wrote<'a> {
    case: &'a Case<'a>,
    finding: &'a Finding,
    text: &'a ParsedScript,
    /// Commands and accesses of which the lines are found, and paths that the shell wrote.
    seen: BTreeSet<(Vec<String>, Vec<u8>, Access)>,
    found: Vec<Vec<Line>>,
}

impl Wrote<'_> {
    /// Adds the lines of a process that wrote a path, and, if it put another file of the script
    /// there, of those that wrote that one.
    fn take(&mut self, work: Work<'_>) {
        let Work {
            process,
            path,
            access,
        } = work;
        if !self.is_its(process) {
            return;
        }
        self.add(process, path, access);
        for source in sources(process, path) {
            let writers = match access {
                Access::WritesInside => self.case.writers_inside(EntryPath::new(&source)),
                Access::Reads | Access::Writes => self.case.outside_writers(&source),
            };
            for writer in writers {
                if self.is_its(writer) && writer.command != process.command {
                    self.add(writer, &source, access);
                }
            }
        }
    }

    fn add(&mut self, process: &Process, path: &[u8], access: Access) {
        let of_shell = process.command.is_empty();
        let path_of_shell = path.iter().filter(|_| of_shell).copied().collect();
        let work = (process.command.clone(), path_of_shell, access);
        if self.seen.len() >= WORKS || !self.seen.insert(work) {
            return;
        }
        let builds = match access {
            Access::WritesInside => self.case.observations.builds(),
            Access::Reads | Access::Writes => Vec::from_iter(self.case.observations.chrootless),
        };
        let lines = likeliest_lines(self.text, process, path, access, &builds);
        self.found.push(lines);
    }

    fn is_its(&self, process: &Process) -> bool {
        process.script.as_ref().is_some_and(|script| {
            Some(&script.package) == self.finding.package.as_ref()
                && self.finding.script == kind(script)
        })
    }
}

/// The other files that a command which makes one file of another names, without the root.
fn sources(process: &Process, path: &[u8]) -> Vec<Vec<u8>> {
    const MAKERS: [&str; 4] = ["mv", "cp", "install", "ln"];
    let Some((program, arguments)) = process.command.split_first() else {
        return Vec::new();
    };
    // A symbolic link has nothing of what it names.
    let is_symbolic = |word: &String| {
        word == "--symbolic"
            || word.starts_with('-') && !word.starts_with("--") && word.contains('s')
    };
    let links = base(program) == "ln" && arguments.iter().any(is_symbolic);
    if links || !MAKERS.contains(&base(program)) {
        return Vec::new();
    }
    let files = arguments.iter().map(|word| within_root(word));
    files
        .filter(|file| file.starts_with('/') && !file.starts_with("/dev/"))
        .map(String::into_bytes)
        .filter(|file| EntryPath::new(file) != EntryPath::new(path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: usize) -> Line {
        Line {
            number,
            text: String::new(),
            reach: if number == 7 {
                Reach::OtherAction
            } else {
                Reach::Installs
            },
            acts: Vec::new(),
        }
    }

    #[test]
    fn of_many_tests_each_line_keeps_its_nearest() {
        let groups = || vec![vec![1], vec![2, 3, 4], vec![5, 6]];
        assert_eq!(in_turns(groups(), 9), [1, 2, 3, 4, 5, 6]);
        assert_eq!(in_turns(groups(), 3), [1, 4, 6]);
        assert_eq!(in_turns(groups(), 4), [1, 3, 4, 6]);
    }

    #[test]
    fn each_group_of_lines_is_quoted_once_at_least() {
        let groups = [&[3, 2, 1][..], &[9], &[7], &[2, 5], &[9]];
        let groups = groups
            .iter()
            .map(|numbers| numbers.iter().copied().map(line).collect());
        let numbers: Vec<usize> = of_each(groups.collect())
            .iter()
            .map(|one| one.number)
            .collect();
        assert_eq!(numbers, [9, 2, 1, 5, 3]);
    }
}
