//! The only SQL on the steps of a need's life.

use crate::db::decode::word;
use chrono::{DateTime, NaiveDate, Utc};
use domain::need::{NeedStatus, StepFacts};
use domain::place::PlaceCode;
use domain::{NeedId, OrganisationId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// What a step needs to know of a need, locked until the transaction ends.
pub struct Locked {
    pub organisation: OrganisationId,
    pub village: PlaceCode,
    pub code: Option<String>,
    pub status: NeedStatus,
    pub version: i32,
}

pub async fn lock(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<Locked>> {
    let row =
        sqlx::query!("select organisation, village, code, status, version from need where id = $1 for update", id.0)
            .fetch_optional(connection)
            .await?;
    row.map(|row| {
        Ok(Locked {
            organisation: OrganisationId(row.organisation),
            village: word("need", &row.village)?,
            code: row.code,
            status: word("need", &row.status)?,
            version: row.version,
        })
    })
    .transpose()
}

pub async fn facts(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<StepFacts>> {
    let row = sqlx::query!(
        r#"select n.paused_from,
                  exists (select from town_reviews t where t.town = left(n.village, 9)) as "town_reviews!",
                  exists (select from designation_counted d where d.need = n.id and d.counted_fen > 0)
                      or exists (select from commitment_counted c where c.need = n.id and c.counted > 0)
                      or exists (select from goods_hand_over o
                                 where o.need = n.id and o.status = 'accepted') as "promised!",
                  exists (select from goods_at_need g where g.need = n.id and g.given_fen > 0) as "goods_given!",
                  exists (select from goods_gift g
                          where g.set_aside_for = n.id
                            and g.status in ('set_aside', 'partly_handed_over')) as "goods_left!",
                  exists (select from commitment_unsettled u where u.need = n.id) as "undelivered!",
                  exists (select from report r where r.need = n.id) as "reported!",
                  exists (
                      select from money_by_need m where m.need = n.id and m.disbursed_fen > m.spent_fen
                  ) as "unaccounted!",
                  (select m.arranged_fen > 0 from money_by_need m where m.need = n.id) as "arranged!"
           from need n
           where n.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(StepFacts {
            town_reviews: row.town_reviews,
            paused_from: row.paused_from.as_deref().map(|text| word("need", text)).transpose()?,
            promised: row.promised,
            reported: row.reported,
            unaccounted: row.unaccounted,
            undelivered: row.undelivered,
            goods_given: row.goods_given,
            goods_left: row.goods_left,
            arranged: row.arranged,
        })
    })
    .transpose()
}

pub async fn objections(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from enquiry where need = $1 and status = 'waiting'"#, id.0)
        .fetch_one(connection)
        .await
}

/// From one state to another; a pause remembers where it began.
pub async fn move_to(
    connection: &mut PgConnection,
    id: NeedId,
    (before, after): (NeedStatus, NeedStatus),
    publicized_until: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need
         set status = $3, changed_at = $4, publicized_until = coalesce($5, publicized_until),
             paused_from = case when $3 = 'paused' then status end
         where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        now,
        publicized_until
    )
    .execute(connection)
    .await
}

/// Of a need that is shown for objections.
pub async fn show_until(connection: &mut PgConnection, id: NeedId, until: NaiveDate) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update need set publicized_until = $2 where id = $1 and status = 'publicized'", id.0, until)
        .execute(connection)
        .await
}

pub async fn next_number(connection: &mut PgConnection, county: &str, year: i32) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into need_code_counter as c (county, year, last) values ($1, $2, 1)
         on conflict (county, year) do update set last = c.last + 1
         returning last",
        county,
        year
    )
    .fetch_one(connection)
    .await
}

pub async fn set_code(
    connection: &mut PgConnection,
    id: NeedId,
    code: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update need set code = $2, published_at = $3 where id = $1 and code is null", id.0, code, now)
        .execute(connection)
        .await
}

/// Needs whose last day of objection has passed, without a letter that waits, longest over first.
pub async fn publicity_over(connection: &mut PgConnection, today: NaiveDate, limit: i64) -> sqlx::Result<Vec<NeedId>> {
    let ids = sqlx::query_scalar!(
        "select n.id
         from need n
         where n.status = 'publicized' and n.publicized_until < $1
           and not exists (select from enquiry e where e.need = n.id and e.status = 'waiting')
         order by n.publicized_until, n.id
         limit $2",
        today,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(NeedId).collect())
}

/// Open needs without a promise and with nothing set aside whose day has passed, or is near while their village was not
/// yet warned of that day; each with its day, earliest first.
pub async fn met_by_nobody(
    connection: &mut PgConnection,
    today: NaiveDate,
    until: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<(NeedId, NaiveDate)>> {
    let rows = sqlx::query!(
        r#"select n.id, n.wanted_by as "wanted_by!"
           from need n
           where n.status = 'open' and n.wanted_by <= $2
             and (n.wanted_by < $1 or n.warned_for is distinct from n.wanted_by)
             and not exists (select from designation_counted d where d.need = n.id and d.counted_fen > 0)
             and not exists (select from commitment_counted c where c.need = n.id and c.counted > 0)
             and not exists (select from goods_hand_over o where o.need = n.id and o.status = 'accepted')
             and not exists (select from goods_gift g
                             where g.set_aside_for = n.id and g.status in ('set_aside', 'partly_handed_over'))
             and (select m.arranged_fen from money_by_need m where m.need = n.id) <= 0
           order by n.wanted_by, n.id
           limit $3"#,
        today,
        until,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (NeedId(row.id), row.wanted_by)).collect())
}

pub async fn set_warned(connection: &mut PgConnection, id: NeedId, day: NaiveDate) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need
         set warned_for = $2
         where id = $1 and status = 'open' and wanted_by = $2 and warned_for is distinct from $2",
        id.0,
        day
    )
    .execute(connection)
    .await
}
