//! What pledges are for, row by row: whether what is named stands, what of arrived money each row has, and the giver's
//! later choice of a need.
//!
//! Deliberately absent: how rows add up and are filled (`domain::pledge::designation`).

mod sql;

use super::{Viewer, read, sql as pledges};
use crate::app::App;
use crate::audit::{self, Record};
use crate::campaigns;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::Enterprise;
use domain::api::pledges::{Designate, Pledge, PledgeDesignation, PledgedNeed};
use domain::need::NeedStatus;
use domain::place::PlaceCode;
use domain::pledge::designation::attribute;
use domain::pledge::{Designation, DesignationError, DesignationFacts, DesignationTarget, PledgeInput};
use domain::{Fen, NeedId, OrganisationId, PairingId, PledgeId, Problems};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Whether what rows name stands: needs take pledges, pairings are the enterprise's own and under way, places exist. What
/// is wrong with the n-th is told under `designation_n`. Rows that were not named one by one are judged elsewhere.
pub(super) async fn check(
    app: &App,
    tx: &mut PgConnection,
    enterprise: OrganisationId,
    input: &PledgeInput,
) -> Result<Problems> {
    let mut problems = Problems::new();
    for (n, row) in input.designations.iter().enumerate() {
        let wrong = match &row.target {
            DesignationTarget::Need { need } => {
                let open = pledges::need_status(tx, *need).await?.is_some_and(NeedStatus::takes_pledges);
                (!open).then_some("这个需求现在不能认捐，请另选一条正在征集的需求")
            }
            DesignationTarget::Pairing { pairing } => {
                let stands = sql::pairing_stands(tx, *pairing, enterprise).await?;
                (!stands).then_some("请写本企业已经通过审核的结对")
            }
            DesignationTarget::Village { village: code } | DesignationTarget::Town { town: code } => {
                app.places.get(code).is_none().then_some("没有这个村（社区）或镇，请核对")
            }
            DesignationTarget::Field { .. } | DesignationTarget::Undesignated | DesignationTarget::Undirected => None,
        };
        if let Some(wrong) = wrong {
            problems.add(format!("designation_{n}"), wrong);
        }
    }
    Ok(problems)
}

pub(super) async fn write(tx: &mut PgConnection, id: PledgeId, rows: &[Designation]) -> Result<()> {
    Ok(sql::insert(tx, id, rows).await?)
}

/// The rows of pledges, and the places in which they lie.
pub(super) struct Rows {
    pub rows: Vec<PledgeDesignation>,
    pub places: Vec<PlaceCode>,
}

impl Rows {
    /// Puts the rows where they are read.
    pub fn tell(self, pledge: &mut Pledge) {
        if let [only] = self.rows.as_slice()
            && let (DesignationTarget::Need { need }, Some(code)) = (&only.target, &only.code)
        {
            pledge.need = Some(PledgedNeed { id: *need, code: code.clone(), title: only.name.clone() });
            pledge.designated_at = only.designated_at;
        }
        pledge.designations = self.rows;
    }
}

pub(super) async fn of(app: &App, tx: &mut PgConnection, ids: &[PledgeId]) -> Result<BTreeMap<PledgeId, Rows>> {
    let mut all: BTreeMap<PledgeId, Rows> = BTreeMap::new();
    for row in sql::of(tx, &app.places, ids).await? {
        let of = all.entry(row.pledge).or_insert_with(|| Rows { rows: Vec::new(), places: Vec::new() });
        of.rows.push(row.designation);
        of.places.extend(row.place);
    }
    Ok(all)
}

/// Tells what has arrived off to the rows of locked pledges, and writes it down.
pub(super) async fn fill(app: &App, tx: &mut PgConnection, sums: &BTreeMap<PledgeId, Fen>) -> Result<()> {
    let ids: Vec<PledgeId> = sums.keys().copied().collect();
    let mut of_pledge: BTreeMap<PledgeId, Vec<sql::Filling>> = BTreeMap::new();
    for row in sql::filling(tx, &ids).await? {
        of_pledge.entry(row.pledge).or_default().push(row);
    }
    let mut changed = Vec::new();
    for (pledge, rows) in of_pledge {
        let amounts: Vec<Fen> = rows.iter().map(|row| row.amount).collect();
        let shares = attribute(&amounts, sums.get(&pledge).copied().unwrap_or_default());
        changed.extend(rows.into_iter().zip(shares).filter(|(row, share)| row.arrived != *share));
    }
    if !changed.is_empty() {
        sql::set_filled(tx, &changed, app.clock.now()).await?;
    }
    Ok(())
}

