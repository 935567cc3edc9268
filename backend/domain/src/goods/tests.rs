//! What is refused, and what follows what.

use super::*;
use crate::campaign::CampaignStage;
use uuid::Uuid;

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
const FACTS: GoodsFacts = GoodsFacts { campaign: CampaignStage::Live, need_open: true, papers: 1, today: TODAY };

fn rice() -> GoodsLine {
    GoodsLine {
        name: "大米（25 公斤装）".into(),
        quantity: Quantity::of_thousandths(12_500),
        unit: "袋".into(),
        unit_value: Fen::yuan(120),
    }
}

fn good() -> GoodsInput {
    GoodsInput {
        lines: vec![
            rice(),
            GoodsLine {
                name: "课桌".into(),
                unit: "张".into(),
                quantity: Quantity::whole(20),
                unit_value: Fen::yuan(185),
            },
        ],
        need: Some(NeedId(Uuid::from_u128(1))),
        basis: ValuationBasis::Invoice,
        basis_note: "增值税发票 No 20260612".into(),
        expires_on: Some(TODAY + chrono::Days::new(90)),
        own_property: true,
        conforms: true,
        voluntary: true,
        public_display: Some(PublicDisplay::Name),
        show_value: true,
        terms_version: GOODS_TERMS_VERSION.into(),
    }
}

/// Accepted, and nothing is under way.
const STANDS: GoodsStanding = GoodsStanding {
    status: GoodsGiftStatus::Accepted,
    bound: false,
    lost: false,
    hand_over_waits: false,
    reversal_waits: false,
    rest_waits: false,
};

/// Makes one field wrong.
type Spoil = fn(&mut GoodsInput);

#[test]
fn each_missing_thing_is_named_by_its_field() {
    assert_eq!(good().check(FACTS), Ok((PublicDisplay::Name, Fen::yuan(1_500 + 3_700))));
    let table: &[(&str, Spoil)] = &[
        ("lines", |input| input.lines = Vec::new()),
        ("lines", |input| input.lines = vec![rice(); 31]),
        ("line_1", |input| input.lines[1].name = " ".into()),
        ("line_0", |input| input.lines[0].quantity = Quantity::ZERO),
        ("line_0", |input| input.lines[0].quantity = Quantity::of_thousandths(-1)),
        ("line_0", |input| input.lines[0].unit = String::new()),
        ("line_0", |input| input.lines[0].unit_value = Fen::ZERO),
        ("line_1", |input| {
            input.lines[1].quantity = Quantity::of_thousandths(1);
            input.lines[1].unit_value = Fen::new(1).unwrap();
        }),
        ("lines", |input| input.lines = vec![GoodsLine { quantity: Quantity::whole(10_000_000), ..rice() }]),
        ("basis_note", |input| input.basis_note = "发票".into()),
        ("expires_on", |input| input.expires_on = Some(TODAY)),
        ("own_property", |input| input.own_property = false),
        ("conforms", |input| input.conforms = false),
        ("voluntary", |input| input.voluntary = false),
        ("terms_version", |input| input.terms_version = "2020-1".into()),
        ("public_display", |input| input.public_display = None),
    ];
    for (field, spoil) in table {
        let mut input = good();
        spoil(&mut input);
        let problems = input.check(FACTS).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [*field], "{problems:?}");
    }
    for (facts, field) in [
        (GoodsFacts { campaign: CampaignStage::Settled, ..FACTS }, "campaign"),
        (GoodsFacts { need_open: false, ..FACTS }, "need"),
        (GoodsFacts { papers: 0, ..FACTS }, "pictures"),
        (GoodsFacts { papers: 13, ..FACTS }, "pictures"),
    ] {
        assert_eq!(good().check(facts).unwrap_err()[0].field, field);
    }
    assert!(GoodsInput { need: None, ..good() }.check(GoodsFacts { need_open: false, ..FACTS }).is_ok());
}

fn found() -> Inspection {
    Inspection {
        lines: good()
            .lines
            .into_iter()
            .map(|line| InspectedLine {
                accepted: line.quantity,
                unit_value: line.unit_value,
                condition: String::new(),
            })
            .collect(),
        received_on: TODAY,
        basis: ValuationBasis::Invoice,
        value_reason: String::new(),
    }
}

/// Makes one thing wrong in what was found.
type Misfind = fn(&mut Inspection);

