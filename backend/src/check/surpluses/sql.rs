//! The comparison of placements of surplus, in one statement that returns what differs.

use crate::check::sql::{Row, findings};
use crate::check::{Comparison, Finding};
use sqlx::PgConnection;

/// The lots that a placement of surplus was said to be of, against those that moved.
pub async fn placements_against_lots(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select 'lot of a placement ' || coalesce(said.placement, moved.cause) || ' ' || coalesce(said.lot, moved.lot)
                      as "subject!",
                  coalesce(said.fen, 0) as "recorded!", coalesce(moved.fen, 0)::bigint as "recomputed!"
           from (
               select k.placement, k.lot, k.amount_fen as fen
               from surplus_placement_take k
               join surplus_placement p on p.id = k.placement and p.status = 'confirmed'
           ) said
           full join (
               select cause, lot, sum(amount_fen) as fen from transfer where code = 'place_surplus' group by cause, lot
           ) moved on moved.cause = said.placement and moved.lot = said.lot
           where coalesce(said.fen, 0) <> coalesce(moved.fen, 0)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::StatesAgainstTransfers, rows))
}
