//! The office's desk: a campaign is set up, its charities and partners are recorded, and it goes from stage to stage.
//!
//! There is one campaign a year and one programme, so every campaign office works on every campaign; its row is locked
//! before anything of it is written, and each change counts its version up. Deliberately absent: what the installation
//! itself sets up (the room's own door), and changing anything that a pledge was made under.

mod sql;

use super::sql as room;
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::fundraising;
use crate::http::caller::{CampaignDesk, CampaignReader, Sure};
use domain::CampaignId;
use domain::api::campaigns::setup::{
    CampaignDossier, CampaignSetupChange, CampaignSetupRow, CharityChange, DossierCharity, DossierRights,
    NewCampaignSetup, NextStage, PartnerChange, Receiver, StageStep, WhichCharity, WhichPartner,
};
use domain::api::{Count, List};
use domain::campaign::setup::{CampaignCharity, CampaignReadiness, CampaignSetup, PARTIES_MAX, lacking};
use domain::campaign::{CampaignAct, CampaignStage};
use domain::organisation::Acting;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Campaigns in one list; there is one a year.
const LIST_MAX: i64 = 50;
/// Charities to choose from.
const RECEIVERS_MAX: i64 = 200;

/// All campaigns, newest first.
pub async fn list(app: &App, _: &CampaignReader) -> Result<List<CampaignSetupRow>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::all(&mut connection, LIST_MAX).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Charities that are verified and have an account.
pub async fn receivers(app: &App, _: &CampaignDesk) -> Result<List<Receiver>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::receivers(&mut connection, RECEIVERS_MAX).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Everything that the office sees of a campaign.
pub async fn get(app: &App, reader: &CampaignReader, name: &str) -> Result<CampaignDossier> {
    dossier(app, &reader.acting, name).await
}

