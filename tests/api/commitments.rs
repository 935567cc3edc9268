use crate::deliveries::picture;
use crate::mail::sent;
use crate::members::id_of;
use crate::need_kinds::need_of;
use crate::needs::{VILLAGE, opened};
use axum::http::StatusCode;
use backend::check::{Comparison, check};
use backend::commitments::reminders;
use backend::{jobs, organisations};
use chrono::Duration;
use domain::api::campaigns;
use domain::api::commitments::{
    self, Commitment, CommitmentQuery, CommitmentTotal, LineProgress, NewCommitment, NewCommitmentPart, TakeBack,
};
use domain::api::deliveries::{self as reports, NewReport};
use domain::api::needs::{self, Need, NeedStep, Seen};
use domain::api::places;
use domain::api::sessions;
use domain::api::todo;
use domain::commitment::{COMMITMENT_TERMS_VERSION, CommitmentInput, CommitmentStatus, Paper, PartInput, PartStatus};
use domain::delivery::ReportInput;
use domain::need::asked::QUANTITY_MAX;
use domain::need::{ContributionKind, NeedAction, NeedStatus};
use domain::organisation::Role;
use domain::pledge::PublicDisplay;
use domain::todo::TodoKind;
use domain::{CommitmentId, CommitmentPartId, ReportId};
use sqlx::AssertSqlSafe;
use tests::{Client, TestApp};
use uuid::Uuid;

/// A village with an open need of one line, and an enterprise.
pub struct Given<'a> {
    pub village: Client<'a>,
    pub federation: Client<'a>,
    pub enterprise: Client<'a>,
    pub need: Need,
}

pub async fn given(test: &TestApp, kind: ContributionKind) -> Given<'_> {
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = open(test, (&village, &federation), kind, 1).await;
    Given { village, federation, enterprise: test.enterprise("firm").await, need }
}

pub async fn open(
    test: &TestApp,
    (village, federation): (&Client<'_>, &Client<'_>),
    kind: ContributionKind,
    n: u128,
) -> Need {
    let draft = village.call(needs::create(&need_of(kind, n))).await.unwrap();
    let sent = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap();
    opened(test, federation, &sent).await
}

/// A promise to the need's only line.
pub fn promise(n: u128, need: &Need, quantity: i64) -> NewCommitment {
    let input = CommitmentInput {
        line: 0,
        quantity,
        due_on: "2026-09-30".parse().unwrap(),
        note: "分两批送到村委会".into(),
        public_display: Some(PublicDisplay::Name),
        more_than_needed: false,
        notice_acknowledged: true,
        voluntary: true,
        terms_version: COMMITMENT_TERMS_VERSION.to_owned(),
    };
    NewCommitment { id: CommitmentId(Uuid::from_u128(n)), need: need.id, input }
}

/// A delivery of goods with its paper.
pub async fn part(n: u128, client: &Client<'_>, quantity: i64) -> NewCommitmentPart {
    let happened_on = "2026-06-30".parse().unwrap();
    let part = PartInput { quantity, happened_on, paper: Paper::DeliveryNote, note: String::new() };
    NewCommitmentPart { id: CommitmentPartId(Uuid::from_u128(n)), part, pictures: vec![picture(client).await] }
}

async fn line(test: &TestApp, need: &Need) -> (i64, i64, i64) {
    let read = test.visitor().call(commitments::of_need(need.id)).await.unwrap();
    let [LineProgress { asked, promised, delivered, .. }] = read.lines.as_slice() else { panic!("one line") };
    (*asked, *promised, *delivered)
}

async fn status(client: &Client<'_>, need: &Need) -> NeedStatus {
    client.call(needs::get(&need.id.to_string())).await.unwrap().status
}

async fn waits(client: &Client<'_>, kind: TodoKind) -> u32 {
    let items = client.call(todo::get()).await.unwrap().items;
    items.into_iter().find(|item| item.kind == kind).map_or(0, |item| item.count.number)
}

fn stands(read: &Commitment) -> (CommitmentStatus, i64) {
    (read.row.status, read.row.delivered)
}

