//! Writing a need: what, why, what it costs, by when, what it will change. A draft can be saved at any point.

use crate::islands::AmountEcho;
use crate::parts::field::{Field, problem, sent_by_enter, summary, tick};
use crate::parts::joint::joint_details;
use crate::parts::recorded::{self, Fact};
use crate::parts::similar::similar_needs;
use crate::visit::{FormState, KeptPhoto, Page, Visit};
use crate::words::{href, text};
use domain::api::files::Photo;
use domain::api::needs::{self, Need};
use domain::api::{ApiError, ErrorCode};
use domain::money::to_half_width;
use domain::need::{AskedPart, ContributionKind, Field as NeedField, Indicator, NeedContent, PairingForm, Readiness};
use domain::organisation::Role;
use domain::{Fen, NeedId};
use leptos::prelude::*;

/// Empty budget lines that wait below the filled ones.
const SPARE_ITEMS: usize = 2;
const ITEMS_AT_FIRST: usize = 3;

/// A new need of the visitor's village: first of which kind, then the form of that kind.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let village = own_village(visit)?;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("kind").is_empty() {
        match visit.query("kind").and_then(|kind| kind.parse::<ContributionKind>().ok()) {
            Some(kind) => form.set("kind", kind.as_str()),
            // A form that came without it was one for money.
            None if visit.form.is_some() => form.set("kind", ContributionKind::Money.as_str()),
            None => return Ok(Page::new(t!("写需求"), kinds(&village))),
        }
    }
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let stored = match recorded::id::<NeedId>(&form) {
        Some(id) => visit.call(needs::get(&id.to_string())).await.ok(),
        None => None,
    };
    let stored = stored.map(|need| {
        let path = if need.may.edit { format!("/work/needs/{}", need.id) } else { format!("/needs/{}", need.id) };
        recorded::under_this_id(&path, differences(&filled(&need.content, &need.photos, need.version), &form))
    });
    let wording = Wording { heading: t!("写一条需求"), revises: false };
    Ok(Page::new(t!("写需求"), view(visit, (&form, stored), &village, wording)))
}

/// The six kinds, each with what it is for.
fn kinds(village: &str) -> AnyView {
    let meaning = |kind| match kind {
        ContributionKind::Money => t!("要一笔钱办一件事：写清预算，企业按捐赠协议、经慈善组织捐。"),
        ContributionKind::Goods => t!("要东西：设备、建材、图书、衣被。"),
        ContributionKind::Jobs => t!("村里有人想就近做工，请企业来招或来设点。"),
        ContributionKind::Purchase => t!("村里的农产品想卖给单位食堂和企业。"),
        ContributionKind::Technology => t!("请技术员、专家来教、来看。"),
        ContributionKind::Service => t!("请人来做一件事：义诊、维修、授课、设计。"),
    };
    let rows = ContributionKind::ALL.iter().copied().map(|kind| {
        view! {
            <li><a class="need" href=href(&format!("/work/needs/new?kind={kind}"))>
                <span class="what"><b>{text(kind.label())}</b><span class="soft">{meaning(kind)}</span></span>
            </a></li>
        }
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("要写哪一类需求")}</h1>
        <p class="soft">{village.to_owned()}</p>
        <ul class="card rows">{rows.collect_view()}</ul>
        <p class="soft">{t!("一条需求只写一类。一件事又要钱又要人的，分两条写。")}</p>
    }
    .into_any()
}

/// A draft or returned need of the visitor's village.
pub async fn edit(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let village = own_village(visit)?;
    let need = visit.call(needs::get(id)).await?;
    let now = filled(&need.content, &need.photos, need.version);
    let wording = Wording { heading: t!("修改需求"), revises: false };
    let Some(typed) = &visit.form else {
        if !need.may.edit {
            return Err(ApiError::new(ErrorCode::NotFound, "这条需求现在不能修改"));
        }
        let hint = similar_needs(visit, (need.id, need.status)).await?;
        return Ok(Page::new(t!("修改需求"), view(visit, (&now, hint), &village, wording)));
    };
    if !need.may.edit {
        let state = text(need.status.label());
        return Ok(Page::new(t!("修改需求"), too_late((&need, state), typed, wording.heading)));
    }
    let mut form = typed.clone();
    // Whoever saves again has seen what a colleague saved meanwhile: it stands beside what was typed.
    let stored = (form.value("version") != now.value("version")).then(|| {
        form.replace("version", need.version.to_string());
        recorded::meanwhile(differences(&now, &form))
    });
    Ok(Page::new(t!("修改需求"), view(visit, (&form, stored), &village, wording)))
}

