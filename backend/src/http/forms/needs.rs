//! The forms of a need: writing one, of whichever kind, and the steps that are taken on its own page.
//!
//! Deliberately absent: what makes a need complete (domain), and who may take which step (API).

use super::{Form, invalid, own_village};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::needs::{self, Need, NeedChange, NeedStep, NewNeed, Seen};
use domain::api::{ApiError, ErrorCode};
use domain::need::{
    AskedLine, AskedPart, BudgetItem, ContributionKind, JointBuilding, NeedAction, NeedContent, PairingForm,
};
use domain::{Fen, FileId, NeedId};
use std::str::FromStr;

pub async fn new(State(site): State<Site>, request: Request) -> Response {
    save(site, request, None).await
}

pub async fn edit(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    save(site, request, id.parse().ok()).await
}

/// What was typed as a need's content. What cannot be read is a problem and left out.
pub(super) fn content(form: &mut Form) -> Option<NeedContent> {
    let village = own_village(form)?;
    let kind = chosen(form, "kind").unwrap_or(ContributionKind::Money);
    let money = kind == ContributionKind::Money;
    let items = if money { items(form) } else { Vec::new() };
    let lines = if money { Vec::new() } else { lines(form, kind) };
    let amount_fen = match form.value("amount").trim() {
        "" => None,
        _ if !money => None,
        typed => Fen::parse_yuan(typed).map_err(|error| form.problem("amount", error.to_string())).ok(),
    };
    let wanted_by = match form.value("wanted_by").trim() {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem("wanted_by", "日期应写成 2026-12-31 的样子")).ok(),
    };
    let outcome_quantity = number(form, "outcome_quantity", "数量应是大于 0 的整数");
    let joint_form = chosen(form, "form");
    let joint = (joint_form == Some(PairingForm::JointBuilding)).then(|| joint(form));
    let removed: Vec<String> = form.state.all("remove_quotes").into_iter().map(str::to_owned).collect();
    form.state.values.retain(|(name, value)| name != "kept_quotes" || !removed.contains(value));
    let quotes = form.state.all("kept_quotes").into_iter().filter_map(|id| FileId::from_str(id).ok()).collect();
    Some(NeedContent {
        field: chosen(form, "field"),
        title: form.value("title").trim().to_owned(),
        description: form.value("description").trim().replace("\r\n", "\n"),
        items,
        amount_fen,
        price_basis: form.value("price_basis").trim().to_owned(),
        quotes,
        lines,
        procured: form.value("procured") == "1",
        form: joint_form,
        joint,
        wanted_by,
        outcome: form.value("outcome").trim().to_owned(),
        indicator: chosen(form, "indicator"),
        outcome_quantity,
        outcome_unit: form.value("outcome_unit").trim().to_owned(),
        photos: form.state.photos.iter().map(|photo| photo.id).collect(),
        ..NeedContent::empty(village, kind)
    })
}

/// One of a closed set of words; none where nothing, or nothing of ours, was chosen.
pub(super) fn chosen<T: FromStr>(form: &Form, name: &str) -> Option<T> {
    form.value(name).parse().ok()
}

fn number<T: FromStr>(form: &mut Form, name: &str, says: &str) -> Option<T> {
    let typed: String = form.value(name).trim().chars().map(domain::money::to_half_width).collect();
    match typed.as_str() {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem(name, says)).ok(),
    }
}

pub(super) fn joint(form: &mut Form) -> JointBuilding {
    JointBuilding {
        village_percent: number(form, "village_percent", "份额应是 0 到 100 的整数"),
        village_duties: form.value("village_duties").trim().replace("\r\n", "\n"),
        enterprise_duties: form.value("enterprise_duties").trim().replace("\r\n", "\n"),
        land: chosen(form, "land"),
        permits: chosen(form, "permits"),
        note: form.value("joint_note").trim().replace("\r\n", "\n"),
    }
}

/// The budget. Empty lines in between close up, on the page too, so that a problem stands by its line.
fn items(form: &mut Form) -> Vec<BudgetItem> {
    let typed = rows(form, &["item_name", "item_amount"]);
    let mut items = Vec::new();
    for (n, row) in typed.into_iter().enumerate() {
        let [name, amount] = row.as_slice() else { continue };
        match Fen::parse_yuan(amount) {
            Ok(amount_fen) => items.push(BudgetItem { name: name.clone(), amount_fen }),
            Err(error) => form.problem(format!("item_amount_{n}"), error.to_string()),
        }
    }
    items
}