#[tokio::test]
async fn a_commitment_is_delivered_in_parts_that_the_village_confirms() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    assert_eq!((stands(&made), made.row.unit.as_str()), ((CommitmentStatus::Promised, 0), "盏"));
    assert!(made.may.report && made.may.withdraw && !made.may.receive && !made.may.waive);
    assert_eq!(line(&test, &need).await, (20, 8, 0));

    let first = part(11, &enterprise, 5).await;
    let reported = enterprise.call(commitments::report(made.row.id, &first)).await.unwrap();
    assert_eq!(
        (stands(&reported), reported.row.waiting),
        ((CommitmentStatus::Promised, 0), 1),
        "a word is no delivery"
    );
    assert_eq!((waits(&village, TodoKind::ConfirmDeliveries).await, line(&test, &need).await), (1, (20, 8, 0)));
    assert_eq!(enterprise.call(commitments::confirm(first.id)).await.unwrap_err().status, 403);
    let seen = village.call(commitments::get(made.row.id)).await.unwrap();
    assert!(seen.may.decide && seen.may.receive && seen.may.waive && !seen.may.withdraw);
    let confirmed = village.call(commitments::confirm(first.id)).await.unwrap();
    assert_eq!(stands(&confirmed), (CommitmentStatus::PartlyDelivered, 5));
    assert_eq!(village.call(commitments::confirm(first.id)).await.unwrap_err().status, 409, "once is enough");
    assert_eq!(waits(&village, TodoKind::ConfirmDeliveries).await, 0);

    let received = part(12, &village, 4).await;
    let more = village.call(commitments::receive(made.row.id, &received)).await.unwrap();
    assert_eq!(stands(&more), (CommitmentStatus::Delivered, 9), "more than was promised is welcome");
    assert_eq!(line(&test, &need).await, (20, 8, 9));
    let page = enterprise.page(&format!("/commitments/{}", made.row.id)).await.text();
    assert!(page.contains("已兑现 9 盏，比承诺的多 1 盏") && page.contains("村里登记收到"), "{page}");

    let by = TakeBack { id: CommitmentPartId(Uuid::from_u128(13)), reason: "数错了，其实是另一家的".into() };
    let back = village.call(commitments::take_back(received.id, &by)).await.unwrap();
    assert_eq!(stands(&back), (CommitmentStatus::PartlyDelivered, 5));
    assert!(back.parts[1].taken_back && back.parts[2].corrects == Some(received.id));
    assert_eq!(village.call(commitments::take_back(received.id, &by)).await.unwrap(), back, "sent twice, taken once");
    let again = TakeBack { id: CommitmentPartId(Uuid::from_u128(14)), ..by.clone() };
    for part in [received.id, by.id] {
        assert_eq!(village.call(commitments::take_back(part, &again)).await.unwrap_err().status, 409);
    }
    assert_eq!(line(&test, &need).await, (20, 8, 5));

    let wrong = part(15, &enterprise, 3).await;
    enterprise.call(commitments::report(made.row.id, &wrong)).await.unwrap();
    let silent = village.call(commitments::dispute(wrong.id, " ")).await.unwrap_err();
    assert_eq!((silent.status, silent.fields()), (422, vec!["reason"]));
    let disputed = village.call(commitments::dispute(wrong.id, "只到了两盏，一盏碎了")).await.unwrap();
    assert_eq!(
        (stands(&disputed), disputed.parts[3].status),
        ((CommitmentStatus::PartlyDelivered, 5), PartStatus::Disputed)
    );
    assert_eq!(village.call(commitments::confirm(wrong.id)).await.unwrap_err().status, 409, "it is reported anew");
    jobs::run_due(&test.app).await.unwrap();
    let letters: Vec<String> = sent(&test).into_iter().map(|letter| letter.subject).collect();
    for told in
        ["企业的承诺已登记", "请确认收到", "村里已确认收到", "村里登记收到", "一笔兑现已冲回", "村里对兑现有异议"]
    {
        assert!(letters.iter().any(|subject| subject.starts_with(told)), "{told}: {letters:?}");
    }
    test.done().await;
}

