//! What two different contents say, by what they are.
//!
//! Each format has a reader from bytes to properties, named items and contained contents
//! (`reading`); `difference` says how two of those differ, as `fact`s. Nothing here fails:
//! what cannot be read as its name or magic promises is left to the difference of texts or bytes
//! that the comparison has made already. A new reader is a file here and a row in `formats`.

pub(crate) mod access_list;
pub(crate) mod accounts;
pub(crate) mod ar;
pub(crate) mod bytes;
pub(crate) mod capabilities;
pub(crate) mod control_file;
pub(crate) mod cpio;
pub(crate) mod databases;
pub(crate) mod difference;
pub(crate) mod dpkg;
pub(crate) mod dumpdir;
pub(crate) mod elf;
pub(crate) mod explainer;
pub(crate) mod fact;
pub(crate) mod field_detail;
pub(crate) mod first_difference;
pub(crate) mod formats;
pub(crate) mod inode_caches;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod linker_cache;
pub(crate) mod nested;
pub(crate) mod packed;
pub(crate) mod reading;
pub(crate) mod records;
pub(crate) mod rpm_header;
pub(crate) mod stanzas;
pub(crate) mod texts;

pub use crate::explain::content::explainer::Explainer;
pub use crate::explain::content::fact::{Explanation, Fact};
pub use crate::explain::content::field_detail::{FieldDetail, field_detail};
pub use crate::explain::content::formats::format_names;
