//! The SQL on rounds, their rules and their runs; what goes into a plan, what comes of it and what is sent have their own.

use crate::db::decode::{error, texts, word, words};
use crate::places::Names;
use chrono::{DateTime, Utc};
use domain::api::rounds::{MatchingRoundRow, NewMatchingRound, NewRoundRule, RoundRuleRow};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::round::rule::RoundRuleInput;
use domain::round::setup::{RoundSetup, RoundStatus, RoundTerms, RunStatus};
use domain::{MatchingRoundId, OrganisationId, RoundRuleId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// A round as it is stored.
#[derive(Clone)]
pub struct Stored {
    pub id: MatchingRoundId,
    pub place: PlaceCode,
    pub organisation: OrganisationId,
    pub status: RoundStatus,
    pub version: i32,
    pub setup: RoundSetup,
    pub sent: Option<Sent>,
    by: String,
    made_at: DateTime<Utc>,
    runs: i32,
    latest: Option<RunStatus>,
}

/// What was sent, by whom.
#[derive(Clone)]
pub struct Sent {
    pub run: i32,
    pub by: Uuid,
    pub acting_for: OrganisationId,
    pub by_name: String,
    pub at: DateTime<Utc>,
    pub terms: RoundTerms,
    pub done_at: Option<DateTime<Utc>>,
}

impl Stored {
    pub fn row(&self, places: &Names) -> MatchingRoundRow {
        MatchingRoundRow {
            id: self.id,
            name: self.setup.name.clone(),
            place: places.place(&self.place),
            by: self.by.clone(),
            status: self.status,
            made_at: self.made_at,
            runs: self.runs,
            latest: self.latest,
        }
    }
}

struct Row {
    id: Uuid,
    place: String,
    organisation: Uuid,
    by: String,
    status: String,
    version: i32,
    name: String,
    places: Vec<String>,
    fields: Vec<String>,
    villages: String,
    enterprises: String,
    counties: Vec<String>,
    industries: Vec<String>,
    enterprise_capacity: i32,
    enterprise_minimum: i32,
    village_capacity: i32,
    grouped_by: String,
    floor: i32,
    made_at: DateTime<Utc>,
    sent_run: Option<i32>,
    sent_by: Option<Uuid>,
    sent_for: Option<Uuid>,
    sent_by_name: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    terms: Option<Value>,
    done_at: Option<DateTime<Utc>>,
    runs: i32,
    latest: Option<String>,
}

/// A count, which a constraint keeps from being negative.
fn count(column: &str, number: i32) -> sqlx::Result<u32> {
    u32::try_from(number).map_err(|wrong| error(column, wrong))
}

pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> sqlx::Result<Value> {
    serde_json::to_value(value).map_err(|wrong| sqlx::Error::Encode(wrong.into()))
}

pub fn read_json<T: serde::de::DeserializeOwned>(column: &str, value: Value) -> sqlx::Result<T> {
    serde_json::from_value(value).map_err(|wrong| error(column, wrong))
}

impl Row {
    fn sent(&mut self) -> sqlx::Result<Option<Sent>> {
        let (Some(run), Some(by), Some(acting_for), Some(at), Some(terms)) =
            (self.sent_run, self.sent_by, self.sent_for, self.sent_at, self.terms.take())
        else {
            return Ok(None);
        };
        Ok(Some(Sent {
            run,
            by,
            acting_for: OrganisationId(acting_for),
            by_name: self.sent_by_name.take().unwrap_or_default(),
            at,
            terms: read_json("matching_round.terms", terms)?,
            done_at: self.done_at,
        }))
    }

    fn read(mut self) -> sqlx::Result<Stored> {
        let sent = self.sent()?;
        Ok(Stored {
            id: MatchingRoundId(self.id),
            place: word("matching_round.place", &self.place)?,
            organisation: OrganisationId(self.organisation),
            status: word("matching_round.status", &self.status)?,
            version: self.version,
            setup: RoundSetup {
                name: self.name,
                places: words("matching_round.places", &self.places)?,
                fields: words("matching_round.fields", &self.fields)?,
                villages: word("matching_round.villages", &self.villages)?,
                enterprises: word("matching_round.enterprises", &self.enterprises)?,
                counties: words("matching_round.counties", &self.counties)?,
                industries: words("matching_round.industries", &self.industries)?,
                enterprise_capacity: count("matching_round.enterprise_capacity", self.enterprise_capacity)?,
                enterprise_minimum: count("matching_round.enterprise_minimum", self.enterprise_minimum)?,
                village_capacity: count("matching_round.village_capacity", self.village_capacity)?,
                group: word("matching_round.grouped_by", &self.grouped_by)?,
                floor: count("matching_round.floor", self.floor)?,
            },
            sent,
            by: self.by,
            made_at: self.made_at,
            runs: self.runs,
            latest: self.latest.as_deref().map(|text| word("matching_run.status", text)).transpose()?,
        })
    }
}

/// Rounds, whole: one statement up to what follows the joins.
macro_rules! rounds {
    ($connection:expr, $tail:literal, $($value:expr),+) => {{
        let rows = sqlx::query_as!(
            Row,
            r#"select r.id, r.place, r.organisation, o.name as by, r.status, r.version, r.name, r.places, r.fields,
                      r.villages, r.enterprises, r.counties, r.industries, r.enterprise_capacity, r.enterprise_minimum,
                      r.village_capacity, r.grouped_by, r.floor, r.made_at, r.sent_run, r.sent_by, r.sent_for,
                      s.name as "sent_by_name?", r.sent_at, r.terms, r.done_at, coalesce(l.number, 0) as "runs!",
                      l.status as "latest?"
               from matching_round r
               join organisation o on o.id = r.organisation
               left join organisation s on s.id = r.sent_for
               left join lateral (
                   select u.number, u.status
                   from matching_run u
                   where u.round = r.id
                   order by u.number desc
                   limit 1
               ) l on true
               "# + $tail,
            $($value),+
        )
        .fetch_all($connection)
        .await?;
        rows.into_iter().map(Row::read).collect::<sqlx::Result<Vec<Stored>>>()
    }};
}

pub async fn by_id(connection: &mut PgConnection, id: MatchingRoundId) -> sqlx::Result<Option<Stored>> {
    Ok(rounds!(connection, "where r.id = $1", id.0)?.pop())
}

/// The same, locked until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: MatchingRoundId) -> sqlx::Result<Option<Stored>> {
    sqlx::query!("select id from matching_round where id = $1 for update", id.0)
        .fetch_optional(&mut *connection)
        .await?;
    by_id(connection, id).await
}