#[tokio::test]
async fn what_is_promised_moves_the_need_and_what_is_missing_keeps_it_open() {
    let test = TestApp::new().await;
    let Given { village, federation, enterprise, need } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    test.follow().await;
    assert_eq!(status(&village, &need).await, NeedStatus::PartlyFunded);
    let other = test.enterprise("别家").await;
    let more = other.call(commitments::create(&promise(2, &need, 13))).await.unwrap_err();
    assert_eq!((more.status, more.fields()), (422, vec!["more_than_needed"]));
    let rest = other.call(commitments::create(&promise(2, &need, 12))).await.unwrap();
    test.follow().await;
    assert_eq!(status(&village, &need).await, NeedStatus::Funded);
    let met = enterprise.call(commitments::create(&promise(3, &need, 1))).await.unwrap_err();
    assert_eq!((met.status, met.fields()), (422, vec!["need"]));
    other.call(commitments::withdraw(rest.row.id, "仓库受灾，今年给不了")).await.unwrap();
    test.follow().await;
    assert_eq!(status(&village, &need).await, NeedStatus::PartlyFunded);

    let step = |action| {
        let why = NeedStep { version: need.version, reason: "现场看过，情况有变化".into() };
        needs::step(action, need.id, &why)
    };
    assert_eq!(village.call(step(NeedAction::Withdraw)).await.unwrap_err().status, 409, "somebody has promised");
    village.call(step(NeedAction::Start)).await.unwrap();
    let report = ReportInput { text: "路灯装了五盏。".into(), quantity_so_far: Some(5), items: Vec::new() };
    let report = NewReport { id: ReportId(Uuid::from_u128(1)), report, photos: Vec::new(), vouchers: Vec::new() };
    village.call(reports::report(need.id, &report)).await.unwrap();
    let delivered = part(11, &village, 5).await;
    village.call(commitments::receive(made.row.id, &delivered)).await.unwrap();
    village.call(step(NeedAction::Finish)).await.unwrap();
    let open = federation.call(step(NeedAction::Close)).await.unwrap_err();
    assert_eq!(open.status, 409);
    assert!(open.error.message.contains("承诺没有兑现完"), "{}", open.error.message);
    assert_eq!(village.call(commitments::waive(made.row.id, " 算了 ")).await.unwrap_err().fields(), ["reason"]);
    let waived = federation.call(commitments::waive(made.row.id, "余下三盏由村里自己买")).await.unwrap();
    assert_eq!((stands(&waived), waived.row.late), ((CommitmentStatus::Waived, 5), false));
    assert_eq!(line(&test, &need).await, (20, 5, 5), "of a waived one counts what came");
    let waiting = enterprise.call(commitments::report(made.row.id, &part(12, &enterprise, 1).await)).await.unwrap();
    assert_eq!(federation.call(step(NeedAction::Close)).await.unwrap_err().status, 409, "a part waits");
    village.call(commitments::confirm(waiting.parts[1].id)).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    federation.call(step(NeedAction::Close)).await.unwrap();
    let closed = enterprise.call(commitments::report(made.row.id, &part(13, &enterprise, 1).await)).await.unwrap_err();
    assert_eq!(closed.status, 409);
    jobs::run_due(&test.app).await.unwrap();
    let told = sent(&test).iter().filter(|letter| letter.subject.contains("需求已办结")).count();
    assert_eq!(told, 2, "the village, and the enterprise that delivered");
    test.done().await;
}

