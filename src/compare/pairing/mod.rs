//! Which entries of two archives belong together.

pub(crate) mod addressed;
pub(crate) mod before;
pub(crate) mod hard_link;
pub(crate) mod index;
pub(crate) mod key;
pub(crate) mod link_sets;
pub(crate) mod look_alikes;
pub(crate) mod moves;
pub(crate) mod name_order;
pub(crate) mod pair;
pub(crate) mod pairs;
pub(crate) mod passed;
pub(crate) mod renames;
pub(crate) mod sketch;