/// Of a place and what lies in it, latest first.
pub async fn latest(connection: &mut PgConnection, place: &str, limit: i64) -> sqlx::Result<Vec<Stored>> {
    rounds!(connection, "where r.place like $1 || '%' order by r.made_at desc, r.id desc limit $2", place, limit)
}

pub fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewMatchingRound,
    (place, acting): (&PlaceCode, &Acting),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let setup = &new.setup;
    sqlx::query!(
        "insert into matching_round (id, place, organisation, name, places, fields, villages, enterprises, counties,
                                     industries, enterprise_capacity, enterprise_minimum, village_capacity, grouped_by,
                                     floor, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        new.id.0,
        place.as_str(),
        acting.organisation.0,
        setup.name,
        &texts(&setup.places),
        &texts(&setup.fields),
        setup.villages.as_str(),
        setup.enterprises.as_str(),
        &texts(&setup.counties),
        &texts(&setup.industries),
        whole(setup.enterprise_capacity),
        whole(setup.enterprise_minimum),
        whole(setup.village_capacity),
        setup.group.as_str(),
        whole(setup.floor),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn change(
    connection: &mut PgConnection,
    id: MatchingRoundId,
    version: i32,
    setup: &RoundSetup,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_round
         set version = version + 1, name = $3, places = $4, fields = $5, villages = $6, enterprises = $7, counties = $8,
             industries = $9, enterprise_capacity = $10, enterprise_minimum = $11, village_capacity = $12,
             grouped_by = $13, floor = $14
         where id = $1 and version = $2 and status = 'open'",
        id.0,
        version,
        setup.name,
        &texts(&setup.places),
        &texts(&setup.fields),
        setup.villages.as_str(),
        setup.enterprises.as_str(),
        &texts(&setup.counties),
        &texts(&setup.industries),
        whole(setup.enterprise_capacity),
        whole(setup.enterprise_minimum),
        whole(setup.village_capacity),
        setup.group.as_str(),
        whole(setup.floor)
    )
    .execute(connection)
    .await
}

