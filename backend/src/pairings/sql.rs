//! The only SQL that reads pairings and writes them anew; steps and the plan have their own.

use super::Scope;
use crate::db::decode::{error, word, words};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::pairings::{PairingEnterprise, PairingLink, PairingsShown};
use domain::need::PairingForm;
use domain::organisation::Acting;
use domain::pairing::{PairingOrigin, PairingSeat, PairingSide, PairingStatus, PairingTerms};
use domain::place::PlaceCode;
use domain::pledge::PublicDisplay;
use domain::todo::Waiting;
use domain::{OrganisationId, PairingId, PersonId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A pairing with the terms that count, as it is stored.
#[derive(Clone)]
pub struct Stored {
    pub id: PairingId,
    pub reference: String,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub enterprise_stands: bool,
    pub origin: PairingOrigin,
    pub proposer: OrganisationId,
    pub round: Option<Uuid>,
    pub follows: Option<PairingId>,
    pub status: PairingStatus,
    pub version: i32,
    /// The number of its terms.
    pub terms: i32,
    pub review: i32,
    pub hash: Option<String>,
    pub public_display: PublicDisplay,
    pub proposed_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub returned: Option<(DateTime<Utc>, String)>,
    pub approved_at: Option<DateTime<Utc>>,
    pub signed_at: Option<DateTime<Utc>>,
    pub ended: Option<(DateTime<Utc>, String)>,
    pub form: PairingForm,
    pub town: Option<PlaceCode>,
    pub villages: Vec<PlaceCode>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub notice_days: u16,
    /// That a side has given notice, while it runs.
    pub notice: Option<Notice>,
}

/// A side's notice that it leaves.
#[derive(Clone)]
pub struct Notice {
    pub number: i32,
    pub seat: PairingSeat,
    pub organisation: OrganisationId,
    pub person: PersonId,
    pub reason: String,
    pub ends_on: NaiveDate,
    pub given_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    reference: String,
    enterprise: Uuid,
    enterprise_name: String,
    enterprise_stands: bool,
    origin: String,
    proposer: Uuid,
    matching_round: Option<Uuid>,
    follows: Option<Uuid>,
    status: String,
    version: i32,
    terms: i32,
    review: i32,
    hash: Option<String>,
    public_display: String,
    proposed_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    returned_at: Option<DateTime<Utc>>,
    returned_reason: Option<String>,
    approved_at: Option<DateTime<Utc>>,
    signed_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
    form: String,
    town: Option<String>,
    villages: Vec<String>,
    first_day: NaiveDate,
    last_day: NaiveDate,
    notice_days: i32,
    notice: Option<i32>,
    notice_seat: Option<String>,
    notice_organisation: Option<Uuid>,
    notice_person: Option<Uuid>,
    notice_reason: Option<String>,
    notice_ends_on: Option<NaiveDate>,
    notice_given_at: Option<DateTime<Utc>>,
}

impl Row {
    /// All of it, or nothing of it is there.
    fn notice(&self) -> sqlx::Result<Option<Notice>> {
        let (Some(number), Some(seat)) = (self.notice, &self.notice_seat) else { return Ok(None) };
        let who = self.notice_organisation.zip(self.notice_person).zip(self.notice_reason.clone());
        let when = self.notice_ends_on.zip(self.notice_given_at);
        let Some((((organisation, person), reason), (ends_on, given_at))) = who.zip(when) else { return Ok(None) };
        Ok(Some(Notice {
            number,
            seat: word("pairing_notice.seat", seat)?,
            organisation: OrganisationId(organisation),
            person: PersonId(person),
            reason,
            ends_on,
            given_at,
        }))
    }

    fn read(self) -> sqlx::Result<Stored> {
        Ok(Stored {
            notice: self.notice()?,
            notice_days: u16::try_from(self.notice_days).map_err(|wrong| error("pairing_terms.notice_days", wrong))?,
            id: PairingId(self.id),
            reference: self.reference,
            enterprise: OrganisationId(self.enterprise),
            enterprise_name: self.enterprise_name,
            enterprise_stands: self.enterprise_stands,
            origin: word("pairing.origin", &self.origin)?,
            proposer: OrganisationId(self.proposer),
            round: self.matching_round,
            follows: self.follows.map(PairingId),
            status: word("pairing.status", &self.status)?,
            version: self.version,
            terms: self.terms,
            review: self.review,
            hash: self.hash,
            public_display: word("pairing.public_display", &self.public_display)?,
            proposed_at: self.proposed_at,
            changed_at: self.changed_at,
            returned: self.returned_at.zip(self.returned_reason),
            approved_at: self.approved_at,
            signed_at: self.signed_at,
            ended: self.ended_at.map(|at| (at, self.ended_reason.unwrap_or_default())),
            form: word("pairing_terms.form", &self.form)?,
            town: self.town.as_deref().map(|town| word("pairing_terms.town", town)).transpose()?,
            villages: words("pairing_village.village", &self.villages)?,
            first_day: self.first_day,
            last_day: self.last_day,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: PairingId) -> sqlx::Result<Option<Stored>> {
    Ok(by_ids(connection, &[id]).await?.pop())
}

/// In the order asked for.
pub async fn by_ids(connection: &mut PgConnection, ids: &[PairingId]) -> sqlx::Result<Vec<Stored>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", reference as "reference!", enterprise as "enterprise!",
                  enterprise_name as "enterprise_name!", enterprise_stands as "enterprise_stands!", origin as "origin!",
                  proposer as "proposer!", matching_round, follows, status as "status!", version as "version!",
                  terms as "terms!", review as "review!", hash, public_display as "public_display!",
                  proposed_at as "proposed_at!", changed_at as "changed_at!", returned_at, returned_reason, approved_at,
                  signed_at, ended_at, ended_reason, form as "form!", town, villages as "villages!",
                  first_day as "first_day!", last_day as "last_day!", notice_days as "notice_days!", notice, notice_seat,
                  notice_organisation, notice_person, notice_reason, notice_ends_on, notice_given_at
           from pairing_read
           where id = any($1)
           order by array_position($1, id)"#,
        &ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Keeps a pairing, and whether its enterprise stands, as they are until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: PairingId) -> sqlx::Result<Option<Stored>> {
    let found = sqlx::query_scalar!("select enterprise from pairing where id = $1 for update", id.0)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(enterprise) = found else { return Ok(None) };
    sqlx::query!("select status from organisation where id = $1 for share", enterprise)
        .fetch_one(&mut *connection)
        .await?;
    by_id(connection, id).await
}

/// A line of a list, with whether something of it waits for the reader and how much of its plan is late.
pub struct Listed {
    pub id: PairingId,
    pub waits: bool,
    pub late: i64,
}

/// The part of a list after another line: what waits comes first, what is settled last.
pub async fn list(
    connection: &mut PgConnection,
    scope: &Scope<'_>,
    (show, today): (Option<PairingsShown>, NaiveDate),
    after: Option<PairingId>,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"with listed as (
               select p.id, p.changed_at, p.status in ('renewed', 'ended', 'terminated', 'declined', 'withdrawn') as settled,
                      exists (select from pairing_waits w
                              where w.pairing = p.id and (w.due_on is null or w.due_on <= $6::date + 7)
                                and (w.speaker = $3 or (w.speaker is null and $4))) as waits,
                      (select count(*) from pairing_milestone m
                       where m.pairing = p.id and m.status in ('planned', 'returned') and m.due_on < $6) as late
               from pairing p
               where ($1::uuid is null or p.enterprise = $1)
                 and ($2::text is null or exists (select from pairing_village v
                                                  where v.pairing = p.id and v.number = p.terms
                                                    and v.village like $2 || '%'))
                 and case $5::text when 'talking' then p.status in ('proposed', 'mutually_agreed', 'under_review', 'approved')
                                   when 'active' then p.status in ('signed', 'active')
                                   when 'past' then p.status in ('renewed', 'ended', 'terminated', 'declined', 'withdrawn')
                                   else true end
           )
           select id as "id!", waits as "waits!", late as "late!"
           from listed
           where ($5::text is distinct from 'waiting' or waits)
             and ($7::uuid is null or (not waits, settled, -extract(epoch from changed_at), id) >
                  (select not a.waits, a.settled, -extract(epoch from a.changed_at), a.id from listed a where a.id = $7))
           order by not waits, settled, -extract(epoch from changed_at), id
           limit $8"#,
        scope.enterprise.map(|id| id.0),
        scope.place,
        scope.organisation.0,
        scope.federation,
        show.map(PairingsShown::as_str),
        today,
        after.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Listed { id: PairingId(row.id), waits: row.waits, late: row.late }).collect())
}

