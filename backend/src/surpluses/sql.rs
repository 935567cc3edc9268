//! The only SQL on what needs left.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::surpluses::{NewSurplus, Surplus, SurplusNeed, SurplusPart, SurplusReturn};
use domain::organisation::Acting;
use domain::surplus::{GiverTerms, RemainsFacts, SurplusStatus, due_on};
use domain::{
    BankLineId, Fen, LotId, NeedId, OrganisationId, PersonId, PledgeId, ReturnId, SurplusId, SurplusPlacementId,
};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a charity holds for a need, and what is under way.
pub struct Held {
    pub need: SurplusNeed,
    pub facts: RemainsFacts,
    pub declared: Option<SurplusId>,
}

/// Of these needs.
pub async fn held(connection: &mut PgConnection, charity: OrganisationId, needs: &[NeedId]) -> sqlx::Result<Vec<Held>> {
    let needs: Vec<Uuid> = needs.iter().map(|need| need.0).collect();
    let rows = sqlx::query!(
        r#"select n.id, n.code, n.title, n.status, b.held as "held!", pay.n as "payments!", pay.fen as "payments_fen!",
                  open.n as "unaccounted!", open.fen as "unaccounted_fen!", back.n as "back!", back.fen as "back_fen!",
                  asked.n as "asked!", asked.fen as "asked_fen!", change.n as "changes!", change.fen as "changes_fen!",
                  (select s.id from surplus s where s.need = n.id and s.charity = $1 and s.status = 'declared') as declared
           from need n
           cross join lateral (
               select coalesce(sum(amount_fen), 0)::bigint as held
               from account_balance
               where account = 'allocated:' || n.id || ':' || $1::uuid and asset = 'cny'
           ) b
           cross join lateral (
               select count(*) as n, coalesce(sum(d.amount_fen), 0)::bigint as fen
               from disbursement d
               where d.need = n.id and d.charity = $1 and d.status in ('requested', 'checked', 'approved')
           ) pay
           cross join lateral (
               select count(distinct d.id) as n, coalesce(sum(a.amount_fen), 0)::bigint as fen
               from disbursement d
               join account_balance a on a.account = 'advance:' || d.id and a.asset = 'cny' and a.amount_fen > 0
               where d.need = n.id and d.charity = $1
           ) open
           cross join lateral (
               select count(*) as n, coalesce(sum(l.amount_fen), 0)::bigint as fen
               from disbursement d
               join line_back x on x.disbursement = d.id and x.confirmed_by is null
               join bank_line l on l.id = x.line
               where d.need = n.id and d.charity = $1
           ) back
           cross join lateral (
               select count(*) as n, coalesce(sum(a.amount_fen), 0)::bigint as fen
               from allocation a
               where a.need = n.id and a.charity = $1 and a.status = 'requested'
           ) asked
           cross join lateral (
               select count(*) as n, coalesce(sum(x.amount_fen), 0)::bigint as fen
               from allocation a
               join purpose_change x on x.allocation = a.id and x.status in ('requested', 'consented', 'filed')
               where a.need = n.id and a.charity = $1
           ) change
           where n.id = any($2)
           order by n.changed_at, n.id"#,
        charity.0,
        &needs
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let several = |n: i64, amount: i64| Ok::<_, sqlx::Error>((n, fen("amount_fen", amount)?));
            Ok(Held {
                facts: RemainsFacts {
                    status: word("need.status", &row.status)?,
                    held: fen("account_balance", row.held)?,
                    payments: several(row.payments, row.payments_fen)?,
                    unaccounted: several(row.unaccounted, row.unaccounted_fen)?,
                    money_back: several(row.back, row.back_fen)?,
                    requests: several(row.asked, row.asked_fen)?,
                    changes: several(row.changes, row.changes_fen)?,
                },
                need: SurplusNeed { id: NeedId(row.id), code: row.code, title: row.title },
                declared: row.declared.map(SurplusId),
            })
        })
        .collect()
}

