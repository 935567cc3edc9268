//! How each kind of visitor gets along, and how what several of them do together is done: short steps, each with the page where it is done and a picture of it on a phone.
//!
//! Pictures are of a demo's pages in Chinese, in the light, all of one size; `./test pictures` takes them anew. Deliberately
//! absent: one for a step that has no page of its own, and pictures in other languages.

mod guides;
mod offices;
mod pairings;

use crate::visit::{Page, Visit};
use crate::words::href;
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

/// Of every picture, in its own pixels: what a phone shows of a page at once, without its upper end.
const SIZE: (u32, u32) = (480, 550);

/// One step: what, how, and the page where it is done.
struct Step {
    what: &'static str,
    how: &'static str,
    page: Option<StepPage>,
}

/// The address of a page and its name, the name of its picture and what the picture shows.
struct StepPage {
    path: &'static str,
    label: &'static str,
    picture: &'static str,
    alt: &'static str,
}

impl Step {
    const fn new(what: &'static str, how: &'static str) -> Self {
        Step { what, how, page: None }
    }

    fn at(self, path: &'static str, label: &'static str, (picture, alt): (&'static str, &'static str)) -> Self {
        Step { page: Some(StepPage { path, label, picture, alt }), ..self }
    }
}

struct Guide {
    path: &'static str,
    title: &'static str,
    lead: &'static str,
    steps: Vec<Step>,
}

fn guides() -> [Guide; 13] {
    [
        guides::visitor(),
        guides::village(),
        offices::town(),
        offices::federation(),
        guides::enterprise(),
        pairings::pairings(),
        guides::charity(),
        guides::charity_books(),
        guides::donor(),
        offices::rural_office(),
        offices::campaign_office(),
        offices::auditor(),
        offices::platform_admin(),
    ]
}

pub fn page() -> Page {
    let guides = guides();
    let rows = guides.iter().map(|guide| {
        view! {
            <li>
                <a class="need" href=href(&format!("/help/{}", guide.path))>
                    <span class="what"><b>{guide.title}</b><span class="soft">{guide.lead}</span></span>
                </a>
            </li>
        }
    });
    let body = view! {
        <h1>{t!("帮助")}</h1>
        <p>{t!("选您是谁，看怎样一步一步办。")}</p>
        <ul class="rows card">{rows.collect_view()}</ul>
        <p>{t!("没有找到答案？")}<a href=href("/contact")>{t!("联系我们")}</a></p>
    };
    Page::new(t!("帮助"), body.into_any()).public()
}

pub fn one(visit: &Visit, path: &str) -> Result<Page, ApiError> {
    let guide = guides().into_iter().find(|guide| guide.path == path);
    let guide = guide.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let steps = guide.steps.iter().map(|step| {
        let link = step.page.as_ref().map(|page| view! { <p><a href=href(page.path)>{page.label}</a></p> });
        let picture = step.page.as_ref().map(|page| picture(visit, page));
        view! { <li><div class="step"><div><h2>{step.what}</h2><p>{step.how}</p>{link}</div>{picture}</div></li> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/help")>{t!("帮助")}</a></nav>
        <h1>{guide.title}</h1>
        <p class="lead">{guide.lead}</p>
        <p class="soft">{t!("图是手机上的样子，里面的单位、人和数字都是示例。")}</p>
        <ol class="card prose guide">{steps.collect_view()}</ol>
        <p>{t!("没有找到答案？")}<a href=href("/contact")>{t!("联系我们")}</a></p>
    };
    Ok(Page::new(guide.title, body.into_any()).public())
}

fn picture(visit: &Visit, page: &StepPage) -> AnyView {
    let file = visit.site.asset(&format!("help/{}.webp", page.picture));
    let (width, height) = SIZE;
    view! { <img class="screen" src=file alt=page.alt width=width height=height loading="lazy" decoding="async" /> }
        .into_any()
}