/// A colleague sent the need off while this was being typed.
pub(super) fn too_late((need, state): (&Need, String), typed: &FormState, heading: &'static str) -> AnyView {
    let link = href(&format!("/needs/{}", need.id));
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{heading}</h1>
        {summary(typed)}
        <p class="note">{t!("这条需求现在是“{state}”，不能修改。", state = state)}" "<a href=link>{t!("打开这条需求")}</a></p>
        {recorded::typed(differences(typed, &FormState::default()))}
    }
    .into_any()
}

/// What of the first differs from the second, as people read it.
pub(super) fn differences(first: &FormState, second: &FormState) -> Vec<Fact> {
    let labels = [
        ("field", t!("需求领域")),
        ("title", t!("标题")),
        ("description", t!("现状和要做的事")),
        ("items", t!("要花多少钱")),
        ("amount", t!("请企业支持的金额（元）")),
        ("price_basis", t!("价格依据")),
        ("lines", t!("要什么")),
        ("form", t!("希望的合作形式")),
        ("village_percent", t!("村里占的份额（%）")),
        ("village_duties", t!("村里负责什么")),
        ("enterprise_duties", t!("企业负责什么")),
        ("land", t!("用地")),
        ("permits", t!("手续")),
        ("joint_note", t!("还缺什么")),
        ("outcome", t!("预期成效")),
        ("indicator", t!("成效指标")),
        ("outcome_quantity", t!("数量")),
        ("outcome_unit", t!("单位")),
        ("wanted_by", t!("希望完成的日期")),
        ("photos", t!("现场照片")),
        ("why", t!("为什么要改")),
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
        "lines" => {
            let kind = form.value("kind").parse().unwrap_or(ContributionKind::Money);
            let columns: Vec<Vec<&str>> = line_names(kind).iter().map(|name| form.all(name)).collect();
            let height = columns.iter().map(Vec::len).max().unwrap_or(0);
            let row = |n: usize| {
                columns.iter().filter_map(|column| column.get(n)).map(|cell| cell.trim()).collect::<Vec<_>>()
            };
            let rows = (0..height).map(|n| row(n).join(" ")).filter(|row| !row.trim().is_empty());
            rows.collect::<Vec<_>>().join("\n")
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
        "form" => form.value(name).parse::<PairingForm>().map(|form| text(form.label())).unwrap_or_default(),
        "indicator" => form.value(name).parse::<Indicator>().map(|found| text(found.label())).unwrap_or_default(),
        "land" | "permits" => form.value(name).parse::<Readiness>().map(|how| text(how.label())).unwrap_or_default(),
        "photos" => t!("{n} 张", n = form.photos.len()),
        name => comparable(form, name),
    }
}

pub(super) fn own_village(visit: &Visit) -> Result<String, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let writes = [Role::VillageReporter, Role::VillageHead];
    me.acting_as(&writes)
        .map(|membership| membership.organisation_name.clone())
        .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有村（社区）的账号可以写需求"))
}

/// The saved content as form values.
pub(super) fn filled(content: &NeedContent, photos: &[Photo], version: i32) -> FormState {
    let mut form = FormState::default();
    form.set("version", version.to_string());
    form.set("kind", content.kind.as_str());
    for line in &content.lines {
        for rule in content.kind.line_parts() {
            form.set(&format!("line_{}", rule.part), line.text(rule.part));
        }
    }
    form.set("price_basis", content.price_basis.clone());
    for quote in &content.quotes {
        form.set("kept_quotes", quote.to_string());
    }
    if content.procured {
        form.set("procured", "1");
    }
    form.set("form", content.form.map(PairingForm::as_str).unwrap_or_default());
    if let Some(joint) = &content.joint {
        form.set("village_percent", joint.village_percent.map(|percent| percent.to_string()).unwrap_or_default());
        form.set("village_duties", joint.village_duties.clone());
        form.set("enterprise_duties", joint.enterprise_duties.clone());
        form.set("land", joint.land.map(Readiness::as_str).unwrap_or_default());
        form.set("permits", joint.permits.map(Readiness::as_str).unwrap_or_default());
        form.set("joint_note", joint.note.clone());
    }
    form.set("indicator", content.indicator.map(Indicator::as_str).unwrap_or_default());
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
    form.photos = photos
        .iter()
        .map(|photo| KeptPhoto { id: photo.id, width: photo.width, height: photo.height, bytes: 0 })
        .collect();
    form
}