/// The needs that are over and for which a charity still holds money, the longest over first.
pub async fn over_with_money(
    connection: &mut PgConnection,
    charity: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<NeedId>> {
    let needs = sqlx::query_scalar!(
        r#"select n.id
           from (
               select need from allocation where charity = $1 and accepted_at is not null
               union
               select p.to_need
               from surplus s
               join surplus_placement p on p.surplus = s.id and p.status = 'confirmed'
               where s.charity = $1
           ) own
           join need n on n.id = own.need and n.status in ('closed', 'withdrawn', 'expired')
           where exists (select from account_balance b
                         where b.account = 'allocated:' || n.id || ':' || $1::uuid and b.asset = 'cny' and b.amount_fen > 0)
           order by n.changed_at, n.id
           limit $2"#,
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(needs.into_iter().map(NeedId).collect())
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewSurplus,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into surplus (id, need, charity, amount_fen, reason, status, declared_by, declared_at)
         values ($1, $2, $3, $4, $5, 'declared', $6, $7)",
        new.id.0,
        new.need.0,
        acting.organisation.0,
        new.amount_fen.get(),
        new.reason.trim(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

/// A surplus, locked until the transaction ends.
pub struct Locked {
    pub id: SurplusId,
    pub need: NeedId,
    pub charity: OrganisationId,
    pub status: SurplusStatus,
    pub amount: Fen,
    pub declared_by: PersonId,
}

pub async fn lock(connection: &mut PgConnection, id: SurplusId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        "select need, charity, status, amount_fen, declared_by from surplus where id = $1 for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Locked {
            id,
            need: NeedId(row.need),
            charity: OrganisationId(row.charity),
            status: word("surplus.status", &row.status)?,
            amount: fen("surplus.amount_fen", row.amount_fen)?,
            declared_by: PersonId(row.declared_by),
        })
    })
    .transpose()
}

/// With the next number of its charity; two at once are told apart by `surplus_number_once`.
pub async fn set_confirmed(
    connection: &mut PgConnection,
    own: &Locked,
    person: PersonId,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update surplus
         set status = 'confirmed', decided_by = $2, decided_at = $3, found_on = $4,
             number = (select coalesce(max(number), 0) + 1 from surplus where charity = $5)
         where id = $1 and status = 'declared'",
        own.id.0,
        person.0,
        now,
        today,
        own.charity.0
    )
    .execute(connection)
    .await
}

pub async fn set_sent_back(
    connection: &mut PgConnection,
    id: SurplusId,
    person: PersonId,
    why: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update surplus
         set status = 'sent_back', decided_by = $2, decided_at = $3, decided_why = $4
         where id = $1 and status = 'declared'",
        id.0,
        person.0,
        now,
        why
    )
    .execute(connection)
    .await
}

