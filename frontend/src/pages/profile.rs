//! What an enterprise says of itself so that fitting needs are found for it; and how its federation reads it.

use super::offer_form::{amount, own_enterprise, place_names};
use crate::parts::choice::{self, County};
use crate::parts::field::{Field, summary};
use crate::parts::money;
use crate::parts::offer_row::measure;
use crate::parts::reasons::FORMULA;
use crate::parts::recorded::{self, Fact};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::matching::{self, OwnProfile};
use domain::api::{ApiError, ErrorCode};
use domain::need::{ContributionKind, Field as NeedField};
use domain::{Fen, OrganisationId};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let enterprise = own_enterprise(visit)?;
    let own = visit.call(matching::profile()).await?;
    let counties = choice::counties(visit).await?;
    let now = filled(&own);
    let mut form = visit.form.clone().unwrap_or_else(|| now.clone());
    // Whoever saves again has seen what a colleague saved meanwhile: it stands beside what was typed.
    let stored = (form.value("version") != now.value("version")).then(|| {
        form.replace("version", now.value("version"));
        recorded::meanwhile(differences(&now, &form, &counties))
    });
    let title = t!("对接资料");
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/recommendations")>{t!("推荐的需求")}</a>
        </nav>
        <h1>{title}</h1>
        <p class="soft">{enterprise}</p>
        <p class="note">
            {t!("只用来给您推荐需求，只有本企业的人和工商联看得到。都可以不填，也随时可以改；填了不等于要捐。")}
            " "<a href=href(FORMULA)>{t!("怎样推荐")}</a>
        </p>
        {summary(&form)}{stored}
        {fields(&form, &own, &counties)}
    };
    Ok(Page::new(title, body.into_any()))
}

fn fields(form: &FormState, own: &OwnProfile, counties: &[County]) -> AnyView {
    let industry = own.industry.map(|industry| {
        view! { <p class="soft">{t!("所属行业（登记的）：{industry}", industry = text(industry.label()))}</p> }
    });
    view! {
        <form class="long" method="post" action=href("/work/profile")>
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <fieldset class="card">
                <legend>{t!("企业")}</legend>
                {industry}
                {Field::new(form, "business", t!("主营产品或服务"))
                    .hint(t!("如“绿茶种植和加工，太阳能路灯”。推荐时看需求里有没有同类的词。最多 200 个字")).area(2)}
                {Field::new(form, "base", t!("基地在哪里")).hint(t!("按它算到需求所在镇的直线距离"))
                    .with(|described_by| choice::place_select(form, "base", counties, described_by))}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("愿意帮什么")}</legend>
                {choice::ticks(form, "fields", (t!("关注的领域"), t!("可以选几个")), choice::fields())}
                {choice::ticks(form, "kinds", (t!("能提供的种类"), t!("选了就只推荐这些种类；都不选则不限")), choice::kinds())}
                <div class="pair">{amount(form, "amount_from", t!("金额从（元）"))}{amount(form, "amount_to", t!("最多到（元）"))}</div>
                <p class="hint">{t!("金额只用来看需求还差的数合不合适，可以只填一个。")}</p>
                {choice::places(form, "places", (t!("关注的地方"), t!("选县（市、区），或展开选镇")), counties)}
            </fieldset>
            <div class="buttons">
                <button class="button">{t!("保存")}</button>
                <a class="button quiet" href=href("/recommendations")>{t!("不改了")}</a>
            </div>
        </form>
    }
    .into_any()
}

/// The saved profile as form values.
fn filled(own: &OwnProfile) -> FormState {
    let profile = &own.profile;
    let mut form = FormState::default();
    form.set("version", own.version.to_string());
    form.set("business", profile.business.clone());
    form.set("base", profile.base.as_ref().map(ToString::to_string).unwrap_or_default());
    profile.places.iter().for_each(|place| form.set("places", place.as_str()));
    profile.fields.iter().for_each(|field| form.set("fields", field.as_str()));
    profile.kinds.iter().for_each(|kind| form.set("kinds", kind.as_str()));
    form.set("amount_from", profile.amount_from_fen.map(Fen::to_input).unwrap_or_default());
    form.set("amount_to", profile.amount_to_fen.map(Fen::to_input).unwrap_or_default());
    form
}

