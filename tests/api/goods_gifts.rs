//! Gifts of goods, from the offer to the village's receipt; their value is a number of its own and never money.

use crate::commitments::open;
use crate::deliveries::picture;
use crate::mail::{sent, text_of};
use crate::money::open_need;
use crate::needs::VILLAGE;
use backend::check::check;
use backend::jobs;
use chrono::{Days, NaiveDate};
use domain::api::goods::{
    self, GoodsDisplay, GoodsGift, GoodsGiftQuery, GoodsReason, GoodsSeen, HandOverReason, InspectGoods, NewGoodsGift,
    NewGoodsHandOver, SetGoodsAside,
};
use domain::api::ledger::{self, EntryQuery};
use domain::api::needs::Need;
use domain::api::{campaigns, money, notices, sessions, todo};
use domain::goods::{
    GOODS_TERMS_VERSION, GoodsGiftStatus, GoodsHandOverInput, GoodsHandOverStatus, GoodsInput, GoodsLine, GoodsReceipt,
    GoodsStep, InspectedLine, Inspection, Quantity, ValuationBasis,
};
use domain::ledger::{Account, Asset, TransferCode};
use domain::need::ContributionKind;
use domain::organisation::Role;
use domain::pledge::PublicDisplay;
use domain::todo::TodoKind;
use domain::{CampaignId, Fen, FileId, GoodsGiftId, GoodsHandOverId};
use serde_json::{Value, json};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

pub struct Desk<'a> {
    pub charity: Charity<'a>,
    pub enterprise: Client<'a>,
    pub village: Client<'a>,
    pub campaign: CampaignId,
    pub need: Need,
    pub today: NaiveDate,
}

pub async fn desk(test: &TestApp) -> Desk<'_> {
    let need = open_need(test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    Desk { charity, enterprise, village, campaign, need, today: test.app.clock.today() }
}

impl Desk<'_> {
    /// Twenty desks at 185 yuan and 12.5 bags of rice at 120 yuan: 5,200 yuan.
    pub fn new_gift(&self, n: u128, need: bool, photo: FileId) -> NewGoodsGift {
        let line = |name: &str, quantity, unit: &str, yuan| GoodsLine {
            name: name.into(),
            quantity: Quantity::of_thousandths(quantity),
            unit: unit.into(),
            unit_value: Fen::yuan(yuan),
        };
        NewGoodsGift {
            id: GoodsGiftId(Uuid::from_u128(n)),
            campaign: self.campaign,
            charity: self.charity.id,
            input: GoodsInput {
                lines: vec![line("课桌", 20_000, "张", 185), line("大米（25 公斤装）", 12_500, "袋", 120)],
                need: need.then_some(self.need.id),
                basis: ValuationBasis::Invoice,
                basis_note: "增值税发票 20260612 号".into(),
                expires_on: Some(self.today + Days::new(60)),
                own_property: true,
                conforms: true,
                voluntary: true,
                public_display: Some(PublicDisplay::Name),
                show_value: true,
                terms_version: GOODS_TERMS_VERSION.into(),
            },
            pictures: vec![photo],
        }
    }

    pub async fn offered(&self, n: u128, need: bool) -> GoodsGift {
        let new = self.new_gift(n, need, picture(&self.enterprise).await);
        self.enterprise.call(goods::offer(&new)).await.unwrap()
    }

    /// All of it as it was offered.
    fn found(&self, gift: &GoodsGift) -> InspectGoods {
        let line = |line: &goods::GoodsGiftLine| InspectedLine {
            accepted: line.quantity,
            unit_value: line.unit_value_fen.unwrap(),
            condition: String::new(),
        };
        let found = Inspection {
            lines: gift.lines.iter().map(line).collect(),
            received_on: self.today,
            basis: gift.basis,
            value_reason: String::new(),
        };
        InspectGoods { version: gift.version, found }
    }

    pub async fn accepted(&self, n: u128, need: bool) -> GoodsGift {
        let gift = self.offered(n, need).await;
        let gift = self.charity.maker.call(goods::inspect(gift.row.id, &self.found(&gift))).await.unwrap();
        self.charity.checker.call(goods::confirm(gift.row.id, seen(&gift))).await.unwrap()
    }

    /// So many desks and bags are brought, in thousandths.
    pub async fn brought(&self, n: u128, gift: &GoodsGift, quantities: [i64; 2]) -> NewGoodsHandOver {
        NewGoodsHandOver {
            id: GoodsHandOverId(Uuid::from_u128(n)),
            version: gift.version,
            input: GoodsHandOverInput {
                quantities: quantities.map(Quantity::of_thousandths).to_vec(),
                happened_on: self.today,
                place: "村委会".into(),
                note: String::new(),
            },
            pictures: vec![picture(&self.charity.maker).await],
        }
    }
}

