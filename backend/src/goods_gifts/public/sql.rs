//! The only SQL on what is public of gifts of goods: one statement for sums and rows, because it is on every need's page.

use crate::db::decode::{fen, word};
use crate::ledger::shown_name;
use chrono::{DateTime, Utc};
use domain::api::goods::{GoodsNeed, PublicGoods, PublicGoodsGift};
use domain::campaign::legal_day;
use domain::{CampaignId, Fen, NeedId};
use sqlx::PgConnection;

/// The sums over all gifts, also those that are not among the rows.
pub struct Sums {
    accepted: Fen,
    handed: Fen,
    gifts: i64,
    hidden: i64,
}

impl Sums {
    pub fn with(self, items: Vec<PublicGoodsGift>, as_of: DateTime<Utc>) -> PublicGoods {
        PublicGoods {
            accepted_fen: self.accepted,
            handed_over_fen: self.handed,
            gifts: self.gifts,
            hidden: self.hidden,
            items,
            as_of,
        }
    }
}

/// Sums and rows of one need or of one campaign, the latest accepted first; none where the need is not public.
pub async fn read(
    connection: &mut PgConnection,
    (need, campaign): (Option<NeedId>, Option<CampaignId>),
    limit: i64,
) -> sqlx::Result<Option<(Vec<PublicGoodsGift>, Sums)>> {
    let rows = sqlx::query!(
        r#"select s.public as "public!", s.gifts as "gifts!", s.hidden as "hidden!", s.accepted as "accepted!",
                  s.handed as "handed!", r.id as "id?", r.enterprise_name as "enterprise_name?",
                  r.public_display as "public_display?", coalesce(r.what, '') as "what!",
                  coalesce(r.show_value, false) as "show_value!", coalesce(r.accepted_fen, 0) as "accepted_fen!",
                  r.confirmed_at as "confirmed_at?", r.status as "status?", n.id as "need?", n.code as "need_code?",
                  n.title as "need_title?"
           from (
               select $1::uuid is null or exists (select from needs_public n where n.id = $1) as public,
                      count(*) as gifts, count(*) filter (where not g.show_value) as hidden,
                      coalesce(sum(g.accepted_fen) filter (where g.show_value), 0)::bigint as accepted,
                      coalesce(sum(g.handed_fen) filter (where g.show_value), 0)::bigint as handed
               from goods_gift g
               where ($1::uuid is null or g.set_aside_for = $1) and ($2::uuid is null or g.campaign = $2)
                 and g.status in ('accepted', 'set_aside', 'partly_handed_over', 'handed_over')
           ) s
           left join lateral (
               select g.id, g.enterprise_name, g.public_display, g.what, g.show_value, g.accepted_fen, g.confirmed_at,
                      g.status, g.set_aside_for
               from goods_gift_read g
               where s.gifts > 0 and ($1::uuid is null or g.set_aside_for = $1)
                 and ($2::uuid is null or g.campaign = $2)
                 and g.status in ('accepted', 'set_aside', 'partly_handed_over', 'handed_over')
               order by g.confirmed_at desc, g.id desc
               limit $3
           ) r on true
           left join needs_public n on n.id = r.set_aside_for
           order by r.confirmed_at desc, r.id desc"#,
        need.map(|id| id.0),
        campaign.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    let Some(first) = rows.first().filter(|first| first.public) else { return Ok(None) };
    let sums = Sums {
        accepted: fen("sum of goods", first.accepted)?,
        handed: fen("sum of goods", first.handed)?,
        gifts: first.gifts,
        hidden: first.hidden,
    };
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let known = row.enterprise_name.zip(row.public_display).zip(row.confirmed_at).zip(row.status);
        let Some((((name, display), confirmed_at), status)) = known else { continue };
        let value = fen("goods_gift.accepted_fen", row.accepted_fen)?;
        items.push(PublicGoodsGift {
            giver: shown_name(&name, word("goods_gift.public_display", &display)?),
            what: row.what,
            value_fen: row.show_value.then_some(value),
            accepted_on: legal_day(confirmed_at),
            status: word("goods_gift.status", &status)?,
            need: row.need.zip(row.need_code).zip(row.need_title).map(|((id, code), title)| GoodsNeed {
                id: NeedId(id),
                code,
                title,
            }),
        });
    }
    Ok(Some((items, sums)))
}
