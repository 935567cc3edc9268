//! Giving by everybody: links to a charity's own site or to a designated platform, which stand only while certificate,
//! filing and period do. The platform itself takes no gift of anybody.
//!
//! What is shown is judged for today whenever it is read (`domain::fundraising::stands`); what no longer stands is closed by
//! a regular task with a letter; what is open cannot be stored otherwise (constraints of `public_giving`). Deliberately
//! absent: enterprises' gifts under agreement, and counting who followed a link.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::campaigns;
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{CampaignDesk, CampaignReader, GivingSiteKeeper, GivingSiteReader, Origin, Sure};
use crate::mail::{self, Letter, letter};
use domain::api::fundraising::{
    GivingLink, GivingSite, GivingSiteChange, NewGivingSite, NewPublicGiving, PublicGiving,
};
use domain::api::{Count, List};
use domain::campaign::{CampaignAct, CampaignStage};
use domain::fundraising::{GivingClosed, GivingKind, GivingSiteInput, check_link, check_opening, stands};
use domain::organisation::{OrganisationKind, Role};
use domain::{CampaignId, GivingSiteId, PublicGivingId};
use serde_json::json;
use sql::Stored;
use sqlx::PgConnection;

/// Links of one campaign that are read, closed ones too.
const GIVING_MAX: i64 = 200;
/// Sites that are listed.
const SITES_MAX: i64 = 500;

fn whole<T>(items: Vec<T>) -> List<T> {
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    List { items, next: None, count }
}

/// The links by which everybody may give to a campaign's charities today.
pub async fn list(app: &App, name: &str) -> Result<List<GivingLink>> {
    let mut tx = app.snapshot().await?;
    let id = campaigns::public_id(&mut tx, name).await?;
    let today = app.clock.today();
    let all = sql::of_campaign(&mut tx, id, GIVING_MAX).await?;
    let stand = all.into_iter().filter(|stored| stands(&stored.facts, today).is_ok());
    Ok(whole(stand.map(|stored| stored.link).collect()))
}

/// One link, judged at this moment: whoever follows it comes by here.
pub async fn link(app: &App, id: PublicGivingId) -> Result<GivingLink> {
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !stored.facts.stage.allows(CampaignAct::ShowPublicly) {
        return Err(Error::NotFound);
    }
    stands(&stored.facts, app.clock.today()).map_err(|why| Error::Conflict(why.to_string()))?;
    Ok(stored.link)
}

fn as_seen(app: &App, stored: Stored) -> PublicGiving {
    let says = stands(&stored.facts, app.clock.today()).err().map(|why| why.to_string());
    PublicGiving {
        link: stored.link,
        opened_at: stored.opened_at,
        closed_at: stored.closed_at,
        closed_because: stored.closed_because,
        says,
    }
}

/// Everything that was ever opened for a campaign, latest first.
pub async fn own(app: &App, _: &CampaignReader, name: &str) -> Result<List<PublicGiving>> {
    let mut tx = app.snapshot().await?;
    let id = campaigns::called(&mut tx, name).await?;
    let all = sql::of_campaign(&mut tx, id, GIVING_MAX).await?;
    Ok(whole(all.into_iter().map(|stored| as_seen(app, stored)).collect()))
}

/// Whether any link of a campaign is open.
pub async fn any_open(tx: &mut PgConnection, campaign: CampaignId) -> Result<bool> {
    Ok(sql::any_open(tx, campaign).await?)
}

async fn one(app: &App, id: PublicGivingId) -> Result<PublicGiving> {
    let mut tx = app.snapshot().await?;
    Ok(as_seen(app, sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?))
}

