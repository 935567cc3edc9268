//! The only SQL on what of a charity's reconciliation finds no other side.

use crate::db::decode::{fen, word};
use chrono::NaiveDate;
use domain::api::arrivals::{SecondStep, UnmatchedSide, UnmatchedSum};
use domain::{Fen, OrganisationId};
use sqlx::PgConnection;
use uuid::Uuid;

/// The sum of each side that has any.
pub async fn sums(
    connection: &mut PgConnection,
    charity: OrganisationId,
) -> sqlx::Result<Vec<(UnmatchedSide, UnmatchedSum)>> {
    let rows = sqlx::query!(
        r#"select side as "side!", count(*) as "number!", sum(amount_fen)::bigint as "fen!", min(day) as since
           from unmatched_row
           where charity = $1
           group by side"#,
        charity.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let sum = UnmatchedSum { number: row.number, amount_fen: fen("amount", row.fen)?, since: row.since };
            Ok((word("unmatched_row.side", &row.side)?, sum))
        })
        .collect()
}

/// What finds no other side.
pub struct Row {
    pub id: Uuid,
    /// The line, the row of money out or the pledge that it is, or is a part of.
    pub subject: Uuid,
    pub day: NaiveDate,
    pub recorded_on: Option<NaiveDate>,
    pub name: String,
    pub reference: String,
    pub amount: Fen,
    pub step: Option<SecondStep>,
}

/// Rows of one side, oldest first, behind the one that was read last.
pub async fn rows(
    connection: &mut PgConnection,
    (charity, side): (OrganisationId, UnmatchedSide),
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let (day, id) = after.unzip();
    let rows = sqlx::query!(
        r#"select id as "id!", subject as "subject!", day as "day!", recorded_on, name as "name!",
                  reference as "reference!", amount_fen as "amount_fen!", step
           from unmatched_row
           where charity = $1 and side = $2 and ($3::date is null or (day, id) > ($3, $4::uuid))
           order by day, id
           limit $5"#,
        charity.0,
        side.as_str(),
        day,
        id,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Row {
                id: row.id,
                subject: row.subject,
                day: row.day,
                recorded_on: row.recorded_on,
                name: row.name,
                reference: row.reference,
                amount: fen("unmatched_row.amount_fen", row.amount_fen)?,
                step: row.step.map(|step| word("unmatched_row.step", &step)).transpose()?,
            })
        })
        .collect()
}
