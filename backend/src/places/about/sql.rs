//! The only SQL on what a place is and what became of its needs; reads what other rooms keep by their views.

use crate::db::decode::{fen, word};
use crate::places::Names;
use chrono::{DateTime, NaiveDate, Utc};
use domain::NeedId;
use domain::api::places::{Delivered, PlaceBelow, PlaceFact, Said, TownStanding, UnlistedNeed, VillageStanding};
use domain::four::FourNumbers;
use domain::place::{PlaceCode, PlaceIndicator, PlaceLevel, short_village_name};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::types::Json;

/// What lists say of a place.
pub struct Standing {
    pub town: Option<TownStanding>,
    pub village: Option<VillageStanding>,
    pub facts: Vec<PlaceFact>,
}

#[derive(Debug, Deserialize)]
struct FactRow {
    indicator: PlaceIndicator,
    year: i32,
    value: i64,
    source: String,
    as_of: NaiveDate,
}

/// Of a village also the class of its town.
pub async fn standing(connection: &mut PgConnection, code: &PlaceCode) -> sqlx::Result<Standing> {
    let row = sqlx::query!(
        r#"select c.class as "class?", c.lead, ci.source as "class_source?", ci.as_of as "class_as_of?",
                  t.type as "village_type?", ti.source as "type_source?", ti.as_of as "type_as_of?",
                  coalesce((
                      select json_agg(json_build_object('indicator', f.indicator, 'year', f.year, 'value', f.value,
                                                        'source', i.source, 'as_of', i.as_of)
                                      order by f.year desc, f.indicator)
                      from place_fact f
                      join place_import i on i.id = f.import
                      where f.place = p.code
                  ), '[]') as "facts!: Json<Vec<FactRow>>"
           from place p
           left join town_class c on c.town = left(p.code, 9)
           left join place_import ci on ci.id = c.import
           left join village_type t on t.village = p.code
           left join place_import ti on ti.id = t.import
           where p.code = $1"#,
        code.as_str()
    )
    .fetch_one(connection)
    .await?;
    let said = |source: Option<String>, as_of: Option<NaiveDate>| {
        source.zip(as_of).map(|(source, as_of)| Said { source, as_of })
    };
    let town = match (row.class, said(row.class_source, row.class_as_of)) {
        (Some(class), Some(said)) => {
            let lead = row.lead.map(|lead| word("town_class.lead", &lead)).transpose()?;
            Some(TownStanding { class: word("town_class.class", &class)?, lead, said })
        }
        _ => None,
    };
    let village = match (row.village_type, said(row.type_source, row.type_as_of)) {
        (Some(village_type), Some(said)) => {
            Some(VillageStanding { village_type: word("village_type.type", &village_type)?, said })
        }
        _ => None,
    };
    let fact = |row: FactRow| PlaceFact {
        indicator: row.indicator,
        year: row.year,
        value: row.value,
        said: Said { source: row.source, as_of: row.as_of },
    };
    Ok(Standing { town, village, facts: row.facts.0.into_iter().map(fact).collect() })
}

/// The places directly below, with what they are and how many needs lists show of each.
pub async fn below(connection: &mut PgConnection, code: &PlaceCode) -> sqlx::Result<Vec<PlaceBelow>> {
    let digits: i32 = if code.level() == PlaceLevel::County { 9 } else { 12 };
    let rows = sqlx::query!(
        r#"select p.code, p.name, c.class as "class?", t.type as "village_type?",
                  coalesce(counted.n, 0)::bigint as "needs!"
           from place p
           left join town_class c on c.town = p.code
           left join village_type t on t.village = p.code
           left join (
               select left(village, $2) as child, sum(listed) as n
               from public_total_now
               where lies_in(village, $1)
               group by 1
           ) counted on counted.child = p.code
           where p.parent = $1
           order by p.code"#,
        code.as_str(),
        digits
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PlaceBelow {
                code: word("place.code", &row.code)?,
                name: short_village_name(&row.name),
                class: row.class.map(|class| word("town_class.class", &class)).transpose()?,
                village_type: row.village_type.map(|kind| word("village_type.type", &kind)).transpose()?,
                needs: row.needs,
            })
        })
        .collect()
}

/// What is added up of a place.
pub struct Sums {
    /// The four numbers of its public needs as everybody reads them on this day …
    pub money: FourNumbers,
    /// … and how many gifts of today are not in them yet: what each need's own page leaves out.
    pub later: i64,
    /// Needs that stand in lists.
    pub listed: i64,
    /// Public needs of which something was reported.
    pub reported: i64,
}

