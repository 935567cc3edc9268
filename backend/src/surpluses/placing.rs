//! A surplus is used for another need of like purpose: asked for by one person of the charity, confirmed by a second.
//!
//! Whose money it is decides on which basis: what a giver wants to be asked about goes by the giver's consent alone. Its
//! lots are chosen and written down when it is asked for, and exactly these move.

mod sql;

use super::sql::{Locked, Owned};
use super::{Eyes, dossier, in_this_state, left, lock, record, telling};
use crate::app::App;
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Sure};
use crate::{allocations, campaigns, consents, ledger};
use domain::api::surpluses::{NewSurplusPlacement, SendSurplusBack, SurplusDossier, SurplusNeed, SurplusPlacement};
use domain::ledger::{Event, LotBalance};
use domain::surplus::{
    LikePurpose, NotTaken, PlacementBasis, PlacementStatus, SurplusLot, SurplusSource, SurplusStatus, check_placement,
    check_second, check_sending_back,
};
use domain::{EventId, Fen, LotId, NeedId, OrganisationId, SurplusId, SurplusPlacementId};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Asks for it; so much of the surplus is held for it. The same id and content again gives the same answer.
pub async fn place(
    app: &App,
    maker: &CharityMaker,
    id: SurplusId,
    new: &NewSurplusPlacement,
) -> Result<SurplusDossier> {
    check_placement(new.amount_fen, &new.why_similar, &new.basis_reference)?;
    consents::no_numbers(("why_similar", &new.why_similar))?;
    consents::no_numbers(("basis_reference", &new.basis_reference))?;
    let acting = &maker.acting;
    let eyes = Eyes::of(acting);
    let mut tx = app.begin().await?;
    let own = lock(&mut tx, acting.organisation, id).await?;
    let known = dossier(app, &mut tx, &eyes, id).await?;
    if let Some(placed) = known.placements.iter().find(|placement| placement.id == new.id) {
        let chosen = new.chosen().into_iter().map(SurplusSource::id).collect();
        let same = says(placed, new) && sql::chosen(&mut tx, new.id).await? == chosen;
        return if same { Ok(known) } else { Err(another()) };
    }
    if own.status != SurplusStatus::Confirmed {
        return Err(in_this_state(own.status));
    }
    let free = known.surplus.free();
    if free < new.amount_fen {
        let asked = new.amount_fen;
        return Err(Error::invalid("amount_fen", format!("这笔结余还没有安排的只有 {free}，不够 {asked}")));
    }
    let like = alike(&mut tx, own.need, new.to_need).await?;
    // The need before the ledger's accounts, as everywhere.
    may_take(&mut tx, new.to_need, new.amount_fen).await?.map_err(|error| beside_its_field(&error))?;
    let held = of_givers(&mut tx, &own).await?;
    let takes = new.basis.take(&held, &new.chosen(), like, new.amount_fen).map_err(not_taken)?;
    campaigns::lots_may_move(&mut tx, takes.iter().map(|(lot, _)| *lot)).await?;
    sql::insert_placement(&mut tx, id, new, acting.person, app.clock.now())
        .await
        .on_constraint("surplus_placement_pkey", another)?;
    sql::insert_takes(&mut tx, new.id, &takes).await?;
    let after = json!({ "status": PlacementStatus::Proposed, "to": new.to_need, "amount_fen": new.amount_fen,
                        "basis": new.basis });
    let what = ("surplus_placement_proposed", "surplus_placement", new.id.0);
    record(app, &mut tx, (acting, &maker.origin), what, (None, after), Some(new.why_similar.trim())).await?;
    let told = dossier(app, &mut tx, &eyes, id).await?;
    tx.commit().await?;
    Ok(told)
}

fn another() -> Error {
    Error::Conflict("这个编号已经记录过另一份申请，请重新打开页面填写".into())
}

fn says(known: &SurplusPlacement, new: &NewSurplusPlacement) -> bool {
    (known.to.id, known.amount_fen, known.basis) == (new.to_need, new.amount_fen, new.basis)
        && known.why_similar == new.why_similar.trim()
        && known.basis_reference == new.basis_reference.trim()
}

