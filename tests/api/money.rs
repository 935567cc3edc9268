use crate::needs::{VILLAGE, new_need};
use domain::api::arrivals::{self, BankLine, ConfirmLine, LineQuery, MatchLine, MatchPart, NewBankLine};
use domain::api::campaigns::{self, PageQuery};
use domain::api::ledger;
use domain::api::money;
use domain::api::needs::{self, Need, Seen};
use domain::api::pledges::{self, NewPledge, Pledge};
use domain::arrival::{BankLineInput, BankLineStatus, LineChannel, Reason};
use domain::campaign::CampaignStage;
use domain::ledger::Account;
use domain::pledge::{PLEDGE_TERMS_VERSION, PledgeInput, PledgeReference, PledgeStatus, PublicDisplay, Restriction};
use domain::{BankLineId, CampaignId, Fen, PledgeId};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

/// A public need, by its village and its federation.
pub async fn open_need(test: &TestApp) -> Need {
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    let need = village.call(needs::create(&new_need(1))).await.unwrap();
    let need = village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    crate::needs::opened(test, &federation, &need).await
}

pub fn new_pledge(n: u128, campaign: CampaignId, charity: &Charity<'_>, need: Option<&Need>) -> NewPledge {
    NewPledge {
        id: PledgeId(Uuid::from_u128(n)),
        campaign,
        charity: charity.id,
        input: PledgeInput {
            amount: Fen::yuan(50_000),
            restriction: Restriction::Directed,
            need: need.map(|need| need.id),
            designations: Vec::new(),
            funding_choice: domain::allocation::FundingChoice::AskMe,
            public_display: Some(PublicDisplay::Name),
            show_amount: true,
            share_with_recipient: true,
            notice_acknowledged: true,
            voluntary: true,
            terms_version: PLEDGE_TERMS_VERSION.to_owned(),
            schedule: None,
        },
    }
}

pub fn new_line(n: u128, charity: &Charity<'_>, payer: &str, yuan: i64, remark: &str) -> NewBankLine {
    NewBankLine {
        id: BankLineId(Uuid::from_u128(n)),
        bank_account: charity.account,
        line: BankLineInput {
            booked_on: "2026-06-30".parse().unwrap(),
            payer: payer.into(),
            amount: Fen::yuan(yuan),
            remark: remark.into(),
            serial_no: format!("S{n}"),
            channel: LineChannel::Transfer,
        },
    }
}

pub fn whole(line: &BankLine, pledge: PledgeId) -> MatchLine {
    MatchLine { parts: vec![MatchPart { amount_fen: line.line.amount, pledge: Some(pledge), campaign: None }] }
}

pub fn seen(line: &BankLine) -> ConfirmLine {
    ConfirmLine { lots: line.parts.iter().map(|part| part.lot).collect() }
}

/// A line that one person matched to the pledge.
pub async fn matched(charity: &Charity<'_>, n: u128, yuan: i64, pledge: &Pledge) -> BankLine {
    let new = new_line(n, charity, &pledge.enterprise_name, yuan, pledge.reference.as_str());
    let line = charity.maker.call(arrivals::enter(&new)).await.unwrap();
    charity.maker.call(arrivals::match_(line.id, &whole(&line, pledge.id))).await.unwrap()
}