/// The need that a row of a pledge is for; none where no row is for this need.
pub async fn row_for(
    tx: &mut PgConnection,
    app: &App,
    id: PledgeId,
    need: NeedId,
) -> Result<Option<PledgeDesignation>> {
    let rows = of(app, tx, &[id]).await?.remove(&id).map(|of| of.rows).unwrap_or_default();
    Ok(rows.into_iter().find(|row| row.target.need() == Some(need)))
}

/// What a row of a pledge is for.
pub async fn target_of(
    app: &App,
    tx: &mut PgConnection,
    id: PledgeId,
    position: i32,
) -> Result<Option<DesignationTarget>> {
    let rows = of(app, tx, &[id]).await?.remove(&id).map(|of| of.rows).unwrap_or_default();
    Ok(rows.into_iter().find(|row| row.position == position).map(|row| row.target))
}

/// The rows of pledges, in their order.
pub async fn rows_of(
    app: &App,
    tx: &mut PgConnection,
    ids: &[PledgeId],
) -> Result<BTreeMap<PledgeId, Vec<PledgeDesignation>>> {
    Ok(of(app, tx, ids).await?.into_iter().map(|(id, of)| (id, of.rows)).collect())
}

/// The villages of a pairing under its present terms.
pub async fn villages_of_pairing(tx: &mut PgConnection, pairing: PairingId) -> Result<Vec<PlaceCode>> {
    Ok(sql::villages_of_pairing(tx, pairing).await?)
}

/// Whether a need lies within what a row is for: in its village or town, of its field, in a village of its pairing.
pub async fn fits(tx: &mut PgConnection, target: &DesignationTarget, need: NeedId) -> Result<bool> {
    let Some(facts) = sql::need_facts(tx, need).await? else { return Ok(false) };
    Ok(match target {
        DesignationTarget::Need { need: own } => *own == need,
        DesignationTarget::Pairing { pairing } => {
            sql::villages_of_pairing(tx, *pairing).await?.contains(&facts.village)
        }
        DesignationTarget::Village { village: place } | DesignationTarget::Town { town: place } => {
            place.contains(&facts.village)
        }
        DesignationTarget::Field { field } => *field == facts.field,
        DesignationTarget::Undesignated => true,
        DesignationTarget::Undirected => false,
    })
}

/// The enterprise points a row of its directed pledge, made without a need, at one: what has arrived of it can then be
/// set aside.
pub async fn designate(app: &App, enterprise: &Enterprise, id: PledgeId, to: Designate) -> Result<Pledge> {
    let mut tx = app.begin().await?;
    let pledge = pledges::lock(&mut tx, &[id]).await?.into_iter().next();
    let own = pledge.filter(|pledge| pledge.enterprise == enterprise.acting.organisation).ok_or(Error::NotFound)?;
    let rows = of(app, &mut tx, &[id]).await?.remove(&id).map(|of| of.rows).unwrap_or_default();
    let row = match (to.position, rows.as_slice()) {
        (Some(position), rows) => rows.iter().find(|row| row.position == position),
        (None, [only]) => Some(only),
        (None, rows) => rows.iter().find(|row| row.target.need() == Some(to.need)),
    };
    let row = row.ok_or_else(|| Error::invalid("position", "请选择要指定的是哪一项"))?;
    if row.target.need() != Some(to.need) {
        let facts = DesignationFacts {
            restriction: own.restriction,
            designated: row.target.need().is_some(),
            status: own.status,
            need_open: pledges::need_status(&mut tx, to.need).await?.is_some_and(NeedStatus::takes_pledges),
            fits: fits(&mut tx, &row.target, to.need).await?,
            set_aside: sql::is_set_aside(&mut tx, id, row.position).await?,
            twice: rows.iter().any(|other| other.target.need() == Some(to.need)),
            agreed: own.agreed && row.target != DesignationTarget::Undesignated,
        };
        facts.check().map_err(|error| match error {
            DesignationError::NeedClosed | DesignationError::Elsewhere | DesignationError::Twice => {
                Error::invalid("need", error.to_string())
            }
            _ => Error::Conflict(error.to_string()),
        })?;
        campaigns::may_move(&mut tx, &[own.campaign]).await?;
        sql::designate(&mut tx, id, (row.position, &row.target), to.need, app.clock.now())
            .await
            .on_constraint("designation_target_once", || Error::invalid("need", DesignationError::Twice.to_string()))?
            .one_row_or_conflict()?;
        let record = Record {
            verb: "pledge_designated",
            subject_kind: "pledge",
            subject: id.0,
            before: Some(json!({ "position": row.position, "for": row.target.to_string() })),
            after: Some(json!({ "position": row.position, "need": to.need })),
            reason: None,
        };
        audit::record(app, &mut tx, &enterprise.acting, &enterprise.origin, record).await?;
        tx.commit().await?;
    }
    read(app, &Viewer::from(enterprise), id).await
}
