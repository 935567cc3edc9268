//! The only SQL on requests about pledges.

use crate::db::decode::{fen, word};
use crate::gift_papers::Scope;
use chrono::{DateTime, Utc};
use domain::api::gift_requests::{
    GiftRequest, GiftRequestDecided, GiftRequestOpinion, GiftRequestSettled, NewGiftRequest, RequestBooking,
    SettledGiftRequest,
};
use domain::gift_request::{BookingFacts, GiftRequestKind, GiftRequestStatus, GiftReturnGround, SettlementKind};
use domain::organisation::Acting;
use domain::pledge::PledgeReference;
use domain::todo::Waiting;
use domain::{Fen, GiftRequestId, LotId, OrganisationId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

pub async fn insert(
    connection: &mut PgConnection,
    (pledge, amount): (PledgeId, Option<Fen>),
    new: &NewGiftRequest,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into gift_request (id, pledge, kind, ground, amount_fen, lot, reason, asked_by, asked_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        new.id.0,
        pledge.0,
        new.kind.as_str(),
        new.ground.map(GiftReturnGround::as_str),
        amount.map(Fen::get),
        new.lot.map(|lot| lot.0),
        new.reason.trim(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether a confirmed part of a line belongs to a pledge.
pub async fn has_lot(connection: &mut PgConnection, pledge: PledgeId, lot: LotId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from bank_line_part part
               join bank_line l on l.id = part.line and l.status = 'confirmed'
               where part.pledge = $1 and part.lot = $2) as "has!""#,
        pledge.0,
        lot.0
    )
    .fetch_one(connection)
    .await
}

pub async fn pledge_of(connection: &mut PgConnection, id: GiftRequestId) -> sqlx::Result<Option<PledgeId>> {
    let pledge =
        sqlx::query_scalar!("select pledge from gift_request where id = $1", id.0).fetch_optional(connection).await?;
    Ok(pledge.map(PledgeId))
}

/// A request as it is stored.
pub struct Stored {
    pub id: GiftRequestId,
    pub pledge: PledgeId,
    pub kind: GiftRequestKind,
    pub ground: Option<GiftReturnGround>,
    pub amount: Option<Fen>,
    pub lot: Option<LotId>,
    pub reason: String,
    pub status: GiftRequestStatus,
    pub version: i32,
    pub asked_by: PersonId,
    pub recommended_by: Option<PersonId>,
    pub reference: PledgeReference,
    pub pledge_amount: Fen,
    pub enterprise_name: String,
    pub charity_name: String,
    pub campaign_name: String,
}

/// As it stands; whoever changes it has its pledge locked.
pub async fn by_id(connection: &mut PgConnection, id: GiftRequestId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query!(
        r#"select id as "id!", pledge as "pledge!", kind as "kind!", ground, amount_fen, lot, reason as "reason!",
                  status as "status!", version as "version!", asked_by as "asked_by!", recommended_by,
                  reference as "reference!", pledge_fen as "pledge_fen!", enterprise_name as "enterprise_name!",
                  charity_name as "charity_name!", campaign_name as "campaign_name!"
           from gift_request_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Stored {
            id: GiftRequestId(row.id),
            pledge: PledgeId(row.pledge),
            kind: word("gift_request.kind", &row.kind)?,
            ground: row.ground.map(|ground| word("gift_request.ground", &ground)).transpose()?,
            amount: row.amount_fen.map(|amount| fen("gift_request.amount_fen", amount)).transpose()?,
            lot: row.lot.map(LotId),
            reason: row.reason,
            status: word("gift_request.status", &row.status)?,
            version: row.version,
            asked_by: PersonId(row.asked_by),
            recommended_by: row.recommended_by.map(PersonId),
            reference: word("pledge.reference", &row.reference)?,
            pledge_amount: fen("pledge.amount_fen", row.pledge_fen)?,
            enterprise_name: row.enterprise_name,
            charity_name: row.charity_name,
            campaign_name: row.campaign_name,
        })
    })
    .transpose()
}

