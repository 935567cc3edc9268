//! What needs left: declared and confirmed by two, used for another need by two or returned, and told to givers and everybody.

use crate::disbursements::{Ready, allocation, approved, gift, paid, paid_out, payment, ready};
use crate::figures::add_up;
use crate::gifts::{adds_up, spends};
use crate::mail::sent;
use crate::money::new_pledge;
use crate::needs::{VILLAGE, content, opened, submitted};
use crate::returns::{goes_back, new_return};
use axum::http::StatusCode;
use backend::check::{Comparison, check};
use backend::{jobs, organisations};
use domain::allocation::FundingChoice;
use domain::api::campaigns::PageQuery;
use domain::api::disbursements::Reject;
use domain::api::figures::MoneyOf;
use domain::api::ledger::{self, AccountQuery, EntryQuery};
use domain::api::needs::{self, Need, NewNeed, Seen};
use domain::api::pledges::NewPledge;
use domain::api::returns::NewReturn;
use domain::api::surpluses::{self, NewSurplus, NewSurplusPlacement, SendSurplusBack, Surplus, SurplusDossier};
use domain::api::{disbursements as money_out, gifts, money, places, pledges, returns, sessions, todo};
use domain::four::MoneyNumber;
use domain::ledger::{Account, AccountKind};
use domain::need::{Field, NeedContent};
use domain::organisation::Role;
use domain::pledge::PledgeInput;
use domain::surplus::{LikePurpose, PlacementBasis, PlacementStatus, SurplusStatus, UnderWayKind};
use domain::todo::TodoKind;
use domain::{Fen, NeedId, SurplusId, SurplusPlacementId};
use serde_json::{Value, json};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

pub fn new_surplus(n: u128, need: &Need, yuan: i64) -> NewSurplus {
    NewSurplus {
        id: SurplusId(Uuid::from_u128(n)),
        need: need.id,
        amount_fen: Fen::yuan(yuan),
        reason: "招标价低于预算".into(),
    }
}

pub fn new_placement(n: u128, to: &Need, yuan: i64, basis: PlacementBasis) -> NewSurplusPlacement {
    NewSurplusPlacement {
        id: SurplusPlacementId(Uuid::from_u128(n)),
        to_need: to.id,
        amount_fen: Fen::yuan(yuan),
        why_similar: "都是村里的饮水工程".into(),
        basis,
        basis_reference: "捐赠人 6 月 30 日同意函".into(),
        pledges: Vec::new(),
        lots: Vec::new(),
    }
}

pub fn because(reason: &str) -> SendSurplusBack {
    SendSurplusBack { reason: reason.into() }
}

/// What each call about surpluses is tried with.
pub fn bodies(need: &Need) -> Vec<(&'static str, Value)> {
    vec![
        ("POST /surpluses", json!(new_surplus(186, need, 1))),
        ("POST /surpluses/{id}/send-back", json!(because("请再核对一下"))),
        ("POST /surpluses/{id}/placements", json!(new_placement(187, need, 1, PlacementBasis::Consent))),
        ("POST /surplus-placements/{id}/send-back", json!(because("请再核对一下"))),
    ]
}

/// A surplus of which a part is to be used for this need, by the parameter of a path.
pub async fn for_rights(test: &TestApp, ready: &Ready<'_>, federation: &Client<'_>) -> Vec<(&'static str, String)> {
    let sent = submitted(&ready.village, 180).await;
    let done = opened(test, federation, &sent).await;
    let new = new_pledge(181, ready.campaign, &ready.charity, Some(&done));
    let pledge = gift(&ready.charity, &ready.enterprise, &new, 182, 300).await;
    let part = allocation(183, &done, Some(&pledge), 100);
    ready.charity.maker.call(money_out::allocate(&part)).await.unwrap();
    closes(test, &done).await;
    let surplus = found(&ready.charity, 184, &done, 100).await;
    let placement = new_placement(185, &ready.need, 30, PlacementBasis::Consent);
    ready.charity.maker.call(surpluses::place(surplus.id, &placement)).await.unwrap();
    vec![
        ("/surpluses/", surplus.id.to_string()),
        ("/work/surpluses/", surplus.id.to_string()),
        ("/surplus-placements/", placement.id.to_string()),
        ("/needs/{id}/surplus", done.id.to_string()),
        ("/needs/{id}/remains", ready.need.id.to_string()),
    ]
}