/// A gift that is set aside for a need, a hand-over of it, a write-off of another that waits, and what is sent to their
/// endpoints: what the table of rights asks with.
pub async fn brought_for_rights(
    test: &TestApp,
    charity: &Charity<'_>,
    (enterprise, village): (&Client<'_>, &Client<'_>),
    (campaign, need): (CampaignId, &Need),
    photo: FileId,
) -> ([(&'static str, String); 3], [(&'static str, Value); 21]) {
    let Charity { id, account, maker, checker, payer } = charity;
    let [maker, checker, payer] = [maker, checker, payer].map(Clone::clone);
    let charity = Charity { id: *id, account: *account, maker, checker, payer };
    let (enterprise, village, need) = (enterprise.clone(), village.clone(), need.clone());
    let desk = Desk { charity, enterprise, village, campaign, need, today: test.app.clock.today() };
    let gift = desk.accepted(160, true).await;
    let first = desk.brought(161, &gift, [1_000, 0]).await;
    desk.charity.maker.call(goods::hand_over(gift.row.id, &first)).await.unwrap();
    let other = desk.new_gift(162, false, picture(&desk.enterprise).await);
    let bodies = bodies_for_rights(&other, (desk.need.id, photo, desk.today));
    let free = desk.accepted(164, false).await;
    let loss = crate::goods_rests::lost(&desk, 165, &free, [1_000, 0], Vec::new());
    desk.charity.maker.call(goods::write_off(free.row.id, &loss)).await.unwrap();
    let ids = [
        ("/goods-gifts/", gift.row.id.to_string()),
        ("/goods-hand-overs/", first.id.to_string()),
        ("/goods-rests/", loss.id.to_string()),
    ];
    (ids, bodies)
}

