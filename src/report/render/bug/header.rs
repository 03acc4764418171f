//! The header of a bug report, and what it is about.

use crate::report::wire::report::Report;
use crate::text::quote;

/// The pseudo-header, and the first paragraph.
pub(crate) fn header(report: &Report, package: &str, subject: &str) -> String {
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
         should change. With {name} that is not so.\n",
        name = quote(package.as_bytes()),
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
