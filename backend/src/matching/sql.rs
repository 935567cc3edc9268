//! The only SQL on profiles, on needs that are looked at for an enterprise, and on what is set aside.

use crate::db::decode::{fen, texts, word, words};
use crate::places::Names;
use crate::places::points::spot;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::matching::{Dismissal, NewDismissal, WhyDismissed};
use domain::api::needs::NeedRow;
use domain::matching::dismissal::DismissalReason;
use domain::matching::profile::Profile;
use domain::matching::{NeedFacts, words_of};
use domain::need::ContributionKind;
use domain::organisation::{Acting, OrganisationKind};
use domain::place::PlaceCode;
use domain::registration::Industry;
use domain::{DismissalId, Fen, NeedId, OrganisationId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// An enterprise with its profile, where it has written one; version 0 where it has not.
pub struct Enterprise {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub name: String,
    pub place: Option<PlaceCode>,
    pub industry: Option<Industry>,
    pub version: i32,
    pub profile: Option<Profile>,
    pub changed_at: Option<DateTime<Utc>>,
}

struct EnterpriseRow {
    id: Uuid,
    kind: String,
    name: String,
    place: Option<String>,
    industry: Option<String>,
    version: Option<i32>,
    business: Option<String>,
    base: Option<String>,
    places: Vec<String>,
    fields: Vec<String>,
    kinds: Vec<String>,
    amount_from_fen: Option<i64>,
    amount_to_fen: Option<i64>,
    changed_at: Option<DateTime<Utc>>,
}

impl EnterpriseRow {
    fn read(self) -> sqlx::Result<Enterprise> {
        let amount = |amount: Option<i64>| amount.map(|amount| fen("enterprise_profile.amount", amount)).transpose();
        let profile = Profile {
            business: self.business.unwrap_or_default(),
            base: self.base.as_deref().map(|text| word("enterprise_profile.base", text)).transpose()?,
            places: words("enterprise_profile.places", &self.places)?,
            fields: words("enterprise_profile.fields", &self.fields)?,
            kinds: words("enterprise_profile.kinds", &self.kinds)?,
            amount_from_fen: amount(self.amount_from_fen)?,
            amount_to_fen: amount(self.amount_to_fen)?,
        };
        Ok(Enterprise {
            id: OrganisationId(self.id),
            kind: word("organisation.kind", &self.kind)?,
            name: self.name,
            place: self.place.as_deref().map(|text| word("organisation.place", text)).transpose()?,
            industry: self.industry.as_deref().map(|text| word("registration.industry", text)).transpose()?,
            version: self.version.unwrap_or_default(),
            profile: self.version.is_some().then_some(profile),
            changed_at: self.changed_at,
        })
    }
}

pub async fn enterprise(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<Enterprise>> {
    Ok(enterprises(connection, &[id]).await?.pop())
}

/// Several, by their ids.
pub async fn enterprises(connection: &mut PgConnection, ids: &[OrganisationId]) -> sqlx::Result<Vec<Enterprise>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        EnterpriseRow,
        r#"select o.id, o.kind, o.name, o.place, r.industry as "industry?", p.version as "version?",
                  p.business as "business?", p.base as "base?", coalesce(p.places, '{}') as "places!",
                  coalesce(p.fields, '{}') as "fields!", coalesce(p.kinds, '{}') as "kinds!",
                  p.amount_from_fen as "amount_from_fen?", p.amount_to_fen as "amount_to_fen?",
                  p.changed_at as "changed_at?"
           from organisation o
           left join registration r on r.organisation = o.id
           left join enterprise_profile p on p.enterprise = o.id
           where o.id = any($1)
           order by o.id"#,
        &ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(EnterpriseRow::read).collect()
}

/// Writes the first profile (`version` 0), or replaces the one of this version. One row, unless somebody was faster.
pub async fn set_profile(
    connection: &mut PgConnection,
    acting: &Acting,
    version: i32,
    profile: &Profile,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into enterprise_profile as p (enterprise, version, business, base, places, fields, kinds, amount_from_fen,
                                              amount_to_fen, changed_by, changed_at)
         select $1, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11
         where $2 = 0 or exists (select from enterprise_profile here where here.enterprise = $1)
         on conflict (enterprise) do update
         set version = p.version + 1, business = excluded.business, base = excluded.base, places = excluded.places,
             fields = excluded.fields, kinds = excluded.kinds, amount_from_fen = excluded.amount_from_fen,
             amount_to_fen = excluded.amount_to_fen, changed_by = excluded.changed_by, changed_at = excluded.changed_at
         where p.version = $2",
        acting.organisation.0,
        version,
        profile.business,
        profile.base.as_ref().map(PlaceCode::as_str),
        &texts(&profile.places),
        &texts(&profile.fields),
        &texts(&profile.kinds),
        profile.amount_from_fen.map(Fen::get),
        profile.amount_to_fen.map(Fen::get),
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

/// An open need with what its recommendation is made from.
pub struct Candidate {
    pub id: Uuid,
    pub organisation: Uuid,
    village: String,
    field: Option<String>,
    kind: String,
    title: String,
    outcome: String,
    amount_fen: Option<i64>,
    pub published_at: DateTime<Utc>,
    pledges: i64,
    pledged_fen: i64,
    key_assisted: Option<String>,
}

impl Candidate {
    pub fn facts(&self, places: &Names) -> sqlx::Result<NeedFacts> {
        let kind: ContributionKind = word("need.kind", &self.kind)?;
        let money = kind == ContributionKind::Money;
        let amount = self.amount_fen.map(|amount| fen("need.amount_fen", amount)).transpose()?;
        let pledged = fen("need_matched.counted_fen", self.pledged_fen)?;
        Ok(NeedFacts {
            spot: spot(places, &word("need.village", &self.village)?),
            field: self.field.as_deref().map(|text| word("need.field", text)).transpose()?,
            kind,
            missing: amount.filter(|_| money).map(|amount| amount.saturating_gap(pledged)),
            pledged: money.then_some(self.pledges > 0),
            key_assisted: self.key_assisted.clone(),
            text: words_of(&self.title, &self.outcome),
        })
    }
}

/// The needs that an enterprise set aside or pledged for.
pub async fn aside(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select need as "need!"
           from need_dismissal
           where enterprise = $1 and undone_at is null
           union
           select d.need
           from designation_counted d
           join pledge p on p.id = d.pledge
           where p.enterprise = $1 and d.need is not null and p.status not in ('draft', 'cancelled')"#,
        enterprise.0
    )
    .fetch_all(connection)
    .await
}

/// Those of these needs that can be answered. Hidden amounts of this day count as on the need's own page, and what the
/// enterprise set aside or pledged for meanwhile is left out.
pub async fn candidates(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    needs: &[Uuid],
    today: NaiveDate,
) -> sqlx::Result<Vec<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"select m.id as "id!", m.organisation as "organisation!", m.village as "village!", m.field, m.kind as "kind!",
                  m.title as "title!", m.outcome as "outcome!", m.amount_fen, m.published_at as "published_at!",
                  m.pledges as "pledges!", m.counted_fen - coalesce(h.left_out, 0)::bigint as "pledged_fen!",
                  m.key_assisted
           from need_matched m
           left join (
               select need, sum(counted_fen) as left_out
               from hidden_pledge_of_need
               where need = any($2) and day = $3 and left_out
               group by need
           ) h on h.need = m.id
           where m.id = any($2) and coalesce(m.wanted_by, $3) >= $3
             and m.id not in (
                 select need
                 from need_dismissal
                 where enterprise = $1 and undone_at is null and need = any($2)
                 union all
                 select d.need
                 from designation_counted d
                 join pledge p on p.id = d.pledge
                 where p.enterprise = $1 and d.need = any($2) and p.status not in ('draft', 'cancelled'))"#,
        enterprise.0,
        needs,
        today
    )
    .fetch_all(connection)
    .await
}

