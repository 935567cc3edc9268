//! Given goods that are left: written off, taken back for another need, and what they keep from ending.

use crate::deliveries::{new_report, picture};
use crate::goods_gifts::{Desk, came, desk, person, seen, waits};
use crate::need_kinds::need_of;
use crate::needs::opened;
use backend::check::{Comparison, check};
use backend::organisations;
use domain::api::goods::{
    self, GoodsDisplay, GoodsGift, GoodsGiftQuery, GoodsReason, GoodsRestReason, NewGoodsRelease, NewGoodsWriteOff,
    SetGoodsAside,
};
use domain::api::ledger::{self, AccountEntry, AccountQuery, EntryQuery};
use domain::api::needs::{self, Need, NeedStep, Seen};
use domain::api::{campaigns, deliveries, notices, sessions};
use domain::campaign::CampaignStage;
use domain::goods::{
    GoodsGiftStatus, GoodsLossCause, GoodsRestKind, GoodsRestStatus, GoodsRestStep, GoodsStep, GoodsWriteOffInput,
    Quantity,
};
use domain::ledger::{Account, AccountKind, Asset, TransferCode};
use domain::need::{ContributionKind, NeedAction, NeedStatus};
use domain::organisation::Role;
use domain::pledge::PublicDisplay;
use domain::todo::TodoKind;
use domain::{DisbursementId, Fen, FileId, GoodsRestId, NeedId};
use sqlx::AssertSqlSafe;
use tests::{Client, TestApp};
use uuid::Uuid;

/// So many desks and bags will never be handed over, in thousandths.
pub fn lost(
    desk: &Desk<'_>,
    n: u128,
    gift: &GoodsGift,
    quantities: [i64; 2],
    pictures: Vec<FileId>,
) -> NewGoodsWriteOff {
    NewGoodsWriteOff {
        id: GoodsRestId(Uuid::from_u128(n)),
        version: gift.version,
        input: GoodsWriteOffInput {
            quantities: quantities.map(Quantity::of_thousandths).to_vec(),
            cause: GoodsLossCause::Spoilt,
            found_on: desk.today,
            reason: "仓库漏雨，两袋半受潮霉变，已拍照销毁".into(),
        },
        pictures,
    }
}

fn back(n: u128, gift: &GoodsGift) -> NewGoodsRelease {
    let reason = "这个村的桌子已经够了，改给别的村".into();
    NewGoodsRelease { id: GoodsRestId(Uuid::from_u128(n)), version: gift.version, reason }
}

fn no() -> GoodsRestReason {
    GoodsRestReason { reason: "数量不对，请重新清点".into() }
}

/// Brought, received whole and accepted.
async fn handed(desk: &Desk<'_>, n: u128, gift: &GoodsGift, quantities: [i64; 2], village: &Client<'_>) -> GoodsGift {
    let new = desk.brought(n, gift, quantities).await;
    desk.charity.maker.call(goods::hand_over(gift.row.id, &new)).await.unwrap();
    village.call(goods::receive(new.id, &came(quantities, ""))).await.unwrap();
    desk.charity.checker.call(goods::accept(new.id)).await.unwrap()
}

async fn set_aside(desk: &Desk<'_>, gift: &GoodsGift, need: NeedId) -> GoodsGift {
    let to = SetGoodsAside { version: gift.version, need };
    desk.charity.maker.call(goods::set_aside(gift.row.id, to)).await.unwrap()
}

async fn released(desk: &Desk<'_>, n: u128, gift: &GoodsGift) -> GoodsGift {
    let new = back(n, gift);
    desk.charity.maker.call(goods::release(gift.row.id, &new)).await.unwrap();
    desk.charity.checker.call(goods::confirm_rest(new.id)).await.unwrap()
}

/// A need of goods in another village.
async fn elsewhere(test: &TestApp, n: u128) -> (Need, Client<'_>) {
    let federation = test.signed_in("federation-441424").await;
    let village = test.village("441424100002").await;
    let mut new = need_of(ContributionKind::Goods, n);
    new.content.village = "441424100002".parse().unwrap();
    let draft = village.call(needs::create(&new)).await.unwrap();
    let sent = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap();
    (opened(test, &federation, &sent).await, village)
}

