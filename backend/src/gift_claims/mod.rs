//! Gifts that came without an account, claimed later by those who gave them.
//!
//! A claim names code, amount and day, and shows the bank's slip; whichever of the three is wrong, the answer is the same,
//! and tries are counted like those of a sign-in. The charity's maker says that it is right, a second person confirms:
//! then it is a pledge of its giver, whose money has arrived. Deliberately absent: claiming a part of a part.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::gift_papers::{self, Kind, Scope};
use crate::http::caller::{
    BooksReader, CharityApprover, CharityChecker, CharityMaker, Enterprise, Origin, RequestReader, Sure,
};
use crate::mail::letter::gift::{GiftNews, News};
use crate::mail::{self, Letter};
use crate::people::Guesses;
use crate::{arrivals, consents, files, pledges};
use domain::allocation::FundingChoice;
use domain::api::arrivals::PartOwner;
use domain::api::gift_claims::{
    GiftClaim, GiftClaimList, GiftClaimQuery, NewGiftClaim, RefuseGiftClaim, SeenGiftClaim, UnclaimedGift,
};
use domain::api::pledges::NewPledge;
use domain::api::{Count, List};
use domain::gift_claim::{GiftClaimStatus, GiftClaimStep, GiftCode, NO_SUCH_GIFT, check_claim};
use domain::gift_request::check_said;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pledge::{PledgeInput, Restriction};
use domain::todo::Waiting;
use domain::{GiftClaimId, OrganisationId, PledgeId};
use serde_json::json;
use sql::Stored;
use sqlx::PgConnection;

/// Claims on one page of a list.
const PAGE: usize = 30;
/// Gifts whose codes are listed.
const CODES_MAX: i64 = 500;

/// The code of a part by its running number.
pub fn code_of(number: i64) -> Result<GiftCode> {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    GiftCode::from_number(number).map_err(|error| Error::Internal(anyhow::anyhow!("a gift's number: {error}")))
}

fn no_such_gift() -> Error {
    Error::invalid("code", NO_SUCH_GIFT)
}

/// Claims a gift. The same id and content again gives the same answer; a wrong try is counted.
pub async fn ask(app: &App, enterprise: &Enterprise, new: &NewGiftClaim) -> Result<GiftClaim> {
    let acting = &enterprise.acting;
    check_claim(new.public_display, (new.pictures.len(), new.voluntary), &new.terms_version)?;
    if let Some(known) = known(app, acting, new).await? {
        return Ok(known);
    }
    let guesses = Guesses::of(&format!("gift-claim:{}", acting.organisation), &enterprise.origin);
    guesses.take(app).await?;
    let code: GiftCode = new.code.parse().map_err(|_| no_such_gift())?;
    let mut tx = app.begin().await?;
    let mut found = None;
    for part in sql::candidates(&mut tx, (new.amount_fen, new.booked_on), new.campaign).await? {
        if code_of(part.number)? == code {
            found = Some(part);
        }
    }
    let Some(part) = found else { return Err(no_such_gift()) };
    guesses.forgive(&mut tx).await?;
    if part.general && new.restriction == Restriction::Directed {
        let says = "这笔款到账时已按非定向计入活动，只能认领为非定向捐款。要改为定向，请先与慈善组织联系更正";
        return Err(Error::invalid("restriction", says));
    }
    let inserted = sql::insert(&mut tx, new, &part, acting, app.clock.now()).await;
    match broken(&inserted) {
        Some("gift_claim_open_once") => {
            return Err(Error::Conflict("您已经认领了这笔到账，请等慈善组织答复".into()));
        }
        Some("gift_claim_pkey") => {
            return Err(Error::Conflict("这个编号已经交过别的内容，请重新打开页面填写".into()));
        }
        _ => inserted?,
    }
    gift_papers::keep(&mut tx, acting.person, (Kind::Claim, new.id.0), &new.pictures).await?;
    let stored = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    record(app, &mut tx, (acting, &enterprise.origin), ("gift_claim_made", new.id), GiftClaimStatus::Asked, None)
        .await?;
    tell(app, &mut tx, &stored, (stored.charity, CharityMaker::ROLES), News::ClaimAsked).await?;
    tx.commit().await?;
    get(app, acting, new.id).await
}

/// The answer to an id that exists: the same claim, if it is the same, and ours.
async fn known(app: &App, acting: &Acting, new: &NewGiftClaim) -> Result<Option<GiftClaim>> {
    let mut connection = app.pool.acquire().await?;
    let Some(stored) = sql::by_id(&mut connection, new.id).await? else { return Ok(None) };
    let pictures = gift_papers::of(&mut connection, new.id.0).await?;
    let same = stored.enterprise == acting.organisation
        && new.code.parse() == Ok(code_of(stored.number)?)
        && (stored.amount, stored.booked_on, stored.campaign) == (new.amount_fen, new.booked_on, new.campaign)
        && (stored.restriction, Some(stored.public_display)) == (new.restriction, new.public_display)
        && (stored.show_amount, stored.share_with_recipient) == (new.show_amount, new.share_with_recipient)
        && files::same(&mut connection, &pictures, &new.pictures).await?;
    drop(connection);
    if same {
        return get(app, acting, new.id).await.map(Some);
    }
    Err(Error::Conflict("这个编号已经交过别的内容，请重新打开页面填写".into()))
}