#[tokio::test]
async fn money_is_counted_only_when_a_second_person_confirmed_it() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;

    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    assert_eq!((pledge.status, pledge.arrived_fen), (PledgeStatus::Pledged, Fen::ZERO));
    assert_eq!(pledge.pay_to.as_ref().unwrap().account_no, "0000123456789012");
    let numbers = async || test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    let before = numbers().await;
    assert_eq!((before.pledged, before.arrived), (Fen::yuan(50_000), Fen::ZERO));

    let new = new_line(1, &charity, "金柚的单位", 20_000, pledge.reference.as_str());
    let line = charity.maker.call(arrivals::enter(&new)).await.unwrap();
    assert_eq!(line.status, BankLineStatus::Suggested);
    let guess = &line.suggestions[0];
    assert_eq!(guess.suggestion.pledge, pledge.id);
    assert!(guess.suggestion.reasons.contains(&Reason::ReferenceExact));
    assert!(guess.suggestion.reasons.contains(&Reason::PayerIsFullName));
    let line = charity.maker.call(arrivals::match_(line.id, &whole(&line, pledge.id))).await.unwrap();
    assert_eq!(numbers().await.arrived, Fen::ZERO, "a match is not money");

    let confirmed = charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    assert_eq!(confirmed.status, BankLineStatus::Confirmed);
    assert_eq!(numbers().await.arrived, Fen::yuan(20_000));
    let pledge = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((pledge.status, pledge.arrived_fen), (PledgeStatus::PartlyArrived, Fen::yuan(20_000)));
    assert_eq!(pledge.arrivals.len(), 1);
    let book = enterprise.call(ledger::account(&Account::Directed { pledge: pledge.id })).await.unwrap();
    assert_eq!((book.balance_fen, book.transfers.len()), (Fen::yuan(20_000), 1));
    assert_eq!(book.transfers[0].transfer.lot, confirmed.parts[0].lot);

    let rest = matched(&charity, 2, 30_000, &pledge).await;
    charity.checker.call(arrivals::confirm(rest.id, &seen(&rest))).await.unwrap();
    let pledge = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((pledge.status, pledge.arrived_fen), (PledgeStatus::Fulfilled, Fen::yuan(50_000)));
    let total = test.visitor().call(campaigns::get(campaign)).await.unwrap();
    assert_eq!((total.money.pledged, total.money.arrived), (Fen::yuan(50_000), Fen::yuan(50_000)));
    assert_eq!((total.pledges, total.enterprises), (1, 1));
    test.done().await;
}

#[tokio::test]
async fn the_same_pledge_twice_is_one_pledge_and_other_content_is_a_conflict() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let new = new_pledge(1, campaign, &charity, None);

    let first = enterprise.call(pledges::create(&new)).await.unwrap();
    let again = enterprise.call(pledges::create(&new)).await.unwrap();
    assert_eq!(first, again);
    let other = NewPledge { input: PledgeInput { amount: Fen::yuan(60_000), ..new.input.clone() }, ..new.clone() };
    assert_eq!(enterprise.call(pledges::create(&other)).await.unwrap_err().status, 409);
    let rival = test.enterprise("茶油").await;
    assert_eq!(rival.call(pledges::create(&new)).await.unwrap_err().status, 409, "another's id");
    assert_eq!(enterprise.call(pledges::own()).await.unwrap().items.len(), 1);

    // What was recorded is told also after the campaign has closed; a new pledge is not taken.
    for stage in [CampaignStage::Collecting, CampaignStage::Settled] {
        backend::campaigns::set_stage(&test.app, campaign, stage).await.unwrap();
    }
    assert_eq!(enterprise.call(pledges::create(&new)).await.unwrap().id, first.id);
    let late = enterprise.call(pledges::create(&new_pledge(2, campaign, &charity, None))).await.unwrap_err();
    assert_eq!((late.status, late.fields()), (422, vec!["campaign"]));
    test.done().await;
}

#[tokio::test]
async fn a_pledge_that_lacks_something_names_each_field() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let good = new_pledge(1, campaign, &charity, Some(&need));
    let bad = PledgeInput {
        amount: Fen::ZERO,
        restriction: Restriction::Undirected,
        public_display: None,
        voluntary: false,
        notice_acknowledged: false,
        terms_version: "2020-1".into(),
        ..good.input.clone()
    };
    let refused = enterprise.call(pledges::create(&NewPledge { input: bad, ..good.clone() })).await.unwrap_err();
    let expected = ["amount_fen", "restriction", "notice_acknowledged", "voluntary", "terms_version", "public_display"];
    assert_eq!((refused.status, refused.fields()), (422, expected.to_vec()));

    let draft = test.signed_in(&format!("village-{VILLAGE}")).await.call(needs::create(&new_need(2))).await.unwrap();
    let input = PledgeInput { need: Some(draft.id), ..good.input.clone() };
    let refused = enterprise.call(pledges::create(&NewPledge { input, ..good.clone() })).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["need"]), "a draft takes no pledges");
    let other = test.charity("另一慈善会").await;
    let refused = enterprise.call(pledges::create(&NewPledge { charity: other.id, ..good })).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["charity"]), "does not receive for this campaign");
    test.done().await;
}