/// As the database's owner: the way there, over reports and acceptance, is told elsewhere.
pub async fn closes(test: &TestApp, need: &Need) {
    let sql = format!("update need set status = 'closed' where id = '{}'", need.id.0);
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
}

/// Past the triggers that keep what was decided.
pub async fn spoil(test: &TestApp, sql: &str) {
    let sql = format!("set session_replication_role = replica; {sql}; set session_replication_role = origin");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
}

/// Of 40,000 yuan set aside for the need, 30,000 are paid and accounted for, and the need is closed.
pub async fn over(test: &TestApp) -> Ready<'_> {
    let ready = ready(test).await;
    let payment = paid_out(&ready, 40_000, 30_000).await;
    spends(&ready, 1, payment.id, &[30_000]).await;
    closes(test, &ready.need).await;
    ready
}

/// Declared by one and confirmed by another.
pub async fn found(charity: &Charity<'_>, n: u128, need: &Need, yuan: i64) -> Surplus {
    let new = new_surplus(n, need, yuan);
    charity.maker.call(surpluses::declare(&new)).await.unwrap();
    charity.checker.call(surpluses::confirm(new.id)).await.unwrap().surplus
}

/// Another open need of the same village and field.
pub async fn second_need(test: &TestApp, n: u128) -> Need {
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let federation = test.signed_in("federation-441424").await;
    let sent = submitted(&village, n).await;
    opened(test, &federation, &sent).await
}

pub async fn holds(test: &TestApp) {
    let findings = check(&test.app.pool).await.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
}

async fn waits(client: &Client<'_>, kind: TodoKind) -> bool {
    client.call(todo::get()).await.unwrap().items.iter().any(|item| item.kind == kind)
}