/// At most one more than a list counts.
pub async fn count(
    connection: &mut PgConnection,
    scope: &Scope<'_>,
    (show, today): (Option<PairingsShown>, NaiveDate),
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select
                 from pairing p
                 where ($1::uuid is null or p.enterprise = $1)
                   and ($2::text is null or exists (select from pairing_village v
                                                    where v.pairing = p.id and v.number = p.terms
                                                      and v.village like $2 || '%'))
                   and case $5::text when 'talking' then p.status in ('proposed', 'mutually_agreed', 'under_review', 'approved')
                                     when 'active' then p.status in ('signed', 'active')
                                     when 'past' then p.status in ('renewed', 'ended', 'terminated', 'declined', 'withdrawn')
                                     when 'waiting' then
                                         exists (select from pairing_waits w
                                                 where w.pairing = p.id and (w.due_on is null or w.due_on <= $6::date + 7)
                                                   and (w.speaker = $3 or (w.speaker is null and $4)))
                                     else true end
                 limit 1001) as counted"#,
        scope.enterprise.map(|id| id.0),
        scope.place,
        scope.organisation.0,
        scope.federation,
        show.map(PairingsShown::as_str),
        today
    )
    .fetch_one(connection)
    .await
}

/// What waits for the reader, and since when.
pub async fn waiting(connection: &mut PgConnection, scope: &Scope<'_>, today: NaiveDate) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(since) as oldest
           from (select p.id, min(w.since) as since
                 from pairing_waits w
                 join pairing p on p.id = w.pairing
                 where (w.due_on is null or w.due_on <= $5::date + 7)
                   and (w.speaker = $3 or (w.speaker is null and $4))
                   and ($1::uuid is null or p.enterprise = $1)
                   and ($2::text is null or exists (select from pairing_village v
                                                    where v.pairing = p.id and v.number = p.terms
                                                      and v.village like $2 || '%'))
                 group by p.id
                 limit 1001) as waiting"#,
        scope.enterprise.map(|id| id.0),
        scope.place,
        scope.organisation.0,
        scope.federation,
        today
    )
    .fetch_one(connection)
    .await
}

