//! What an enterprise is said to have promised: noted by an office, in no total, claimed by the enterprise alone.

use crate::mail::sent;
use crate::members::events;
use crate::money::{new_pledge, open_need};
use axum::http::StatusCode;
use backend::jobs;
use backend::mail::message::Outgoing;
use backend::on_behalf::keep_up;
use chrono::Duration;
use domain::api::campaigns::{self, PageQuery};
use domain::api::on_behalf::{self, DeclineOnBehalf, NewOnBehalf, OnBehalf, OnBehalfQuery};
use domain::api::pledges::{self, NewPledge};
use domain::api::todo;
use domain::on_behalf::OnBehalfStatus;
use domain::organisation::{OrganisationKind, Role};
use domain::pledge::{PledgeInput, PublicDisplay};
use domain::todo::TodoKind;
use domain::{CampaignId, Fen, OnBehalfId, OrganisationId};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

fn new_note(n: u128, campaign: CampaignId, charity: &Charity<'_>, enterprise: Option<OrganisationId>) -> NewOnBehalf {
    NewOnBehalf {
        id: OnBehalfId(Uuid::from_u128(n)),
        campaign,
        charity: charity.id,
        enterprise,
        name: "金柚的单位".into(),
        uscc: None,
        email: None,
        amount_fen: Fen::yuan(80_000),
        note: "6 月 30 日现场会上董事长口头表示".into(),
        pictures: Vec::new(),
    }
}

struct Desk<'a> {
    charity: Charity<'a>,
    campaign: CampaignId,
    office: Client<'a>,
    enterprise: Client<'a>,
    firm: OrganisationId,
}

async fn desk(test: &TestApp) -> Desk<'_> {
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let office = test.person("office", OrganisationKind::CampaignOffice, Some("441424"), Role::CampaignOffice).await;
    let enterprise = test.enterprise("金柚").await;
    let firm = test.organisation_of(&enterprise).await;
    Desk { charity, campaign, office, enterprise, firm }
}

async fn noted(desk: &Desk<'_>, n: u128) -> OnBehalf {
    let new = new_note(n, desk.campaign, &desk.charity, Some(desk.firm));
    desk.office.call(on_behalf::note(&new)).await.unwrap()
}

/// The letters that say this, of those that were sent since it was last asked.
async fn letters(test: &TestApp, told: &str) -> Vec<Outgoing> {
    keep_up(&test.app).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(test).into_iter().filter(|letter| letter.subject.starts_with(told)).collect()
}

async fn waits(client: &Client<'_>) -> u32 {
    let todo = client.call(todo::get()).await.unwrap();
    todo.items.iter().find(|item| item.kind == TodoKind::ClaimOnBehalf).map_or(0, |item| item.count.number)
}

#[tokio::test]
async fn a_note_is_in_no_total_and_becomes_a_pledge_by_the_enterprises_own_hand_and_terms() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let desk = desk(&test).await;
    let Desk { charity, campaign, office, enterprise, firm } = &desk;
    let new = new_note(1, *campaign, charity, Some(*firm));
    let note = office.call(on_behalf::note(&new)).await.unwrap();
    assert_eq!(office.call(on_behalf::note(&new)).await.unwrap(), note, "the same again");
    let other = NewOnBehalf { amount_fen: Fen::yuan(1), ..new };
    assert_eq!(office.call(on_behalf::note(&other)).await.unwrap_err().status, 409);
    let written = letters(&test, "有单位记录了贵单位的捐赠意愿").await;
    assert_eq!(written.len(), 1);
    assert!(!written[0].text.contains("80,000") && written[0].text.contains("没有约束力"), "{}", written[0].text);
    let total = test.visitor().call(campaigns::get(*campaign)).await.unwrap();
    assert_eq!((total.money.pledged, total.pledges), (Fen::ZERO, 0));
    assert_eq!(waits(enterprise).await, 1);

    // Its own terms: another amount, another way of being shown.
    let mut own = new_pledge(5, *campaign, charity, Some(&need));
    own.input = PledgeInput { public_display: Some(PublicDisplay::Anonymous), show_amount: false, ..own.input };
    let unwilling = NewPledge { input: PledgeInput { voluntary: false, ..own.input.clone() }, ..own.clone() };
    let refused = enterprise.call(on_behalf::claim(note.id, &unwilling)).await.unwrap_err();
    assert_eq!(refused.fields(), ["voluntary"]);
    assert_eq!(enterprise.call(on_behalf::get(note.id)).await.unwrap().status, OnBehalfStatus::Waiting);
    let pledge = enterprise.call(on_behalf::claim(note.id, &own)).await.unwrap();
    assert_eq!((pledge.amount_fen, pledge.public_display), (Fen::yuan(50_000), PublicDisplay::Anonymous));
    assert_eq!(enterprise.call(on_behalf::claim(note.id, &own)).await.unwrap(), pledge, "a double click");
    let again = new_pledge(6, *campaign, charity, None);
    assert_eq!(enterprise.call(on_behalf::claim(note.id, &again)).await.unwrap_err().status, 409);
    assert_eq!(enterprise.call(pledges::own()).await.unwrap().items.len(), 1, "no pledge without its note");
    let read = enterprise.call(on_behalf::get(note.id)).await.unwrap();
    assert_eq!((read.status, read.pledge, read.may_claim), (OnBehalfStatus::Claimed, Some(pledge.id), false));
    let of_office = office.call(on_behalf::get(note.id)).await.unwrap();
    assert_eq!(
        (of_office.status, of_office.pledge),
        (OnBehalfStatus::Claimed, None),
        "what was pledged is not its matter"
    );
    assert_eq!(letters(&test, "代为记录的认捐已由企业认领").await.len(), 1);
    assert_eq!(events(&test, "on_behalf_claimed").await, 1);
    let listed = test.visitor().call(campaigns::pledges(*campaign, &PageQuery::default())).await.unwrap();
    assert_eq!((listed.items.len(), listed.items[0].name.as_str()), (1, "爱心企业"));
    test.done().await;
}