#[test]
fn never_more_is_accepted_than_was_offered_and_a_value_is_corrected_with_a_reason_only() {
    let offered = good().lines;
    let facts = InspectionFacts {
        offered: &offered,
        basis: ValuationBasis::Invoice,
        offered_on: TODAY,
        expires_on: Some(TODAY + chrono::Days::new(2)),
        today: TODAY + chrono::Days::new(3),
    };
    assert_eq!(found().check(&facts), Ok(Fen::yuan(5_200)));
    let table: &[(&str, Misfind)] = &[
        ("lines", |found| {
            found.lines.pop();
        }),
        ("line_0", |found| found.lines[0].accepted = Quantity::whole(13)),
        ("line_0", |found| found.lines[0].accepted = Quantity::whole(12)),
        ("line_0", |found| found.lines[0].accepted = Quantity::of_thousandths(-1)),
        ("line_1", |found| {
            found.lines[1].unit_value = Fen::ZERO;
            found.value_reason = "按市场价核定".into();
        }),
        ("value_reason", |found| found.lines[1].unit_value = Fen::yuan(200)),
        ("value_reason", |found| found.lines[1].unit_value = Fen::yuan(100)),
        ("value_reason", |found| found.basis = ValuationBasis::MarketPrice),
        ("received_on", |found| found.received_on = TODAY + chrono::Days::new(4)),
        ("received_on", |found| found.received_on = TODAY + chrono::Days::new(2)),
        ("lines", |found| {
            for line in &mut found.lines {
                line.accepted = Quantity::ZERO;
                line.condition = "全部受潮".into();
            }
        }),
    ];
    for (field, spoil) in table {
        let mut found = found();
        spoil(&mut found);
        let problems = found.check(&facts).unwrap_err();
        assert_eq!(
            problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>()[0],
            *field,
            "{problems:?}"
        );
    }
    let mut less = found();
    less.lines[1].accepted = Quantity::whole(18);
    less.lines[1].condition = "破损 2 张".into();
    less.lines[1].unit_value = Fen::yuan(150);
    less.value_reason = "非全新，按评估的单价核定".into();
    assert_eq!(less.check(&facts), Ok(Fen::yuan(1_500 + 2_700)));
}

#[test]
fn what_is_handed_over_is_left_and_what_came_was_recorded() {
    let left = [(Quantity::whole(5), "袋"), (Quantity::ZERO, "张")];
    let good = GoodsHandOverInput {
        quantities: vec![Quantity::whole(5), Quantity::ZERO],
        happened_on: TODAY,
        place: "村委会".into(),
        note: String::new(),
    };
    let days = (TODAY, TODAY);
    assert_eq!(good.check(&left, 1, days), Ok(()));
    let field = |input: &GoodsHandOverInput, pictures| input.check(&left, pictures, days).unwrap_err()[0].field.clone();
    let with = |quantities: Vec<Quantity>| GoodsHandOverInput { quantities, ..good.clone() };
    assert_eq!(field(&with(vec![Quantity::whole(6), Quantity::ZERO]), 1), "line_0");
    assert_eq!(field(&with(vec![Quantity::ZERO, Quantity::of_thousandths(1)]), 1), "line_1");
    assert_eq!(field(&with(vec![Quantity::ZERO, Quantity::ZERO]), 1), "lines");
    assert_eq!(field(&with(vec![Quantity::whole(1)]), 1), "lines");
    assert_eq!(field(&good, 0), "pictures");
    assert_eq!(field(&GoodsHandOverInput { place: String::new(), ..good.clone() }, 1), "place");
    for day in [TODAY.pred_opt().unwrap(), TODAY.succ_opt().unwrap()] {
        assert_eq!(field(&GoodsHandOverInput { happened_on: day, ..good.clone() }, 1), "happened_on");
    }
    let came = |thousandths, note: &str| GoodsReceipt {
        received: vec![Quantity::of_thousandths(thousandths), Quantity::ZERO],
        note: note.into(),
    };
    assert_eq!(came(5_000, "").check(&left), Ok(()));
    assert_eq!(came(4_000, "少 1 袋").check(&left), Ok(()));
    assert_eq!(came(4_000, "").check(&left).unwrap_err()[0].field, "note");
    assert_eq!(came(5_001, "").check(&left).unwrap_err()[0].field, "line_0");
    assert_eq!(came(0, "都没有收到").check(&left).unwrap_err()[0].field, "lines");
}