/// What of the form depends on what it is for.
#[derive(Clone, Copy)]
pub(super) struct Wording {
    pub heading: &'static str,
    /// It proposes another text for a need that is public.
    pub revises: bool,
}

/// The form, below what has to be seen first: what is stored already where that is something else, needs like it.
pub(super) fn view(
    visit: &Visit,
    (form, first): (&FormState, Option<AnyView>),
    village: &str,
    wording: Wording,
) -> AnyView {
    let fields = NeedField::ALL.iter().map(|field| (field.to_string(), text(field.label()))).collect();
    let kind = form.value("kind").parse().unwrap_or(ContributionKind::Money);
    let hidden = ["id", "version", "kind"].map(|name| {
        let value = form.value(name).to_owned();
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{wording.heading}</h1>
        <p class="tags"><span class="tag">{text(kind.label())}</span><span class="soft">{village.to_owned()}</span></p>
        {summary(form)}{first}
        <form class="long" method="post" enctype="multipart/form-data" action=href(&visit.path)>
            {hidden}
            {sent_by_enter("save")}
            {wording.revises.then(|| why(form))}
            <fieldset class="card">
                <legend>{t!("要做什么")}</legend>
                {Field::new(form, "field", t!("需求领域")).select(t!("请选择"), fields)}
                {examples()}
                {Field::new(form, "title", t!("标题")).hint(t!("一句话，如“饮水安全巩固工程”，最多 40 个字")).text()}
                {Field::new(form, "description", t!("现状和要做的事"))
                    .hint(t!("谁遇到什么困难，打算怎么做。不要写个人的姓名、电话、身份证号。")).area(7)}
            </fieldset>
            {if kind == ContributionKind::Money { budget(form) } else { lines(form, kind) }}
            <fieldset class="card">
                <legend>{t!("会带来什么")}</legend>
                {Field::new(form, "outcome", t!("预期成效")).hint(t!("如“156 户常年用上自来水”")).text()}
                {indicators(form)}
                <div class="pair">
                    {Field::new(form, "outcome_quantity", t!("数量")).input("text", "numeric", "off")}
                    {Field::new(form, "outcome_unit", t!("单位")).hint(t!("选了指标就不用填；户、人、亩、公里…")).text()}
                </div>
                {Field::new(form, "wanted_by", t!("希望完成的日期")).input("date", "none", "off")}
            </fieldset>
            {together(form)}
            {photos(form)}
            <div class="buttons">
                <button class="button" name="action" value="submit">{t!("保存并提交审核")}</button>
                <button class="button quiet" name="action" value="save">{t!("保存草稿")}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Of a proposal: why, which everybody reads who has promised something.
fn why(form: &FormState) -> AnyView {
    view! {
        <fieldset class="card">
            <legend>{t!("为什么要改")}</legend>
            <p class="soft">{t!("公开的内容先不变。村（社区）和类别不能改；已有认捐的，金额不能少于认捐。要得更多或换了用途的，通过后先公示 7 天。")}</p>
            {Field::new(form, "why", t!("为什么要改"))
                .hint(t!("已有企业认捐或承诺的必须写，会公开并告诉他们。")).area(2)}
        </fieldset>
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
            {prices(form)}
        </fieldset>
    }
    .into_any()
}

/// Where a large price comes from. Quotes are for those who review, and nobody else.
fn prices(form: &FormState) -> AnyView {
    let kept = form.all("kept_quotes").into_iter().enumerate().map(|(n, id)| {
        let (id, box_id) = (id.to_owned(), format!("remove-quote-{n}"));
        let source = format!("/api/v1/files/{id}?size=small");
        view! {
            <li>
                <img src=source alt=t!("已上传的报价单 {n}", n = n + 1) width="120" height="90" />
                <input type="hidden" name="kept_quotes" value=id.clone() />
                <span><input type="checkbox" id=box_id.clone() name="remove_quotes" value=id />
                <label for=box_id>{t!("删除这张")}</label></span>
            </li>
        }
    });
    let kept = kept.collect_view();
    let list = (!form.all("kept_quotes").is_empty()).then(|| view! { <ul class="kept">{kept}</ul> });
    let open = form.problem("price_basis").is_some() || list.is_some() || !form.value("price_basis").is_empty();
    view! {
        <details class="more" open=open>
            <summary>{t!("有一项满 10 万元的，说明价格从哪里来")}</summary>
            {list}
            {Field::new(form, "quotes", t!("报价单照片"))
                .hint(t!("最好三家，最多 6 张。只有村里和审核的人看得到，不公开。"))
                .with(|described_by| view! {
                    <input id="quotes" name="quotes" type="file" multiple=true accept="image/jpeg,image/png,image/webp"
                        aria-describedby=described_by />
                }.into_any())}
            {Field::new(form, "price_basis", t!("没有报价单的，写价格依据"))
                .hint(t!("如“县造价信息 2026 年第 5 期”。会公开。")).text()}
        </details>
    }
    .into_any()
}

/// How needs of each field are written.
fn examples() -> AnyView {
    let rows = NeedField::ALL.iter().map(|field| {
        let example = field.example();
        view! { <li><b>{text(field.label())}</b>{t!("：")}{text(example.title)}" → "{text(example.outcome)}</li> }
    });
    view! {
        <details class="more"><summary>{t!("看看各领域怎么写")}</summary><ul class="terms">{rows.collect_view()}</ul></details>
    }
    .into_any()
}

/// What the outcome is counted in, by field.
fn indicators(form: &FormState) -> AnyView {
    let chosen = form.value("indicator").to_owned();
    let groups = NeedField::ALL.iter().map(|field| {
        let options = field.indicators().iter().map(|indicator| {
            let label = format!("{}（{}）", text(indicator.label()), text(indicator.unit()));
            view! { <option value=indicator.as_str() selected=indicator.as_str() == chosen>{label}</option> }
        });
        view! { <optgroup label=text(field.label())>{options.collect_view()}</optgroup> }
    });
    let groups = groups.collect_view();
    Field::new(form, "indicator", t!("成效指标"))
        .hint(t!("选所属领域下面的一个，全市的成效才加得起来；都不合适就不选，自己写单位。"))
        .with(|described_by| {
            view! {
                <select id="indicator" name="indicator" aria-describedby=described_by>
                    <option value="">{t!("不选，自己写单位")}</option>{groups}
                </select>
            }
            .into_any()
        })
}

fn line_names(kind: ContributionKind) -> Vec<String> {
    kind.line_parts().iter().map(|rule| format!("line_{}", rule.part)).collect()
}

/// What is asked besides money: a row for each thing, with the parts that the kind has.
fn lines(form: &FormState, kind: ContributionKind) -> AnyView {
    let columns: Vec<Vec<&str>> = line_names(kind).iter().map(|name| form.all(name)).collect();
    let filled = columns.iter().map(Vec::len).max().unwrap_or(0);
    let shown = (filled + 1).clamp(2, domain::need::asked::LINES_MAX);
    let rows = (0..shown).map(|n| {
        let fields = kind.line_parts().iter().zip(&columns).map(|(rule, column)| {
            let id = format!("line_{}_{n}", rule.part);
            let name = format!("line_{}", rule.part);
            let value = column.get(n).copied().unwrap_or_default().to_owned();
            let mode = match rule.part {
                AskedPart::Quantity | AskedPart::Minimum => "numeric",
                AskedPart::Price | AskedPart::PriceTo => "decimal",
                _ => "text",
            };
            let free = (!rule.needed).then(|| view! { <span class="soft">{t!("（可不填）")}</span> });
            let wrong = form.problem(&id).is_some();
            let described_by = wrong.then(|| format!("{id}-problem"));
            view! {
                <div class="field" class:wrong=wrong>
                    <label for=id.clone()>{text(rule.label)}{free}</label>
                    {problem(form, &id)}
                    <input id=id name=name value=value inputmode=mode placeholder=text(rule.example) maxlength="100"
                        autocomplete="off" aria-describedby=described_by />
                </div>
            }
        });
        view! { <li class="asked">{fields.collect_view()}</li> }
    });
    let procured = (kind == ContributionKind::Service)
        .then(|| tick(form, "procured", t!("由政府付费购买这项服务（不算捐赠，不计入任何合计）")));
    view! {
        <fieldset class="card" id="lines">
            <legend>{t!("要什么")}</legend>
            {problem(form, "lines")}
            <ol class="items">{rows.collect_view()}</ol>
            <p><button class="button quiet" name="action" value="more">{t!("再加几行")}</button></p>
            {procured}
        </fieldset>
    }
    .into_any()
}

/// How the village would like to work together; what a joint project has to settle opens below.
fn together(form: &FormState) -> AnyView {
    let forms = PairingForm::ALL.iter().map(|form| (form.to_string(), text(form.label()))).collect();
    view! {
        <fieldset class="card">
            <legend>{t!("希望怎样合作")}</legend>
            {Field::new(form, "form", t!("合作形式")).hint(t!("可以不选")).select(t!("没有特别要求"), forms)}
            {joint_details(form, t!("选“村企共建”的，写清份额、分工、用地和手续"))}
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