async fn dossier(app: &App, acting: &Acting, name: &str) -> Result<CampaignDossier> {
    let mut tx = app.snapshot().await?;
    let id = room::called(&mut tx, name).await?.ok_or(Error::NotFound)?;
    let stored = sql::stored(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let known = readiness(&mut tx, id, &stored.setup).await?;
    let next = CampaignStage::ALL.iter().filter(|next| stored.stage.may_become(**next)).map(|next| NextStage {
        stage: *next,
        lacking: lacking(stored.stage, *next, &known).iter().map(ToString::to_string).collect(),
    });
    let next: Vec<NextStage> = next.collect();
    let office = CampaignDesk::ROLES.contains(&acting.role);
    let may = |act| office && stored.stage.allows(act);
    Ok(CampaignDossier {
        id,
        version: stored.version,
        stage: stored.stage,
        charities: sql::charities(&mut tx, id, app.clock.today()).await?,
        partners: sql::partners(&mut tx, id).await?,
        listed: super::listed::count(&mut tx, id).await?,
        rehearsed: super::rehearsal::count(&mut tx, id).await?,
        may: DossierRights {
            edit: may(CampaignAct::EditSetup),
            keep_records: may(CampaignAct::KeepRecords),
            list_needs: may(CampaignAct::ListNeeds),
            rehearse: may(CampaignAct::Rehearse),
            set_stage: office && !next.is_empty(),
        },
        next,
        setup: stored.setup,
    })
}

/// What is known of a campaign when it is to go on.
async fn readiness(tx: &mut PgConnection, id: CampaignId, setup: &CampaignSetup) -> Result<CampaignReadiness> {
    let (charities, silent) = sql::parties(tx, id).await?;
    Ok(CampaignReadiness {
        charities: charities > 0,
        contacts: silent == 0,
        rules: !setup.rules.is_empty(),
        rehearsal_left: super::rehearsal::count(tx, id).await? > 0,
        giving_open: fundraising::any_open(tx, id).await?,
        money_on_its_way: room::money_is_on_its_way(tx, id).await?,
        goods_unfinished: room::goods_are_unfinished(tx, id).await?,
    })
}

/// A campaign in a stage that allows this, locked until the transaction ends.
pub async fn locked(tx: &mut PgConnection, name: &str, act: CampaignAct) -> Result<(CampaignId, CampaignStage)> {
    let id = room::called(tx, name).await?.ok_or(Error::NotFound)?;
    let stage = room::stage(tx, id).await?.ok_or(Error::NotFound)?;
    stage.check(act).map_err(|error| Error::Conflict(error.to_string()))?;
    Ok((id, stage))
}

/// Writes down what an office did to a campaign.
pub(super) async fn record(
    app: &App,
    tx: &mut PgConnection,
    desk: &CampaignDesk,
    (verb, id): (&'static str, CampaignId),
    (before, after): (Option<Value>, Value),
) -> Result<()> {
    let record = Record { verb, subject_kind: "campaign", subject: id.0, before, after: Some(after), reason: None };
    Ok(audit::record(app, tx, &desk.acting, &desk.origin, record).await?)
}

fn named_once<T>(done: sqlx::Result<T>) -> Result<T> {
    match broken(&done) {
        Some("campaign_year_once") => Err(Error::invalid("year", "这一年度已经有活动")),
        Some("campaign_code_once") => Err(Error::invalid("code", "这个代号已经用过，请换一个")),
        Some("public_giving_filing_days") => {
            Err(Error::Conflict("还有打开着的个人捐赠链接，不能改备案提前的天数。请先关闭链接".into()))
        }
        _ => Ok(done?),
    }
}

/// Sets up the campaign of a year. The same id and content again gives the same answer.
pub async fn create(app: &App, desk: &CampaignDesk, new: &NewCampaignSetup) -> Result<CampaignDossier> {
    let setup = new.setup.tidied();
    setup.check()?;
    let mut tx = app.begin().await?;
    let inserted = sql::insert(&mut tx, new.id, &setup, app.clock.now()).await;
    if broken(&inserted) == Some("campaign_pkey") {
        tx.rollback().await?;
        let mut connection = app.pool.acquire().await?;
        let same = sql::stored(&mut connection, new.id).await?.is_some_and(|known| known.setup == setup);
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        return if same { dossier(app, &desk.acting, &new.id.to_string()).await } else { Err(other()) };
    }
    named_once(inserted)?;
    let after = json!({ "status": CampaignStage::Draft, "version": 1 });
    record(app, &mut tx, desk, ("campaign_set_up", new.id), (None, after)).await?;
    tx.commit().await?;
    dossier(app, &desk.acting, &new.id.to_string()).await
}

/// Says otherwise what the campaign is. What is so already changes nothing.
pub async fn change(
    app: &App,
    desk: &CampaignDesk,
    name: &str,
    change: &CampaignSetupChange,
) -> Result<CampaignDossier> {
    let setup = change.setup.tidied();
    setup.check()?;
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::EditSetup).await?;
    let stored = sql::stored(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if stored.setup == setup {
        tx.rollback().await?;
        return dossier(app, &desk.acting, &id.to_string()).await;
    }
    named_once(sql::change(&mut tx, id, change.version, &setup).await)?.one_row_or_conflict()?;
    let (before, after) = differing(&stored.setup, &setup)?;
    record(app, &mut tx, desk, ("campaign_changed", id), (Some(before), after)).await?;
    tx.commit().await?;
    dossier(app, &desk.acting, &id.to_string()).await
}

/// The fields that differ, as they were and as they are.
fn differing(old: &CampaignSetup, new: &CampaignSetup) -> Result<(Value, Value)> {
    let (old, new) = (json!(old), json!(new));
    let (Value::Object(mut old), Value::Object(mut new)) = (old, new) else {
        return Err(Error::Internal(anyhow::anyhow!("a set-up is no object")));
    };
    let same: Vec<String> =
        old.iter().filter(|(name, value)| new.get(*name) == Some(*value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        old.remove(&name);
        new.remove(&name);
    }
    Ok((Value::Object(old), Value::Object(new)))
}

/// Takes a campaign to another stage, if nothing is lacking for it.
pub async fn set_stage(
    app: &App,
    Sure(desk): &Sure<CampaignDesk>,
    name: &str,
    step: StageStep,
) -> Result<CampaignDossier> {
    let StageStep { from, to } = step;
    let mut tx = app.begin().await?;
    let id = room::called(&mut tx, name).await?.ok_or(Error::NotFound)?;
    let now = room::stage(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if now == to {
        // Asked for twice.
        tx.rollback().await?;
        return dossier(app, &desk.acting, &id.to_string()).await;
    }
    if now != from || !now.may_become(to) {
        let (now, to) = (now.label(), to.label());
        return Err(Error::Conflict(format!("活动现在是“{now}”，不能改为“{to}”")));
    }
    let stored = sql::stored(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let known = readiness(&mut tx, id, &stored.setup).await?;
    let lacking: Vec<String> = lacking(now, to, &known).iter().map(ToString::to_string).collect();
    if !lacking.is_empty() {
        return Err(Error::Conflict(format!("还不能改为“{}”：{}", to.label(), lacking.join("；"))));
    }
    room::set_stage(&mut tx, id, now, to).await?.one_row_or_conflict()?;
    let moved = (Some(json!({ "status": now })), json!({ "status": to }));
    record(app, &mut tx, desk, ("campaign_stage_set", id), moved).await?;
    tx.commit().await?;
    app.pages.forget_all();
    dossier(app, &desk.acting, &id.to_string()).await
}

/// Adds a charity, or records its rights anew. While the campaign is set up everything of it can change, later only what
/// is a record: certificate, filing, contact.
pub async fn set_charity(
    app: &App,
    desk: &CampaignDesk,
    name: &str,
    change: &CharityChange,
) -> Result<CampaignDossier> {
    let asked = change.charity.tidied();
    asked.check(app.clock.today())?;
    let mut tx = app.begin().await?;
    let (id, stage) = locked(&mut tx, name, CampaignAct::KeepRecords).await?;
    asked.check_contact(stage)?;
    let known = sql::charities(&mut tx, id, app.clock.today()).await?;
    let before = known.iter().find(|own| own.charity.id == asked.charity);
    if before.is_some_and(|own| recorded(own) == asked) {
        // Sent twice.
        tx.rollback().await?;
        return dossier(app, &desk.acting, &id.to_string()).await;
    }
    if before.is_none_or(|own| own.bank_account != asked.bank_account) {
        stage.check(CampaignAct::EditSetup).map_err(|error| Error::Conflict(error.to_string()))?;
    }
    if before.is_none() && known.len() >= PARTIES_MAX {
        return Err(Error::invalid("charity", "一次活动最多 50 家慈善组织"));
    }
    if !sql::is_receiver(&mut tx, &asked).await? {
        return Err(Error::invalid("bank_account", "请选择已认证的慈善组织和它自己的收款账户"));
    }
    sql::count_up(&mut tx, id, change.version).await?.one_row_or_conflict()?;
    let written = sql::set_charity(&mut tx, id, &asked).await;
    written.on_constraint("public_giving_qualification", || {
        Error::Conflict("按原来的资格和备案打开的个人捐赠链接还开着。请先关闭链接，再改资格或备案，然后重新打开".into())
    })?;
    let was = before.map(|own| json!({ "organisation": own.charity.id, "certificate": own.charity.certificate, "filing": own.charity.filing }));
    let after = json!({ "organisation": asked.charity, "certificate": asked.certificate, "filing": asked.filing, "tax": asked.tax });
    record(app, &mut tx, desk, ("campaign_charity_set", id), (was, after)).await?;
    tx.commit().await?;
    dossier(app, &desk.acting, &id.to_string()).await
}

/// A charity as it was asked for.
fn recorded(own: &DossierCharity) -> CampaignCharity {
    CampaignCharity {
        charity: own.charity.id,
        bank_account: own.bank_account,
        certificate: own.charity.certificate.clone(),
        tax: own.charity.tax,
        filing: own.charity.filing.clone(),
        contact: own.charity.contact.clone(),
    }
}

/// Takes a charity out, if nothing was pledged or given through it.
pub async fn remove_charity(
    app: &App,
    desk: &CampaignDesk,
    name: &str,
    which: WhichCharity,
) -> Result<CampaignDossier> {
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::EditSetup).await?;
    sql::count_up(&mut tx, id, which.version).await?.one_row_or_conflict()?;
    let removed = sql::remove_charity(&mut tx, id, which.charity).await;
    let used = matches!(&removed, Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation());
    if used {
        return Err(Error::Conflict("已经有认捐、到账或捐赠链接经过这家慈善组织，不能移出活动".into()));
    }
    removed?.one_row_or_conflict()?;
    let before = Some(json!({ "organisation": which.charity }));
    record(app, &mut tx, desk, ("campaign_charity_removed", id), (before, json!({}))).await?;
    tx.commit().await?;
    dossier(app, &desk.acting, &id.to_string()).await
}

/// Adds a partner, or records anew what was agreed and evaluated.
pub async fn set_partner(
    app: &App,
    desk: &CampaignDesk,
    name: &str,
    change: &PartnerChange,
) -> Result<CampaignDossier> {
    let partner = change.partner.tidied();
    partner.check(app.clock.today())?;
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::KeepRecords).await?;
    let known = sql::partners(&mut tx, id).await?;
    let before = known.iter().find(|own| own.id == change.id);
    if before.is_some_and(|own| own.partner == partner) {
        tx.rollback().await?;
        return dossier(app, &desk.acting, &id.to_string()).await;
    }
    if before.is_none() && known.len() >= PARTIES_MAX {
        return Err(Error::invalid("partner_name", "一次活动最多 50 个合作方"));
    }
    sql::count_up(&mut tx, id, change.version).await?.one_row_or_conflict()?;
    // An id of another campaign's partner is nobody's here.
    sql::set_partner(&mut tx, id, change.id, &partner, app.clock.now()).await?.one_row_or_conflict()?;
    let was = before.map(|own| json!(own.partner));
    record(app, &mut tx, desk, ("campaign_partner_set", id), (was, json!(partner))).await?;
    tx.commit().await?;
    dossier(app, &desk.acting, &id.to_string()).await
}

pub async fn remove_partner(
    app: &App,
    desk: &CampaignDesk,
    name: &str,
    which: WhichPartner,
) -> Result<CampaignDossier> {
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::EditSetup).await?;
    let known = sql::partners(&mut tx, id).await?;
    let before = known.iter().find(|own| own.id == which.id).map(|own| json!(own.partner));
    sql::count_up(&mut tx, id, which.version).await?.one_row_or_conflict()?;
    sql::remove_partner(&mut tx, id, which.id).await?.one_row_or_conflict()?;
    record(app, &mut tx, desk, ("campaign_partner_removed", id), (before, json!({}))).await?;
    tx.commit().await?;
    dossier(app, &desk.acting, &id.to_string()).await
}
