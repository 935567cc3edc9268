//! Writing a need: what, why, what it costs, by when, what it will change. A draft can be saved at any point.

use crate::islands::AmountEcho;
use crate::parts::field::{Field, problem, summary};
use crate::parts::recorded::{self, Fact};
use crate::visit::{FormState, KeptPhoto, Page, Visit};
use crate::words::{href, text};
use domain::api::needs::{self, Need};
use domain::api::{ApiError, ErrorCode};
use domain::money::to_half_width;
use domain::need::Field as NeedField;
use domain::organisation::Role;
use domain::{Fen, NeedId};
use leptos::prelude::*;

/// Empty budget lines that wait below the filled ones.
const SPARE_ITEMS: usize = 2;
const ITEMS_AT_FIRST: usize = 3;

/// A new need of the visitor's village.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let village = own_village(visit)?;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let stored = match recorded::id::<NeedId>(&form) {
        Some(id) => visit.call(needs::get(&id.to_string())).await.ok(),
        None => None,
    };
    let stored = stored.map(|need| {
        let path = if need.may.edit { format!("/work/needs/{}", need.id) } else { format!("/needs/{}", need.id) };
        recorded::under_this_id(&path, differences(&filled(&need), &form))
    });
    Ok(Page::new(t!("写需求"), view(visit, (&form, stored), &village, t!("写一条需求"))))
}

/// A draft or returned need of the visitor's village.
pub async fn edit(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let village = own_village(visit)?;
    let need = visit.call(needs::get(id)).await?;
    let now = filled(&need);
    let Some(typed) = &visit.form else {
        if !need.may.edit {
            return Err(ApiError::new(ErrorCode::NotFound, "这条需求现在不能修改"));
        }
        return Ok(Page::new(t!("修改需求"), view(visit, (&now, None), &village, t!("修改需求"))));
    };
    if !need.may.edit {
        return Ok(Page::new(t!("修改需求"), too_late(&need, typed)));
    }
    let mut form = typed.clone();
    // Whoever saves again has seen what a colleague saved meanwhile: it stands beside what was typed.
    let stored = (form.value("version") != now.value("version")).then(|| {
        form.replace("version", need.version.to_string());
        recorded::meanwhile(differences(&now, &form))
    });
    Ok(Page::new(t!("修改需求"), view(visit, (&form, stored), &village, t!("修改需求"))))
}

/// A colleague sent the need off while this was being typed.
fn too_late(need: &Need, typed: &FormState) -> AnyView {
    let state = text(need.status.label());
    let link = href(&format!("/needs/{}", need.id));
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("修改需求")}</h1>
        {summary(typed)}
        <p class="note">{t!("这条需求现在是“{state}”，不能修改。", state = state)}" "<a href=link>{t!("打开这条需求")}</a></p>
        {recorded::typed(differences(typed, &FormState::default()))}
    }
    .into_any()
}

/// What of the first differs from the second, as people read it.
fn differences(first: &FormState, second: &FormState) -> Vec<Fact> {
    let labels = [
        ("field", t!("需求领域")),
        ("title", t!("标题")),
        ("description", t!("现状和要做的事")),
        ("items", t!("要花多少钱")),
        ("amount", t!("请企业支持的金额（元）")),
        ("outcome", t!("预期成效")),
        ("outcome_quantity", t!("数量")),
        ("outcome_unit", t!("单位")),
        ("wanted_by", t!("希望完成的日期")),
        ("photos", t!("现场照片")),
    ];
    let differs = |name: &str| comparable(first, name) != comparable(second, name);
    labels.into_iter().filter(|(name, _)| differs(name)).map(|(name, label)| (label, readable(first, name))).collect()
}

/// A field's value, so that the same thing written in two ways is the same.
fn comparable(form: &FormState, name: &str) -> String {
    let amount = |typed: &str| Fen::parse_yuan(typed).map_or_else(|_| typed.trim().to_owned(), Fen::to_input);
    match name {
        "items" => {
            let pairs = form.all("item_name").into_iter().zip(form.all("item_amount"));
            let filled = pairs.filter(|(name, yuan)| !name.trim().is_empty() || !yuan.trim().is_empty());
            let lines: Vec<_> = filled.map(|(name, yuan)| format!("{} {}", name.trim(), amount(yuan))).collect();
            lines.join("\n")
        }
        "photos" => form.photos.iter().map(|photo| photo.id.to_string()).collect(),
        "amount" => amount(form.value(name)),
        "outcome_quantity" => form.value(name).trim().chars().map(to_half_width).collect(),
        name => form.value(name).trim().replace("\r\n", "\n"),
    }
}

fn readable(form: &FormState, name: &str) -> String {
    match name {
        "field" => form.value(name).parse::<NeedField>().map(|field| text(field.label())).unwrap_or_default(),
        "photos" => t!("{n} 张", n = form.photos.len()),
        name => comparable(form, name),
    }
}

fn own_village(visit: &Visit) -> Result<String, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let writes = [Role::VillageReporter, Role::VillageHead];
    me.acting_as(&writes)
        .map(|membership| membership.organisation_name.clone())
        .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有村（社区）的账号可以写需求"))
}

