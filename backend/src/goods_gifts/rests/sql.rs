//! The only SQL on what becomes of given goods that are left.

use super::gifts;
use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::goods::{GoodsNeed, GoodsRest, GoodsRestLine};
use domain::goods::{GoodsGiftStatus, GoodsLossCause, GoodsRestKind, GoodsRestStatus, GoodsRestStep, Quantity};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{Fen, FileId, GoodsGiftId, GoodsRestId, NeedId, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::HashMap;
use uuid::Uuid;

/// What one person asks for.
pub struct Asked<'a> {
    pub id: GoodsRestId,
    pub kind: GoodsRestKind,
    pub write_off: Option<(GoodsLossCause, NaiveDate)>,
    pub reason: &'a str,
}

pub async fn insert(
    connection: &mut PgConnection,
    gift: &gifts::Stored,
    (asked, value): (&Asked<'_>, Fen),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    // What waits for another need is set aside for none.
    let set_aside = gift.set_aside_at.and(gift.for_need.as_ref());
    sqlx::query!(
        "insert into goods_rest (id, gift, number, kind, need, cause, found_on, reason, value_fen, asked_by, asked_at)
         select $1, $2, 1 + (select count(*) from goods_rest r where r.gift = $2), $3, $4, $5, $6, $7, $8, $9, $10",
        asked.id.0,
        gift.id.0,
        asked.kind.as_str(),
        set_aside.map(|(need, ..)| need.0),
        asked.write_off.map(|(cause, _)| cause.as_str()),
        asked.write_off.map(|(_, day)| day),
        asked.reason,
        value.get(),
        by.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_lines(
    connection: &mut PgConnection,
    rest: GoodsRestId,
    parts: &[(Quantity, Fen)],
) -> sqlx::Result<()> {
    let quantities: Vec<i64> = parts.iter().map(|(quantity, _)| quantity.thousandths()).collect();
    let values: Vec<i64> = parts.iter().map(|(_, value)| value.get()).collect();
    sqlx::query!(
        "insert into goods_rest_line (rest, position, quantity, value_fen)
         select $1, l.position::integer - 1, l.quantity, l.value_fen
         from unnest($2::bigint[], $3::bigint[]) with ordinality as l (quantity, value_fen, position)",
        rest.0,
        &quantities,
        &values
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// As it is stored, with the need that the goods were set aside for.
pub struct Stored {
    pub id: GoodsRestId,
    pub gift: GoodsGiftId,
    number: i32,
    pub kind: GoodsRestKind,
    pub status: GoodsRestStatus,
    pub need: Option<GoodsNeed>,
    /// The organisation of that need's village.
    pub village: Option<OrganisationId>,
    pub cause: Option<GoodsLossCause>,
    pub found_on: Option<NaiveDate>,
    pub reason: String,
    pub lines: Vec<GoodsRestLine>,
    pub value: Fen,
    pub asked_by: PersonId,
    asked_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    decision: String,
}

impl Stored {
    pub fn shown(self, values: bool, pictures: Vec<FileId>, may: Vec<GoodsRestStep>) -> GoodsRest {
        GoodsRest {
            id: self.id,
            number: self.number,
            kind: self.kind,
            status: self.status,
            need: self.need,
            cause: self.cause,
            found_on: self.found_on,
            reason: self.reason,
            lines: self.lines,
            value_fen: values.then_some(self.value),
            asked_at: self.asked_at,
            decided_at: self.decided_at,
            decision: self.decision,
            pictures,
            may,
        }
    }
}

struct Row {
    id: Uuid,
    gift: Uuid,
    number: i32,
    kind: String,
    status: String,
    need: Option<Uuid>,
    need_code: Option<String>,
    need_title: Option<String>,
    village: Option<Uuid>,
    cause: Option<String>,
    found_on: Option<NaiveDate>,
    reason: String,
    value_fen: i64,
    asked_by: Uuid,
    asked_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    decision: String,
}

impl Row {
    fn read(self, lines: Vec<GoodsRestLine>) -> sqlx::Result<Stored> {
        let need = self.need.zip(self.need_code).zip(self.need_title);
        Ok(Stored {
            id: GoodsRestId(self.id),
            gift: GoodsGiftId(self.gift),
            number: self.number,
            kind: word("goods_rest.kind", &self.kind)?,
            status: word("goods_rest.status", &self.status)?,
            need: need.map(|((id, code), title)| GoodsNeed { id: NeedId(id), code, title }),
            village: self.village.map(OrganisationId),
            cause: self.cause.map(|cause| word("goods_rest.cause", &cause)).transpose()?,
            found_on: self.found_on,
            reason: self.reason,
            lines,
            value: fen("goods_rest.value_fen", self.value_fen)?,
            asked_by: PersonId(self.asked_by),
            asked_at: self.asked_at,
            decided_at: self.decided_at,
            decision: self.decision,
        })
    }
}

pub async fn gift_of(connection: &mut PgConnection, id: GoodsRestId) -> sqlx::Result<Option<GoodsGiftId>> {
    let gift =
        sqlx::query_scalar!("select gift from goods_rest where id = $1", id.0).fetch_optional(connection).await?;
    Ok(gift.map(GoodsGiftId))
}

pub async fn by_id(connection: &mut PgConnection, id: GoodsRestId) -> sqlx::Result<Option<Stored>> {
    Ok(read(connection, None, Some(id)).await?.pop())
}

/// The first one first.
pub async fn of_gift(connection: &mut PgConnection, gift: GoodsGiftId) -> sqlx::Result<Vec<Stored>> {
    read(connection, Some(gift), None).await
}

async fn read(
    connection: &mut PgConnection,
    gift: Option<GoodsGiftId>,
    id: Option<GoodsRestId>,
) -> sqlx::Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id, r.gift, r.number, r.kind, r.status, r.need, n.code as "need_code?", n.title as "need_title?",
                  n.organisation as "village?", r.cause, r.found_on, r.reason, r.value_fen, r.asked_by, r.asked_at,
                  r.decided_at, r.decision
           from goods_rest r
           left join need n on n.id = r.need
           where r.gift = $1 or r.id = $2
           order by r.number"#,
        gift.map(|id| id.0),
        id.map(|id| id.0)
    )
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut lines = lines(connection, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let own = lines.remove(&row.id).unwrap_or_default();
            row.read(own)
        })
        .collect()
}

async fn lines(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<GoodsRestLine>>> {
    let rows = sqlx::query!(
        "select rest, position, quantity
         from goods_rest_line
         where rest = any($1)
         order by rest, position",
        ids
    )
    .fetch_all(connection)
    .await?;
    let mut all: HashMap<Uuid, Vec<GoodsRestLine>> = HashMap::new();
    for row in rows {
        let line = GoodsRestLine { line: row.position, quantity: Quantity::of_thousandths(row.quantity) };
        all.entry(row.rest).or_default().push(line);
    }
    Ok(all)
}

pub async fn set_decided(
    connection: &mut PgConnection,
    id: GoodsRestId,
    (status, decision): (GoodsRestStatus, &str),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_rest
         set status = $2, decided_by = $3, decided_at = $4, decision = $5
         where id = $1 and status = 'asked'",
        id.0,
        status.as_str(),
        by.0,
        now,
        decision
    )
    .execute(connection)
    .await
}

/// What is left, and worth so much, is set aside for no need any more.
pub async fn set_free(
    connection: &mut PgConnection,
    gift: GoodsGiftId,
    (status, left): (GoodsGiftStatus, Fen),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = $2, set_aside_for = null, set_aside_by = null, set_aside_at = null, version = version + 1,
             changed_at = $3
         where id = $1 and status in ('set_aside', 'partly_handed_over')
           and accepted_fen - handed_fen - lost_fen = $4",
        gift.0,
        status.as_str(),
        now,
        left.get()
    )
    .execute(connection)
    .await
}

/// What of each line is lost now.
pub async fn add_to_lines(connection: &mut PgConnection, gift: GoodsGiftId, rest: GoodsRestId) -> sqlx::Result<()> {
    sqlx::query!(
        "update goods_gift_line l
         set lost = l.lost + r.quantity, lost_fen = l.lost_fen + r.value_fen
         from goods_rest_line r
         where l.gift = $1 and r.rest = $2 and r.position = l.position",
        gift.0,
        rest.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_lost(
    connection: &mut PgConnection,
    gift: GoodsGiftId,
    (status, lost): (GoodsGiftStatus, Fen),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = $2, lost_fen = $3, version = version + 1, changed_at = $4
         where id = $1 and status in ('accepted', 'set_aside', 'partly_handed_over', 'partly_free')",
        gift.0,
        status.as_str(),
        lost.get(),
        now
    )
    .execute(connection)
    .await
}

/// What somebody else asked for in a charity.
pub async fn waiting(connection: &mut PgConnection, acting: &Acting) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(asked_at) as oldest
           from (select r.asked_at
                 from goods_rest r
                 join goods_gift g on g.id = r.gift
                 where r.status = 'asked' and g.charity = $1 and r.asked_by <> $2
                 order by r.asked_at
                 limit 1001) as waiting"#,
        acting.organisation.0,
        acting.person.0
    )
    .fetch_one(connection)
    .await
}