#[tokio::test]
async fn a_commitment_is_withdrawn_before_anything_came_only() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    let new = part(11, &enterprise, 2).await;
    enterprise.call(commitments::report(made.row.id, &new)).await.unwrap();
    let withdraw = || commitments::withdraw(made.row.id, "仓库受灾，今年给不了");
    let waits = enterprise.call(withdraw()).await.unwrap_err();
    assert!(waits.status == 409 && waits.error.message.contains("等村里确认"), "{}", waits.error.message);
    assert_eq!(village.call(commitments::waive(made.row.id, "余下的不要了")).await.unwrap_err().status, 409);
    village.call(commitments::confirm(new.id)).await.unwrap();
    let begun = enterprise.call(withdraw()).await.unwrap_err();
    assert!(begun.status == 409 && begun.error.message.contains("豁免"), "{}", begun.error.message);
    let by = TakeBack { id: CommitmentPartId(Uuid::from_u128(12)), reason: "其实没有送到".into() };
    village.call(commitments::take_back(new.id, &by)).await.unwrap();
    let gone = enterprise.call(withdraw()).await.unwrap();
    assert_eq!((stands(&gone), gone.may.report), ((CommitmentStatus::Withdrawn, 0), false));
    assert_eq!(enterprise.call(withdraw()).await.unwrap_err().status, 409);
    let late = enterprise.call(commitments::report(made.row.id, &part(13, &enterprise, 1).await)).await.unwrap_err();
    assert_eq!(late.status, 409);
    assert_eq!(line(&test, &need).await, (20, 0, 0));
    let page = test.visitor().page(&format!("/needs/{}", need.code.clone().unwrap())).await.text();
    assert!(page.contains("还没有企业承诺。"), "what was taken back is not shown");
    test.done().await;
}

#[tokio::test]
async fn sent_twice_it_is_recorded_once_and_other_content_is_a_conflict() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let new = promise(1, &need, 20);
    let made = enterprise.call(commitments::create(&new)).await.unwrap();
    assert_eq!(enterprise.call(commitments::create(&new)).await.unwrap(), made, "though the line is met by now");
    let other = test.enterprise("别家").await;
    assert!(other.call(commitments::create(&new)).await.is_err(), "another's id is no answer");
    let changed = enterprise.call(commitments::change_display(made.row.id, PublicDisplay::Anonymous)).await.unwrap();
    assert_eq!(changed.public_display, PublicDisplay::Anonymous);
    let page = test.visitor().page(&format!("/needs/{}", need.code.clone().unwrap())).await.text();
    assert!(page.contains("爱心企业") && !page.contains("firm的单位"), "{page}");

    let delivery = part(11, &enterprise, 5).await;
    enterprise.call(commitments::report(made.row.id, &delivery)).await.unwrap();
    let again = NewCommitmentPart { pictures: vec![picture(&enterprise).await], ..delivery.clone() };
    let twice = enterprise.call(commitments::report(made.row.id, &again)).await.unwrap();
    assert_eq!(twice.parts.len(), 1, "the same pictures, uploaded twice");
    let mut differs = delivery.clone();
    differs.part.quantity = 6;
    assert_eq!(enterprise.call(commitments::report(made.row.id, &differs)).await.unwrap_err().status, 409);
    assert_eq!(village.call(commitments::receive(made.row.id, &delivery)).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn two_who_confirm_at_once_count_it_once() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    let organisation = test.organisation_of(&village).await;
    let head = test.member("head", organisation, Role::VillageHead).await;
    for n in 11..14 {
        let new = part(n, &enterprise, 2).await;
        enterprise.call(commitments::report(made.row.id, &new)).await.unwrap();
        let (one, two, taken) = tokio::join!(
            village.call(commitments::confirm(new.id)),
            head.call(commitments::confirm(new.id)),
            head.call(commitments::dispute(new.id, "没有收到，请核对"))
        );
        let done = [one.is_ok(), two.is_ok(), taken.is_ok()].into_iter().filter(|ok| *ok).count();
        assert_eq!(done, 1, "one decision");
    }
    let read = enterprise.call(commitments::get(made.row.id)).await.unwrap();
    let confirmed = read.parts.iter().filter(|part| part.status == PartStatus::Confirmed).count();
    assert_eq!(read.row.delivered, 2 * i64::try_from(confirmed).unwrap());
    test.done().await;
}