#[tokio::test]
async fn the_rest_of_a_need_is_declared_by_one_and_confirmed_by_another_and_told_to_its_giver() {
    let test = TestApp::new().await;
    let ready = over(&test).await;
    let Ready { charity, enterprise, need, pledge, .. } = &ready;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let listed = charity.maker.call(surpluses::remains()).await.unwrap().items;
    assert_eq!((listed.len(), listed[0].held_fen, listed[0].under_way.len()), (1, Fen::yuan(10_000), 0));
    let new = new_surplus(1, need, 10_000);
    let less = NewSurplus { amount_fen: Fen::yuan(9_999), ..new.clone() };
    let refused = charity.maker.call(surpluses::declare(&less)).await.unwrap_err();
    assert!(
        refused.status == 409 && refused.error.message.contains("10,000"),
        "the whole rest or nothing: {refused:?}"
    );
    let silent = NewSurplus { reason: "省".into(), ..new.clone() };
    assert_eq!(charity.maker.call(surpluses::declare(&silent)).await.unwrap_err().fields(), ["reason"]);
    let other = test.charity("另一慈善会").await;
    assert_eq!(other.maker.call(surpluses::declare(&new)).await.unwrap_err().status, 409, "it holds nothing");
    assert_eq!(other.maker.call(surpluses::remains_of(need.id)).await.unwrap_err().status, 404);
    assert_eq!(charity.checker.call(surpluses::declare(&new)).await.unwrap_err().status, 403);
    assert_eq!(test.visitor().call(surpluses::declare(&new)).await.unwrap_err().status, 401);

    let declared = charity.maker.call(surpluses::declare(&new)).await.unwrap();
    assert_eq!((declared.surplus.status, declared.surplus.number), (SurplusStatus::Declared, None));
    assert_eq!(declared, charity.maker.call(surpluses::declare(&new)).await.unwrap(), "twice is once");
    let changed = NewSurplus { reason: "另一个原因".into(), ..new.clone() };
    assert_eq!(charity.maker.call(surpluses::declare(&changed)).await.unwrap_err().status, 409);
    let again = NewSurplus { id: SurplusId(Uuid::from_u128(2)), ..new.clone() };
    assert_eq!(charity.maker.call(surpluses::declare(&again)).await.unwrap_err().status, 409, "one waits");
    let account = Account::Surplus { need: need.id };
    let auditor = test.auditor().await;
    let balance = async || auditor.call(ledger::account(&account)).await.unwrap().balance_fen;
    assert_eq!(balance().await, Fen::ZERO, "nothing has moved");
    assert!(waits(&charity.checker, TodoKind::ConfirmSurpluses).await);

    let me = charity.maker.call(sessions::me()).await.unwrap().id;
    organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    let own = charity.maker.call(surpluses::confirm(new.id)).await.unwrap_err();
    assert!(own.status == 409 && own.error.message.contains("同事"), "four eyes: {own:?}");
    assert_eq!(other.checker.call(surpluses::confirm(new.id)).await.unwrap_err().status, 404);
    assert_eq!(charity.payer.call(surpluses::confirm(new.id)).await.unwrap_err().status, 403);
    let second = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let both = tokio::join!(charity.checker.call(surpluses::confirm(new.id)), second.call(surpluses::confirm(new.id)));
    assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "two at once");
    holds(&test).await;
    assert_eq!(balance().await, Fen::yuan(10_000));

    let known = auditor.call(surpluses::get(new.id)).await.unwrap();
    let one = &known.surplus;
    assert_eq!((one.status, one.number, one.left_fen), (SurplusStatus::Confirmed, Some(1), Fen::yuan(10_000)));
    assert_eq!(one.due_on, one.found_on.map(domain::surplus::due_on), "three months");
    assert_eq!((known.parts.len(), known.parts[0].pledge), (1, Some(pledge.id)));
    assert!(waits(&charity.maker, TodoKind::HandleSurpluses).await);
    assert!(!waits(&charity.checker, TodoKind::ConfirmSurpluses).await);
    let trail = enterprise.call(gifts::trail(pledge.id)).await.unwrap();
    adds_up(&trail);
    assert_eq!(trail.needs[0].surplus_fen, Fen::yuan(10_000));
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let told: Vec<_> = letters.iter().filter(|letter| letter.subject.starts_with("您捐的款有结余")).collect();
    assert_eq!(told.len(), 1, "{letters:?}");
    assert!(told[0].to.starts_with("firm") && told[0].text.contains("10,000 元"), "{:?}", told[0]);
    backend::surpluses::telling::tell(&test.app, new.id, None).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).is_empty(), "a job that is tried again writes nothing twice");

    let public = test.visitor().call(surpluses::of_need(need.id)).await.unwrap();
    assert_eq!((public.found.len(), public.found[0].left_fen), (1, Fen::yuan(10_000)));
    let page = test.visitor().page(&format!("/needs/{}", need.code.clone().unwrap())).await.text();
    assert!(page.contains("招标价低于预算") && page.contains(&format!("/ledger/{account}")), "{page}");
    assert!(enterprise.page(&format!("/gifts/{}", pledge.id)).await.text().contains("看结余的处理"));
    let kind = AccountQuery { kind: Some(AccountKind::Surplus), ..AccountQuery::default() };
    let accounts = charity.maker.call(ledger::accounts(&kind)).await.unwrap().items;
    assert_eq!((accounts.len(), accounts[0].balance_fen), (1, Fen::yuan(10_000)));
    test.visitor().call(ledger::entries(&account, &EntryQuery::default())).await.unwrap();
    let verbs: Vec<String> = sqlx::query_scalar("select verb from event where subject_kind = 'surplus' order by seq")
        .fetch_all(&test.app.pool)
        .await
        .unwrap();
    assert_eq!(verbs, ["surplus_declared", "surplus_confirmed"]);
    test.done().await;
}

