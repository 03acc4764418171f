//! The header of a bug report, and what it is about.

use crate::report::wire::report::Report;
use crate::text::quote;

/// What the report is about; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Complaint {
    /// A script fails.
    Fails,
    /// The chroots differ.
    Differs,
    /// The outside was changed.
    Modifies,
    /// Scripts act on the outside, without effect.
    Tries,
}

impl Complaint {
    fn subject(self) -> &'static str {
        match self {
            Self::Fails => "fails to install with DPKG_ROOT",
            Self::Differs => "the chroot differs when it is installed with DPKG_ROOT",
            Self::Modifies => "modifies the system outside when it is installed with DPKG_ROOT",
            Self::Tries => "acts on the system outside when it is installed with DPKG_ROOT",
        }
    }

    /// The end of the first paragraph, after "Both should give the same files, and nothing outside
    /// should change."
    fn sentence(self, package: &str) -> String {
        match self {
            Self::Fails | Self::Differs | Self::Modifies => {
                format!("With {package} that is not so.")
            }
            Self::Tries => format!(
                "With {package} they did,\nbut its scripts act on the system outside. That had no \
                 effect, because the one that\nthey ran on is such already. Another one may not be."
            ),
        }
    }
}

/// The pseudo-header, and the first paragraph.
pub(crate) fn header(report: &Report, package: &str, complaint: Complaint) -> String {
    let mut packages = report.packages.iter();
    let known = packages.find(|known| known.name == package);
    let version = known.map_or("unknown", |known| known.version.as_str());
    let frozen = report.frozen.as_ref();
    let built = frozen.map_or_else(
        || "A chroot".to_owned(),
        |frozen| {
            format!(
                "A chroot of {} ({}, {})",
                frozen.suite, frozen.variant, frozen.architecture
            )
        },
    );
    format!(
        "Subject: {name}: {subject}\n\
         Package: {name}\n\
         Version: {version}\n\
         Severity: normal\n\
         {tags}User: debian-dpkg@lists.debian.org\n\
         Usertags: dpkg-root-support\n\
         \n\
         Dear maintainer,\n\
         \n\
         {built} was made twice\n\
         from the same packages: the normal way, and with\n\
         maintainer scripts run outside of it with DPKG_ROOT set (dpkg --root with\n\
         --force-script-chrootless). Both should give the same files, and nothing outside\n\
         should change. {sentence}\n",
        name = quote(package.as_bytes()),
        subject = complaint.subject(),
        sentence = complaint.sentence(&quote(package.as_bytes())),
        tags = tags(report),
    )
}

/// The tag of the release, if the suite is named for one.
fn tags(report: &Report) -> String {
    let suites = ["bullseye", "bookworm", "trixie", "forky", "duke", "sid"];
    let suite = report.frozen.as_ref().map(|frozen| frozen.suite.as_str());
    let suite = suite.filter(|suite| suites.contains(suite));
    suite.map_or_else(String::new, |suite| format!("Tags: {suite}\n"))
}
