//! The table as text, and the pages that stand in it.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A block of the table: what is asked, and who gets which answer.
pub fn block(table: &mut String, name: &str, answers: Vec<(String, &str)>) {
    let mut by_answer: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (answer, who) in answers {
        by_answer.entry(answer).or_default().push(who);
    }
    writeln!(table, "{name}").unwrap();
    for (answer, who) in by_answer {
        writeln!(table, "    {answer}: {}", who.join(" ")).unwrap();
    }
}

/// The paths of the site, read off the one function that knows them.
pub fn pages() -> Vec<String> {
    let source = include_str!("../../../frontend/src/pages.rs");
    let route = source.split("async fn route").nth(1).expect("the list of pages");
    let patterns = route.lines().filter_map(|line| line.trim().strip_prefix('[')?.split_once("] =>"));
    let page = |(segments, _): (&str, &str)| {
        let segments = segments.split(", ").filter(|segment| !segment.is_empty());
        let path = segments.map(|segment| match segment.trim_matches('"') {
            same if same.len() == segment.len() => "{id}".to_owned(),
            literal => literal.to_owned(),
        });
        format!("/{}", path.collect::<Vec<_>>().join("/"))
    };
    patterns.map(page).collect()
}
