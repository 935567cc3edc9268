//! Donation agreements: the text of a pledge's agreement as it was shown, what each side says to it, the stamped paper.
//!
//! Texts are added, never changed; another text, also because the pledge was shown or pointed otherwise meanwhile, takes
//! back what was said to the one before. The pledge's row is locked before anything is written. Deliberately absent: a
//! signature, and another amount than the pledge's.

mod http;
mod papers;
mod sql;
mod text;

pub use http::routes;
pub use papers::{accept, send};

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::gift_papers::Scope;
use crate::http::caller::{
    AgreementParty, AgreementReader, AgreementSigner, CharityMaker, CharityStaff, Enterprise, Origin, Sure,
};
use crate::mail::letter::gift::{GiftNews, News};
use crate::mail::{self, Letter};
use crate::{pledges, receipts};
use domain::agreement::{
    AGREEMENT_TEXTS_MAX, AgreementFacts, AgreementNotNow, AgreementSide, AgreementWay, check_extra, check_signer,
    is_whole,
};
use domain::api::Count;
use domain::api::agreements::{
    AgreementConfirmed, AgreementList, AgreementQuery, AgreementRights, ConfirmDonation, GiftAgreement, NewAgreement,
    WriteAgreement,
};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{AgreementId, PersonId, PledgeId};
use serde_json::json;
use sql::Stored;
use sqlx::PgConnection;

/// Agreements on one page of a list.
const PAGE: usize = 30;
/// Who of a charity is written to.
const OF_CHARITY: &[Role] = &[Role::CharityMaker, Role::CharityChecker, Role::CharityOwner];

/// For which side somebody acts; none for the auditor.
fn side_of(acting: &Acting) -> Option<AgreementSide> {
    if Enterprise::ROLES.contains(&acting.role) {
        Some(AgreementSide::Enterprise)
    } else if CharityStaff::ROLES.contains(&acting.role) {
        Some(AgreementSide::Charity)
    } else {
        None
    }
}

/// An agreement and its pledge, both locked, as one of its sides has them in hand.
struct Held {
    stored: Stored,
    pledge: pledges::Locked,
    side: AgreementSide,
}

impl Held {
    async fn lock(tx: &mut PgConnection, acting: &Acting, id: AgreementId) -> Result<Self> {
        let pledge = sql::pledge_of(tx, id).await?.ok_or(Error::NotFound)?;
        let (pledge, side) = own_pledge(tx, acting, pledge).await?;
        let stored = sql::lock(tx, id).await?.ok_or(Error::NotFound)?;
        Ok(Held { stored, pledge, side })
    }

    fn open(&self) -> Result<()> {
        let facts = AgreementFacts { pledge: self.pledge.status, made: self.stored.agreed_at.is_some() };
        facts.check().map_err(not_now)
    }
}

fn not_now(error: AgreementNotNow) -> Error {
    Error::Conflict(error.to_string())
}