/// What is sent to each endpoint there: steps of a version that nobody has read.
fn bodies_for_rights(
    new: &NewGoodsGift,
    (need, photo, today): (domain::NeedId, FileId, NaiveDate),
) -> [(&'static str, Value); 21] {
    let stale = || json!({ "version": 9 });
    let why = || json!({ "version": 9, "reason": "数量对不上，请核对" });
    [
        ("POST /goods-gifts", json!(new)),
        ("POST /goods-gifts/{id}/withdraw", why()),
        ("POST /goods-gifts/{id}/refuse", why()),
        (
            "POST /goods-gifts/{id}/inspection",
            json!({ "version": 9, "lines": [], "received_on": today, "basis": "invoice" }),
        ),
        ("POST /goods-gifts/{id}/send-back", why()),
        ("POST /goods-gifts/{id}/confirm", stale()),
        ("POST /goods-gifts/{id}/set-aside", json!({ "version": 9, "need": need })),
        ("POST /goods-gifts/{id}/display", json!({ "name": "anonymous", "show_value": false })),
        ("POST /goods-gifts/{id}/reversal", why()),
        ("POST /goods-gifts/{id}/reversal/confirm", stale()),
        ("POST /goods-gifts/{id}/reversal/drop", stale()),
        (
            "POST /goods-gifts/{id}/hand-overs",
            json!({ "version": 9, "id": Uuid::from_u128(163), "quantities": [1000, 0], "happened_on": today,
                    "place": "村委会", "pictures": [photo] }),
        ),
        ("POST /goods-gifts/{id}/unbind", stale()),
        (
            "POST /goods-gifts/{id}/releases",
            json!({ "version": 9, "id": Uuid::from_u128(166), "reason": "这条需求用不上，改给别的村" }),
        ),
        (
            "POST /goods-gifts/{id}/write-offs",
            json!({ "version": 9, "id": Uuid::from_u128(167), "quantities": [1000, 0], "cause": "spoilt",
                    "found_on": today, "reason": "雨水淋湿，已经霉变" }),
        ),
        ("POST /goods-rests/{id}/confirm", json!({})),
        ("POST /goods-rests/{id}/drop", json!({ "reason": "数量对不上，请核对" })),
        ("POST /goods-hand-overs/{id}/receive", json!({ "received": [9_000_000, 0] })),
        ("POST /goods-hand-overs/{id}/object", json!({ "reason": "桌子没有送到，只到了椅子" })),
        ("POST /goods-hand-overs/{id}/accept", json!({})),
        ("POST /goods-hand-overs/{id}/refuse", json!({ "reason": "桌子没有送到，只到了椅子" })),
    ]
}

pub fn seen(gift: &GoodsGift) -> GoodsSeen {
    GoodsSeen { version: gift.version }
}

fn why(gift: &GoodsGift) -> GoodsReason {
    GoodsReason { version: gift.version, reason: "数量对不上，请核对".into() }
}

pub fn came(quantities: [i64; 2], note: &str) -> GoodsReceipt {
    GoodsReceipt { received: quantities.map(Quantity::of_thousandths).to_vec(), note: note.into() }
}

pub async fn waits(client: &Client<'_>, kind: TodoKind) -> u32 {
    let todo = client.call(todo::get()).await.unwrap();
    todo.items.iter().find(|item| item.kind == kind).map_or(0, |item| item.count.number)
}

pub async fn person(client: &Client<'_>) -> domain::PersonId {
    client.call(sessions::me()).await.unwrap().id
}

#[tokio::test]
async fn goods_go_from_the_offer_to_the_village_and_no_money_total_moves() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, village, need, campaign, .. } = &desk;
    let numbers = async || {
        let of_need = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
        (of_need, test.visitor().call(campaigns::get(*campaign)).await.unwrap().money)
    };
    let before = numbers().await;

    let gift = desk.offered(1, true).await;
    assert_eq!((gift.row.status, gift.row.offered_fen), (GoodsGiftStatus::Offered, Some(Fen::yuan(5_200))));
    assert_eq!(gift.may, [GoodsStep::Withdraw, GoodsStep::ChangeDisplay]);
    assert_eq!(waits(&charity.maker, TodoKind::InspectGoods).await, 1);
    let id = gift.row.id;
    let public = async || test.visitor().call(goods::of_need(need.id)).await.unwrap();
    assert_eq!((public().await.gifts, public().await.accepted_fen), (0, Fen::ZERO), "an offer is nothing yet");
    assert_eq!(village.call(goods::get(id)).await.unwrap_err().status, 404, "nothing is set aside yet");

    let mut found = desk.found(&gift);
    found.found.lines[0].accepted = Quantity::whole(18);
    found.found.lines[0].condition = "破损 2 张".into();
    let inspected = charity.maker.call(goods::inspect(id, &found)).await.unwrap();
    assert_eq!(inspected.row.accepted_fen, Some(Fen::yuan(18 * 185 + 1_500)));
    assert_eq!(waits(&charity.checker, TodoKind::ConfirmGoods).await, 1);
    let gift = charity.checker.call(goods::confirm(id, seen(&inspected))).await.unwrap();
    assert_eq!(gift.row.status, GoodsGiftStatus::SetAside, "it was bound to the need");
    let accepted = public().await;
    assert_eq!((accepted.gifts, accepted.accepted_fen, accepted.handed_over_fen), (1, Fen::yuan(4_830), Fen::ZERO));
    assert_eq!(accepted.items[0].giver, "金柚的单位");
    assert_eq!(waits(&charity.maker, TodoKind::BringGoods).await, 1);

    // Ten desks and some rice first: one desk does not come.
    let first = desk.brought(11, &gift, [10_000, 4_200]).await;
    let brought = charity.maker.call(goods::hand_over(id, &first)).await.unwrap();
    assert_eq!(charity.maker.call(goods::hand_over(id, &first)).await.unwrap(), brought, "the same again");
    assert_eq!(waits(village, TodoKind::ReceiveGoods).await, 1);
    let receipt = came([9_000, 4_200], "少 1 张");
    village.call(goods::receive(first.id, &receipt)).await.unwrap();
    assert_eq!(waits(&charity.checker, TodoKind::AcceptHandOvers).await, 1);
    let part = charity.checker.call(goods::accept(first.id)).await.unwrap();
    // 9 of 18 desks worth 3,330, and 4.2 of 12.5 bags worth 1,500.
    let value = Fen::yuan(9 * 185 + 504);
    assert_eq!((part.row.status, part.row.handed_fen), (GoodsGiftStatus::PartlyHandedOver, Some(value)));
    assert_eq!(public().await.handed_over_fen, value);

    let rest = desk.brought(12, &part, [9_000, 8_300]).await;
    charity.maker.call(goods::hand_over(id, &rest)).await.unwrap();
    village.call(goods::receive(rest.id, &came([9_000, 8_300], ""))).await.unwrap();
    let whole = charity.checker.call(goods::accept(rest.id)).await.unwrap();
    assert_eq!((whole.row.status, whole.row.handed_fen), (GoodsGiftStatus::HandedOver, Some(Fen::yuan(4_830))));
    assert_eq!(whole.hand_overs.len(), 2);

    assert_eq!(numbers().await, before, "goods are in none of the four numbers");
    let account = Account::General { campaign: *campaign, charity: charity.id };
    let query = EntryQuery { asset: Some(Asset::InKind), ..EntryQuery::default() };
    let statement = charity.maker.call(ledger::entries(&account, &query)).await.unwrap();
    let codes: Vec<_> = statement.entries.iter().map(|entry| (entry.code, entry.lot.giver.as_str())).collect();
    assert_eq!(codes, [(TransferCode::Allocate, "金柚的单位"), (TransferCode::Goods, "金柚的单位")]);
    assert_eq!((statement.closing_fen, statement.came_in_fen), (Some(Fen::ZERO), Fen::yuan(4_830)));
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    for page in [format!("/goods-gifts/{id}"), "/goods-gifts".to_owned(), format!("/needs/{}", need.id)] {
        let shown = enterprise.page(&page).await.text();
        assert!(shown.contains("课桌") && shown.contains("4,830"), "{page}: {shown}");
    }
    let shown = test.visitor().page("/campaigns/630-2026").await.text();
    assert!(shown.contains("物资折款") && shown.contains("4,830"), "{shown}");
    let legs = charity.maker.page("/api/v1/accounting/legs?from=2026-01-01&until=2099-12-31").await.text();
    assert!(
        legs.contains("物资入账") && legs.contains("物资移交") && legs.contains(gift.row.reference.as_str()),
        "{legs}"
    );
    test.done().await;
}