/// What of the first differs from the second, as people read it.
fn differences(first: &FormState, second: &FormState, counties: &[County]) -> Vec<Fact> {
    let labels = [
        ("business", t!("主营产品或服务")),
        ("base", t!("基地在哪里")),
        ("fields", t!("关注的领域")),
        ("kinds", t!("能提供的种类")),
        ("amount_from", t!("金额从（元）")),
        ("amount_to", t!("最多到（元）")),
        ("places", t!("关注的地方")),
    ];
    let differs = |name: &str| readable(first, name, counties) != readable(second, name, counties);
    let told = |(name, label)| (label, readable(first, name, counties));
    labels.into_iter().filter(|(name, _)| differs(name)).map(told).collect()
}

fn readable(form: &FormState, name: &str, counties: &[County]) -> String {
    let all = form.all(name);
    match name {
        "base" | "places" => place_names(&all, counties),
        "fields" => labels(all.iter().filter_map(|field| field.parse().ok()).map(NeedField::label)),
        "kinds" => labels(all.iter().filter_map(|kind| kind.parse().ok()).map(ContributionKind::label)),
        "business" => form.value(name).trim().replace("\r\n", "\n"),
        name => Fen::parse_yuan(form.value(name)).map_or_else(|_| form.value(name).trim().to_owned(), Fen::to_input),
    }
}

fn labels<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.map(text).collect::<Vec<_>>().join(t!("、"))
}

/// For the federation, below what the enterprise registered; nothing where it has not said anything.
pub async fn of(visit: &Visit, enterprise: OrganisationId) -> Result<Option<AnyView>, ApiError> {
    let read = match visit.call(matching::profile_of(enterprise)).await {
        Ok(read) => read,
        Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::Forbidden) => return Ok(None),
        Err(error) => return Err(error),
    };
    if read.version == 0 {
        return Ok(None);
    }
    let profile = &read.profile;
    let said = |text: String| if text.is_empty() { t!("（没有填）").to_owned() } else { text };
    let names = |places: &[domain::api::offers::NamedPlace]| {
        places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>().join(t!("、"))
    };
    let fields = labels(profile.fields.iter().map(|field| field.label()));
    let kinds = labels(profile.kinds.iter().map(|kind| kind.label()));
    let range = match (profile.amount_from_fen, profile.amount_to_fen) {
        (Some(from), None) => view! { {money::headline(from)}" "{t!("起")} }.into_any(),
        (None, Some(to)) => view! { {t!("最多")}" "{money::headline(to)} }.into_any(),
        (None, None) => said(String::new()).into_any(),
        both => measure(both, (None, "")),
    };
    Ok(Some(
        view! {
            <section class="card facts">
                <h2>{t!("对接资料")}</h2>
                <p class="soft">{t!("企业自愿填写，只用于推荐，只有它自己和工商联看得到。")}</p>
                <dl>
                    <dt>{t!("主营产品或服务")}</dt><dd class="typed">{said(profile.business.clone())}</dd>
                    <dt>{t!("基地在哪里")}</dt><dd>{said(read.base.map(|base| base.name).unwrap_or_default())}</dd>
                    <dt>{t!("关注的领域")}</dt><dd>{said(fields)}</dd>
                    <dt>{t!("能提供的种类")}</dt><dd>{said(kinds)}</dd>
                    <dt>{t!("金额")}</dt><dd>{range}</dd>
                    <dt>{t!("关注的地方")}</dt><dd>{said(names(&read.places))}</dd>
                </dl>
            </section>
        }
        .into_any(),
    ))
}
