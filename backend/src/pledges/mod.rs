//! Pledges: an enterprise promises, follows what arrived, and everybody reads what the giver shows.
//!
//! A pledge is not money: nothing here touches the ledger; what arrives is written by `arrivals` through
//! [`book_arrivals`]. Deliberately absent: a target for anybody, and pledges by private persons.

mod agreed;
mod claimed;
pub mod designations;
mod display;
mod http;
pub mod instalments;
mod outstanding;
mod sql;
mod waived;

pub use agreed::{agree, purposes};
pub use claimed::insert as insert_claimed;
pub use designations::designate;
pub use display::{change as change_display, history as display_history};
pub use http::routes;
pub use outstanding::{need_titles, outstanding};
pub use waived::waive;

use crate::app::App;
use crate::audit::{self, Record};
use crate::campaigns;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Audit, Caller, CharityMaker, CharityStaff, Enterprise, Federation, Giver, Sure};
use crate::mail::letter::correction::ArrivalCorrected;
use crate::mail::letter::pledge::PledgeCancelled;
use crate::mail::letter::{ArrivalConfirmed, NamedNeed, PledgeMade};
use crate::mail::{self, Letter};
use crate::{on_behalf, people, receipts};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::campaigns::PublicPledge;
use domain::api::money::NeedMoney;
use domain::api::pledges::{CancelPledge, NewPledge, Pledge, PledgeDesignation, Trail};
use domain::api::{Count, List};
use domain::campaign::legal_day;
use domain::four::FourNumbers;
use domain::need::NeedStatus;
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::pledge::{
    CancelFacts, Designation, DisplayChoice, Fulfilment, PledgeFacts, PledgeReference, PledgeStatus, PublicDisplay,
    Restriction, check_cancel_reason,
};
use domain::todo::Waiting;
use domain::{Fen, NeedId, OnBehalfId, OrganisationId, PledgeId, UnknownWord};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Rows of one's own list.
const LIST_MAX: i64 = 500;
/// How to pay, and what became of the money, is told by mail.
const CONFIRM_FIRST: &str = "认捐前请先确认您的邮箱：到“我的账号”让我们再发一封确认邮件，打开里面的链接";

/// Makes a pledge. The same id and content again gives the same answer; other content is a conflict.
pub async fn create(app: &App, enterprise: &Enterprise, new: &NewPledge) -> Result<Pledge> {
    create_claiming(app, enterprise, new, None).await
}

/// The same, which answers a note of what the enterprise is said to have promised, where there is one.
pub async fn create_claiming(
    app: &App,
    enterprise: &Enterprise,
    new: &NewPledge,
    claimed: Option<OnBehalfId>,
) -> Result<Pledge> {
    let mut tx = app.begin().await?;
    if !people::email::is_confirmed(&mut tx, enterprise.acting.person).await? {
        return Err(Error::Forbidden(CONFIRM_FIRST));
    }
    let campaign = campaigns::of_charity(&mut tx, new.campaign, new.charity).await?;
    let campaign = campaign.ok_or_else(|| Error::invalid("charity", "请选择接收本次活动捐款的慈善组织"))?;
    let need_open = match new.input.need {
        Some(need) => sql::need_status(&mut tx, need).await?.is_some_and(NeedStatus::takes_pledges),
        None => false,
    };
    let facts = PledgeFacts { campaign: campaign.stage, need_open, today: app.clock.today() };
    let standing = designations::check(app, &mut tx, enterprise.acting.organisation, &new.input).await?;
    let choice = match (new.input.check(facts), standing.none_or_err()) {
        (Ok(choice), Ok(())) => choice,
        // What was recorded stays true when the campaign has closed meanwhile.
        (choice, standing) => {
            let problems = [choice.err(), standing.err()].into_iter().flatten().flatten().collect();
            tx.rollback().await?;
            return repeated(app, enterprise, new)
                .await
                .map_err(|error| error.unless_conflict(Error::Invalid(problems)));
        }
    };
    let number = u64::try_from(sql::next_number(&mut tx).await?).unwrap_or(u64::MAX);
    let reference = PledgeReference::from_number(number).map_err(|error| Error::Conflict(error.to_string()))?;
    let inserted = sql::insert(&mut tx, new, choice, reference, &enterprise.acting, app.clock.now()).await;
    let inserted = inserted.on_constraint("pledge_pkey", || Error::Conflict(String::new()));
    if matches!(inserted, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        return repeated(app, enterprise, new).await;
    }
    inserted?;
    let rows = new.input.rows();
    designations::write(&mut tx, new.id, &rows).await?;
    instalments::plan(app, &mut tx, new.id, &new.input).await?;
    let record = Record {
        verb: "pledged",
        subject_kind: "pledge",
        subject: new.id.0,
        before: None,
        after: Some(json!({
            "status": PledgeStatus::Pledged,
            "amount_fen": new.input.amount,
            "designations": rows,
        })),
        reason: None,
    };
    audit::record(app, &mut tx, &enterprise.acting, &enterprise.origin, record).await?;
    if let Some(note) = claimed {
        on_behalf::tie(app, &mut tx, enterprise, (note, new.id)).await?;
    }
    let made = tell_pledge(app, &mut tx, new.id).await?;
    tx.commit().await?;
    Ok(made)
}

