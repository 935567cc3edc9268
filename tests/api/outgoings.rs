//! Money out of an account, row by row: payments are recognised, fees booked from undirected money, the rest explained.

use crate::bank_statements::read as read_statement;
use crate::disbursements::{Ready, paid_out, ready};
use crate::money::new_line;
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::bank_statements::{self, BankStatement, TakeIn};
use domain::api::ledger;
use domain::api::outgoings::{self, OutQuery, Outgoing};
use domain::ledger::Account;
use domain::organisation::Role;
use domain::outgoing::{OutKind, OutMeaning};
use domain::{CampaignId, Fen};
use tests::TestApp;
use tests::people::Charity;

pub const OUT: &str = "交易日期,对方户名,贷方发生额(元),借方发生额(元),余额(元),附言,核心流水号\n\
    2026-06-30,示例镇财政所代管户,,30000.00,70000.00,水管首付款,P-1\n\
    2026-06-30,示例银行,,15.00,69985.00,对公转账手续费,F-1\n\
    2026-06-30,示例印务,,200.00,69785.00,印制手册,C-1\n";

pub async fn take_in(charity: &Charity<'_>, csv: &str) -> BankStatement {
    let statement = read_statement(charity, 1, csv).await.unwrap();
    let seen = TakeIn { ready: statement.tally.ready };
    charity.maker.call(bank_statements::take_in(statement.id, seen)).await.unwrap()
}

pub async fn open(charity: &Charity<'_>) -> Vec<Outgoing> {
    charity.maker.call(outgoings::list(&OutQuery::default())).await.unwrap().items
}

pub fn meaning(kind: OutKind, campaign: Option<CampaignId>) -> OutMeaning {
    let reason = "见 6 月 30 日银行回单".into();
    OutMeaning { kind, disbursement: None, gift_return: None, campaign, other_account: None, reason }
}

#[tokio::test]
async fn each_row_out_is_something_and_a_payment_is_recognised_by_one_person() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, campaign, .. } = &ready;
    let payment = paid_out(&ready, 40_000, 30_000).await;
    take_in(charity, OUT).await;
    let rows = open(charity).await;
    assert_eq!(rows.len(), 3);
    let both = charity.maker.call(arrivals::unmatched()).await.unwrap();
    assert_eq!((both.out.number, both.out.amount_fen), (3, Fen::yuan(30_215)));
    assert!(charity.maker.page("/work/unmatched").await.text().contains("示例印务"));
    let find = |yuan| rows.iter().find(|row| row.amount_fen == Fen::yuan(yuan)).unwrap();
    let of_payment = find(30_000);
    assert_eq!(of_payment.suggestions[0].disbursement, Some(payment.id));
    let said = OutMeaning { disbursement: Some(payment.id), ..meaning(OutKind::Disbursement, None) };
    let wrong = charity.maker.call(outgoings::explain(find(200).id, &said)).await.unwrap_err();
    assert_eq!(wrong.fields(), ["disbursement"], "another amount");
    let tied = charity.maker.call(outgoings::explain(of_payment.id, &said)).await.unwrap();
    assert!(tied.explained);
    assert_eq!(tied, charity.maker.call(outgoings::explain(of_payment.id, &said)).await.unwrap(), "twice is once");

    // A fee: never from directed money, and not from more than there is.
    let fee = meaning(OutKind::Fee, Some(*campaign));
    let bare = meaning(OutKind::Fee, None);
    assert_eq!(charity.maker.call(outgoings::explain(find(15).id, &bare)).await.unwrap_err().fields(), ["campaign"]);
    charity.maker.call(outgoings::explain(find(15).id, &fee)).await.unwrap();
    let refused = charity.checker.call(outgoings::confirm(find(15).id, &fee)).await.unwrap_err();
    assert_eq!(refused.status, 409);
    let says = &refused.error.message;
    assert!(says.contains("只有 0 元") && says.contains("15 元") && says.contains("定向"), "{says}");
    let line = charity.maker.call(arrivals::enter(&new_line(7, charity, "张三", 100, ""))).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(100), pledge: None, campaign: Some(*campaign) };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &crate::money::seen(&line))).await.unwrap();
    let stale = charity.checker.call(outgoings::confirm(find(15).id, &meaning(OutKind::OwnCost, None))).await;
    assert_eq!(stale.unwrap_err().status, 409, "another meaning than was read");
    let me = charity.maker.call(domain::api::sessions::me()).await.unwrap().id;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(charity.maker.call(outgoings::confirm(find(15).id, &fee)).await.unwrap_err().status, 409, "one person");
    let booked = charity.checker.call(outgoings::confirm(find(15).id, &fee)).await.unwrap();
    assert!(booked.explained && !booked.may_drop);
    assert_eq!(charity.checker.call(outgoings::drop(find(15).id)).await.unwrap_err().status, 409, "it is booked");
    let general = Account::General { campaign: *campaign, charity: charity.id };
    let book = charity.maker.call(ledger::account(&general)).await.unwrap();
    assert_eq!(book.balance_fen, Fen::yuan(85));

    // The charity's own cost, by the page.
    let row = find(200).id.to_string();
    let form = [("action", "explain"), ("row", row.as_str()), ("kind", "own_cost"), ("reason", "印制手册，自有资金")];
    let done = charity.maker.form("/work/outgoings", &form).await;
    assert_eq!(done.location(), "/work/outgoings?done=explained");
    assert_eq!(open(charity).await.len(), 1, "until a second person agrees");
    let page = charity.checker.page("/work/outgoings").await.text();
    assert!(page.contains("核对无误，确认") && page.contains("印制手册，自有资金"));
    let form = [("action", "confirm"), form[1], form[2], form[3]];
    assert_eq!(charity.checker.form("/work/outgoings", &form).await.location(), "/work/outgoings?done=confirmed");
    assert!(open(charity).await.is_empty());
    let other = test.charity("另一慈善会").await;
    assert!(other.maker.call(outgoings::list(&OutQuery { all: true, after: None })).await.unwrap().items.is_empty());
    assert_eq!(other.maker.call(outgoings::explain(find(200).id, &fee)).await.unwrap_err().status, 404);
    test.done().await;
}

#[tokio::test]
async fn a_row_out_comes_in_once_from_whatever_file() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    take_in(&charity, OUT).await;
    let longer = format!("{OUT}2026-06-30,示例银行,,1.00,69784.00,手续费,F-2\n");
    let statement = read_statement(&charity, 2, &longer).await.unwrap();
    charity.maker.call(bank_statements::take_in(statement.id, TakeIn { ready: 0 })).await.unwrap();
    assert_eq!(open(&charity).await.len(), 4);
    let same = read_statement(&charity, 3, &format!("{longer},,,,,,\n")).await.unwrap();
    let nothing = charity.maker.call(bank_statements::take_in(same.id, TakeIn { ready: 0 })).await.unwrap_err();
    assert_eq!(nothing.status, 409, "nothing new");
    test.done().await;
}