/// A pledge that somebody's side made or got, locked.
async fn own_pledge(tx: &mut PgConnection, acting: &Acting, id: PledgeId) -> Result<(pledges::Locked, AgreementSide)> {
    let side = side_of(acting).ok_or(Error::NotFound)?;
    let pledge = pledges::lock(tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let own = match side {
        AgreementSide::Enterprise => pledge.enterprise,
        AgreementSide::Charity => pledge.charity,
    };
    if own == acting.organisation { Ok((pledge, side)) } else { Err(Error::NotFound) }
}

/// Asks for an agreement. The same id and content again gives the same answer; other content is a conflict.
pub async fn ask(app: &App, party: &AgreementParty, new: &NewAgreement) -> Result<GiftAgreement> {
    check_extra(&new.extra)?;
    let acting = &party.acting;
    let extra = new.extra.trim();
    let mut tx = app.begin().await?;
    let (pledge, side) = own_pledge(&mut tx, acting, new.pledge).await?;
    if let Some(known) = sql::of_pledge(&mut tx, new.pledge).await? {
        let same = known == new.id && sql::first_extra(&mut tx, known).await?.as_deref() == Some(extra);
        tx.rollback().await?;
        let twice = || Error::Conflict("这笔认捐已经有一份捐赠协议，请打开它继续办".into());
        return if same { get(app, acting, known).await } else { Err(twice()) };
    }
    AgreementFacts { pledge: pledge.status, made: pledge.agreed }.check().map_err(not_now)?;
    let inserted = sql::insert(&mut tx, new, acting, app.clock.now()).await;
    inserted.on_constraint("donation_agreement_pkey", || {
        Error::Conflict("这个编号已经记录过别的协议，请重新打开页面再提交".into())
    })?;
    text::write(app, &mut tx, (new.id, &pledge), (1, extra), Some(acting)).await?;
    let after = json!({ "pledge": new.pledge, "number": 1 });
    record(app, &mut tx, (acting, &party.origin), ("agreement_asked", new.id), after).await?;
    let held = Held { stored: sql::lock(&mut tx, new.id).await?.ok_or(Error::NotFound)?, pledge, side };
    tell(app, &mut tx, &held, &[side.other()], News::AgreementAsked { by: own_name(&held) }).await?;
    tx.commit().await?;
    get(app, acting, new.id).await
}

/// Another text: what the sides agree on besides. The same words again change nothing.
pub async fn write(app: &App, party: &AgreementParty, id: AgreementId, new: &WriteAgreement) -> Result<GiftAgreement> {
    check_extra(&new.extra)?;
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, id).await?;
    held.open()?;
    if held.stored.extra == new.extra.trim() {
        tx.rollback().await?;
        return get(app, acting, id).await;
    }
    if held.stored.number != new.number {
        return Err(Error::changed_meanwhile());
    }
    write_next(app, &mut tx, &held, new.extra.trim(), (Some(acting), &party.origin)).await?;
    tell(app, &mut tx, &held, &[held.side.other()], News::AgreementChanged { by: own_name(&held) }).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// The next text of an agreement: what was said to the one before counts no more.
async fn write_next(
    app: &App,
    tx: &mut PgConnection,
    held: &Held,
    extra: &str,
    (by, origin): (Option<&Acting>, &Origin),
) -> Result<()> {
    let number = held.stored.number + 1;
    if number > AGREEMENT_TEXTS_MAX {
        return Err(not_now(AgreementNotNow::TooManyTexts));
    }
    let id = held.stored.id;
    text::write(app, tx, (id, &held.pledge), (number, extra), by).await?;
    sql::set_number(tx, &held.stored, number, app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "agreement_written",
        subject_kind: "agreement",
        subject: id.0,
        before: Some(json!({ "number": held.stored.number })),
        after: Some(json!({ "number": number })),
        reason: None,
    };
    let (person, organisation) = (by.map(|acting| acting.person), by.map(|acting| acting.organisation));
    audit::record_as(app, tx, person, organisation, origin, record).await?;
    Ok(())
}

/// A side confirms the text that it has read. When both have, the agreement is made. Twice is as good as once.
pub async fn confirm(
    app: &App,
    Sure(signer): &Sure<AgreementSigner>,
    id: AgreementId,
    seen: &ConfirmDonation,
) -> Result<GiftAgreement> {
    let acting = &signer.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, id).await?;
    let known = sql::confirmations(&mut tx, id, held.stored.number).await?;
    let people: Vec<(AgreementSide, PersonId)> = known.iter().map(|one| (one.side, one.person)).collect();
    let read_it = held.stored.hash == seen.hash;
    if read_it && people.iter().any(|(side, _)| *side == held.side) {
        tx.rollback().await?;
        return get(app, acting, id).await;
    }
    held.open()?;
    if !read_it {
        return Err(Error::changed_meanwhile());
    }
    if text::has_changed(app, &mut tx, &held).await? {
        let extra = held.stored.extra.clone();
        write_next(app, &mut tx, &held, &extra, (None, &signer.origin)).await?;
        tell(app, &mut tx, &held, AgreementSide::ALL, News::AgreementRenewed).await?;
        tx.commit().await?;
        return Err(Error::Conflict("认捐的内容改了，协议书已换成新的一稿，请看过再确认".into()));
    }
    check_signer(held.side, acting.person, &people).map_err(not_now)?;
    sql::insert_confirmation(&mut tx, (id, held.stored.number), held.side, acting, app.clock.now())
        .await
        .on_constraint("donation_agreement_two_people", || not_now(AgreementNotNow::SamePerson))?;
    let after = json!({ "number": held.stored.number, "side": held.side.label() });
    record(app, &mut tx, (acting, &signer.origin), ("agreement_confirmed", id), after).await?;
    let all: Vec<_> = people.into_iter().chain([(held.side, acting.person)]).collect();
    if is_whole(&all) {
        make(app, &mut tx, &held, AgreementWay::Confirmed, (acting, &signer.origin)).await?;
    } else {
        tell(app, &mut tx, &held, &[held.side.other()], News::AgreementConfirmed { by: own_name(&held) }).await?;
    }
    tx.commit().await?;
    get(app, acting, id).await
}

