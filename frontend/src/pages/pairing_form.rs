//! Writing the terms of a pairing: proposing one, other terms for one that is talked about, terms that follow.
//!
//! The villages of one town stand as boxes; which town is asked first where the way here did not say it.

use super::pairings::{ENTERPRISE, PLACES};
use crate::parts::choice::{self, ticks};
use crate::parts::field::{Field, problem, radios, summary, tick};
use crate::parts::joint::joint_details;
use crate::parts::recorded;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::PairingId;
use domain::api::needs;
use domain::api::pairings::{self, Pairing};
use domain::api::places::{self, PlacesQuery};
use domain::api::{ApiError, ErrorCode};
use domain::need::{PairingForm, Readiness};
use domain::pairing::notice::NOTICE_DAYS;
use domain::pairing::{PAIRING_FREE_WILL, PairingTerms};
use domain::place::{PlaceCode, PlaceLevel, short_village_name};
use leptos::prelude::*;

/// What a form of terms is for.
struct Purpose {
    title: &'static str,
    lead: &'static str,
    action: String,
    button: &'static str,
    /// Somebody else than an enterprise names the one that he proposes to.
    asks_enterprise: bool,
}

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

/// A new pairing, from the page of a village, a town, a need or an offer.
pub async fn propose(visit: &Visit) -> Result<Page, ApiError> {
    if let Some(page) = super::organisation::cannot_pledge_yet(visit) {
        return Ok(page);
    }
    let enterprise = visit.has(&ENTERPRISE);
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    if !enterprise && !visit.has(&PLACES) {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            "只有已认证的企业、村（社区）、镇（街道）和工商联可以提出结对",
        ));
    }
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.form.is_none() {
        begin(visit, &mut form).await?;
    }
    let purpose = Purpose {
        title: t!("提出结对"),
        lead: t!("写下您希望的条款。对方可以同意、改提或不结对；各方都同意后由工商联审核。"),
        action: "/pairings/new".to_owned(),
        button: t!("提出结对"),
        asks_enterprise: !enterprise,
    };
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let known = match recorded::id::<PairingId>(&form) {
        Some(id) => visit.call(pairings::get(id)).await.ok().map(|known| stored(&known)),
        None => None,
    };
    let villages = villages_of(visit, &form).await?;
    if villages.is_empty() {
        return choose_town(visit, &purpose).await;
    }
    Ok(Page::new(purpose.title, view(visit, &form, &purpose, (villages, known))))
}

/// What the way here says: the place, the enterprise, the form that a need wishes for.
async fn begin(visit: &Visit, form: &mut FormState) -> Result<(), ApiError> {
    let own = visit.me.as_ref().and_then(|me| me.acting().next().and_then(|membership| membership.place.clone()));
    let own = own.filter(|place| matches!(place.level(), PlaceLevel::Village | PlaceLevel::Town) && visit.has(&PLACES));
    let mut place = ["village", "town"].iter().find_map(|name| visit.query(name)?.parse::<PlaceCode>().ok()).or(own);
    if let Some(need) = visit.query("need") {
        let need = visit.call(needs::get(need)).await?;
        form.set("form", need.content.form.map(PairingForm::as_str).unwrap_or_default());
        if let Some(field) = need.content.field {
            form.set("fields", field.as_str());
        }
        place = Some(need.content.village.clone());
    }
    match place {
        Some(village) if village.level() == PlaceLevel::Village => {
            form.set("villages", village.to_string());
            form.set("town", village.parent().map(|town| town.to_string()).unwrap_or_default());
        }
        Some(town) if town.level() == PlaceLevel::Town => {
            form.set("town", town.to_string());
            if visit.query("town").is_some() {
                form.set("form", PairingForm::TownCoverage.as_str());
            }
        }
        _ => {}
    }
    form.set("enterprise_name", visit.query("enterprise_name").unwrap_or_default());
    form.set("first_day", visit.today.to_string());
    form.set("notice_days", NOTICE_DAYS.to_string());
    Ok(())
}

/// The villages that can be ticked: those of the town, and those that are listed from elsewhere.
async fn villages_of(visit: &Visit, form: &FormState) -> Result<Vec<(String, String)>, ApiError> {
    let mut towns: Vec<PlaceCode> = Vec::new();
    let mut add = |town: Option<PlaceCode>| {
        if let Some(town) = town.filter(|town| town.level() == PlaceLevel::Town && !towns.contains(town)) {
            towns.push(town);
        }
    };
    add(form.value("town").parse().ok());
    for village in form.all("villages") {
        add(village.parse::<PlaceCode>().ok().and_then(|village| village.parent()));
    }
    let several = towns.len() > 1;
    let mut villages = Vec::new();
    for town in towns {
        let town_name = if several {
            let about = visit.call(places::get(&town)).await?;
            format!("{} · ", about.place.town)
        } else {
            String::new()
        };
        let below = visit.call(places::list(&PlacesQuery { parent: Some(town.to_string()) })).await?;
        villages.extend(
            below
                .items
                .into_iter()
                .map(|village| (village.code.to_string(), format!("{town_name}{}", short_village_name(&village.name)))),
        );
    }
    Ok(villages)
}