#[tokio::test]
async fn nothing_is_surplus_while_anything_is_under_way_and_the_refusal_lists_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, payee, .. } = &ready;
    let waiting = paid_out(&ready, 40_000, 30_000).await;
    let prepared = charity.maker.call(money_out::prepare(&payment(2, need, payee, 4_000))).await.unwrap();
    let known = charity.maker.call(surpluses::remains_of(need.id)).await.unwrap();
    let kinds: Vec<_> = known.under_way.iter().map(|one| (one.kind, one.amount_fen)).collect();
    let expected = [
        (UnderWayKind::NeedNotOver, Fen::ZERO),
        (UnderWayKind::Payments, Fen::yuan(4_000)),
        (UnderWayKind::Unaccounted, Fen::yuan(30_000)),
    ];
    assert_eq!(kinds, expected);
    let new = new_surplus(1, need, 10_000);
    let refused = charity.maker.call(surpluses::declare(&new)).await.unwrap_err();
    for says in ["需求还没有办结", "拨付还没有付完（1 笔，4,000 元）", "核销完（1 笔，30,000 元）"]
    {
        assert!(refused.status == 409 && refused.error.message.contains(says), "{refused:?}");
    }
    let page = charity.maker.page(&format!("/work/surpluses/new?need={}", need.id)).await.text();
    assert!(page.contains("还有没办完的") && page.contains("/work/spending"), "{page}");
    spends(&ready, 1, waiting.id, &[30_000]).await;
    let why = Reject { reason: "先不付这一笔".into(), not_paid: false };
    charity.checker.call(money_out::reject(prepared.id, &why)).await.unwrap();
    closes(&test, need).await;
    charity.maker.call(surpluses::declare(&new)).await.unwrap();

    // A payment is prepared meanwhile: what was declared is not confirmed beside it.
    let late = charity.maker.call(money_out::prepare(&payment(3, need, payee, 500))).await.unwrap();
    let refused = charity.checker.call(surpluses::confirm(new.id)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("拨付还没有付完"), "{refused:?}");
    let back = charity.checker.call(surpluses::send_back(new.id, &because("还有一笔款要付"))).await.unwrap();
    assert_eq!((back.surplus.status, back.may_send_back), (SurplusStatus::SentBack, false));
    assert_eq!(charity.checker.call(surpluses::confirm(new.id)).await.unwrap_err().status, 409, "it is over");
    charity.checker.call(money_out::reject(late.id, &why)).await.unwrap();
    found(charity, 2, need, 10_000).await;
    let more = charity.maker.call(money_out::prepare(&payment(4, need, payee, 1))).await.unwrap_err();
    assert_eq!(more.fields(), ["amount_fen"], "what is surplus is not paid out for the old need");
    test.done().await;
}

