//! What commands do to a system, by name.
//!
//! A command that is in no table counts as acting on the system it runs on: it is better to
//! show a line too many than to miss the one that wrote.

use crate::explain::scripts::command_names::{
    HARMLESS, HELPERS, NOT_FILES, OUTSIDES_OWN, READERS, WITH_PROGRAM, WRAPPERS, WRITERS,
};
use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::line::Act;
use crate::explain::scripts::shell::syntax::Access;

/// What a command with its arguments does, given the directory it is run in.
pub(crate) fn acts(words: &[Value], directory: &Value) -> Vec<Act> {
    let Some((first, arguments)) = words.split_first() else {
        return Vec::new();
    };
    let shown = first.shown();
    if first.is_rooted() {
        return vec![Act::Rooted(rooted(first))];
    }
    let name = shown.rsplit('/').next().unwrap_or_default();
    match name {
        // Which command this is, only a run would show.
        "" | "*" => Vec::new(),
        "." | "source" => sourced(arguments),
        "test" | "[" => tested(arguments, directory),
        "getent" => accounts(arguments),
        "dpkg" if has_option(arguments, &["--compare-versions", "--print-architecture"]) => {
            Vec::new()
        }
        "command" if has_option(arguments, &["-v", "-V"]) => Vec::new(),
        _ if name.starts_with("db_") || HELPERS.contains(&name) => {
            vec![Act::Helper(name.to_owned())]
        }
        _ if HARMLESS.contains(&name) => Vec::new(),
        _ if WRAPPERS.contains(&name) => {
            let is_option = |value: &&Value| {
                let text = value.shown();
                text.starts_with('-') || text.contains('=')
            };
            let options = arguments.iter().take_while(is_option).count();
            acts(arguments.get(options..).unwrap_or_default(), directory)
        }
        "sed" if has_option_like(arguments, "-i") || has_option_like(arguments, "--in-place") => {
            operands(name, arguments, directory, Access::Writes)
        }
        "find" if has_option(arguments, &["-delete", "-exec", "-execdir", "-ok"]) => {
            operands(name, arguments, directory, Access::Writes)
        }
        _ if READERS.contains(&name) => operands(name, arguments, directory, Access::Reads),
        _ if WRITERS.contains(&name) => writer(name, arguments, directory),
        _ if arguments.iter().any(Value::has_root) => vec![Act::Rooted(name.to_owned())],
        _ => vec![Act::Runs(if first.is_absolute() {
            shown
        } else {
            name.to_owned()
        })],
    }
}

/// What a redirection does.
pub(crate) fn redirected(target: &Value, access: Access, directory: &Value) -> Option<Act> {
    file(target, directory, access)
}

fn has_option(arguments: &[Value], options: &[&str]) -> bool {
    arguments
        .iter()
        .filter_map(Value::text)
        .any(|text| options.contains(&text.as_str()))
}

fn has_option_like(arguments: &[Value], option: &str) -> bool {
    arguments
        .iter()
        .any(|value| value.shown().starts_with(option))
}

/// A library of the outside is read as its programs are; other files are data.
fn sourced(arguments: &[Value]) -> Vec<Act> {
    let Some(path) = arguments.first() else {
        return Vec::new();
    };
    let shown = path.shown();
    if shown.ends_with("/debconf/confmodule") {
        return vec![Act::Helper("confmodule".to_owned())];
    }
    if shown.starts_with("/usr/") || shown.starts_with("/lib/") {
        return Vec::new();
    }
    file(path, &Value::default(), Access::Reads)
        .into_iter()
        .collect()
}

/// `getent` reads the accounts of the system it runs on.
fn accounts(arguments: &[Value]) -> Vec<Act> {
    let database = arguments.first().and_then(Value::text);
    match database.as_deref() {
        Some("passwd") => vec![Act::Reads("/etc/passwd".to_owned())],
        Some("group") => vec![Act::Reads("/etc/group".to_owned())],
        Some("shadow") => vec![Act::Reads("/etc/shadow".to_owned())],
        Some(_) | None => vec![Act::Runs("getent".to_owned())],
    }
}

