//! What can be deducted of an enterprise's gifts: its own, by the bank's day, less what went back; the profit is told for
//! one answer only.

use crate::money::{matched, new_pledge, seen};
use crate::returns::{goes_back, new_return};
use axum::http::StatusCode;
use domain::Fen;
use domain::api::deductions::{self, EstimateDeductions, YearProfit};
use domain::api::{arrivals, pledges};
use tests::TestApp;

fn told(years: &[(i32, i64)]) -> EstimateDeductions {
    let year =
        |(year, yuan): &(i32, i64)| YearProfit { year: *year, profit_fen: Fen::yuan(*yuan), other_fen: Fen::ZERO };
    EstimateDeductions { years: years.iter().map(year).collect() }
}

#[tokio::test]
async fn gifts_are_deducted_up_to_twelve_per_cent_and_carried_on() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let firm = test.enterprise("firm").await;
    let pledge = firm.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let line = matched(&charity, 1, 20_000, &pledge).await;
    let year = line.line.booked_on.format("%Y").to_string().parse::<i32>().unwrap();
    let none = firm.call(deductions::given()).await.unwrap();
    assert!(none.years.iter().all(|given| given.money_fen.is_zero()), "it is not confirmed yet");
    charity.checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
    goes_back(&charity, &new_return(1, Some(pledge.id), None, 3_000)).await;

    let given = firm.call(deductions::given()).await.unwrap();
    let years: Vec<i32> = given.years.iter().map(|given| given.year).collect();
    assert!(years.is_sorted() && years.len() >= 4 && years.contains(&year), "{years:?}");
    let this = given.years.iter().find(|given| given.year == year).unwrap();
    assert_eq!((this.money_fen, this.goods_fen), (Fen::yuan(17_000), Fen::ZERO));
    assert_eq!((this.unknown_fen, this.outside_fen), (Fen::yuan(17_000), Fen::ZERO), "nobody told of a qualification");
    let rival = test.enterprise("rival").await;
    let theirs = rival.call(deductions::given()).await.unwrap();
    assert!(theirs.years.iter().all(|given| given.money_fen.is_zero()));

    let profits: Vec<(i32, i64)> =
        years.iter().filter(|known| **known <= year).map(|known| (*known, 100_000)).collect();
    let table = firm.call(deductions::estimate(&told(&profits))).await.unwrap();
    let last = table.rows.last().unwrap();
    assert_eq!(last.deduction.limit, Fen::yuan(12_000));
    assert_eq!(last.deduction.deducted, Fen::yuan(12_000));
    assert_eq!(last.deduction.carried[0].amount, Fen::yuan(5_000));
    let gap = told(&[(years[0], 1), (years[0] + 2, 1)]);
    assert_eq!(firm.call(deductions::estimate(&gap)).await.unwrap_err().fields(), ["years"]);
    assert_eq!(firm.call(deductions::estimate(&told(&[]))).await.unwrap_err().fields(), ["years"]);
    let mut below = told(&profits);
    below.years[0].other_fen = Fen::yuan(-1);
    assert_eq!(firm.call(deductions::estimate(&below)).await.unwrap_err().fields(), ["years"]);
    test.done().await;
}

#[tokio::test]
async fn the_form_keeps_what_was_typed_and_says_what_is_wrong_with_it() {
    let test = TestApp::new().await;
    let firm = test.enterprise("firm").await;
    let years: Vec<i32> = firm.call(deductions::given()).await.unwrap().years.iter().map(|given| given.year).collect();
    let page = firm.page("/deductions").await.text();
    assert!(page.contains("税前扣除测算") && !page.contains("测算结果"));
    let names: Vec<String> = years.iter().map(|year| format!("profit-{year}")).collect();
    let gap = firm.form("/deductions", &[(names[1].as_str(), "5万")]).await;
    assert_eq!(gap.status, StatusCode::OK);
    let gap = gap.text();
    assert!(
        gap.contains(&format!("{}-problem", names[0])) && gap.contains("5万") && !gap.contains("测算结果"),
        "{gap}"
    );
    let words = firm.form("/deductions", &[(names[0].as_str(), "很多")]).await.text();
    assert!(words.contains("很多") && words.contains("只能写数字"), "{words}");
    let other = format!("other-{}", years[0]);
    let typed = [(names[0].as_str(), "-2万"), (other.as_str(), "1万"), (names[1].as_str(), "50000")];
    let done = firm.form("/deductions", &typed).await.text();
    assert!(done.contains("测算结果") && done.contains("扣除 6,000 元"), "{done}");
    assert!(done.contains("-2万"), "what was typed stays");
    test.done().await;
}