/// The enterprise takes its pledge back, before any agreement and before any money: it counts nowhere from then on.
pub async fn cancel(
    app: &App,
    Sure(enterprise): &Sure<Enterprise>,
    id: PledgeId,
    why: &CancelPledge,
) -> Result<Pledge> {
    check_cancel_reason(&why.reason)?;
    let (acting, reason) = (&enterprise.acting, why.reason.trim());
    let mut tx = app.begin().await?;
    let pledge = sql::lock(&mut tx, &[id]).await?.into_iter().next();
    let own = pledge.filter(|pledge| pledge.enterprise == acting.organisation).ok_or(Error::NotFound)?;
    let matched = sql::is_matched(&mut tx, id).await?;
    let facts = CancelFacts { status: own.status, arrived: own.arrived, matched };
    facts.check().map_err(|error| Error::Conflict(error.to_string()))?;
    sql::set_cancelled(&mut tx, &own, reason, app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "pledge_cancelled",
        subject_kind: "pledge",
        subject: id.0,
        before: Some(json!({ "status": own.status })),
        after: Some(json!({ "status": PledgeStatus::Cancelled })),
        reason: Some(reason),
    };
    audit::record(app, &mut tx, acting, &enterprise.origin, record).await?;
    let told = stored(app, &mut tx, id).await?.pledge;
    let letter = PledgeCancelled {
        need: purpose(&told),
        reference: told.reference.to_string(),
        enterprise: told.enterprise_name,
        campaign: told.campaign_name,
        amount: told.amount_fen,
        reason: reason.to_owned(),
        path: format!("/pledges/{id}"),
    };
    mail::write_to(&mut tx, app, (told.charity, CharityMaker::ROLES), &Letter::PledgeCancelled(letter)).await?;
    tx.commit().await?;
    app.pages.forget_all();
    read(app, &Viewer::from(enterprise), id).await
}

/// Writes to the enterprise how to pay, and gives the new pledge as it reads it.
async fn tell_pledge(app: &App, tx: &mut PgConnection, id: PledgeId) -> Result<Pledge> {
    let pledge = stored(app, tx, id).await?.pledge;
    let pay_to = sql::pay_to(tx, pledge.campaign, pledge.charity).await?;
    let instalments = instalments::of(app, tx, &pledge).await?;
    let made = Pledge { pay_to: Some(pay_to.clone()), instalments, ..pledge.clone() };
    let letter = PledgeMade {
        need: purpose(&pledge),
        reference: pledge.reference.to_string(),
        enterprise: pledge.enterprise_name,
        campaign: pledge.campaign_name,
        charity: pledge.charity_name,
        amount: pledge.amount_fen,
        account_name: pay_to.holder,
        bank: pay_to.bank,
        account_no: pay_to.account_no,
        path: format!("/pledges/{id}"),
    };
    mail::write_to(tx, app, (pledge.enterprise, Enterprise::ROLES), &Letter::PledgeMade(letter)).await?;
    Ok(made)
}

/// What of a confirmed bank line belongs to one pledge.
pub struct Arrival {
    pub confirmation_no: i64,
    pub amount: Fen,
    pub booked_on: NaiveDate,
}

