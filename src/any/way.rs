//! How two kinds of inputs are compared, or why they are not.
//!
//! The line: what has entries is compared with what has entries of the same sort, and two inputs
//! that have none are compared as bytes, whatever they are. An archive and something else are
//! trouble, because a wrong file was given, or a download failed.

use crate::compare::refusal::Refusal;
use crate::compare::side::{Side, Sides};
use crate::input::kind::Kind;

/// How two inputs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// As two tar archives.
    Archives,
    /// As ar archives, member by member.
    Packages,
    /// As zip archives, member by member.
    Zips,
    /// As rpm packages, part by part.
    Rpms,
    /// As trees, of which at least one is a directory.
    Directories,
    /// As container images, with their layers.
    Images,
    /// As Debian control files, with the files that they list.
    Controls,
    /// As bytes, which the readers of contents explain.
    Files,
}

/// The way to compare two kinds.
///
/// # Errors
/// One is an archive and the other is not, or is one of another sort.
pub(crate) fn way(kinds: Sides<Kind>) -> Result<Way, Refusal> {
    match (kinds.left, kinds.right) {
        (Kind::Image | Kind::Layout, Kind::Image | Kind::Layout) => Ok(Way::Images),
        (Kind::Tar | Kind::Image, Kind::Tar | Kind::Image) => Ok(Way::Archives),
        (
            Kind::Directory | Kind::Layout,
            Kind::Directory | Kind::Layout | Kind::Tar | Kind::Image,
        )
        | (Kind::Tar | Kind::Image, Kind::Directory | Kind::Layout) => Ok(Way::Directories),
        (Kind::Ar, Kind::Ar) => Ok(Way::Packages),
        (Kind::Zip, Kind::Zip) => Ok(Way::Zips),
        (Kind::Rpm, Kind::Rpm) => Ok(Way::Rpms),
        (Kind::Control, Kind::Control) => Ok(Way::Controls),
        (left, right) if left == right => Ok(Way::Files),
        (left, right) if !left.has_entries() && !right.has_entries() => Ok(Way::Files),
        (left, right) => {
            // The side without entries is the one to blame; of two with entries, the right one.
            let side = if left.has_entries() {
                Side::Right
            } else {
                Side::Left
            };
            let (kind, other) = match side {
                Side::Left => (left, right),
                Side::Right => (right, left),
            };
            Err(Refusal { side, kind, other })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::kind::Foreign;

    #[test]
    fn entries_are_compared_with_entries_and_bytes_with_bytes() {
        let iso = Kind::Foreign(Foreign::Iso);
        let refused = |side, kind, other| Err(Refusal { side, kind, other });
        let table = [
            (Kind::Tar, Kind::Tar, Ok(Way::Archives)),
            (Kind::Directory, Kind::Directory, Ok(Way::Directories)),
            (Kind::Image, Kind::Layout, Ok(Way::Images)),
            (Kind::Image, Kind::Tar, Ok(Way::Archives)),
            (Kind::Layout, Kind::Directory, Ok(Way::Directories)),
            (Kind::Directory, Kind::Image, Ok(Way::Directories)),
            (Kind::Tar, Kind::Directory, Ok(Way::Directories)),
            (
                Kind::Directory,
                Kind::Text,
                refused(Side::Right, Kind::Text, Kind::Directory),
            ),
            (Kind::Ar, Kind::Ar, Ok(Way::Packages)),
            (Kind::Rpm, Kind::Rpm, Ok(Way::Rpms)),
            (
                Kind::Ar,
                Kind::Tar,
                refused(Side::Right, Kind::Tar, Kind::Ar),
            ),
            (Kind::Control, Kind::Control, Ok(Way::Controls)),
            (Kind::Control, Kind::Text, Ok(Way::Files)),
            (Kind::Text, Kind::Data, Ok(Way::Files)),
            (Kind::Empty, Kind::Empty, Ok(Way::Files)),
            (Kind::Empty, Kind::Text, Ok(Way::Files)),
            (iso, Kind::Text, Ok(Way::Files)),
            (Kind::Tar, iso, refused(Side::Right, iso, Kind::Tar)),
            (iso, Kind::Tar, refused(Side::Left, iso, Kind::Tar)),
            (Kind::Zip, Kind::Zip, Ok(Way::Zips)),
            (
                Kind::Tar,
                Kind::Zip,
                refused(Side::Right, Kind::Zip, Kind::Tar),
            ),
            (
                Kind::Tar,
                Kind::Empty,
                refused(Side::Right, Kind::Empty, Kind::Tar),
            ),
        ];
        for (left, right, expected) in table {
            assert_eq!(way(Sides { left, right }), expected, "{left:?} {right:?}");
        }
    }
}
