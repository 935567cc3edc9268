//! The only SQL on the rows behind numbers. The views say what counts; here it is gone through page by page, group by
//! group, so that no page reads more than the groups that stand on it.

use super::{Found, Key, what};
use crate::db::decode::{error, fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::four::{FourNumbers, MoneyNumber};
use domain::need::Field;
use domain::place::PlaceCode;
use domain::{CampaignId, Fen, NeedId, OrganisationId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A row with its place in the order.
struct Row {
    group: String,
    of: Uuid,
    at: DateTime<Utc>,
    id: Uuid,
    n: i64,
    on_day: NaiveDate,
    fen: i64,
    hidden: bool,
    giver: Option<String>,
    display: Option<String>,
    says: String,
    code: Option<String>,
    title: Option<String>,
}

impl Row {
    fn found(self, own: bool, number: MoneyNumber) -> sqlx::Result<Found> {
        let display = self.display.as_deref().map(|text| word("pledge", text)).transpose()?;
        Ok(Found {
            key: Key { own, group: self.group, of: self.of, at: self.at, id: self.id, n: self.n },
            on: self.on_day,
            what: what(number, self.says, self.giver, display),
            fen: self.fen,
            hidden: self.hidden,
            need: self.code.zip(self.title),
        })
    }
}

fn found(rows: Vec<Row>, own: bool, number: MoneyNumber) -> sqlx::Result<Vec<Found>> {
    rows.into_iter().map(|row| row.found(own, number)).collect()
}

/// Where the rows go on: behind a row, or from the beginning.
fn behind(after: Option<&Key>) -> (String, Uuid, DateTime<Utc>, Uuid, i64) {
    after.map_or_else(
        || (String::new(), Uuid::nil(), DateTime::UNIX_EPOCH, Uuid::nil(), -1),
        |key| (key.group.clone(), key.of, key.at, key.id, key.n),
    )
}

/// The public need of this id or this code.
pub async fn need_called(connection: &mut PgConnection, name: &str) -> sqlx::Result<Option<NeedId>> {
    let id = sqlx::query_scalar!(
        r#"select id as "id!" from needs_public where id = coalesce($1, (select id from need where code = $2))"#,
        name.parse::<Uuid>().ok(),
        name
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(NeedId))
}

/// Title and village of a public need.
pub async fn need(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!(r#"select title as "title!", village as "village!" from needs_public where id = $1"#, id.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (row.title, row.village)))
}

/// The name of a verified enterprise.
pub async fn enterprise(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select name from organisation where id = $1 and kind = 'enterprise' and status = 'verified'",
        id.0
    )
    .fetch_optional(connection)
    .await
}

/// The numbers of a field as everybody reads them on this day, and how many hidden gifts are not in them yet.
pub async fn money_of_field(
    connection: &mut PgConnection,
    field: Field,
    today: NaiveDate,
) -> sqlx::Result<(FourNumbers, i64)> {
    let row = sqlx::query!(
        r#"select m.pledged_fen - p.left_out - own.pledged as "pledged_fen!",
                  m.arrived_fen - a.left_out - own.arrived as "arrived_fen!", m.disbursed_fen as "disbursed_fen!",
                  m.spent_fen as "spent_fen!", m.arranged_fen as "arranged_fen!",
                  greatest(p.gifts, a.gifts) + own.gifts as "later!"
           from (
               select coalesce(sum(pledged_fen), 0)::bigint as pledged_fen,
                      coalesce(sum(arrived_fen), 0)::bigint as arrived_fen,
                      coalesce(sum(disbursed_fen), 0)::bigint as disbursed_fen,
                      coalesce(sum(spent_fen), 0)::bigint as spent_fen,
                      coalesce(sum(arranged_fen), 0)::bigint as arranged_fen
               from public_total_now
               where field = $1
           ) m
           cross join lateral (
               select coalesce(sum(h.counted_fen), 0)::bigint as left_out, count(*) as gifts
               from hidden_pledge_of_need h
               join needs_public n on n.id = h.need and n.field = $1
               where h.day = $2 and h.left_out
           ) p
           cross join lateral (
               select coalesce(sum(h.amount_fen), 0)::bigint as left_out, count(*) as gifts
               from hidden_arrival_of_need h
               join needs_public n on n.id = h.need and n.field = $1
               where h.day = $2 and h.left_out
           ) a
           cross join lateral (
               -- What is given to the field itself and hidden: all of today's.
               select coalesce(sum(o.fen) filter (where o.number = 'pledged'), 0)::bigint as pledged,
                      coalesce(sum(o.fen) filter (where o.number = 'arrived'), 0)::bigint as arrived, count(*) as gifts
               from own_figure o
               where o.field = $1 and o.hidden and o.on_day = $2
           ) own"#,
        field.as_str(),
        today
    )
    .fetch_one(connection)
    .await?;
    let numbers = FourNumbers {
        pledged: fen("public_total", row.pledged_fen)?,
        arrived: fen("public_total", row.arrived_fen)?,
        disbursed: fen("public_total", row.disbursed_fen)?,
        spent: fen("public_total", row.spent_fen)?,
        arranged: fen("public_total", row.arranged_fen)?,
    };
    Ok((numbers, row.later))
}

/// The numbers of an enterprise's pledges; of those that it shows whole, where no more is to be read.
pub async fn money_of_enterprise(
    connection: &mut PgConnection,
    id: OrganisationId,
    shown_only: bool,
) -> sqlx::Result<FourNumbers> {
    let row = sqlx::query!(
        r#"with whole as (
               select coalesce(sum(pledged_fen), 0)::bigint as pledged_fen,
                      coalesce(sum(arrived_fen), 0)::bigint as arrived_fen,
                      coalesce(sum(disbursed_fen), 0)::bigint as disbursed_fen,
                      coalesce(sum(spent_fen), 0)::bigint as spent_fen
               from campaign_total_now
               where enterprise = $1
           ),
           not_shown as (
               select coalesce(sum(pledged_fen), 0)::bigint as pledged_fen,
                      coalesce(sum(arrived_fen), 0)::bigint as arrived_fen,
                      coalesce(sum(disbursed_fen), 0)::bigint as disbursed_fen,
                      coalesce(sum(spent_fen), 0)::bigint as spent_fen
               from money_by_pledge
               where enterprise = $1 and not shown and $2
           )
           select w.pledged_fen - n.pledged_fen as "pledged_fen!", w.arrived_fen - n.arrived_fen as "arrived_fen!",
                  w.disbursed_fen - n.disbursed_fen as "disbursed_fen!", w.spent_fen - n.spent_fen as "spent_fen!"
           from whole w, not_shown n"#,
        id.0,
        shown_only
    )
    .fetch_one(connection)
    .await?;
    // Were more not shown than there is, the difference would tell of it: then nothing is told.
    let shown = |name: &str, amount: i64| match fen(name, amount)? {
        below if below < Fen::ZERO => Err(error(name, "more is not shown than there is")),
        shown => Ok(shown),
    };
    Ok(FourNumbers {
        pledged: shown("pledged_fen", row.pledged_fen)?,
        arrived: shown("arrived_fen", row.arrived_fen)?,
        disbursed: shown("disbursed_fen", row.disbursed_fen)?,
        spent: shown("spent_fen", row.spent_fen)?,
        arranged: Fen::ZERO,
    })
}

/// Rows that belong to a place, or to a field, itself.
pub async fn own(
    connection: &mut PgConnection,
    place: Option<&PlaceCode>,
    field: Option<Field>,
    number: MoneyNumber,
    after: Option<&Key>,
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let (group, _, at, id, n) = behind(after);
    let rows = sqlx::query_as!(
        Row,
        r#"select coalesce(f.place, '') as "group!", '00000000-0000-0000-0000-000000000000'::uuid as "of!", f.at as "at!",
                  f.id as "id!", f.n as "n!", f.on_day as "on_day!", f.fen as "fen!", f.hidden as "hidden!",
                  f.giver as "giver?", f.display as "display?", '' as "says!", null as "code?: String",
                  null as "title?: String"
           from own_figure f
           where f.number = $3
             and case when $1::text is not null then f.place is not null and lies_in(f.place, $1) else f.field = $2 end
             and (coalesce(f.place, '') collate "C", f.at, f.id, f.n) > ($4 collate "C", $5, $6, $7)
           order by coalesce(f.place, '') collate "C", f.at, f.id, f.n
           limit $8"#,
        place.map(PlaceCode::as_str),
        field.map(Field::as_str),
        number.as_str(),
        group,
        at,
        id,
        n,
        limit
    )
    .fetch_all(connection)
    .await?;
    found(rows, true, number)
}

/// Which needs: those of villages between two codes; of them one, or those of a field; and the place whose number it is.
pub struct Needs<'a> {
    pub range: (&'a str, &'a str),
    pub need: Option<NeedId>,
    pub field: Option<Field>,
    pub place: Option<&'a PlaceCode>,
}

