//! The only SQL that reads what of an enterprise's gifts lies where.

use super::super::sql::Balance;
use crate::db::decode::{fen, word};
use chrono::{DateTime, Utc};
use domain::allocation::FundingChoice;
use domain::pledge::PledgeReference;
use domain::{OrganisationId, PledgeId};
use sqlx::PgConnection;

/// One row of a directed pledge of which something has arrived.
pub struct Row {
    pub pledge: PledgeId,
    pub reference: PledgeReference,
    pub charity_name: String,
    pub position: i32,
    pub funding_choice: FundingChoice,
    pub balance: Balance,
    /// When something came, or was set aside or released, last.
    pub last_moved: Option<DateTime<Utc>>,
}

pub async fn of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"with gift as (
               select id, charity, pledged_at
               from pledge
               where enterprise = $1 and restriction = 'directed' and arrived_fen > 0
               order by pledged_at desc, id desc
               limit $2
           )
           select b.pledge as "pledge!", b.reference as "reference!", c.name as charity_name, b.position as "position!",
                  b.funding_choice as "funding_choice!", b.arrived_fen as "arrived!", b.set_aside_fen as "set_aside!",
                  b.asked_fen as "asked!",
                  (select max(moved.at)
                   from (
                       select a.booked_at as at
                       from designation_arrival a
                       where a.pledge = b.pledge and a.position = b.position
                       union all
                       select a.changed_at
                       from allocation a
                       where a.pledge = b.pledge and a.position = b.position
                   ) moved) as last_moved
           from gift g
           join directed_balance b on b.pledge = g.id
           join organisation c on c.id = g.charity
           where b.arrived_fen > 0
           order by g.pledged_at desc, g.id desc, b.position"#,
        enterprise.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Row {
                pledge: PledgeId(row.pledge),
                reference: word("pledge.reference", &row.reference)?,
                charity_name: row.charity_name,
                position: row.position,
                funding_choice: word("pledge.funding_choice", &row.funding_choice)?,
                balance: Balance {
                    arrived: fen("directed_balance", row.arrived)?,
                    set_aside: fen("directed_balance", row.set_aside)?,
                    asked: fen("directed_balance", row.asked)?,
                },
                last_moved: row.last_moved,
            })
        })
        .collect()
}