/// Writes to the enterprise that money has arrived, with the confirmation letter.
pub async fn tell_arrival(app: &App, tx: &mut PgConnection, id: PledgeId, arrival: Arrival) -> Result<()> {
    let pledge = stored(app, tx, id).await?.pledge;
    let confirmed_on = app.clock.today();
    let letter = ArrivalConfirmed {
        need: purpose(&pledge),
        number: receipts::confirmation_number(confirmed_on, arrival.confirmation_no, pledge.reference),
        enterprise: pledge.enterprise_name,
        reference: pledge.reference.to_string(),
        amount: arrival.amount,
        booked_on: arrival.booked_on,
        confirmed_on,
        campaign: pledge.campaign_name,
        charity: pledge.charity_name,
        path: format!("/pledges/{id}"),
    };
    mail::write_to(tx, app, (pledge.enterprise, Giver::ROLES), &Letter::ArrivalConfirmed(letter)).await
}

/// What of a bank line was a pledge's, and what is now.
pub struct Corrected {
    pub before: Fen,
    pub after: Fen,
    pub booked_on: NaiveDate,
}

/// Writes to the enterprise that what arrived was booked wrongly, and is booked anew.
pub async fn tell_correction(app: &App, tx: &mut PgConnection, id: PledgeId, corrected: Corrected) -> Result<()> {
    let pledge = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
    let letter = ArrivalCorrected {
        reference: pledge.reference.to_string(),
        enterprise: pledge.enterprise_name,
        charity: pledge.charity_name,
        booked_on: corrected.booked_on,
        before: corrected.before,
        after: corrected.after,
        path: format!("/pledges/{id}"),
    };
    mail::write_to(tx, app, (pledge.enterprise, Giver::ROLES), &Letter::ArrivalCorrected(letter)).await
}

/// What a letter says of what a pledge is for: its need, or each of its rows with its amount; none where the charity
/// decides, or its giver will.
fn purpose(pledge: &Pledge) -> Option<NamedNeed> {
    if let Some(need) = &pledge.need {
        return Some(NamedNeed { code: need.code.clone(), title: need.title.clone() });
    }
    let named = pledge.designations.iter().any(|row| row.code.is_some() || row.name != row.target.kind().label());
    let rows = pledge.designations.iter().map(|row| format!("{}（{}）", row.name, row.amount_fen));
    named.then(|| NamedNeed { code: String::new(), title: rows.collect::<Vec<_>>().join("；") })
}

/// A pledge as it is stored, with its rows, and where these lie.
async fn stored(app: &App, tx: &mut PgConnection, id: PledgeId) -> Result<Stored> {
    let mut pledge = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
    let mut places = Vec::new();
    if let Some(mut rows) = designations::of(app, tx, &[id]).await?.remove(&id) {
        places = std::mem::take(&mut rows.places);
        rows.tell(&mut pledge);
    }
    Ok(Stored { pledge, places })
}

struct Stored {
    pledge: Pledge,
    /// The villages and towns that its rows are for.
    places: Vec<PlaceCode>,
}

/// The enterprises whose money has arrived for a need, each once.
pub async fn givers(tx: &mut PgConnection, need: NeedId) -> Result<Vec<OrganisationId>> {
    Ok(sql::givers(tx, need).await?)
}

/// The enterprises that have promised money for a need and still stand by it, each once.
pub async fn pledgers(tx: &mut PgConnection, need: NeedId) -> Result<Vec<OrganisationId>> {
    Ok(sql::pledgers(tx, need).await?)
}

/// What of a need's money was spent, in this transaction.
pub async fn spent(tx: &mut PgConnection, need: NeedId) -> Result<Fen> {
    sql::spent_of_need(tx, need).await?.ok_or(Error::NotFound)
}

/// The answer to an id that exists: the same pledge, if it is the same, and ours.
async fn repeated(app: &App, enterprise: &Enterprise, new: &NewPledge) -> Result<Pledge> {
    match read(app, &Viewer::from(enterprise), new.id).await {
        Ok(pledge) if says_the_same(&pledge, new) && pledge.enterprise == enterprise.acting.organisation => Ok(pledge),
        Err(trouble) if !matches!(trouble, Error::NotFound) => Err(trouble),
        Ok(_) | Err(_) => {
            Err(Error::Conflict("这个编号已经记录过另一笔认捐。请到“我的捐赠”核对；要另外认捐，请重新填写".into()))
        }
    }
}