#[tokio::test]
async fn nobody_outside_knows_of_a_note() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let note = noted(&desk, 1).await;
    let federation = test.federation("441424").await;
    let other = test.charity("另一慈善会").await;
    let rival = test.enterprise("茶油").await;
    for stranger in [&federation, &other.maker, &rival] {
        assert_eq!(stranger.call(on_behalf::get(note.id)).await.unwrap_err().status, 404);
        assert!(stranger.call(on_behalf::list(&OnBehalfQuery::default())).await.unwrap().items.is_empty());
    }
    let why = DeclineOnBehalf { reason: "当时只是表示关心".into() };
    assert_eq!(rival.call(on_behalf::decline(note.id, &why)).await.unwrap_err().status, 404);
    let own = new_pledge(5, desk.campaign, &desk.charity, None);
    assert_eq!(rival.call(on_behalf::claim(note.id, &own)).await.unwrap_err().status, 404);
    assert!(rival.call(pledges::own()).await.unwrap().items.is_empty(), "nothing of it stays");
    assert_eq!(federation.call(on_behalf::withdraw(note.id)).await.unwrap_err().status, 404);
    let village = test.village(crate::needs::VILLAGE).await;
    assert_eq!(village.call(on_behalf::list(&OnBehalfQuery::default())).await.unwrap_err().status, 403);
    assert_eq!(test.visitor().call(on_behalf::get(note.id)).await.unwrap_err().status, 401);
    for reader in [&desk.charity.maker, &desk.enterprise, &desk.office, &test.auditor().await] {
        assert_eq!(reader.call(on_behalf::list(&OnBehalfQuery::default())).await.unwrap().items.len(), 1);
    }
    let public = test.visitor().page("/campaigns/630-2026").await.text();
    assert!(!public.contains("金柚"), "{public}");
    test.done().await;
}

#[tokio::test]
async fn a_note_is_reminded_of_once_can_be_claimed_on_the_thirtieth_day_and_lapses_on_the_next() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let (kept, lapsing) = (noted(&desk, 1).await, noted(&desk, 2).await);
    let reminder = "再告诉一次";
    for (days, reminders) in [(19, 0), (1, 2), (1, 0)] {
        test.clock.advance(Duration::days(days));
        assert_eq!(letters(&test, reminder).await.len(), reminders, "{days}");
    }
    // The thirtieth day: nothing has lapsed, and a claim counts.
    test.clock.advance(Duration::days(9));
    assert_eq!(letters(&test, "代为记录的认捐已失效").await.len(), 0);
    let enterprise = test.signed_in("金柚").await;
    let own = new_pledge(5, desk.campaign, &desk.charity, None);
    enterprise.call(on_behalf::claim(kept.id, &own)).await.unwrap();
    // The day after: it is too late even before anybody looks, and one letter says so.
    test.clock.advance(Duration::days(1));
    let enterprise = test.signed_in("金柚").await;
    let late = new_pledge(6, desk.campaign, &desk.charity, None);
    assert_eq!(enterprise.call(on_behalf::claim(lapsing.id, &late)).await.unwrap_err().status, 409);
    for once in [1, 0] {
        assert_eq!(letters(&test, "代为记录的认捐已失效").await.len(), once, "once, to who noted it");
    }
    let read = enterprise.call(on_behalf::get(lapsing.id)).await.unwrap();
    assert_eq!(read.status, OnBehalfStatus::Lapsed);
    assert_eq!(waits(&enterprise).await, 0);
    test.done().await;
}