/// The files that `test` looks at. Whether a program can be run is asked of the outside.
fn tested(arguments: &[Value], directory: &Value) -> Vec<Act> {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    let looked = pairs.filter_map(|(operator, path)| {
        let operator = operator.text()?;
        let looks = operator.len() == 2
            && operator.starts_with('-')
            && operator.ends_with(|sign| "bcdefghLprsStuwxOGNk".contains(sign));
        let is_program = operator == "-x" && !path.shown().starts_with("/etc/");
        if !looks || (is_program && path.is_absolute()) {
            return None;
        }
        file(path, directory, Access::Reads)
    });
    looked.collect()
}

fn operands(name: &str, arguments: &[Value], directory: &Value, access: Access) -> Vec<Act> {
    let is_operand = |value: &&Value| !value.shown().starts_with('-');
    let program_is_option = has_option(arguments, &["-e", "-f", "--expression"]);
    let skipped = usize::from(WITH_PROGRAM.contains(&name) && !program_is_option);
    let operands = arguments.iter().filter(is_operand).skip(skipped);
    operands
        .filter_map(|path| file(path, directory, access))
        .collect()
}

fn writer(name: &str, arguments: &[Value], directory: &Value) -> Vec<Act> {
    // The first operand of these is a mode or an owner.
    let takes_mode = matches!(name, "chmod" | "chown" | "chgrp" | "setcap" | "chattr");
    let skipped = usize::from(takes_mode && !has_option_like(arguments, "--reference"));
    let operands: Vec<&Value> = arguments
        .iter()
        .filter(|value| !value.shown().starts_with('-'))
        .skip(skipped)
        .collect();
    let (last, others) = match operands.split_last() {
        Some((last, others)) => (*last, others),
        None => return Vec::new(),
    };
    let is_symbolic = name == "ln"
        && arguments.iter().any(|value| {
            let text = value.shown();
            text == "--symbolic"
                || (text.starts_with('-') && !text.starts_with("--") && text.contains('s'))
        });
    let mut acts: Vec<Act> = match name {
        // The target of a symbolic link is text.
        "ln" if is_symbolic => Vec::new(),
        "cp" | "install" | "ln" => others
            .iter()
            .filter_map(|path| file(path, directory, Access::Reads))
            .collect(),
        _ => others
            .iter()
            .filter_map(|path| file(path, directory, Access::Writes))
            .collect(),
    };
    acts.extend(file(last, directory, Access::Writes));
    acts
}

/// A path inside the chroot.
fn rooted(path: &Value) -> String {
    let shown = path.shown();
    let inside = shown.strip_prefix("$DPKG_ROOT").unwrap_or(&shown);
    format!("/{}", inside.trim_start_matches('/'))
}

/// An act on a file: on the chroot's, on the outside's, or on none that is known.
fn file(path: &Value, directory: &Value, access: Access) -> Option<Act> {
    if path.is_rooted() {
        return Some(Act::Rooted(rooted(path)));
    }
    let shown = if path.is_absolute() {
        path.shown()
    } else if path.is_relative() && directory.is_absolute() {
        format!("{}/{}", directory.shown(), path.shown())
    } else {
        // A relative path is the chroot's: scripts begin in its root.
        return None;
    };
    let is_path = shown
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/._+@:~-*?,=#{}[]".contains(&byte));
    let is_below = |places: &[&str]| places.iter().any(|place| shown.starts_with(place));
    let is_outsides_own = match access {
        Access::Reads => is_below(&OUTSIDES_OWN),
        Access::Writes => is_below(&NOT_FILES),
    };
    (is_path && !is_outsides_own).then_some(match access {
        Access::Reads => Act::Reads(shown),
        Access::Writes => Act::Writes(shown),
    })
}