#[tokio::test]
async fn who_entered_or_matched_a_line_never_confirms_it() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = matched(&charity, 1, 100, &pledge).await;

    // The maker is given the checker's role as well: two roles do not make two people.
    let maker = charity.maker.call(domain::api::sessions::me()).await.unwrap();
    backend::organisations::add_member(&test.app, maker.id, charity.id, domain::organisation::Role::CharityChecker)
        .await
        .unwrap();
    let refused = charity.maker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("另一人"), "{}", refused.error.message);
    let read = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert!(!read.may.confirm && read.may.unmatch);

    let other_lots = ConfirmLine { lots: vec![] };
    assert_eq!(charity.checker.call(arrivals::confirm(line.id, &other_lots)).await.unwrap_err().status, 409);
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    let twice = charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap_err();
    assert_eq!(twice.status, 409, "money is booked once");
    assert_eq!(charity.maker.call(arrivals::unmatch(line.id)).await.unwrap_err().status, 409);
    let pledge = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!(pledge.arrived_fen, Fen::yuan(100));
    test.done().await;
}

#[tokio::test]
async fn one_line_has_several_owners_and_its_parts_are_the_line() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "某商会", 900, ""))).await.unwrap();
    assert_eq!(line.status, BankLineStatus::Unmatched);

    let part = |yuan, pledge, campaign| MatchPart { amount_fen: Fen::yuan(yuan), pledge, campaign };
    let short = MatchLine { parts: vec![part(500, Some(pledge.id), None), part(300, None, Some(campaign))] };
    let refused = charity.maker.call(arrivals::match_(line.id, &short)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["parts"]));
    assert!(refused.error.fields[0].message.contains("分项合计 800 元"), "{:?}", refused.error.fields);
    let parts = vec![part(500, Some(pledge.id), None), part(300, None, Some(campaign)), part(100, None, None)];
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts })).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();

    let auditor = test.auditor().await;
    for (account, yuan) in [
        (Account::Directed { pledge: pledge.id }, 500),
        (Account::General { campaign, charity: charity.id }, 300),
        (Account::Unmatched { bank_account: charity.account }, 100),
        (Account::World, -900),
    ] {
        let book = auditor.call(ledger::account(&account)).await.unwrap();
        assert_eq!(book.balance_fen, Fen::yuan(yuan), "{account}");
    }
    assert_eq!(test.visitor().call(campaigns::get(campaign)).await.unwrap().money.arrived, Fen::yuan(800));
    test.done().await;
}

#[tokio::test]
async fn a_bank_line_is_entered_once_and_its_mistakes_are_named() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let new = new_line(1, &charity, "某公司", 900, "");
    let line = charity.maker.call(arrivals::enter(&new)).await.unwrap();
    assert_eq!(charity.maker.call(arrivals::enter(&new)).await.unwrap(), line);
    let other = NewBankLine { line: BankLineInput { amount: Fen::yuan(1), ..new.line.clone() }, ..new.clone() };
    assert_eq!(charity.maker.call(arrivals::enter(&other)).await.unwrap_err().status, 409);
    let twin = NewBankLine { id: BankLineId(Uuid::from_u128(2)), ..new.clone() };
    let refused = charity.maker.call(arrivals::enter(&twin)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["serial_no"]));
    let tomorrow = BankLineInput { booked_on: "2026-07-01".parse().unwrap(), payer: String::new(), ..new.line.clone() };
    let bad = NewBankLine { id: BankLineId(Uuid::from_u128(3)), line: tomorrow, ..new.clone() };
    assert_eq!(charity.maker.call(arrivals::enter(&bad)).await.unwrap_err().fields(), ["booked_on", "payer"]);
    let other = test.charity("另一慈善会").await;
    let refused = other.maker.call(arrivals::enter(&NewBankLine { id: BankLineId(Uuid::from_u128(4)), ..new })).await;
    assert_eq!(refused.unwrap_err().fields(), ["bank_account"], "another charity's account");
    assert_eq!(other.maker.call(arrivals::get(line.id)).await.unwrap_err().status, 404);
    assert_eq!(other.maker.call(arrivals::list(&LineQuery::default())).await.unwrap().items.len(), 0);
    test.done().await;
}