/// Another need that is like the one that is over.
async fn alike(tx: &mut PgConnection, from: NeedId, to: NeedId) -> Result<LikePurpose> {
    if from == to {
        return Err(Error::invalid("to_need", "结余要用于另一条需求"));
    }
    let like = sql::alike(tx, from, to).await?;
    let like = like.ok_or_else(|| Error::invalid("to_need", "没有这条公开的需求"))?;
    like.ok_or_else(|| {
        Error::invalid(
            "to_need",
            "这条需求和原来的需求既不在同一个村（社区），也不属于同一个领域，用途不相近，请另选一条",
        )
    })
}

/// What of a locked surplus nobody has asked for, each lot with whose it is.
async fn of_givers(tx: &mut PgConnection, own: &Locked) -> Result<Vec<SurplusLot>> {
    let held = left(tx, own).await?;
    let lots: Vec<_> = held.iter().map(|held| held.lot).collect();
    let mut owners = sql::owners_of_lots(tx, &lots).await?;
    let of = |held: LotBalance| {
        let (source, terms) = owners.remove(&held.lot).unwrap_or((SurplusSource::Part(held.lot), None));
        SurplusLot { held, source, terms }
    };
    Ok(held.into_iter().map(of).collect())
}

fn not_taken(error: NotTaken) -> Error {
    let field = match error {
        NotTaken::Unknown | NotTaken::WhoseConsent => "pledges",
        NotTaken::Consent(_) => "basis",
        NotTaken::TooLittle { .. } => "amount_fen",
    };
    Error::invalid(field, error.to_string())
}

/// Whether the basis is enough for whoever gave these lots.
fn check_basis(basis: PlacementBasis, givers: &[Owned], like: LikePurpose) -> std::result::Result<(), String> {
    let terms: Vec<_> = givers.iter().map(|giver| giver.terms).collect();
    basis.check(&terms, like).map_err(|error| error.to_string())
}

/// Whether the other need, locked from here on, is open and misses as much.
async fn may_take(
    tx: &mut PgConnection,
    need: NeedId,
    amount: Fen,
) -> Result<std::result::Result<(), domain::allocation::AllocationError>> {
    allocations::may_point(tx, (need, false), (amount, amount), (true, false)).await
}

fn beside_its_field(error: &domain::allocation::AllocationError) -> Error {
    use domain::allocation::AllocationError as Not;
    match error {
        Not::MoreThanMissing { missing, .. } => {
            Error::invalid("amount_fen", format!("这条需求只缺 {missing}，结余不能多给"))
        }
        Not::NeedClosed => Error::invalid("to_need", error.to_string()),
        _ => Error::invalid("amount_fen", error.to_string()),
    }
}

/// A placement that waits, and its surplus, both of the caller's charity and locked.
async fn waiting(
    tx: &mut PgConnection,
    charity: OrganisationId,
    id: SurplusPlacementId,
) -> Result<(Locked, sql::Proposed)> {
    let surplus = sql::surplus_of(tx, id).await?.ok_or(Error::NotFound)?;
    let own = lock(tx, charity, surplus).await?;
    let proposed = sql::proposed(tx, id).await?.ok_or(Error::NotFound)?;
    if proposed.status != PlacementStatus::Proposed {
        return Err(Error::Conflict(format!("这份申请现在是“{}”，不能这样办，请刷新", proposed.status.label())));
    }
    Ok((own, proposed))
}

