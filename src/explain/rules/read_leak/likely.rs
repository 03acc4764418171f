//! Which of several altered files it was, where no word of them stands in the entry.

use crate::compare::comparison::{Divergence, FieldDivergence};
use crate::explain::case::bare;
use crate::explain::content::access_list::{AccessHolder, AccessList};
use crate::explain::content::field_detail::{FieldDetail, field_detail};
use crate::explain::rules::read_leak::Leak;
use crate::trace::process::Process;

/// What the C library reads in nearly every process.
const AMBIENT: [&[u8]; 7] = [
    b"/etc/group",
    b"/etc/ld.so.cache",
    b"/etc/localtime",
    b"/etc/nsswitch.conf",
    b"/etc/passwd",
    b"/etc/services",
    b"/etc/shadow",
];

/// The files that are likeliest behind a divergence that has none of their words.
pub(crate) fn likely<'a>(
    read: &[Leak<'a>],
    divergence: &Divergence,
    writer: &Process,
) -> Vec<Leak<'a>> {
    let keep = |is_wanted: &dyn Fn(&Leak<'a>) -> bool| -> Vec<Leak<'a>> {
        read.iter()
            .copied()
            .filter(|leak| is_wanted(leak))
            .collect()
    };
    if is_of_owner(divergence) {
        return of_owner(read, divergence);
    }
    let mut found = keep(&|leak| !is_ambient(leak.file) && is_copy(leak.file, divergence));
    if found.is_empty() {
        let is_one = |process: &Process| {
            process == writer || !process.command.is_empty() && process.command == writer.command
        };
        found = keep(&|leak| !is_ambient(leak.file) && is_one(leak.process));
    }
    if found.is_empty() {
        found = keep(&|leak| !is_ambient(leak.file));
    }
    found
}

/// Which account databases a divergent field has to do with: users', groups'.
fn databases(field: &FieldDivergence, divergence: &Divergence) -> (bool, bool) {
    match field.name.as_str() {
        "uid" | "uname" => (true, false),
        "gid" | "gname" => (false, true),
        _ => match field_detail(field, divergence, None) {
            Some(FieldDetail::AccessLists(sides)) => {
                let entries = |side: Option<AccessList>| side.map_or_else(Vec::new, |list| list.0);
                let (left, right) = (entries(sides.left), entries(sides.right));
                let missing = left.iter().filter(|entry| !right.contains(entry));
                let added = right.iter().filter(|entry| !left.contains(entry));
                let differing: Vec<_> = missing.chain(added).map(|entry| entry.holder).collect();
                let is_user = |holder: &AccessHolder| {
                    matches!(holder, AccessHolder::OwningUser | AccessHolder::User(_))
                };
                let is_group = |holder: &AccessHolder| {
                    matches!(holder, AccessHolder::OwningGroup | AccessHolder::Group(_))
                };
                (
                    differing.iter().any(is_user),
                    differing.iter().any(is_group),
                )
            }
            _ => (false, false),
        },
    }
}

/// Whether nothing differs but whom the entry belongs to, or who has access to it.
pub(crate) fn is_of_owner(divergence: &Divergence) -> bool {
    let fields = &divergence.fields;
    !fields.is_empty()
        && fields
            .iter()
            .all(|field| databases(field, divergence) != (false, false))
}

/// Of files that were read, the account databases that an owner's name was looked up in.
pub(crate) fn of_owner<'a>(read: &[Leak<'a>], divergence: &Divergence) -> Vec<Leak<'a>> {
    let asked: Vec<_> = divergence
        .fields
        .iter()
        .map(|field| databases(field, divergence))
        .collect();
    let is_asked = |leak: &&Leak<'_>| {
        leak.file == b"/etc/passwd" && asked.iter().any(|(user, _)| *user)
            || leak.file == b"/etc/group" && asked.iter().any(|(_, group)| *group)
    };
    read.iter().filter(is_asked).copied().collect()
}

/// Whether nearly every process reads a file, or every one of dpkg or apt: that one read it
/// says nothing.
pub(crate) fn is_ambient(file: &[u8]) -> bool {
    let settings: [&[u8]; 2] = [b"/etc/dpkg/dpkg.cfg", b"/etc/apt/apt.conf.d/"];
    AMBIENT.contains(&file) || settings.iter().any(|start| file.starts_with(start))
}

/// Whether a file of the outside is the entry's own, or of its name.
pub(crate) fn is_copy(file: &[u8], divergence: &Divergence) -> bool {
    let name = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
    name(file) == name(bare(&divergence.path))
}
