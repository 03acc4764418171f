//! The bug report, whole.

use super::*;
use crate::report::saved::from_json;

fn report() -> crate::report::wire::report::Report {
    let json = serde_json::json!({
        "schema": "twinroot.report.v1",
        "verdict": "divergent",
        "left": { "label": "normal", "source": "normal.tar", "compression": "none", "bytes": 1, "entries": 1, "sha256": null },
        "right": { "label": "chrootless", "source": "chrootless.tar", "compression": "none", "bytes": 1, "entries": 1, "sha256": null },
        "divergences": [
            { "path": "./etc/a", "occurrence": 1, "kind": "changed", "package": "aa", "script": "postinst",
              "fields": [{ "name": "content", "left": "sha256:1", "right": "sha256:2", "detail": "-x\n+y" }] },
            { "path": "./etc/b", "occurrence": 1, "kind": "left-only", "entry": "file", "fields": [], "package": "bb" }
        ],
        "archive": [],
        "causes": [{ "id": "1", "rule": "r", "title": "it runs a tool", "entries": 1, "package": "aa", "evidence": ["seen"], "bug": "#1" }],
        "outside": { "audit": "overlay", "technique": "userns", "escapes": [
            { "path": "/etc/a", "change": "created", "package": "aa", "script": "postinst" }
        ] },
        "packages": [{
            "name": "aa", "version": "1:2-3", "source": "a", "source_version": "1:2-3", "architecture": "amd64", "essential": false,
            "scripts": [{ "name": "postinst", "dpkg_root": "silent", "lines": [{ "number": 3, "text": "make-a" }] }],
            "divergences": 1, "escapes": 1, "verdict": "incomplete", "reason": "x"
        }],
        "builds": [{ "label": "normal", "mode": "normal", "technique": "userns", "versions": { "dpkg": "1.22.21" }, "warnings": [], "degraded": [] }],
        "pin": { "suite": "trixie", "mirror": null, "variant": "essential", "include": ["aa", "c"], "architecture": "amd64",
                 "release_date": null, "source_date_epoch": 5, "sha256": "0", "bytes": 0, "packages": [] },
        "ignored": [], "known": [], "notes": [], "trouble": null, "timings": {}
    });
    from_json(json.to_string().as_bytes()).unwrap()
}

#[test]
fn it_says_what_where_and_how_to_see_it_again() {
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "Subject: aa: the chroot differs when it is installed with DPKG_ROOT\n\
         Package: aa\n\
         Version: 1:2-3\n\
         Severity: normal\n\
         Tags: trixie\n\
         User: debian-dpkg@lists.debian.org\n\
         Usertags: dpkg-root-support\n\
         \n\
         Dear maintainer,\n\
         \n\
         A chroot of trixie (essential, amd64) was made twice\n\
         from the same packages: the normal way, and with\n\
         maintainer scripts run outside of it with DPKG_ROOT set (dpkg --root with\n\
         --force-script-chrootless). Both should give the same files, and nothing outside\n\
         should change. With aa that is not so.\n\
         \n\
         What differs (normal | with DPKG_ROOT):\n\
         \n  ./etc/a\n    content  sha256:1 | sha256:2\n      -x\n      +y\n\
         \n\
         What changed outside (before | after):\n\
         \n  /etc/a  created\n\
         \n\
         Cause: it runs a tool\n  seen\n  See #1.\n\
         \n\
         Lines of its scripts that act without DPKG_ROOT:\n\
         \n  postinst line 3: make-a\n\
         \n\
         To reproduce it:\n\
         \n  twinroot verify trixie --variant=essential --include=aa,c --source-date-epoch=5\n\
         \n\
         Made with:\n\
         \n  twinroot {version}\n  dpkg 1.22.21\n"
    );
    assert_eq!(bug(&report(), "aa").unwrap(), expected);
}

#[test]
fn a_package_without_findings_has_no_bug() {
    assert_eq!(bug(&report(), "c"), None);
    assert_eq!(no_bug("c\u{1b}"), "nothing to report for c\\x1b\n");
}