#[tokio::test]
async fn nobody_confirms_what_he_reported_himself() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    let new = part(11, &enterprise, 2).await;
    enterprise.call(commitments::report(made.row.id, &new)).await.unwrap();
    let (person, organisation) = (id_of(&enterprise).await, test.organisation_of(&village).await);
    organisations::add_member(&test.app, person, organisation, Role::VillageReporter).await.unwrap();
    enterprise.call(sessions::act_for(organisation)).await.unwrap();
    let own = enterprise.call(commitments::confirm(new.id)).await.unwrap_err();
    assert!(own.status == 409 && own.error.message.contains("不能自己确认"), "{}", own.error.message);
    village.call(commitments::confirm(new.id)).await.unwrap();
    test.done().await;
}

/// Makes one field wrong.
type Spoil<T> = fn(&mut T);

#[tokio::test]
async fn what_cannot_be_is_refused_at_its_field() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let cases: [(Spoil<CommitmentInput>, &str); 8] = [
        (|input| input.quantity = 0, "quantity"),
        (|input| input.quantity = -8, "quantity"),
        (|input| input.quantity = QUANTITY_MAX + 1, "quantity"),
        (|input| input.line = 1, "line"),
        (|input| input.line = -1, "line"),
        (|input| input.due_on = "2026-06-29".parse().unwrap(), "due_on"),
        (|input| input.public_display = None, "public_display"),
        (|input| input.note = "请找张三，身份证 11010519491231002X".into(), "note"),
    ];
    for (spoil, field) in cases {
        let mut new = promise(1, &need, 8);
        spoil(&mut new.input);
        let refused = enterprise.call(commitments::create(&new)).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec![field]));
    }
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    let cases: [(Spoil<NewCommitmentPart>, &str); 7] = [
        (|new| new.part.quantity = 0, "quantity"),
        (|new| new.part.quantity = i64::MAX, "quantity"),
        (|new| new.part.paper = Paper::Invoice, "paper"),
        (|new| new.part.happened_on = "2026-07-01".parse().unwrap(), "happened_on"),
        (|new| new.pictures.clear(), "pictures"),
        (|new| new.pictures = vec![domain::FileId(Uuid::from_u128(7))], "pictures"),
        (|new| new.part.note = "长".repeat(201), "note"),
    ];
    for (spoil, field) in cases {
        for by_village in [false, true] {
            let client = if by_village { &village } else { &enterprise };
            let mut new = part(11, client, 2).await;
            spoil(&mut new);
            let call = if by_village { commitments::receive } else { commitments::report };
            let refused = client.call(call(made.row.id, &new)).await.unwrap_err();
            assert_eq!((refused.status, refused.fields()), (422, vec![field]));
        }
    }
    for (sql, constraint) in [
        ("insert into commitment select gen_random_uuid(), need, line, name, '个', enterprise, quantity, due_on, note,
          status, delivered, public_display, terms_version, promised_by, promised_at, changed_at from commitment",
         "commitment_of_line"),
        ("update commitment set delivered = 3", "commitment_stands"),
        ("update commitment set quantity = 9", "never changed"),
        ("delete from commitment", "never changed"),
    ] {
        let broken = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap_err();
        assert!(format!("{broken:?}").contains(constraint), "{broken:?}");
    }
    test.done().await;
}

#[tokio::test]
async fn what_was_decided_on_is_never_changed() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    let received = part(11, &village, 2).await;
    village.call(commitments::receive(made.row.id, &received)).await.unwrap();
    for sql in [
        "update commitment_part set reason = 'x'",
        "update commitment_part set quantity = 3",
        "delete from commitment_part",
        "insert into commitment_part (id, commitment, quantity, happened_on, paper, note, status, received, reported_by,
             reported_at, decided_by, decided_at, reason, corrects)
         select gen_random_uuid(), commitment, quantity - 1, happened_on, paper, note, status, received, reported_by,
             reported_at, decided_by, decided_at, 'less than all of it', id
         from commitment_part",
    ] {
        assert!(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.is_err(), "{sql}");
    }
    let tamper = "set session_replication_role = replica; update commitment set delivered = 3;
                  set session_replication_role = default";
    sqlx::raw_sql(AssertSqlSafe(tamper)).execute(&test.app.pool).await.unwrap();
    let found = check(&test.app.pool).await.unwrap();
    let found: Vec<_> = found.iter().map(|one| (one.comparison, one.recorded, one.recomputed)).collect();
    assert_eq!(found, [(Comparison::CommitmentsAgainstParts, 3, 2)]);
    test.done_with_wrong_books().await;
}