fn says_the_same(pledge: &Pledge, new: &NewPledge) -> bool {
    let input = &new.input;
    (pledge.campaign, pledge.charity, pledge.amount_fen, pledge.restriction)
        == (new.campaign, new.charity, input.amount, input.restriction)
        && made_for(pledge) == input.rows()
        && Some(pledge.public_display) == input.public_display
        && (pledge.show_amount, pledge.share_with_recipient) == (input.show_amount, input.share_with_recipient)
        && pledge.terms_version == input.terms_version
        && pledge.funding_choice == input.funding_choice
        && pledge.instalments.iter().map(|instalment| instalment.part).collect::<Vec<_>>()
            == input.schedule.map(|schedule| schedule.instalments(input.amount)).unwrap_or_default()
}

/// The rows as they were when the pledge was made: what its giver chose later was not said then.
fn made_for(pledge: &Pledge) -> Vec<Designation> {
    let row = |row: &PledgeDesignation| Designation {
        target: row.made_for.clone().unwrap_or_else(|| row.target.clone()),
        amount: row.amount_fen,
    };
    pledge.designations.iter().map(row).collect()
}

/// What of a caller decides which pledges are read, and whether with the charity's account.
pub struct Viewer {
    enterprise: Option<OrganisationId>,
    charity: Option<OrganisationId>,
    federation: Option<Acting>,
    audit: bool,
}

impl From<&Caller> for Viewer {
    fn from(caller: &Caller) -> Self {
        Viewer {
            enterprise: caller.acting_as(Giver::ROLES).map(|acting| acting.organisation),
            charity: caller.acting_as(CharityStaff::ROLES).map(|acting| acting.organisation),
            federation: caller.acting_as(Federation::ROLES),
            audit: caller.acting_as(Audit::ROLES).is_some(),
        }
    }
}

impl From<&Enterprise> for Viewer {
    fn from(enterprise: &Enterprise) -> Self {
        let enterprise = Some(enterprise.acting.organisation);
        Viewer { enterprise, charity: None, federation: None, audit: false }
    }
}

/// Why somebody may read a pledge.
struct Insight {
    giver: bool,
    charity: bool,
}

impl Viewer {
    /// For its giver, its charity, the federation of a place that it is for, and the auditor.
    fn insight(&self, row: &Stored) -> Result<Insight> {
        let giver = self.enterprise == Some(row.pledge.enterprise);
        let charity = self.charity == Some(row.pledge.charity);
        let place = self.federation.as_ref().and_then(|acting| acting.place.as_ref());
        let federation = place.is_some_and(|place| row.places.iter().any(|lies| place.contains(lies)));
        if giver || charity || federation || self.audit { Ok(Insight { giver, charity }) } else { Err(Error::NotFound) }
    }
}

/// One pledge, for those who may read it; where to pay only for giver and charity.
pub async fn read(app: &App, viewer: &Viewer, id: PledgeId) -> Result<Pledge> {
    let mut tx = app.snapshot().await?;
    let row = stored(app, &mut tx, id).await?;
    let Insight { giver, charity } = viewer.insight(&row)?;
    let mut pledge = row.pledge;
    pledge.arrivals = sql::arrivals(&mut tx, id).await?;
    pledge.instalments = instalments::of(app, &mut tx, &pledge).await?;
    if giver || charity {
        pledge.pay_to = Some(sql::pay_to(&mut tx, pledge.campaign, pledge.charity).await?);
    }
    Ok(pledge)
}

/// What became of a pledge's money, for those who may read the pledge: its steps and the sum of them in one moment.
pub async fn trail(app: &App, viewer: &Viewer, id: PledgeId) -> Result<Trail> {
    let mut tx = app.snapshot().await?;
    let row = stored(app, &mut tx, id).await?;
    viewer.insight(&row)?;
    let steps = sql::trail(&mut tx, id).await?;
    let now = sql::whereabouts(&mut tx, id).await?;
    Ok(Trail { steps, now })
}

/// As [`read`], by the bank reference.
pub async fn read_by_reference(app: &App, viewer: &Viewer, reference: PledgeReference) -> Result<Pledge> {
    let mut connection = app.pool.acquire().await?;
    let id = sql::id_of(&mut connection, reference).await?.ok_or(Error::NotFound)?;
    drop(connection);
    read(app, viewer, id).await
}

