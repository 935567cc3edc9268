//! The whole line once, as its people go it: from a village's draft to what a donor and everybody read of the gift.

use crate::deliveries::{item, new_report, picture};
use crate::disbursements::{allocation, enter_and_verify, new_payee, paid, payment};
use crate::mail::sent;
use crate::money::{new_line, new_pledge, seen};
use crate::needs::{VILLAGE, content};
use backend::jobs;
use domain::api::arrivals::{self, MatchLine, MatchPart};
use domain::api::campaigns;
use domain::api::deliveries::{self, ReturnItem};
use domain::api::disbursements;
use domain::api::money;
use domain::api::needs::{self, Need, NeedQuery, NeedStep, NewNeed, Seen};
use domain::api::payees;
use domain::api::pledges::{self, Pledge};
use domain::arrival::{BankLineStatus, Reason};
use domain::need::{NeedContent, NeedStatus};
use domain::organisation::Role;
use domain::pledge::PledgeStatus;
use domain::{CampaignId, Fen, NeedId};
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

/// Who is in it.
struct Cast<'a> {
    test: &'a TestApp,
    village: Client<'a>,
    federation: Client<'a>,
    enterprise: Client<'a>,
    charity: Charity<'a>,
    donor: Client<'a>,
    campaign: CampaignId,
}

async fn cast(test: &TestApp) -> Cast<'_> {
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("firm").await;
    let firm = test.organisation_of(&enterprise).await;
    let donor = test.member("giver", firm, Role::Donor).await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    Cast { test, village, federation, enterprise, charity, donor, campaign }
}