/// What stands in the way of a placement.
#[tokio::test]
async fn a_surplus_goes_only_to_a_similar_open_need_that_misses_as_much_and_on_a_basis_that_carries_it() {
    let test = TestApp::new().await;
    let ready = over(&test).await;
    let Ready { charity, need, .. } = &ready;
    let federation = test.signed_in("federation-441424").await;
    let sent = submitted(&ready.village, 120).await;
    let other = opened(&test, &federation, &sent).await;
    let sent = submitted(&ready.village, 121).await;
    let closed = opened(&test, &federation, &sent).await;
    closes(&test, &closed).await;
    let far = test.village("441424125207").await;
    let unlike =
        NeedContent { village: "441424125207".parse().unwrap(), field: Some(Field::TalentCultivation), ..content() };
    let unlike = NewNeed { id: NeedId(Uuid::from_u128(122)), content: unlike };
    let unlike = far.call(needs::create(&unlike)).await.unwrap();
    let unlike = far.call(needs::submit(unlike.id, Seen { version: unlike.version })).await.unwrap();
    let unlike = opened(&test, &federation, &unlike).await;
    let declared = new_surplus(1, need, 10_000);
    charity.maker.call(surpluses::declare(&declared)).await.unwrap();
    let consent = |n, to: &Need, yuan| new_placement(n, to, yuan, PlacementBasis::Consent);
    let refused =
        async |new: NewSurplusPlacement| charity.maker.call(surpluses::place(declared.id, &new)).await.unwrap_err();
    assert_eq!(refused(consent(1, &other, 1)).await.status, 409, "it is not confirmed yet");
    charity.checker.call(surpluses::confirm(declared.id)).await.unwrap();
    for to in [need, &closed, &unlike] {
        let wrong = refused(consent(1, to, 1)).await;
        assert_eq!((wrong.status, wrong.fields()), (422, vec!["to_need"]), "{}", to.id);
    }
    assert_eq!(refused(consent(1, &other, 10_001)).await.fields(), ["amount_fen"], "more than there is");
    let rival = test.enterprise("茶油").await;
    let new = new_pledge(2, ready.campaign, charity, Some(&other));
    let input = PledgeInput { amount: Fen::yuan(95_000), ..new.input.clone() };
    gift(charity, &rival, &NewPledge { input, ..new }, 2, 10).await;
    let over = refused(consent(1, &other, 6_000)).await;
    assert!(over.fields() == ["amount_fen"] && over.error.fields[0].message.contains("5,000"), "{over:?}");
    for basis in [PlacementBasis::Agreement, PlacementBasis::SimilarPurpose] {
        let asked = refused(new_placement(1, &other, 1_000, basis)).await;
        assert_eq!(asked.fields(), ["basis"], "the giver's agreement says that he is asked: {basis}");
    }
    let bare =
        NewSurplusPlacement { why_similar: "近".into(), basis_reference: String::new(), ..consent(1, &other, 1) };
    assert_eq!(refused(bare).await.fields(), ["why_similar", "basis_reference"]);
    let number = "见 11010519491231002X 的同意函".to_owned();
    let numbered = NewSurplusPlacement { basis_reference: number.clone(), ..consent(1, &other, 1) };
    assert_eq!(refused(numbered).await.fields(), ["basis_reference"], "nobody's number is written here");
    let numbered = NewSurplusPlacement { why_similar: number.clone(), ..consent(1, &other, 1) };
    assert_eq!(refused(numbered).await.fields(), ["why_similar"]);
    let numbered = NewSurplus { reason: number.clone(), ..new_surplus(9, need, 1) };
    assert_eq!(charity.maker.call(surpluses::declare(&numbered)).await.unwrap_err().fields(), ["reason"]);
    let numbered = charity.maker.call(surpluses::send_back(declared.id, &because(&number))).await.unwrap_err();
    assert_eq!(numbered.fields(), ["reason"]);
    let stranger = test.charity("另一慈善会").await;
    let new = consent(1, &other, 1_000);
    assert_eq!(stranger.maker.call(surpluses::place(declared.id, &new)).await.unwrap_err().status, 404);
    assert_eq!(charity.checker.call(surpluses::place(declared.id, &new)).await.unwrap_err().status, 403);
    // The need is closed before the second person comes to it.
    charity.maker.call(surpluses::place(declared.id, &new)).await.unwrap();
    closes(&test, &other).await;
    let late = charity.checker.call(surpluses::confirm_placement(new.id)).await.unwrap_err();
    assert_eq!(late.status, 409, "{late:?}");
    test.done().await;
}