async fn told(client: &Client<'_>, says: &str) -> bool {
    let notices = client.call(notices::list(&notices::NoticeQuery::default())).await.unwrap();
    notices.items.iter().any(|notice| notice.text.contains(says))
}

/// What the rows of an account in goods add up to, and their codes, the latest first.
async fn books(client: &Client<'_>, account: Account) -> (Fen, Vec<TransferCode>) {
    let query = EntryQuery { asset: Some(Asset::InKind), ..EntryQuery::default() };
    let read = client.call(ledger::entries(&account, &query)).await.unwrap();
    let change = |entry: &AccountEntry| entry.amount_fen.unwrap().get() * if entry.incoming { 1 } else { -1 };
    let sum = Fen::new(read.entries.iter().map(change).sum()).unwrap();
    (sum, read.entries.iter().map(|entry| entry.code).collect())
}

/// What was handed over for each need, by the list of the charity's accounts, the least first.
async fn spent(client: &Client<'_>) -> Vec<Fen> {
    let query = AccountQuery { kind: Some(AccountKind::Spent), charity: None, after: None };
    let list = client.call(ledger::accounts(&query)).await.unwrap();
    let mut all: Vec<_> = list.items.iter().map(|one| one.in_kind_fen).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn what_is_spoilt_is_written_off_by_two_people_and_everybody_is_told_the_truth() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, village, need, .. } = &desk;
    let gift = desk.accepted(1, true).await;
    let id = gift.row.id;
    let gift = handed(&desk, 11, &gift, [20_000, 10_000], village).await;
    let more = lost(&desk, 21, &gift, [0, 2_501], Vec::new());
    assert_eq!(charity.maker.call(goods::write_off(id, &more)).await.unwrap_err().fields(), ["line_1"]);
    let early = NewGoodsWriteOff {
        input: GoodsWriteOffInput { cause: GoodsLossCause::Expired, ..more.input.clone() },
        ..lost(&desk, 21, &gift, [0, 2_500], Vec::new())
    };
    let refused = charity.maker.call(goods::write_off(id, &early)).await.unwrap_err();
    assert_eq!(refused.fields(), ["line_1", "cause"], "it is good for two months yet");

    let new = lost(&desk, 21, &gift, [0, 2_500], vec![picture(&charity.maker).await]);
    for wrong in [enterprise, village, &charity.checker, &charity.payer] {
        assert_eq!(wrong.call(goods::write_off(id, &new)).await.unwrap_err().status, 403);
    }
    let asked = charity.maker.call(goods::write_off(id, &new)).await.unwrap();
    assert_eq!(charity.maker.call(goods::write_off(id, &new)).await.unwrap(), asked, "the same again");
    let other = NewGoodsWriteOff {
        input: GoodsWriteOffInput { found_on: desk.today.pred_opt().unwrap(), ..new.input.clone() },
        ..new.clone()
    };
    assert_eq!(charity.maker.call(goods::write_off(id, &other)).await.unwrap_err().status, 409);
    assert_eq!((asked.row.status, asked.row.rest), (GoodsGiftStatus::PartlyHandedOver, Some(GoodsRestKind::WriteOff)));
    assert_eq!(
        (asked.row.lost_fen, asked.rests[0].value_fen),
        (Some(Fen::ZERO), Some(Fen::yuan(300))),
        "nothing moves"
    );
    assert_eq!(waits(&charity.checker, TodoKind::ConfirmGoodsRest).await, 1);
    let photo = format!("/api/v1/files/{}", new.pictures[0]);
    assert_eq!(enterprise.call(goods::get(id)).await.unwrap().rests.len(), 0, "its giver reads what is confirmed");
    let reads = async |client: &Client<'_>| client.page(&photo).await.status.as_u16();
    assert_eq!((reads(enterprise).await, reads(&charity.checker).await), (404, 200));
    let rest = desk.brought(12, &asked, [0, 1_000]).await;
    let refused = charity.maker.call(goods::hand_over(id, &rest)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("收回或报损"), "{refused:?}");
    assert_eq!(charity.maker.call(goods::confirm_rest(new.id)).await.unwrap_err().status, 403);

    // One person with both posts.
    let me = person(&charity.maker).await;
    organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    let both = test.signed_in("示例慈善会-maker").await;
    let alone = both.call(goods::confirm_rest(new.id)).await.unwrap_err();
    assert!(alone.status == 409 && alone.error.message.contains("两个人"), "{alone:?}");
    let second = test.member("checker-2", charity.id, Role::CharityChecker).await;
    let (one, two) =
        tokio::join!(charity.checker.call(goods::confirm_rest(new.id)), second.call(goods::confirm_rest(new.id)));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");

    let over = enterprise.call(goods::get(id)).await.unwrap();
    assert_eq!((over.row.status, over.rests[0].status), (GoodsGiftStatus::HandedOverShort, GoodsRestStatus::Done));
    assert_eq!((over.row.handed_fen, over.row.lost_fen), (Some(Fen::yuan(4_900)), Some(Fen::yuan(300))));
    assert_eq!(over.may, [GoodsStep::ChangeDisplay], "it is over");
    assert_eq!((reads(enterprise).await, reads(village).await), (200, 200));
    assert!(told(enterprise, "已报损").await && told(village, "已报损").await);
    let public = test.visitor().call(goods::of_need(need.id)).await.unwrap();
    assert_eq!(
        (public.accepted_fen, public.handed_over_fen, public.lost_fen),
        (Fen::yuan(5_200), Fen::yuan(4_900), Fen::yuan(300))
    );
    let loss = &public.items[0].lost[0];
    assert_eq!((loss.cause, loss.what.as_str()), (GoodsLossCause::Spoilt, "大米（25 公斤装） 2.5 袋"));
    for page in [format!("/needs/{}", need.id), "/campaigns/630-2026".into()] {
        let shown = test.visitor().page(&page).await.text();
        assert!(shown.contains("部分移交，余下报损") && shown.contains("变质或损坏"), "{page}: {shown}");
    }
    // In the trail: what came in is handed over or lost, and nothing is anywhere else.
    let of = async |account| books(&charity.maker, account).await;
    assert_eq!(of(Account::Lost { charity: charity.id }).await, (Fen::yuan(300), vec![TransferCode::WriteOff]));
    assert_eq!(spent(&charity.maker).await, [Fen::yuan(4_900)]);
    assert_eq!(of(Account::Allocated { need: need.id, charity: charity.id }).await.0, Fen::ZERO);
    assert_eq!(of(Account::General { campaign: desk.campaign, charity: charity.id }).await.0, Fen::ZERO);
    let legs = charity.maker.page("/api/v1/accounting/legs?from=2026-01-01&until=2099-12-31").await.text();
    assert!(legs.contains("物资报损"), "{legs}");
    let shown = test.visitor().page(&format!("/ledger/lost:{}", charity.id)).await;
    assert_eq!(shown.status.as_u16(), 200, "what was lost is public");
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    test.done().await;
}