/// The agreement is made: its pledge is an agreed one from now on, and both sides are told.
async fn make(
    app: &App,
    tx: &mut PgConnection,
    held: &Held,
    way: AgreementWay,
    (acting, origin): (&Acting, &Origin),
) -> Result<()> {
    let status = pledges::agree(app, tx, &held.pledge).await?;
    sql::set_made(tx, &held.stored, way, app.clock.now()).await?.one_row_or_conflict()?;
    let after = json!({ "pledge": held.pledge.id, "number": held.stored.number, "status": status.label() });
    record(app, tx, (acting, origin), ("agreement_made", held.stored.id), after).await?;
    tell(app, tx, held, AgreementSide::ALL, News::AgreementMade { way: way.label().to_owned() }).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, AgreementId),
    after: serde_json::Value,
) -> Result<()> {
    let record =
        Record { verb, subject_kind: "agreement", subject: id.0, before: None, after: Some(after), reason: None };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

fn own_name(held: &Held) -> String {
    match held.side {
        AgreementSide::Enterprise => held.stored.enterprise_name.clone(),
        AgreementSide::Charity => held.stored.charity_name.clone(),
    }
}

/// Writes to sides of an agreement.
async fn tell(app: &App, tx: &mut PgConnection, held: &Held, sides: &[AgreementSide], news: News) -> Result<()> {
    let stored = &held.stored;
    let letter = Letter::Gift(GiftNews {
        reference: stored.reference.to_string(),
        enterprise: stored.enterprise_name.clone(),
        charity: stored.charity_name.clone(),
        campaign: stored.campaign_name.clone(),
        amount: held.pledge.amount,
        news,
        path: format!("/agreements/{}", stored.id),
    });
    for side in sides {
        let readers = match side {
            AgreementSide::Enterprise => (held.pledge.enterprise, Enterprise::ROLES),
            AgreementSide::Charity => (held.pledge.charity, OF_CHARITY),
        };
        mail::write_to(tx, app, readers, &letter).await?;
    }
    Ok(())
}

/// The agreements of the caller's enterprise or charity, latest first.
pub async fn list(app: &App, reader: &AgreementReader, query: &AgreementQuery) -> Result<AgreementList> {
    let acting = &reader.acting;
    let scope = Scope::of(acting)?;
    let after = query.after.as_deref().map(str::parse::<AgreementId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let pledge = query.pledge.as_deref().map(str::parse::<PledgeId>).transpose();
    let pledge = pledge.map_err(|_| Error::invalid("pledge", "没有认出这笔认捐"))?;
    let filter = sql::Filter { side: side_of(acting), waiting: query.waiting == Some(true), pledge, after };
    let mut tx = app.snapshot().await?;
    let mut rows = sql::list(&mut tx, &scope, &filter, i64::try_from(PAGE + 1).unwrap_or(i64::MAX)).await?;
    let waits = match side_of(acting) {
        Some(side) => sql::waiting(&mut tx, acting.organisation, side).await?.count,
        None => 0,
    };
    let next = if rows.len() > PAGE { rows.get(PAGE - 1).map(|row| row.id.to_string()) } else { None };
    rows.truncate(PAGE);
    Ok(AgreementList { items: rows, next, waiting: Count::capped(waits) })
}

/// One agreement, for its sides and the auditor.
pub async fn get(app: &App, acting: &Acting, id: AgreementId) -> Result<GiftAgreement> {
    let (scope, side) = (Scope::of(acting)?, side_of(acting));
    let mut tx = app.snapshot().await?;
    let row = sql::row(&mut tx, &scope, side, id).await?.ok_or(Error::NotFound)?;
    let texts = sql::texts(&mut tx, id).await?;
    let (hash, extra) = sql::current(&mut tx, id).await?;
    let confirmed = sql::confirmations(&mut tx, id, row.number).await?;
    let signs = AgreementSigner::ROLES.contains(&acting.role);
    let writes = Enterprise::ROLES.contains(&acting.role) || CharityMaker::ROLES.contains(&acting.role);
    let facts = AgreementFacts { pledge: row.pledge_status, made: row.agreed_at.is_some() };
    let open = side.is_some() && facts.check().is_ok();
    let said = confirmed.iter().any(|one| Some(one.side) == side);
    let papers = papers::of(&mut tx, (id, row.number), side.filter(|_| open && signs), acting.person).await?;
    let may = AgreementRights { write: open && writes, confirm: open && signs && !said };
    let confirmed = confirmed.into_iter().map(|one| AgreementConfirmed { side: one.side, at: one.at }).collect();
    Ok(GiftAgreement { row, hash, extra, side, confirmed, texts, papers, may })
}

/// The text that is talked about as a PDF.
pub async fn pdf(app: &App, reader: &AgreementReader, id: AgreementId) -> Result<Vec<u8>> {
    let scope = Scope::of(&reader.acting)?;
    let mut connection = app.pool.acquire().await?;
    sql::row(&mut connection, &scope, side_of(&reader.acting), id).await?.ok_or(Error::NotFound)?;
    let (hash, text) = sql::printed(&mut connection, id).await?;
    drop(connection);
    let agreement = serde_json::from_str(&text).map_err(|wrong| Error::Internal(wrong.into()))?;
    Ok(receipts::donation_pdf(&app.typesetter, &agreement, &hash).await?)
}

/// What of agreements waits for a side.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    let Some(side) = side_of(acting) else { return Ok(Waiting::default()) };
    Ok(sql::waiting(tx, acting.organisation, side).await?)
}