#[tokio::test]
async fn a_surplus_is_used_for_another_need_and_the_rest_goes_back_and_every_fen_is_told() {
    let test = TestApp::new().await;
    let ready = over(&test).await;
    let Ready { charity, enterprise, need, pledge, .. } = &ready;
    let other = second_need(&test, 120).await;
    let surplus = found(charity, 1, need, 10_000).await;
    for (person, path) in [(&charity.maker, "/work/allocations"), (enterprise, "/directed-balance")] {
        let page = person.page(path).await.text();
        assert!(page.contains("余款已转为结余") && !page.contains("/purpose-changes/new?allocation="), "{page}");
    }
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let new = new_placement(1, &other, 6_000, PlacementBasis::Consent);
    let asked = charity.maker.call(surpluses::place(surplus.id, &new)).await.unwrap();
    assert_eq!((asked.surplus.free(), asked.surplus.left_fen), (Fen::yuan(4_000), Fen::yuan(10_000)));
    assert_eq!(asked, charity.maker.call(surpluses::place(surplus.id, &new)).await.unwrap(), "twice is once");
    let changed = NewSurplusPlacement { amount_fen: Fen::yuan(1), ..new.clone() };
    assert_eq!(charity.maker.call(surpluses::place(surplus.id, &changed)).await.unwrap_err().status, 409);
    let me = charity.maker.call(sessions::me()).await.unwrap().id;
    organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(charity.maker.call(surpluses::confirm_placement(new.id)).await.unwrap_err().status, 409, "four eyes");
    let second = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let both = tokio::join!(
        charity.checker.call(surpluses::confirm_placement(new.id)),
        second.call(surpluses::confirm_placement(new.id))
    );
    assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "two at once");
    holds(&test).await;
    let placed: SurplusDossier = charity.payer.call(surpluses::get(surplus.id)).await.unwrap();
    let one = &placed.placements[0];
    assert_eq!(
        (one.status, one.number, one.similarity),
        (PlacementStatus::Confirmed, Some(1), Some(LikePurpose::Both))
    );

    let arranged = async |need: &Need| test.visitor().call(money::of_need(need.id)).await.unwrap().money.arranged;
    assert_eq!(arranged(&other).await, Fen::yuan(6_000), "nobody pledged it to this need");
    assert_eq!(arranged(need).await, Fen::yuan(-6_000), "and it is not the old one's any more");
    let village = test.visitor().call(places::get(&VILLAGE.parse().unwrap())).await.unwrap().money;
    assert_eq!(village.arranged, Fen::ZERO, "of the village it is no other money");
    for of in [MoneyOf::Need(need.id), MoneyOf::Need(other.id), MoneyOf::Place(VILLAGE.parse().unwrap())] {
        add_up(&test, &of, MoneyNumber::Arranged).await;
    }
    add_up(&test, &MoneyOf::Field(Field::Infrastructure), MoneyNumber::Arranged).await;
    let came = test.visitor().call(surpluses::of_need(other.id)).await.unwrap().came;
    assert_eq!((came.len(), came[0].amount_fen), (1, Fen::yuan(6_000)));
    assert!(test.visitor().page(&format!("/needs/{}", other.code.clone().unwrap())).await.text().contains("转自"));
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let told = letters.iter().find(|letter| letter.subject.starts_with("您捐款的结余已经转用"));
    assert!(
        told.is_some_and(|letter| letter.text.contains("6,000 元")
            && letter.text.contains("捐赠人同意")
            && !letter.text.contains("同意函")),
        "{letters:?}"
    );

    // What is left goes back to its giver, out of the surplus.
    let back = NewReturn { surplus: Some(surplus.id), ..new_return(9, Some(pledge.id), None, 4_000) };
    let much = NewReturn { surplus: Some(surplus.id), ..new_return(8, Some(pledge.id), None, 4_001) };
    assert_eq!(charity.maker.call(returns::prepare(&much)).await.unwrap_err().fields(), ["amount_fen"]);
    let stranger = test.charity("另一慈善会").await;
    assert_eq!(stranger.maker.call(returns::prepare(&back)).await.unwrap_err().fields(), ["surplus"]);
    charity.maker.call(returns::prepare(&back)).await.unwrap();
    let held = new_placement(2, &other, 1, PlacementBasis::Consent);
    let held = charity.maker.call(surpluses::place(surplus.id, &held)).await.unwrap_err();
    assert_eq!(held.fields(), ["amount_fen"], "what is promised to go back is not placed");
    let gone = goes_back(charity, &back).await;
    assert_eq!(gone.surplus, Some(surplus.id));
    holds(&test).await;
    let done = charity.maker.call(surpluses::get(surplus.id)).await.unwrap();
    assert_eq!((done.surplus.left_fen, done.surplus.returned_fen), (Fen::ZERO, Fen::yuan(4_000)));
    assert!(done.parts.is_empty() && !done.may_place);
    assert!(!waits(&charity.maker, TodoKind::HandleSurpluses).await);
    assert_eq!(enterprise.call(pledges::get(pledge.id)).await.unwrap().arrived_fen, Fen::yuan(46_000));
    let balances = enterprise.call(domain::api::allocations::balances()).await.unwrap().items;
    assert_eq!((balances[0].set_aside_fen, balances[0].free_fen), (Fen::yuan(36_000), Fen::yuan(10_000)));

    // The new need pays it out, and its giver follows it there.
    let before = need.id;
    let there = Ready { need: other.clone(), ..ready };
    let waiting = approved(&there, 20, 6_000).await;
    there.charity.payer.call(money_out::pay(waiting.id, &paid())).await.unwrap();
    spends(&there, 20, waiting.id, &[5_000]).await;
    let trail = there.enterprise.call(gifts::trail(there.pledge.id)).await.unwrap();
    let old = trail.needs.iter().find(|one| one.need == before).unwrap();
    assert!(old.surplus_fen.is_zero(), "{trail:?}");
    let moved = trail.needs.iter().find(|one| one.code == other.code).unwrap();
    assert_eq!((moved.set_aside_fen, moved.payments.len()), (Fen::yuan(6_000), 1));
    test.done().await;
}