#[tokio::test]
async fn what_was_never_set_aside_can_be_lost_in_parts_and_what_is_not_confirmed_stays() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, campaign, .. } = &desk;
    let gift = desk.accepted(1, false).await;
    let id = gift.row.id;
    let first = lost(&desk, 21, &gift, [0, 12_500], Vec::new());
    let second = lost(&desk, 22, &gift, [1_000, 0], Vec::new());
    let again = test.member("maker-2", charity.id, Role::CharityMaker).await;
    let (one, two) =
        tokio::join!(charity.maker.call(goods::write_off(id, &first)), again.call(goods::write_off(id, &second)));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "one at a time: {one:?} {two:?}");
    let under_way = one.or(two).unwrap();
    let asked = under_way.rests[0].id;
    assert_eq!(charity.payer.call(goods::drop_rest(asked, &no())).await.unwrap_err().status, 403);
    let stranger = test.charity("另一家慈善会").await;
    assert_eq!(stranger.checker.call(goods::confirm_rest(asked)).await.unwrap_err().status, 404);
    let kept = charity.checker.call(goods::drop_rest(asked, &no())).await.unwrap();
    assert_eq!((kept.row.status, kept.row.lost_fen), (GoodsGiftStatus::Accepted, Some(Fen::ZERO)));
    assert_eq!((kept.rests[0].status, kept.rests[0].may.len()), (GoodsRestStatus::Dropped, 0));
    assert_eq!(charity.checker.call(goods::confirm_rest(asked)).await.unwrap_err().status, 409, "it is decided");

    // The rice, then three of the desks, then the rest.
    let rice = lost(&desk, 23, &kept, [0, 12_500], Vec::new());
    charity.maker.call(goods::write_off(id, &rice)).await.unwrap();
    let part = charity.checker.call(goods::confirm_rest(rice.id)).await.unwrap();
    assert_eq!((part.row.status, part.row.lost_fen), (GoodsGiftStatus::Accepted, Some(Fen::yuan(1_500))));
    let why = GoodsReason { version: part.version, reason: "验收时数错了，重新来".into() };
    let refused = charity.maker.call(goods::ask_reversal(id, &why)).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("已经报损"), "{refused:?}");
    let (need, village) = elsewhere(&test, 70).await;
    let aside = set_aside(&desk, &part, need.id).await;
    let some = lost(&desk, 24, &aside, [3_000, 0], Vec::new());
    charity.maker.call(goods::write_off(id, &some)).await.unwrap();
    let some = charity.checker.call(goods::confirm_rest(some.id)).await.unwrap();
    assert_eq!((some.row.status, some.row.lost_fen), (GoodsGiftStatus::SetAside, Some(Fen::yuan(1_500 + 555))));
    let of_need = test.visitor().call(goods::of_need(need.id)).await.unwrap();
    assert_eq!((of_need.accepted_fen, of_need.lost_fen), (Fen::yuan(3_700), Fen::yuan(555)), "the rice was not for it");
    assert_eq!(of_need.items[0].what, "课桌 20 张");
    let rest = lost(&desk, 25, &some, [17_000, 0], Vec::new());
    charity.maker.call(goods::write_off(id, &rest)).await.unwrap();
    let gone = charity.checker.call(goods::confirm_rest(rest.id)).await.unwrap();
    assert_eq!((gone.row.status, gone.row.lost_fen), (GoodsGiftStatus::WrittenOff, Some(Fen::yuan(5_200))));
    assert!(told(&village, "已报损").await);
    let of_campaign = test.visitor().call(goods::of_campaign(*campaign)).await.unwrap();
    assert_eq!((of_campaign.accepted_fen, of_campaign.lost_fen), (Fen::yuan(5_200), Fen::yuan(5_200)));
    assert_eq!(of_campaign.items[0].lost.len(), 3);
    assert_eq!(books(&charity.maker, Account::Lost { charity: charity.id }).await.0, Fen::yuan(5_200));
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    test.done().await;
}

