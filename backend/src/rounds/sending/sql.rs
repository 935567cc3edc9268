//! The SQL on what goes out of a plan.

use super::super::sql::json;
use crate::db::decode::{texts, word, words};
use chrono::{DateTime, Utc};
use domain::need::Field;
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::round::setup::RoundTerms;
use domain::{MatchingRoundId, OrganisationId, PairingId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// One proposal of a plan.
pub struct Going {
    pub enterprise: OrganisationId,
    pub place: PlaceCode,
    pub villages: Vec<PlaceCode>,
    pub field: Option<Field>,
}

/// What a plan proposes: whole towns first, then villages.
pub async fn going(connection: &mut PgConnection, round: MatchingRoundId, number: i32) -> sqlx::Result<Vec<Going>> {
    let rows = sqlx::query!(
        r#"select enterprise as "enterprise!", place as "place!", villages as "villages!", field
           from (
               select 1 as step, w.position, w.enterprise, w.town as place, w.villages, null::text as field
               from matching_run_wish w
               where w.round = $1 and w.number = $2 and w.left_because is null
               union all
               select 2, p.position, p.enterprise, p.village, array[p.village], n.field
               from matching_run_pair p
               left join needs_public n on n.id = p.need
               where p.round = $1 and p.number = $2
           ) g
           order by step, position"#,
        round.0,
        number
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Going {
                enterprise: OrganisationId(row.enterprise),
                place: word("matching_run_pair.village", &row.place)?,
                villages: words("matching_run_wish.villages", &row.villages)?,
                field: row.field.as_deref().map(|field| word("need.field", field)).transpose()?,
            })
        })
        .collect()
}

pub async fn mark_sent(
    connection: &mut PgConnection,
    (id, run): (MatchingRoundId, i32),
    terms: &RoundTerms,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_round
         set status = 'sending', sent_run = $2, sent_by = $3, sent_for = $4, sent_at = $5, terms = $6
         where id = $1 and status = 'open'",
        id.0,
        run,
        acting.person.0,
        acting.organisation.0,
        now,
        json(terms)?
    )
    .execute(connection)
    .await
}

pub async fn insert_proposal(
    connection: &mut PgConnection,
    round: MatchingRoundId,
    (position, pairing): (i32, PairingId),
    going: &Going,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into matching_proposal (round, enterprise, place, position, villages, field, pairing)
         values ($1, $2, $3, $4, $5, $6, $7)",
        round.0,
        going.enterprise.0,
        going.place.as_str(),
        position,
        &texts(&going.villages),
        going.field.map(Field::as_str),
        pairing.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// All proposals of a round, those that went out, those that could not.
pub async fn counts(connection: &mut PgConnection, round: MatchingRoundId) -> sqlx::Result<(i64, i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) as "all!", count(*) filter (where made) as "made!", count(*) filter (where not made) as "refused!"
           from matching_proposal
           where round = $1"#,
        round.0
    )
    .fetch_one(connection)
    .await?;
    Ok((row.all, row.made, row.refused))
}

/// A proposal that is not made yet.
pub struct Next {
    pub pairing: PairingId,
    pub enterprise: OrganisationId,
    pub place: PlaceCode,
    pub villages: Vec<PlaceCode>,
    pub field: Option<Field>,
}

pub async fn next(connection: &mut PgConnection, round: MatchingRoundId) -> sqlx::Result<Option<Next>> {
    let row = sqlx::query!(
        "select pairing, enterprise, place, villages, field
         from matching_proposal
         where round = $1 and done_at is null
         order by position
         limit 1",
        round.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Next {
            pairing: PairingId(row.pairing),
            enterprise: OrganisationId(row.enterprise),
            place: word("matching_proposal.place", &row.place)?,
            villages: words("matching_proposal.villages", &row.villages)?,
            field: row.field.as_deref().map(|field| word("matching_proposal.field", field)).transpose()?,
        })
    })
    .transpose()
}

/// Notes what became of a proposal; `says`: why it could not be made.
pub async fn note(
    connection: &mut PgConnection,
    pairing: PairingId,
    says: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let made: Uuid = pairing.0;
    sqlx::query!(
        "update matching_proposal set made = $2, says = $3, done_at = $4 where pairing = $1 and done_at is null",
        made,
        says.is_none(),
        says.unwrap_or_default(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the sending when nothing is left to propose.
pub async fn finish(connection: &mut PgConnection, id: MatchingRoundId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update matching_round r
         set status = 'sent', done_at = $2
         where r.id = $1 and r.status = 'sending'
           and not exists (select from matching_proposal p where p.round = r.id and p.done_at is null)",
        id.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}