#[tokio::test]
async fn a_match_can_be_taken_back_before_it_is_confirmed() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = matched(&charity, 1, 100, &pledge).await;
    let line = charity.maker.call(arrivals::unmatch(line.id)).await.unwrap();
    assert_eq!((line.status, line.parts.len()), (BankLineStatus::Unmatched, 0));
    assert!(charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.is_err());
    charity.maker.call(arrivals::match_(line.id, &whole(&line, pledge.id))).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_reference_with_swapped_characters_still_finds_its_pledge() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    // The first reference is all alike; later ones have characters to swap.
    let mut pledge = None;
    for n in 1..=3 {
        pledge = Some(enterprise.call(pledges::create(&new_pledge(n, campaign, &charity, None))).await.unwrap());
    }
    let pledge = pledge.unwrap();
    let mut typed: Vec<char> = pledge.reference.as_str().chars().collect();
    let place = (2..8).find(|place| typed[*place] != typed[place + 1]).unwrap();
    typed.swap(place, place + 1);
    let typed: String = typed.into_iter().collect();
    assert!(typed.parse::<PledgeReference>().is_err(), "the check character notices");
    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "张三", 50_000, &typed))).await.unwrap();
    assert_eq!(line.suggestions[0].suggestion.pledge, pledge.id);
    assert!(line.suggestions[0].suggestion.reasons.contains(&Reason::ReferenceNear));
    test.done().await;
}

#[tokio::test]
async fn the_public_reads_what_the_giver_shows_and_the_sums_hold_all_of_a_day_that_is_over() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    for (n, display) in [(1, PublicDisplay::Name), (2, PublicDisplay::Partial), (3, PublicDisplay::Anonymous)] {
        let new = new_pledge(n, campaign, &charity, Some(&need));
        let input = PledgeInput { public_display: Some(display), show_amount: n == 1, ..new.input.clone() };
        enterprise.call(pledges::create(&NewPledge { input, ..new })).await.unwrap();
        test.clock.advance(chrono::Duration::seconds(1));
    }
    let shown = test.visitor().call(money::of_need(need.id)).await.unwrap();
    assert_eq!((shown.money.pledged, shown.later), (Fen::yuan(50_000), 2), "two hidden ones wait for a third");
    test.clock.advance(chrono::Duration::days(1));
    let shown = test.visitor().call(money::of_need(need.id)).await.unwrap();
    assert_eq!((shown.money.pledged, shown.later), (Fen::yuan(150_000), 0));
    let names: Vec<_> = shown.pledges.iter().map(|pledge| pledge.name.as_str()).collect();
    assert_eq!(names, ["金柚的单位", "金**", "爱心企业"]);
    let amounts: Vec<_> = shown.pledges.iter().map(|pledge| pledge.amount_fen).collect();
    assert_eq!(amounts, [Some(Fen::yuan(50_000)), None, None]);
    let listed = test.visitor().call(campaigns::pledges(campaign, &PageQuery::default())).await.unwrap();
    assert_eq!(listed.items.len(), 3);
    assert_eq!(listed.items[0].name, "爱心企业", "latest first");
    let everything = serde_json::to_string(&(shown, listed)).unwrap();
    assert!(!everything.contains("0000123456789012"), "no account number");
    test.done().await;
}

