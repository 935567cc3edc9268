//! Whose a line is, where the payer is called otherwise: by a short or a former name, an agent, one payer for three; and
//! lines that are divided, or come together for one pledge.

use crate::money::{new_line, new_pledge, seen};
use domain::api::arrivals::{self, BankLine, MatchLine, MatchPart};
use domain::api::pledges::{self, Pledge};
use domain::arrival::Reason;
use domain::pledge::PledgeStatus;
use domain::{Fen, PledgeId};
use tests::people::Charity;
use tests::{Client, TestApp};

fn reasons(line: &BankLine, pledge: PledgeId) -> Vec<Reason> {
    let of = line.suggestions.iter().find(|guess| guess.suggestion.pledge == pledge);
    of.map(|guess| guess.suggestion.reasons.clone()).unwrap_or_default()
}

async fn enters(charity: &Charity<'_>, n: u128, payer: &str, yuan: i64, remark: &str) -> BankLine {
    charity.maker.call(arrivals::enter(&new_line(n, charity, payer, yuan, remark))).await.unwrap()
}

async fn confirmed(charity: &Charity<'_>, line: &BankLine, parts: &[(i64, PledgeId)]) {
    let part = |(yuan, pledge): &(i64, PledgeId)| MatchPart {
        amount_fen: Fen::yuan(*yuan),
        pledge: Some(*pledge),
        campaign: None,
    };
    let parts = MatchLine { parts: parts.iter().map(part).collect() };
    let line = charity.maker.call(arrivals::match_(line.id, &parts)).await.unwrap();
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
}

async fn pledges_of(enterprise: &Client<'_>, charity: &Charity<'_>, campaign: domain::CampaignId, n: u128) -> Pledge {
    enterprise.call(pledges::create(&new_pledge(n, campaign, charity, None))).await.unwrap()
}

#[tokio::test]
async fn short_and_former_names_lead_to_a_pledge_each_with_its_reason() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = pledges_of(&firm, &charity, campaign, 1).await;
    // As a registration writes it.
    let sql = format!(
        "update organisation set name = '梅州金柚农业有限公司', name_core = '金柚农业' where id = '{id}';
         insert into registration (organisation, former_names, former_cores, industry, created_at, submitted_at,
                                   confirm_until)
         values ('{id}', '{{梅州老柚果品厂}}', '{{老柚果品厂}}', 'A', now(), now(), now())
         on conflict (organisation) do update
         set former_names = excluded.former_names, former_cores = excluded.former_cores",
        id = pledge.enterprise
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
    let former = enters(&charity, 1, "梅州老柚果品厂", 50_000, "").await;
    assert!(reasons(&former, pledge.id).contains(&Reason::PayerIsFormerName), "{:?}", former.suggestions);
    assert!(reasons(&former, pledge.id).contains(&Reason::AmountEqual));
    let short = enters(&charity, 2, "金柚农业梅江门店", 100, "").await;
    assert!(reasons(&short, pledge.id).contains(&Reason::PayerHasShortName), "{:?}", short.suggestions);
    let full = enters(&charity, 3, "梅州金柚农业有限公司", 100, "").await;
    assert!(reasons(&full, pledge.id).contains(&Reason::PayerIsFullName));
    let page = charity.maker.page(&format!("/work/bank-lines/{}", former.id)).await.text();
    assert!(page.contains("付款方是认捐企业的曾用名"));
    test.done().await;
}

#[tokio::test]
async fn one_payer_for_three_enterprises_is_shown_with_all_three_and_matched_to_none_by_itself() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let mut made = Vec::new();
    for (n, name) in (1..).zip(["one", "two", "three"]) {
        let enterprise = test.enterprise(name).await;
        made.push(pledges_of(&enterprise, &charity, campaign, n).await);
    }
    for (n, pledge) in (1..).zip(&made) {
        let line = enters(&charity, n, "示例财务代理公司", 1_000, pledge.reference.as_str()).await;
        confirmed(&charity, &line, &[(1_000, pledge.id)]).await;
    }
    let next = enters(&charity, 9, "示例财务代理公司", 3_000, "").await;
    assert_eq!(next.suggestions.len(), 3);
    for pledge in &made {
        assert!(reasons(&next, pledge.id).contains(&Reason::PayerPaidBefore));
    }
    assert!(next.parts.is_empty(), "a person says whose it is");
    // Divided among the three, to the fen.
    let parts: Vec<_> = made.iter().map(|pledge| (1_000, pledge.id)).collect();
    confirmed(&charity, &next, &parts).await;
    let read = charity.maker.call(arrivals::get(next.id)).await.unwrap();
    assert_eq!(read.parts.len(), 3);
    for pledge in made {
        assert_eq!(charity.maker.call(pledges::get(pledge.id)).await.unwrap().arrived_fen, Fen::yuan(2_000));
    }
    test.done().await;
}

