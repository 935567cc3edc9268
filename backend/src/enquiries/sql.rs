//! The only SQL on letters from anybody.

use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::api::enquiries::{AboutNeed, EnquiryMessage, NewEnquiry};
use domain::enquiry::{EnquiryStatus, Topic};
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::{EnquiryId, NeedId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

pub async fn next_number(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select nextval('enquiry_number') as "number!""#).fetch_one(connection).await
}

pub async fn has_federation(connection: &mut PgConnection, place: &PlaceCode) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from organisation where kind = 'federation' and place = $1 and status = 'verified'
           ) as "exists!""#,
        place.as_str()
    )
    .fetch_one(connection)
    .await
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewEnquiry,
    (place, reference): (&PlaceCode, &str),
    consented_by: Option<PersonId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into enquiry (id, reference, place, topic, need, status, asked_at, changed_at)
         values ($1, $2, $3, $4, $5, 'waiting', $6, $6)",
        new.id.0,
        reference,
        place.as_str(),
        new.topic.as_str(),
        new.need.map(|need| need.0),
        now
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into enquiry_private (enquiry, name, email) values ($1, $2, $3)",
        new.id.0,
        new.name.trim(),
        new.email.trim()
    )
    .execute(&mut *connection)
    .await?;
    add(connection, new.id, (1, By::Asker { consented_by }), new.text.trim(), now).await
}

/// Who wrote a message.
#[derive(Clone, Copy)]
pub enum By {
    /// With whose consent covers the numbers in it, where there are any.
    Asker {
        consented_by: Option<PersonId>,
    },
    Federation(PersonId),
}

/// One more message of a thread.
pub async fn add(
    connection: &mut PgConnection,
    id: EnquiryId,
    (position, by): (i32, By),
    text: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (answered_by, consented_by) = match by {
        By::Asker { consented_by } => (None, consented_by),
        By::Federation(person) => (Some(person), None),
    };
    sqlx::query!(
        "insert into enquiry_message (enquiry, position, answered_by, consented_by, text, at)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        position,
        answered_by.map(|person| person.0),
        consented_by.map(|person| person.0),
        text,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The messages with numbers that this person's consent covers.
pub async fn with_numbers_of(
    connection: &mut PgConnection,
    person: PersonId,
) -> sqlx::Result<Vec<(EnquiryId, i32, String)>> {
    let rows = sqlx::query!("select enquiry, position, text from enquiry_message where consented_by = $1", person.0)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (EnquiryId(row.enquiry), row.position, row.text)).collect())
}

/// A message without its numbers: no consent has to cover it any more.
pub async fn replace(connection: &mut PgConnection, (id, position): (EnquiryId, i32), text: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update enquiry_message set text = $3, consented_by = null where enquiry = $1 and position = $2",
        id.0,
        position,
        text
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was first written under an id.
pub struct First {
    pub reference: String,
    pub topic: Topic,
    pub need: Option<NeedId>,
    pub email: Option<String>,
    pub text: Option<String>,
}

pub async fn first_message(connection: &mut PgConnection, id: EnquiryId) -> sqlx::Result<Option<First>> {
    let row = sqlx::query!(
        r#"select e.reference, e.topic, e.need, p.email as "email?", m.text as "text?"
           from enquiry e
           left join enquiry_private p on p.enquiry = e.id
           left join enquiry_message m on m.enquiry = e.id and m.position = 1
           where e.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let (topic, need) = (word("enquiry", &row.topic)?, row.need.map(NeedId));
        Ok(First { reference: row.reference, topic, need, email: row.email, text: row.text })
    })
    .transpose()
}

/// The village of a need that everybody may read.
pub async fn village_of_public(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<PlaceCode>> {
    let village = sqlx::query_scalar!(r#"select village as "village!" from needs_public where id = $1"#, need.0)
        .fetch_optional(connection)
        .await?;
    village.as_deref().map(|text| word("enquiry", text)).transpose()
}

/// The public need that a letter is about.
pub async fn about(connection: &mut PgConnection, id: EnquiryId) -> sqlx::Result<Option<AboutNeed>> {
    sqlx::query_as!(
        AboutNeed,
        r#"select n.code as "code!", n.title as "title!"
           from enquiry e
           join needs_public n on n.id = e.need
           where e.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await
}

/// A letter that is being answered, locked until the transaction ends.
pub struct Locked {
    pub place: PlaceCode,
    pub status: EnquiryStatus,
    pub messages: i32,
}

pub async fn lock(connection: &mut PgConnection, id: EnquiryId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        r#"select place, status,
                  (select coalesce(max(m.position), 0) from enquiry_message m where m.enquiry = $1) as "messages!"
           from enquiry
           where id = $1
           for update"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Locked {
            place: word("enquiry", &row.place)?,
            status: word("enquiry", &row.status)?,
            messages: row.messages,
        })
    })
    .transpose()
}

