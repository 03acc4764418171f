//! What a verification does with its builds, without building anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::audit::method::Method;
use crate::bootstrap::mode::{NormalMode, Technique};
use crate::sandbox::launch::Interrupts;
use crate::verify::artifacts::Artifacts;
use crate::verify::compared;
use crate::verify::error::Error;
use crate::verify::facts::{Extra, Facts};
use crate::verify::findings::Findings;
use crate::verify::mock::{Does, Mock, prepared};
use crate::verify::note::{Note, Wanted};
use crate::verify::observation::observe;
use crate::verify::observer::Silent;
use crate::verify::options::Concurrency;
use crate::verify::requests::When;
use crate::verify::requests::{ObservationRequests, Requests, Shown};
use crate::verify::result::Verification;
use crate::verify::session::Session;
use crate::verify::timings::Timings;
use crate::verify::verdict::{Strictness, Verdict};

/// One run of the mock, as [`crate::verify::verify`] does it but for preparing.
struct Run<'a> {
    mock: &'a Mock,
    requests: Requests,
    concurrency: Concurrency,
    trace: When,
    control: When,
    audit: Method,
    artifacts: Option<&'a Artifacts>,
    interrupts: Interrupts,
}

impl<'a> Run<'a> {
    fn of(mock: &'a Mock) -> Self {
        Self {
            mock,
            requests: Requests::default(),
            concurrency: Concurrency::Two,
            trace: When::Needed,
            control: When::Needed,
            audit: Method::Overlay,
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
        let prepared = prepared(outside.path(), self.audit);
        let session = Session {
            executor: self.mock,
            observer: &Silent,
            interrupts: &self.interrupts,
            concurrency: self.concurrency,
            artifacts: self.artifacts,
        };
        let builds = compared::build(&self.requests, Vec::new(), &prepared, session)
            .inspect_err(|error| session.keep_transcript(error))?;
        let requests = ObservationRequests::new(builds.shown(&prepared), self.trace, self.control);
        let observation = observe(requests, &builds.altered, &prepared, session)?;
        let facts = Facts::new(prepared, builds, observation);
        Ok(Verification {
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
        assert_eq!(mock.sorted_log(), ["run chrootless", "run normal"]);
    }
}

#[test]
fn builds_in_turn_begin_with_the_normal_one_and_their_control_observes_it() {
    let mock = mock(&[("chrootless", Does::Tarball("other"))]);
    let verification = Run::in_turn(&mock).verify().unwrap();
    assert_eq!(verification.verdict(), Verdict::Divergent);
    assert_eq!(verification.exit_status(Strictness::Attempts), 1);
    assert_eq!(
        mock.log(),
        [
            "run normal",
            "run chrootless",
            "observe normal",
            "run normal",
            "observe chrootless",
        ]
    );
    assert!(verification.facts.control.unwrap().is_identical());
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
fn what_escaped_is_observed_without_a_control() {
    let mock = mock(&[("chrootless", Does::Escapes("same"))]);
    let verification = Run::in_turn(&mock).verify().unwrap();
    assert_eq!(verification.verdict(), Verdict::Escaped);
    assert_eq!(
        mock.log(),
        [
            "run normal",
            "run chrootless",
            "observe normal",
            "observe chrootless",
        ]
    );
    assert!(verification.facts.control.is_none());
}

#[test]
fn which_further_builds_are_made_follows_from_what_was_shown_and_asked_for() {
    let shown = |is_divergent, is_escaped, is_foreign, audit| Shown {
        is_divergent,
        is_escaped,
        is_foreign,
        audit,
    };
    let equal = shown(false, false, false, Method::Overlay);
    let divergent = shown(true, false, false, Method::Overlay);
    let escaped = shown(false, true, false, Method::Overlay);
    let foreign = shown(false, false, true, Method::Overlay);
    let read_only = shown(false, false, false, Method::ReadOnly);
    let (always, needed, never) = (When::Always, When::Needed, When::Never);
    let table = [
        (equal, needed, needed, ""),
        (equal, always, never, "normal chrootless altered"),
        (equal, never, always, "control"),
        (
            divergent,
            needed,
            needed,
            "normal chrootless altered control",
        ),
        (divergent, never, never, ""),
        (escaped, needed, needed, "normal chrootless altered"),
        (foreign, needed, needed, "chrootless"),
        (foreign, never, needed, ""),
        (read_only, needed, needed, "chrootless"),
    ];
    for (shown, trace, control, expected) in table {
        let requests = ObservationRequests::new(shown, trace, control);
        let words = [
            (requests.normal, "normal"),
            (requests.chrootless, "chrootless"),
            (requests.altered, "altered"),
            (requests.control, "control"),
        ];
        let wanted: Vec<_> = words
            .into_iter()
            .filter_map(|(is_wanted, word)| is_wanted.then_some(word))
            .collect();
        assert_eq!(
            wanted.join(" "),
            expected,
            "{shown:?} {trace:?} {control:?}"
        );
    }
}

#[test]
fn a_further_build_that_fails_is_a_note_and_the_verdict_stands() {
    let mut mock = mock(&[("chrootless", Does::Tarball("other"))]);
    let _ = mock.observed.insert("chrootless", Does::Fails);
    let verification = Run::of(&mock).verify().unwrap();
    assert_eq!(verification.verdict(), Verdict::Divergent);
    assert!(verification.facts.observed_chrootless.is_none());
    assert!(verification.facts.observed_normal.is_some());
    let [Note::Failed(Wanted::Chrootless, error)] = verification.facts.notes.as_slice() else {
        panic!("{:?}", verification.facts.notes);
    };
    assert_eq!(error.to_string(), "chrootless: it failed");
}

#[test]
fn a_signal_while_observing_ends_the_run() {
    let mut mock = mock(&[("chrootless", Does::Tarball("other"))]);
    let _ = mock.observed.insert("normal", Does::IsInterrupted);
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
    let artifacts = Artifacts::open(place.path()).unwrap();
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
    assert!(Artifacts::open(place.path()).is_err(), "it is locked");
}

#[test]
fn of_a_run_that_fails_the_transcript_is_kept_and_no_part_of_a_tarball() {
    let place = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::open(place.path()).unwrap();
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
