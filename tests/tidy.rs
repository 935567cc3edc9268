//! The house rules that no compiler knows: who may use what, what a file opens with, what is not left lying about.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// All of our Rust files: path from the root, and text.
fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut sources = Vec::new();
    for folder in ["backend", "frontend", "tests"] {
        for entry in WalkDir::new(root.join(folder)) {
            let path = entry.unwrap().into_path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                sources.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(sources.len() > 50, "the sources are where they are looked for");
    sources
}

/// The lines of a file's code, without comments, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(n, line)| (n + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Fails with one line for each place where a file for which `applies` says a forbidden word.
fn forbid(words: &[&str], why: &str, applies: impl Fn(&str) -> bool) {
    let mut found = Vec::new();
    for (name, text) in sources().iter().filter(|(name, _)| name != "tests/tidy.rs" && applies(name)) {
        for (n, line) in code(text) {
            found.extend(words.iter().filter(|word| line.contains(**word)).map(|word| format!("{name}:{n}: {word}")));
        }
    }
    assert!(found.is_empty(), "{why}:\n{}", found.join("\n"));
}

fn is_room_sql(name: &str) -> bool {
    name.starts_with("backend/src/") && name.ends_with("/sql.rs")
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(name, text)| !text.starts_with("//!") && !name.starts_with("tests/api/"))
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "these files do not open with `//!`: {silent:?}");
}

#[test]
fn files_are_a_short_sitting() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(name, text)| (text.lines().count(), name))
        .filter(|(lines, _)| *lines > 600)
        .collect();
    assert!(long.is_empty(), "too long to read in one sitting: {long:?}");
}

#[test]
fn sql_stands_in_the_rooms_drawers_only() {
    let elsewhere = |name: &str| {
        let exempt = ["backend/src/db.rs", "backend/src/db/", "backend/src/http.rs", "backend/src/demo.rs", "tests/"];
        !is_room_sql(name) && !exempt.iter().any(|path| name.starts_with(path))
    };
    forbid(&["sqlx::query", "query_as!", "query_scalar!"], "only sql.rs talks to the database", elsewhere);
}

#[test]
fn sql_neither_begins_nor_commits_nor_reads_the_clock() {
    forbid(&[".begin()", ".commit()", "clock", "now()"], "sql.rs takes what it needs as arguments", is_room_sql);
}

#[test]
fn rooms_know_nothing_of_http_but_in_their_http_drawer() {
    let use_cases = |name: &str| {
        let rooms = [
            "areas",
            "arrivals",
            "audit",
            "campaigns",
            "check",
            "commitments",
            "consents",
            "coverage",
            "deliveries",
            "digest",
            "disbursements",
            "dues",
            "earlier_pairings",
            "enquiries",
            "figures",
            "files",
            "fundraising",
            "gifts",
            "jobs",
            "ledger",
            "links",
            "mail",
            "matching",
            "needs",
            "organisations",
            "notices",
            "offers",
            "pairings",
            "payees",
            "people",
            "places",
            "pledges",
            "receipts",
            "registrations",
            "saved_searches",
            "search",
            "verifications",
            "resets",
            "rounds",
            "tables",
            "texts",
            "todo",
        ];
        rooms.iter().any(|room| name.starts_with(&format!("backend/src/{room}/"))) && !name.ends_with("/http.rs")
    };
    forbid(&["axum::", "StatusCode"], "a use case is asked by anybody, not only by HTTP", use_cases);
}

#[test]
fn the_network_side_opens_no_transaction() {
    let http = |name: &str| name.matches('/').count() == 3 && name.ends_with("/http.rs");
    forbid(&[".begin()", "sqlx", "snapshot()"], "http.rs asks its room", http);
}

#[test]
fn the_domain_is_pure() {
    let domain = |name: &str| name.starts_with("backend/domain/");
    let impure =
        ["tokio::", "sqlx", "axum", "leptos", "Utc::now", "Local::now", "now_v7", "new_v4", "f64", "f32", "std::fs"];
    forbid(&impure, "the domain has no I/O, no clock, no randomness, no floats", domain);
}

