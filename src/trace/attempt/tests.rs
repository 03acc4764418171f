use super::*;
use crate::trace::log::{Bytes, Image, Log};
use crate::trace::replay::replay;

const FILE: Before = Before::There {
    mode: 0o100_644,
    uid: 0,
    gid: 8,
    size: 5,
};

/// The attempts of a postinst that did this: path, call and effect.
fn tried(events: impl IntoIterator<Item = (Act, &'static str, Before, i32)>) -> Vec<String> {
    let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
    let mut log = Log::default();
    let script = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
    for (act, path, before, error) in events {
        log.did(Event {
            error,
            before: Some(before),
            ..Event::new(script, "call", act, path.as_bytes())
        });
    }
    let attempts = replay(&log).attempts;
    let shown = |one: &Attempt| format!("{} {:?}", one.path.escape_ascii(), one.effect);
    attempts.iter().map(shown).collect()
}

const OPEN: Act = Act::Open {
    creates: true,
    empties: false,
};

#[test]
fn an_attempt_without_effect_is_one_all_the_same() {
    let owner = Act::Owner {
        uid: Some(0),
        gid: None,
    };
    assert_eq!(
        tried([
            (Act::Make, "/var/lib/x", FILE, libc::EEXIST),
            (
                Act::Remove,
                "/etc/obsolete.conf",
                Before::Absent,
                libc::ENOENT
            ),
            (Act::Mode(0o644), "/etc/a", FILE, 0),
            (Act::Mode(0o600), "/etc/a", FILE, 0),
            (owner, "/etc/a", FILE, 0),
            (OPEN, "/etc/b", FILE, libc::EROFS),
            (OPEN, "/etc/c", FILE, 0),
            (OPEN, "/etc/d", Before::Absent, 0),
        ]),
        [
            format!("/var/lib/x Failed({})", libc::EEXIST),
            format!("/etc/obsolete.conf Failed({})", libc::ENOENT),
            "/etc/a SameValue".to_owned(),
            "/etc/a Changed".to_owned(),
            format!("/etc/b Refused({})", libc::EROFS),
            "/etc/c Opened".to_owned(),
            "/etc/d Changed".to_owned(),
        ]
    );
}

#[test]
fn who_opened_a_file_has_changed_it_if_it_has_another_size_next() {
    let grown = Before::There {
        mode: 0o100_644,
        uid: 0,
        gid: 8,
        size: 6,
    };
    assert_eq!(
        tried([
            (OPEN, "/etc/a", FILE, 0),
            (Act::Mode(0o644), "/etc/a", grown, 0),
            (OPEN, "/etc/b", FILE, 0),
            (Act::Mode(0o644), "/etc/b", FILE, 0),
        ]),
        [
            "/etc/a Changed",
            "/etc/a SameValue",
            "/etc/b Opened",
            "/etc/b SameValue"
        ]
    );
}

#[test]
fn what_a_script_makes_in_tmp_and_removes_is_no_attempt_and_what_it_leaves_is() {
    let rename = Act::RenameTo(Bytes::from(&b"/etc/made"[..]));
    assert_eq!(
        tried([
            (OPEN, "/tmp/a", Before::Absent, 0),
            (Act::Mode(0o600), "/tmp/a", FILE, 0),
            (Act::Remove, "/tmp/a", FILE, 0),
            (OPEN, "/tmp/left", Before::Absent, 0),
            (OPEN, "/tmp/b", Before::Absent, 0),
            (rename, "/tmp/b", FILE, 0),
            (Act::Remove, "/tmp/of-another", FILE, 0),
        ]),
        [
            "/tmp/left Changed",
            "/etc/made Changed",
            "/tmp/of-another Changed"
        ]
    );
}

#[test]
fn devices_and_the_chroot_are_not_the_outside() {
    assert_eq!(
        tried([
            (OPEN, "/dev/null", FILE, 0),
            (OPEN, "/proc/self/oom_score_adj", FILE, 0),
            (OPEN, "/tmp/mmdebstrap.x/etc/a", Before::Absent, 0),
            (Act::Read, "/etc/passwd", FILE, 0),
        ]),
        [] as [&str; 0]
    );
}

#[test]
fn to_open_a_device_is_no_attempt_and_to_make_a_file_among_them_is_one() {
    let open = Act::Open {
        creates: false,
        empties: false,
    };
    assert_eq!(
        tried([
            (open.clone(), "/dev/tty0", Before::Absent, libc::ENOENT),
            (open.clone(), "/dev/shm/a", FILE, 0),
            (OPEN, "/dev/b", Before::Absent, 0),
            (Act::Make, "/dev/c", Before::Absent, 0),
        ]),
        ["/dev/shm/a Opened", "/dev/b Changed", "/dev/c Changed"]
    );
}