impl Cast<'_> {
    /// Steps 1 and 2: written, returned once with the reason, sent again, approved.
    async fn a_need_becomes_public(&self) -> Need {
        let photo = picture(&self.village).await;
        let draft =
            NewNeed { id: NeedId(Uuid::from_u128(1)), content: NeedContent { photos: vec![photo], ..content() } };
        let need = self.village.call(needs::create(&draft)).await.unwrap();
        assert_eq!(need.status, NeedStatus::Draft);
        let hidden = self.test.visitor().call(needs::get(&need.id.to_string())).await.unwrap_err();
        assert_eq!(hidden.status, 404, "a draft is the village's own");
        self.village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
        let waiting = self.federation.call(needs::review()).await.unwrap().items;
        assert_eq!(waiting.iter().map(|row| row.id).collect::<Vec<_>>(), [need.id]);
        let why = NeedStep { version: need.version, reason: "请写明受益的自然村".into() };
        self.federation.call(needs::return_(need.id, &why)).await.unwrap();
        self.village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
        let open = crate::needs::opened(self.test, &self.federation, &need).await;
        assert_eq!(open.code.as_deref(), Some("XQ-441424-2026-1"));
        open
    }

    /// Step 3: by words and by each filter, and not by others.
    async fn anyone_finds(&self, need: &Need) {
        self.test.index().await;
        let finds = async |query: NeedQuery| {
            let list = self.test.visitor().call(needs::list(&query)).await.unwrap();
            list.items.iter().any(|row| row.id == need.id)
        };
        let text = |text: &str| Some(text.to_owned());
        assert!(finds(NeedQuery { q: text("自来水"), ..NeedQuery::default() }).await);
        assert!(finds(NeedQuery { field: text("infrastructure"), ..NeedQuery::default() }).await);
        assert!(finds(NeedQuery { county: text("441424"), town: text("441424103"), ..NeedQuery::default() }).await);
        assert!(finds(NeedQuery { amount_min_fen: Some(10_000_000), ..NeedQuery::default() }).await);
        assert!(!finds(NeedQuery { amount_max_fen: Some(9_999_999), ..NeedQuery::default() }).await);
        assert!(!finds(NeedQuery { county: text("441402"), ..NeedQuery::default() }).await);
    }

    /// Steps 4 and 5: promised, suggested with its reason, and counted when a second person confirmed it.
    async fn money_arrives(&self, need: &Need) -> Pledge {
        let Charity { maker, checker, .. } = &self.charity;
        let new = new_pledge(1, self.campaign, &self.charity, Some(need));
        let pledge = self.enterprise.call(pledges::create(&new)).await.unwrap();
        let line = new_line(1, &self.charity, "某公司", 50_000, &format!("捐款{}", pledge.reference));
        let line = maker.call(arrivals::enter(&line)).await.unwrap();
        assert!(line.suggestions[0].suggestion.reasons.contains(&Reason::ReferenceExact));
        let whole = MatchPart { amount_fen: line.line.amount, pledge: Some(pledge.id), campaign: None };
        let line = maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![whole] })).await.unwrap();
        let own = maker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap_err();
        assert_eq!(own.status, 403, "nobody confirms what he entered");
        let line = checker.call(arrivals::confirm(line.id, &seen(&line))).await.unwrap();
        assert_eq!(line.status, BankLineStatus::Confirmed);
        let pledge = self.enterprise.call(pledges::get(pledge.id)).await.unwrap();
        assert_eq!((pledge.status, pledge.arrived_fen), (PledgeStatus::Fulfilled, Fen::yuan(50_000)));
        pledge
    }

    /// Steps 6 and 7: paid by three people, reported, sent back once, accepted.
    async fn it_is_spent(&self, need: &Need, pledge: &Pledge) {
        let Charity { maker, checker, payer, .. } = &self.charity;
        let payee = new_payee(1, &self.charity, picture(&self.village).await);
        self.village.call(payees::propose(&payee)).await.unwrap();
        let payee = enter_and_verify(&self.charity, &payee, "回拨镇财政所电话核实").await;
        maker.call(disbursements::allocate(&allocation(1, need, Some(pledge), 40_000))).await.unwrap();
        let prepared = maker.call(disbursements::prepare(&payment(1, need, &payee, 30_000))).await.unwrap();
        checker.call(disbursements::check(prepared.id)).await.unwrap();
        checker.call(disbursements::approve(prepared.id)).await.unwrap();
        payer.call(disbursements::pay(prepared.id, &paid())).await.unwrap();

        let new = new_report(1, &self.village, prepared.id, vec![item(12_000, false), item(3_000, true)]).await;
        self.village.call(deliveries::report(need.id, &new)).await.unwrap();
        let [pipes, labour] = [0, 1].map(|place| new.vouchers[place].id);
        checker.call(deliveries::accept(pipes, 1)).await.unwrap();
        let why = ReturnItem { version: 1, reason: "收据上没有签名，请补签".into() };
        checker.call(deliveries::return_(labour, &why)).await.unwrap();
        let again = deliveries::CorrectItem { item: item(3_000, true), pictures: vec![picture(&self.village).await] };
        self.village.call(deliveries::correct(labour, &again)).await.unwrap();
        checker.call(deliveries::accept(labour, 2)).await.unwrap();
    }

    /// Step 8: the gift with its trail, and the letters.
    async fn the_donor_reads(&self, pledge: &Pledge) {
        let own = self.donor.call(pledges::own()).await.unwrap().items;
        assert_eq!(own.iter().map(|gift| gift.id).collect::<Vec<_>>(), [pledge.id]);
        let now = self.donor.call(pledges::trail(pledge.id)).await.unwrap().now;
        assert_eq!(
            (now.unallocated_fen, now.allocated_fen, now.advanced_fen, now.spent_fen),
            (Fen::yuan(10_000), Fen::yuan(10_000), Fen::yuan(15_000), Fen::yuan(15_000))
        );
        jobs::run_due(&self.test.app).await.unwrap();
        let letters = sent(self.test);
        let of = |to: &str, subject: &str| {
            letters.iter().filter(|letter| letter.to.starts_with(to) && letter.subject.starts_with(subject)).count()
        };
        assert_eq!(of("firm", "认捐已登记"), 1);
        for reader in ["firm", "giver"] {
            assert_eq!((of(reader, "捐款已到账"), of(reader, "您支持的需求有了新进展")), (1, 1), "{reader}");
        }
        let arrived = letters.iter().find(|letter| letter.subject.starts_with("捐款已到账")).unwrap();
        assert!(arrived.attachments[0].bytes.starts_with(b"%PDF-"));
    }

    /// Step 9: the four numbers, and the rows that add up to each.
    async fn anyone_reads(&self, need: &Need) {
        let visitor = self.test.visitor();
        let read = visitor.call(money::of_need(need.id)).await.unwrap();
        let four = read.money;
        assert_eq!(
            (four.pledged, four.arrived, four.disbursed, four.spent),
            (Fen::yuan(50_000), Fen::yuan(50_000), Fen::yuan(30_000), Fen::yuan(15_000))
        );
        let sum = |amounts: &mut dyn Iterator<Item = Fen>| amounts.map(Fen::get).sum::<i64>();
        assert_eq!(sum(&mut read.pledges.iter().filter_map(|row| row.amount_fen)), four.pledged.get());
        assert_eq!(sum(&mut read.pledges.iter().filter_map(|row| row.arrived_fen)), four.arrived.get());
        let payments = visitor.call(disbursements::of_need(need.id)).await.unwrap().items;
        assert_eq!(sum(&mut payments.iter().map(|row| row.amount_fen)), four.disbursed.get());
        let reports = visitor.call(deliveries::of_need(need.id)).await.unwrap().items;
        let items = || reports.iter().flat_map(|report| &report.items);
        assert_eq!(sum(&mut items().map(|row| row.amount_fen)), four.spent.get());
        assert!(items().any(|row| row.seller == "个人") && items().all(|row| row.pictures.is_empty()));
        let total = visitor.call(campaigns::get(self.campaign)).await.unwrap().money;
        assert_eq!((total.pledged, total.arrived), (four.pledged, four.arrived));
        assert_eq!((total.disbursed, total.spent), (four.disbursed, four.spent));
        let page = visitor.page(&format!("/needs/{}", need.code.as_ref().unwrap())).await.text();
        for said in ["认捐 50,000 元，到账 50,000 元，拨付 30,000 元，支出 15,000 元", "五华县示例水暖商行"]
        {
            assert!(page.contains(said), "the page does not say {said}");
        }
        assert!(!page.contains("张三"), "the page names a person");
    }
}

#[tokio::test]
async fn one_gift_from_the_draft_to_the_invoice() {
    let test = TestApp::new().await;
    let cast = cast(&test).await;
    let need = cast.a_need_becomes_public().await;
    cast.anyone_finds(&need).await;
    let pledge = cast.money_arrives(&need).await;
    cast.it_is_spent(&need, &pledge).await;
    cast.the_donor_reads(&pledge).await;
    cast.anyone_reads(&need).await;
    test.done().await;
}
