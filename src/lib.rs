//! twinroot builds one Debian chroot twice, the normal way and chrootless with
//! `DPKG_ROOT`, compares the two tarballs bit for bit, and explains every divergence.
//!
//! `docs/architecture.md` has the code map, the layers and the invariants.

pub mod audit;
pub mod bootstrap;
pub mod cli;
pub mod compare;
pub mod debian;
pub mod explain;
pub mod input;
pub mod report;
pub mod sandbox;
pub mod tar;
pub mod text;
pub mod trace;
pub mod verify;