/// Opens a way of giving, on what is recorded of the charity now. The same id and content again gives the same answer.
pub async fn open(
    app: &App,
    Sure(desk): &Sure<CampaignDesk>,
    name: &str,
    new: &NewPublicGiving,
) -> Result<PublicGiving> {
    let new = NewPublicGiving { url: new.url.trim().to_owned(), ..new.clone() };
    let mut tx = app.begin().await?;
    let (id, stage) = campaigns::setup::locked(&mut tx, name, CampaignAct::KeepRecords).await?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        tx.rollback().await?;
        let same = known.campaign == id && known.asked() == new;
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        return if same { one(app, new.id).await } else { Err(other()) };
    }
    if stage > CampaignStage::Collecting {
        return Err(Error::Conflict(format!("活动现在是“{}”，不能再打开捐赠链接", stage.label())));
    }
    let site = sql::site(&mut tx, new.site).await?.filter(|site| site.active);
    let site = site.ok_or_else(|| Error::invalid("site", "请选择名单里的网站"))?;
    if site.site.kind == GivingKind::OwnSite && site.site.charity != Some(new.charity) {
        return Err(Error::invalid("site", "这是另一家慈善组织的网站"));
    }
    check_link(&new.url, &site.site.host)?;
    let rights = sql::rights(&mut tx, id, new.charity).await?;
    let rights = rights.ok_or_else(|| Error::invalid("charity", "请选择接收本次活动捐款的慈善组织"))?;
    let today = app.clock.today();
    let (certificate, filing) = (rights.certificate.as_ref(), rights.filing.as_ref());
    check_opening(certificate, filing, &rights.contact, (new.period, rights.filing_days), today)?;
    let (Some(certificate), Some(filing)) = (&rights.certificate, &rights.filing) else { return Err(Error::NotFound) };
    let on = sql::OpenedOn { certificate, filing, filing_days: rights.filing_days, site: &site.site };
    let inserted = sql::insert(&mut tx, id, &new, &on, (desk.acting.person, app.clock.now())).await;
    if broken(&inserted) == Some("public_giving_pkey") {
        return Err(Error::changed_meanwhile());
    }
    inserted.on_constraint("public_giving_once", || {
        Error::Conflict("这家慈善组织在这个网站的链接已经打开着。要换，请先关闭".into())
    })?;
    let after = json!({
        "organisation": new.charity, "link": new.url, "from": new.period.from, "to": new.period.to,
        "certificate": certificate, "filing": filing
    });
    record(app, &mut tx, desk, ("public_giving_opened", new.id), after).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, new.id).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    desk: &CampaignDesk,
    (verb, id): (&'static str, PublicGivingId),
    after: serde_json::Value,
) -> Result<()> {
    let record =
        Record { verb, subject_kind: "public_giving", subject: id.0, before: None, after: Some(after), reason: None };
    Ok(audit::record(app, tx, &desk.acting, &desk.origin, record).await?)
}

/// Closes a way of giving. Twice is as good as once.
pub async fn close(app: &App, desk: &CampaignDesk, id: PublicGivingId) -> Result<PublicGiving> {
    let mut tx = app.begin().await?;
    let stored = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if stored.closed_at.is_some() {
        tx.rollback().await?;
        return one(app, id).await;
    }
    sql::close(&mut tx, id, GivingClosed::ByOffice, app.clock.now()).await?.one_row_or_conflict()?;
    let after = json!({ "because": GivingClosed::ByOffice });
    record(app, &mut tx, desk, ("public_giving_closed", id), after).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, id).await
}

/// Closes what no longer stands, with a letter to the charity's owners and to the campaign offices. Returns how many that
/// were.
pub async fn close_ended(app: &App) -> Result<usize> {
    let today = app.clock.today();
    let mut connection = app.pool.acquire().await?;
    let open = sql::open(&mut connection).await?;
    drop(connection);
    let mut closed = 0;
    for stored in open {
        let because = stands(&stored.facts, today).err().and_then(domain::fundraising::NoGiving::closes);
        if let Some(because) = because {
            closed += usize::from(close_one(app, &stored, because).await?);
        }
    }
    if closed > 0 {
        app.pages.forget_all();
    }
    Ok(closed)
}