#[tokio::test]
async fn what_one_need_does_not_use_is_taken_back_by_two_and_serves_another() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, village, need, .. } = &desk;
    let (other, far) = elsewhere(&test, 70).await;
    let gift = set_aside(&desk, &desk.accepted(1, false).await, need.id).await;
    let id = gift.row.id;
    let gift = handed(&desk, 11, &gift, [5_000, 0], village).await;
    let new = back(21, &gift);
    for wrong in [enterprise, village, &charity.checker] {
        assert_eq!(wrong.call(goods::release(id, &new)).await.unwrap_err().status, 403);
    }
    let asked = charity.maker.call(goods::release(id, &new)).await.unwrap();
    assert_eq!(charity.maker.call(goods::release(id, &new)).await.unwrap(), asked, "the same again");
    let otherwise = NewGoodsRelease { reason: "另一个完全不同的原因".into(), ..new.clone() };
    assert_eq!(charity.maker.call(goods::release(id, &otherwise)).await.unwrap_err().status, 409);
    assert_eq!(asked.rests[0].may, [GoodsRestStep::Drop], "who asked does not confirm");
    let listed = charity
        .checker
        .call(goods::list(&GoodsGiftQuery { show: Some("to_settle".into()), ..GoodsGiftQuery::default() }));
    assert_eq!(listed.await.unwrap().items.len(), 1);
    let free = charity.checker.call(goods::confirm_rest(new.id)).await.unwrap();
    assert_eq!((free.row.status, free.row.need.is_none()), (GoodsGiftStatus::PartlyFree, true));
    assert_eq!(waits(&charity.maker, TodoKind::SetGoodsAside).await, 1);
    assert!(told(enterprise, "已收回").await && told(village, "已收回").await);
    let public = async |need| test.visitor().call(goods::of_need(need)).await.unwrap();
    let first = public(need.id).await;
    assert_eq!((first.accepted_fen, first.handed_over_fen), (Fen::yuan(925), Fen::yuan(925)), "what came for it stays");
    assert_eq!((first.items[0].what.as_str(), first.items[0].status), ("课桌 5 张", GoodsGiftStatus::HandedOver));

    // For the other one, back once more, and for it again: the books name each time.
    let aside = set_aside(&desk, &free, other.id).await;
    assert_eq!(aside.row.status, GoodsGiftStatus::PartlyHandedOver);
    let aside = set_aside(&desk, &released(&desk, 22, &aside).await, other.id).await;
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    let whole = handed(&desk, 12, &aside, [15_000, 12_500], &far).await;
    assert_eq!((whole.row.status, whole.row.handed_fen), (GoodsGiftStatus::HandedOver, Some(Fen::yuan(5_200))));
    let second = public(other.id).await;
    assert_eq!((second.accepted_fen, second.handed_over_fen), (Fen::yuan(4_275), Fen::yuan(4_275)));
    assert_eq!(second.items[0].what, "课桌 15 张、大米（25 公斤装） 12.5 袋");
    let (own, others) = (village.call(goods::get(id)).await.unwrap(), far.call(goods::get(id)).await.unwrap());
    assert_eq!((own.hand_overs.len(), others.hand_overs.len()), (1, 1), "each village reads what came to itself");
    assert_eq!((own.hand_overs[0].need.id, others.hand_overs[0].need.id), (need.id, other.id));
    assert_eq!(spent(&charity.maker).await, [Fen::yuan(925), Fen::yuan(4_275)]);
    let set = books(&charity.maker, Account::Allocated { need: other.id, charity: charity.id }).await;
    let codes = [TransferCode::HandOver, TransferCode::Allocate, TransferCode::Release, TransferCode::Allocate];
    assert_eq!(set, (Fen::ZERO, codes.to_vec()));
    let shown = charity.maker.page(&format!("/goods-gifts/{id}")).await.text();
    assert!(shown.contains("收回，另行安排：已确认") && shown.contains(&other.content.title), "{shown}");
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    test.done().await;
}