/// Lot by lot, what is neither placed nor promised to go back.
pub async fn lots(connection: &mut PgConnection, id: SurplusId) -> sqlx::Result<BTreeMap<LotId, Fen>> {
    let rows = sqlx::query!(
        r#"select lot as "lot!", left_fen as "left_fen!" from surplus_lot where surplus = $1 and left_fen > 0"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((LotId(row.lot), fen("surplus_lot", row.left_fen)?))).collect()
}

/// The lots that became surplus.
pub async fn found_lots(connection: &mut PgConnection, id: SurplusId) -> sqlx::Result<Vec<(LotId, Fen)>> {
    let rows =
        sqlx::query!("select lot, amount_fen from transfer where cause = $1 and code = 'surplus' order by lot", id.0)
            .fetch_all(connection)
            .await?;
    rows.into_iter().map(|row| Ok((LotId(row.lot), fen("transfer.amount_fen", row.amount_fen)?))).collect()
}

/// Whether nobody was told of it before.
pub async fn set_told(
    connection: &mut PgConnection,
    (id, placement): (SurplusId, Option<SurplusPlacementId>),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (kind, subject) = placement.map_or(("found", id.0), |placement| ("placed", placement.0));
    let done = sqlx::query!(
        "insert into surplus_told (kind, subject, told_at) values ($1, $2, $3) on conflict do nothing",
        kind,
        subject,
        now
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What of these lots is whose, and what its giver said.
pub struct Owned {
    pub pledge: PledgeId,
    pub enterprise: OrganisationId,
    pub reference: String,
    pub terms: GiverTerms,
    pub amount: Fen,
}

pub async fn owners(connection: &mut PgConnection, takes: &[(LotId, Fen)]) -> sqlx::Result<Vec<Owned>> {
    let lots: Vec<Uuid> = takes.iter().map(|(lot, _)| lot.0).collect();
    let amounts: Vec<i64> = takes.iter().map(|(_, amount)| amount.get()).collect();
    let rows = sqlx::query!(
        r#"select p.id, p.enterprise, p.reference, p.restriction, p.funding_choice, sum(t.fen)::bigint as "fen!"
           from unnest($1::uuid[], $2::bigint[]) as t (lot, fen)
           join bank_line_part part on part.lot = t.lot
           join pledge p on p.id = part.pledge
           group by p.id
           order by p.pledged_at, p.id"#,
        &lots,
        &amounts
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Owned {
                pledge: PledgeId(row.id),
                enterprise: OrganisationId(row.enterprise),
                reference: row.reference,
                terms: GiverTerms {
                    restriction: word("pledge.restriction", &row.restriction)?,
                    choice: word("pledge.funding_choice", &row.funding_choice)?,
                },
                amount: fen("amount_fen", row.fen)?,
            })
        })
        .collect()
}

struct Row {
    id: Uuid,
    need: Uuid,
    need_code: Option<String>,
    need_title: String,
    need_village: String,
    charity: Uuid,
    charity_name: String,
    amount_fen: i64,
    reason: String,
    status: String,
    declared_by: Uuid,
    declared_by_name: Option<String>,
    declared_at: DateTime<Utc>,
    decided_by_name: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    decided_why: Option<String>,
    number: Option<i32>,
    found_on: Option<NaiveDate>,
    placed_fen: i64,
    proposed_fen: i64,
    returned_fen: i64,
    returning_fen: i64,
}

/// A surplus with what decides on who may read it and go on with it.
pub struct Known {
    pub surplus: Surplus,
    pub village: String,
    pub declared_by: PersonId,
}

impl Row {
    fn known(self, today: NaiveDate) -> sqlx::Result<Known> {
        let status: SurplusStatus = word("surplus.status", &self.status)?;
        let found = if status == SurplusStatus::Confirmed { self.amount_fen } else { 0 };
        let left = fen("surplus", found - self.placed_fen - self.returned_fen)?;
        let due = self.found_on.map(due_on);
        let surplus = Surplus {
            id: SurplusId(self.id),
            status,
            number: self.number,
            need: SurplusNeed { id: NeedId(self.need), code: self.need_code, title: self.need_title },
            charity: OrganisationId(self.charity),
            charity_name: self.charity_name,
            amount_fen: fen("surplus.amount_fen", self.amount_fen)?,
            reason: self.reason,
            declared_by: self.declared_by_name.unwrap_or_default(),
            declared_at: self.declared_at,
            decided_by: self.decided_by_name,
            decided_at: self.decided_at,
            decided_why: self.decided_why,
            found_on: self.found_on,
            due_on: due,
            placed_fen: fen("surplus", self.placed_fen)?,
            proposed_fen: fen("surplus", self.proposed_fen)?,
            returned_fen: fen("surplus", self.returned_fen)?,
            returning_fen: fen("surplus", self.returning_fen)?,
            left_fen: left,
            late: left.is_positive() && due.is_some_and(|due| due < today),
        };
        Ok(Known { surplus, village: self.need_village, declared_by: PersonId(self.declared_by) })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: SurplusId, today: NaiveDate) -> sqlx::Result<Option<Known>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", need as "need!", need_code, need_title as "need_title!", need_village as "need_village!",
                  charity as "charity!", charity_name as "charity_name!",
                  amount_fen as "amount_fen!", reason as "reason!", status as "status!", declared_by as "declared_by!",
                  declared_by_name, declared_at as "declared_at!", decided_by_name, decided_at, decided_why, number,
                  found_on, placed_fen as "placed_fen!", proposed_fen as "proposed_fen!",
                  returned_fen as "returned_fen!", returning_fen as "returning_fen!"
           from surplus_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.known(today)).transpose()
}

