//! The end of a month of an account: prepared by one, signed by a second, sealed until two open it again.

use crate::bank_accounts::opens_with;
use crate::bank_statements::read as read_statement;
use crate::money::{new_line, new_pledge, seen};
use axum::http::StatusCode;
use backend::check::{Comparison, check};
use domain::api::arrivals::{self, MatchLine, MatchPart, VoidLine};
use domain::api::bank_statements::{self, TakeIn};
use domain::api::month_ends::{self, MonthQuery, NewMonthEnd, ReopenMonth};
use domain::api::{outgoings, pledges, rebookings};
use domain::month_end::DifferenceKind;
use domain::organisation::Role;
use domain::outgoing::OutKind;
use domain::{Fen, MonthEndId};
use tests::TestApp;
use tests::people::Charity;
use uuid::Uuid;

pub fn new_month(n: u128, charity: &Charity<'_>, yuan: i64) -> NewMonthEnd {
    NewMonthEnd {
        id: MonthEndId(Uuid::from_u128(n)),
        bank_account: charity.account,
        month: "2026-05-01".parse().unwrap(),
        bank_closing_fen: Fen::yuan(yuan),
        explanation: String::new(),
    }
}

/// May of an account that began it with 1,000 yuan: 500 confirmed, 30 waiting, 20 out and not explained.
const MAY: &str = "交易日期,对方户名,贷方发生额(元),借方发生额(元),余额(元),附言,核心流水号\n\
    2026-05-10,某公司,500.00,,1500.00,,M1\n\
    2026-05-20,张三,30.00,,1530.00,,M2\n\
    2026-05-31,示例银行,,20.00,1510.00,手续费,M3\n";

