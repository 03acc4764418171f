//! Debian's own formats, read in one place each: control data, dpkg's database, packages, Release
//! files. Nothing here knows what twinroot does with them.

pub mod ar;
pub mod clearsign;
pub mod deb822;
pub mod deb_file;
pub mod dpkg_database;
pub mod failed_script;
pub mod file_list;
pub mod maintainer_script;
pub mod merged_usr;
pub mod package_name;
pub mod release;
pub mod shared_file;
pub(crate) mod standard_links;
pub mod temporary_root;