/// The lines of another kind, with the parts that it has.
fn lines(form: &mut Form, kind: ContributionKind) -> Vec<AskedLine> {
    let parts: Vec<AskedPart> = kind.line_parts().iter().map(|rule| rule.part).collect();
    let names: Vec<String> = parts.iter().map(|part| format!("line_{part}")).collect();
    let typed = rows(form, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut lines = Vec::new();
    for (n, row) in typed.into_iter().enumerate() {
        let mut line = AskedLine::default();
        for (part, text) in parts.iter().zip(&row) {
            if let Err(says) = line.set(*part, text) {
                form.problem(format!("line_{part}_{n}"), says);
            }
        }
        lines.push(line);
    }
    lines
}

/// The filled rows of repeated fields; they are written back closed up.
fn rows(form: &mut Form, names: &[&str]) -> Vec<Vec<String>> {
    let columns: Vec<Vec<&str>> = names.iter().map(|name| form.state.all(name)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |n: usize| columns.iter().map(|column| column.get(n).copied().unwrap_or_default().to_owned()).collect();
    let rows: Vec<Vec<String>> = (0..height).map(row).collect();
    let filled = |row: &Vec<String>| row.iter().any(|cell| !cell.trim().is_empty());
    let rows: Vec<Vec<String>> = rows.into_iter().filter(filled).collect();
    form.state.values.retain(|(name, _)| !names.contains(&name.as_str()));
    for row in &rows {
        for (name, cell) in names.iter().zip(row) {
            form.state.set(name, cell.clone());
        }
    }
    rows
}

async fn save(site: Site, request: Request, id: Option<NeedId>) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(content) = content(&mut form) else { return form.not_from_a_village(&site).await };
    let action = form.value("action").to_owned();
    if action == "more" {
        return more_rows(&site, form, content.kind).await;
    }
    if !form.state.problems.is_empty() {
        let also = content.check_complete(site.app.clock.today()).into_vec();
        let fields = if action == "submit" { also } else { Vec::new() };
        return form.refused(&site, invalid(fields)).await;
    }
    if action == "submit"
        && let Err(fields) = content.check_complete(site.app.clock.today()).none_or_err()
    {
        return form.refused(&site, invalid(fields)).await;
    }
    let saved = match id {
        Some(id) => {
            let version = form.value("version").parse().unwrap_or_default();
            form.page.in_process(&site).call(needs::update(id, &NeedChange { version, content })).await
        }
        None => match form.value("id").parse() {
            Ok(id) => form.page.in_process(&site).call(needs::create(&NewNeed { id, content })).await,
            Err(_) => Err(ApiError::new(ErrorCode::BadRequest, "请重新打开这个页面再填写")),
        },
    };
    let saved: Need = match saved {
        Ok(saved) => saved,
        Err(error) => {
            form.begin_anew(&error);
            return form.refused(&site, error).await;
        }
    };
    if action != "submit" {
        return site.see_other(form.lang(), &format!("/needs/{}?done=saved", saved.id));
    }
    match form.page.in_process(&site).call(needs::submit(saved.id, Seen { version: saved.version })).await {
        Ok(need) => site.see_other(form.lang(), &format!("/needs/{}?done=submit", need.id)),
        // The draft is saved; the next try changes that draft.
        Err(error) => {
            form.page.uri = format!("/work/needs/{}", saved.id).parse().unwrap_or_default();
            form.state.values.retain(|(name, _)| name != "version" && name != "id");
            form.state.set("version", saved.version.to_string());
            form.refused(&site, error).await
        }
    }
}

/// The same page with more empty rows: nothing is checked and nothing saved.
pub(super) async fn more_rows(site: &Site, mut form: Form, kind: ContributionKind) -> Response {
    form.state.problems.clear();
    let names: Vec<String> = match kind {
        ContributionKind::Money => vec!["item_name".into(), "item_amount".into()],
        kind => kind.line_parts().iter().map(|rule| format!("line_{}", rule.part)).collect(),
    };
    for _ in 0..3 {
        for name in &names {
            form.state.set(name, "");
        }
    }
    form.state.set("unchecked", "1");
    site.page(&form.page, Some(form.state)).await
}

/// A step, on the need's own page; the button is named for it.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(action) = chosen::<NeedAction>(&form, "action") else {
        return form.refused(&site, ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")).await;
    };
    let inner = form.page.in_process(&site);
    // The page may be open by the need's code; decisions go by its id.
    let id = match inner.call(needs::get(&id)).await {
        Ok(need) => need.id,
        Err(error) => return form.refused(&site, error).await,
    };
    let step = NeedStep {
        version: form.value("version").parse().unwrap_or_default(),
        reason: form.value("reason").trim().replace("\r\n", "\n"),
    };
    match inner.call(needs::step(action, id, &step)).await {
        Ok(need) => site.see_other(form.lang(), &format!("/needs/{}?done={action}", need.id)),
        Err(error) => form.refused(&site, error).await,
    }
}
