//! The rows of a pledge's form: what was typed as designations.

use super::Form;
use super::money::typed_amount;
use crate::http::in_process::InProcess;
use crate::site::Site;
use domain::Fen;
use domain::api::needs;
use domain::place::PlaceLevel;
use domain::pledge::{DESIGNATIONS_MAX, Designation, DesignationKind, DesignationTarget};

const FIELDS: [&str; 3] = ["row_for", "row_named", "row_amount"];

/// Opens the rows, adds one, or closes them: nothing is checked and nothing made.
pub fn rearrange(form: &mut Form, action: &str) {
    let need_code = form.value("need_code").to_owned();
    let filled = form.state.all("row_for").len();
    match action {
        "whole" => form.state.values.retain(|(name, _)| !FIELDS.contains(&name.as_str()) && name != "split"),
        _ if form.value("split") != "1" => {
            form.state.replace("split", "1");
            // The need that the way here named is the first row.
            if !need_code.is_empty() {
                form.state.set("row_for", DesignationKind::Need.as_str());
                form.state.set("row_named", need_code);
                form.state.set("row_amount", "");
            }
            form.state.replace("need", "");
        }
        _ if filled < DESIGNATIONS_MAX => {
            for name in FIELDS {
                form.state.set(name, "");
            }
        }
        _ => {}
    }
}

/// What was typed row by row; what cannot be read is noted beside its row. Empty rows are passed over, and closed up, so
/// that the n-th problem stands by the n-th row.
pub async fn rows(site: &Site, form: &mut Form, inner: &InProcess) -> Vec<Designation> {
    if form.value("split") != "1" {
        return Vec::new();
    }
    let own = |name: &str| form.state.all(name).into_iter().map(|typed| typed.trim().to_owned()).collect::<Vec<_>>();
    let (chosen, named, amounts) = (own("row_for"), own("row_named"), own("row_amount"));
    let at = |of: &[String], n: usize| of.get(n).cloned().unwrap_or_default();
    let typed: Vec<[String; 3]> = (0..chosen.len()).map(|n| [at(&chosen, n), at(&named, n), at(&amounts, n)]).collect();
    let typed: Vec<[String; 3]> =
        typed.into_iter().filter(|row| row.iter().any(|typed| !typed.is_empty())).take(DESIGNATIONS_MAX).collect();
    form.state.values.retain(|(name, _)| !FIELDS.contains(&name.as_str()));
    for row in &typed {
        for (name, value) in FIELDS.iter().zip(row) {
            form.state.set(name, value.as_str());
        }
    }
    if typed.is_empty() {
        form.problem("designations", "请至少写一处给什么和多少钱，或选“不分，全部给一处”");
    }
    let mut rows = Vec::new();
    for (n, [chosen, named, amount]) in typed.iter().enumerate() {
        let amount: Option<Fen> = typed_amount(form, format!("row_amount_{n}"), amount);
        match target(site, inner, chosen, named).await {
            Ok(target) => rows.extend(amount.map(|amount| Designation { target, amount })),
            Err((field, wrong)) => form.problem(format!("{field}_{n}"), wrong),
        }
    }
    rows
}

/// What a row is for, by its kind and the name that was typed. An error says by which field, and what to do.
async fn target(
    site: &Site,
    inner: &InProcess,
    chosen: &str,
    named: &str,
) -> Result<DesignationTarget, (&'static str, String)> {
    match chosen.parse::<DesignationKind>() {
        Ok(DesignationKind::Need) => {
            let code = named.to_uppercase();
            let written = !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            let found = if written { inner.call(needs::get(&code)).await.ok() } else { None };
            let wrong = "没有找到这条公开的需求，请照需求页上的编号填写，如 XQ-441424-2026-1";
            found.map(|need| DesignationTarget::Need { need: need.id }).ok_or(("row_named", wrong.to_owned()))
        }
        Ok(kind @ (DesignationKind::Village | DesignationKind::Town)) => {
            let town = kind == DesignationKind::Town;
            let level = if town { PlaceLevel::Town } else { PlaceLevel::Village };
            match site.app.places.named(level, named).as_slice() {
                [only] if town => Ok(DesignationTarget::Town { town: only.clone() }),
                [only] => Ok(DesignationTarget::Village { village: only.clone() }),
                [] => Err(("row_named", "没有找到，请写全名，如“丰顺县汤坑镇”，或区划代码".to_owned())),
                many => {
                    let number = many.len();
                    Err(("row_named", format!("有 {number} 处同名，请把县和镇也写上，如“丰顺县汤坑镇”")))
                }
            }
        }
        // Pairings, fields and "later" are chosen whole.
        _ => chosen.parse().map_err(|_| ("designation", "请选择这一处给什么".to_owned())),
    }
}
