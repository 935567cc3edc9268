//! The only SQL on what accounts are named after.

use super::Facts;
use crate::db::decode::{texts, word};
use domain::ledger::Account;
use domain::{OrganisationId, PledgeId};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The ids in an account's text, by what they name.
#[derive(Default)]
struct Ids {
    pledge: Option<Uuid>,
    need: Option<Uuid>,
    campaign: Option<Uuid>,
    charity: Option<Uuid>,
    bank_account: Option<Uuid>,
    disbursement: Option<Uuid>,
}

fn ids(account: &Account) -> Ids {
    let none = Ids::default();
    match *account {
        Account::World | Account::Returned => none,
        Account::Unmatched { bank_account } => Ids { bank_account: Some(bank_account.0), ..none },
        Account::Directed { pledge: PledgeId(pledge) } => Ids { pledge: Some(pledge), ..none },
        Account::General { campaign, charity } => Ids { campaign: Some(campaign.0), charity: Some(charity.0), ..none },
        Account::Allocated { need, charity } => Ids { need: Some(need.0), charity: Some(charity.0), ..none },
        Account::Advance { disbursement } => Ids { disbursement: Some(disbursement.0), ..none },
        Account::Spent { need } | Account::Surplus { need } => Ids { need: Some(need.0), ..none },
        Account::Fee { charity } | Account::Lost { charity } => Ids { charity: Some(charity.0), ..none },
    }
}

pub async fn facts(connection: &mut PgConnection, accounts: &[Account]) -> sqlx::Result<BTreeMap<Account, Facts>> {
    let all: Vec<Ids> = accounts.iter().map(ids).collect();
    let column = |of: fn(&Ids) -> Option<Uuid>| all.iter().map(of).collect::<Vec<_>>();
    let rows = sqlx::query!(
        r#"select x.account as "account!", coalesce(x.charity, p.charity, b.charity, d.charity) as charity,
                  o.name as "charity_name?", p.enterprise as "enterprise?", e.name as "enterprise_name?",
                  p.public_display as "public_display?", p.reference as "reference?", n.code as "need_code?",
                  n.title as "need_title?", need_is_public(n.code, n.status) as need_public,
                  c.name as "campaign_name?", c.stage as "campaign_stage?", b.bank as "bank?",
                  b.account_no as "account_no?", d.payee_name as "payee?",
                  (x.pledge is null or p.id is not null) and (x.need is null or n.id is not null)
                      and (x.campaign is null or c.id is not null)
                      and (x.charity is null or coalesce(o.kind = 'charity', false))
                      and (x.bank_account is null or b.id is not null)
                      and (x.disbursement is null or d.id is not null) as "known!"
           from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[])
                as x (account, pledge, need, campaign, charity, bank_account, disbursement)
           left join pledge p on p.id = x.pledge
           left join organisation e on e.id = p.enterprise
           left join bank_account b on b.id = x.bank_account
           left join disbursement d on d.id = x.disbursement
           left join need n on n.id = coalesce(x.need, d.need)
           left join campaign c on c.id = x.campaign
           left join organisation o on o.id = coalesce(x.charity, p.charity, b.charity, d.charity)"#,
        &texts(accounts),
        &column(|of| of.pledge) as &[Option<Uuid>],
        &column(|of| of.need) as &[Option<Uuid>],
        &column(|of| of.campaign) as &[Option<Uuid>],
        &column(|of| of.charity) as &[Option<Uuid>],
        &column(|of| of.bank_account) as &[Option<Uuid>],
        &column(|of| of.disbursement) as &[Option<Uuid>]
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let facts = Facts {
                charity: row.charity.map(OrganisationId),
                charity_name: row.charity_name,
                enterprise: row.enterprise.map(OrganisationId),
                enterprise_name: row.enterprise_name,
                display: row.public_display.as_deref().map(|text| word("pledge", text)).transpose()?,
                reference: row.reference,
                need_code: row.need_code,
                need_title: row.need_title,
                need_public: row.need_public == Some(true),
                campaign_name: row.campaign_name,
                campaign_stage: row.campaign_stage.as_deref().map(|text| word("campaign", text)).transpose()?,
                bank: row.bank,
                account_no: row.account_no,
                payee: row.payee,
                known: row.known,
            };
            Ok((word("transfer.account", &row.account)?, facts))
        })
        .collect()
}