#[tokio::test]
async fn a_month_is_sealed_by_two_and_opened_again_by_two() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let query = MonthQuery { bank_account: charity.account, month: "2026-05-15".parse().unwrap() };
    let bare = charity.maker.call(month_ends::month(&query)).await.unwrap();
    assert!(bare.not_now.unwrap().contains("期初余额") && bare.numbers.is_none());
    opens_with(&charity, &owner, 1, "2026-05-01", 1_000).await;
    let statement = read_statement(&charity, 1, MAY).await.unwrap();
    charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 2 })).await.unwrap();
    let waiting = charity.maker.call(arrivals::list(&arrivals::LineQuery::default())).await.unwrap().items;
    let line = waiting.iter().find(|line| line.line.amount == Fen::yuan(500)).unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(500), pledge: Some(pledge.id), campaign: None };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();

    let may = charity.maker.call(month_ends::month(&query)).await.unwrap();
    let numbers = may.numbers.unwrap();
    assert_eq!((numbers.opening_fen, numbers.in_fen, numbers.out_fen), (Fen::yuan(1_000), Fen::yuan(500), Fen::ZERO));
    let kinds: Vec<_> = may.differences.iter().map(|row| (row.kind, row.fen.get())).collect();
    assert_eq!(kinds, [(DifferenceKind::LineWaits, 3_000), (DifferenceKind::OutWaits, -2_000)]);
    assert_eq!(may.bank_closing_fen, Some(Fen::yuan(1_510)));

    let other = new_month(2, &charity, 1_511);
    assert_eq!(charity.maker.call(month_ends::prepare(&other)).await.unwrap_err().fields(), ["explanation"]);
    let june = NewMonthEnd { month: "2026-06-01".parse().unwrap(), ..new_month(3, &charity, 1) };
    assert_eq!(charity.maker.call(month_ends::prepare(&june)).await.unwrap_err().status, 409, "one after the other");
    let new = new_month(1, &charity, 1_510);
    let page = "/work/month-ends";
    let (account, id) = (charity.account.to_string(), new.id.to_string());
    let typed = [("action", "prepare"), ("id", id.as_str()), ("account", account.as_str()), ("month", "2026-05")];
    let bad = charity.maker.form(page, &[&typed[..], &[("bank_closing", "很多")]].concat()).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text().contains("很多"));
    let done = charity.maker.form(page, &[&typed[..], &[("bank_closing", "1,510.00")]].concat()).await;
    assert!(done.location().ends_with("done=prepared"));
    let prepared = charity.maker.call(month_ends::prepare(&new)).await.unwrap();
    assert!(prepared.unnamed_fen.is_zero() && !prepared.may_sign, "twice is once");
    let me = charity.maker.call(domain::api::sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(charity.maker.call(month_ends::sign(new.id)).await.unwrap_err().status, 409, "two people");
    let elsewhere = test.charity("另一慈善会").await;
    assert_eq!(elsewhere.checker.call(month_ends::sign(new.id)).await.unwrap_err().status, 404);
    let signed = charity.checker.call(month_ends::sign(new.id)).await.unwrap();
    assert!(signed.signed_at.is_some());
    assert_eq!(charity.checker.call(month_ends::sign(new.id)).await.unwrap_err().status, 409, "once");

    // Nothing of May comes in, and nothing that is booked leaves; what waited is cleared and shown as later.
    let mut late = new_line(9, &charity, "某公司", 7, "");
    late.line.booked_on = "2026-05-31".parse().unwrap();
    assert_eq!(charity.maker.call(arrivals::enter(&late)).await.unwrap_err().fields(), ["booked_on"]);
    let wrong = crate::rebookings::rebooking(1, vec![]);
    assert_eq!(charity.maker.call(rebookings::propose(line.id, &wrong)).await.unwrap_err().status, 409);
    let more = format!("{MAY}2026-05-31,李四,1.00,,1511.00,,M4\n");
    let more = read_statement(&charity, 2, &more).await.unwrap();
    let refused = charity.maker.call(bank_statements::take_in(more.id, TakeIn { ready: 1 })).await.unwrap_err();
    assert!(refused.error.message.contains("月结"), "{refused:?}");
    let waits = waiting.iter().find(|line| line.line.amount == Fen::yuan(30)).unwrap();
    let void = VoidLine { reason: "录错了，重新录入".into() };
    assert_eq!(charity.maker.call(arrivals::void(waits.id, &void)).await.unwrap_err().status, 409);
    let aside = VoidLine { reason: "银行结息，见回单".into() };
    charity.maker.call(arrivals::not_donation(waits.id, &aside)).await.unwrap();
    // What waited may still be explained; what is explained stays as it was signed.
    let out = crate::outgoings::open(&charity).await.remove(0);
    let own = crate::outgoings::meaning(OutKind::OwnCost, None);
    charity.maker.call(outgoings::explain(out.id, &own)).await.unwrap();
    let again = charity.maker.call(outgoings::drop(out.id)).await.unwrap();
    assert!(again.meaning.is_none(), "nobody agreed to it yet");
    charity.maker.call(outgoings::explain(out.id, &own)).await.unwrap();
    let agreed = charity.checker.call(outgoings::confirm(out.id, &own)).await.unwrap();
    assert!(agreed.explained && !agreed.may_drop);
    let refused = charity.maker.call(outgoings::drop(out.id)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("月结"), "{refused:?}");
    let list = charity.maker.call(month_ends::list()).await.unwrap().items;
    assert_eq!(
        (list[0].numbers.in_fen, list[0].later_fen),
        (Fen::yuan(500), Fen::yuan(10)),
        "as it was signed: later 30 in and 20 out"
    );

    let why = ReopenMonth { reason: "5 月漏录一笔现金捐款".into() };
    let short = ReopenMonth { reason: "漏".into() };
    assert_eq!(charity.maker.call(month_ends::reopen(new.id, &short)).await.unwrap_err().fields(), ["reason"]);
    charity.maker.call(month_ends::reopen(new.id, &why)).await.unwrap();
    assert_eq!(charity.maker.call(month_ends::confirm_reopening(new.id)).await.unwrap_err().status, 409, "two people");
    let open = charity.checker.call(month_ends::confirm_reopening(new.id)).await.unwrap();
    assert!(open.reopened_at.is_some());
    let dropped = charity.maker.call(outgoings::drop(out.id)).await.unwrap();
    assert!(dropped.meaning.is_none(), "an open month");
    // By hand, on no statement: named as such when the month is closed anew.
    charity.maker.call(arrivals::enter(&late)).await.unwrap();
    let may = charity.maker.call(month_ends::month(&query)).await.unwrap();
    assert!(may.may_prepare && may.month_end.is_none());
    charity.maker.call(arrivals::void(late.id, &void)).await.unwrap();
    let anew = new_month(4, &charity, 1_510);
    charity.maker.call(month_ends::prepare(&anew)).await.unwrap();
    charity.checker.call(month_ends::sign(anew.id)).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn what_was_prepared_and_has_changed_is_not_signed() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    opens_with(&charity, &owner, 1, "2026-05-01", 1_000).await;
    let new = new_month(1, &charity, 1_000);
    charity.maker.call(month_ends::prepare(&new)).await.unwrap();
    let mut line = new_line(1, &charity, "某公司", 7, "");
    line.line.booked_on = "2026-05-31".parse().unwrap();
    charity.maker.call(arrivals::enter(&line)).await.unwrap();
    assert_eq!(charity.checker.call(month_ends::sign(new.id)).await.unwrap_err().status, 409);
    let dropped = charity.maker.call(month_ends::drop(new.id)).await.unwrap();
    assert!(dropped.dropped);
    charity.maker.call(month_ends::prepare(&new_month(2, &charity, 1_007))).await.unwrap();
    charity.checker.call(month_ends::sign(MonthEndId(Uuid::from_u128(2)))).await.unwrap();
    test.done().await;
}

/// A line that vanished from the books although the bank has it.
#[tokio::test]
async fn a_bank_balance_that_nothing_explains_is_named() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let owner = test.member("owner", charity.id, Role::CharityOwner).await;
    opens_with(&charity, &owner, 1, "2026-05-01", 1_000).await;
    let statement = read_statement(&charity, 1, MAY).await.unwrap();
    charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 2 })).await.unwrap();
    assert!(check(&test.app.pool).await.unwrap().is_empty());
    sqlx::raw_sql("update bank_line set status = 'voided', reason = 'x' where amount_fen = 3000")
        .execute(&test.app.pool)
        .await
        .unwrap();
    let found = check(&test.app.pool).await.unwrap();
    let found: Vec<_> =
        found.iter().map(|finding| (finding.comparison, finding.recorded, finding.recomputed)).collect();
    assert_eq!(found, [(Comparison::BooksAgainstBank, 151_000, 148_000)]);
    test.done_with_wrong_books().await;
}
