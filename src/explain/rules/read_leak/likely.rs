//! Which of several altered files it was, if no word of them stands in the entry.

use crate::compare::comparison::{Divergence, FieldDivergence};
use crate::explain::content::access_list::{AccessHolder, AccessList};
use crate::explain::content::field_detail::{FieldDetail, field_detail};
use crate::explain::rules::read_leak::altered_read::AlteredRead;
use crate::tar::entry_path::EntryPath;
use crate::trace::process::Process;

/// Where users' names are looked up.
pub(crate) const PASSWD: &[u8] = b"/etc/passwd";
/// Where groups' names are looked up.
pub(crate) const GROUP: &[u8] = b"/etc/group";

/// What the C library reads in nearly every process.
const AMBIENT: [&[u8]; 7] = [
    GROUP,
    b"/etc/ld.so.cache",
    b"/etc/localtime",
    b"/etc/nsswitch.conf",
    PASSWD,
    b"/etc/services",
    b"/etc/shadow",
];

/// The files that are likeliest behind a divergence that has none of their words.
pub(crate) fn likely<'a>(
    read: &[AlteredRead<'a>],
    divergence: &Divergence,
    writer: &Process,
) -> Vec<AlteredRead<'a>> {
    if is_of_owner(divergence) {
        return of_owner(read, divergence);
    }
    let telling = read.iter().filter(|read| !is_ambient(read.file)).copied();
    let telling: Vec<_> = telling.collect();
    let is_own = |read: &&AlteredRead<'_>| is_copy(read.file, divergence);
    let is_of_writer = |read: &&AlteredRead<'_>| {
        let process = read.process;
        process == writer || !process.command.is_empty() && process.command == writer.command
    };
    let own: Vec<_> = telling.iter().filter(is_own).copied().collect();
    let of_writer: Vec<_> = telling.iter().filter(is_of_writer).copied().collect();
    let in_order = [own, of_writer, telling];
    let mut found = in_order.into_iter().filter(|found| !found.is_empty());
    found.next().unwrap_or_default()
}

/// The account databases that a divergent field has to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Databases {
    users: bool,
    groups: bool,
}

impl Databases {
    fn of_field(field: &FieldDivergence, divergence: &Divergence) -> Self {
        let is_user = matches!(field.name.as_str(), "uid" | "uname");
        let is_group = matches!(field.name.as_str(), "gid" | "gname");
        match field_detail(field, divergence, None) {
            Some(FieldDetail::AccessLists(lists)) => {
                Self::of_lists(lists.left.as_ref(), lists.right.as_ref())
            }
            _ => Self {
                users: is_user,
                groups: is_group,
            },
        }
    }

    /// Those of the entries that only one of two access lists has.
    fn of_lists(left: Option<&AccessList>, right: Option<&AccessList>) -> Self {
        let entries = |list: Option<&AccessList>| list.map_or_else(Vec::new, |list| list.0.clone());
        let (left, right) = (entries(left), entries(right));
        let missing = left.iter().filter(|entry| !right.contains(entry));
        let added = right.iter().filter(|entry| !left.contains(entry));
        let holders: Vec<_> = missing.chain(added).map(|entry| entry.holder).collect();
        let is_user = |holder: &AccessHolder| {
            matches!(holder, AccessHolder::OwningUser | AccessHolder::User(_))
        };
        let is_group = |holder: &AccessHolder| {
            matches!(holder, AccessHolder::OwningGroup | AccessHolder::Group(_))
        };
        Self {
            users: holders.iter().any(is_user),
            groups: holders.iter().any(is_group),
        }
    }

    fn is_none(self) -> bool {
        !self.users && !self.groups
    }
}

/// Whether nothing differs but whom the entry belongs to, or who has access to it.
pub(crate) fn is_of_owner(divergence: &Divergence) -> bool {
    let fields = &divergence.fields;
    let is_such = |field| !Databases::of_field(field, divergence).is_none();
    !fields.is_empty() && fields.iter().all(is_such)
}

/// Of files that were read, the account databases that an owner's name was looked up in.
pub(crate) fn of_owner<'a>(
    read: &[AlteredRead<'a>],
    divergence: &Divergence,
) -> Vec<AlteredRead<'a>> {
    let fields = divergence.fields.iter();
    let asked: Vec<_> = fields
        .map(|field| Databases::of_field(field, divergence))
        .collect();
    let is_asked = |read: &&AlteredRead<'_>| {
        read.file == PASSWD && asked.iter().any(|databases| databases.users)
            || read.file == GROUP && asked.iter().any(|databases| databases.groups)
    };
    read.iter().filter(is_asked).copied().collect()
}

/// Whether nearly every process reads a file, or every one of dpkg or apt, so that a read of it
/// says nothing.
pub(crate) fn is_ambient(file: &[u8]) -> bool {
    let settings: [&[u8]; 2] = [b"/etc/dpkg/dpkg.cfg", b"/etc/apt/apt.conf.d/"];
    AMBIENT.contains(&file) || settings.iter().any(|start| file.starts_with(start))
}

/// Whether a file of the outside has the name of the entry.
pub(crate) fn is_copy(file: &[u8], divergence: &Divergence) -> bool {
    EntryPath::new(file).file_name() == divergence.entry_path().file_name()
}
