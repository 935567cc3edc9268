//! The help pages: each step that is done on a page shows that page, and no picture lies about unused.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tests::TestApp;

/// Of one picture, and of all: what a phone in a village loads at most.
const BYTES_MAX: usize = 25_000;
const BYTES_IN_ALL_MAX: usize = 800_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend/public/help")
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, (begin, end): (&str, &str)) -> Vec<&'a str> {
    text.split(begin).skip(1).map(|rest| rest.split(end).next().unwrap_or(rest)).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    between(tag, (&format!(" {name}=\""), "\"")).first().copied().unwrap_or_else(|| panic!("no {name}: {tag}"))
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|char| ('\u{4e00}'..='\u{9fff}').contains(&char))
}

/// The name of the picture, which is there in the size that the page says, and told to who does not see it.
fn checked(picture: &str, language: &str) -> String {
    let source = attribute(picture, "src");
    let name = source.strip_prefix("/site/help/").unwrap_or_else(|| panic!("{source} is no picture of the help"));
    let real = image::image_dimensions(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let said = ["width", "height"].map(|side| attribute(picture, side).parse::<u32>().unwrap());
    assert_eq!(said, [real.0, real.1], "{name}");
    assert_eq!(attribute(picture, "loading"), "lazy", "{name}");
    let alt = attribute(picture, "alt");
    assert!(!alt.is_empty() && is_chinese(alt) == (language != "/en"), "{name} in {language}: {alt}");
    name.to_owned()
}

#[tokio::test]
async fn each_step_with_a_page_shows_it_and_no_picture_is_unused() {
    let test = TestApp::new().await;
    let mut used = BTreeSet::new();
    for language in ["", "/zh-hant", "/en"] {
        let list = test.visitor().page(&format!("{language}/help")).await.text();
        let guides = between(&list, (&format!("href=\"{language}/help/"), "\""));
        assert_eq!(
            guides.len(),
            13,
            "every kind of visitor has a guide, pairings and a charity's books have: {guides:?}"
        );
        for guide in guides {
            let page = test.visitor().page(&format!("{language}/help/{guide}")).await;
            assert_eq!(page.status, 200, "{guide}");
            let shown = page.text();
            let steps = between(&shown, ("<ol class=\"card prose guide\">", "</ol>"))[0];
            for step in between(steps, ("<li>", "</li>")) {
                let pictures = between(step, ("<img", ">"));
                assert_eq!(pictures.len(), step.matches("<a ").count(), "{language}/help/{guide}: {step}");
                used.extend(pictures.into_iter().map(|picture| checked(picture, language)));
            }
        }
    }
    let there: BTreeSet<String> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, used, "the pictures that are there, and those that steps show");
    test.done().await;
}

#[test]
fn the_pictures_are_light() {
    let sizes = fs::read_dir(folder()).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.metadata().unwrap().len().try_into().unwrap(), entry.file_name())
    });
    let sizes: Vec<(usize, _)> = sizes.collect();
    let heavy: Vec<_> = sizes.iter().filter(|(bytes, _)| *bytes > BYTES_MAX).collect();
    assert!(heavy.is_empty(), "heavier than {BYTES_MAX} bytes: {heavy:?}");
    let all: usize = sizes.iter().map(|(bytes, _)| bytes).sum();
    assert!((1..=BYTES_IN_ALL_MAX).contains(&all), "{all} bytes in all");
}
