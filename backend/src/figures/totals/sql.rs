//! The only SQL that adds changes to the totals. Each takes the first changes that nobody else takes and adds them to the
//! totals, in one statement: whoever reads sees the changes or the totals that hold them, never both. The changes are found
//! by an array of their numbers, so that each is looked up whatever the database believes of the table's size.

use sqlx::PgConnection;

/// Of villages and fields. Returns how many rows of totals there were any for.
pub async fn add_public(connection: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let added = sqlx::query!(
        "with taken as (
             delete from public_total_change
             where id = any (array(select id from public_total_change order by id limit $1 for update skip locked))
             returning village, field, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen
         )
         insert into public_total as t
             (village, field, listed, reported, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen)
         select village, field, sum(listed), sum(reported), sum(pledged_fen), sum(arrived_fen), sum(disbursed_fen),
                sum(spent_fen), sum(arranged_fen)
         from taken
         group by village, field
         order by village, field
         on conflict (village, field) do update
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

/// Of campaigns, by the enterprises that gave.
pub async fn add_campaigns(connection: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let added = sqlx::query!(
        "with taken as (
             delete from campaign_total_change
             where id = any (array(select id from campaign_total_change order by id limit $1 for update skip locked))
             returning campaign, enterprise, pledges, pledged_fen, arrived_fen, disbursed_fen, spent_fen
         )
         insert into campaign_total as t
             (campaign, enterprise, pledges, pledged_fen, arrived_fen, disbursed_fen, spent_fen)
         select campaign, enterprise, sum(pledges), sum(pledged_fen), sum(arrived_fen), sum(disbursed_fen), sum(spent_fen)
         from taken
         group by campaign, enterprise
         order by campaign, enterprise
         on conflict (campaign, enterprise) do update
         set pledges = t.pledges + excluded.pledges, pledged_fen = t.pledged_fen + excluded.pledged_fen,
             arrived_fen = t.arrived_fen + excluded.arrived_fen,
             disbursed_fen = t.disbursed_fen + excluded.disbursed_fen, spent_fen = t.spent_fen + excluded.spent_fen",
        limit
    )
    .execute(connection)
    .await?;
    Ok(added.rows_affected())
}