#[tokio::test]
async fn its_giver_gets_a_confirmation_letter_with_goods_value_and_basis() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let gift = desk.offered(1, false).await;
    let mut found = desk.found(&gift);
    found.found.lines[0].unit_value = Fen::yuan(150);
    let maker = &desk.charity.maker;
    assert_eq!(maker.call(goods::inspect(gift.row.id, &found)).await.unwrap_err().fields(), ["value_reason"]);
    found.found.basis = ValuationBasis::Appraisal;
    found.found.value_reason = "非全新，按评估的单价核定".into();
    let gift = maker.call(goods::inspect(gift.row.id, &found)).await.unwrap();
    desk.charity.checker.call(goods::confirm(gift.row.id, seen(&gift))).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let letter = letters.iter().find(|letter| letter.subject.contains("捐赠的物资已接受")).unwrap();
    assert!(letter.subject.contains("4,500 元"), "{}", letter.subject);
    let printed = text_of(&letter.attachments[0].bytes).split_whitespace().collect::<String>();
    for part in ["捐赠确认函", "课桌", "20张", "12.5袋", "4,500元", "评估报告", "非全新", "不是公益事业捐赠票据"]
    {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    test.done().await;
}

#[tokio::test]
async fn an_offer_that_is_sent_twice_or_at_once_is_one_and_other_content_is_refused() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { enterprise, charity, .. } = &desk;
    let new = desk.new_gift(1, true, picture(enterprise).await);
    let (one, two) = tokio::join!(enterprise.call(goods::offer(&new)), enterprise.call(goods::offer(&new)));
    assert_eq!(one.unwrap(), two.unwrap());
    let other = NewGoodsGift { input: GoodsInput { need: None, ..new.input.clone() }, ..new.clone() };
    assert_eq!(enterprise.call(goods::offer(&other)).await.unwrap_err().status, 409);
    let stranger = test.enterprise("红叶").await;
    assert_eq!(stranger.call(goods::offer(&new)).await.unwrap_err().status, 409);
    assert_eq!(stranger.call(goods::get(new.id)).await.unwrap_err().status, 404);
    let bare = NewGoodsGift { pictures: Vec::new(), ..desk.new_gift(2, true, picture(enterprise).await) };
    assert_eq!(enterprise.call(goods::offer(&bare)).await.unwrap_err().fields(), ["pictures"]);
    let stale = GoodsInput { expires_on: Some(desk.today), ..new.input.clone() };
    let stale = NewGoodsGift { id: GoodsGiftId(Uuid::from_u128(3)), input: stale, ..new.clone() };
    assert_eq!(enterprise.call(goods::offer(&stale)).await.unwrap_err().fields(), ["expires_on"]);
    for wrong in [&charity.maker, &desk.village] {
        assert_eq!(wrong.call(goods::offer(&new)).await.unwrap_err().status, 403);
    }
    let list = enterprise.call(goods::list(&GoodsGiftQuery::default())).await.unwrap();
    assert_eq!(list.items.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn nobody_accepts_alone_nor_more_than_was_offered_nor_what_was_withdrawn() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, .. } = &desk;
    let gift = desk.offered(1, true).await;
    let id = gift.row.id;
    let mut more = desk.found(&gift);
    more.found.lines[1].accepted = Quantity::of_thousandths(12_501);
    assert_eq!(charity.maker.call(goods::inspect(id, &more)).await.unwrap_err().fields(), ["line_1"]);
    assert_eq!(charity.checker.call(goods::inspect(id, &desk.found(&gift))).await.unwrap_err().status, 403);
    assert_eq!(charity.checker.call(goods::confirm(id, seen(&gift))).await.unwrap_err().status, 409, "not inspected");

    // One person with both posts.
    let me = person(&charity.maker).await;
    backend::organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    let both = test.signed_in("示例慈善会-maker").await;
    let inspected = both.call(goods::inspect(id, &desk.found(&gift))).await.unwrap();
    let alone = both.call(goods::confirm(id, seen(&inspected))).await.unwrap_err();
    assert!(alone.status == 409 && alone.error.message.contains("两个人"), "{alone:?}");

    let back = charity.checker.call(goods::send_back(id, &why(&inspected))).await.unwrap();
    assert_eq!((back.row.status, back.row.accepted_fen), (GoodsGiftStatus::Offered, None));
    let inspected = charity.maker.call(goods::inspect(id, &desk.found(&back))).await.unwrap();

    // Two confirm at once: one of them does.
    let second = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let (one, two) = tokio::join!(
        charity.checker.call(goods::confirm(id, seen(&inspected))),
        second.call(goods::confirm(id, seen(&inspected)))
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    let accepted = enterprise.call(goods::get(id)).await.unwrap();
    assert_eq!(enterprise.call(goods::withdraw(id, &why(&accepted))).await.unwrap_err().status, 409);

    let withdrawn = desk.offered(2, false).await;
    enterprise.call(goods::withdraw(withdrawn.row.id, &why(&withdrawn))).await.unwrap();
    let late = InspectGoods { version: withdrawn.version + 1, ..desk.found(&withdrawn) };
    assert_eq!(charity.maker.call(goods::inspect(withdrawn.row.id, &late)).await.unwrap_err().status, 409);
    let refused = desk.offered(3, false).await;
    let refused = charity.maker.call(goods::refuse(refused.row.id, &why(&refused))).await.unwrap();
    assert_eq!((refused.row.status, refused.may), (GoodsGiftStatus::Refused, vec![]));
    let told = enterprise.call(notices::list(&notices::NoticeQuery::default())).await.unwrap();
    assert!(told.items.iter().any(|notice| notice.text.contains("物资捐赠未接受")), "{told:?}");
    let other = test.charity("另一家慈善会").await;
    assert_eq!(other.maker.call(goods::get(id)).await.unwrap_err().status, 404);
    test.done().await;
}

