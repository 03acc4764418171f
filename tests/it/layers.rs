//! The table of layers in `docs/architecture.md` is true: no file uses what its row does not
//! name, and no files use each other in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::support::harness::Test;
use crate::support::rust_source::{RustFile, assert_none, module_directory, sources};

pub(crate) const TESTS: &[Test] = &[
    test!(every_layer_uses_only_what_the_table_allows),
    test!(no_files_use_each_other_in_a_circle),
    test!(a_use_that_the_table_does_not_allow_is_named),
    test!(a_layer_that_the_table_does_not_name_is_named),
    test!(a_circle_is_named_with_what_ties_it),
    test!(a_child_that_uses_its_parent_is_a_circle),
    test!(paths_in_tests_do_not_count),
];

/// Files that may use everything.
const ABOVE_ALL: [&str; 2] = ["lib.rs", "main.rs"];

/// Which layers a layer may use.
type Table = BTreeMap<String, BTreeSet<String>>;

/// From a file to the files it uses, with the names it uses them by.
type Graph = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn every_layer_uses_only_what_the_table_allows() {
    let page = include_str!("../../docs/architecture.md");
    assert_none(&wrong_arrows(&table(page), &graph(&sources())));
}

fn no_files_use_each_other_in_a_circle() {
    assert_none(&circles(&graph(&sources())));
}

/// The rows of the section "Layers": name, what it knows, what it may use.
fn table(page: &str) -> Table {
    let after = page
        .split("\n## Layers\n")
        .nth(1)
        .expect("a section Layers");
    let section = after.split("\n## ").next().unwrap_or(after);
    let words = |cell: &str| -> BTreeSet<String> {
        let quoted = cell.split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    };
    section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            let [names, _, uses] = cells[..] else {
                panic!("not three cells: {line}");
            };
            let row = move |name: String| (name, words(uses));
            words(names).into_iter().map(row)
        })
        .collect()
}

/// What each file uses, by `crate::` paths and by declaring a module.
fn graph(files: &[RustFile]) -> Graph {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let edges = |file: &RustFile| {
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for names in file.crate_paths() {
            if let Some(target) = defining_file(&paths, &names) {
                let name = names.join("::");
                edges.entry(target).or_default().insert(name);
            }
        }
        for child in &file.children {
            let mut names: Vec<String> = module_directory(&file.path)
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect();
            names.push(child.clone());
            if let Some(target) = defining_file(&paths, &names) {
                let name = format!("mod {child}");
                edges.entry(target).or_default().insert(name);
            }
        }
        edges.remove(&file.path);
        (file.path.clone(), edges)
    };
    files.iter().map(edges).collect()
}

/// The file of the longest start of a path that is a module; `lib.rs` if none is.
fn defining_file(paths: &BTreeSet<&str>, names: &[String]) -> Option<String> {
    let candidates = (1..=names.len()).rev().flat_map(|length| {
        let module = names[..length].join("/");
        [format!("{module}.rs"), format!("{module}/mod.rs")]
    });
    let mut known = candidates.chain(["lib.rs".to_owned()]);
    known.find(|path| paths.contains(path.as_str()))
}

/// The folder of a file, or the file itself at the top.
fn layer(path: &str) -> &str {
    let top = path.split('/').next().unwrap_or(path);
    top.strip_suffix(".rs").unwrap_or(top)
}

fn wrong_arrows(table: &Table, graph: &Graph) -> Vec<String> {
    let mut wrong = Vec::new();
    for (file, targets) in graph {
        if ABOVE_ALL.contains(&file.as_str()) {
            continue;
        }
        let Some(allowed) = table.get(layer(file)) else {
            wrong.push(format!("{file}: the table has no layer {}", layer(file)));
            continue;
        };
        for (target, names) in targets {
            let target = layer(target);
            if target != layer(file) && !allowed.contains(target) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                wrong.push(format!("{file} uses {}", names.join(", ")));
            }
        }
    }
    wrong
}