pub struct New<'a> {
    pub id: PairingId,
    pub reference: &'a str,
    pub enterprise: OrganisationId,
    pub origin: PairingOrigin,
    pub proposer: OrganisationId,
    pub round: Option<Uuid>,
    /// What it follows, as a renewal or taken over.
    pub follows: Option<(PairingId, &'static str)>,
    pub public_display: PublicDisplay,
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &New<'_>,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing (id, reference, enterprise, origin, proposer, matching_round, follows, follow_kind, status,
                              public_display, proposed_by, proposed_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed', $9, $10, $11, $11)",
        new.id.0,
        new.reference,
        new.enterprise.0,
        new.origin.as_str(),
        new.proposer.0,
        new.round,
        new.follows.map(|(id, _)| id.0),
        new.follows.map(|(_, kind)| kind),
        new.public_display.as_str(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn next_number(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select nextval('pairing_number') as "number!""#).fetch_one(connection).await
}

pub async fn insert_terms(
    connection: &mut PgConnection,
    (id, number): (PairingId, i32),
    terms: &PairingTerms,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let joint = terms.joint.as_ref().map(serde_json::to_value).transpose().map_err(|wrong| error("joint", wrong))?;
    let fields = crate::db::decode::texts(&terms.fields);
    let villages = crate::db::decode::texts(&terms.villages);
    sqlx::query!(
        "insert into pairing_terms (pairing, number, form, town, first_day, last_day, purpose, enterprise_does, places_do,
                                    fields, joint, organisation, written_by, written_at, notice_days)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        id.0,
        number,
        terms.form.as_str(),
        terms.town.as_ref().map(PlaceCode::as_str),
        terms.first_day,
        terms.last_day,
        terms.purpose,
        terms.enterprise_does,
        terms.places_do,
        &fields,
        joint,
        acting.organisation.0,
        acting.person.0,
        now,
        i32::from(terms.notice_days)
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into pairing_village (pairing, number, village)
         select $1, $2, village from unnest($3::text[]) as listed (village)",
        id.0,
        number,
        &villages
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One version of terms with who wrote it.
pub struct Version {
    pub number: i32,
    pub organisation: OrganisationId,
    pub by: String,
    pub at: DateTime<Utc>,
    pub terms: PairingTerms,
}

/// Latest first.
pub async fn terms(connection: &mut PgConnection, id: PairingId) -> sqlx::Result<Vec<Version>> {
    let rows = sqlx::query!(
        r#"select t.number, t.form, t.town, t.first_day, t.last_day, t.purpose, t.enterprise_does, t.places_do, t.fields,
                  t.joint, t.organisation, t.written_at, t.notice_days, o.name,
                  array(select v.village from pairing_village v
                        where v.pairing = t.pairing and v.number = t.number order by v.village) as "villages!"
           from pairing_terms t
           join organisation o on o.id = t.organisation
           where t.pairing = $1
           order by t.number desc"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let joint = row.joint.map(serde_json::from_value).transpose();
            let terms = PairingTerms {
                form: word("pairing_terms.form", &row.form)?,
                town: row.town.as_deref().map(|town| word("pairing_terms.town", town)).transpose()?,
                villages: words("pairing_village.village", &row.villages)?,
                first_day: row.first_day,
                last_day: row.last_day,
                purpose: row.purpose,
                enterprise_does: row.enterprise_does,
                places_do: row.places_do,
                fields: words("pairing_terms.fields", &row.fields)?,
                notice_days: u16::try_from(row.notice_days).map_err(|wrong| error("pairing_terms", wrong))?,
                joint: joint.map_err(|wrong| error("pairing_terms.joint", wrong))?,
            };
            Ok(Version {
                number: row.number,
                organisation: OrganisationId(row.organisation),
                by: row.name,
                at: row.written_at,
                terms,
            })
        })
        .collect()
}

/// A side with who speaks for it, and how it stands to the terms and to the text that count.
#[derive(Clone)]
#[expect(clippy::struct_field_names, reason = "a side and how it stands: which side it is has no other name")]
pub struct Side {
    pub side: PairingSide,
    /// Its own organisation, where somebody works for it here.
    pub own: Option<OrganisationId>,
    pub speaker: Option<OrganisationId>,
    pub speaker_name: Option<String>,
    pub agreed_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub note: String,
}

/// The enterprise first, then the places in the order of their codes.
pub async fn sides(connection: &mut PgConnection, id: PairingId) -> sqlx::Result<Vec<Side>> {
    let rows = sqlx::query!(
        r#"select s.side as "side!", s.own, s.speaker, o.name as "speaker_name?", a.agreed_at as "agreed_at?",
                  c.confirmed_at as "confirmed_at?", coalesce(nullif(c.note, ''), a.note, '') as "note!"
           from pairing p
           join pairing_side s on s.pairing = p.id
           left join organisation o on o.id = s.speaker
           left join pairing_agreement a on a.pairing = p.id and a.number = p.terms and a.review = p.review
                                        and a.side = s.side
           left join pairing_confirmation c on c.pairing = p.id and c.hash = p.hash and c.side = s.side
           where p.id = $1
           order by s.place nulls first"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Side {
                side: row.side.parse().map_err(|wrong| error("pairing_side.side", wrong))?,
                own: row.own.map(OrganisationId),
                speaker: row.speaker.map(OrganisationId),
                speaker_name: row.speaker_name,
                agreed_at: row.agreed_at,
                confirmed_at: row.confirmed_at,
                note: row.note,
            })
        })
        .collect()
}

