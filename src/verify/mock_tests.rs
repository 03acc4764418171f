//! What a verification does with its builds, without building anything.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::sync::Arc;

use crate::audit::method::Method;
use crate::bootstrap::mode::{NormalMode, Technique};
use crate::bootstrap::passed_over::tests::frozen;
use crate::sandbox::launch::Interrupts;
use crate::verify::artifacts::Artifacts;
use crate::verify::compared;
use crate::verify::error::Error;
use crate::verify::facts::{Extra, Facts};
use crate::verify::findings::Findings;
use crate::verify::mock::{Does, Mock, prepared};
use crate::verify::note::{Note, Wanted};
use crate::verify::observer::Silent;
use crate::verify::options::{Concurrency, Tarballs};
use crate::verify::requests::When;
use crate::verify::requests::{Requests, SecondPair, Shown};
use crate::verify::result::Verification;
use crate::verify::second_pair;
use crate::verify::session::Session;
use crate::verify::timings::Timings;
use crate::verify::verdict::{Strictness, Verdict};

/// One run of the mock, as [`crate::verify::verify`] does it but for preparing.
struct Run<'a> {
    mock: &'a Mock,
    requests: Requests,
    max_failing: usize,
    concurrency: Concurrency,
    trace: When,
    control: When,
    audit: Method,
    tarballs: Tarballs,
    artifacts: Option<&'a Artifacts>,
    interrupts: Interrupts,
}

impl<'a> Run<'a> {
    fn of(mock: &'a Mock) -> Self {
        Self {
            mock,
            requests: Requests::default(),
            max_failing: 2,
            concurrency: Concurrency::Two,
            trace: When::Needed,
            control: When::Needed,
            audit: Method::Overlay,
            tarballs: Tarballs::Dropped,
            artifacts: None,
            interrupts: Interrupts::default(),
        }
    }

    fn in_turn(mock: &'a Mock) -> Self {
        Self {
            concurrency: Concurrency::One,
            ..Self::of(mock)
        }
    }

    fn verify(&self) -> Result<Verification, Error> {
        let outside = tempfile::tempdir().unwrap();
        let archive = tempfile::tempdir().unwrap();
        frozen(archive.path(), &["bad", "worse", "worst"]);
        let prepared = prepared(outside.path(), archive.path(), self.audit);
        let session = Session {
            executor: self.mock,
            observer: &Silent,
            interrupts: &self.interrupts,
            concurrency: self.concurrency,
            artifacts: self.artifacts,
        };
        let wanted = compared::Wanted {
            requests: &self.requests,
            max_failing: self.max_failing,
            trace: self.trace,
            control: self.control,
            tarballs: self.tarballs,
        };
        let mut builds = compared::build(wanted, Vec::new(), prepared, session)
            .inspect_err(|error| session.keep_transcript(error))?;
        let request = builds.shown().map_or(SecondPair::None, |shown| {
            SecondPair::new(shown, self.trace, self.control)
        });
        let second = second_pair::build(request, &builds.first(), &builds.prepared, session)?;
        let tarballs = builds.take_tarballs(self.tarballs);
        let facts = Facts::new(builds, second);
        Ok(Verification {
            tarballs,
            findings: Findings::new(&facts),
            facts,
            timings: Timings::default(),
        })
    }
}