#[tokio::test]
async fn what_its_giver_hides_is_in_no_public_answer_and_what_it_shows_is_in_the_sums() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { enterprise, village, need, .. } = &desk;
    let gift = desk.accepted(1, true).await;
    desk.accepted(2, true).await;
    let hidden = GoodsDisplay { name: PublicDisplay::Anonymous, show_value: false };
    assert_eq!(desk.charity.maker.call(goods::change_display(gift.row.id, hidden)).await.unwrap_err().status, 403);
    enterprise.call(goods::change_display(gift.row.id, hidden)).await.unwrap();
    let public = test.visitor().call(goods::of_need(need.id)).await.unwrap();
    assert_eq!((public.gifts, public.hidden, public.accepted_fen), (2, 1, Fen::yuan(5_200)));
    assert_eq!((public.items[1].giver.as_str(), public.items[1].value_fen), ("爱心企业", None));
    let of_campaign = test.visitor().call(goods::of_campaign(desk.campaign)).await.unwrap();
    assert_eq!((of_campaign.items, of_campaign.accepted_fen), (public.items.clone(), public.accepted_fen));
    let read = village.call(goods::get(gift.row.id)).await.unwrap();
    assert_eq!(
        (read.row.enterprise_name.as_str(), read.row.offered_fen, read.lines[0].accepted_fen, read.pictures.len()),
        ("爱心企业", None, None, 0)
    );
    let page = village.page(&format!("/goods-gifts/{}", gift.row.id)).await.text();
    assert!(!page.contains("金柚") && !page.contains("5,200"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn the_charity_arranges_what_is_bound_to_nothing_and_two_people_reverse_what_was_wrong() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, village, need, .. } = &desk;
    let federation = test.signed_in("federation-441424").await;
    let jobs = open(&test, (village, &federation), ContributionKind::Jobs, 70).await;
    let gift = desk.accepted(1, false).await;
    let id = gift.row.id;
    assert_eq!(gift.row.status, GoodsGiftStatus::Accepted);
    assert_eq!(waits(&charity.maker, TodoKind::SetGoodsAside).await, 1);
    let version = gift.version;
    let wrong = charity.maker.call(goods::set_aside(id, SetGoodsAside { version, need: jobs.id })).await.unwrap_err();
    assert_eq!(wrong.fields(), ["need"], "nobody sends desks where work is asked for");
    let aside = SetGoodsAside { version, need: need.id };
    assert_eq!(charity.checker.call(goods::set_aside(id, aside)).await.unwrap_err().status, 403);
    let set = charity.maker.call(goods::set_aside(id, aside)).await.unwrap();
    assert_eq!(charity.maker.call(goods::set_aside(id, aside)).await.unwrap_err().status, 409, "sent twice");
    assert_eq!(village.call(goods::get(id)).await.unwrap().row.status, GoodsGiftStatus::SetAside);

    let asked = charity.maker.call(goods::ask_reversal(id, &why(&set))).await.unwrap();
    assert_eq!(waits(&charity.checker, TodoKind::ReverseGoods).await, 1);
    let early = desk.brought(11, &asked, [1_000, 0]).await;
    assert_eq!(charity.maker.call(goods::hand_over(id, &early)).await.unwrap_err().status, 409);
    assert_eq!(charity.maker.call(goods::reverse(id, seen(&asked))).await.unwrap_err().status, 403);
    let kept = charity.checker.call(goods::drop_reversal(id, seen(&asked))).await.unwrap();
    let asked = charity.maker.call(goods::ask_reversal(id, &why(&kept))).await.unwrap();
    let reversed = charity.checker.call(goods::reverse(id, seen(&asked))).await.unwrap();
    assert_eq!(reversed.row.status, GoodsGiftStatus::Reversed);
    assert_eq!(charity.checker.call(goods::reverse(id, seen(&asked))).await.unwrap_err().status, 409);
    assert_eq!(test.visitor().call(goods::of_need(need.id)).await.unwrap().gifts, 0);
    let account = Account::Allocated { need: need.id, charity: charity.id };
    let query = EntryQuery { asset: Some(Asset::InKind), ..EntryQuery::default() };
    let statement = charity.maker.call(ledger::entries(&account, &query)).await.unwrap();
    assert_eq!((statement.closing_fen, statement.rows), (Some(Fen::ZERO), 2));
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    test.done().await;
}