/// Something besides the setup was set out otherwise.
pub async fn raise_version(connection: &mut PgConnection, id: MatchingRoundId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update matching_round set version = version + 1 where id = $1 and status = 'open'", id.0)
        .execute(connection)
        .await
}

pub async fn close(
    connection: &mut PgConnection,
    id: MatchingRoundId,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_round
         set status = 'closed', closed_by = $2, closed_at = $3
         where id = $1 and status = 'open'",
        id.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

/// A rule as it is stored.
pub struct Rule {
    pub id: RoundRuleId,
    pub round: MatchingRoundId,
    pub input: RoundRuleInput,
    pub dropped: bool,
    enterprise_name: Option<String>,
    by: String,
    at: DateTime<Utc>,
}

impl Rule {
    pub fn into_api(self, places: &Names) -> RoundRuleRow {
        RoundRuleRow {
            id: self.id,
            kind: self.input.kind,
            enterprise: self.input.enterprise,
            enterprise_name: self.enterprise_name,
            place: self.input.place.map(|place| places.place(&place)),
            capacity: self.input.capacity,
            minimum: self.input.minimum,
            why: self.input.why,
            by: self.by,
            at: self.at,
        }
    }
}

struct RuleRow {
    id: Uuid,
    round: Uuid,
    kind: String,
    enterprise: Option<Uuid>,
    enterprise_name: Option<String>,
    place: Option<String>,
    capacity: Option<i32>,
    minimum: Option<i32>,
    why: String,
    by: String,
    made_at: DateTime<Utc>,
    dropped_at: Option<DateTime<Utc>>,
}

impl RuleRow {
    fn read(self) -> sqlx::Result<Rule> {
        Ok(Rule {
            id: RoundRuleId(self.id),
            round: MatchingRoundId(self.round),
            input: RoundRuleInput {
                kind: word("matching_rule.kind", &self.kind)?,
                enterprise: self.enterprise.map(OrganisationId),
                place: self.place.as_deref().map(|place| word("matching_rule.place", place)).transpose()?,
                capacity: self.capacity.map(|number| count("matching_rule.capacity", number)).transpose()?,
                minimum: self.minimum.map(|number| count("matching_rule.minimum", number)).transpose()?,
                why: self.why,
            },
            dropped: self.dropped_at.is_some(),
            enterprise_name: self.enterprise_name,
            by: self.by,
            at: self.made_at,
        })
    }
}

/// The rules that count, oldest first.
pub async fn rules(connection: &mut PgConnection, round: MatchingRoundId) -> sqlx::Result<Vec<Rule>> {
    let rows = sqlx::query_as!(
        RuleRow,
        r#"select u.id, u.round, u.kind, u.enterprise, e.name as "enterprise_name?", u.place, u.capacity, u.minimum, u.why,
                  o.name as by, u.made_at, u.dropped_at
           from matching_rule u
           join organisation o on o.id = u.organisation
           left join organisation e on e.id = u.enterprise
           where u.round = $1 and u.dropped_at is null
           order by u.made_at, u.id"#,
        round.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(RuleRow::read).collect()
}

/// One rule, dropped or not.
pub async fn rule(connection: &mut PgConnection, id: RoundRuleId) -> sqlx::Result<Option<Rule>> {
    let row = sqlx::query_as!(
        RuleRow,
        r#"select u.id, u.round, u.kind, u.enterprise, e.name as "enterprise_name?", u.place, u.capacity, u.minimum, u.why,
                  o.name as by, u.made_at, u.dropped_at
           from matching_rule u
           join organisation o on o.id = u.organisation
           left join organisation e on e.id = u.enterprise
           where u.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(RuleRow::read).transpose()
}

pub async fn insert_rule(
    connection: &mut PgConnection,
    round: MatchingRoundId,
    new: &NewRoundRule,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let input = &new.input;
    sqlx::query!(
        "insert into matching_rule (id, round, kind, enterprise, place, capacity, minimum, why, organisation, made_by,
                                    made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.0,
        round.0,
        input.kind.as_str(),
        input.enterprise.map(|enterprise| enterprise.0),
        input.place.as_ref().map(PlaceCode::as_str),
        input.capacity.map(whole),
        input.minimum.map(whole),
        input.why,
        acting.organisation.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn drop_rule(
    connection: &mut PgConnection,
    id: RoundRuleId,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update matching_rule set dropped_by = $2, dropped_at = $3 where id = $1 and dropped_at is null",
        id.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}