#[tokio::test]
async fn an_enterprise_without_an_account_is_written_to_and_finds_the_note_by_its_code() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let unknown = new_note(1, desk.campaign, &desk.charity, None);
    let refused = desk.office.call(on_behalf::note(&unknown)).await.unwrap_err();
    assert_eq!(refused.fields(), ["uscc", "email"]);
    let code = crate::registration::new_registration(0, "梅州金柚农业有限公司", "a@example.com").enterprise.uscc;
    let coded = NewOnBehalf {
        name: "梅州金柚农业有限公司".into(),
        uscc: Some(code.parse().unwrap()),
        email: Some("Boss@Example.com".into()),
        ..unknown
    };
    let note = desk.office.call(on_behalf::note(&coded)).await.unwrap();
    assert!(!note.known);
    let written = letters(&test, "有单位记录了贵单位的捐赠意愿").await;
    assert_eq!(written.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["boss@example.com"]);
    // It registers with that code and is verified: the note is its own to answer.
    sqlx::query("update organisation set uscc = $1, name = '梅州金柚农业有限公司' where id = $2")
        .bind(code.as_str())
        .bind(desk.firm.0)
        .execute(&test.app.pool)
        .await
        .unwrap();
    assert_eq!(waits(&desk.enterprise).await, 1);
    let why = DeclineOnBehalf { reason: "当时只是表示关心，没有认捐".into() };
    let short = DeclineOnBehalf { reason: "没有".into() };
    assert_eq!(desk.enterprise.call(on_behalf::decline(note.id, &short)).await.unwrap_err().fields(), ["reason"]);
    let declined = desk.enterprise.call(on_behalf::decline(note.id, &why)).await.unwrap();
    assert_eq!((declined.status, declined.answer), (OnBehalfStatus::Declined, Some(why.reason.clone())));
    assert_eq!(desk.enterprise.call(on_behalf::decline(note.id, &why)).await.unwrap_err().status, 409);
    let kept: i64 =
        sqlx::query_scalar("select count(*) from pledge_on_behalf_contact").fetch_one(&test.app.pool).await.unwrap();
    assert_eq!(kept, 0, "nobody is written to any more");
    test.done().await;
}

#[tokio::test]
async fn the_enterprise_claims_by_the_form_of_pledges_with_what_was_noted_filled_in() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let note = noted(&desk, 1).await;
    let page = desk.enterprise.page(&format!("/on-behalf/{}", note.id)).await.text();
    assert!(page.contains(&format!("/pledge?on_behalf={}", note.id)) && page.contains("没有约束力"), "{page}");
    let form = desk.enterprise.page(&format!("/pledge?on_behalf={}", note.id)).await;
    assert!(form.text().contains("value=\"80000\""), "{}", form.text());
    let receiver = format!("{}:{}", desk.campaign, desk.charity.id);
    let (id, terms, tied) = (form.hidden("id"), form.hidden("terms_version"), form.hidden("on_behalf"));
    let mut fields = vec![
        ("id", id.as_str()),
        ("on_behalf", tied.as_str()),
        ("terms_version", terms.as_str()),
        ("receiver", receiver.as_str()),
        ("restriction", "undirected"),
        ("amount", "6万"),
        ("public_display", "partial"),
        ("notice_acknowledged", "1"),
        ("voluntary", "1"),
        ("action", "review"),
    ];
    let review = desk.enterprise.form("/pledge", &fields).await;
    assert_eq!((review.status, review.hidden("on_behalf")), (StatusCode::OK, tied.clone()));
    fields.retain(|(name, _)| *name != "action");
    fields.push(("action", "confirm"));
    let made = desk.enterprise.form("/pledge", &fields).await;
    assert_eq!(made.location(), format!("/pledges/{id}?done=pledged"), "{}", made.text());
    let read = desk.enterprise.call(on_behalf::get(note.id)).await.unwrap();
    assert_eq!(read.status, OnBehalfStatus::Claimed);
    let typed = [("action", "withdraw")];
    assert_eq!(
        desk.office.form(&format!("/on-behalf/{}", note.id), &typed).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let bare = desk.office.form("/on-behalf/new", &[("id", "x"), ("name", "金柚")]).await;
    assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.text().contains("请填写统一社会信用代码"));
    test.done().await;
}
