//! The only SQL that lists accounts: each kind by what it is named after, in the order of the accounts' texts or, where
//! there are many, the latest first.

use crate::db::decode::words;
use domain::OrganisationId;
use domain::ledger::{Account, AccountKind};
use sqlx::PgConnection;

fn accounts(texts: &[String]) -> sqlx::Result<Vec<Account>> {
    words("account", texts)
}

/// Of one kind; where none is named, of all money that is not one pledge's, need's or payment's.
pub async fn of_kind(
    connection: &mut PgConnection,
    kind: Option<AccountKind>,
    charity: Option<OrganisationId>,
    after: Option<Account>,
    limit: i64,
) -> sqlx::Result<Vec<Account>> {
    let texts = sqlx::query_scalar!(
        r#"select account as "account!"
           from (
               select 'unmatched:' || id as account
               from bank_account
               where ($4::text is null or $4 = 'unmatched') and ($1::uuid is null or charity = $1)
               union all
               select 'general:' || campaign || ':' || charity
               from campaign_charity
               where ($4::text is null or $4 = 'general') and ($1::uuid is null or charity = $1)
               union all
               select 'fee:' || id
               from organisation
               where ($4::text is null or $4 = 'fee') and kind = 'charity' and ($1::uuid is null or id = $1)
               union all
               select 'lost:' || id
               from organisation
               where ($4::text is null or $4 = 'lost') and kind = 'charity' and ($1::uuid is null or id = $1)
                 and exists (select from goods_gift g where g.charity = organisation.id and g.lost_fen > 0)
               union all
               -- A need may have money set aside, goods, or both.
               (select 'allocated:' || need || ':' || charity
                from allocation
                where $4::text = 'allocated' and ($1::uuid is null or charity = $1)
                union
                select 'allocated:' || s.need || ':' || g.charity
                from goods_gift g
                join goods_set_aside s on s.gift = g.id
                where $4::text = 'allocated' and ($1::uuid is null or g.charity = $1))
               union all
               (select 'spent:' || need
                from disbursement
                where $4::text = 'spent' and ($1::uuid is null or charity = $1)
                union
                select 'spent:' || o.need
                from goods_gift g
                join goods_hand_over o on o.gift = g.id and o.status = 'accepted'
                where $4::text = 'spent' and ($1::uuid is null or g.charity = $1))
               union all
               select distinct 'surplus:' || need
               from surplus
               where $4::text = 'surplus' and status = 'confirmed' and ($1::uuid is null or charity = $1)
           ) listed
           where $2::text is null or account > $2
           order by account
           limit $3"#,
        charity.map(|id| id.0),
        after.map(|account| account.to_string()),
        limit,
        kind.map(AccountKind::as_str)
    )
    .fetch_all(connection)
    .await?;
    accounts(&texts)
}

/// Of money that arrived for directed pledges, the latest pledges first.
pub async fn directed(
    connection: &mut PgConnection,
    charity: Option<OrganisationId>,
    after: Option<Account>,
    limit: i64,
) -> sqlx::Result<Vec<Account>> {
    let after = match after {
        Some(Account::Directed { pledge: id }) => Some(id.0),
        _ => None,
    };
    let texts = sqlx::query_scalar!(
        r#"select 'directed:' || x.id as "account!"
           from pledge x
           where ($1::uuid is null or x.charity = $1) and x.restriction = 'directed' and x.arrived_fen > 0
             and ($2::uuid is null or (x.pledged_at, x.id) < (select a.pledged_at, a.id from pledge a where a.id = $2))
           order by x.pledged_at desc, x.id desc
           limit $3"#,
        charity.map(|id| id.0),
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    accounts(&texts)
}

/// Of payments that were made, the latest first.
pub async fn advance(
    connection: &mut PgConnection,
    charity: Option<OrganisationId>,
    after: Option<Account>,
    limit: i64,
) -> sqlx::Result<Vec<Account>> {
    let after = match after {
        Some(Account::Advance { disbursement: id }) => Some(id.0),
        _ => None,
    };
    let texts = sqlx::query_scalar!(
        r#"select 'advance:' || x.id as "account!"
           from disbursement x
           where ($1::uuid is null or x.charity = $1) and x.status in ('paid', 'bank_confirmed', 'bounced')
             and ($2::uuid is null or (x.prepared_at, x.id) < (select a.prepared_at, a.id from disbursement a where a.id = $2))
           order by x.prepared_at desc, x.id desc
           limit $3"#,
        charity.map(|id| id.0),
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    accounts(&texts)
}
