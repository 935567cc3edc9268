//! The only SQL on what an enterprise gave by year.

use crate::db::decode::fen;
use domain::OrganisationId;
use domain::api::deductions::GivenYear;
use sqlx::PgConnection;

/// By the year of the bank's day, or of the day on which goods came; what went back is taken off where it had come in.
pub async fn by_year(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<Vec<GivenYear>> {
    let rows = sqlx::query!(
        r#"with came as (
               select l.booked_on as day, p.campaign, p.charity, false as goods,
                      part.amount_fen - coalesce(back.fen, 0) as fen
               from pledge p
               join bank_line_part part on part.pledge = p.id and part.rebooked_by is null
               join bank_line l on l.id = part.line and l.status = 'confirmed'
               left join lateral (
                   select sum(t.amount_fen)::bigint as fen
                   from gift_return_take t
                   join gift_return r on r.id = t.gift_return and r.status = 'paid'
                   where t.lot = part.lot
               ) back on true
               where p.enterprise = $1
               union all
               select g.received_on, g.campaign, g.charity, true, g.accepted_fen
               from goods_gift g
               where g.enterprise = $1 and g.confirmed_by is not null and g.status <> 'reversed'
           )
           select extract(year from came.day)::integer as "year!",
                  coalesce(sum(fen) filter (where not goods), 0)::bigint as "money_fen!",
                  coalesce(sum(fen) filter (where goods), 0)::bigint as "goods_fen!",
                  coalesce(sum(fen) filter (where day not between c.tax_from and c.tax_to), 0)::bigint as "outside_fen!",
                  coalesce(sum(fen) filter (where c.tax_from is null), 0)::bigint as "unknown_fen!"
           from came
           join campaign_charity c on c.campaign = came.campaign and c.charity = came.charity
           group by 1
           order by 1"#,
        enterprise.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(GivenYear {
                year: row.year,
                money_fen: fen("bank_line_part.amount_fen", row.money_fen)?,
                goods_fen: fen("goods_gift.accepted_fen", row.goods_fen)?,
                outside_fen: fen("given", row.outside_fen)?,
                unknown_fen: fen("given", row.unknown_fen)?,
            })
        })
        .collect()
}
