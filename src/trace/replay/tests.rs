use super::*;
use crate::trace::log::Before;

const ROOT: &str = "/tmp/mmdebstrap.x";

/// The postinst of `p`, as dpkg runs it.
fn postinst(log: &mut Log) -> usize {
    let program = format!("{ROOT}/var/lib/dpkg/info/p:amd64.postinst");
    log.ran(Image::new(
        None,
        program.as_bytes(),
        &["p.postinst", "configure", ""],
    ))
}

fn opened(image: usize, path: &str) -> Event {
    let act = Act::Open {
        creates: true,
        empties: false,
    };
    Event::new(image, "openat", act, path.as_bytes())
}

fn failing(error: i32, event: Event) -> Event {
    Event { error, ..event }
}

fn process(argv: &[&str], command: &[&str]) -> Arc<Process> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Arc::new(Process {
        script: Some(Script {
            package: "p".to_owned(),
            name: "postinst".to_owned(),
            arguments: vec!["configure".to_owned(), String::new()],
        }),
        argv: words(argv),
        command: words(command),
    })
}

#[test]
fn a_process_belongs_to_the_script_that_it_descends_from_whatever_its_environment() {
    let mut log = Log::default();
    let script = postinst(&mut log);
    let env = log.ran(Image::new(
        Some(script),
        b"/usr/bin/env",
        &["env", "-i", "cp", "a"],
    ));
    let cp = log.ran(Image::new(Some(env), b"/usr/bin/cp", &["cp", "a"]));
    log.did(opened(script, "/etc/escaped"));
    log.did(opened(cp, "/tmp/mmdebstrap.x/a"));
    log.did(failing(
        libc::ENOENT,
        Event::new(cp, "unlink", Act::Remove, b"/gone"),
    ));
    let trace = replay(&log);
    let shell = process(&["p.postinst", "configure", ""], &[]);
    assert_eq!(trace.wrote_outside(b"/etc/escaped"), [shell]);
    assert_eq!(
        trace.wrote_inside(b"a"),
        [process(&["cp", "a"], &["env", "-i", "cp", "a"])]
    );
    assert_eq!(trace.wrote_outside(b"/gone"), []);
}

#[test]
fn a_script_of_a_package_that_is_unpacked_is_named_by_its_environment() {
    let mut log = Log::default();
    let program = format!("{ROOT}/var/lib/dpkg/tmp.ci/preinst");
    let _ = log.ran(Image {
        package: Some(b"q".as_slice().into()),
        ..Image::new(None, program.as_bytes(), &["preinst", "install"])
    });
    let scripts = replay(&log).scripts;
    let scripts: Vec<_> = scripts
        .iter()
        .map(|one| (&*one.package, &*one.name))
        .collect();
    assert_eq!(scripts, [("q", "preinst")]);
}

#[test]
fn what_a_read_only_file_system_refused_is_known_by_its_path() {
    let mut log = Log::default();
    let image = log.ran(Image::new(None, b"/bin/sh", &["sh"]));
    let refused = |event| failing(libc::EROFS, event);
    log.did(refused(opened(image, "/etc/issue")));
    log.did(refused(Event::new(image, "mkdir", Act::Make, b"/srv/new")));
    let rename = Act::RenameTo(b"/etc/b".as_slice().into());
    log.did(refused(Event::new(image, "rename", rename, b"/etc/a")));
    log.did(refused(Event::new(
        image,
        "chmod",
        Act::Mode(0o700),
        b"/opt",
    )));
    log.did(failing(
        libc::ENOENT,
        Event::new(image, "unlink", Act::Remove, b"/gone"),
    ));
    log.did(refused(Event::new(
        image,
        "unlink",
        Act::Remove,
        b"/absent",
    )));
    let there: [&[u8]; 3] = [b"/etc/a", b"/etc/issue", b"/opt"];
    let found = replay(&log).refused(|path| there.contains(&path));
    let found: Vec<_> = found
        .iter()
        .map(|change| format!("{} {}", change.path.escape_ascii(), change.kind.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            "/etc/a removed",
            "/etc/b created",
            "/etc/issue modified",
            "/opt metadata",
            "/srv/new created"
        ]
    );
}

#[test]
fn removing_the_finished_root_writes_nothing_of_it() {
    let mut log = Log::default();
    let argv = ["rm", "--recursive", ROOT];
    let whole = log.ran(Image::new(None, b"/bin/rm", &argv));
    let one = log.ran(Image::new(None, b"/bin/rm", &["rm", "b"]));
    let path = |name: &str| format!("{ROOT}/etc/{name}").into_bytes();
    log.did(Event::new(whole, "unlink", Act::Remove, &path("a")));
    log.did(Event::new(one, "unlink", Act::Remove, &path("b")));
    let trace = replay(&log);
    assert_eq!(trace.wrote_inside(b"etc/a"), []);
    assert_eq!(trace.wrote_inside(b"etc/b").len(), 1);
}

