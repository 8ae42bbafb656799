//! The rules of the source tree, each as the list of what breaks it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::imports::Import;

/// The heading in ARCHITECTURE.md under which the table of the entries of `src/` stands.
pub(crate) const HEADING: &str = "## Source tree";

/// As many as a reader can take in.
const MAX_ENTRIES: usize = 18;

type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The first column of the table: the entries of `src/`, in order.
pub(crate) fn order_of(page: &str) -> Vec<String> {
    let (_, section) =
        page.split_once(HEADING).unwrap_or_else(|| panic!("ARCHITECTURE.md has no \"{HEADING}\""));
    let rows =
        section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| row.split('`').nth(1)).map(Into::into).collect()
}

/// `error.rs` or, of a file in a folder, `protocol/`.
pub(crate) fn entry_of(file: &str) -> String {
    file.split_inclusive('/').next().unwrap_or_default().into()
}

pub(crate) fn wrong_entries<'a>(files: impl Iterator<Item = &'a String>, order: &[String]) -> Vec<String> {
    let entries: BTreeSet<String> = files.map(|file| entry_of(file)).collect();
    let mut wrong = Vec::new();
    if entries.len() > MAX_ENTRIES {
        wrong.push(format!("src/ has {} entries, and {MAX_ENTRIES} are the most", entries.len()));
    }
    let missing = entries.iter().filter(|entry| !order.contains(entry));
    wrong.extend(
        missing.map(|entry| format!("src/{entry} has no row under \"{HEADING}\" in ARCHITECTURE.md")),
    );
    let stale = order.iter().filter(|row| !entries.contains(*row));
    wrong
        .extend(stale.map(|row| {
            format!("src/{row} has a row under \"{HEADING}\" in ARCHITECTURE.md, and is missing")
        }));
    wrong
}

/// A row imports only from the rows above it.
pub(crate) fn upward_imports(imports: &BTreeSet<Import>, order: &[String]) -> Vec<String> {
    let row = |file: &str| order.iter().position(|row| *row == entry_of(file));
    let pairs: BTreeSet<[&str; 2]> = imports.iter().map(|import| [&*import.from, &*import.to]).collect();
    let upward = pairs.into_iter().filter(|[from, to]| row(from) < row(to));
    let upward = upward.map(|pair @ [from, to]| {
        let (entry, other, uses) = (entry_of(from), entry_of(to), uses(pair, imports));
        format!("{uses}\n    but `{other}` is below `{entry}` under \"{HEADING}\" in ARCHITECTURE.md: imports go up only")
    });
    upward.collect()
}

/// For each import that is part of circles between files, the shortest of them.
pub(crate) fn circles(imports: &BTreeSet<Import>) -> Vec<String> {
    let mut graph = Graph::new();
    for import in imports {
        graph.entry(&import.from).or_default().insert(&import.to);
    }
    let edges = graph.iter().flat_map(|(from, tos)| tos.iter().map(|to| [*from, *to]));
    let found: BTreeSet<_> = edges.filter_map(|edge| shortest_circle(&graph, edge)).collect();
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(Vec::len);
    found.iter().map(|circle| describe(circle, imports)).collect()
}

/// The files of the circle, from the first by name to itself.
fn shortest_circle<'a>(graph: &Graph<'a>, edge: [&'a str; 2]) -> Option<Vec<&'a str>> {
    let mut seen = BTreeSet::new();
    let mut ways = VecDeque::from([edge.to_vec()]);
    while let Some(mut way) = ways.pop_front() {
        let last = way[way.len() - 1];
        if last == way[0] {
            way.pop();
            let first = (0..way.len()).min_by_key(|at| way[*at])?;
            way.rotate_left(first);
            way.push(way[0]);
            return Some(way);
        }
        let next = graph.get(last).into_iter().flatten().filter(|next| seen.insert(**next));
        ways.extend(next.map(|next| [&way[..], &[next]].concat()));
    }
    None
}

fn describe(circle: &[&str], imports: &BTreeSet<Import>) -> String {
    let steps: Vec<_> = circle.windows(2).map(|step| uses([step[0], step[1]], imports)).collect();
    format!("{} files import from each other in a circle:\n    {}", steps.len(), steps.join("\n    "))
}

/// Where one file imports what from another. What begins with a name that is listed already is left out.
fn uses([from, to]: [&str; 2], imports: &BTreeSet<Import>) -> String {
    let mut paths: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    for Import { line, path, .. } in
        imports.iter().filter(|import| [&*import.from, &*import.to] == [from, to])
    {
        let first = path.split("::").next();
        if !paths.iter().any(|listed| listed == path || listed.rsplit("::").next() == first) {
            paths.push(path);
            lines.push(line);
        }
    }
    let paths = paths.join(", ");
    format!("src/{from}:{}: {paths} of src/{to}", lines[0])
}
