//! Writing an offer: what, how much, for what and where, until when. A draft can be saved at any point.

use crate::islands::AmountEcho;
use crate::parts::choice::{self, County};
use crate::parts::field::{Field, summary};
use crate::parts::recorded::{self, Fact};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::offers::{self, Offer};
use domain::api::{ApiError, ErrorCode};
use domain::money::to_half_width;
use domain::need::{ContributionKind, Field as NeedField};
use domain::organisation::Role;
use domain::{Fen, OfferId};
use leptos::prelude::*;

/// A new offer of the visitor's enterprise, perhaps after one that has ended.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let enterprise = own_enterprise(visit)?;
    let mut form = match (&visit.form, visit.query("from").and_then(|from| from.parse::<OfferId>().ok())) {
        (Some(typed), _) => typed.clone(),
        (None, Some(from)) => again(&visit.call(offers::get(from)).await?),
        (None, None) => FormState::default(),
    };
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let stored = match recorded::id::<OfferId>(&form) {
        Some(id) => visit.call(offers::get(id)).await.ok(),
        None => None,
    };
    let counties = choice::counties(visit).await?;
    let stored = stored.map(|offer| {
        let path = if offer.may.edit { format!("/work/offers/{}", offer.id) } else { format!("/offers/{}", offer.id) };
        recorded::under_this_id(&path, differences(&filled(&offer), &form, &counties))
    });
    let title = t!("写供给意向");
    Ok(Page::new(title, view(visit, (&form, stored), (&enterprise, title), (&counties, false))))
}

/// A draft or an open offer of the visitor's enterprise.
pub async fn edit(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let enterprise = own_enterprise(visit)?;
    let id: OfferId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let offer = visit.call(offers::get(id)).await?;
    let now = filled(&offer);
    let title = t!("修改供给意向");
    let counties = choice::counties(visit).await?;
    let is_open = !offer.may.open;
    let Some(typed) = &visit.form else {
        if !offer.may.edit {
            return Err(ApiError::new(ErrorCode::NotFound, "这条供给意向现在不能修改"));
        }
        return Ok(Page::new(title, view(visit, (&now, None), (&enterprise, title), (&counties, is_open))));
    };
    if !offer.may.edit {
        return Ok(Page::new(title, too_late(&offer, typed, &counties)));
    }
    let mut form = typed.clone();
    // Whoever saves again has seen what a colleague saved meanwhile: it stands beside what was typed.
    let stored = (form.value("version") != now.value("version")).then(|| {
        form.replace("version", offer.version.to_string());
        recorded::meanwhile(differences(&now, &form, &counties))
    });
    Ok(Page::new(title, view(visit, (&form, stored), (&enterprise, title), (&counties, is_open))))
}

/// It ended while this was being typed.
fn too_late(offer: &Offer, typed: &FormState, counties: &[County]) -> AnyView {
    let state = text(offer.status.label());
    let link = href(&format!("/offers/{}", offer.id));
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("修改供给意向")}</h1>
        {summary(typed)}
        <p class="note">{t!("这条供给意向现在是“{state}”，不能修改。", state = state)}" "<a href=link>{t!("打开这条供给意向")}</a></p>
        {recorded::typed(differences(typed, &FormState::default(), counties))}
    }
    .into_any()
}

/// What of the first differs from the second, as people read it.
fn differences(first: &FormState, second: &FormState, counties: &[County]) -> Vec<Fact> {
    let labels = [
        ("kind", t!("能提供什么")),
        ("amount_from", t!("金额从（元）")),
        ("amount_to", t!("最多到（元）")),
        ("quantity", t!("数量")),
        ("unit", t!("单位")),
        ("fields", t!("用于哪些领域")),
        ("places", t!("面向哪里")),
        ("title", t!("标题")),
        ("words", t!("怎样提供")),
        ("until", t!("有效期到")),
    ];
    let differs = |name: &str| comparable(first, name) != comparable(second, name);
    let told = |(name, label)| (label, readable(first, name, counties));
    labels.into_iter().filter(|(name, _)| differs(name)).map(told).collect()
}

/// A field's value, so that the same thing written in two ways is the same.
fn comparable(form: &FormState, name: &str) -> String {
    match name {
        "amount_from" | "amount_to" => {
            let typed = form.value(name);
            Fen::parse_yuan(typed).map_or_else(|_| typed.trim().to_owned(), Fen::to_input)
        }
        "fields" | "places" => form.all(name).join(" "),
        "quantity" => form.value(name).trim().chars().map(to_half_width).collect(),
        name => form.value(name).trim().replace("\r\n", "\n"),
    }
}

fn readable(form: &FormState, name: &str, counties: &[County]) -> String {
    match name {
        "kind" => form.value(name).parse().map(|kind: ContributionKind| text(kind.label())).unwrap_or_default(),
        "fields" => {
            let fields = form.all(name).into_iter().filter_map(|field| field.parse::<NeedField>().ok());
            fields.map(|field| text(field.label())).collect::<Vec<_>>().join(t!("、"))
        }
        "places" => place_names(&form.all(name), counties),
        name => comparable(form, name),
    }
}

