//! From a recipe to two tar streams: the frozen archive state, the outside, the builds.
//!
//! The network is used by [`freeze::freeze`] alone. This layer knows Debian, and no divergence.

pub mod build;
pub mod cache;
pub(crate) mod cache_lock;
pub mod command;
pub mod context;
pub mod damage;
pub mod emulation;
pub mod error;
pub mod file_digest;
pub mod freeze;
pub mod local_deb;
pub mod local_mirror;
pub mod mirror;
pub mod mode;
pub mod outside;
pub mod passed_over;
pub mod recipe;
pub mod running;
pub mod seal;
pub mod transcript;
pub mod unmet;
pub(crate) mod watchdog;

pub use crate::bootstrap::error::{Error, at};
