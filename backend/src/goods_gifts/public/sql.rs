//! The only SQL on what is public of gifts of goods: their sums, and the rows where there are any.

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
    pub gifts: i64,
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

/// The sums of one need or of one campaign; none where the need is not public.
pub async fn sums(
    connection: &mut PgConnection,
    (need, campaign): (Option<NeedId>, Option<CampaignId>),
) -> sqlx::Result<Option<Sums>> {
    let row = sqlx::query!(
        r#"select $1::uuid is null or exists (select from needs_public n where n.id = $1) as "public!",
                  count(*) as "gifts!", count(*) filter (where not g.show_value) as "hidden!",
                  coalesce(sum(g.accepted_fen) filter (where g.show_value), 0)::bigint as "accepted!",
                  coalesce(sum(g.handed_fen) filter (where g.show_value), 0)::bigint as "handed!"
           from goods_gift g
           where ($1::uuid is null or g.set_aside_for = $1) and ($2::uuid is null or g.campaign = $2)
             and g.status in ('accepted', 'set_aside', 'partly_handed_over', 'handed_over')"#,
        need.map(|id| id.0),
        campaign.map(|id| id.0)
    )
    .fetch_one(connection)
    .await?;
    if !row.public {
        return Ok(None);
    }
    Ok(Some(Sums {
        accepted: fen("sum of goods", row.accepted)?,
        handed: fen("sum of goods", row.handed)?,
        gifts: row.gifts,
        hidden: row.hidden,
    }))
}

/// The latest accepted first.
pub async fn read(
    connection: &mut PgConnection,
    (need, campaign): (Option<NeedId>, Option<CampaignId>),
    limit: i64,
) -> sqlx::Result<Vec<PublicGoodsGift>> {
    let rows = sqlx::query!(
        r#"select g.enterprise_name as "enterprise_name!", g.public_display as "public_display!",
                  coalesce(g.what, '') as "what!", g.show_value as "show_value!", g.accepted_fen as "accepted_fen!",
                  g.confirmed_at as "confirmed_at!", g.status as "status!", n.id as "need?", n.code as "need_code?",
                  n.title as "need_title?"
           from goods_gift_read g
           left join needs_public n on n.id = g.set_aside_for
           where ($1::uuid is null or g.set_aside_for = $1) and ($2::uuid is null or g.campaign = $2)
             and g.status in ('accepted', 'set_aside', 'partly_handed_over', 'handed_over')
           order by g.confirmed_at desc, g.id desc
           limit $3"#,
        need.map(|id| id.0),
        campaign.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let display = word("goods_gift.public_display", &row.public_display)?;
            let value = fen("goods_gift.accepted_fen", row.accepted_fen)?;
            Ok(PublicGoodsGift {
                giver: shown_name(&row.enterprise_name, display),
                what: row.what,
                value_fen: row.show_value.then_some(value),
                accepted_on: legal_day(row.confirmed_at),
                status: word("goods_gift.status", &row.status)?,
                need: row.need.zip(row.need_code).zip(row.need_title).map(|((id, code), title)| GoodsNeed {
                    id: NeedId(id),
                    code,
                    title,
                }),
            })
        })
        .collect()
}