/// The pledges of the caller's enterprise, latest first.
pub async fn own(app: &App, giver: &Giver) -> Result<List<Pledge>> {
    let mut tx = app.snapshot().await?;
    let mut rows = sql::of_enterprise(&mut tx, giver.acting.organisation, LIST_MAX).await?;
    let ids: Vec<PledgeId> = rows.iter().map(|pledge| pledge.id).collect();
    let mut designated = designations::of(app, &mut tx, &ids).await?;
    for pledge in &mut rows {
        if let Some(rows) = designated.remove(&pledge.id) {
            rows.tell(pledge);
        }
    }
    let count = Count::capped(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    Ok(List { items: rows, next: None, count })
}

/// The four numbers of a public need, with the pledges that are in them, read in one moment.
pub async fn money_of_need(app: &App, need: NeedId) -> Result<NeedMoney> {
    let mut tx = app.snapshot().await?;
    let today = app.clock.today();
    let of_need = sql::money_of_need(&mut tx, need, today).await?.ok_or(Error::NotFound)?;
    let sql::MoneyOfNeed { money, later, set_aside_by, has_surplus } = of_need;
    let pledges = sql::public_of_need(&mut tx, need, LIST_MAX).await?;
    Ok(NeedMoney { need, money, as_of: app.clock.now(), later, pledges, set_aside_by, has_surplus })
}

/// The four numbers of a public need as everybody reads them on this day, and how many hidden gifts are not in them yet.
pub async fn public_money(tx: &mut PgConnection, need: NeedId, today: NaiveDate) -> Result<(FourNumbers, i64)> {
    let of_need = sql::money_of_need(tx, need, today).await?.ok_or(Error::NotFound)?;
    Ok((of_need.money, of_need.later))
}

/// A pledge as its giver wants everybody to read it.
pub fn public_pledge(
    (id, enterprise): (OrganisationId, &str),
    display: &str,
    show_amount: bool,
    pledged_at: DateTime<Utc>,
    (amount, arrived): (Fen, Fen),
    need: Option<(String, String)>,
) -> std::result::Result<PublicPledge, UnknownWord> {
    let name: PublicDisplay = display.parse()?;
    let choice = DisplayChoice { name, show_amount, share_with_recipient: false };
    Ok(PublicPledge {
        name: choice.public_name(enterprise, false),
        enterprise: (name == PublicDisplay::Name).then_some(id),
        pledged_on: legal_day(pledged_at),
        amount_fen: choice.public_amount(amount),
        arrived_fen: choice.public_amount(arrived),
        need,
    })
}

/// A pledge to which money is being matched or booked.
pub struct Locked {
    pub id: PledgeId,
    pub charity: OrganisationId,
    pub enterprise: OrganisationId,
    pub campaign: domain::CampaignId,
    pub restriction: Restriction,
    pub status: PledgeStatus,
    /// Whether its donation agreement is made.
    pub agreed: bool,
    pub amount: Fen,
    pub arrived: Fen,
}

/// The pledges, locked in the order of their ids.
pub async fn lock(tx: &mut PgConnection, ids: &[PledgeId]) -> Result<Vec<Locked>> {
    Ok(sql::lock(tx, ids).await?)
}

/// Writes what arrived for locked pledges, or, below zero, what went back; their states follow from the facts, and what
/// their rows have from the sum.
pub async fn book_arrivals(app: &App, tx: &mut PgConnection, arrived: &[(Locked, Fen)]) -> Result<()> {
    let due = instalments::due(app, tx, arrived.iter().map(|(pledge, _)| pledge.id)).await?;
    let mut sums = BTreeMap::new();
    for (pledge, fen) in arrived {
        let sum = pledge.arrived.checked_add(*fen).map_err(|error| Error::Conflict(error.to_string()))?;
        let past_due = due.get(&pledge.id).is_some_and(|due| *due > sum);
        let facts = Fulfilment { amount: pledge.amount, arrived: sum, agreed: pledge.agreed, past_due };
        let status = pledge.status.after_money(&facts);
        sql::set_arrived(tx, pledge, sum, status, app.clock.now()).await?.one_row_or_conflict()?;
        sums.insert(pledge.id, sum);
    }
    designations::fill(app, tx, &sums).await
}

/// What of pledges waits for an enterprise: those of which money is still to come.
pub async fn waiting_for_money(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_for_money(tx, acting.organisation).await?)
}
