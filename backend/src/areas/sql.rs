//! The only SQL on areas; reads what other rooms keep.

use chrono::{DateTime, Utc};
use domain::OrganisationId;
use domain::api::areas::{AreaRow, NeedCounts};
use domain::place::{PlaceCode, PlaceLevel, short_village_name};
use sqlx::PgConnection;

/// The children of a place in the order of their codes. Everything is counted by the prefix of its code in one pass, so
/// that a county of three hundred villages costs one statement as a town of twenty does.
pub async fn below(connection: &mut PgConnection, place: &PlaceCode, now: DateTime<Utc>) -> sqlx::Result<Vec<AreaRow>> {
    let digits: i32 = match place.level() {
        PlaceLevel::City => 6,
        PlaceLevel::County => 9,
        PlaceLevel::Town | PlaceLevel::Village => 12,
    };
    let rows = sqlx::query!(
        r#"with village as (
               select o.id, left(o.place, $2) as child from organisation o
               where o.kind = 'village' and o.place like $1 || '%'
           ),
           villages as (
               select left(code, $2) as child, count(*) as n from place
               where level = 'village' and code like $1 || '%'
               group by 1
           ),
           opened as (select child, count(*) as n from village group by 1),
           people as (
               select v.child, count(distinct m.person) as n
               from village v
               join membership m on m.organisation = v.id and m.status = 'active'
               group by 1
           ),
           invited as (
               select v.child, count(*) as n
               from village v
               join invitation i on i.organisation = v.id
               where i.accepted_at is null and i.revoked_at is null and i.expires_at > $3
               group by 1
           ),
           reset as (
               select v.child, count(*) as n
               from village v
               join password_reset r on r.village = v.id
               where r.approved_at is null and r.ended_at is null
               group by 1
           ),
           needed as (
               select left(village, $2) as child,
                      count(*) filter (where status = 'draft') as draft,
                      count(*) filter (where status = 'returned') as returned,
                      count(*) filter (where status in ('town_review', 'federation_review')) as in_review,
                      count(*) filter (where status in (
                          'publicized', 'open', 'partly_funded', 'funded', 'in_progress', 'acceptance')) as open,
                      count(*) filter (where status = 'closed') as closed,
                      count(*) filter (where status in ('paused', 'withdrawn', 'expired')) as aside
               from need
               where village like $1 || '%'
               group by 1
           )
           select p.code, p.name, own.id as "organisation?", coalesce(villages.n, 0) as "villages!",
                  coalesce(opened.n, 0) as "opened!", coalesce(people.n, 0) as "people!",
                  coalesce(invited.n, 0) as "invitations!", coalesce(reset.n, 0) as "resets!",
                  coalesce(needed.draft, 0) as "draft!", coalesce(needed.returned, 0) as "returned!",
                  coalesce(needed.in_review, 0) as "in_review!", coalesce(needed.open, 0) as "public!",
                  coalesce(needed.closed, 0) as "closed!", coalesce(needed.aside, 0) as "aside!"
           from place p
           left join organisation own on own.place = p.code
               and own.kind = case length(p.code) when 12 then 'village' when 9 then 'town' else 'federation' end
           left join villages on villages.child = p.code
           left join opened on opened.child = p.code
           left join people on people.child = p.code
           left join invited on invited.child = p.code
           left join reset on reset.child = p.code
           left join needed on needed.child = p.code
           where p.parent = $1
           order by p.code"#,
        place.as_str(),
        digits,
        now
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AreaRow {
                code: row.code.parse::<PlaceCode>().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                name: short_village_name(&row.name),
                organisation: row.organisation.map(OrganisationId),
                villages: row.villages,
                opened: row.opened,
                people: row.people,
                invitations: row.invitations,
                resets: row.resets,
                needs: NeedCounts {
                    draft: row.draft,
                    returned: row.returned,
                    in_review: row.in_review,
                    public: row.public,
                    closed: row.closed,
                    aside: row.aside,
                },
            })
        })
        .collect()
}
