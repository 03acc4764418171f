//! The values that options take: the domain's own enums, with a sentence of help for each.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::audit::method::Method;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::{NormalMode, Technique};

/// `--audit`
impl ValueEnum for Method {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Overlay, Self::Snapshot, Self::ReadOnly, Self::Off]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Overlay => "Read the changes from the upper directory of an overlayfs",
            Self::Snapshot => {
                "Copy the system to memory and read it before and after; needs no overlayfs"
            }
            Self::ReadOnly => "Mount the system read-only and observe the writes that fail",
            Self::Off => "Do not check",
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

/// `--technique`
impl ValueEnum for Technique {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Userns,
            Self::Fakeroot,
            Self::Nested,
            Self::UnshareHelper,
            Self::Lxc,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Userns => {
                "As root of a user namespace; the scripts can write to the outside system, and the \
                 audit sees it"
            }
            Self::Fakeroot => "With fakeroot, as an unprivileged user",
            Self::Nested => "In a hook of an outer mmdebstrap, with a read-only /",
            Self::UnshareHelper => "With mmdebstrap --unshare-helper and a read-only /",
            Self::Lxc => "With lxc-usernsexec and lxc-unshare, and a read-only /",
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

/// `--mode-reference`
impl ValueEnum for NormalMode {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Root, Self::Unshare, Self::Fakechroot]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Root => "mmdebstrap --mode=root, as root of a user namespace",
            Self::Unshare => "mmdebstrap --mode=unshare, as a user with subordinate ids",
            Self::Fakechroot => "mmdebstrap --mode=fakechroot, as an unprivileged user",
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

/// `--mode` of `build`
impl ValueEnum for Mode {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Normal, Self::Chrootless]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Normal => "Run maintainer scripts inside the chroot",
            Self::Chrootless => "Run maintainer scripts on the outside system, with DPKG_ROOT",
        };
        Some(PossibleValue::new(self.label()).help(help))
    }
}

/// mmdebstrap's `--variant`: a package set, with the hard dependencies of its packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// Essential packages
    Essential,
    /// Essential packages and apt
    Apt,
    /// Packages of priority required, and apt
    Required,
    /// The same as required
    Minbase,
    /// Minbase and build-essential
    Buildd,
    /// Packages of priority required and important
    Important,
    /// The same as important
    Debootstrap,
    /// Packages of priority required, important and standard
    Standard,
    /// Only the packages of --include
    Custom,
    /// Only the packages of --include, extracted but not installed
    Extract,
}

impl Variant {
    /// The name that mmdebstrap gives it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Essential => "essential",
            Self::Apt => "apt",
            Self::Required => "required",
            Self::Minbase => "minbase",
            Self::Buildd => "buildd",
            Self::Important => "important",
            Self::Debootstrap => "debootstrap",
            Self::Standard => "standard",
            Self::Custom => "custom",
            Self::Extract => "extract",
        }
    }
}

/// Reads `4096`, `64KiB`, `1MiB`, `2GiB`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    let (digits, shift) = units
        .iter()
        .find_map(|(unit, shift)| text.strip_suffix(unit).map(|digits| (digits, *shift)))
        .unwrap_or((text, 0));
    let number: u64 = digits
        .trim()
        .parse()
        .map_err(|_| format!("`{text}` is not a size, such as 4096 or 64KiB"))?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| format!("`{text}` is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_units() {
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("64KiB"), Ok(65_536));
        assert!(bytes("1MB").is_err() && bytes("99999999TiB").is_err());
    }

    fn names<T: ValueEnum>() -> Vec<String> {
        let values = T::value_variants().iter();
        let values = values.filter_map(ValueEnum::to_possible_value);
        values.map(|value| value.get_name().to_owned()).collect()
    }

    #[test]
    fn options_take_the_names_that_reports_have() {
        assert_eq!(
            names::<Method>(),
            ["overlay", "snapshot", "read-only", "off"]
        );
        assert_eq!(
            names::<Technique>(),
            ["userns", "fakeroot", "nested", "unshare-helper", "lxc"]
        );
        assert_eq!(names::<NormalMode>(), ["root", "unshare", "fakechroot"]);
        assert_eq!(names::<Mode>(), ["normal", "chrootless"]);
    }

    #[test]
    fn a_variant_is_passed_to_mmdebstrap_as_it_was_typed() {
        for variant in Variant::value_variants() {
            let value = variant.to_possible_value();
            assert_eq!(
                value.as_ref().map(PossibleValue::get_name),
                Some(variant.as_str())
            );
        }
    }
}