#[tokio::test]
async fn what_its_giver_bound_is_taken_back_only_when_the_giver_lets_it_go() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, village, .. } = &desk;
    let gift = desk.accepted(1, true).await;
    let id = gift.row.id;
    assert!(!gift.may.contains(&GoodsStep::Release));
    let refused = charity.maker.call(goods::release(id, &back(21, &gift))).await.unwrap_err();
    assert!(refused.status == 409 && refused.error.message.contains("捐赠方指定"), "{refused:?}");
    let sql = format!(
        "update goods_gift set status = 'accepted', set_aside_for = null, set_aside_by = null, set_aside_at = null
         where id = '{id}'"
    );
    let kept = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap_err();
    assert!(kept.to_string().contains("goods_gift_bound"), "the database holds it too: {kept}");

    for wrong in [&charity.maker, village] {
        assert_eq!(wrong.call(goods::unbind(id, seen(&gift))).await.unwrap_err().status, 403);
    }
    let stranger = test.enterprise("红叶").await;
    assert_eq!(stranger.call(goods::unbind(id, seen(&gift))).await.unwrap_err().status, 404);
    let let_go = enterprise.call(goods::unbind(id, seen(&gift))).await.unwrap();
    assert_eq!(
        (let_go.bound, let_go.unbound_at.is_some(), let_go.row.status),
        (false, true, GoodsGiftStatus::SetAside)
    );
    assert_eq!(enterprise.call(goods::unbind(id, seen(&let_go))).await.unwrap_err().status, 409, "once");
    let free = released(&desk, 21, &let_go).await;
    assert_eq!((free.row.status, free.row.need.is_none()), (GoodsGiftStatus::Accepted, true));
    let (other, _) = elsewhere(&test, 70).await;
    let aside = set_aside(&desk, &free, other.id).await;
    assert_eq!(aside.row.need.unwrap().id, other.id);

    // The acceptance can still be reversed whole, all its moves with it.
    let why = GoodsReason { version: aside.version, reason: "验收时数错了，重新来".into() };
    let asked = charity.maker.call(goods::ask_reversal(id, &why)).await.unwrap();
    let reversed = charity.checker.call(goods::reverse(id, seen(&asked))).await.unwrap();
    assert_eq!(reversed.row.status, GoodsGiftStatus::Reversed);
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    test.done().await;
}

