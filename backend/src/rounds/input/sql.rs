//! The SQL on who takes part in a round, and on what stands between two.

use crate::db::decode::{texts, word};
use chrono::NaiveDate;
use domain::OrganisationId;
use domain::place::PlaceCode;
use domain::round::setup::{RoundEnterprises, RoundSetup};
use sqlx::PgConnection;
use uuid::Uuid;

/// Verified enterprises that the setup chooses, and of those that are named whoever is verified; whether the setup chose
/// them. An enterprise that stands in no county is the city's.
pub async fn enterprises(
    connection: &mut PgConnection,
    (place, setup): (&PlaceCode, &RoundSetup),
    named: &[Uuid],
) -> sqlx::Result<Vec<(OrganisationId, bool)>> {
    let rows = sqlx::query!(
        r#"select o.id, c.chosen as "chosen!"
           from organisation o
           left join registration r on r.organisation = o.id
           left join enterprise_profile p on p.enterprise = o.id
           cross join lateral (
               select $2 and coalesce(o.place, '4414') like $1 || '%'
                      and ($3::text[] = '{}' or coalesce(left(p.base, 6), o.place, '') = any($3))
                      and ($4::text[] = '{}' or coalesce(r.industry, '') = any($4)) as chosen
           ) c
           where o.kind = 'enterprise' and o.status = 'verified' and (c.chosen or o.id = any($5))
           order by o.id"#,
        place.as_str(),
        setup.enterprises == RoundEnterprises::All,
        &texts(&setup.counties),
        &texts(&setup.industries),
        named
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (OrganisationId(row.id), row.chosen)).collect())
}

/// The villages that the setup chooses.
pub async fn villages(
    connection: &mut PgConnection,
    setup: &RoundSetup,
    today: NaiveDate,
) -> sqlx::Result<Vec<PlaceCode>> {
    let codes = sqlx::query_scalar!(
        r#"select v.code
           from place v
           where v.level = 'village'
             and exists (select from unnest($1::text[]) chosen where v.code like chosen || '%')
             and (not $2 or exists (
                 select from need_open n
                 where n.village = v.code and coalesce(n.wanted_by, $4) >= $4
                   and ($3::text[] = '{}' or n.field = any($3))))
             and (not $5 or not exists (select from pairing_standing s where s.village = v.code and s.under_way))
           order by v.code"#,
        &texts(&setup.places),
        setup.villages.wants_open_need(),
        &texts(&setup.fields),
        today,
        setup.villages.wants_unpaired()
    )
    .fetch_all(connection)
    .await?;
    codes.iter().map(|code| word("place.code", code)).collect()
}

/// Which of these are paired already, or talk about it.
pub async fn paired(
    connection: &mut PgConnection,
    enterprises: &[OrganisationId],
    villages: &[PlaceCode],
) -> sqlx::Result<Vec<(OrganisationId, PlaceCode)>> {
    let ids: Vec<Uuid> = enterprises.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select distinct s.enterprise as "enterprise!", s.village as "village!"
           from pairing_standing s
           where s.enterprise = any($1) and s.village = any($2)
           order by 1, 2"#,
        &ids,
        &texts(villages)
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((OrganisationId(row.enterprise), word("pairing_village.village", &row.village)?)))
        .collect()
}

/// Which of these towns have a coverage under way or talked about.
pub async fn covered(connection: &mut PgConnection, towns: &[PlaceCode]) -> sqlx::Result<Vec<PlaceCode>> {
    let towns = sqlx::query_scalar!(
        r#"select distinct s.town as "town!" from pairing_standing s where s.town = any($1) order by 1"#,
        &texts(towns)
    )
    .fetch_all(connection)
    .await?;
    towns.iter().map(|town| word("pairing_terms.town", town)).collect()
}
