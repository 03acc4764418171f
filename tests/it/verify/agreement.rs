//! What an audit sees of the outside and what scripts were seen to try there: both tell the same,
//! or a note names the path.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::harness::Test;
use crate::support::report::report;
use crate::support::repository::Repository;
use crate::support::run::{directory, run, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(an_audit_and_the_attempts_agree_on_a_script_with_several_effects, needs: [Sandboxes, Root]),
    test!(what_no_script_did_to_the_outside_is_named_in_a_note, needs: [Sandboxes, Root]),
    test!(a_line_is_linked_to_what_it_tried_or_is_unexercised, needs: [Sandboxes, Root]),
    test!(an_entry_that_a_script_made_outside_without_effect_names_the_attempt, needs: [Sandboxes, Root]),
];

/// A package of this name with this postinst.
fn source(place: &Path, name: &str, postinst: &str) -> PathBuf {
    let source = place.join(name);
    fs::create_dir_all(&source).unwrap();
    let control = format!(
        "Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: twinroot tests <tests@example.org>\n\
         Description: a script that acts outside\n"
    );
    fs::write(source.join("control"), control).unwrap();
    let script = format!("#!/bin/sh\nset -e\n{postinst}\n");
    fs::write(source.join("postinst"), script).unwrap();
    source
}

/// The report on a chroot with one package of this postinst.
fn verified(postinst: &str, arguments: &[&str]) -> Value {
    let lab = directory();
    let source = source(&lab.path().join("sources"), "acting", postinst);
    let repository = Repository::with(&lab.path().join("repository"), &[source]);
    let all = [&["--include=acting"], arguments].concat();
    let ran = run(&mut verify_tiny(lab.path(), &repository, &all));
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    report(&ran)
}

/// The notes on disagreements.
fn disagreements(report: &Value) -> Vec<&str> {
    let notes = report["notes"].as_array().unwrap().iter();
    let notes = notes.map(|note| note.as_str().unwrap());
    notes
        .filter(|note| note.contains("of the outside"))
        .collect()
}

fn an_audit_and_the_attempts_agree_on_a_script_with_several_effects() {
    const EFFECTS: &str = "mkdir -p /var/lib/acting.d/sub || true\n\
        echo x >/etc/acting.conf || true\n\
        ln -s target /etc/acting.link || true\n\
        chmod 0600 /etc/issue || true\n\
        mv /etc/acting.conf /etc/acting.moved || true\n\
        touch /etc/acting.gone && rm /etc/acting.gone || true";
    // A snapshot would copy this whole machine into memory.
    for audit in ["--audit=overlay", "--audit=read-only"] {
        let report = verified(EFFECTS, &[audit]);
        let escapes = report["outside"]["escapes"].as_array().unwrap().len();
        assert!(escapes >= 5, "{audit}: {:#}", report["outside"]["escapes"]);
        assert_eq!(disagreements(&report), Vec::<&str>::new(), "{audit}");
    }
}

fn what_no_script_did_to_the_outside_is_named_in_a_note() {
    let by_apt = "--aptopt=DPkg::Post-Invoke {\"touch /etc/by-apt || true\"}";
    let report = verified(":", &[by_apt]);
    assert_eq!(
        disagreements(&report),
        [
            "/etc/by-apt of the outside changed, and no maintainer script was seen to act on it: \
             touch /etc/by-apt wrote it"
        ],
        "{:#}",
        report["outside"]
    );
}

fn a_line_is_linked_to_what_it_tried_or_is_unexercised() {
    const SCRIPT: &str = "[ -n \"$DPKG_ROOT\" ] || exit 0\n\
        rm -f /etc/acting.absent\n\
        if [ -e /etc/acting.never ]; then\n  chmod 0600 /etc/acting.never\nfi";
    let report = verified(SCRIPT, &["--strict"]);
    let packages = report["packages"].as_array().unwrap();
    let acting = packages.iter().find(|one| one["name"] == "acting").unwrap();
    assert_eq!(
        acting["scripts"][0]["lines"],
        json!([
            {"number": 4, "text": "rm -f /etc/acting.absent", "exercised": true, "attempts": [0]},
            {"number": 5, "text": "if [ -e /etc/acting.never ]; then", "exercised": true},
            {"number": 6, "text": "chmod 0600 /etc/acting.never", "exercised": false},
        ])
    );
    assert_eq!(
        report["outside"]["attempts"][0]["path"],
        "/etc/acting.absent"
    );
}

fn an_entry_that_a_script_made_outside_without_effect_names_the_attempt() {
    let report = verified("mkdir -p /home", &[]);
    let causes = report["causes"].as_array().unwrap();
    let cause = causes
        .iter()
        .find(|one| one["package"] == "acting")
        .unwrap();
    assert_eq!(
        (&cause["rule"], &cause["title"]),
        (
            &json!("script-differs"),
            &json!(
                "acting 1.0, postinst: acted on the outside when run chrootless, where it had no \
                 effect, and not in the chroot"
            )
        ),
        "{causes:#?}"
    );
    let evidence = cause["evidence"].as_array().unwrap();
    let attempt = "/home of the outside: mkdir by mkdir -p /home, postinst line 3: it was there \
                   already (EEXIST)";
    assert!(evidence.contains(&json!(attempt)), "{evidence:#?}");
}