async fn sees(client: &Client<'_>, file: &domain::FileId) -> bool {
    client.page(&format!("/api/v1/files/{file}")).await.status == StatusCode::OK
}

#[tokio::test]
async fn it_is_between_the_enterprise_and_the_village_and_others_read_what_everybody_reads() {
    let test = TestApp::new().await;
    let Given { village, federation, enterprise, need } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    let new = part(11, &enterprise, 2).await;
    enterprise.call(commitments::report(made.row.id, &new)).await.unwrap();
    let (id, paper) = (made.row.id, new.pictures[0]);
    let auditor = test.auditor().await;
    for reader in [&enterprise, &village, &federation, &auditor] {
        assert!(reader.call(commitments::get(id)).await.is_ok());
        let list = reader.call(commitments::list(&CommitmentQuery::default())).await.unwrap();
        assert_eq!((list.items.len(), sees(reader, &paper).await), (1, true));
    }
    let (other, stranger) = (test.enterprise("别家").await, test.village("441424103204").await);
    let elsewhere = test.federation("441402").await;
    for reader in [&other, &stranger, &elsewhere] {
        assert_eq!(reader.call(commitments::get(id)).await.unwrap_err().status, 404);
        let list = reader.call(commitments::list(&CommitmentQuery::default())).await.unwrap();
        assert_eq!((list.items.len(), list.totals.len(), sees(reader, &paper).await), (0, 0, false));
        assert!(reader.page("/commitments").await.text().contains("还没有"), "an empty list says so");
    }
    assert!(!sees(&test.visitor(), &paper).await);
    assert_eq!(other.call(commitments::report(id, &part(12, &other, 1).await)).await.unwrap_err().status, 404);
    assert_eq!(other.call(commitments::withdraw(id, "不想给了，算了")).await.unwrap_err().status, 404);
    assert_eq!(stranger.call(commitments::confirm(new.id)).await.unwrap_err().status, 404);
    assert_eq!(stranger.call(commitments::receive(id, &part(13, &stranger, 1).await)).await.unwrap_err().status, 404);
    for keeper in [&stranger, &elsewhere] {
        assert_eq!(keeper.call(commitments::waive(id, "不用再给了")).await.unwrap_err().status, 404);
    }
    let public = test.visitor().call(commitments::of_need(need.id)).await.unwrap();
    assert_eq!((public.items.len(), public.items[0].enterprise.as_str()), (1, "firm的单位"));
    let page = test.visitor().page(&format!("/needs/{}", need.code.clone().unwrap())).await.text();
    assert!(page.contains("8 盏") && !page.contains("2026年9月30日"), "the agreed day is between the two");

    let firm = test.organisation_of(&enterprise).await;
    sqlx::query("update organisation set status = 'suspended' where id = $1")
        .bind(firm.0)
        .execute(&test.app.pool)
        .await
        .unwrap();
    assert_eq!(enterprise.call(commitments::create(&promise(2, &need, 1))).await.unwrap_err().status, 403);
    test.done().await;
}

