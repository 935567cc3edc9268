//! Two texts of a need, part by part where they differ: what it said, what it says; pictures that came and went.

use crate::words::text;
use domain::api::files::Photo;
use domain::need::{Change, NeedContent, changes};
use leptos::prelude::*;

/// A text with its pictures.
pub type Text<'a> = (&'a NeedContent, &'a [Photo]);

/// What differs; where nothing does, the sentence that says so.
pub fn comparison((before, photos_before): Text<'_>, (after, photos_after): Text<'_>) -> AnyView {
    let found = changes(before, after);
    if found.is_empty() {
        return view! { <p class="soft">{t!("内容相同，没有改动。")}</p> }.into_any();
    }
    let rows = found.iter().map(row);
    let gone = others(photos_before, photos_after);
    let new = others(photos_after, photos_before);
    view! {
        <ol class="changes">{rows.collect_view()}</ol>
        {pictures(&gone, t!("删去的照片"))}
        {pictures(&new, t!("新增的照片"))}
    }
    .into_any()
}

fn row(change: &Change) -> AnyView {
    let of = (!change.of.is_empty()).then(|| view! { " "<span class="of">{change.of.clone()}</span> });
    let side = |label: &'static str, words: &str, class: &'static str| {
        let said = if words.is_empty() { t!("（无）").to_owned() } else { words.to_owned() };
        view! { <div class=class><dt>{label}</dt><dd>{said}</dd></div> }
    };
    view! {
        <li>
            <h3>{text(change.part.label())}{of}</h3>
            <dl>
                {side(t!("原来"), &change.before, "was")}
                {side(t!("改为"), &change.after, "now")}
            </dl>
        </li>
    }
    .into_any()
}

/// The pictures of the first text that the second does not have.
fn others<'a>(photos: &'a [Photo], than: &[Photo]) -> Vec<&'a Photo> {
    photos.iter().filter(|photo| than.iter().all(|other| other.id != photo.id)).collect()
}

fn pictures(photos: &[&Photo], heading: &'static str) -> Option<AnyView> {
    if photos.is_empty() {
        return None;
    }
    let shown = photos.iter().enumerate().map(|(n, photo)| {
        let full = format!("/api/v1/files/{}", photo.id);
        let (small, label) = (format!("{full}?size=small"), format!("{heading} {}", n + 1));
        view! { <li><a href=full><img src=small alt=label width="160" height="120" loading="lazy" /></a></li> }
    });
    Some(view! { <h3>{heading}</h3><ul class="kept">{shown.collect_view()}</ul> }.into_any())
}
