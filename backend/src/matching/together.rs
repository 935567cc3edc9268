//! Many enterprises and the open needs of many villages at once, for whoever matches them as a whole.
//!
//! Each is known by a statement or two, however many there are. Deliberately absent: the judgement, which is pure
//! (`domain::matching`), and who may see why two fit.

use super::{seeker, sql};
use crate::app::App;
use crate::db::decode::texts;
use crate::error::Result;
use crate::offers;
use domain::matching::{NeedFacts, Seeker};
use domain::need::Field;
use domain::place::PlaceCode;
use domain::{NeedId, OrganisationId};
use sqlx::PgConnection;
use uuid::Uuid;

/// An enterprise, ready to be matched.
pub struct KnownEnterprise {
    pub id: OrganisationId,
    pub seeker: Seeker,
}

/// An open need, ready to be matched.
pub struct KnownNeed {
    pub id: NeedId,
    pub village: PlaceCode,
    pub facts: NeedFacts,
}

/// These enterprises, in the order of their ids.
pub async fn enterprises(app: &App, tx: &mut PgConnection, ids: &[OrganisationId]) -> Result<Vec<KnownEnterprise>> {
    let mut said = offers::said_by_all(app, tx, ids).await?;
    let stored = sql::enterprises(tx, ids).await?;
    let known = |own: sql::Enterprise| {
        let said = said.remove(&own.id).unwrap_or_default();
        KnownEnterprise { id: own.id, seeker: seeker(app, own, said) }
    };
    Ok(stored.into_iter().map(known).collect())
}

/// The needs of these villages that can be answered, those that have waited longest first.
pub async fn open_needs(
    app: &App,
    tx: &mut PgConnection,
    villages: &[PlaceCode],
    fields: &[Field],
) -> Result<Vec<KnownNeed>> {
    let found = sql::of_villages(tx, &texts(villages), &texts(fields), app.clock.today()).await?;
    let known = |candidate: sql::Candidate| {
        let facts = candidate.facts(&app.places)?;
        Ok(KnownNeed { id: NeedId(candidate.id), village: facts.spot.place.code.clone(), facts })
    };
    Ok(found.into_iter().map(known).collect::<sqlx::Result<_>>()?)
}

/// Which of these enterprises have set aside a need of which of these villages; not why.
pub async fn dismissed_villages(
    tx: &mut PgConnection,
    enterprises: &[OrganisationId],
    villages: &[PlaceCode],
) -> Result<Vec<(OrganisationId, PlaceCode)>> {
    let enterprises: Vec<Uuid> = enterprises.iter().map(|id| id.0).collect();
    let rows = sql::dismissed_villages(tx, &enterprises, &texts(villages)).await?;
    let pair = |(enterprise, village): (Uuid, String)| {
        Ok((OrganisationId(enterprise), crate::db::decode::word("need.village", &village)?))
    };
    Ok(rows.into_iter().map(pair).collect::<sqlx::Result<_>>()?)
}
