//! The only SQL on what is public of gifts of goods: one statement for sums and rows, because it is on every need's page.

use super::Of;
use crate::db::decode::{error, fen, word};
use crate::ledger::shown_name;
use chrono::{DateTime, Utc};
use domain::api::goods::{GoodsNeed, PublicGoods, PublicGoodsGift};
use domain::campaign::legal_day;
use domain::goods::{GoodsGiftStatus, GoodsParts};
use domain::pledge::PublicDisplay;
use domain::{Fen, NeedId, OrganisationId};
use sqlx::PgConnection;

/// The sums over all gifts, also those that are not among the rows.
pub struct Sums {
    accepted: Fen,
    handed: Fen,
    lost: Fen,
    gifts: i64,
    hidden: i64,
}

impl Sums {
    pub fn with(self, items: Vec<PublicGoodsGift>, as_of: DateTime<Utc>) -> PublicGoods {
        PublicGoods {
            accepted_fen: self.accepted,
            handed_over_fen: self.handed,
            lost_fen: self.lost,
            gifts: self.gifts,
            hidden: self.hidden,
            items,
            as_of,
        }
    }
}

/// Sums and rows of one need, one campaign or one enterprise, the latest accepted first; none where the need or the
/// enterprise is not public.
pub async fn read(
    connection: &mut PgConnection,
    of: Of,
    limit: i64,
) -> sqlx::Result<Option<(Vec<PublicGoodsGift>, Sums)>> {
    let [need, campaign, enterprise] = match of {
        Of::Need(id) => [Some(id.0), None, None],
        Of::Campaign(id) => [None, Some(id.0), None],
        Of::Enterprise(id) => [None, None, Some(id.0)],
    };
    let rows = sqlx::query!(
        r#"with part as (
               select g.id, g.enterprise, g.public_display, g.show_value, g.confirmed_at, at.given_fen as accepted_fen,
                      at.handed_fen, at.lost_fen, at.left_fen, at.left_fen > 0 as set_aside, at.need as for_need
               from goods_at_need at
               join goods_gift g on g.id = at.gift
               where at.need = $1 and at.given_fen > 0
               union all
               select g.id, g.enterprise, g.public_display, g.show_value, g.confirmed_at, g.accepted_fen, g.handed_fen,
                      g.lost_fen, g.accepted_fen - g.handed_fen - g.lost_fen, g.set_aside_for is not null,
                      g.set_aside_for
               from goods_gift g
               where $1::uuid is null and ($2::uuid is null or g.campaign = $2)
                 and ($3::uuid is null or (g.enterprise = $3 and g.public_display = 'name'))
                 and g.confirmed_at is not null and g.status <> 'reversed'
           )
           select s.public as "public!", s.gifts as "gifts!", s.hidden as "hidden!", s.accepted as "accepted!",
                  s.handed as "handed!", s.lost as "lost!", r.id as "id?", e.id as "enterprise?", e.name as "enterprise_name?",
                  r.public_display as "public_display?",
                  coalesce(case when $1::uuid is null
                                then (select read.what from goods_gift_read read where read.id = r.id)
                                else (select at.what from goods_at_need at where at.gift = r.id and at.need = $1) end,
                           '') as "what!",
                  coalesce(r.show_value, false) as "show_value!", coalesce(r.accepted_fen, 0) as "accepted_fen!",
                  coalesce(r.handed_fen > 0, false) as "has_handed!", coalesce(r.lost_fen > 0, false) as "has_lost!",
                  coalesce(r.left_fen > 0, false) as "has_left!", coalesce(r.set_aside, false) as "set_aside!",
                  case when r.lost_fen > 0 then goods_lost(r.id, $1) else '[]'::jsonb end as "losses!",
                  r.confirmed_at as "confirmed_at?", n.id as "need?", n.code as "need_code?", n.title as "need_title?"
           from (
               select case when $1::uuid is not null then exists (select from needs_public n where n.id = $1)
                           when $3::uuid is not null
                           then exists (select from organisation o
                                        where o.id = $3 and o.kind = 'enterprise' and o.status = 'verified')
                           else true end as public,
                      count(*) as gifts, count(*) filter (where not p.show_value) as hidden,
                      coalesce(sum(p.accepted_fen) filter (where p.show_value), 0)::bigint as accepted,
                      coalesce(sum(p.handed_fen) filter (where p.show_value), 0)::bigint as handed,
                      coalesce(sum(p.lost_fen) filter (where p.show_value), 0)::bigint as lost
               from part p
           ) s
           left join lateral (
               select p.*
               from part p
               order by p.confirmed_at desc, p.id desc
               limit $4
           ) r on true
           left join organisation e on e.id = r.enterprise
           left join needs_public n on n.id = r.for_need
           order by r.confirmed_at desc, r.id desc"#,
        need,
        campaign,
        enterprise,
        limit
    )
    .fetch_all(connection)
    .await?;
    let Some(first) = rows.first().filter(|first| first.public) else { return Ok(None) };
    let sums = Sums {
        accepted: fen("sum of goods", first.accepted)?,
        handed: fen("sum of goods", first.handed)?,
        lost: fen("sum of goods", first.lost)?,
        gifts: first.gifts,
        hidden: first.hidden,
    };
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let known = row.enterprise_name.zip(row.public_display).zip(row.confirmed_at);
        let Some(((name, display), confirmed_at)) = known else { continue };
        let value = fen("goods_gift.accepted_fen", row.accepted_fen)?;
        let parts =
            GoodsParts { handed: row.has_handed, lost: row.has_lost, left: row.has_left, set_aside: row.set_aside };
        let status: GoodsGiftStatus = parts.status();
        let display: PublicDisplay = word("goods_gift.public_display", &display)?;
        items.push(PublicGoodsGift {
            giver: shown_name(&name, display),
            enterprise: row.enterprise.filter(|_| display == PublicDisplay::Name).map(OrganisationId),
            what: row.what,
            value_fen: row.show_value.then_some(value),
            lost: serde_json::from_value(row.losses).map_err(|wrong| error("goods_lost", wrong))?,
            accepted_on: legal_day(confirmed_at),
            status,
            need: row.need.zip(row.need_code).zip(row.need_title).map(|((id, code), title)| GoodsNeed {
                id: NeedId(id),
                code,
                title,
            }),
        });
    }
    Ok(Some((items, sums)))
}
