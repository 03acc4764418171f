//! Links within a page.

use maud::{Markup, html};

/// A package's name, with a link to its row in the table of packages.
pub(crate) fn package(name: &str) -> Markup {
    html! { a href={ "#" (package_id(name)) } { (name) } }
}

/// The id of that row. A name of Debian has no character that a link must escape; others are
/// replaced, so that no id has a space.
pub(crate) fn package_id(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "+-.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).collect();
    format!("package-{name}")
}