#[tokio::test]
async fn units_stand_apart_and_what_a_public_body_pays_for_is_in_no_total() {
    let test = TestApp::new().await;
    let Given { village, federation, enterprise, need } = given(&test, ContributionKind::Goods).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let jobs = open(&test, (&village, &federation), ContributionKind::Jobs, 2).await;
    let mut paid = need_of(ContributionKind::Service, 3);
    paid.content.procured = true;
    let draft = village.call(needs::create(&paid)).await.unwrap();
    let sent = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap();
    let paid = opened(&test, &federation, &sent).await;
    for (n, need, quantity) in [(1, &need, 8), (2, &jobs, 5), (3, &paid, 2)] {
        enterprise.call(commitments::create(&promise(n, need, quantity))).await.unwrap();
    }
    let goods = part(11, &village, 3).await;
    village.call(commitments::receive(CommitmentId(Uuid::from_u128(1)), &goods)).await.unwrap();
    let mut service = part(12, &village, 2).await;
    service.part.paper = Paper::Photo;
    village.call(commitments::receive(CommitmentId(Uuid::from_u128(3)), &service)).await.unwrap();
    let total = |kind, unit: &str, promised, delivered| CommitmentTotal {
        kind,
        unit: unit.into(),
        commitments: 1,
        promised,
        delivered,
    };
    let expected = [total(ContributionKind::Goods, "盏", 8, 3), total(ContributionKind::Jobs, "人", 5, 0)];
    for place in ["441424", "441424103", VILLAGE] {
        let read = test.visitor().call(places::get(&place.parse().unwrap())).await.unwrap();
        assert_eq!(read.commitments, expected, "{place}");
        assert_eq!(read.money, domain::four::FourNumbers::default(), "{place}: never in the four numbers");
    }
    let year = test.visitor().call(campaigns::get(campaign)).await.unwrap();
    assert_eq!((year.commitments.as_slice(), year.pledges), (expected.as_slice(), 0));
    for reader in [&enterprise, &village, &federation] {
        let list = reader.call(commitments::list(&CommitmentQuery::default())).await.unwrap();
        assert_eq!((list.totals.as_slice(), list.items.len()), (expected.as_slice(), 3));
    }
    let county = test.visitor().page("/counties/441424").await.text();
    assert!(county.contains("除资金外的承诺") && county.contains("物资（盏）"), "{county}");
    let page = test.visitor().page(&format!("/needs/{}", paid.code.clone().unwrap())).await.text();
    assert!(page.contains("这项服务由政府付费购买，不是捐赠，不计入任何合计。"), "{page}");
    let list = enterprise.page("/commitments").await.text();
    assert!(list.contains("政府购买服务，不计入合计"), "{list}");
    assert!(enterprise.page("/my-gifts").await.text().contains("物资（盏）"));
    test.done().await;
}

#[tokio::test]
async fn reminders_go_out_once_each_and_only_while_something_is_missing() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    enterprise.call(commitments::report(made.row.id, &part(11, &enterprise, 2).await)).await.unwrap();
    let subjects = async || {
        jobs::run_due(&test.app).await.unwrap();
        sent(&test).into_iter().map(|letter| letter.subject).collect::<Vec<_>>()
    };
    subjects().await;
    assert_eq!(waits(&enterprise, TodoKind::DeliverCommitments).await, 0, "three months are not soon");
    assert_eq!(reminders::send(&test.app).await.unwrap(), 0);
    for (days, said) in [
        (8, "有兑现等村里确认"),
        // The 23rd of September.
        (77, "约定日期快到了"),
        // The day after.
        (8, "已过约定日期"),
        (14, "已过约定日期"),
    ] {
        test.clock.advance(Duration::days(days));
        assert_eq!(reminders::send(&test.app).await.unwrap(), 1, "{said}");
        assert_eq!(reminders::send(&test.app).await.unwrap(), 0, "{said}: once");
        let letters = subjects().await;
        // The need's own letter was written for when its days of objection were over.
        let reminders: Vec<_> = letters.iter().filter(|subject| !subject.starts_with("公示结束")).collect();
        assert!(reminders.len() == 1 && reminders[0].starts_with(said), "{said}: {letters:?}");
    }
    let enterprise = test.signed_in("firm").await;
    assert_eq!(waits(&enterprise, TodoKind::DeliverCommitments).await, 1);
    let late = enterprise.call(commitments::list(&CommitmentQuery { show: Some("late".into()), after: None }));
    assert!(late.await.unwrap().items[0].late);
    assert!(enterprise.page("/commitments").await.text().contains("已过约定日期"));
    let page = test.visitor().page(&format!("/needs/{}", need.code.clone().unwrap())).await.text();
    assert!(!page.contains("已过约定日期"), "whether somebody is late is nobody else's matter");
    drop(village);
    test.clock.advance(Duration::days(300));
    assert_eq!(reminders::send(&test.app).await.unwrap(), 0, "that is all");
    test.done().await;
}