#[test]
fn each_step_is_taken_from_its_states_only() {
    use GoodsGiftStatus as Is;
    use GoodsStep as Do;
    let free = |status, bound| GoodsStanding { status, bound, ..STANDS };
    let after = |status, bound| -> Vec<_> {
        let step = |step: &Do| free(status, bound).after(*step).ok().map(|next| (*step, next));
        Do::ALL.iter().filter_map(step).filter(|(step, _)| *step != Do::ChangeDisplay).collect()
    };
    let before = |next| vec![(Do::Withdraw, Is::Withdrawn), next, (Do::Refuse, Is::Refused)];
    assert_eq!(after(Is::Offered, true), before((Do::Inspect, Is::Inspected)));
    for (bound, next) in [(true, Is::SetAside), (false, Is::Accepted)] {
        let expected = [
            (Do::Withdraw, Is::Withdrawn),
            (Do::SendBack, Is::Offered),
            (Do::Confirm, next),
            (Do::Refuse, Is::Refused),
        ];
        assert_eq!(after(Is::Inspected, bound), expected);
    }
    let stays = |status, steps: &[Do]| steps.iter().map(|step| (*step, status)).collect::<Vec<_>>();
    let mut accepted = vec![(Do::SetAside, Is::SetAside)];
    accepted.extend(stays(Is::Accepted, &[Do::WriteOff, Do::AskReversal]));
    assert_eq!(after(Is::Accepted, false), accepted);
    assert_eq!(
        after(Is::SetAside, true),
        stays(Is::SetAside, &[Do::HandOver, Do::WriteOff, Do::Unbind, Do::AskReversal])
    );
    assert_eq!(
        after(Is::SetAside, false),
        stays(Is::SetAside, &[Do::HandOver, Do::Release, Do::WriteOff, Do::AskReversal])
    );
    assert_eq!(
        after(Is::PartlyHandedOver, true),
        stays(Is::PartlyHandedOver, &[Do::HandOver, Do::WriteOff, Do::Unbind])
    );
    assert_eq!(
        after(Is::PartlyHandedOver, false),
        stays(Is::PartlyHandedOver, &[Do::HandOver, Do::Release, Do::WriteOff])
    );
    assert_eq!(after(Is::PartlyFree, false), [(Do::SetAside, Is::PartlyHandedOver), (Do::WriteOff, Is::PartlyFree)]);
    for over in [Is::HandedOver, Is::HandedOverShort, Is::WrittenOff, Is::Withdrawn, Is::Refused, Is::Reversed] {
        assert_eq!(after(over, false), [], "{over}");
    }
    let bound = free(Is::SetAside, true);
    assert_eq!(bound.after(Do::Release), Err(GoodsNotNow::Bound), "what its giver bound stays where it is");
    let lost = GoodsStanding { lost: true, ..free(Is::SetAside, false) };
    assert_eq!(lost.after(Do::AskReversal), Err(GoodsNotNow::PartlyWrittenOff));
    let waits = GoodsStanding { rest_waits: true, ..free(Is::SetAside, false) };
    for step in [Do::HandOver, Do::Release, Do::WriteOff, Do::AskReversal] {
        assert_eq!(waits.after(step), Err(GoodsNotNow::RestWaits), "{step}");
    }
    assert_eq!(GoodsStanding { bound: true, ..waits }.after(Do::Unbind), Err(GoodsNotNow::RestWaits));
}

#[test]
fn a_hand_over_and_a_reversal_never_go_on_at_once() {
    let set_aside = GoodsStanding { status: GoodsGiftStatus::SetAside, bound: true, hand_over_waits: true, ..STANDS };
    assert_eq!(set_aside.after(GoodsStep::HandOver), Err(GoodsNotNow::HandOverWaits));
    assert_eq!(set_aside.after(GoodsStep::AskReversal), Err(GoodsNotNow::HandOverWaits));
    let asked = GoodsStanding { hand_over_waits: false, reversal_waits: true, ..set_aside };
    assert_eq!(asked.after(GoodsStep::HandOver), Err(GoodsNotNow::ReversalWaits));
    assert_eq!(asked.after(GoodsStep::AskReversal), Err(GoodsNotNow::ReversalWaits));
    assert_eq!(asked.after(GoodsStep::Reverse), Ok(GoodsGiftStatus::Reversed));
    assert_eq!(asked.after(GoodsStep::DropReversal), Ok(GoodsGiftStatus::SetAside));
    let free = GoodsStanding { reversal_waits: false, ..asked };
    assert_eq!(free.after(GoodsStep::Reverse), Err(GoodsNotNow::NothingToReverse));
    let (one, two) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
    assert_eq!((check_second(one, one), check_second(one, two)), (Err(GoodsNotNow::SamePerson), Ok(())));
}

#[test]
fn a_hand_over_ends_once() {
    use GoodsHandOverStatus as Is;
    for (status, next) in [
        (Is::Recorded, vec![Is::Received, Is::Objected]),
        (Is::Received, vec![Is::Accepted, Is::Refused]),
        (Is::Accepted, vec![]),
        (Is::Objected, vec![]),
        (Is::Refused, vec![]),
    ] {
        let after: Vec<_> = GoodsHandOverStep::ALL.iter().filter_map(|step| status.after(*step).ok()).collect();
        assert_eq!(after, next, "{status}");
        assert_eq!(status.waits(), !next.is_empty());
    }
}