/// A claim, locked, in the version that was read, for one of its sides.
async fn lock(
    tx: &mut PgConnection,
    acting: &Acting,
    (id, version): (GiftClaimId, i32),
    open: &[GiftClaimStatus],
) -> Result<Stored> {
    let stored = sql::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if ![stored.enterprise, stored.charity].contains(&acting.organisation) {
        return Err(Error::NotFound);
    }
    if !open.contains(&stored.status) {
        return Err(Error::Conflict(format!("这件认领现在是“{}”，不能这样操作", stored.status.label())));
    }
    if stored.version == version { Ok(stored) } else { Err(Error::changed_meanwhile()) }
}

/// The charity's maker has looked at the slip and says that it is theirs.
pub async fn name(app: &App, maker: &CharityMaker, id: GiftClaimId, seen: SeenGiftClaim) -> Result<GiftClaim> {
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, (id, seen.version), &[GiftClaimStatus::Asked]).await?;
    sql::name(&mut tx, &stored, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    record(app, &mut tx, (acting, &maker.origin), ("gift_claim_named", id), GiftClaimStatus::Named, None).await?;
    tell(app, &mut tx, &stored, (stored.charity, CharityChecker::ROLES), News::ClaimNamed).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// A second person agrees: in one transaction it is a pledge of the claimant, and its money has arrived.
pub async fn confirm(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: GiftClaimId,
    seen: SeenGiftClaim,
) -> Result<GiftClaim> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, (id, seen.version), &[GiftClaimStatus::Named]).await?;
    let named_by = stored.named_by.ok_or_else(Error::changed_meanwhile)?;
    let pledge: PledgeId = app.clock.id();
    let giver = Acting {
        person: stored.asked_by,
        organisation: stored.enterprise,
        kind: OrganisationKind::Enterprise,
        role: Role::EnterpriseOwner,
        place: None,
    };
    pledges::insert_claimed(app, &mut tx, &giver, &as_pledge(&stored, pledge)).await?;
    let owner = PartOwner { lot: stored.lot, pledge };
    arrivals::owner::found(app, &mut tx, (acting, &checker.origin), (stored.line, owner, named_by)).await?;
    let confirmed = sql::confirm(&mut tx, &stored, pledge, acting.person, app.clock.now()).await;
    confirmed
        .on_constraint("gift_claim_four_eyes", || Error::Conflict("款项的归属须由另一人复核".into()))?
        .one_row_or_conflict()?;
    let by = (acting, &checker.origin);
    record(app, &mut tx, by, ("gift_claim_confirmed", id), GiftClaimStatus::Confirmed, None).await?;
    tell(app, &mut tx, &stored, (stored.enterprise, Enterprise::ROLES), News::ClaimConfirmed).await?;
    tx.commit().await?;
    app.pages.forget_all();
    get(app, acting, id).await
}

fn as_pledge(stored: &Stored, id: PledgeId) -> NewPledge {
    NewPledge {
        id,
        campaign: stored.campaign,
        charity: stored.charity,
        input: PledgeInput {
            amount: stored.amount,
            restriction: stored.restriction,
            need: None,
            designations: Vec::new(),
            funding_choice: FundingChoice::AskMe,
            public_display: Some(stored.public_display),
            show_amount: stored.show_amount,
            share_with_recipient: stored.share_with_recipient,
            notice_acknowledged: true,
            voluntary: true,
            terms_version: stored.terms_version.clone(),
            schedule: None,
        },
    }
}