/// The way here did not say where.
async fn choose_town(visit: &Visit, purpose: &Purpose) -> Result<Page, ApiError> {
    let counties = choice::counties(visit).await?;
    let mut form = FormState::default();
    if visit.query("town").is_some() {
        form.problems.push(domain::Problem { field: "town".into(), message: "请选到镇（街道）".into() });
    }
    let name = visit.query("enterprise_name").unwrap_or_default().to_owned();
    let field = Field::new(&form, "town", t!("和哪个镇（街道）的村结对"))
        .with(|described_by| choice::place_select(&form, "town", &counties, described_by));
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/pairings")>{t!("结对")}</a></nav>
        <h1>{purpose.title}</h1>
        <p class="soft">{t!("先选一个镇（街道），再勾选其中的村。也可以从村、镇的页面直接提出。")}</p>
        <form class="card" method="get" action=href("/pairings/new")>
            {field}
            <input type="hidden" name="enterprise_name" value=name />
            <button class="button">{t!("下一步")}</button>
        </form>
    };
    Ok(Page::new(purpose.title, body.into_any()))
}

/// Other terms for a pairing that is talked about.
pub async fn counter(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PairingId = id.parse().map_err(|_| not_found())?;
    let read = visit.call(pairings::get(id)).await?;
    let may = read.may.steps.contains(&domain::pairing::PairingStep::Counter);
    if !may && visit.form.is_none() {
        return Err(ApiError::new(ErrorCode::NotFound, "这份结对现在不能改提条款"));
    }
    let mut form = visit.form.clone().unwrap_or_default();
    let mut meanwhile = None;
    if visit.form.is_none() {
        fill(&mut form, latest(&read)?);
        form.set("version", read.version.to_string());
    } else if form.value("version") != read.version.to_string() {
        // Whoever sends it again has seen what the others wrote meanwhile.
        form.replace("version", read.version.to_string());
        meanwhile = Some(recorded::meanwhile(differences(&form, latest(&read)?)));
    }
    let purpose = Purpose {
        title: t!("改提条款"),
        lead: t!("改过的条款是新的一稿，以前的同意不再算数，各方要重新同意。"),
        action: format!("/pairings/{id}/terms"),
        button: t!("提出改过的条款"),
        asks_enterprise: false,
    };
    let villages = villages_of(visit, &form).await?;
    Ok(Page::new(purpose.title, view(visit, &form, &purpose, (villages, meanwhile))))
}

/// Terms that follow those of an agreement.
pub async fn renew(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PairingId = id.parse().map_err(|_| not_found())?;
    let read = visit.call(pairings::get(id)).await?;
    if !read.may.renew && visit.form.is_none() {
        return Err(ApiError::new(ErrorCode::NotFound, "这份结对现在不能续约"));
    }
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.form.is_none() {
        let terms = latest(&read)?;
        fill(&mut form, terms);
        let first = terms.last_day.succ_opt().unwrap_or(terms.last_day).max(visit.today);
        let length = terms.last_day - terms.first_day;
        form.replace("first_day", first.to_string());
        form.replace("last_day", first.checked_add_signed(length).unwrap_or(first).to_string());
    }
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let known = match recorded::id::<PairingId>(&form) {
        Some(id) => visit.call(pairings::get(id)).await.ok().map(|known| stored(&known)),
        None => None,
    };
    let purpose = Purpose {
        title: t!("提出续约"),
        lead: t!("续约从现在的期限结束以后开始，条款可以改。各方同意、工商联审核、盖章后接上。"),
        action: format!("/pairings/{id}/renew"),
        button: t!("提出续约"),
        asks_enterprise: false,
    };
    let villages = villages_of(visit, &form).await?;
    Ok(Page::new(purpose.title, view(visit, &form, &purpose, (villages, known))))
}

fn latest(read: &Pairing) -> Result<&PairingTerms, ApiError> {
    read.terms.first().map(|version| &version.terms).ok_or_else(not_found)
}

/// The form as it would be typed for these terms.
fn fill(form: &mut FormState, terms: &PairingTerms) {
    form.set("form", terms.form.as_str());
    let town = terms.town.clone().or_else(|| terms.villages.first()?.parent());
    form.set("town", town.map(|town| town.to_string()).unwrap_or_default());
    for village in &terms.villages {
        form.set("villages", village.to_string());
    }
    form.set("first_day", terms.first_day.to_string());
    form.set("last_day", terms.last_day.to_string());
    form.set("notice_days", terms.notice_days.to_string());
    form.set("purpose", terms.purpose.clone());
    form.set("enterprise_does", terms.enterprise_does.clone());
    form.set("places_do", terms.places_do.clone());
    for field in &terms.fields {
        form.set("fields", field.as_str());
    }
    if let Some(joint) = &terms.joint {
        form.set("village_percent", joint.village_percent.map(|percent| percent.to_string()).unwrap_or_default());
        form.set("village_duties", joint.village_duties.clone());
        form.set("enterprise_duties", joint.enterprise_duties.clone());
        form.set("land", joint.land.map(Readiness::as_str).unwrap_or_default());
        form.set("permits", joint.permits.map(Readiness::as_str).unwrap_or_default());
        form.set("joint_note", joint.note.clone());
    }
}

