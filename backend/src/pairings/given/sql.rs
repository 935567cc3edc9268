//! The only SQL that adds up what was given under a pairing.

use crate::db::decode::{fen, word};
use domain::PairingId;
use domain::api::commitments::CommitmentTotal;
use domain::api::pairings::GiftUnderPairing;
use domain::four::FourNumbers;
use sqlx::PgConnection;

/// Need by need, and whether gifts were left out that the enterprise does not show.
pub async fn gifts(
    connection: &mut PgConnection,
    id: PairingId,
    all: bool,
) -> sqlx::Result<(Vec<GiftUnderPairing>, bool)> {
    let rows = sqlx::query!(
        r#"select need_code as "need_code!", need_title as "need_title!", bool_or(not shown) as "hidden!",
                  bool_or(shown) as "shown!",
                  coalesce(sum(pledged_fen) filter (where shown), 0)::bigint as "pledged_fen!",
                  coalesce(sum(arrived_fen) filter (where shown), 0)::bigint as "arrived_fen!",
                  coalesce(sum(disbursed_fen) filter (where shown), 0)::bigint as "disbursed_fen!",
                  coalesce(sum(spent_fen) filter (where shown), 0)::bigint as "spent_fen!"
           from (select p.*, $2 or (p.show_amount and p.share_with_recipient) as shown
                 from pairing_pledge p
                 where p.pairing = $1) as gift
           group by need, need_code, need_title
           order by need_code"#,
        id.0,
        all
    )
    .fetch_all(connection)
    .await?;
    let hidden = rows.iter().any(|row| row.hidden);
    let gifts = rows.into_iter().filter(|row| row.shown).map(|row| {
        Ok(GiftUnderPairing {
            need_code: row.need_code,
            need_title: row.need_title,
            money: FourNumbers {
                pledged: fen("pledged_fen", row.pledged_fen)?,
                arrived: fen("arrived_fen", row.arrived_fen)?,
                disbursed: fen("disbursed_fen", row.disbursed_fen)?,
                spent: fen("spent_fen", row.spent_fen)?,
                ..FourNumbers::default()
            },
        })
    });
    Ok((gifts.collect::<sqlx::Result<_>>()?, hidden))
}

/// Besides money, each unit of each kind for itself.
pub async fn commitments(connection: &mut PgConnection, id: PairingId) -> sqlx::Result<Vec<CommitmentTotal>> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", unit as "unit!", count(*) as "commitments!", sum(counted)::bigint as "promised!",
                  sum(delivered)::bigint as "delivered!"
           from pairing_commitment
           where pairing = $1
           group by kind, unit
           order by kind, unit"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CommitmentTotal {
                kind: word("need.kind", &row.kind)?,
                unit: row.unit,
                commitments: row.commitments,
                promised: row.promised,
                delivered: row.delivered,
            })
        })
        .collect()
}
