//! What accounts are called, and who may open them: a giver is named in full to those whose money it is, and to
//! everybody else as it chose.

mod sql;

use super::Reader;
use crate::error::Result;
use domain::api::ledger::NamedAccount;
use domain::campaign::{CampaignAct, CampaignStage};
use domain::disbursement::mask_account;
use domain::ledger::{Account, AccountKind};
use domain::pledge::{DisplayChoice, PublicDisplay};
use domain::{CampaignId, OrganisationId, PledgeId};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// What is known of an account beside its text.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub charity: Option<OrganisationId>,
    charity_name: Option<String>,
    pub enterprise: Option<OrganisationId>,
    enterprise_name: Option<String>,
    display: Option<PublicDisplay>,
    reference: Option<String>,
    need_code: Option<String>,
    need_title: Option<String>,
    need_public: bool,
    campaign_name: Option<String>,
    campaign_stage: Option<CampaignStage>,
    bank: Option<String>,
    account_no: Option<String>,
    payee: Option<String>,
    /// Whether there is such a thing at all.
    known: bool,
}

impl Facts {
    /// Whether everybody may read it: what is set aside and spent for a public need, a public campaign's undirected money,
    /// fees, and goods that were written off.
    pub fn is_public(&self, kind: AccountKind) -> bool {
        match kind {
            AccountKind::Allocated | AccountKind::Spent | AccountKind::Surplus => self.known && self.need_public,
            AccountKind::General => {
                self.known && self.campaign_stage.is_some_and(|stage| stage.allows(CampaignAct::ShowPublicly))
            }
            AccountKind::Fee | AccountKind::Lost => self.known,
            AccountKind::World
            | AccountKind::Unmatched
            | AccountKind::Directed
            | AccountKind::Advance
            | AccountKind::Returned => false,
        }
    }

    /// Whether it is the money of one of the organisations.
    pub fn concerns(&self, kind: AccountKind, organisations: &[OrganisationId]) -> bool {
        let of_charity = matches!(
            kind,
            AccountKind::Unmatched
                | AccountKind::Directed
                | AccountKind::General
                | AccountKind::Allocated
                | AccountKind::Advance
                | AccountKind::Fee
                | AccountKind::Lost
        );
        let own = |id: Option<OrganisationId>| id.is_some_and(|id| organisations.contains(&id));
        self.known && ((of_charity && own(self.charity)) || (kind == AccountKind::Directed && own(self.enterprise)))
    }

    fn giver(&self, in_full: bool) -> String {
        let name = self.enterprise_name.as_deref().unwrap_or_default();
        match self.display {
            Some(display) if !in_full => shown_name(name, display),
            _ => name.to_owned(),
        }
    }

    /// Whose it is, or what it is for.
    fn of(&self, kind: AccountKind, in_full: bool) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let parts = match kind {
            AccountKind::World | AccountKind::Returned => vec![],
            AccountKind::Unmatched => {
                vec![
                    part(&self.charity_name),
                    part(&self.bank),
                    self.account_no.as_deref().map(mask_account).unwrap_or_default(),
                ]
            }
            AccountKind::Directed if in_full => vec![self.giver(true), part(&self.reference)],
            AccountKind::Directed => vec![self.giver(false)],
            AccountKind::General => vec![part(&self.campaign_name), part(&self.charity_name)],
            AccountKind::Allocated => vec![part(&self.need_title), part(&self.charity_name)],
            AccountKind::Advance => vec![part(&self.payee), part(&self.need_title)],
            AccountKind::Spent | AccountKind::Surplus => vec![part(&self.need_title)],
            AccountKind::Fee | AccountKind::Lost => vec![part(&self.charity_name)],
        };
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// As everybody reads a giver's name.
pub fn shown_name(name: &str, display: PublicDisplay) -> String {
    DisplayChoice { name: display, show_amount: false, share_with_recipient: false }.public_name(name, false)
}

/// What is known of some accounts.
pub async fn facts(tx: &mut PgConnection, accounts: &[Account]) -> Result<BTreeMap<Account, Facts>> {
    Ok(sql::facts(tx, accounts).await?)
}

/// An account as `reader` calls it; `in_full` where the statement that it stands in is of the reader's own money.
pub fn named(account: Account, facts: Option<&Facts>, reader: &Reader, in_full: bool) -> NamedAccount {
    let none = Facts::default();
    let facts = facts.unwrap_or(&none);
    let kind = account.kind_word();
    let (pledge, campaign) = match account {
        Account::Directed { pledge } => (in_full.then_some(pledge), None),
        Account::General { campaign, .. } => (None, Some(campaign)),
        _ => (None, None),
    };
    let (pledge, campaign): (Option<PledgeId>, Option<CampaignId>) = (pledge, campaign);
    let open = reader.audits || facts.concerns(kind, &reader.organisations) || facts.is_public(kind);
    NamedAccount {
        account: open.then_some(account),
        kind,
        of: facts.of(kind, in_full),
        need_code: facts.need_code.clone().filter(|_| facts.need_public),
        campaign,
        pledge,
    }
}