/// What is stored and was typed otherwise.
fn differences(typed: &FormState, stored: &PairingTerms) -> Vec<recorded::Fact> {
    let mut now = FormState::default();
    fill(&mut now, stored);
    let fields = [
        ("first_day", t!("起始日期")),
        ("last_day", t!("截止日期")),
        ("notice_days", t!("终止要提前几天通知")),
        ("purpose", t!("结对要做成什么")),
        ("enterprise_does", t!("企业做什么")),
        ("places_do", t!("村、镇做什么")),
        ("village_percent", t!("村里占的份额（%）")),
    ];
    fields
        .into_iter()
        .filter(|(name, _)| typed.value(name).trim() != now.value(name))
        .map(|(name, label)| (label, now.value(name).to_owned()))
        .collect()
}

/// The pairing that a form's id names already.
fn stored(read: &Pairing) -> AnyView {
    let row = &read.row;
    let facts = vec![
        (t!("编号"), row.reference.clone()),
        (t!("企业"), row.enterprise_name.clone()),
        (t!("期限"), format!("{} – {}", date(row.first_day), date(row.last_day))),
    ];
    recorded::under_this_id(&format!("/pairings/{}", row.id), facts)
}

fn view(
    visit: &Visit,
    form: &FormState,
    purpose: &Purpose,
    (villages, known): (Vec<(String, String)>, Option<AnyView>),
) -> AnyView {
    let enterprise = visit.has(&ENTERPRISE);
    let hidden = ["id", "version", "town"].map(|name| {
        let value = form.value(name).to_owned();
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    });
    let whom = purpose
        .asks_enterprise
        .then(|| Field::new(form, "enterprise_name", t!("企业全称")).hint(t!("已在平台认证的企业")).text());
    let forms = PairingForm::ALL.iter().map(|form| (form.as_str(), text(form.label()))).collect();
    let lines = PAIRING_FREE_WILL.iter().map(|line| view! { <li>{text(line)}</li> });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/pairings")>{t!("结对")}</a></nav>
        <h1>{purpose.title}</h1>
        <p class="soft">{purpose.lead}</p>
        {summary(form)}{known}
        <form class="long" method="post" action=href(&purpose.action)>
            {hidden}
            <fieldset class="card">
                <legend>{t!("和谁结对，什么形式")}</legend>
                {whom}
                {radios(form, "form", (t!("形式"), None), forms)}
                {problem(form, "town")}
                {ticks(form, "villages", (t!("村（社区）"), t!("可以选几个。连片包镇不勾选就是全镇的村。")), villages)}
                {problem(form, "enterprise")}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("期限和终止")}</legend>
                {Field::new(form, "first_day", t!("起始日期")).input("date", "none", "off")}
                {Field::new(form, "last_day", t!("截止日期")).hint(t!("最长 10 年，到期可以续约")).input("date", "none", "off")}
                {Field::new(form, "notice_days", t!("终止要提前几天通知")).hint(t!("0 至 365 天，不填按 30 天；写 0 就是可以随时终止")).input("text", "numeric", "off")}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("做什么")}</legend>
                {Field::new(form, "purpose", t!("结对要做成什么")).area(3)}
                {Field::new(form, "enterprise_does", t!("企业做什么")).hint(t!("写事情，不写捐多少钱；捐款另行认捐。")).area(4)}
                {Field::new(form, "places_do", t!("村、镇做什么")).area(4)}
                {ticks(form, "fields", (t!("参与领域"), t!("可以选几个")), choice::fields())}
            </fieldset>
            {joint(form)}
            <fieldset class="card">
                <legend>{t!("自愿和留言")}</legend>
                <ul class="terms">{lines.collect_view()}</ul>
                {enterprise.then(|| tick(form, "voluntary", t!("这份结对完全出于自愿，没有人摊派")))}
                {Field::new(form, "message", t!("给对方的话（可不填）")).hint(t!("只有结对的各方和工商联看得到，不公开。")).area(3)}
            </fieldset>
            <div class="buttons"><button class="button">{purpose.button}</button></div>
        </form>
    }
    .into_any()
}

/// What joint building has to settle.
fn joint(form: &FormState) -> AnyView {
    view! {
        <fieldset class="card">
            <legend>{t!("村企共建才写")}</legend>
            {joint_details(form, t!("份额、分工、用地和手续"))}
        </fieldset>
    }
    .into_any()
}