#[tokio::test]
async fn the_village_objects_the_charity_refuses_and_nothing_counts_until_three_people_agree() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, village, .. } = &desk;
    let gift = desk.accepted(1, true).await;
    let id = gift.row.id;
    let more = desk.brought(11, &gift, [21_000, 0]).await;
    assert_eq!(charity.maker.call(goods::hand_over(id, &more)).await.unwrap_err().fields(), ["line_0"]);
    let first = desk.brought(11, &gift, [20_000, 0]).await;
    let brought = charity.maker.call(goods::hand_over(id, &first)).await.unwrap();
    let second = desk.brought(12, &brought, [0, 1_000]).await;
    assert_eq!(charity.maker.call(goods::hand_over(id, &second)).await.unwrap_err().status, 409, "one at a time");
    assert_eq!(charity.checker.call(goods::accept(first.id)).await.unwrap_err().status, 409, "nobody has received it");
    let strange = test.village("441424100002").await;
    assert_eq!(strange.call(goods::receive(first.id, &came([1_000, 0], "少了"))).await.unwrap_err().status, 404);
    let says = HandOverReason { reason: "桌子没有送到，只到了椅子".into() };
    let objected = village.call(goods::object(first.id, &says)).await.unwrap();
    assert_eq!(objected.hand_overs[0].status, GoodsHandOverStatus::Objected);
    assert_eq!(village.call(goods::object(first.id, &says)).await.unwrap_err().status, 409);

    let again = NewGoodsHandOver { version: objected.version, ..second };
    charity.maker.call(goods::hand_over(id, &again)).await.unwrap();
    assert_eq!(village.call(goods::receive(again.id, &came([0, 1_001], ""))).await.unwrap_err().fields(), ["line_1"]);
    village.call(goods::receive(again.id, &came([0, 1_000], ""))).await.unwrap();
    let refused = charity.checker.call(goods::refuse_hand_over(again.id, &says)).await.unwrap();
    assert_eq!(refused.row.handed_fen, Some(Fen::ZERO));

    let third = desk.brought(13, &refused, [0, 12_500]).await;
    charity.maker.call(goods::hand_over(id, &third)).await.unwrap();
    village.call(goods::receive(third.id, &came([0, 12_500], ""))).await.unwrap();
    let other = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let (one, two) = tokio::join!(charity.checker.call(goods::accept(third.id)), other.call(goods::accept(third.id)));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    let read = village.call(goods::get(id)).await.unwrap();
    assert_eq!((read.row.status, read.row.handed_fen), (GoodsGiftStatus::PartlyHandedOver, Some(Fen::yuan(1_500))));
    let late = charity.maker.call(goods::ask_reversal(id, &why(&read))).await.unwrap_err();
    assert_eq!(late.status, 409, "it has gone on");
    test.done().await;
}