#[tokio::test]
async fn a_need_for_which_goods_wait_is_neither_withdrawn_nor_closed() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, .. } = &desk;
    let federation = test.signed_in("federation-441424").await;
    let (need, village) = elsewhere(&test, 70).await;
    let take = async |client: &Client<'_>, action| {
        let version = client.call(needs::get(&need.id.to_string())).await.unwrap().version;
        let step = NeedStep { version, reason: "项目有变，请按实际办理".into() };
        client.call(needs::step(action, need.id, &step)).await
    };
    let gift = set_aside(&desk, &desk.accepted(1, false).await, need.id).await;
    let says = |refused: tests::Refused| (refused.status, refused.error.message.contains("物资安排给这条需求"));
    assert_eq!(says(take(&village, NeedAction::Withdraw).await.unwrap_err()), (409, true));
    assert_eq!(take(&village, NeedAction::Start).await.unwrap().status, NeedStatus::InProgress, "goods came for it");
    let gift = handed(&desk, 11, &gift, [20_000, 0], &village).await;
    let report = new_report(31, &village, DisbursementId(Uuid::nil()), Vec::new()).await;
    village.call(deliveries::report(need.id, &report)).await.unwrap();
    take(&village, NeedAction::Finish).await.unwrap();
    assert_eq!(says(take(&federation, NeedAction::Close).await.unwrap_err()), (409, true));
    let rest = lost(&desk, 21, &gift, [0, 12_500], Vec::new());
    charity.maker.call(goods::write_off(gift.row.id, &rest)).await.unwrap();
    charity.checker.call(goods::confirm_rest(rest.id)).await.unwrap();
    assert_eq!(take(&federation, NeedAction::Close).await.unwrap().status, NeedStatus::Closed);
    test.done().await;
}

#[tokio::test]
async fn a_campaign_whose_goods_are_not_handed_over_is_not_archived() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, village, campaign, .. } = &desk;
    let offered = desk.offered(1, false).await;
    let gift = desk.accepted(2, true).await;
    for stage in [CampaignStage::Collecting, CampaignStage::Settled] {
        backend::campaigns::set_stage(&test.app, *campaign, stage).await.unwrap();
    }
    let archive = async || {
        let set = backend::campaigns::set_stage(&test.app, *campaign, CampaignStage::Archived).await;
        set.map_err(|error| error.to_string())
    };
    assert!(archive().await.unwrap_err().contains("没有办完的捐赠物资"));
    let gift = handed(&desk, 11, &gift, [20_000, 12_000], village).await;
    assert!(archive().await.unwrap_err().contains("没有办完的捐赠物资"), "half a bag is left");
    let rest = lost(&desk, 21, &gift, [0, 500], Vec::new());
    charity.maker.call(goods::write_off(gift.row.id, &rest)).await.unwrap();
    charity.checker.call(goods::confirm_rest(rest.id)).await.unwrap();
    assert!(archive().await.unwrap_err().contains("没有办完的捐赠物资"), "an offer waits for an answer");
    let why = GoodsReason { version: offered.version, reason: "活动已经结束，不再接收".into() };
    charity.maker.call(goods::refuse(offered.row.id, &why)).await.unwrap();
    archive().await.unwrap();
    assert!(test.visitor().call(campaigns::get(*campaign)).await.is_ok());
    test.done().await;
}