/// Rows need by need.
pub async fn of_needs(
    connection: &mut PgConnection,
    needs: Needs<'_>,
    number: MoneyNumber,
    after: Option<&Key>,
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    // How many needs lie in a place or in a field is told by its code only: a plan for any of them reads all of them.
    sqlx::query!(r#"select set_config('plan_cache_mode', 'force_custom_plan', true) as "set!""#)
        .fetch_one(&mut *connection)
        .await?;
    let (group, of, at, id, n) = behind(after);
    let from = if after.is_some() { group.as_str() } else { needs.range.0 };
    let rows = sqlx::query_as!(
        Row,
        r#"select n.village as "group!", n.id as "of!", f.at as "at!", f.id as "id!", f.n as "n!", f.on_day as "on_day!",
                  f.fen as "fen!", f.hidden as "hidden!", f.giver as "giver?", f.display as "display?", f.says as "says!",
                  need.code as "code?", need.title as "title?"
           from (
               -- No more than stands in an index, so that it is read in order and as far as the page goes.
               select id, village
               from needs_public
               where village ~>=~ $1 and village ~<~ $2 and ($3::uuid is null or id = $3)
                 and ($4::text is null or field = $4) and (village <> $6 or id >= $7)
               order by village using ~<~, id
           ) n
           cross join lateral (
               select f.*
               from need_figure f
               where f.need = n.id and f.number = $5 and (n.id <> $7 or (f.at, f.id, f.n) > ($8, $9, $10))
                 and ($12::text is null or common_place(f.given_to, n.village) is null
                      or not lies_in(common_place(f.given_to, n.village), $12))
                 and ($4::text is null or f.given_field is distinct from $4)
               order by f.at, f.id, f.n
               limit $11
           ) f
           join need on need.id = n.id
           order by n.village using ~<~, n.id, f.at, f.id, f.n
           limit $11"#,
        from,
        needs.range.1,
        needs.need.map(|id| id.0),
        needs.field.map(Field::as_str),
        number.as_str(),
        group,
        of,
        at,
        id,
        n,
        limit,
        needs.place.map(PlaceCode::as_str)
    )
    .fetch_all(connection)
    .await?;
    found(rows, false, number)
}

/// Rows of a campaign's money that came without a pledge.
pub async fn own_of_campaign(
    connection: &mut PgConnection,
    campaign: CampaignId,
    number: MoneyNumber,
    after: Option<&Key>,
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let (_, of, _, id, _) = behind(after);
    let rows = sqlx::query_as!(
        Row,
        r#"select '' as "group!", f.lot as "of!", '1970-01-01T00:00:00Z'::timestamptz as "at!", f.id as "id!",
                  0::bigint as "n!", f.on_day as "on_day!", f.fen as "fen!", false as "hidden!", null as "giver?: String",
                  null as "display?: String", f.says as "says!", n.code as "code?", n.title as "title?"
           from campaign_own_figure f
           left join needs_public n on n.id = f.need
           where f.campaign = $1 and f.number = $2 and (f.lot, f.id) > ($3, $4)
           order by f.lot, f.id
           limit $5"#,
        campaign.0,
        number.as_str(),
        of,
        id,
        limit
    )
    .fetch_all(connection)
    .await?;
    found(rows, true, number)
}

/// Rows of a campaign pledge by pledge.
pub async fn of_campaign(
    connection: &mut PgConnection,
    campaign: CampaignId,
    number: MoneyNumber,
    after: Option<&Key>,
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let (_, of, at, id, _) = behind(after);
    if number == MoneyNumber::Pledged {
        return pledged_of_campaign(connection, campaign, (at, of), limit).await;
    }
    let rows = sqlx::query_as!(
        Row,
        r#"select '' as "group!", reached.pledge as "of!", reached.pledged_at as "at!", f.id as "id!", 0::bigint as "n!",
                  f.on_day as "on_day!", f.fen as "fen!", not p.show_amount as "hidden!", p.name as "giver?",
                  p.public_display as "display?", f.says as "says!", n.code as "code?", n.title as "title?"
           from (
               select pledge, pledged_at
               from pledge_reached
               where campaign = $1 and number = $2 and (pledged_at, pledge) >= ($3, $4)
               order by pledged_at, pledge
           ) reached
           -- One after the other, as far as the page goes, whatever the statistics say.
           cross join lateral (
               select given.show_amount, given.public_display, o.name
               from pledge given
               join organisation o on o.id = given.enterprise
               where given.id = reached.pledge
               offset 0
           ) p
           cross join lateral (
               select f.*
               from pledge_figure f
               where f.pledge = reached.pledge and f.number = $2 and (reached.pledge <> $4 or f.id > $5)
               order by f.id
               limit $6
           ) f
           left join needs_public n on n.id = f.need
           order by reached.pledged_at, reached.pledge, f.id
           limit $6"#,
        campaign.0,
        number.as_str(),
        at,
        of,
        id,
        limit
    )
    .fetch_all(connection)
    .await?;
    found(rows, false, number)
}

/// Each pledge is one row of what was pledged.
async fn pledged_of_campaign(
    connection: &mut PgConnection,
    campaign: CampaignId,
    (at, of): (DateTime<Utc>, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select '' as "group!", p.id as "of!", p.pledged_at as "at!", p.id as "id!", 0::bigint as "n!",
                  p.pledged_day as "on_day!", p.counted_fen as "fen!", not p.show_amount as "hidden!",
                  o.name as "giver?", p.public_display as "display?", '' as "says!", null as "code?: String",
                  null as "title?: String"
           from pledge_counted p
           join organisation o on o.id = p.enterprise
           where p.campaign = $1 and p.counted_fen > 0 and (p.pledged_at, p.id) > ($2, $3)
           order by p.pledged_at, p.id
           limit $4"#,
        campaign.0,
        at,
        of,
        limit
    )
    .fetch_all(connection)
    .await?;
    found(rows, false, MoneyNumber::Pledged)
}

/// Rows of an enterprise pledge by pledge; of those that it shows whole, where no more is to be read.
pub async fn of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    shown_only: bool,
    number: MoneyNumber,
    after: Option<&Key>,
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let (_, of, at, id, _) = behind(after);
    if number == MoneyNumber::Pledged {
        return pledged_of_enterprise(connection, enterprise, shown_only, (at, of), limit).await;
    }
    let rows = sqlx::query_as!(
        Row,
        r#"select '' as "group!", reached.pledge as "of!", reached.pledged_at as "at!", f.id as "id!", 0::bigint as "n!",
                  f.on_day as "on_day!", f.fen as "fen!", false as "hidden!", null as "giver?: String",
                  null as "display?: String",
                  case when f.says <> '' then f.says when $2 then c.name else c.name || ' · ' || p.reference end as "says!",
                  n.code as "code?", n.title as "title?"
           from (
               select pledge, pledged_at
               from pledge_reached
               where enterprise = $1 and number = $3 and (pledged_at, pledge) >= ($4, $5)
               order by pledged_at, pledge
           ) reached
           -- One after the other, as far as the page goes, whatever the statistics say.
           cross join lateral (
               select given.reference, given.campaign
               from pledge given
               where given.id = reached.pledge and (not $2 or (given.public_display = 'name' and given.show_amount))
               offset 0
           ) p
           join campaign c on c.id = p.campaign
           cross join lateral (
               select f.*
               from pledge_figure f
               where f.pledge = reached.pledge and f.number = $3 and (reached.pledge <> $5 or f.id > $6)
               order by f.id
               limit $7
           ) f
           left join needs_public n on n.id = f.need
           order by reached.pledged_at, reached.pledge, f.id
           limit $7"#,
        enterprise.0,
        shown_only,
        number.as_str(),
        at,
        of,
        id,
        limit
    )
    .fetch_all(connection)
    .await?;
    found(rows, false, number)
}

/// Each pledge is one row of what was pledged.
async fn pledged_of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    shown_only: bool,
    (at, of): (DateTime<Utc>, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select '' as "group!", p.id as "of!", p.pledged_at as "at!", p.id as "id!", 0::bigint as "n!",
                  p.pledged_day as "on_day!", p.counted_fen as "fen!", false as "hidden!", null as "giver?: String",
                  null as "display?: String", case when $2 then c.name else c.name || ' · ' || p.reference end as "says!",
                  null as "code?: String", null as "title?: String"
           from pledge_counted p
           join campaign c on c.id = p.campaign
           where p.enterprise = $1 and p.counted_fen > 0 and (p.pledged_at, p.id) > ($3, $4)
             and (not $2 or (p.public_display = 'name' and p.show_amount))
           order by p.pledged_at, p.id
           limit $5"#,
        enterprise.0,
        shown_only,
        at,
        of,
        limit
    )
    .fetch_all(connection)
    .await?;
    found(rows, false, MoneyNumber::Pledged)
}
