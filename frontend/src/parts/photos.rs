//! Pictures of a need or a report, each with the place where it was taken if that may be shown; pictures of quotes.

use domain::FileId;
use domain::api::files::{Photo, Spot};
use leptos::prelude::*;

/// Small ones that open the whole; the first `eager` are fetched at once. `label` names the n-th, from 0.
pub fn photos(photos: &[Photo], eager: usize, label: impl Fn(usize) -> String) -> Option<AnyView> {
    if photos.is_empty() {
        return None;
    }
    let pictures = photos.iter().enumerate().map(|(n, photo)| {
        let full = format!("/api/v1/files/{}", photo.id);
        let small = format!("{full}?size=small");
        let loading = if n < eager { "eager" } else { "lazy" };
        let picture = view! {
            <a href=full>
                <img src=small alt=label(n) width=photo.width height=photo.height loading=loading />
            </a>
        };
        match &photo.place {
            None => picture.into_any(),
            Some(place) => view! { <figure>{picture}<figcaption>{taken_at(place)}</figcaption></figure> }.into_any(),
        }
    });
    Some(view! { <div class="photos">{pictures.collect_view()}</div> }.into_any())
}

fn taken_at(place: &Spot) -> String {
    t!("拍摄地点：纬度 {latitude}°，经度 {longitude}°", latitude = place.latitude, longitude = place.longitude)
}

/// For those who review: the pictures of quotes, which nobody else is shown.
pub fn quotes(files: &[FileId]) -> Option<AnyView> {
    if files.is_empty() {
        return None;
    }
    let pictures = files.iter().enumerate().map(|(n, id)| {
        let (small, full) = (format!("/api/v1/files/{id}?size=small"), format!("/api/v1/files/{id}"));
        view! { <li><a href=full><img src=small alt=t!("报价单 {n}，打开大图", n = n + 1) width="160" height="120" /></a></li> }
    });
    Some(
        view! {
            <section class="card">
                <h2>{t!("报价单（不公开）")}</h2>
                <ul class="kept">{pictures.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}
