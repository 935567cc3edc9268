//! The only SQL that adds changes to the totals of villages.

use sqlx::PgConnection;

/// Takes the first changes that nobody else takes and adds them to the totals, in one statement: whoever reads sees the
/// changes or the totals that hold them, never both. Returns of how many villages there were any.
pub async fn add_changes(connection: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let added = sqlx::query!(
        "with taken as (
             delete from village_total_change
             where id in (select id from village_total_change order by id limit $1 for update skip locked)
             returning village, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen
         )
         insert into village_total as t
             (village, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen)
         select village, sum(listed), sum(reported), sum(pledged_fen), sum(arrived_fen), sum(disbursed_fen),
                sum(spent_fen), sum(arranged_fen)
         from taken
         group by village
         order by village
         on conflict (village) do update
         set listed = t.listed + excluded.listed, reported = t.reported + excluded.reported,
             pledged_fen = t.pledged_fen + excluded.pledged_fen, arrived_fen = t.arrived_fen + excluded.arrived_fen,
             disbursed_fen = t.disbursed_fen + excluded.disbursed_fen, spent_fen = t.spent_fen + excluded.spent_fen,
             arranged_fen = t.arranged_fen + excluded.arranged_fen",
        limit
    )
    .execute(connection)
    .await?;
    Ok(added.rows_affected())
}