/// The charity does not agree, and says why.
pub async fn refuse(
    app: &App,
    approver: &CharityApprover,
    id: GiftClaimId,
    why: &RefuseGiftClaim,
) -> Result<GiftClaim> {
    check_said("reason", &why.reason)?;
    consents::no_numbers(("reason", &why.reason))?;
    let (acting, reason) = (&approver.acting, why.reason.trim());
    let open = [GiftClaimStatus::Asked, GiftClaimStatus::Named];
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, (id, why.version), &open).await?;
    sql::refuse(&mut tx, &stored, reason, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    let by = (acting, &approver.origin);
    record(app, &mut tx, by, ("gift_claim_refused", id), GiftClaimStatus::Refused, Some(reason)).await?;
    let news = News::ClaimRefused { says: reason.to_owned() };
    tell(app, &mut tx, &stored, (stored.enterprise, Enterprise::ROLES), news).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// The enterprise takes its claim back.
pub async fn withdraw(app: &App, enterprise: &Enterprise, id: GiftClaimId, seen: SeenGiftClaim) -> Result<GiftClaim> {
    let acting = &enterprise.acting;
    let open = [GiftClaimStatus::Asked, GiftClaimStatus::Named];
    let mut tx = app.begin().await?;
    let stored = lock(&mut tx, acting, (id, seen.version), &open).await?;
    sql::withdraw(&mut tx, &stored, app.clock.now()).await?.one_row_or_conflict()?;
    let by = (acting, &enterprise.origin);
    record(app, &mut tx, by, ("gift_claim_withdrawn", id), GiftClaimStatus::Withdrawn, None).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, GiftClaimId),
    status: GiftClaimStatus,
    reason: Option<&str>,
) -> Result<()> {
    let after = Some(json!({ "status": status }));
    let record = Record { verb, subject_kind: "gift_claim", subject: id.0, before: None, after, reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

async fn tell(
    app: &App,
    tx: &mut PgConnection,
    stored: &Stored,
    readers: (OrganisationId, &[Role]),
    news: News,
) -> Result<()> {
    let letter = Letter::Gift(GiftNews {
        reference: code_of(stored.number)?.to_string(),
        enterprise: stored.enterprise_name.clone(),
        charity: stored.charity_name.clone(),
        campaign: stored.campaign_name.clone(),
        amount: stored.amount,
        news,
        path: format!("/gift-claims/{}", stored.id),
    });
    mail::write_to(tx, app, readers, &letter).await
}

/// What of a claim a reader sees and may do.
fn shown(acting: &Acting, stored: Stored) -> Result<GiftClaim> {
    use GiftClaimStatus::{Asked, Named};
    let claimant = stored.enterprise == acting.organisation;
    let of_charity = stored.charity == acting.organisation;
    let open = matches!(stored.status, Asked | Named);
    let role = |roles: &[Role]| of_charity && roles.contains(&acting.role);
    let second = stored.status == Named && stored.named_by != Some(acting.person);
    let may = [
        (role(CharityMaker::ROLES) && stored.status == Asked, GiftClaimStep::Name),
        (role(CharityChecker::ROLES) && second, GiftClaimStep::Confirm),
        (role(CharityApprover::ROLES) && open, GiftClaimStep::Refuse),
        (claimant && Enterprise::ROLES.contains(&acting.role) && open, GiftClaimStep::Withdraw),
    ];
    Ok(GiftClaim {
        id: stored.id,
        code: code_of(stored.number)?,
        amount_fen: stored.amount,
        booked_on: stored.booked_on,
        payer: (!claimant).then_some(stored.payer),
        line: of_charity.then_some(stored.line),
        enterprise_name: stored.enterprise_name,
        charity_name: stored.charity_name,
        campaign_name: stored.campaign_name,
        restriction: stored.restriction,
        status: stored.status,
        version: stored.version,
        asked_at: stored.asked_at,
        pictures: Vec::new(),
        decision: stored.decision,
        pledge: stored.pledge,
        may: may.into_iter().filter_map(|(may, step)| may.then_some(step)).collect(),
    })
}

pub async fn list(app: &App, reader: &RequestReader, query: &GiftClaimQuery) -> Result<GiftClaimList> {
    let scope = Scope::of(&reader.acting)?;
    let wrong = |field: &str| Error::invalid(field, "没有认出，请从页面上的链接打开");
    let status = query.status.as_deref().map(str::parse::<GiftClaimStatus>).transpose().map_err(|_| wrong("status"))?;
    let after = query.after.as_deref().map(str::parse::<GiftClaimId>).transpose().map_err(|_| wrong("after"))?;
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = sql::list(&mut tx, &scope, (status, after), limit).await?;
    let count = sql::count(&mut tx, &scope, status).await?;
    let next = if rows.len() > PAGE { rows.get(PAGE - 1).map(|row| row.id.to_string()) } else { None };
    rows.truncate(PAGE);
    let items = rows.into_iter().map(|row| shown(&reader.acting, row)).collect::<Result<_>>()?;
    Ok(GiftClaimList { items, next, count: Count::capped(count) })
}

/// The gifts of a charity whose giver is not known, oldest first.
pub async fn codes(app: &App, reader: &BooksReader) -> Result<List<UnclaimedGift>> {
    let mut tx = app.snapshot().await?;
    let rows = sql::unowned(&mut tx, reader.charity, CODES_MAX).await?;
    let gift = |row: sql::Unowned| {
        let code = code_of(row.number)?;
        Ok(UnclaimedGift { code, line: row.line, payer: row.payer, amount_fen: row.amount, booked_on: row.booked_on })
    };
    let items = rows.into_iter().map(gift).collect::<Result<Vec<_>>>()?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// One claim, for its claimant, its charity and the auditor.
pub async fn get(app: &App, acting: &Acting, id: GiftClaimId) -> Result<GiftClaim> {
    let scope = Scope::of(acting)?;
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, id).await?.filter(|stored| scope.sees(stored)).ok_or(Error::NotFound)?;
    let pictures = gift_papers::of(&mut tx, id.0).await?;
    Ok(GiftClaim { pictures, ..shown(acting, stored)? })
}

/// What of claims waits in a charity at one of its desks.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting, status: GiftClaimStatus) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation, status).await?)
}