/// One shortest circle through each group of files that use each other.
fn circles(graph: &Graph) -> Vec<String> {
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut circles = Vec::new();
    for start in graph.keys() {
        if told.contains(start) {
            continue;
        }
        if let Some(circle) = shortest_way_back(graph, start) {
            let ties = circle.windows(2).map(|two| {
                let names = &graph[&two[0]][&two[1]];
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!("{} ─[{}]─► {}", two[0], names.join(", "), two[1])
            });
            circles.push(ties.collect::<Vec<_>>().join("; "));
            told.extend(circle);
        }
    }
    circles
}

/// The files from `start` back to `start`, which is named at both ends.
fn shortest_way_back(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut used_by: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for next in graph.get(file)?.keys() {
            if next == start {
                let users = std::iter::successors(Some(file), |at| used_by.get(at).copied());
                let mut way: Vec<String> = users.map(str::to_owned).collect();
                way.reverse();
                way.push(start.to_owned());
                return Some(way);
            }
            if !used_by.contains_key(next.as_str()) {
                used_by.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

fn files(sources: &[(&str, &str)]) -> Vec<RustFile> {
    let file = |(path, text): &(&str, &str)| RustFile::new(path, text);
    sources.iter().map(file).collect()
}

const PAGE: &str = "# A\n\n## Layers\n\n| layer | knows | may use |\n|---|---|---|\n\
    | `text`, `debian` | words | – |\n| `tar` | blocks | `text` |\n\n## Next\n| `no` | a | row |\n";

fn a_use_that_the_table_does_not_allow_is_named() {
    let files = files(&[
        (
            "text/quote.rs",
            "fn f() { let x = g!(crate::tar::pax::records(1)); }",
        ),
        (
            "tar/pax.rs",
            "use crate::{text::quote::{self, quoted}, debian::deb822};",
        ),
        ("debian/deb822.rs", ""),
        ("lib.rs", "mod tar; mod text; mod debian;"),
    ]);
    assert_eq!(
        wrong_arrows(&table(PAGE), &graph(&files)),
        [
            "tar/pax.rs uses debian::deb822",
            "text/quote.rs uses tar::pax::records",
        ]
    );
}

fn a_layer_that_the_table_does_not_name_is_named() {
    let graph = graph(&files(&[("utils/mod.rs", "")]));
    let expected = ["utils/mod.rs: the table has no layer utils"];
    assert_eq!(wrong_arrows(&table(PAGE), &graph), expected);
}

fn a_circle_is_named_with_what_ties_it() {
    let graph = graph(&files(&[
        ("a.rs", "use crate::b::{One, Two};"),
        ("b.rs", "fn f() -> crate::c::d::Three {}"),
        ("c/d.rs", "use crate::a::Four;\nuse crate::e::Five;"),
        ("e.rs", ""),
    ]));
    assert_eq!(
        circles(&graph),
        ["a.rs ─[b::One, b::Two]─► b.rs; b.rs ─[c::d::Three]─► c/d.rs; c/d.rs ─[a::Four]─► a.rs"]
    );
}

fn a_child_that_uses_its_parent_is_a_circle() {
    let graph = graph(&files(&[
        ("a/mod.rs", "pub(crate) mod b;\npub(crate) struct S;"),
        ("a/b.rs", "use crate::a::S;"),
    ]));
    assert_eq!(
        circles(&graph),
        ["a/b.rs ─[a::S]─► a/mod.rs; a/mod.rs ─[mod b]─► a/b.rs"]
    );
}

fn paths_in_tests_do_not_count() {
    let text = "use crate::b::One;\n#[cfg(test)]\nmod tests { use crate::a::Two; }\n\
                #[cfg(test)]\nuse crate::c::{Three};\nfn f() {}";
    let file = RustFile::new("b.rs", text);
    let expected = ["b".to_owned(), "One".to_owned()];
    assert_eq!(file.crate_paths(), BTreeSet::from([expected.to_vec()]));
    assert_eq!(file.functions().len(), 1);
}
