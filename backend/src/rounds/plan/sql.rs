//! The SQL that reads a plan.

use super::super::sql::read_json;
use crate::db::decode::{error, word};
use domain::api::rounds::RoundProposal;
use domain::coverage::CoverageCounts;
use domain::matching::reason::FitReason;
use domain::place::PlaceCode;
use domain::round::rule::{RoundExclusionKind, WishLeft};
use domain::{MatchingRoundId, NeedId, OrganisationId, PairingId};
use sqlx::PgConnection;

/// A pair with what it was worth.
pub struct PairKey {
    pub enterprise: OrganisationId,
    pub village: PlaceCode,
    pub score: u32,
}

fn key(enterprise: uuid::Uuid, village: &str, score: i32) -> sqlx::Result<PairKey> {
    Ok(PairKey {
        enterprise: OrganisationId(enterprise),
        village: word("matching_run_pair.village", village)?,
        score: u32::try_from(score).map_err(|wrong| error("matching_run_pair.score", wrong))?,
    })
}

/// All pairs of a plan.
pub async fn keys(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
) -> sqlx::Result<Vec<PairKey>> {
    let rows = sqlx::query!(
        "select enterprise, village, score from matching_run_pair where round = $1 and number = $2 order by position",
        round.0,
        number
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| key(row.enterprise, &row.village, row.score)).collect()
}

/// A pair with all that a page shows of it.
pub struct PairRow {
    pub position: i32,
    pub key: PairKey,
    pub enterprise_name: String,
    pub enterprise_place: Option<PlaceCode>,
    pub reasons: Vec<FitReason>,
    pub need: Option<(NeedId, String)>,
    pub fixed: bool,
    pub proposal: Option<RoundProposal>,
}

fn proposal(pairing: Option<uuid::Uuid>, made: Option<bool>, says: Option<String>) -> Option<RoundProposal> {
    let made = made?;
    Some(RoundProposal { pairing: pairing.filter(|_| made).map(PairingId), says: says.unwrap_or_default() })
}

/// A page of a plan's pairs; with what became of each where this plan was `sent`.
pub async fn pairs(
    connection: &mut PgConnection,
    (round, number, sent): (MatchingRoundId, i32, bool),
    after: i32,
    limit: i64,
) -> sqlx::Result<Vec<PairRow>> {
    let rows = sqlx::query!(
        r#"select p.position, p.enterprise, p.village, p.score, p.reasons, p.fixed, o.name as enterprise_name,
                  o.place as "enterprise_place?", n.id as "need?", n.title as "title?", g.pairing as "pairing?",
                  g.made as "made?", g.says as "says?"
           from matching_run_pair p
           join organisation o on o.id = p.enterprise
           left join needs_public n on n.id = p.need
           left join matching_proposal g
               on g.round = p.round and g.enterprise = p.enterprise and g.place = p.village and $5
           where p.round = $1 and p.number = $2 and p.position > $3
           order by p.position
           limit $4"#,
        round.0,
        number,
        after,
        limit,
        sent
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PairRow {
                position: row.position,
                key: key(row.enterprise, &row.village, row.score)?,
                enterprise_name: row.enterprise_name,
                enterprise_place: row
                    .enterprise_place
                    .as_deref()
                    .map(|place| word("organisation.place", place))
                    .transpose()?,
                reasons: read_json("matching_run_pair.reasons", row.reasons)?,
                need: row.need.map(|need| (NeedId(need), row.title.unwrap_or_default())),
                fixed: row.fixed,
                proposal: proposal(row.pairing, row.made, row.says),
            })
        })
        .collect()
}

pub struct WishRow {
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub town: PlaceCode,
    pub villages: i64,
    pub score: u64,
    pub left: Option<WishLeft>,
    pub proposal: Option<RoundProposal>,
}

pub async fn wishes(
    connection: &mut PgConnection,
    (round, number, sent): (MatchingRoundId, i32, bool),
) -> sqlx::Result<Vec<WishRow>> {
    let rows = sqlx::query!(
        r#"select w.enterprise, o.name as enterprise_name, w.town, cardinality(w.villages) as "villages!", w.score,
                  w.left_because, g.pairing as "pairing?", g.made as "made?", g.says as "says?"
           from matching_run_wish w
           join organisation o on o.id = w.enterprise
           left join matching_proposal g
               on g.round = w.round and g.enterprise = w.enterprise and g.place = w.town and $3
           where w.round = $1 and w.number = $2
           order by w.position"#,
        round.0,
        number,
        sent
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let left = row.left_because.as_deref();
            Ok(WishRow {
                enterprise: OrganisationId(row.enterprise),
                enterprise_name: row.enterprise_name,
                town: word("matching_run_wish.town", &row.town)?,
                villages: row.villages.into(),
                score: u64::try_from(row.score).map_err(|wrong| error("matching_run_wish.score", wrong))?,
                left: left.map(|left| word("matching_run_wish.left_because", left)).transpose()?,
                proposal: proposal(row.pairing, row.made, row.says),
            })
        })
        .collect()
}

/// The first pairs that were left out by themselves, and how many there are.
pub async fn exclusions(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
    limit: i64,
) -> sqlx::Result<(Vec<(String, PlaceCode, RoundExclusionKind)>, i64)> {
    let rows = sqlx::query!(
        r#"select o.name, x.village, x.kind, count(*) over () as "all!"
           from matching_run_exclusion x
           join organisation o on o.id = x.enterprise
           where x.round = $1 and x.number = $2
           order by x.village, x.enterprise
           limit $3"#,
        round.0,
        number,
        limit
    )
    .fetch_all(connection)
    .await?;
    let all = rows.first().map_or(0, |row| row.all);
    let read = rows.into_iter().map(|row| {
        let village = word("matching_run_exclusion.village", &row.village)?;
        Ok((row.name, village, word("matching_run_exclusion.kind", &row.kind)?))
    });
    Ok((read.collect::<sqlx::Result<_>>()?, all))
}

/// Of each town with villages of the round, how many got somebody.
pub async fn towns(
    connection: &mut PgConnection,
    (round, number): (MatchingRoundId, i32),
) -> sqlx::Result<Vec<(PlaceCode, CoverageCounts)>> {
    let rows = sqlx::query!(
        "select town, villages, with_one, with_many
         from matching_run_town
         where round = $1 and number = $2
         order by town",
        round.0,
        number
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let (villages, one, many) = (row.villages.into(), row.with_one.into(), row.with_many.into());
            let none = villages - one - many;
            let counts = CoverageCounts { towns: 1, villages, none, one, many, ..CoverageCounts::default() };
            Ok((word("matching_run_town.town", &row.town)?, counts))
        })
        .collect()
}