#[tokio::test]
async fn several_lines_for_one_pledge_under_over_and_late() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = pledges_of(&firm, &charity, campaign, 1).await;
    let state = async || {
        let read = firm.call(pledges::get(pledge.id)).await.unwrap();
        (read.status, read.arrived_fen)
    };
    // Less than was promised, with the reference one character wrong.
    let mut wrong: Vec<char> = pledge.reference.to_string().chars().collect();
    wrong.swap(4, 5);
    let wrong: String = wrong.into_iter().collect();
    let under = enters(&charity, 1, "张三", 20_000, &wrong).await;
    let why = reasons(&under, pledge.id);
    let read = wrong != pledge.reference.to_string();
    assert!(!read || why.contains(&Reason::ReferenceNear), "{why:?}");
    assert!(!read || why.contains(&Reason::AmountSmaller), "{why:?}");
    confirmed(&charity, &under, &[(20_000, pledge.id)]).await;
    assert_eq!(state().await, (PledgeStatus::PartlyArrived, Fen::yuan(20_000)));
    // The rest and more, months later.
    test.clock.advance(chrono::Duration::days(120));
    let maker = test.signed_in("示例慈善会-maker").await;
    let checker = test.signed_in("示例慈善会-checker").await;
    let charity = Charity { maker, checker, ..charity };
    let firm = test.signed_in("firm").await;
    let mut late = new_line(2, &charity, "firm的单位", 35_000, pledge.reference.as_str());
    late.line.booked_on = "2026-09-30".parse().unwrap();
    let late = charity.maker.call(arrivals::enter(&late)).await.unwrap();
    let why = reasons(&late, pledge.id);
    assert!(why.contains(&Reason::ReferenceExact) && !why.contains(&Reason::DateNear), "{why:?}");
    confirmed(&charity, &late, &[(35_000, pledge.id)]).await;
    let read = firm.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((read.status, read.arrived_fen), (PledgeStatus::Fulfilled, Fen::yuan(55_000)), "more than was promised");
    assert_eq!(read.arrivals.len(), 2);
    test.done().await;
}

#[tokio::test]
async fn a_clock_that_was_set_back_confirms_in_the_order_of_the_numbers() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = pledges_of(&firm, &charity, campaign, 1).await;
    let first = enters(&charity, 1, "张三", 100, pledge.reference.as_str()).await;
    confirmed(&charity, &first, &[(100, pledge.id)]).await;
    test.clock.advance(-chrono::Duration::minutes(10));
    let second = enters(&charity, 2, "张三", 200, pledge.reference.as_str()).await;
    confirmed(&charity, &second, &[(200, pledge.id)]).await;
    let read = firm.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!(read.arrived_fen, Fen::yuan(300));
    assert_eq!(
        read.arrivals.iter().map(|arrival| arrival.amount_fen).collect::<Vec<_>>(),
        [Fen::yuan(100), Fen::yuan(200)]
    );
    test.done().await;
}

#[tokio::test]
async fn amounts_with_their_unit_days_as_a_spreadsheet_counts_and_lines_below_zero_are_read_or_named() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let file = "日期,付款人,金额,流水号\n\
        46203,某公司,\"1,234.50元\",B1\n\
        2026年6月30日,某店,¥5,B2\n\
        2026-06-30,某行,-3.00,B3\n\
        2026-06-31,某人,4,B4\n\
        2026-06-30,某人,四元,B5\n";
    let read = crate::bank_statements::read(&charity, 1, file).await.unwrap();
    let tally = read.tally;
    assert_eq!((tally.ready, tally.out, tally.wrong), (2, 1, 2), "{tally:?}");
    assert_eq!((tally.in_fen, tally.out_fen), (Fen::new(123_950).unwrap(), Fen::yuan(3)));
    assert_eq!(
        (read.from.unwrap().to_string(), read.until.unwrap().to_string()),
        ("2026-06-30".into(), "2026-06-30".into())
    );
    test.done().await;
}
