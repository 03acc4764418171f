//! twinroot builds one Debian chroot twice, the normal way and chrootless with `DPKG_ROOT`,
//! compares the two tarballs bit for bit, and explains every difference.
//!
//! The library has two verbs: [`compare()`] for any two tarballs, and [`verify()`] for the whole
//! job.
//!
//! # Comparing two tarballs
//!
//! ```
//! use twinroot::compare::{Options, Source, SourceKind};
//!
//! let archive = |content: &[u8]| -> std::io::Result<Vec<u8>> {
//!     let mut header = tar::Header::new_ustar();
//!     header.set_path("etc/hostname")?;
//!     header.set_size(content.len() as u64);
//!     header.set_mode(0o644);
//!     header.set_cksum();
//!     let mut builder = tar::Builder::new(Vec::new());
//!     builder.append(&header, content)?;
//!     builder.into_inner()
//! };
//! let source = |label: &str, bytes: Vec<u8>| Source {
//!     label: label.to_owned(),
//!     name: format!("{label}.tar"),
//!     kind: SourceKind::Stream(Box::new(std::io::Cursor::new(bytes))),
//! };
//! let left = source("left", archive(b"a\n")?);
//! let right = source("right", archive(b"b\n")?);
//! let comparison = twinroot::compare(left, right, &Options::default(), &|_| ());
//! assert!(!comparison.is_identical());
//! let [divergence] = comparison.divergences.as_slice() else { panic!() };
//! assert_eq!(divergence.path, b"etc/hostname");
//! assert_eq!(divergence.fields[0].name, "content");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Verifying a suite
//!
//! A sandbox is made by this same program, started again with a hidden argument: `main` must begin
//! with [`helper_stage`]. The example needs mmdebstrap and the network, and is compiled only.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use twinroot::report;
//! use twinroot::report::Listing;
//! use twinroot::verify::observer::Silent;
//! use twinroot::verify::{Environment, Options, Strictness, Subject};
//!
//! fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
//!     if let Some(code) = twinroot::helper_stage() {
//!         return Ok(code);
//!     }
//!     let options = Options::new(Subject::new("trixie", Environment::of_machine()?));
//!     let verification = twinroot::verify(&options, &Silent)?;
//!     for failure in &verification.findings.failures {
//!         println!("{} fails: {:?}", failure.package, failure.cause);
//!     }
//!     for cause in verification.findings.pair.iter().flat_map(|pair| &pair.findings) {
//!         println!("{}: {} entries", cause.rule.as_str(), cause.claims.len());
//!     }
//!     print!("{}", report::text(&report::Report::from(&verification), Listing::Cut));
//!     Ok(ExitCode::from(verification.exit_status(Strictness::Effects)))
//! }
//! ```
//!
//! # What is API
//!
//! [`compare()`] and [`verify()`] with their options and results, and [`mod@report`], which renders
//! these results. Everything else is public so that results can be looked into and tests can reach
//! it; it may change in any version. `docs/architecture.md` has the layers and the invariants.

#[doc(hidden)]
pub mod any;
pub mod audit;
pub mod bootstrap;
#[doc(hidden)]
pub mod cli;
pub mod compare;
#[doc(hidden)]
pub mod debian;
pub mod explain;
pub mod input;
pub mod report;
pub mod sandbox;
pub mod tar;
#[doc(hidden)]
pub mod text;
pub mod trace;
pub mod verify;

pub use crate::compare::compare;
pub use crate::verify::verify;

/// Does the work of a sandbox's helper process if this process was started as one, and gives its
/// exit status. The first thing in `main` of a program that calls [`verify()`].
#[must_use]
pub fn helper_stage() -> Option<std::process::ExitCode> {
    sandbox::run_stage_if_asked(
        &mut audit::Auditor::default(),
        &mut trace::Observer::default(),
    )
}