pub async fn recommend(
    connection: &mut PgConnection,
    before: &Stored,
    (recommends, opinion): (bool, &str),
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_request
         set status = 'recommended', recommends = $3, opinion = $4, recommended_by = $5, recommended_at = $6,
             version = version + 1, changed_at = $6
         where id = $1 and version = $2 and status = 'asked'",
        before.id.0,
        before.version,
        recommends,
        opinion,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn decide(
    connection: &mut PgConnection,
    before: &Stored,
    (next, decision, waived): (GiftRequestStatus, &str, Option<Fen>),
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_request
         set status = $3, decision = $4, waived_fen = $5, decided_by = $6, decided_at = $7, version = version + 1,
             changed_at = $7
         where id = $1 and version = $2 and status = 'recommended'",
        before.id.0,
        before.version,
        next.as_str(),
        decision,
        waived.map(Fen::get),
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn withdraw(
    connection: &mut PgConnection,
    before: &Stored,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_request
         set status = 'withdrawn', version = version + 1, changed_at = $3
         where id = $1 and version = $2 and status in ('asked', 'recommended')",
        before.id.0,
        before.version,
        now
    )
    .execute(connection)
    .await
}

pub async fn settle(
    connection: &mut PgConnection,
    before: &Stored,
    done: &SettledGiftRequest,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_request
         set status = 'settled', booking = $3, settled_note = $4, settled_by = $5, settled_at = $6,
             version = version + 1, changed_at = $6
         where id = $1 and version = $2 and status = 'granted'",
        before.id.0,
        before.version,
        done.booking,
        done.note.trim(),
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// What was settled by this booking waits to be settled again.
pub async fn open_again(
    connection: &mut PgConnection,
    booking: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<GiftRequestId>> {
    let opened = sqlx::query_scalar!(
        "update gift_request
         set status = 'granted', booking = null, settled_note = null, settled_by = null, settled_at = null,
             version = version + 1, changed_at = $2
         where booking = $1 and status = 'settled'
         returning id",
        booking,
        now
    );
    Ok(opened.fetch_optional(connection).await?.map(GiftRequestId))
}

/// What is known of a booking of the charity, for a request about a pledge.
pub async fn booking(
    connection: &mut PgConnection,
    (charity, booking): (OrganisationId, Uuid),
    of: &Stored,
) -> sqlx::Result<Option<BookingFacts>> {
    let row = sqlx::query!(
        r#"select k.kind as "kind!", k.booked as "booked!", b.pledge is not null as "own!",
                  coalesce(b.amount_fen, 0) as "amount_fen!", coalesce(b.after_fen, 0) as "after_fen!",
                  coalesce($4::uuid is null or $4 = any(b.lots), false) as "of_lot!",
                  exists (select from gift_request g where g.booking = k.id and g.id <> $5) as "used!"
           from settling_booking k
           left join pledge_booking b on b.id = k.id and b.kind = k.kind and b.pledge = $3
           where k.id = $1 and k.charity = $2"#,
        booking,
        charity.0,
        of.pledge.0,
        of.lot.map(|lot| lot.0),
        of.id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(BookingFacts {
            kind: word("settling_booking.kind", &row.kind)?,
            amount: fen("pledge_booking.amount_fen", row.amount_fen)?,
            after: fen("pledge_booking.after_fen", row.after_fen)?,
            booked: row.booked,
            own: row.own,
            of_lot: row.of_lot,
            used: row.used,
        })
    })
    .transpose()
}

/// What of a kind was booked for a pledge and has settled nothing, latest first.
pub async fn bookings(
    connection: &mut PgConnection,
    pledge: PledgeId,
    kind: SettlementKind,
) -> sqlx::Result<Vec<RequestBooking>> {
    let rows = sqlx::query!(
        r#"select b.id as "id!", b.amount_fen as "amount_fen!", b.after_fen as "after_fen!", b.on_day as "on_day!"
           from pledge_booking b
           where b.pledge = $1 and b.kind = $2 and b.booked
             and not exists (select from gift_request g where g.booking = b.id)
           order by b.on_day desc, b.id
           limit 50"#,
        pledge.0,
        kind.as_str()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RequestBooking {
                id: row.id,
                kind,
                amount_fen: fen("pledge_booking.amount_fen", row.amount_fen)?,
                after_fen: fen("pledge_booking.after_fen", row.after_fen)?,
                on_day: row.on_day,
            })
        })
        .collect()
}

/// What of them is listed.
pub struct Filter {
    pub status: Option<GiftRequestStatus>,
    pub pledge: Option<PledgeId>,
    pub after: Option<GiftRequestId>,
}

/// A request, and who took which step.
pub struct Shown {
    pub request: GiftRequest,
    pub asked_by: PersonId,
    pub recommended_by: Option<PersonId>,
}

struct Row {
    id: Uuid,
    pledge: Uuid,
    reference: String,
    pledge_status: String,
    pledge_fen: i64,
    arrived_fen: i64,
    enterprise_name: String,
    charity_name: String,
    campaign_name: String,
    kind: String,
    ground: Option<String>,
    amount_fen: Option<i64>,
    lot: Option<Uuid>,
    reason: String,
    status: String,
    version: i32,
    asked_by: Uuid,
    asked_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    recommends: Option<bool>,
    opinion: Option<String>,
    recommended_by: Option<Uuid>,
    recommended_at: Option<DateTime<Utc>>,
    decision: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    waived_fen: Option<i64>,
    settled_note: Option<String>,
    settled_at: Option<DateTime<Utc>>,
}

