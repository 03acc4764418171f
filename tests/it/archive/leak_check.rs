//! `--leak-check` on the real archive: what maintainer scripts read from the outside shows.

use serde_json::Value;

use crate::support::harness::Test;
use crate::support::report::{divergences, escapes, report};
use crate::support::run::verify;

pub(crate) const TESTS: &[Test] = &[
    test!(the_templates_that_pam_auth_update_reads_outside_are_found_on_trixie, needs: [Sandboxes, Archive]),
    test!(an_outside_that_is_not_twinroots_to_copy_is_refused_at_once, needs: [Sandboxes, Root]),
];

fn the_templates_that_pam_auth_update_reads_outside_are_found_on_trixie() {
    let ran = verify(&["trixie", "--leak-check"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(1), ""));
    let report = report(&ran);
    // The pair itself is identical: its outside is as the chroot.
    assert_eq!(report["verdict"], "divergent");
    assert_eq!(divergences(&report), []);
    assert_eq!(escapes(&report), []);
    let row = &report["matrix"][0];
    assert_eq!(
        (&row["label"], &row["outside"], &row["mode"]),
        (
            &"leak-check".into(),
            &"different".into(),
            &"chrootless".into()
        )
    );
    assert_eq!(row["escapes"], Value::Array(vec![]));
    let causes = row["causes"].as_array().unwrap();
    let pam = causes
        .iter()
        .find(|cause| cause["package"] == "libpam-runtime");
    let pam = pam.unwrap_or_else(|| panic!("{causes:#?}"));
    assert_eq!(pam["rule"], "read-leak");
    assert_eq!(pam["script"], "postinst");
    let read = "/usr/share/pam/common-session: read by pam-auth-update --root ROOT --package --force, \
                for libpam-runtime postinst configure";
    let evidence = pam["evidence"].as_array().unwrap();
    assert!(evidence.iter().any(|line| line == read), "{evidence:#?}");
    let claimed: Vec<_> = divergences_of(row, &pam["id"]);
    assert_eq!(
        claimed,
        [
            "./etc/pam.d/common-account",
            "./etc/pam.d/common-auth",
            "./etc/pam.d/common-password",
            "./etc/pam.d/common-session",
            "./etc/pam.d/common-session-noninteractive",
        ]
    );
    let unexplained = divergences_of(row, &Value::Null);
    assert_eq!(unexplained, Vec::<String>::new());
    let packages = report["packages"].as_array().unwrap();
    let of = |name: &str| packages.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(of("libpam-runtime")["verdict"], "incomplete");
    assert_eq!(of("dpkg")["verdict"], "complete");
}

fn an_outside_that_is_not_twinroots_to_copy_is_refused_at_once() {
    let ran = verify(&["x", "--leak-check", "--outside=host"]);
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (
            Some(2),
            "twinroot: the leak check needs an outside system that twinroot made, because it alters \
             a copy\nhint: use --outside matching, or a tarball\n"
        )
    );
}

/// Paths that a cause of a row claims.
fn divergences_of(row: &Value, cause: &Value) -> Vec<String> {
    let all = row["divergences"].as_array().unwrap().iter();
    let claimed = all.filter(|one| one["cause"] == *cause);
    claimed
        .map(|one| one["path"].as_str().unwrap().to_owned())
        .collect()
}
