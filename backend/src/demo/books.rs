//! The charity's account in the bank: what lay there when the books began, and the month before this one, closed by two.
//!
//! All invented, through the same doors as those that people make.

use super::acting;
use crate::app::App;
use crate::http::caller::{CharityApprover, CharityChecker, CharityMaker, CharityOwner, Origin, Sure};
use crate::{bank_accounts, month_ends, people};
use anyhow::Context;
use chrono::{Datelike, Months};
use domain::Fen;
use domain::api::bank_accounts::NewAccountStep;
use domain::api::month_ends::NewMonthEnd;
use domain::bank_account::AccountStepKind;
use domain::organisation::{OrganisationKind, Role};

/// What lay in the account when its books began.
const OPENING: Fen = Fen::yuan(12_600);

pub async fn seed(app: &App) -> anyhow::Result<()> {
    let known = people::demo_people(app).await?;
    let at_desk = |account: &str, role| {
        let found = known.iter().find(|demo| demo.account == account).with_context(|| format!("no {account}"))?;
        let charity = found.organisation.with_context(|| format!("{account} belongs to nobody"))?;
        anyhow::Ok(acting(found.id, charity, OrganisationKind::Charity, role))
    };
    let owner = at_desk("charity-owner", Role::CharityOwner)?;
    let second = at_desk("charity-owner-2", Role::CharityOwner)?;
    let (maker, checker) = (at_desk("maker", Role::CharityMaker)?, at_desk("checker", Role::CharityChecker)?);
    let origin = Origin::default;
    let this_month = app.clock.today().with_day(1).context("a month has a first day")?;
    let month = this_month.checked_sub_months(Months::new(1)).context("there is a month before")?;
    for account in bank_accounts::of_charity(app, maker.organisation).await? {
        let step = NewAccountStep {
            id: app.clock.id(),
            kind: AccountStepKind::Balance,
            on_day: month,
            amount_fen: Some(OPENING),
            reason: String::new(),
        };
        let proposing = Sure(CharityOwner { acting: owner.clone(), origin: origin() });
        bank_accounts::propose(app, &proposing, account.account.id, &step).await?;
        let agreeing = Sure(CharityApprover { acting: second.clone(), origin: origin() });
        bank_accounts::confirm(app, &agreeing, step.id).await?;
        let end = NewMonthEnd {
            id: app.clock.id(),
            bank_account: account.account.id,
            month,
            bank_closing_fen: OPENING,
            explanation: String::new(),
        };
        let preparing = CharityMaker { acting: maker.clone(), origin: origin() };
        month_ends::prepare(app, &preparing, &end).await?;
        let signing = Sure(CharityChecker { acting: checker.clone(), origin: origin() });
        month_ends::sign(app, &signing, end.id).await?;
    }
    Ok(())
}