#[tokio::test]
async fn the_accounts_of_a_charity_name_needs_that_only_goods_came_for() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, village, need, .. } = &desk;
    let accounts = async |kind| {
        let query = AccountQuery { kind: Some(kind), charity: None, after: None };
        let list = charity.maker.call(ledger::accounts(&query)).await.unwrap();
        list.items
            .into_iter()
            .map(|one| (one.account.account.unwrap(), one.balance_fen, one.in_kind_fen))
            .collect::<Vec<_>>()
    };
    for kind in [AccountKind::Allocated, AccountKind::Spent, AccountKind::Lost] {
        assert_eq!(accounts(kind).await, [], "{kind}");
    }
    let gift = handed(&desk, 11, &desk.accepted(1, true).await, [20_000, 0], village).await;
    let part = lost(&desk, 21, &gift, [0, 500], Vec::new());
    charity.maker.call(goods::write_off(gift.row.id, &part)).await.unwrap();
    charity.checker.call(goods::confirm_rest(part.id)).await.unwrap();
    let (need, id) = (need.id, charity.id);
    for (kind, account, yuan) in [
        (AccountKind::Allocated, Account::Allocated { need, charity: id }, 1_440),
        (AccountKind::Spent, Account::Spent { need }, 3_700),
        (AccountKind::Lost, Account::Lost { charity: id }, 60),
    ] {
        assert_eq!(accounts(kind).await, [(account, Fen::ZERO, Fen::yuan(yuan))], "{kind}");
    }
    let shown = charity.maker.page("/work/accounts?kind=allocated").await.text();
    assert!(shown.contains("物资折款") && shown.contains("1,440"), "{shown}");
    test.done().await;
}

#[tokio::test]
async fn an_enterprises_page_names_its_goods_apart_from_money_as_it_chose() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { enterprise, .. } = &desk;
    let gift = desk.accepted(1, true).await;
    let (quiet, nameless) = (desk.accepted(2, false).await, desk.accepted(3, false).await);
    let display = |name, show_value| GoodsDisplay { name, show_value };
    enterprise.call(goods::change_display(quiet.row.id, display(PublicDisplay::Name, false))).await.unwrap();
    enterprise.call(goods::change_display(nameless.row.id, display(PublicDisplay::Anonymous, true))).await.unwrap();
    let of_need = test.visitor().call(goods::of_need(desk.need.id)).await.unwrap();
    let id = of_need.items[0].enterprise.unwrap();
    let public = test.visitor().call(goods::of_enterprise(id)).await.unwrap();
    assert_eq!((public.gifts, public.hidden, public.accepted_fen), (2, 1, Fen::yuan(5_200)));
    let values: Vec<_> = public.items.iter().map(|item| item.value_fen).collect();
    assert_eq!(values, [None, Some(Fen::yuan(5_200))], "the nameless one is not there");
    let of_campaign = test.visitor().call(goods::of_campaign(desk.campaign)).await.unwrap();
    assert_eq!(of_campaign.items[0].enterprise, None, "no row leads from a nameless gift to its giver");
    let page = test.visitor().page(&format!("/enterprises/{id}")).await.text();
    assert!(page.contains("捐赠物资（2）") && page.contains("5,200 元"), "{page}");
    enterprise.call(goods::change_display(gift.row.id, display(PublicDisplay::Partial, true))).await.unwrap();
    assert_eq!(test.visitor().call(goods::of_enterprise(id)).await.unwrap().accepted_fen, Fen::ZERO, "at once");
    for unknown in [desk.charity.id, Uuid::from_u128(7).into()] {
        assert_eq!(test.visitor().call(goods::of_enterprise(unknown)).await.unwrap_err().status, 404);
    }
    test.done().await;
}