#[test]
fn pages_know_the_api_and_nothing_behind_it() {
    let frontend = |name: &str| name.starts_with("frontend/src/");
    forbid(&["backend::", "sqlx", "axum", "Resource::", "#[server"], "a page asks the API", frontend);
}

#[test]
fn money_is_never_a_float() {
    let others = ["backend/src/search/", "backend/src/metrics.rs"];
    let ours = |name: &str| name.starts_with("backend/") && !others.iter().any(|other| name.starts_with(other));
    forbid(&["f64", "f32"], "money is counted in fen", ours);
}

#[test]
fn nothing_is_left_unfinished_or_switched_off() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "should_panic", "#[allow(", "unsafe {"];
    forbid(&words, "finish it, or leave it out", |_| true);
}

#[test]
fn time_ids_and_randomness_come_from_the_clock() {
    let elsewhere = |name: &str| name.starts_with("backend/src/") && name != "backend/src/clock.rs";
    forbid(&["Utc::now", "Local::now", "now_v7(", "new_v4(", "rand::"], "take it from clock.rs", elsewhere);
}

/// What stands between the bracket that opens at the beginning and the one that closes it.
fn bracketed(code: &str) -> &str {
    let mut depth = 0;
    let end = code.char_indices().find(|(_, char)| {
        depth += match char {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    end.map_or(code, |(end, _)| &code[..end])
}

/// The verbs that a file writes into the record: after `verb:` or `verb =`, as the first text that a function called
/// `record…` is given, and before the kind of a subject.
fn verbs(text: &str) -> BTreeSet<String> {
    let code = code(text).map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let mut found: Vec<&str> = Vec::new();
    for mark in ["verb: \"", "verb = \""] {
        found.extend(code.split(mark).skip(1).filter_map(|rest| rest.split('"').next()));
    }
    for mark in ["record(", "record_as(", "record_handling("] {
        let calls = code.match_indices(mark).map(|(at, _)| bracketed(&code[at + mark.len() - 1..]));
        found.extend(calls.filter_map(|call| call.split("json!").next()?.split('"').nth(1)));
    }
    for (subject, _) in domain::audit::SUBJECTS {
        let mark = format!("\", \"{subject}\", ");
        let before: Vec<&str> = code.split(&mark).collect();
        found.extend(before[..before.len() - 1].iter().filter_map(|before| before.rsplit('"').next()));
    }
    found.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_verb_of_the_record_has_a_label() {
    let (mut missing, mut known) = (BTreeSet::new(), BTreeSet::new());
    let rooms = |name: &str| name.starts_with("backend/src/") && !name.ends_with("sql.rs");
    for (name, text) in sources().iter().filter(|(name, _)| rooms(name)) {
        for verb in verbs(text) {
            if domain::audit::VERBS.iter().any(|(word, _)| *word == verb) {
                known.insert(verb);
            } else {
                missing.insert(format!("{name}: {verb}"));
            }
        }
    }
    assert!(missing.is_empty(), "say in domain::audit what these verbs are called: {missing:#?}");
    assert!(known.len() > 35, "the verbs are where they are looked for: {known:?}");
}

#[test]
fn migrations_go_forward_in_lower_case() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("migrations")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "sql") {
            let digits = name.split('_').next().unwrap_or_default();
            if digits.len() != 10 || digits.parse::<u64>().is_err() {
                wrong.push(format!("{name}: is named yyyymmddnn_what.sql"));
            }
            for (n, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                let code = line.split("--").next().unwrap_or_default();
                if ["CREATE", "SELECT", "INSERT", "ALTER"].iter().any(|word| code.contains(word)) {
                    wrong.push(format!("{name}:{}: upper case", n + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The code of a file without its own tests.
fn without_tests(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    code(text).map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// The Chinese texts of a file, as the compiler reads them: a line may go on after a backslash.
fn sentences(text: &str) -> Vec<String> {
    let code = without_tests(text);
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some((_, after)) = rest.split_once('"') {
        let mut escaped = false;
        let closes = |char| {
            let closes = char == '"' && !escaped;
            escaped = char == '\\' && !escaped;
            closes
        };
        let end = after.find(closes).unwrap_or(after.len());
        let lines: Vec<_> = after[..end].split("\\\n").enumerate().collect();
        let lines = lines.into_iter().map(|(n, line)| if n == 0 { line } else { line.trim_start() });
        found.push(lines.collect::<String>().replace("\\\"", "\"").replace("\\n", "\n"));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    found.retain(|text| is_chinese(text));
    found
}

/// The labels of a file's sets of words: of `Variant = "identifier" / "中文"` the second.
fn labels(text: &str) -> Vec<String> {
    let code = without_tests(text);
    let labels = code.split("\" / \"").skip(1).filter_map(|rest| rest.split('"').next());
    labels.filter(|label| is_chinese(label)).map(str::to_owned).collect()
}

fn words(file: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(&fs::read_to_string(root().join("frontend/words").join(file)).unwrap()).unwrap()
}

#[test]
fn every_sentence_of_the_pages_is_translated() {
    // The logo, and how the languages call themselves.
    let shown_as_it_is = |name: &str, text: &str| name == "frontend/src/words.rs" || text == "村";
    let (english, traditional) = (words("en.json"), words("zh-Hant.json"));
    let (mut missing, mut known) = (Vec::new(), BTreeSet::new());
    for (name, text) in sources() {
        let said = match name.split_once("/src/") {
            Some(("frontend", _)) => sentences(&text),
            Some(("backend/domain", _)) => labels(&text),
            _ => Vec::new(),
        };
        for sentence in said.into_iter().filter(|text| !shown_as_it_is(&name, text)) {
            if english.contains_key(&sentence) && traditional.contains_key(&sentence) {
                known.insert(sentence);
            } else {
                missing.push(format!("{name}: {sentence}"));
            }
        }
    }
    assert!(missing.is_empty(), "these sentences have no translation:\n{}", missing.join("\n"));
    assert!(known.len() > 1500, "the sentences are where they are looked for: {}", known.len());
}

/// The names of the values in a sentence, `{name}`.
fn values(sentence: &str) -> Vec<&str> {
    let mut found: Vec<_> = sentence.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    found.sort_unstable();
    found
}

#[test]
fn a_translation_has_the_values_of_its_sentence() {
    let mut wrong = Vec::new();
    for file in ["en.json", "zh-Hant.json"] {
        for (sentence, translation) in words(file) {
            let translation = translation.as_str().unwrap();
            if values(&sentence) != values(translation) {
                wrong.push(format!("{file}: {sentence}: {translation}"));
            }
        }
    }
    assert!(wrong.is_empty(), "these translations have other values:\n{}", wrong.join("\n"));
}

#[test]
fn the_visible_top_level_is_the_house() {
    let house = [
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "backend",
        "data",
        "frontend",
        "migrations",
        "run",
        "search-config",
        "target",
        "test",
        "tests",
    ];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || house.contains(&name.as_str()), "{name} does not belong at the top");
    }
}

/// What people agree to has to be read in their language, and so have the words of the record; both are constants of the
/// domain.
#[test]
fn the_texts_that_people_agree_to_and_the_words_of_the_record_are_translated() {
    use domain::audit::{SUBJECTS, VERBS};
    use domain::commitment::COMMITMENT_TERMS;
    use domain::consent::{PRIVACY_NOTICE, TERMS, WHAT_IS_NEW};
    use domain::goods::GOODS_TERMS;
    use domain::pledge::PLEDGE_TERMS;
    let (english, traditional) = (words("en.json"), words("zh-Hant.json"));
    let agreed = [PRIVACY_NOTICE, TERMS, WHAT_IS_NEW, PLEDGE_TERMS, COMMITMENT_TERMS, GOODS_TERMS].concat();
    let record = VERBS.iter().chain(SUBJECTS).map(|(_, label)| *label);
    let lines = agreed.into_iter().chain(record);
    let missing: Vec<_> =
        lines.filter(|line| !english.contains_key(*line) || !traditional.contains_key(*line)).collect();
    assert!(missing.is_empty(), "these sentences have no translation: {missing:?}");
}