/// Whose are read: one charity's, those of needs in a place, or all.
#[derive(Default)]
pub struct Whose {
    pub charity: Option<OrganisationId>,
    pub place: Option<String>,
}

/// Latest first.
pub async fn list(
    connection: &mut PgConnection,
    whose: &Whose,
    after: Option<SurplusId>,
    (limit, today): (i64, NaiveDate),
) -> sqlx::Result<Vec<Surplus>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", need as "need!", need_code, need_title as "need_title!", need_village as "need_village!",
                  charity as "charity!", charity_name as "charity_name!",
                  amount_fen as "amount_fen!", reason as "reason!", status as "status!", declared_by as "declared_by!",
                  declared_by_name, declared_at as "declared_at!", decided_by_name, decided_at, decided_why, number,
                  found_on, placed_fen as "placed_fen!", proposed_fen as "proposed_fen!",
                  returned_fen as "returned_fen!", returning_fen as "returning_fen!"
           from surplus_read
           where ($1::uuid is null or charity = $1) and ($2::text is null or lies_in(need_village, $2))
             and ($3::uuid is null
                  or (declared_at, id) < (select s.declared_at, s.id from surplus s where s.id = $3))
           order by declared_at desc, id desc
           limit $4"#,
        whose.charity.map(|id| id.0),
        whose.place.as_deref(),
        after.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| row.known(today).map(|known| known.surplus)).collect()
}

pub async fn count(connection: &mut PgConnection, whose: &Whose, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select
                 from surplus s
                 join need n on n.id = s.need
                 where ($1::uuid is null or s.charity = $1) and ($2::text is null or lies_in(n.village, $2))
                 limit $3) as counted"#,
        whose.charity.map(|id| id.0),
        whose.place.as_deref(),
        limit
    )
    .fetch_one(connection)
    .await
}

/// Whose money is left, gift by gift.
pub async fn parts(connection: &mut PgConnection, id: SurplusId) -> sqlx::Result<Vec<SurplusPart>> {
    let rows = sqlx::query!(
        r#"select part.pledge, p.reference as "reference?", o.name as "giver?", p.restriction as "restriction?",
                  p.funding_choice as "choice?", case when part.pledge is null then part.lot end as lot,
                  case when part.pledge is null then part.line end as line, sum(l.left_fen)::bigint as "left_fen!"
           from surplus_lot l
           join bank_line_part part on part.lot = l.lot
           left join pledge p on p.id = part.pledge
           left join organisation o on o.id = p.enterprise
           where l.surplus = $1 and l.left_fen > 0
           group by 1, 2, 3, 4, 5, 6, 7
           order by part.pledge, 6"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SurplusPart {
                pledge: row.pledge.map(PledgeId),
                reference: row.reference.as_deref().map(|text| word("pledge.reference", text)).transpose()?,
                giver: row.giver,
                restriction: row.restriction.as_deref().map(|text| word("pledge.restriction", text)).transpose()?,
                choice: row.choice.as_deref().map(|text| word("pledge.funding_choice", text)).transpose()?,
                lot: row.lot.map(LotId),
                line: row.line.map(BankLineId),
                left_fen: fen("surplus_lot", row.left_fen)?,
            })
        })
        .collect()
}

pub async fn returns(connection: &mut PgConnection, id: SurplusId) -> sqlx::Result<Vec<SurplusReturn>> {
    let rows = sqlx::query!(
        "select id, status, amount_fen, paid_on from gift_return where surplus = $1 order by prepared_at, id",
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SurplusReturn {
                id: ReturnId(row.id),
                status: word("gift_return.status", &row.status)?,
                amount_fen: fen("gift_return.amount_fen", row.amount_fen)?,
                paid_on: row.paid_on,
            })
        })
        .collect()
}