/// The totals of a place's villages, and of what is given to the place itself, without what is hidden of this day.
pub async fn sums(connection: &mut PgConnection, code: &PlaceCode, today: NaiveDate) -> sqlx::Result<Sums> {
    let row = sqlx::query!(
        r#"with total as (
               select coalesce(sum(listed), 0)::bigint as listed, coalesce(sum(reported), 0)::bigint as reported,
                      coalesce(sum(pledged_fen), 0)::bigint as pledged_fen,
                      coalesce(sum(arrived_fen), 0)::bigint as arrived_fen,
                      coalesce(sum(disbursed_fen), 0)::bigint as disbursed_fen,
                      coalesce(sum(spent_fen), 0)::bigint as spent_fen,
                      coalesce(sum(arranged_fen), 0)::bigint as arranged_fen
               from public_total_now
               where lies_in(village, $1)
           ),
           pledged as (
               select coalesce(sum(h.counted_fen), 0)::bigint as left_out, count(*) as gifts
               from hidden_pledge_of_need h
               where h.day = $2 and lies_in(h.village, $1) and h.left_out
                 and (h.need is null or exists (select from needs_public n where n.id = h.need offset 0))
           ),
           arrived as (
               select coalesce(sum(h.amount_fen), 0)::bigint as left_out, count(*) as gifts
               from hidden_arrival_of_need h
               where h.day = $2 and lies_in(h.village, $1) and h.left_out
                 and (h.need is null or exists (select from needs_public n where n.id = h.need offset 0))
           )
           select t.listed as "listed!", t.reported as "reported!", t.pledged_fen - p.left_out as "pledged_fen!",
                  t.arrived_fen - a.left_out as "arrived_fen!", t.disbursed_fen as "disbursed_fen!",
                  t.spent_fen as "spent_fen!", t.arranged_fen as "arranged_fen!", greatest(p.gifts, a.gifts) as "later!"
           from total t, pledged p, arrived a"#,
        code.as_str(),
        today
    )
    .fetch_one(connection)
    .await?;
    let money = FourNumbers {
        pledged: fen("pledged_fen", row.pledged_fen)?,
        arrived: fen("arrived_fen", row.arrived_fen)?,
        disbursed: fen("disbursed_fen", row.disbursed_fen)?,
        spent: fen("spent_fen", row.spent_fen)?,
        arranged: fen("arranged_fen", row.arranged_fen)?,
    };
    Ok(Sums { money, later: row.later, listed: row.listed, reported: row.reported })
}

/// The needs for which something was pledged or set aside and which no list shows any more, latest change first: their
/// money is in the place's numbers.
pub async fn unlisted(
    connection: &mut PgConnection,
    code: &PlaceCode,
    limit: i64,
    places: &Names,
) -> sqlx::Result<(Vec<UnlistedNeed>, i64)> {
    let rows = sqlx::query!(
        r#"select n.id as "id!", n.code as "code!", n.title as "title!", n.village as "village!", n.status as "status!",
                  count(*) over () as "counted!"
           from needs_public n
           cross join lateral (
               select from designation_counted d where d.need = n.id and d.status not in ('draft', 'cancelled')
               union all
               select from allocation a where a.need = n.id
               limit 1
           ) promised
           where lies_in(n.village, $1) and n.status in ('paused', 'withdrawn', 'expired')
           order by n.changed_at desc, n.id
           limit $2"#,
        code.as_str(),
        limit
    )
    .fetch_all(connection)
    .await?;
    let counted = rows.first().map_or(0, |row| row.counted);
    let unlisted = rows.into_iter().map(|row| {
        Ok(UnlistedNeed {
            need: NeedId(row.id),
            code: row.code,
            title: row.title,
            place: places.place(&word("need.village", &row.village)?),
            status: word("need.status", &row.status)?,
        })
    });
    Ok((unlisted.collect::<sqlx::Result<_>>()?, counted))
}

struct DeliveredRow {
    id: uuid::Uuid,
    code: Option<String>,
    title: String,
    village: String,
    goal: Option<i64>,
    unit: String,
    quantity_so_far: Option<i64>,
    reported_at: DateTime<Utc>,
    spent_fen: i64,
}

/// The needs of which something was reported, latest report first. Each level of places has an index of its own.
pub async fn delivered(
    connection: &mut PgConnection,
    code: &PlaceCode,
    limit: i64,
    places: &Names,
) -> sqlx::Result<Vec<Delivered>> {
    let rows = sqlx::query_as!(
        DeliveredRow,
        r#"select n.id as "id!", n.code, n.title as "title!", n.village as "village!", n.outcome_quantity as goal,
                  n.outcome_unit as "unit!",
                  (select r.quantity_so_far
                   from report r
                   where r.need = n.id and r.quantity_so_far is not null
                   order by r.submitted_at desc, r.id desc
                   limit 1) as quantity_so_far,
                  d.reported_at as "reported_at!", m.spent_fen as "spent_fen!"
           from (
               (select r.need, r.reported_at
                from need_reported r
                join needs_public n on n.id = r.need
                where length($1) = 6 and left(r.village, 6) = $1
                order by r.reported_at desc, r.need
                limit $2)
               union all
               (select r.need, r.reported_at
                from need_reported r
                join needs_public n on n.id = r.need
                where length($1) = 9 and left(r.village, 9) = $1
                order by r.reported_at desc, r.need
                limit $2)
               union all
               (select r.need, r.reported_at
                from need_reported r
                join needs_public n on n.id = r.need
                where length($1) = 12 and r.village = $1
                order by r.reported_at desc, r.need
                limit $2)
           ) d
           join need n on n.id = d.need
           join money_by_need m on m.need = d.need
           order by d.reported_at desc, d.need"#,
        code.as_str(),
        limit
    )
    .fetch_all(connection)
    .await?;
    let delivered = rows.into_iter().map(|row| {
        Ok(Delivered {
            need: NeedId(row.id),
            code: row.code,
            title: row.title,
            place: places.place(&word("need.village", &row.village)?),
            quantity_so_far: row.quantity_so_far,
            goal: row.goal,
            unit: row.unit,
            spent_fen: fen("spent_fen", row.spent_fen)?,
            reported_at: row.reported_at,
        })
    });
    delivered.collect()
}
