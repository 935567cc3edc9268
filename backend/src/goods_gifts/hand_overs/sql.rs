//! The only SQL on hand-overs of goods.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::goods::{GoodsHandOver, GoodsHandOverLine, GoodsNeed, NewGoodsHandOver};
use domain::goods::{GoodsGiftStatus, GoodsHandOverStatus, GoodsHandOverStep, Quantity};
use domain::todo::Waiting;
use domain::{Fen, FileId, GoodsGiftId, GoodsHandOverId, NeedId, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::HashMap;
use uuid::Uuid;

pub async fn insert(
    connection: &mut PgConnection,
    (gift, need): (GoodsGiftId, NeedId),
    new: &NewGoodsHandOver,
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let input = &new.input;
    sqlx::query!(
        "insert into goods_hand_over (id, gift, number, need, happened_on, place, note, recorded_by, recorded_at, changed_at)
         select $1, $2, 1 + (select count(*) from goods_hand_over o where o.gift = $2), $8, $3, $4, $5, $6, $7, $7",
        new.id.0,
        gift.0,
        input.happened_on,
        input.place.trim(),
        input.note.trim(),
        by.0,
        now,
        need.0
    )
    .execute(&mut *connection)
    .await?;
    let quantities: Vec<i64> = input.quantities.iter().map(|quantity| quantity.thousandths()).collect();
    sqlx::query!(
        "insert into goods_hand_over_line (hand_over, position, quantity)
         select $1, l.position::integer - 1, l.quantity
         from unnest($2::bigint[]) with ordinality as l (quantity, position)",
        new.id.0,
        &quantities
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One hand-over as it is stored.
pub struct Stored {
    pub id: GoodsHandOverId,
    pub gift: GoodsGiftId,
    number: i32,
    pub status: GoodsHandOverStatus,
    need: GoodsNeed,
    /// The organisation of that need's village.
    pub village: OrganisationId,
    pub happened_on: NaiveDate,
    pub place: String,
    pub note: String,
    pub lines: Vec<GoodsHandOverLine>,
    pub recorded_by: PersonId,
    recorded_at: DateTime<Utc>,
    pub received_by: Option<PersonId>,
    received_at: Option<DateTime<Utc>>,
    received_note: String,
    decided_at: Option<DateTime<Utc>>,
    decision: String,
    value: Option<Fen>,
}

impl Stored {
    pub fn shown(self, values: bool, pictures: Vec<FileId>, may: Vec<GoodsHandOverStep>) -> GoodsHandOver {
        GoodsHandOver {
            id: self.id,
            number: self.number,
            status: self.status,
            need: self.need,
            happened_on: self.happened_on,
            place: self.place,
            note: self.note,
            lines: self.lines,
            recorded_at: self.recorded_at,
            received_at: self.received_at,
            received_note: self.received_note,
            decided_at: self.decided_at,
            decision: self.decision,
            value_fen: self.value.filter(|_| values),
            pictures,
            may,
        }
    }
}

struct Row {
    id: Uuid,
    gift: Uuid,
    number: i32,
    status: String,
    need: Uuid,
    need_code: String,
    need_title: String,
    village: Uuid,
    happened_on: NaiveDate,
    place: String,
    note: String,
    recorded_by: Uuid,
    recorded_at: DateTime<Utc>,
    received_by: Option<Uuid>,
    received_at: Option<DateTime<Utc>>,
    received_note: String,
    decided_at: Option<DateTime<Utc>>,
    decision: String,
    value_fen: Option<i64>,
}

impl Row {
    fn read(self, lines: Vec<GoodsHandOverLine>) -> sqlx::Result<Stored> {
        Ok(Stored {
            id: GoodsHandOverId(self.id),
            gift: GoodsGiftId(self.gift),
            number: self.number,
            status: word("goods_hand_over.status", &self.status)?,
            need: GoodsNeed { id: NeedId(self.need), code: self.need_code, title: self.need_title },
            village: OrganisationId(self.village),
            happened_on: self.happened_on,
            place: self.place,
            note: self.note,
            lines,
            recorded_by: PersonId(self.recorded_by),
            recorded_at: self.recorded_at,
            received_by: self.received_by.map(PersonId),
            received_at: self.received_at,
            received_note: self.received_note,
            decided_at: self.decided_at,
            decision: self.decision,
            value: self.value_fen.map(|value| fen("goods_hand_over.value_fen", value)).transpose()?,
        })
    }
}

pub async fn gift_of(connection: &mut PgConnection, id: GoodsHandOverId) -> sqlx::Result<Option<GoodsGiftId>> {
    let gift =
        sqlx::query_scalar!("select gift from goods_hand_over where id = $1", id.0).fetch_optional(connection).await?;
    Ok(gift.map(GoodsGiftId))
}

pub async fn by_id(connection: &mut PgConnection, id: GoodsHandOverId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        Row,
        r#"select o.id, o.gift, o.number, o.status, o.need, n.code as "need_code!", n.title as need_title,
                  n.organisation as village, o.happened_on, o.place, o.note, o.recorded_by, o.recorded_at, o.received_by,
                  o.received_at, o.received_note, o.decided_at, o.decision, o.value_fen
           from goods_hand_over o
           join need n on n.id = o.need
           where o.id = $1"#,
        id.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let mut lines = lines(connection, &[id.0]).await?;
    row.map(|row| row.read(lines.remove(&id.0).unwrap_or_default())).transpose()
}

/// The first one first.
pub async fn of_gift(connection: &mut PgConnection, gift: GoodsGiftId) -> sqlx::Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select o.id, o.gift, o.number, o.status, o.need, n.code as "need_code!", n.title as need_title,
                  n.organisation as village, o.happened_on, o.place, o.note, o.recorded_by, o.recorded_at, o.received_by,
                  o.received_at, o.received_note, o.decided_at, o.decision, o.value_fen
           from goods_hand_over o
           join need n on n.id = o.need
           where o.gift = $1
           order by o.number"#,
        gift.0
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

async fn lines(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<GoodsHandOverLine>>> {
    let rows = sqlx::query!(
        "select hand_over, position, quantity, received
         from goods_hand_over_line
         where hand_over = any($1)
         order by hand_over, position",
        ids
    )
    .fetch_all(connection)
    .await?;
    let mut all: HashMap<Uuid, Vec<GoodsHandOverLine>> = HashMap::new();
    for row in rows {
        all.entry(row.hand_over).or_default().push(GoodsHandOverLine {
            line: row.position,
            quantity: Quantity::of_thousandths(row.quantity),
            received: row.received.map(Quantity::of_thousandths),
        });
    }
    Ok(all)
}

/// What the village said, an objection too.
pub async fn set_received(
    connection: &mut PgConnection,
    id: GoodsHandOverId,
    (status, note): (GoodsHandOverStatus, &str),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_hand_over
         set status = $2, received_by = $3, received_at = $4, received_note = $5, changed_at = $4
         where id = $1 and status = 'recorded'",
        id.0,
        status.as_str(),
        by.0,
        now,
        note
    )
    .execute(connection)
    .await
}

pub async fn set_lines_received(
    connection: &mut PgConnection,
    id: GoodsHandOverId,
    received: &[Quantity],
) -> sqlx::Result<()> {
    let received: Vec<i64> = received.iter().map(|quantity| quantity.thousandths()).collect();
    sqlx::query!(
        "update goods_hand_over_line l
         set received = r.received
         from unnest($2::bigint[]) with ordinality as r (received, position)
         where l.hand_over = $1 and l.position = r.position - 1",
        id.0,
        &received
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_decided(
    connection: &mut PgConnection,
    id: GoodsHandOverId,
    (status, decision, value): (GoodsHandOverStatus, &str, Option<Fen>),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_hand_over
         set status = $2, decided_by = $3, decided_at = $4, decision = $5, value_fen = $6, changed_at = $4
         where id = $1 and status = 'received'",
        id.0,
        status.as_str(),
        by.0,
        now,
        decision,
        value.map(Fen::get)
    )
    .execute(connection)
    .await
}

/// What of each line has come now.
pub async fn add_to_lines(
    connection: &mut PgConnection,
    gift: GoodsGiftId,
    moved: &[(Quantity, Fen)],
) -> sqlx::Result<()> {
    let quantities: Vec<i64> = moved.iter().map(|(quantity, _)| quantity.thousandths()).collect();
    let values: Vec<i64> = moved.iter().map(|(_, value)| value.get()).collect();
    sqlx::query!(
        "update goods_gift_line l
         set handed = l.handed + m.quantity, handed_fen = l.handed_fen + m.value_fen
         from unnest($2::bigint[], $3::bigint[]) with ordinality as m (quantity, value_fen, position)
         where l.gift = $1 and l.position = m.position - 1",
        gift.0,
        &quantities,
        &values
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_handed(
    connection: &mut PgConnection,
    gift: GoodsGiftId,
    (status, handed): (GoodsGiftStatus, Fen),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = $2, handed_fen = $3, version = version + 1, changed_at = $4
         where id = $1 and status in ('set_aside', 'partly_handed_over')",
        gift.0,
        status.as_str(),
        handed.get(),
        now
    )
    .execute(connection)
    .await
}

/// What stands so in a charity, or for the needs of a village.
pub async fn waiting(
    connection: &mut PgConnection,
    charity: Option<OrganisationId>,
    village: Option<OrganisationId>,
    status: GoodsHandOverStatus,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select o.changed_at
                 from goods_hand_over o
                 join goods_gift g on g.id = o.gift
                 join need n on n.id = o.need
                 where o.status = $3 and o.status in ('recorded', 'received')
                   and ($1::uuid is null or g.charity = $1) and ($2::uuid is null or n.organisation = $2)
                 order by o.changed_at
                 limit 1001) as waiting"#,
        charity.map(|id| id.0),
        village.map(|id| id.0),
        status.as_str()
    )
    .fetch_one(connection)
    .await
}