/// A second person agrees: it is set aside for the other need, and whoever gave of it is told.
pub async fn confirm(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: SurplusPlacementId,
) -> Result<SurplusDossier> {
    let acting = &checker.acting;
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut tx = app.begin().await?;
    let (own, proposed) = waiting(&mut tx, acting.organisation, id).await?;
    check_second(proposed.by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    let like = alike(&mut tx, own.need, proposed.to_need).await.map_err(Error::as_conflict)?;
    may_take(&mut tx, proposed.to_need, proposed.amount)
        .await?
        .map_err(|error| beside_its_field(&error).as_conflict())?;
    let takes = sql::takes(&mut tx, id).await?;
    let givers = super::sql::owners(&mut tx, &takes).await?;
    check_basis(proposed.basis, &givers, like).map_err(Error::Conflict)?;
    campaigns::lots_may_move(&mut tx, takes.iter().map(|(lot, _)| *lot)).await?;
    let event = Event::SurplusPlaced {
        record: EventId(id.0),
        from_need: own.need,
        to_need: proposed.to_need,
        charity: own.charity,
        takes,
        on: today,
    };
    ledger::post(app, &mut tx, &event).await?;
    let set = sql::set_placed(&mut tx, (id, own.id), acting.person, (now, today)).await;
    match broken(&set) {
        Some("surplus_placement_four_eyes") => {
            return Err(Error::Conflict("结余须由经办以外的人确认，请同事确认".into()));
        }
        _ => set?.one_row_or_conflict()?,
    }
    let states = (Some(json!({ "status": proposed.status })), json!({ "status": PlacementStatus::Confirmed }));
    let what = ("surplus_placed", "surplus_placement", id.0);
    record(app, &mut tx, (acting, &checker.origin), what, states, None).await?;
    let told = dossier(app, &mut tx, &Eyes::of(acting), own.id).await?;
    telling::later(app, &mut tx, own.id, Some(id)).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(told)
}

/// What a confirmed placement moved, where to, and on which basis.
pub(super) async fn moved(
    tx: &mut PgConnection,
    surplus: SurplusId,
    id: SurplusPlacementId,
) -> Result<Option<(Vec<(LotId, Fen)>, SurplusNeed, PlacementBasis)>> {
    let known = sql::placements(tx, surplus).await?.into_iter().map(|(_, placement)| placement);
    let Some(placed) = known.into_iter().find(|one| one.id == id && one.status == PlacementStatus::Confirmed) else {
        return Ok(None);
    };
    Ok(Some((sql::takes(tx, id).await?, placed.to, placed.basis)))
}

/// It is not used so, or whoever proposed it takes it back: so much is free again.
pub async fn send_back(
    app: &App,
    desk: &CharityDesk,
    id: SurplusPlacementId,
    why: &SendSurplusBack,
) -> Result<SurplusDossier> {
    check_sending_back(&why.reason)?;
    consents::no_numbers(("reason", &why.reason))?;
    let (acting, reason) = (&desk.acting, why.reason.trim());
    let mut tx = app.begin().await?;
    let (own, proposed) = waiting(&mut tx, acting.organisation, id).await?;
    sql::set_placement_sent_back(&mut tx, id, acting.person, reason, app.clock.now()).await?.one_row_or_conflict()?;
    let states = (Some(json!({ "status": proposed.status })), json!({ "status": PlacementStatus::SentBack }));
    let what = ("surplus_placement_sent_back", "surplus_placement", id.0);
    record(app, &mut tx, (acting, &desk.origin), what, states, Some(reason)).await?;
    let told = dossier(app, &mut tx, &Eyes::of(acting), own.id).await?;
    tx.commit().await?;
    Ok(told)
}

/// The placements of a surplus, oldest first, as whoever has these eyes may go on with them.
pub(super) async fn of(tx: &mut PgConnection, id: SurplusId, eyes: &Eyes, own: bool) -> Result<Vec<SurplusPlacement>> {
    let (maker, checker) = (own && eyes.maker, own && eyes.checker);
    let mut placements = Vec::new();
    // Givers are the charity's and the auditor's to read, and what is written of the basis may name them.
    let mut parts = if eyes.reads_givers() { sql::parts(tx, id).await? } else { BTreeMap::new() };
    for (by, mut placement) in sql::placements(tx, id).await? {
        placement.parts = parts.remove(&placement.id).unwrap_or_default();
        if !eyes.reads_givers() {
            placement.basis_reference.clear();
        }
        let waits = placement.status == PlacementStatus::Proposed;
        placement.may_confirm = waits && checker && by != eyes.person;
        placement.may_send_back = waits && (maker || checker);
        placements.push(placement);
    }
    Ok(placements)
}