#[test]
fn both_names_of_a_rename_are_written() {
    let mut log = Log::default();
    let script = postinst(&mut log);
    let to = Act::RenameTo(format!("{ROOT}/etc/b").as_bytes().into());
    log.did(Event::new(
        script,
        "rename",
        to,
        format!("{ROOT}/etc/a").as_bytes(),
    ));
    let trace = replay(&log);
    assert_eq!(
        [
            trace.wrote_inside(b"etc/a").len(),
            trace.wrote_inside(b"etc/b").len()
        ],
        [1, 1]
    );
}

#[test]
fn who_gives_a_file_a_further_name_changes_both_names() {
    let mut log = Log::default();
    let script = postinst(&mut log);
    let from = Act::Link(b"/usr/lib/all/a".as_slice().into());
    log.did(Event::new(script, "link", from.clone(), b"/usr/lib/on/a"));
    let refused = Event::new(script, "link", from, b"/usr/lib/on/b");
    log.did(failing(libc::EEXIST, refused));
    let trace = replay(&log);
    let shell = process(&["p.postinst", "configure", ""], &[]);
    assert_eq!(
        trace.outside,
        [b"/usr/lib/all/a".to_vec(), b"/usr/lib/on/a".to_vec()]
            .map(|path| (path, vec![Arc::clone(&shell)]))
            .into()
    );
}

#[test]
fn who_reads_data_is_known_without_a_script_too() {
    let mut log = Log::default();
    let dpkg = log.ran(Image::new(None, b"/usr/bin/dpkg", &["dpkg"]));
    for path in [
        "/etc/dpkg/dpkg.cfg.d/a",
        "/usr/lib/libc.so.6",
        "/tmp/mmdebstrap.x/etc/a",
    ] {
        log.did(Event::new(dpkg, "openat", Act::Read, path.as_bytes()));
    }
    let trace = replay(&log);
    assert_eq!(trace.readers(b"/etc/dpkg/dpkg.cfg.d/a").len(), 1);
    assert_eq!(trace.readers(b"/usr/lib/libc.so.6"), []);
    assert_eq!(trace.readers(b"/tmp/mmdebstrap.x/etc/a"), []);
}

#[test]
fn programs_of_the_chroot_are_told_from_its_maintainer_scripts() {
    let mut log = Log::default();
    let script = postinst(&mut log);
    let execute = |path: &str| Event::new(script, "execve", Act::Execute, path.as_bytes());
    log.did(execute("/usr/bin/dpkg"));
    log.did(execute("/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst"));
    log.did(execute("/tmp/mmdebstrap.x/usr/bin/id"));
    log.did(failing(
        libc::ENOEXEC,
        execute("/tmp/mmdebstrap.x/usr/bin/perl"),
    ));
    log.did(failing(
        libc::ENOENT,
        execute("/tmp/mmdebstrap.x/usr/bin/true"),
    ));
    let trace = replay(&log);
    assert_eq!(trace.executions(), 3);
    assert_eq!(
        trace.executed_inside().collect::<Vec<_>>(),
        [(&b"usr/bin/id"[..], 1)]
    );
    assert_eq!(
        trace.unexecutable().collect::<Vec<_>>(),
        [(&b"/tmp/mmdebstrap.x/usr/bin/perl"[..], 1)]
    );
}

#[test]
fn what_a_script_itself_asks_is_told_from_what_its_programs_read() {
    let mut log = Log::default();
    let script = postinst(&mut log);
    let grep = log.ran(Image::new(
        Some(script),
        b"/usr/bin/grep",
        &["grep", "x", "/etc/a"],
    ));
    let look = |path: &str| Event::new(script, "newfstatat", Act::Look, path.as_bytes());
    log.did(failing(libc::ENOENT, look("/etc/absent")));
    log.did(look("/var/lib/there"));
    log.did(look("/usr/bin/grep"));
    log.did(Event::new(script, "openat", Act::Read, b"/etc/ld.so.cache"));
    log.did(Event::new(grep, "openat", Act::Read, b"/etc/a"));
    let asked = replay(&log).decided_by;
    let asked: Vec<_> = asked
        .iter()
        .map(|read| (read.path.escape_ascii().to_string(), read.is_there))
        .collect();
    assert_eq!(
        asked,
        [
            ("/etc/absent".to_owned(), false),
            ("/var/lib/there".to_owned(), true)
        ]
    );
}

#[test]
fn a_file_that_was_there_is_modified_and_not_created() {
    let there = Before::There {
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        size: 1,
    };
    let act = Act::Open {
        creates: true,
        empties: true,
    };
    assert_eq!(refused(&act, Some(there)), ChangeKind::Modified);
    assert_eq!(refused(&act, Some(Before::Absent)), ChangeKind::Created);
}
