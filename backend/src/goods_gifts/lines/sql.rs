//! The only SQL that reads and writes the lines of gifts of goods.

use super::Line;
use crate::db::decode::fen;
use domain::GoodsGiftId;
use domain::goods::{GoodsLine, Quantity};
use sqlx::PgConnection;

pub async fn insert(connection: &mut PgConnection, gift: GoodsGiftId, lines: &[GoodsLine]) -> sqlx::Result<()> {
    let names: Vec<String> = lines.iter().map(|line| line.name.trim().to_owned()).collect();
    let quantities: Vec<i64> = lines.iter().map(|line| line.quantity.thousandths()).collect();
    let units: Vec<String> = lines.iter().map(|line| line.unit.trim().to_owned()).collect();
    let unit_values: Vec<i64> = lines.iter().map(|line| line.unit_value.get()).collect();
    let values: Vec<i64> = lines.iter().map(|line| line.value().unwrap_or_default().get()).collect();
    sqlx::query!(
        "insert into goods_gift_line (gift, position, name, quantity, unit, unit_fen, value_fen)
         select $1, l.position::integer - 1, l.name, l.quantity, l.unit, l.unit_fen, l.value_fen
         from unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])
              with ordinality as l (name, quantity, unit, unit_fen, value_fen, position)",
        gift.0,
        &names,
        &quantities,
        &units,
        &unit_values,
        &values
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// In their order.
pub async fn of(connection: &mut PgConnection, gift: GoodsGiftId) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query!(
        "select name, quantity, unit, unit_fen, value_fen, accepted, accepted_unit_fen, accepted_fen, condition, handed,
                handed_fen, lost, lost_fen
         from goods_gift_line
         where gift = $1
         order by position",
        gift.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount = |value| fen("goods_gift_line", value);
            let accepted = row.accepted.zip(row.accepted_unit_fen).zip(row.accepted_fen);
            let accepted = accepted.map(|((quantity, unit), value)| {
                Ok::<_, sqlx::Error>((Quantity::of_thousandths(quantity), amount(unit)?, amount(value)?))
            });
            Ok(Line {
                offered: GoodsLine {
                    name: row.name,
                    quantity: Quantity::of_thousandths(row.quantity),
                    unit: row.unit,
                    unit_value: amount(row.unit_fen)?,
                },
                value: amount(row.value_fen)?,
                accepted: accepted.transpose()?,
                condition: row.condition,
                handed: Quantity::of_thousandths(row.handed),
                handed_fen: amount(row.handed_fen)?,
                lost: Quantity::of_thousandths(row.lost),
                lost_fen: amount(row.lost_fen)?,
            })
        })
        .collect()
}
