//! The report as one page for a browser, which needs no other file and no script.
//!
//! A script of its own filters and sorts. The page's policy allows nothing else to run, and nothing
//! to be loaded.

pub(crate) mod builds;
pub(crate) mod causes;
pub(crate) mod difference;
pub(crate) mod entries;
pub(crate) mod failures;
pub(crate) mod fields;
pub(crate) mod links;
pub(crate) mod marks;
pub(crate) mod matrix;
pub(crate) mod outside;
pub(crate) mod packages;
pub(crate) mod room;
pub(crate) mod side_by_side;
pub(crate) mod sides;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::report::render::html::causes::Explained;
use crate::report::render::html::room::Room;
use crate::report::render::html::sides::{Labels, sides};
use crate::report::render::subject::{subject, verdict};
use crate::report::render::text;
use crate::report::sentences::value::shown;
use crate::report::wire::divergence::DivergentAspect;
use crate::report::wire::report::Report;
use crate::text::quote::visible;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A section of the page.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// The report as a page. A list that is too long for it is cut, with a count.
#[must_use]
pub fn html(report: &Report) -> String {
    let sections = sections(report);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(report))
            body {
                a.skip href="#main" { "Skip to the report" }
                header {
                    h1 {
                        span.verdict.(report.verdict.as_str()) { (verdict(report)) }
                        " " (subject(report))
                    }
                }
                nav aria-label="Sections" {
                    ul { @for section in &sections {
                        li { a href={ "#" (section.id) } { (section.title) } }
                    } }
                }
                main #main { @for section in &sections {
                    section id=(section.id) aria-labelledby={ (section.id) "-title" } {
                        h2 id={ (section.id) "-title" } { (section.title) }
                        (section.body)
                    }
                } }
                footer { p { "Made by twinroot. The JSON report has everything." } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    visible(page.into_string())
}

fn head(report: &Report) -> Markup {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'",
        digest(STYLE),
        digest(SCRIPT)
    );
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta http-equiv="Content-Security-Policy" content=(policy);
            title { (verdict(report)) " " (subject(report)) }
            link rel="icon" href="data:,";
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// The sections that have something to say.
fn sections(report: &Report) -> Vec<Section> {
    let room = &mut Room::new();
    let labels = Labels::new(report);
    let explained = Explained {
        divergences: report.divergences.all(),
        causes: &report.causes,
        labels,
        prefix: "",
    };
    let unexplained = match report.causes.is_empty() {
        true => "Divergent entries",
        false => "Unexplained entries",
    };
    let all = [
        ("summary", "Summary", Some(summary(report))),
        ("failures", "Scripts that fail", failures::failures(report)),
        ("archive", "The archives as such", archive(report, labels)),
        ("unexplained", unexplained, explained.unexplained(room)),
        ("causes", "Causes", explained.explained(room)),
        (
            "escapes",
            "Modified outside",
            outside::escapes(room, report),
        ),
        ("packages", "Packages", packages::packages(room, report)),
        (
            "attempts",
            "Tried outside, without effect",
            outside::attempts(room, report),
        ),
        ("matrix", "Extra builds", matrix::matrix(room, report)),
        ("reads", "Looked at outside", outside::reads(room, report)),
        ("builds", "How it was built", builds::builds(report)),
        ("notes", "Notes", builds::notes(report)),
    ];
    let section = |(id, title, body): (_, _, Option<Markup>)| {
        Some(Section {
            id,
            title,
            body: body?,
        })
    };
    all.into_iter().filter_map(section).collect()
}

/// Trouble, the archives, and the counts that the text report has.
fn summary(report: &Report) -> Markup {
    let outside = report.outside.as_ref();
    let counts = [
        text::summary::summary(report),
        outside.map_or_else(String::new, text::outside::changes),
        text::outside::packages(report),
    ];
    html! {
        @if let Some(trouble) = &report.trouble {
            p.trouble { strong { "Trouble: " } (trouble.what) }
            @if let Some(hint) = &trouble.hint { p.hint { strong { "Hint: " } (hint) } }
        }
        @for line in counts.iter().filter(|line| !line.is_empty()) { p { (line.trim_end()) } }
        (sides(report))
    }
}

/// Aspects of the archives that differ; nothing if none does.
fn archive(report: &Report, labels: Labels<'_>) -> Option<Markup> {
    (!report.archive.is_empty()).then(|| {
        html! { @for one in &report.archive { (aspect(one, labels)) } }
    })
}

fn aspect(aspect: &DivergentAspect, labels: Labels<'_>) -> Markup {
    let (left, right) = (
        shown(aspect.left.as_deref()),
        shown(aspect.right.as_deref()),
    );
    html! {
        h3 { (aspect.name) }
        @if aspect.left.is_some() || aspect.right.is_some() {
            p { (labels.left) ": " (left) "; "
                (labels.right) ": " (right) }
        }
        (fields::detail(&aspect.detail, labels))
    }
}