#[tokio::test]
async fn what_a_giver_agreed_to_before_needs_no_asking_and_a_placement_sent_back_frees_its_money() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let Ready { charity, need, .. } = &ready;
    let giver = test.enterprise("茶油").await;
    let new = new_pledge(2, ready.campaign, charity, Some(need));
    let input = PledgeInput { funding_choice: FundingChoice::SameVillage, ..new.input.clone() };
    let pledge = gift(charity, &giver, &NewPledge { input, ..new }, 2, 3_000).await;
    charity.maker.call(money_out::allocate(&allocation(2, need, Some(&pledge), 3_000))).await.unwrap();
    closes(&test, need).await;
    let other = second_need(&test, 120).await;
    let surplus = found(charity, 1, need, 3_000).await;
    let path = format!("/work/surpluses/{}", surplus.id);
    let (id, code) = (Uuid::from_u128(5).to_string(), other.code.clone().unwrap());
    let typed = [("action", "place"), ("id", id.as_str()), ("need_code", "XQ-0"), ("amount", "3000")];
    let bad = charity.maker.form(&path, &typed).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = bad.text();
    assert!(page.contains("请选择依据") && page.contains("XQ-0") && page.contains("3000"), "{page}");
    let rest = [
        ("action", "place"),
        ("id", id.as_str()),
        ("need_code", code.as_str()),
        ("amount", "3000"),
        ("why_similar", "都是村里的饮水工程"),
        ("basis", "agreement"),
        ("basis_reference", "捐赠协议第六条"),
    ];
    let made = charity.maker.form(&path, &rest).await;
    assert_eq!(made.location(), format!("{path}?done=proposed"));
    let back = [("action", "send_placement_back"), ("row", id.as_str()), ("reason", "请附上协议的编号")];
    assert_eq!(charity.checker.form(&path, &back).await.location(), format!("{path}?done=placement_sent_back"));
    let known = charity.maker.call(surpluses::get(surplus.id)).await.unwrap();
    assert_eq!((known.surplus.free(), known.placements[0].status), (Fen::yuan(3_000), PlacementStatus::SentBack));
    let again = new_placement(6, &other, 3_000, PlacementBasis::Agreement);
    charity.maker.call(surpluses::place(surplus.id, &again)).await.unwrap();
    let confirm = [("action", "confirm_placement"), ("row", &*again.id.to_string())];
    assert_eq!(charity.checker.form(&path, &confirm).await.location(), format!("{path}?done=placed"));
    let late = [("action", "confirm_placement"), ("row", &*again.id.to_string())];
    assert_eq!(charity.checker.form(&path, &late).await.status, StatusCode::UNPROCESSABLE_ENTITY, "sent twice");

    // It is over three months later that somebody looks at what another need left.
    closes(&test, &other).await;
    let next = found(charity, 2, &other, 3_000).await;
    assert_eq!(next.number, Some(2));
    spoil(&test, &format!("update surplus set found_on = '2026-01-31' where id = '{}'", next.id.0)).await;
    let known = charity.maker.call(surpluses::get(next.id)).await.unwrap();
    assert!(known.surplus.late, "{:?}", known.surplus);
    assert!(charity.maker.page("/work/surpluses").await.text().contains("已经过了"));
    test.done().await;
}