/// The whole history that a pairing is part of, oldest first.
pub async fn history(connection: &mut PgConnection, id: PairingId) -> sqlx::Result<Vec<PairingLink>> {
    let rows = sqlx::query!(
        r#"with recursive before as (
               select id, follows from pairing where id = $1
               union
               select p.id, p.follows from pairing p join before b on p.id = b.follows
           ),
           after as (
               select id from pairing where id = $1
               union
               select p.id from pairing p join after a on p.follows = a.id
           )
           select p.id as "id!", p.reference as "reference!", p.status as "status!", p.first_day as "first_day!",
                  p.last_day as "last_day!", coalesce(t.enterprise_name, p.enterprise_name) as "enterprise_name!"
           from pairing_read p
           left join pairing_text t on t.pairing = p.id and t.hash = p.hash
           where p.id in (select id from before union select id from after)
           order by p.proposed_at, p.id"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PairingLink {
                id: PairingId(row.id),
                reference: row.reference,
                status: word("pairing.status", &row.status)?,
                enterprise_name: row.enterprise_name,
                first_day: row.first_day,
                last_day: row.last_day,
                here: row.id == id.0,
            })
        })
        .collect()
}

/// The villages of other agreements under way, of those in this place.
pub async fn paired_elsewhere(
    connection: &mut PgConnection,
    id: PairingId,
    villages: &[PlaceCode],
) -> sqlx::Result<Vec<PlaceCode>> {
    let villages = crate::db::decode::texts(villages);
    let codes = sqlx::query_scalar!(
        "select distinct v.village
         from pairing_village v
         join pairing p on p.id = v.pairing and p.terms = v.number
         where v.village = any($2) and p.id <> $1 and p.status in ('approved', 'signed', 'active')
         order by v.village",
        id.0,
        &villages
    )
    .fetch_all(connection)
    .await?;
    words("pairing_village.village", &codes)
}

/// Verified enterprises whose names hold a text, those that begin with it first.
pub async fn enterprises(
    connection: &mut PgConnection,
    name: &str,
    limit: i64,
) -> sqlx::Result<Vec<PairingEnterprise>> {
    let rows = sqlx::query!(
        "select id, name
         from organisation
         where kind = 'enterprise' and status = 'verified' and strpos(name, $1) > 0
         order by name <> $1, strpos(name, $1), name, id
         limit $2",
        name,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| PairingEnterprise { id: OrganisationId(row.id), name: row.name }).collect())
}

/// Whether there is such an enterprise, and it is verified; it stays so until the transaction ends.
pub async fn enterprise_stands(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<bool> {
    let status =
        sqlx::query_scalar!("select status from organisation where id = $1 and kind = 'enterprise' for share", id.0)
            .fetch_optional(connection)
            .await?;
    Ok(status.is_some_and(|status| status == "verified"))
}

/// The federation that reviews what lies in this place: its own, or the city's.
pub async fn federation(connection: &mut PgConnection, place: &str) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!(
        "select id
         from organisation
         where kind = 'federation' and status = 'verified' and $1 like place || '%'
         order by length(place) desc
         limit 1",
        place
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(OrganisationId))
}