#[tokio::test]
async fn a_hidden_amount_cannot_be_read_off_a_total_before_and_after_it() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let mut totals = Vec::new();
    for n in 1..=7 {
        let new = new_pledge(n, campaign, &charity, Some(&need));
        let amount = Fen::yuan(i64::try_from(n).unwrap() * 1_000);
        let input = PledgeInput { amount, show_amount: false, ..new.input.clone() };
        let pledge = enterprise.call(pledges::create(&NewPledge { input, ..new })).await.unwrap();
        let line = matched(&charity, n, i64::try_from(n).unwrap() * 1_000, &pledge).await;
        charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
        test.clock.advance(chrono::Duration::seconds(1));
        let read = test.visitor().call(money::of_need(need.id)).await.unwrap();
        let all = test.visitor().call(campaigns::get(campaign)).await.unwrap();
        assert_eq!(
            (read.money.pledged, read.money.arrived, read.later),
            (all.money.pledged, all.money.arrived, all.later)
        );
        assert_eq!(read.money.pledged, read.money.arrived);
        totals.push((read.money.pledged.get() / 100_000, read.later));
    }
    assert_eq!(totals, [(0, 1), (0, 2), (6, 0), (6, 1), (6, 2), (21, 0), (21, 1)]);
    test.clock.advance(chrono::Duration::days(1));
    let read = test.visitor().call(money::of_need(need.id)).await.unwrap();
    assert_eq!((read.money.arrived, read.later), (Fen::yuan(28_000), 0));
    test.done().await;
}

/// Everybody but those who may: a stranger 401, another role 403, another organisation 404.
#[tokio::test]
async fn others_neither_read_nor_do_what_is_not_theirs() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let pledge = enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    let line = matched(&charity, 1, 100, &pledge).await;
    let other_charity = test.charity("另一慈善会").await;
    let everybody: Vec<(&str, Client<'_>, [u16; 5])> = vec![
        ("visitor", test.visitor(), [401, 401, 401, 401, 401]),
        ("village", test.signed_in(&format!("village-{VILLAGE}")).await, [404, 403, 403, 403, 403]),
        ("admin", test.admin().await, [404, 403, 403, 403, 403]),
        ("auditor who has not chosen", test.auditor().await, [200, 403, 409, 403, 403]),
        ("federation", test.signed_in("federation-441424").await, [200, 403, 403, 403, 403]),
        ("other enterprise", test.enterprise("茶油").await, [404, 409, 403, 403, 403]),
        ("other charity's maker", other_charity.maker.clone(), [404, 403, 404, 404, 403]),
        ("other charity's checker", other_charity.checker.clone(), [404, 403, 404, 403, 404]),
        ("payer", charity.payer.clone(), [200, 403, 200, 403, 403]),
    ];
    let status = |result: Result<(), tests::Refused>| result.err().map_or(200, |refused| refused.status);
    for (who, client, expected) in everybody {
        let found = [
            status(client.call(pledges::get(pledge.id)).await.map(|_| ())),
            status(client.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.map(|_| ())),
            status(client.call(arrivals::get(line.id)).await.map(|_| ())),
            status(client.call(arrivals::match_(line.id, &whole(&line, pledge.id))).await.map(|_| ())),
            status(client.call(arrivals::confirm(line.id, &seen(&line))).await.map(|_| ())),
        ];
        assert_eq!(found, expected, "{who}");
    }
    let federation = test.signed_in("federation-441424").await;
    assert_eq!(federation.call(pledges::get(pledge.id)).await.unwrap().pay_to, None, "no account for others");
    let book = ledger::account(&Account::Directed { pledge: pledge.id });
    assert_eq!(test.visitor().call(book).await.unwrap_err().status, 401);
    test.done().await;
}

/// A hundred enterprises' clerks at once: every pledge is kept, every reference differs.
#[tokio::test]
async fn many_pledges_at_once_are_all_kept() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let calls = (1..=60).map(|n| {
        let (enterprise, new) = (enterprise.clone(), new_pledge(n, campaign, &charity, None));
        async move { enterprise.call(pledges::create(&new)).await.unwrap().reference }
    });
    let references: std::collections::BTreeSet<_> = futures::future::join_all(calls).await.into_iter().collect();
    assert_eq!(references.len(), 60);
    let total = test.visitor().call(campaigns::get(campaign)).await.unwrap();
    assert_eq!((total.pledges, total.money.pledged), (60, Fen::yuan(3_000_000)));
    test.done().await;
}