#[tokio::test]
async fn a_surplus_is_read_by_its_charity_the_federation_of_its_place_and_the_auditor() {
    let test = TestApp::new().await;
    let ready = over(&test).await;
    let Ready { charity, enterprise, need, village, .. } = &ready;
    let surplus = found(charity, 1, need, 10_000).await;
    let (stranger, elsewhere) = (test.charity("另一慈善会").await, test.federation("441481").await);
    let (federation, auditor) = (test.signed_in("federation-441424").await, test.auditor().await);
    for (client, parts) in [(&charity.maker, 1), (&charity.payer, 1), (&federation, 0), (&auditor, 1)] {
        let known = client.call(surpluses::get(surplus.id)).await.unwrap();
        assert_eq!(known.parts.len(), parts, "givers are not the federation's to read");
        let list = client.call(surpluses::list(&PageQuery::default())).await.unwrap();
        assert_eq!(list.items.iter().map(|one| one.id).collect::<Vec<_>>(), [surplus.id]);
    }
    let other = second_need(&test, 120).await;
    let new = new_placement(1, &other, 6_000, PlacementBasis::Consent);
    charity.maker.call(surpluses::place(surplus.id, &new)).await.unwrap();
    let back = NewReturn { surplus: Some(surplus.id), ..new_return(9, Some(ready.pledge.id), None, 1_000) };
    charity.maker.call(returns::prepare(&back)).await.unwrap();
    for (client, opens) in [(&charity.payer, true), (&auditor, false), (&federation, false)] {
        let page = client.page(&format!("/work/surpluses/{}", surplus.id)).await.text();
        assert!(page.contains("退回捐赠方") && page.contains("/work/returns/") == opens, "{page}");
    }
    for sql in ["surplus = null", "charity = (select id from organisation where id <> charity limit 1)"] {
        let sql = format!("update gift_return set {sql} where id = '{}'", back.id);
        let changed = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&test.app.pool).await;
        assert!(changed.is_err(), "a return stays of its own charity's surplus");
    }
    for (client, reads) in [(&charity.payer, true), (&auditor, true), (&federation, false)] {
        let one = client.call(surpluses::get(surplus.id)).await.unwrap().placements.remove(0);
        assert_eq!((!one.basis_reference.is_empty(), !one.parts.is_empty()), (reads, reads), "it may name givers");
        let page = client.page(&format!("/work/surpluses/{}", surplus.id)).await.text();
        assert_eq!(page.contains("同意函"), reads, "{page}");
    }
    for client in [&stranger.maker, &elsewhere] {
        assert_eq!(client.call(surpluses::get(surplus.id)).await.unwrap_err().status, 404);
        assert_eq!(client.call(surpluses::list(&PageQuery::default())).await.unwrap().items, []);
    }
    for client in [enterprise, village] {
        assert_eq!(client.call(surpluses::get(surplus.id)).await.unwrap_err().status, 403);
    }
    assert!(test.visitor().call(surpluses::of_need(NeedId(Uuid::from_u128(0xdead)))).await.is_err());
    test.done().await;
}

#[tokio::test]
async fn a_surplus_that_is_not_what_moved_is_named() {
    let test = TestApp::new().await;
    let ready = over(&test).await;
    let Ready { charity, need, .. } = &ready;
    let other = second_need(&test, 120).await;
    let surplus = found(charity, 1, need, 10_000).await;
    let new = new_placement(1, &other, 6_000, PlacementBasis::Consent);
    charity.maker.call(surpluses::place(surplus.id, &new)).await.unwrap();
    charity.checker.call(surpluses::confirm_placement(new.id)).await.unwrap();
    for table in ["surplus", "surplus_placement"] {
        spoil(&test, &format!("update {table} set amount_fen = amount_fen + 1")).await;
        let found = check(&test.app.pool).await.unwrap();
        assert!(found.iter().any(|one| one.comparison == Comparison::StatesAgainstTransfers), "{table}: {found:?}");
        spoil(&test, &format!("update {table} set amount_fen = amount_fen - 1")).await;
    }
    test.done().await;
}
