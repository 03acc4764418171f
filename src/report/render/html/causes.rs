//! Causes with their entries, and entries that nothing explains.

use maud::{Markup, html};

use crate::report::render::html::entries::{Entry, list};
use crate::report::render::html::links::package;
use crate::report::render::html::room::Room;
use crate::report::render::html::sides::Labels;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::text::number;

/// Most entries of a cause that are unfolded at first.
const UNFOLDED: usize = 40;

/// The entries with their numbers, by the cause that explains them.
pub(crate) struct Explained<'a> {
    pub(crate) divergences: &'a [DivergentEntry],
    pub(crate) causes: &'a [Cause],
    pub(crate) labels: Labels<'a>,
    /// What the links of this list begin with; the report's own have none.
    pub(crate) prefix: &'a str,
}

impl<'a> Explained<'a> {
    /// The entries of a cause, or those without one.
    fn of(&self, cause: Option<&str>) -> Vec<Entry<'a>> {
        let rows = (1..).zip(self.divergences);
        rows.filter(|(_, row)| row.cause.as_deref() == cause)
            .map(|(number, row)| Entry { number, row })
            .collect()
    }

    /// The entries without a cause; nothing if there are none.
    pub(crate) fn unexplained(&self, room: &mut Room) -> Option<Markup> {
        let entries = self.of(None);
        let prefix = format!("{}e", self.prefix);
        (!entries.is_empty()).then(|| list(room, &entries, self.labels, &prefix))
    }

    /// The causes, the one with most entries first.
    pub(crate) fn explained(&self, room: &mut Room) -> Option<Markup> {
        (!self.causes.is_empty()).then(|| {
            html! { @for cause in self.causes { (self.cause(room, cause)) } }
        })
    }

    fn cause(&self, room: &mut Room, cause: &Cause) -> Markup {
        let entries = self.of(Some(&cause.id));
        let id = format!("{}cause-{}", self.prefix, cause.id);
        html! {
            article id=(id) {
                h3 { a.no href={ "#" (id) } { (cause.id) } " " (cause.title) }
                p.muted {
                    "rule " code { (cause.rule) }
                    @if let Some(name) = &cause.package {
                        " · package " (package(name))
                        @if let Some(script) = cause.script { ", " (script.as_str()) }
                    }
                    @if cause.entries > 0 { " · " (number::entries(cause.entries)) }
                }
                @if !cause.evidence.is_empty() {
                    ul.evidence { @for line in &cause.evidence { li { (line) } } }
                }
                @if let Some(hint) = &cause.hint { p.hint { strong { "Hint: " } (hint) } }
                @if let Some(bug) = &cause.bug { p { "See " (self::bug(bug)) } }
                @if !entries.is_empty() {
                    details open[entries.len() <= UNFOLDED] {
                        summary { (number::entries(entries.len() as u64)) }
                        (list(room, &entries, self.labels, &format!("{}e", self.prefix)))
                    }
                }
            }
        }
    }
}

/// A bug report: a link, if it is an address of the web.
fn bug(bug: &str) -> Markup {
    if bug.starts_with("https://") || bug.starts_with("http://") {
        return html! { a href=(bug) rel="noreferrer" { (bug) } };
    }
    html! { (bug) }
}