#[tokio::test]
async fn the_forms_work_without_script_and_keep_what_was_typed() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, village, campaign, need, today } = &desk;
    let path = "/goods-gifts/new";
    let first = enterprise.page(&format!("{path}?need={}", need.code.as_deref().unwrap())).await;
    let id = first.hidden("id");
    let receiver = format!("{campaign}:{}", charity.id);
    let code = need.code.clone().unwrap();
    let fields: Vec<(&str, &str)> = vec![
        ("id", &id),
        ("receiver", &receiver),
        ("need_code", &code),
        ("line_name", "课桌"),
        ("line_quantity", "20"),
        ("line_unit", "张"),
        ("line_value", "185"),
        ("line_name", ""),
        ("line_quantity", ""),
        ("line_unit", ""),
        ("line_value", ""),
        ("basis", "invoice"),
        ("basis_note", "发票 20260612 号"),
        ("own_property", "1"),
        ("conforms", "1"),
        ("voluntary", "1"),
        ("public_display", "name"),
        ("show_value", "1"),
        ("terms_version", GOODS_TERMS_VERSION),
    ];
    let with = |extra: &[(&'static str, &str)]| -> Vec<(String, String)> {
        let own = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        own.chain(extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    };
    let send = async |client: &Client<'_>, path: &str, fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        client.form(path, &fields).await
    };
    let refused = send(enterprise, path, with(&[("action", "review")])).await;
    assert!(refused.status == 422 && refused.text().contains("请上传折款依据的照片"), "{}", refused.text());
    assert!(refused.text().contains("value=\"课桌\""), "what was typed stays");
    let photo = picture(enterprise).await.to_string();
    let review = send(enterprise, path, with(&[("kept_pictures", &photo), ("action", "review")])).await.text();
    assert!(review.contains("请核对捐赠的物资") && review.contains("3,700 元"), "{review}");
    let confirm = with(&[("kept_pictures", &photo), ("action", "confirm")]);
    let made = send(enterprise, path, confirm.clone()).await.location();
    assert_eq!(made, format!("/goods-gifts/{id}?done=offered"));
    assert_eq!(send(enterprise, path, confirm).await.location(), made, "a double click");

    let own = format!("/goods-gifts/{id}");
    let page = charity.maker.page(&own).await;
    let (version, day) = (page.hidden("version"), today.to_string());
    let inspect = |accepted: &'static str| {
        let version = version.clone();
        vec![
            ("row".to_owned(), "inspect".to_owned()),
            ("version".to_owned(), version),
            ("accepted".to_owned(), accepted.to_owned()),
            ("unit_value".to_owned(), "185".to_owned()),
            ("condition".to_owned(), String::new()),
            ("received_on".to_owned(), day.clone()),
            ("basis".to_owned(), "invoice".to_owned()),
            ("action".to_owned(), "inspect".to_owned()),
        ]
    };
    let wrong = send(&charity.maker, &own, inspect("21")).await;
    assert!(wrong.status == 422 && wrong.text().contains("不能多于捐赠的"), "{}", wrong.text());
    assert_eq!(send(&charity.maker, &own, inspect("20")).await.location(), format!("{own}?done=inspect"));
    let version = charity.checker.page(&own).await.hidden("version");
    let confirm = [("row", "confirm"), ("version", version.as_str()), ("action", "confirm")];
    assert_eq!(charity.checker.form(&own, &confirm).await.location(), format!("{own}?done=confirm"));

    let page = charity.maker.page(&own).await;
    let (hand_over, version) = (page.hidden("id"), page.hidden("version"));
    let slip = picture(&charity.maker).await.to_string();
    let brought = [
        ("row", "hand-over"),
        ("id", hand_over.as_str()),
        ("version", version.as_str()),
        ("quantity", "20"),
        ("happened_on", &day),
        ("place", "村委会"),
        ("kept_pictures", &slip),
        ("action", "hand-over"),
    ];
    assert_eq!(charity.maker.form(&own, &brought).await.location(), format!("{own}?done=hand-over"));
    let listed = village.page("/goods-gifts?hand_over=recorded").await.text();
    assert!(listed.contains("课桌"), "{listed}");
    let receipt = [("row", "receive"), ("hand_over", hand_over.as_str()), ("received", "20"), ("action", "receive")];
    assert_eq!(village.form(&own, &receipt).await.location(), format!("{own}?done=receive"));
    let accept = [("row", "accept"), ("hand_over", hand_over.as_str()), ("action", "accept")];
    assert_eq!(charity.checker.form(&own, &accept).await.location(), format!("{own}?done=accept"));
    let done = enterprise.page(&own).await.text();
    assert!(done.contains("全部移交") && done.contains("慈善组织复核通过第 1 次移交"), "{done}");
    test.done().await;
}