impl Row {
    fn read(self) -> sqlx::Result<Shown> {
        let opinion = self.recommends.zip(self.opinion).zip(self.recommended_at);
        let request = GiftRequest {
            id: GiftRequestId(self.id),
            pledge: PledgeId(self.pledge),
            reference: word("pledge.reference", &self.reference)?,
            pledge_status: word("pledge.status", &self.pledge_status)?,
            pledge_fen: fen("pledge.amount_fen", self.pledge_fen)?,
            arrived_fen: fen("pledge.arrived_fen", self.arrived_fen)?,
            enterprise_name: self.enterprise_name,
            charity_name: self.charity_name,
            campaign_name: self.campaign_name,
            kind: word("gift_request.kind", &self.kind)?,
            ground: self.ground.map(|ground| word("gift_request.ground", &ground)).transpose()?,
            amount_fen: self.amount_fen.map(|amount| fen("gift_request.amount_fen", amount)).transpose()?,
            lot: self.lot.map(LotId),
            reason: self.reason,
            pictures: Vec::new(),
            status: word("gift_request.status", &self.status)?,
            version: self.version,
            asked_at: self.asked_at,
            changed_at: self.changed_at,
            opinion: opinion.map(|((recommends, opinion), at)| GiftRequestOpinion { recommends, opinion, at }),
            decision: self.decision.zip(self.decided_at).map(|(decision, at)| GiftRequestDecided { decision, at }),
            waived_fen: self.waived_fen.map(|amount| fen("gift_request.waived_fen", amount)).transpose()?,
            settled: self.settled_note.zip(self.settled_at).map(|(note, at)| GiftRequestSettled { note, at }),
            bookings: Vec::new(),
            may: Vec::new(),
        };
        Ok(Shown { request, asked_by: PersonId(self.asked_by), recommended_by: self.recommended_by.map(PersonId) })
    }
}

/// Latest first.
pub async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    limit: i64,
) -> sqlx::Result<Vec<Shown>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", pledge as "pledge!", reference as "reference!", pledge_status as "pledge_status!",
                  pledge_fen as "pledge_fen!", arrived_fen as "arrived_fen!", enterprise_name as "enterprise_name!",
                  charity_name as "charity_name!", campaign_name as "campaign_name!", kind as "kind!", ground,
                  amount_fen, lot, reason as "reason!", status as "status!", version as "version!",
                  asked_by as "asked_by!", asked_at as "asked_at!", changed_at as "changed_at!", recommends, opinion,
                  recommended_by, recommended_at, decision, decided_at, waived_fen, settled_note, settled_at
           from gift_request_read
           where ($1::uuid is null or enterprise = $1) and ($2::uuid is null or charity = $2)
             and ($3::text is null or status = $3) and ($4::uuid is null or pledge = $4)
             and ($5::uuid is null
                  or (changed_at, id) < (select r.changed_at, r.id from gift_request r where r.id = $5))
           order by changed_at desc, id desc
           limit $6"#,
        scope.enterprise.map(|id| id.0),
        scope.charity.map(|id| id.0),
        filter.status.map(GiftRequestStatus::as_str),
        filter.pledge.map(|id| id.0),
        filter.after.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// How many there are, up to one more than a list counts.
pub async fn count(connection: &mut PgConnection, scope: &Scope, filter: &Filter) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from gift_request_read
                 where ($1::uuid is null or enterprise = $1) and ($2::uuid is null or charity = $2)
                   and ($3::text is null or status = $3) and ($4::uuid is null or pledge = $4)
                 limit 1001) as counted"#,
        scope.enterprise.map(|id| id.0),
        scope.charity.map(|id| id.0),
        filter.status.map(GiftRequestStatus::as_str),
        filter.pledge.map(|id| id.0)
    )
    .fetch_one(connection)
    .await
}

pub async fn shown(connection: &mut PgConnection, scope: &Scope, id: GiftRequestId) -> sqlx::Result<Option<Shown>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", pledge as "pledge!", reference as "reference!", pledge_status as "pledge_status!",
                  pledge_fen as "pledge_fen!", arrived_fen as "arrived_fen!", enterprise_name as "enterprise_name!",
                  charity_name as "charity_name!", campaign_name as "campaign_name!", kind as "kind!", ground,
                  amount_fen, lot, reason as "reason!", status as "status!", version as "version!",
                  asked_by as "asked_by!", asked_at as "asked_at!", changed_at as "changed_at!", recommends, opinion,
                  recommended_by, recommended_at, decision, decided_at, waived_fen, settled_note, settled_at
           from gift_request_read
           where ($1::uuid is null or enterprise = $1) and ($2::uuid is null or charity = $2) and id = $3"#,
        scope.enterprise.map(|id| id.0),
        scope.charity.map(|id| id.0),
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// What is in a state that waits for somebody of a charity; a waiver that was granted waits for nobody.
pub async fn waiting(
    connection: &mut PgConnection,
    charity: OrganisationId,
    status: GiftRequestStatus,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select r.changed_at
                 from gift_request r
                 join pledge p on p.id = r.pledge
                 where r.status = $2 and p.charity = $1 and (r.status <> 'granted' or r.kind <> 'waiver')
                 order by r.changed_at
                 limit 1001) as waiting"#,
        charity.0,
        status.as_str()
    )
    .fetch_one(connection)
    .await
}