/// All that can be answered in these villages, of one of the fields; of all fields where none is named. Hidden amounts of
/// this day count as on the needs' own pages.
pub async fn of_villages(
    connection: &mut PgConnection,
    villages: &[String],
    fields: &[String],
    today: NaiveDate,
) -> sqlx::Result<Vec<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"select m.id as "id!", m.organisation as "organisation!", m.village as "village!", m.field, m.kind as "kind!",
                  m.title as "title!", m.outcome as "outcome!", m.amount_fen, m.published_at as "published_at!",
                  m.pledges as "pledges!", m.counted_fen - coalesce(h.left_out, 0)::bigint as "pledged_fen!",
                  m.key_assisted
           from need_matched m
           left join (
               select need, sum(counted_fen) as left_out
               from hidden_pledge_of_need
               where need in (select o.id from need_open o where o.village = any($1)) and day = $3 and left_out
               group by need
           ) h on h.need = m.id
           where m.village = any($1) and coalesce(m.wanted_by, $3) >= $3 and ($2::text[] = '{}' or m.field = any($2))
           order by m.published_at, m.id"#,
        villages,
        fields,
        today
    )
    .fetch_all(connection)
    .await
}

/// Which of these enterprises have set aside a need of which of these villages.
pub async fn dismissed_villages(
    connection: &mut PgConnection,
    enterprises: &[Uuid],
    villages: &[String],
) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select distinct d.enterprise, n.village
         from need_dismissal d
         join need n on n.id = d.need
         where d.undone_at is null and d.enterprise = any($1) and n.village = any($2)
         order by d.enterprise, n.village",
        enterprises,
        villages
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.enterprise, row.village)).collect())
}