fn mock(builds: &[(&'static str, Does)]) -> Mock {
    Mock {
        builds: builds.iter().copied().collect(),
        ..Mock::default()
    }
}

fn files(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn equal_tarballs_need_two_builds_and_no_more() {
    for concurrency in [Concurrency::One, Concurrency::Two] {
        let mock = Mock::default();
        let run = Run {
            concurrency,
            ..Run::of(&mock)
        };
        let verification = run.verify().unwrap();
        assert_eq!(verification.verdict(), Verdict::Identical);
        assert_eq!(verification.exit_status(Strictness::Attempts), 0);
        assert_eq!(mock.sorted_log(), ["observe chrootless", "run normal"]);
    }
}

#[test]
fn tarballs_that_are_wanted_are_there_afterwards_whatever_else_is_built() {
    for (chrootless, content) in [
        (Does::Tarball("other"), &b"other"[..]),
        (Does::ScriptsFail(&["bad"]), b"same"),
    ] {
        let mock = mock(&[("chrootless", chrootless)]);
        let run = Run {
            trace: When::Never,
            control: When::Never,
            tarballs: Tarballs::Kept,
            ..Run::in_turn(&mock)
        };
        let tarballs = run.verify().unwrap().tarballs.unwrap();
        let has = |mut tarball: &File, content: &[u8]| {
            let mut bytes = Vec::new();
            tarball.rewind().unwrap();
            tarball.read_to_end(&mut bytes).unwrap();
            bytes.windows(content.len()).any(|part| part == content)
        };
        assert!(has(&tarballs.left, b"same") && has(&tarballs.right, content));
    }
    assert!(
        Run::of(&Mock::default())
            .verify()
            .unwrap()
            .tarballs
            .is_none()
    );
}

#[test]
fn builds_in_turn_begin_with_the_normal_one_and_a_second_pair_is_observed_the_other_way_round() {
    let mock = mock(&[("chrootless", Does::Tarball("other"))]);
    let verification = Run::in_turn(&mock).verify().unwrap();
    assert_eq!(verification.verdict(), Verdict::Divergent);
    assert_eq!(verification.exit_status(Strictness::Attempts), 1);
    assert_eq!(
        mock.log(),
        [
            "run normal",
            "observe chrootless",
            "observe normal",
            "observe all of chrootless",
        ]
    );
    let second = [
        verification.facts.second_normal.unwrap(),
        verification.facts.second_chrootless.unwrap(),
    ];
    let is_same = second.map(|build| build.control.unwrap().is_identical());
    assert_eq!(is_same, [true, false]);
}

#[test]
fn a_build_that_fails_ends_the_one_that_runs_and_is_the_error() {
    let pairs = [("chrootless", "normal"), ("normal", "chrootless")];
    for (failing, running) in pairs {
        let mock = mock(&[(failing, Does::Fails), (running, Does::RunsUntilEnded)]);
        let error = Run::of(&mock).verify().unwrap_err();
        assert_eq!(error.to_string(), format!("{failing}: it failed"));
    }
}

#[test]
fn in_turn_the_chrootless_build_does_not_begin_after_the_normal_one_failed() {
    let mock = mock(&[("normal", Does::Fails)]);
    let error = Run::in_turn(&mock).verify().unwrap_err();
    assert_eq!(error.to_string(), "normal: it failed");
    assert_eq!(mock.log(), ["run normal"]);
}

#[test]
fn a_signal_ends_the_run_whatever_is_running() {
    let mock = mock(&[
        ("normal", Does::IsInterrupted),
        ("chrootless", Does::RunsUntilEnded),
    ]);
    let run = Run::of(&mock);
    assert!(run.verify().unwrap_err().is_interrupted());
    assert_eq!(run.interrupts.signal(), Some(2));
}

#[test]
fn what_escaped_is_observed_whole() {
    let mock = mock(&[("chrootless", Does::Escapes("same"))]);
    let verification = Run::in_turn(&mock).verify().unwrap();
    assert_eq!(verification.verdict(), Verdict::Escaped);
    assert_eq!(
        mock.log(),
        [
            "run normal",
            "observe chrootless",
            "observe normal",
            "observe all of chrootless",
        ]
    );
}

#[test]
fn whether_there_is_a_second_pair_follows_from_what_was_shown_and_asked_for() {
    let shown = |is_divergent, is_escaped, is_observed| Shown {
        is_divergent,
        is_escaped,
        is_observed,
    };
    let equal = shown(false, false, true);
    let divergent = shown(true, false, true);
    let escaped = shown(false, true, true);
    let unseen = shown(false, false, false);
    let (always, needed, never) = (When::Always, When::Needed, When::Never);
    let table = [
        (equal, needed, needed, SecondPair::None),
        (equal, always, never, SecondPair::Observed),
        (equal, never, always, SecondPair::Plain),
        (divergent, needed, needed, SecondPair::Observed),
        (divergent, needed, never, SecondPair::Observed),
        (divergent, never, needed, SecondPair::Plain),
        (divergent, never, never, SecondPair::None),
        (escaped, needed, needed, SecondPair::Observed),
        (unseen, needed, needed, SecondPair::Observed),
        (unseen, never, needed, SecondPair::None),
    ];
    for (shown, trace, control, expected) in table {
        let request = SecondPair::new(shown, trace, control);
        assert_eq!(request, expected, "{shown:?} {trace:?} {control:?}");
    }
}

#[test]
fn a_further_build_that_fails_is_a_note_and_the_verdict_stands() {
    let mut mock = mock(&[("chrootless", Does::Tarball("other"))]);
    let _ = mock.second.insert("chrootless", Does::Fails);
    let verification = Run::of(&mock).verify().unwrap();
    assert_eq!(verification.verdict(), Verdict::Divergent);
    assert!(verification.facts.second_chrootless.is_none());
    assert!(verification.facts.second_normal.is_some());
    let [Note::Failed(Wanted::Chrootless, error)] = verification.facts.notes.as_slice() else {
        panic!("{:?}", verification.facts.notes);
    };
    assert_eq!(error.to_string(), "chrootless: it failed");
}

#[test]
fn a_pair_that_loses_its_observer_is_built_again_without_one_and_a_second_pair_is_observed() {
    let mock = mock(&[("chrootless", Does::LosesObserver)]);
    let verification = Run::in_turn(&mock).verify().unwrap();
    assert_eq!(verification.verdict(), Verdict::Identical);
    assert_eq!(
        mock.log(),
        [
            "run normal",
            "observe chrootless",
            "run normal",
            "run chrootless",
            "observe normal",
            "observe all of chrootless",
        ]
    );
    let [Note::Failed(Wanted::Chrootless, error)] = verification.facts.notes.as_slice() else {
        panic!("{:?}", verification.facts.notes);
    };
    assert!(error.is_observer_lost(), "{error}");
}

#[test]
fn a_signal_while_observing_ends_the_run() {
    let mut mock = mock(&[("chrootless", Does::Tarball("other"))]);
    let _ = mock.second.insert("normal", Does::IsInterrupted);
    assert!(Run::in_turn(&mock).verify().unwrap_err().is_interrupted());
}

#[test]
fn extra_builds_are_compared_with_the_reference_in_their_order_and_may_fail() {
    let mock = mock(&[
        ("nested", Does::Fails),
        ("lxc", Does::Escapes("same")),
        ("unshare", Does::Tarball("other")),
    ]);
    let run = Run {
        requests: Requests::new(
            &[NormalMode::Root, NormalMode::Unshare],
            &[Technique::Userns, Technique::Nested, Technique::Lxc],
        ),
        trace: When::Never,
        control: When::Never,
        ..Run::in_turn(&mock)
    };
    let verification = run.verify().unwrap();
    let row = |extra: &Extra| (extra.label, extra.verdict());
    let rows: Vec<_> = verification.facts.extra.iter().map(row).collect();
    assert_eq!(
        rows,
        [
            ("unshare", Verdict::Divergent),
            ("nested", Verdict::Failed),
            ("lxc", Verdict::Escaped),
        ]
    );
    assert_eq!(verification.verdict(), Verdict::Failed);
    let failure = verification.failure().unwrap();
    assert_eq!(failure.to_string(), "nested: it failed");
}

#[test]
fn the_plain_chrootless_build_is_added_if_a_technique_diverges_and_nobody_asked_for_it() {
    let requests = || Requests::new(&[], &[Technique::Fakeroot, Technique::Fakeroot]);
    let quiet = |mock| Run {
        requests: requests(),
        trace: When::Never,
        control: When::Never,
        ..Run::in_turn(mock)
    };
    let equal = Mock::default();
    assert_eq!(
        quiet(&equal).verify().unwrap().verdict(),
        Verdict::Identical
    );
    assert_eq!(equal.log(), ["run normal", "run fakeroot"]);
    let divergent = mock(&[("fakeroot", Does::Tarball("other"))]);
    let verification = quiet(&divergent).verify().unwrap();
    assert_eq!(
        divergent.log(),
        ["run normal", "run fakeroot", "run chrootless"]
    );
    let row = |extra: &Extra| (extra.label, extra.verdict());
    let rows: Vec<_> = verification.facts.extra.iter().map(row).collect();
    assert_eq!(rows, [("userns", Verdict::Identical)]);
}

#[test]
fn what_is_kept_is_whole_tarballs_and_every_transcript() {
    let place = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::open(place.path(), &Arc::default()).unwrap();
    let mock = mock(&[("nested", Does::Fails)]);
    let run = Run {
        requests: Requests::new(&[], &[Technique::Userns, Technique::Nested]),
        artifacts: Some(&artifacts),
        ..Run::of(&mock)
    };
    let _ = run.verify().unwrap();
    let expected = [
        "chrootless.log",
        "chrootless.tar",
        "nested.log",
        "normal.log",
        "normal.tar",
    ];
    assert_eq!(files(place.path()), expected.map(str::to_owned).into());
    assert!(
        Artifacts::open(place.path(), &Arc::default()).is_err(),
        "it is locked"
    );
}

#[test]
fn of_a_run_that_fails_the_transcript_is_kept_and_no_part_of_a_tarball() {
    let place = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::open(place.path(), &Arc::default()).unwrap();
    let mock = mock(&[("chrootless", Does::Fails)]);
    let run = Run {
        artifacts: Some(&artifacts),
        ..Run::in_turn(&mock)
    };
    assert!(run.verify().is_err());
    assert_eq!(files(place.path()), ["chrootless.log".to_owned()].into());
    let log = fs::read(place.path().join("chrootless.log")).unwrap();
    assert_eq!(log, b"E: it failed\n");
}

/// The packages whose scripts were found to fail.
fn failing(verification: &Verification) -> Vec<&str> {
    let failures = verification.findings.failures.iter();
    failures.map(|failure| failure.package.as_str()).collect()
}

#[test]
fn a_script_that_fails_chrootless_only_is_passed_over_and_the_rest_is_compared() {
    for concurrency in [Concurrency::One, Concurrency::Two] {
        let mock = mock(&[("chrootless", Does::ScriptsFail(&["bad", "worse"]))]);
        let run = Run {
            concurrency,
            ..Run::of(&mock)
        };
        let verification = run.verify().unwrap();
        assert_eq!(verification.verdict(), Verdict::Unbuildable);
        assert_eq!(verification.exit_status(Strictness::Effects), 1);
        assert_eq!(failing(&verification), ["bad", "worse"]);
        let compared = verification.facts.chrootless.as_ref().unwrap();
        assert!(compared.comparison.is_identical());
        assert_eq!(
            mock.sorted_log(),
            [
                "observe chrootless",
                "observe chrootless",
                "observe chrootless",
                "run normal"
            ],
            "the normal build is made once"
        );
    }
}

#[test]
fn all_further_chrootless_builds_pass_over_the_scripts() {
    let fails = Does::ScriptsFail(&["bad"]);
    let mut mock = mock(&[("chrootless", fails), ("lxc", fails)]);
    let _ = mock.second.insert("chrootless", fails);
    let run = Run {
        requests: Requests::new(&[], &[Technique::Userns, Technique::Lxc]),
        trace: When::Always,
        ..Run::in_turn(&mock)
    };
    let verification = run.verify().unwrap();
    let extra = verification.facts.extra.first().unwrap();
    assert_eq!(extra.verdict(), Verdict::Identical);
    assert!(verification.facts.second_chrootless.is_some());
    assert!(verification.facts.notes.is_empty());
    assert_eq!(
        mock.log(),
        [
            "run normal",
            "observe chrootless",
            "observe chrootless",
            "run lxc",
            "observe normal",
            "observe all of chrootless",
        ]
    );
}

#[test]
fn if_more_scripts_fail_than_may_nothing_is_compared() {
    let table: [(usize, &[&str], usize); 2] = [(0, &["bad"], 1), (1, &["bad", "worse"], 2)];
    for (max_failing, expected, builds) in table {
        let fails = Does::ScriptsFail(&["bad", "worse", "worst"]);
        let mock = mock(&[("chrootless", fails)]);
        let run = Run {
            max_failing,
            trace: When::Always,
            ..Run::in_turn(&mock)
        };
        let verification = run.verify().unwrap();
        assert_eq!(verification.verdict(), Verdict::Unbuildable);
        assert_eq!(failing(&verification), expected);
        assert!(verification.facts.chrootless.is_none());
        let [Note::NotCompared { failing }] = verification.facts.notes.as_slice() else {
            panic!("{:?}", verification.facts.notes);
        };
        assert_eq!(*failing, expected.len());
        assert_eq!(mock.log().len(), 1 + builds);
    }
}

#[test]
fn a_normal_build_that_fails_is_trouble_whatever_the_chrootless_one_does() {
    let same: &[&str] = &["bad"];
    let other: &[&str] = &["worse"];
    for chrootless in [same, other] {
        let mock = mock(&[
            ("normal", Does::ScriptsFail(&["bad"])),
            ("chrootless", Does::ScriptsFail(chrootless)),
        ]);
        let error = Run::of(&mock).verify().unwrap_err();
        assert_eq!(error.to_string(), "normal: bad.postinst failed");
    }
}

#[test]
fn another_failure_after_a_script_was_passed_over_is_trouble() {
    let mock = mock(&[("chrootless", Does::ScriptsFail(&["bad", "unknown"]))]);
    let error = Run::of(&mock).verify().unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown.postinst: no package of the frozen archive has it"
    );
}

#[test]
fn the_transcript_of_every_build_in_which_a_script_failed_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::open(place.path(), &Arc::default()).unwrap();
    let mock = mock(&[("chrootless", Does::ScriptsFail(&["bad", "worse"]))]);
    let run = Run {
        artifacts: Some(&artifacts),
        ..Run::of(&mock)
    };
    let _ = run.verify().unwrap();
    let expected = [
        "chrootless.failed-1.log",
        "chrootless.failed-2.log",
        "chrootless.log",
        "chrootless.tar",
        "normal.log",
        "normal.tar",
    ];
    assert_eq!(files(place.path()), expected.map(str::to_owned).into());
}