#[tokio::test]
async fn the_forms_of_the_rest_work_without_script_and_keep_what_was_typed() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, enterprise, .. } = &desk;
    let gift = desk.accepted(1, true).await;
    let own = format!("/goods-gifts/{}", gift.row.id);
    let page = charity.maker.page(&own).await;
    let (id, version, day) = (page.hidden("id"), page.hidden("version"), desk.today.to_string());
    let write_off = |cause: &'static str| {
        let (id, version, day) = (id.clone(), version.clone(), day.clone());
        [
            ("row", "write-off".to_owned()),
            ("id", id),
            ("version", version),
            ("quantity", "2".to_owned()),
            ("quantity", String::new()),
            ("cause", cause.to_owned()),
            ("found_on", day),
            ("reason", "运输途中两张桌腿折断，修不好".to_owned()),
            ("action", "write-off".to_owned()),
        ]
    };
    let send = async |fields: &[(&'static str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        charity.maker.form(&own, &fields).await
    };
    let refused = send(&write_off("")).await;
    assert!(refused.status == 422 && refused.text().contains("请选择为什么不能再移交"), "{}", refused.text());
    assert!(refused.text().contains("两张桌腿折断"), "what was typed stays");
    let asked = send(&write_off("spoilt")).await.location();
    assert_eq!(asked, format!("{own}?done=write-off"));
    assert_eq!(send(&write_off("spoilt")).await.location(), asked, "a double click");
    let page = charity.checker.page(&own).await;
    assert!(page.text().contains("确认报损") && page.text().contains("370 元"), "{}", page.text());
    let rest = page.hidden("rest");
    let confirm = [("row", "confirm-rest"), ("rest", rest.as_str()), ("action", "confirm-rest")];
    assert_eq!(charity.checker.form(&own, &confirm).await.location(), format!("{own}?done=confirm-rest"));
    let late = charity.checker.form(&own, &confirm).await;
    assert!(late.status == 409 || late.status == 422, "{}", late.status);

    let version = enterprise.page(&own).await.hidden("version");
    let unbind = [("row", "unbind"), ("version", version.as_str()), ("action", "unbind")];
    assert_eq!(enterprise.form(&own, &unbind).await.location(), format!("{own}?done=unbind"));
    let page = charity.maker.page(&own).await;
    let (id, version) = (page.hidden("id"), page.hidden("version"));
    let release = [
        ("row", "release"),
        ("id", id.as_str()),
        ("version", version.as_str()),
        ("reason", "村里的桌子已经够了"),
        ("action", "release"),
    ];
    assert_eq!(charity.maker.form(&own, &release).await.location(), format!("{own}?done=release"));
    let rest = charity.checker.page(&own).await.hidden("rest");
    let drop = [("row", "drop-rest"), ("rest", rest.as_str()), ("reason", "村里又要了"), ("action", "drop-rest")];
    assert_eq!(charity.checker.form(&own, &drop).await.location(), format!("{own}?done=drop-rest"));
    let shown = enterprise.page(&own).await.text();
    assert!(shown.contains("报损：已确认") && !shown.contains("村里又要了"), "{shown}");
    test.done().await;
}

#[tokio::test]
async fn check_names_goods_that_were_tampered_with() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let gift = desk.accepted(1, true).await;
    let part = lost(&desk, 21, &gift, [0, 500], Vec::new());
    desk.charity.maker.call(goods::write_off(gift.row.id, &part)).await.unwrap();
    desk.charity.checker.call(goods::confirm_rest(part.id)).await.unwrap();
    assert_eq!(check(&test.app.pool).await.unwrap(), []);
    let tamper = async |change: &str| {
        let sql = format!("set session_replication_role = replica; {change}; set session_replication_role = default");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
        check(&test.app.pool).await.unwrap().iter().map(|finding| finding.comparison).collect::<Vec<_>>()
    };
    let (states, parts) = (Comparison::StatesAgainstTransfers, Comparison::GoodsAgainstParts);
    let found = tamper("update goods_gift set accepted_fen = accepted_fen + 1").await;
    assert_eq!(found, [Comparison::LotsInAndOut, states, parts]);
    let found = tamper(
        "update goods_gift set accepted_fen = accepted_fen - 1; update goods_set_aside set value_fen = value_fen + 1",
    )
    .await;
    assert_eq!(found, [states]);
    let found =
        tamper("update goods_set_aside set value_fen = value_fen - 1; update goods_rest set value_fen = value_fen + 1")
            .await;
    assert_eq!(found, [states, parts]);
    let found = tamper("update goods_rest set value_fen = value_fen - 1; update goods_gift_line set lost_fen = lost_fen - 1 where position = 1").await;
    assert_eq!(found, [parts]);
    test.done_with_wrong_books().await;
}

#[tokio::test]
async fn what_somebody_asked_for_himself_does_not_wait_for_him() {
    let test = TestApp::new().await;
    let desk = desk(&test).await;
    let Desk { charity, .. } = &desk;
    let gift = desk.accepted(1, true).await;
    let new = lost(&desk, 21, &gift, [0, 500], Vec::new());
    charity.maker.call(goods::write_off(gift.row.id, &new)).await.unwrap();
    let me = charity.maker.call(sessions::me()).await.unwrap().id;
    organisations::add_member(&test.app, me, charity.id, Role::CharityChecker).await.unwrap();
    assert_eq!(waits(&charity.maker, TodoKind::ConfirmGoodsRest).await, 0);
    assert_eq!(waits(&charity.checker, TodoKind::ConfirmGoodsRest).await, 1);
    test.done().await;
}