/// The saved content as form values.
fn filled(need: &Need) -> FormState {
    let content = &need.content;
    let mut form = FormState::default();
    form.set("version", need.version.to_string());
    form.set("field", content.field.map(NeedField::as_str).unwrap_or_default());
    form.set("title", content.title.clone());
    form.set("description", content.description.clone());
    for item in &content.items {
        form.set("item_name", item.name.clone());
        form.set("item_amount", item.amount_fen.to_input());
    }
    form.set("amount", content.amount_fen.map(Fen::to_input).unwrap_or_default());
    form.set("wanted_by", content.wanted_by.map(|day| day.to_string()).unwrap_or_default());
    form.set("outcome", content.outcome.clone());
    form.set("outcome_quantity", content.outcome_quantity.map(|n| n.to_string()).unwrap_or_default());
    form.set("outcome_unit", content.outcome_unit.clone());
    form.photos = need
        .photos
        .iter()
        .map(|photo| KeptPhoto { id: photo.id, width: photo.width, height: photo.height, bytes: 0 })
        .collect();
    form
}

/// The form, with what is stored already where that is something else.
fn view(visit: &Visit, (form, stored): (&FormState, Option<AnyView>), village: &str, heading: &'static str) -> AnyView {
    let fields = NeedField::ALL.iter().map(|field| (field.to_string(), text(field.label()))).collect();
    let hidden = ["id", "version"].map(|name| {
        let value = form.value(name).to_owned();
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{heading}</h1>
        <p class="soft">{village.to_owned()}</p>
        {summary(form)}{stored}
        <form class="long" method="post" enctype="multipart/form-data" action=href(&visit.path)>
            {hidden}
            <fieldset class="card">
                <legend>{t!("要做什么")}</legend>
                {Field::new(form, "field", t!("需求领域")).select(t!("请选择"), fields)}
                {Field::new(form, "title", t!("标题")).hint(t!("一句话，如“饮水安全巩固工程”，最多 40 个字")).text()}
                {Field::new(form, "description", t!("现状和要做的事"))
                    .hint(t!("谁遇到什么困难，打算怎么做。不要写个人的姓名、电话、身份证号。")).area(7)}
            </fieldset>
            {budget(form)}
            <fieldset class="card">
                <legend>{t!("会带来什么")}</legend>
                {Field::new(form, "outcome", t!("预期成效")).hint(t!("如“156 户常年用上自来水”")).text()}
                <div class="pair">
                    {Field::new(form, "outcome_quantity", t!("数量")).input("text", "numeric", "off")}
                    {Field::new(form, "outcome_unit", t!("单位")).hint(t!("户、人、亩、公里…")).text()}
                </div>
                {Field::new(form, "wanted_by", t!("希望完成的日期")).input("date", "none", "off")}
            </fieldset>
            {photos(form)}
            <div class="buttons">
                <button class="button" name="action" value="submit">{t!("保存并提交审核")}</button>
                <button class="button quiet" name="action" value="save">{t!("保存草稿")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn budget(form: &FormState) -> AnyView {
    let names = form.all("item_name");
    let amounts = form.all("item_amount");
    let shown = (names.len() + SPARE_ITEMS).clamp(ITEMS_AT_FIRST, domain::need::ITEMS_MAX);
    let rows = (0..shown).map(|n| {
        let name = names.get(n).copied().unwrap_or_default().to_owned();
        let amount = amounts.get(n).copied().unwrap_or_default().to_owned();
        let (name_id, amount_id) = (format!("item_name_{n}"), format!("item_amount_{n}"));
        let wrong = form.problem(&name_id).or(form.problem(&amount_id)).is_some();
        view! {
            <li class="item" class:wrong=wrong>
                {problem(form, &name_id)}
                {problem(form, &amount_id)}
                <label for=name_id.clone()>{t!("第 {n} 项：买什么或做什么", n = n + 1)}</label>
                <input id=name_id name="item_name" value=name maxlength="60" autocomplete="off" />
                <label for=amount_id.clone()>{t!("金额（元）")}</label>
                <input id=amount_id name="item_amount" value=amount inputmode="decimal" autocomplete="off" />
            </li>
        }
    });
    view! {
        <fieldset class="card" id="items">
            <legend>{t!("要花多少钱")}</legend>
            {problem(form, "items")}
            <ol class="items">{rows.collect_view()}</ol>
            <p><button class="button quiet" name="action" value="more">{t!("再加几项")}</button></p>
            {Field::new(form, "amount", t!("请企业支持的金额（元）"))
                .hint(t!("不多于预算合计；差额由村集体或其他来源出。可写“5万”。"))
                .with(|described_by| view! {
                    <AmountEcho name="amount".to_owned() value=form.value("amount").to_owned()
                        unit=t!("元").to_owned() described_by=described_by />
                }.into_any())}
        </fieldset>
    }
    .into_any()
}

fn photos(form: &FormState) -> AnyView {
    let kept = form.photos.iter().enumerate().map(|(n, photo)| {
        let id = photo.id.to_string();
        let source = format!("/api/v1/files/{id}?size=small");
        let box_id = format!("remove-{n}");
        view! {
            <li>
                <img src=source alt=t!("已上传的照片 {n}", n = n + 1) width=photo.width height=photo.height />
                <input type="hidden" name="photo" value=id.clone() />
                <span><input type="checkbox" id=box_id.clone() name="remove_photo" value=id />
                <label for=box_id>{t!("删除这张")}</label></span>
            </li>
        }
    });
    let list = (!form.photos.is_empty()).then(|| view! { <ul class="kept">{kept.collect_view()}</ul> });
    view! {
        <fieldset class="card">
            <legend>{t!("现场照片")}</legend>
            {list}
            {Field::new(form, "photos", t!("添加照片"))
                .hint(t!("最多 9 张，每张不超过 10 MB。审核通过后公开；照片里的位置信息会去掉，只留作核对。请不要拍到儿童的脸。"))
                .with(|described_by| view! {
                    <input id="photos" name="photos" type="file" multiple=true accept="image/jpeg,image/png,image/webp"
                        aria-describedby=described_by />
                }.into_any())}
        </fieldset>
    }
    .into_any()
}