/// One need that takes pledges, as it is matched with offers.
pub async fn need(connection: &mut PgConnection, id: NeedId, today: NaiveDate) -> sqlx::Result<Option<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"select m.id as "id!", m.organisation as "organisation!", m.village as "village!", m.field, m.kind as "kind!",
                  m.title as "title!", m.outcome as "outcome!", m.amount_fen, m.published_at as "published_at!",
                  m.pledges as "pledges!", m.counted_fen - coalesce(h.left_out, 0)::bigint as "pledged_fen!",
                  m.key_assisted
           from need_matched m
           left join lateral (
               select sum(h.counted_fen) as left_out
               from hidden_pledge_of_need h
               where h.need = m.id and h.day = $2 and h.left_out
           ) h on true
           where m.id = $1"#,
        id.0,
        today
    )
    .fetch_optional(connection)
    .await
}

/// The village of a need that everybody may read.
pub async fn public_village(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<PlaceCode>> {
    let village = sqlx::query_scalar!(r#"select village as "village!" from needs_public where id = $1"#, need.0)
        .fetch_optional(connection)
        .await?;
    village.as_deref().map(|village| word("need.village", village)).transpose()
}

/// One row, unless the enterprise has set the need aside already.
pub async fn insert_dismissal(
    connection: &mut PgConnection,
    id: DismissalId,
    new: &NewDismissal,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into need_dismissal (id, enterprise, need, why, note, dismissed_by, at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (enterprise, need) where undone_at is null do nothing",
        id.0,
        acting.organisation.0,
        new.need.0,
        new.why.as_str(),
        new.note.trim(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn undo_dismissal(
    connection: &mut PgConnection,
    need: NeedId,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need_dismissal set undone_by = $3, undone_at = $4 where enterprise = $1 and need = $2 and undone_at is null",
        acting.organisation.0,
        need.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

/// What an enterprise said of a need.
#[derive(Clone)]
pub struct Said {
    pub need: NeedId,
    pub why: DismissalReason,
    pub note: String,
    at: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
}

impl Said {
    pub fn with(self, need: NeedRow) -> Dismissal {
        Dismissal { need, why: self.why, note: self.note, at: self.at }
    }
}

/// The last one, undone or not.
pub async fn last_dismissal(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    need: NeedId,
) -> sqlx::Result<Option<Said>> {
    let row = sqlx::query!(
        "select why, note, at, undone_at
         from need_dismissal
         where enterprise = $1 and need = $2
         order by at desc, id desc
         limit 1",
        enterprise.0,
        need.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Said {
            need,
            why: word("need_dismissal.why", &row.why)?,
            note: row.note,
            at: row.at,
            undone_at: row.undone_at,
        })
    })
    .transpose()
}

pub async fn dismissals(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Said>> {
    let rows = sqlx::query!(
        "select need, why, note, at
         from need_dismissal
         where enterprise = $1 and undone_at is null
         order by at desc, id desc
         limit $2",
        enterprise.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    let said = |need: Uuid, why: &str, note: String, at: DateTime<Utc>| {
        Ok(Said { need: NeedId(need), why: word("need_dismissal.why", why)?, note, at, undone_at: None })
    };
    rows.into_iter().map(|row| said(row.need, &row.why, row.note, row.at)).collect()
}

pub async fn dismissals_of_need(
    connection: &mut PgConnection,
    need: NeedId,
    limit: i64,
) -> sqlx::Result<Vec<WhyDismissed>> {
    let rows = sqlx::query!(
        "select d.enterprise, o.name, d.why, d.note, d.at
         from need_dismissal d
         join organisation o on o.id = d.enterprise
         where d.need = $1 and d.undone_at is null
         order by d.at desc, d.id desc
         limit $2",
        need.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    let why = |enterprise: Uuid, enterprise_name: String, why: &str, note: String, at: DateTime<Utc>| {
        Ok(WhyDismissed {
            enterprise: OrganisationId(enterprise),
            enterprise_name,
            why: word("need_dismissal.why", why)?,
            note,
            at,
        })
    };
    rows.into_iter().map(|row| why(row.enterprise, row.name, &row.why, row.note, row.at)).collect()
}