/// The names of counties and towns by their codes.
pub fn place_names(codes: &[&str], counties: &[County]) -> String {
    let all = counties.iter().flat_map(|(county, towns)| std::iter::once(county).chain(towns));
    all.filter(|place| codes.contains(&place.code.as_str()))
        .map(|place| place.name.as_str())
        .collect::<Vec<_>>()
        .join(t!("、"))
}

/// The name of the enterprise that the visitor may act for.
pub fn own_enterprise(visit: &Visit) -> Result<String, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    me.acting_as(&[Role::EnterpriseOwner, Role::EnterpriseOperator])
        .map(|membership| membership.organisation_name.clone())
        .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有已认证的企业可以用这一页"))
}

/// The saved content as form values.
fn filled(offer: &Offer) -> FormState {
    let content = &offer.content;
    let mut form = FormState::default();
    form.set("version", offer.version.to_string());
    form.set("kind", content.kind.map(ContributionKind::as_str).unwrap_or_default());
    form.set("amount_from", content.amount_from_fen.map(Fen::to_input).unwrap_or_default());
    form.set("amount_to", content.amount_to_fen.map(Fen::to_input).unwrap_or_default());
    form.set("quantity", content.quantity.map(|quantity| quantity.to_string()).unwrap_or_default());
    form.set("unit", content.unit.clone());
    content.fields.iter().for_each(|field| form.set("fields", field.as_str()));
    content.places.iter().for_each(|place| form.set("places", place.as_str()));
    form.set("title", content.title.clone());
    form.set("words", content.words.clone());
    form.set("until", content.until.map(|day| day.to_string()).unwrap_or_default());
    form
}

/// An earlier offer as the beginning of a new one, which ends on another day.
fn again(offer: &Offer) -> FormState {
    let mut form = filled(offer);
    form.values.retain(|(name, _)| name != "version" && name != "until");
    form
}

/// The form, with what is stored already where that is something else.
fn view(
    visit: &Visit,
    (form, stored): (&FormState, Option<AnyView>),
    (enterprise, heading): (&str, &'static str),
    (counties, is_open): (&[County], bool),
) -> AnyView {
    let hidden = ["id", "version"].map(|name| {
        let value = form.value(name).to_owned();
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    });
    let open = (!is_open).then(|| {
        view! { <button class="button" name="action" value="open">{t!("保存并发布")}</button> }
    });
    let save = if is_open { ("button", t!("保存")) } else { ("button quiet", t!("保存草稿")) };
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{heading}</h1>
        <p class="soft">{enterprise.to_owned()}</p>
        <p class="note">{t!("供给意向出于自愿，不是认捐，不计入任何合计。谁看得到：登录的村、镇、工商联、农业农村部门和审计；不对公众和其他企业公开。")}</p>
        {summary(form)}{stored}
        <form class="long" method="post" action=href(&visit.path)>
            {hidden}
            {what(form)}
            <fieldset class="card">
                <legend>{t!("给谁用")}</legend>
                {choice::ticks(form, "fields", (t!("用于哪些领域"), t!("可以选几个")), choice::fields())}
                {choice::places(form, "places", (t!("面向哪里"), t!("一个都不选，就是面向全梅州。")), counties)}
            </fieldset>
            <div class="buttons">
                {open}
                <button class=save.0 name="action" value="save">{save.1}</button>
            </div>
        </form>
    }
    .into_any()
}

fn what(form: &FormState) -> AnyView {
    view! {
        <fieldset class="card">
            <legend>{t!("能提供什么")}</legend>
            {Field::new(form, "kind", t!("种类")).select(t!("请选择"), choice::kinds())}
            {Field::new(form, "title", t!("标题")).hint(t!("一句话，如“支持村里修路灯”，最多 40 个字")).text()}
            {Field::new(form, "words", t!("怎样提供"))
                .hint(t!("能提供什么、有什么条件。不要写个人的姓名、电话、身份证号。")).area(5)}
            <p class="label">{t!("多少：资金填金额范围，其他种类填数量和单位")}</p>
            <div class="pair">{amount(form, "amount_from", t!("金额从（元）"))}{amount(form, "amount_to", t!("最多到（元）"))}</div>
            <div class="pair">
                {Field::new(form, "quantity", t!("数量")).input("text", "numeric", "off")}
                {Field::new(form, "unit", t!("单位")).hint(t!("个、吨、人次、天…")).text()}
            </div>
            {Field::new(form, "until", t!("有效期到")).hint(t!("到这一天为止；过后自动标为“已到期”")).input("date", "none", "off")}
        </fieldset>
    }
    .into_any()
}

/// An amount in yuan.
pub fn amount(form: &FormState, name: &'static str, label: &'static str) -> AnyView {
    let value = form.value(name).to_owned();
    Field::new(form, name, label).with(|described_by| {
        view! {
            <AmountEcho name=name.to_owned() value=value unit=t!("元").to_owned() described_by=described_by />
        }
        .into_any()
    })
}