pub async fn set_status(
    connection: &mut PgConnection,
    id: EnquiryId,
    status: EnquiryStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update enquiry set status = $2, changed_at = $3 where id = $1", id.0, status.as_str(), now)
        .execute(connection)
        .await
}

/// A letter without its thread.
pub struct Row {
    pub id: EnquiryId,
    pub reference: String,
    pub place: PlaceCode,
    pub topic: Topic,
    pub status: EnquiryStatus,
    /// None: it was erased.
    pub name: Option<String>,
    pub email: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

struct Stored {
    id: Uuid,
    reference: String,
    place: String,
    topic: String,
    status: String,
    name: Option<String>,
    email: Option<String>,
    asked_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

impl Stored {
    fn read(self) -> sqlx::Result<Row> {
        Ok(Row {
            id: EnquiryId(self.id),
            reference: self.reference,
            place: word("enquiry", &self.place)?,
            topic: word("enquiry", &self.topic)?,
            status: word("enquiry", &self.status)?,
            name: self.name,
            email: self.email,
            asked_at: self.asked_at,
            changed_at: self.changed_at,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: EnquiryId) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query_as!(
        Stored,
        r#"select e.id, e.reference, e.place, e.topic, e.status, p.name as "name?", p.email as "email?", e.asked_at,
                  e.changed_at
           from enquiry e
           left join enquiry_private p on p.enquiry = e.id
           where e.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Stored::read).transpose()
}

pub async fn messages(connection: &mut PgConnection, id: EnquiryId) -> sqlx::Result<Vec<EnquiryMessage>> {
    let rows = sqlx::query!(
        r#"select answered_by is not null as "answer!", text, at from enquiry_message where enquiry = $1 order by position"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| EnquiryMessage { answer: row.answer, text: row.text, at: row.at }).collect())
}

/// What waits, oldest first.
pub async fn waiting(
    connection: &mut PgConnection,
    place: &PlaceCode,
    after: Option<EnquiryId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select e.id, e.reference, e.place, e.topic, e.status, p.name as "name?", p.email as "email?", e.asked_at,
                  e.changed_at
           from enquiry e
           left join enquiry_private p on p.enquiry = e.id
           where e.status = 'waiting' and e.place = $1
             and ($2::uuid is null or (e.changed_at, e.id) > (select l.changed_at, l.id from enquiry l where l.id = $2))
           order by e.changed_at, e.id
           limit $3"#,
        place.as_str(),
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Stored::read).collect()
}

/// What was answered, latest first.
pub async fn answered(
    connection: &mut PgConnection,
    place: &PlaceCode,
    after: Option<EnquiryId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select e.id, e.reference, e.place, e.topic, e.status, p.name as "name?", p.email as "email?", e.asked_at,
                  e.changed_at
           from enquiry e
           left join enquiry_private p on p.enquiry = e.id
           where e.status = 'answered' and e.place = $1
             and ($2::uuid is null or (e.changed_at, e.id) < (select l.changed_at, l.id from enquiry l where l.id = $2))
           order by e.changed_at desc, e.id desc
           limit $3"#,
        place.as_str(),
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Stored::read).collect()
}

/// At most one more than a list counts.
pub async fn count(connection: &mut PgConnection, place: &PlaceCode, status: EnquiryStatus) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from enquiry where status = $2 and place = $1 limit 1001) as counted"#,
        place.as_str(),
        status.as_str()
    )
    .fetch_one(connection)
    .await
}

/// What an answer's mail needs, while it is still known who asked.
pub struct ToSend {
    pub reference: String,
    pub email: String,
    pub text: String,
}

pub async fn answer_to_send(
    connection: &mut PgConnection,
    id: EnquiryId,
    position: i32,
) -> sqlx::Result<Option<ToSend>> {
    sqlx::query_as!(
        ToSend,
        "select e.reference, p.email, m.text
         from enquiry e
         join enquiry_private p on p.enquiry = e.id
         join enquiry_message m on m.enquiry = e.id and m.position = $2
         where e.id = $1",
        id.0,
        position
    )
    .fetch_optional(connection)
    .await
}

pub async fn waiting_for(connection: &mut PgConnection, place: &PlaceCode) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select changed_at
                 from enquiry
                 where status = 'waiting' and place = $1
                 order by changed_at
                 limit 1001) as waiting"#,
        place.as_str()
    )
    .fetch_one(connection)
    .await
}