async fn close_one(app: &App, stored: &Stored, because: GivingClosed) -> Result<bool> {
    let id = stored.link.id;
    let mut tx = app.begin().await?;
    if sql::close(&mut tx, id, because, app.clock.now()).await?.rows_affected() == 0 {
        // The office was faster.
        return Ok(false);
    }
    let record = Record {
        verb: "public_giving_closed",
        subject_kind: "public_giving",
        subject: id.0,
        before: None,
        after: Some(json!({ "because": because })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, &Origin::default(), record).await?;
    let letter = |path: String| {
        Letter::PublicGivingClosed(letter::fundraising::PublicGivingClosed {
            campaign: stored.link.campaign_name.clone(),
            charity: stored.link.charity_name.clone(),
            site: stored.link.site_name.clone(),
            because,
            period: stored.link.period,
            certificate: stored.link.certificate.clone(),
            filing: stored.link.filing.clone(),
            path,
        })
    };
    let public = letter(format!("/campaigns/{}", stored.link.campaign_code));
    mail::write_to(&mut tx, app, (stored.link.charity, &[Role::CharityOwner]), &public).await?;
    let office = letter(format!("/work/campaigns/{}", stored.campaign));
    for organisation in sql::offices(&mut tx, OrganisationKind::CampaignOffice).await? {
        mail::write_to(&mut tx, app, (organisation, &[Role::OfficeOwner, Role::CampaignOffice]), &office).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The sites that are listed.
pub async fn sites(app: &App, _: &GivingSiteReader) -> Result<List<GivingSite>> {
    let mut connection = app.pool.acquire().await?;
    Ok(whole(sql::sites(&mut connection, SITES_MAX).await?))
}

async fn one_site(app: &App, id: GivingSiteId) -> Result<GivingSite> {
    let mut connection = app.pool.acquire().await?;
    sql::site(&mut connection, id).await?.ok_or(Error::NotFound)
}

async fn record_site(
    app: &App,
    tx: &mut PgConnection,
    keeper: &GivingSiteKeeper,
    (verb, id): (&'static str, GivingSiteId),
    (before, after): (Option<serde_json::Value>, serde_json::Value),
) -> Result<()> {
    let record = Record { verb, subject_kind: "giving_site", subject: id.0, before, after: Some(after), reason: None };
    Ok(audit::record(app, tx, &keeper.acting, &keeper.origin, record).await?)
}

/// Lists a site. The same id and content again gives the same answer.
pub async fn list_site(app: &App, keeper: &GivingSiteKeeper, new: &NewGivingSite) -> Result<GivingSite> {
    let site = new.site.tidied();
    site.check()?;
    let mut tx = app.begin().await?;
    if let Some(known) = sql::site(&mut tx, new.id).await? {
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        return if known.site == site { Ok(known) } else { Err(other()) };
    }
    if let Some(charity) = site.charity
        && !sql::is_charity(&mut tx, charity).await?
    {
        return Err(Error::invalid("site_charity", "请选择已认证的慈善组织"));
    }
    let inserted = sql::insert_site(&mut tx, new.id, &site, app.clock.now()).await;
    inserted.on_constraint("giving_site_once", || Error::invalid("host", "这个网站已经在名单里"))?;
    record_site(app, &mut tx, keeper, ("giving_site_listed", new.id), (None, json!(site))).await?;
    tx.commit().await?;
    one_site(app, new.id).await
}

/// Says otherwise how a listed site is called, and whether gifts may be sent there.
pub async fn change_site(
    app: &App,
    keeper: &GivingSiteKeeper,
    id: GivingSiteId,
    change: &GivingSiteChange,
) -> Result<GivingSite> {
    let mut tx = app.begin().await?;
    let known = sql::site(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let site = GivingSiteInput { name: change.name.clone(), source: change.source.clone(), ..known.site.clone() };
    let site = site.tidied();
    site.check()?;
    if known.site == site && known.active == change.active {
        return Ok(known);
    }
    sql::change_site(&mut tx, id, change.version, (&site, change.active)).await?.one_row_or_conflict()?;
    let before = json!({ "name": known.site.name, "source": known.site.source, "active": known.active });
    let after = json!({ "name": site.name, "source": site.source, "active": change.active });
    record_site(app, &mut tx, keeper, ("giving_site_changed", id), (Some(before), after)).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one_site(app, id).await
}
