//! Every kind of reason: when it is given, when not, and that it is true of what was handed in, whatever that is.

use super::*;
use crate::matching::outlook::{Glimpse, Outlook};
use crate::matching::reason::ReasonKind;
use crate::place::TownClass;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A village of 五华县 with its town's point.
fn spot(code: &str, point: Option<(i32, i32)>, exact: bool) -> Spot {
    let place = Where {
        code: code.parse().unwrap(),
        county: format!("{}县", &code[..6]),
        town: code.get(..9).map(|town| format!("{town}镇")).unwrap_or_default(),
        village: code.get(..12).map(|village| format!("{village}村")).unwrap_or_default(),
    };
    Spot { place, point: point.map(|(lon, lat)| Point { lon, lat }), exact }
}

fn need() -> NeedFacts {
    NeedFacts {
        spot: spot("441424125207", Some((11_561_284, 2_363_937)), true),
        field: Some(Field::SpecialtyIndustry),
        kind: ContributionKind::Money,
        missing: Some(Fen::yuan(80_000)),
        pledged: Some(false),
        key_assisted: Some("示例名单".into()),
        text: "茶园机耕路，新增茶园 200 亩".into(),
    }
}

fn seeker() -> Seeker {
    Seeker {
        industry: Some(Industry::Agriculture),
        base: Some(spot("441424100", Some((11_576_499, 2_392_961)), true)),
        places: vec!["441424".parse().unwrap()],
        fields: vec![Field::SpecialtyIndustry],
        kinds: vec![ContributionKind::Money],
        amount_from: Some(Fen::yuan(20_000)),
        amount_to: Some(Fen::yuan(100_000)),
        topics: topics::met("示例茶业有限公司 绿茶"),
    }
}

fn kinds(judged: &Judged) -> Vec<ReasonKind> {
    judged.reasons.iter().map(FitReason::kind).collect()
}

#[test]
fn all_reasons_that_hold_are_given_in_their_order() {
    use ReasonKind::{
        AmountInRange, FieldChosen, IndustryFits, KeyAssisted, KindChosen, Near, NeverPledged, PlaceChosen, SameCounty,
        SharedTopic,
    };
    let judged = judge_need(&seeker(), &need());
    let all = [
        FieldChosen,
        IndustryFits,
        SharedTopic,
        SameCounty,
        Near,
        PlaceChosen,
        KindChosen,
        AmountInRange,
        NeverPledged,
        KeyAssisted,
    ];
    assert_eq!(kinds(&judged), all);
    let topic =
        FitReason::SharedTopic { topic: "茶产业".into(), need_word: "茶园".into(), own_word: "茶业".into() };
    assert!(judged.reasons.contains(&topic));
    assert!(judged.reasons.contains(&FitReason::Near { km: 36, rough: false }));
    assert!(judged.reasons.contains(&FitReason::AmountInRange { missing_fen: Fen::yuan(80_000), whole: true }));
    assert_eq!(judged.score, Score { total: 925, relevance: 1_000, place: 700, fit: 1_000, fairness: 1_000 });
}

#[test]
fn nothing_is_said_that_is_not_known() {
    let nobody = Seeker::default();
    let bare = NeedFacts { pledged: None, key_assisted: None, ..need() };
    assert_eq!(judge_need(&nobody, &bare), Judged::by(Vec::new()));
    assert_eq!(kinds(&judge_need(&nobody, &need())), [ReasonKind::NeverPledged, ReasonKind::KeyAssisted]);
}

#[test]
fn each_reason_goes_when_its_fact_does() {
    use ReasonKind::{
        AmountInRange, FieldChosen, IndustryFits, KeyAssisted, KindChosen, Near, NeverPledged, PlaceChosen, SameCounty,
        SharedTopic,
    };
    let without = |change: fn(&mut Seeker, &mut NeedFacts)| {
        let (mut seeker, mut need) = (seeker(), need());
        change(&mut seeker, &mut need);
        let left: BTreeSet<_> = kinds(&judge_need(&seeker, &need)).into_iter().collect();
        let all: BTreeSet<_> = kinds(&judge_need(&self::seeker(), &self::need())).into_iter().collect();
        all.difference(&left).copied().collect::<Vec<_>>()
    };
    assert_eq!(without(|seeker, _| seeker.fields.clear()), [FieldChosen]);
    assert_eq!(without(|seeker, _| seeker.industry = Some(Industry::Education)), [IndustryFits]);
    assert_eq!(without(|_, need| need.field = None), [FieldChosen, IndustryFits]);
    assert_eq!(without(|_, need| need.text = "修村道".into()), [SharedTopic]);
    assert_eq!(without(|seeker, _| seeker.base = None), [SameCounty, Near]);
    assert_eq!(without(|_, need| need.spot.point = None), [Near]);
    assert_eq!(without(|seeker, _| seeker.places = vec!["441481".parse().unwrap()]), [PlaceChosen]);
    assert_eq!(without(|seeker, _| seeker.kinds = vec![ContributionKind::Goods]), [KindChosen]);
    assert_eq!(without(|seeker, _| seeker.amount_to = Some(Fen::yuan(20_000))), [], "a part of it");
    assert_eq!(without(|seeker, _| seeker.amount_from = Some(Fen::yuan(80_001))), [AmountInRange]);
    assert_eq!(without(|seeker, _| (seeker.amount_from, seeker.amount_to) = (None, None)), [AmountInRange]);
    assert_eq!(without(|_, need| need.missing = Some(Fen::ZERO)), [AmountInRange]);
    assert_eq!(without(|_, need| need.kind = ContributionKind::Goods), [KindChosen, AmountInRange]);
    assert_eq!(without(|_, need| need.pledged = Some(true)), [NeverPledged]);
    assert_eq!(without(|_, need| need.pledged = None), [NeverPledged]);
    assert_eq!(without(|_, need| need.key_assisted = None), [KeyAssisted]);
}

#[test]
fn how_a_base_lies_to_a_village_is_told_as_exactly_as_it_is_known() {
    let village = need().spot;
    let far = Some((11_600_000, 2_490_000));
    for (base, expected) in [
        (spot("441424125", None, false), vec![FitReason::SameTown { town: "441424125镇".into() }]),
        (spot("441424", None, false), vec![FitReason::SameCounty { county: "441424县".into() }]),
        (
            spot("441424", Some((11_561_284, 2_373_937)), false),
            vec![FitReason::SameCounty { county: "441424县".into() }, FitReason::Near { km: 11, rough: true }],
        ),
        (spot("441481124", Some((11_561_284, 2_400_937)), true), vec![FitReason::Near { km: 41, rough: false }]),
        (spot("441481", Some((11_561_284, 2_400_937)), false), vec![FitReason::Near { km: 41, rough: true }]),
        (spot("441481124", Some((11_582_578, 2_428_627)), true), vec![]),
        (spot("441426105", far, true), vec![]),
        (spot("441481", village.point.map(|point| (point.lon, point.lat)), false), vec![]),
    ] {
        assert_eq!(from_base(&base, &village), expected, "{base:?}");
    }
}

#[test]
fn the_closest_chosen_place_is_named() {
    let village = need().spot.place;
    let places = |codes: &[&str]| codes.iter().map(|code| code.parse().unwrap()).collect::<Vec<PlaceCode>>();
    for (chosen, expected) in [
        (vec!["441424", "441424125"], Some(("441424125", "441424县441424125镇"))),
        (vec!["441424125"], Some(("441424125", "441424县441424125镇"))),
        (vec!["441481", "441424"], Some(("441424", "441424县"))),
        (vec!["441424126"], None),
        (vec![], None),
    ] {
        let reason = expected.map(|(code, name): (&str, &str)| FitReason::PlaceChosen {
            place: code.parse().unwrap(),
            name: name.into(),
        });
        assert_eq!(chosen_place(&places(&chosen), &village), reason, "{chosen:?}");
    }
}

fn offer() -> OfferFacts {
    let content = OfferContent {
        kind: Some(ContributionKind::Money),
        fields: vec![Field::SpecialtyIndustry],
        places: vec!["441424".parse().unwrap()],
        amount_from_fen: Some(Fen::yuan(20_000)),
        amount_to_fen: Some(Fen::yuan(100_000)),
        ..OfferContent::default()
    };
    OfferFacts { content, industry: Some(Industry::Agriculture), topics: topics::met("支持茶园改造") }
}

#[test]
fn an_offer_fits_by_what_it_says_itself() {
    use ReasonKind::{AmountInRange, AnyPlace, FieldChosen, IndustryFits, KindChosen, PlaceChosen, SharedTopic};
    let judged = judge_offer(&offer(), &need()).unwrap();
    assert_eq!(kinds(&judged), [FieldChosen, IndustryFits, SharedTopic, PlaceChosen, KindChosen, AmountInRange]);
    let changed = |change: fn(&mut OfferFacts)| {
        let mut offer = offer();
        change(&mut offer);
        judge_offer(&offer, &need()).map(|judged| kinds(&judged))
    };
    let everywhere = changed(|offer| offer.content.places.clear()).unwrap();
    assert!(everywhere.contains(&AnyPlace) && !everywhere.contains(&PlaceChosen));
    assert_eq!(changed(|offer| offer.content.places = vec!["441481".parse().unwrap()]), None, "for another county");
    assert_eq!(changed(|offer| offer.content.kind = Some(ContributionKind::Goods)), None, "of another kind");
    assert_eq!(changed(|offer| offer.content.kind = None), None);
    let large = changed(|offer| {
        (offer.content.amount_from_fen, offer.content.amount_to_fen) =
            (Some(Fen::yuan(90_000)), Some(Fen::yuan(95_000)));
    });
    assert!(!large.unwrap().contains(&AmountInRange));
}

#[test]
fn a_range_fits_where_its_lower_end_does_and_says_whether_it_reaches_all() {
    for (from, to, expected) in [
        (Some(20_000), Some(100_000), Some(true)),
        (Some(20_000), Some(80_000), Some(true)),
        (Some(20_000), Some(79_999), Some(false)),
        (Some(80_000), Some(80_000), Some(true)),
        (Some(80_001), Some(100_000), None),
        (Some(20_000), None, Some(true)),
        (Some(80_001), None, None),
        (None, Some(100_000), Some(true)),
        (None, Some(50_000), Some(false)),
        (None, None, None),
    ] {
        let reason = in_range(from.map(Fen::yuan), to.map(Fen::yuan), &need());
        let missing_fen = Fen::yuan(80_000);
        assert_eq!(reason, expected.map(|whole| FitReason::AmountInRange { missing_fen, whole }), "{from:?} {to:?}");
    }
}

#[test]
fn offers_and_needs_of_every_kind_are_matched() {
    for kind in ContributionKind::ALL {
        let need = NeedFacts { kind: *kind, missing: None, pledged: None, ..need() };
        let content = OfferContent { kind: Some(*kind), ..offer().content };
        let judged = judge_offer(&OfferFacts { content, ..offer() }, &need).unwrap();
        assert!(judged.reasons.contains(&FitReason::KindChosen { kind: *kind }), "{kind}");
        let chosen = judge_need(&Seeker { kinds: vec![*kind], ..seeker() }, &need);
        assert!(chosen.reasons.contains(&FitReason::KindChosen { kind: *kind }), "{kind}");
    }
}

#[test]
fn among_equals_the_need_that_nobody_has_pledged_for_comes_first() {
    let forgotten = judge_need(&seeker(), &need()).score;
    let pledged = judge_need(&seeker(), &NeedFacts { pledged: Some(true), ..need() }).score;
    let elsewhere = judge_need(&seeker(), &NeedFacts { key_assisted: None, ..need() }).score;
    assert!(forgotten.total > pledged.total && forgotten.total > elsewhere.total);
}

/// Whether a reason holds, looked at anew and from the other end than where it was made.
fn holds(reason: &FitReason, seeker: &Seeker, need: &NeedFacts) -> bool {
    let code = need.spot.place.code.as_str();
    let base = |digits: usize| {
        seeker.base.as_ref().is_some_and(|base| base.place.code.as_str().get(..digits) == Some(&code[..digits]))
    };
    match reason {
        FitReason::FieldChosen { field } => need.field == Some(*field) && seeker.fields.contains(field),
        FitReason::IndustryFits { industry, field } => {
            seeker.industry == Some(*industry)
                && need.field == Some(*field)
                && topics::fields_of(*industry).contains(field)
        }
        FitReason::SharedTopic { topic, need_word, own_word } => {
            let known = topics::TOPICS.iter().find(|known| known.name == topic);
            let words = known.is_some_and(|known| {
                known.words.contains(&need_word.as_str()) && known.words.contains(&own_word.as_str())
            });
            words
                && stands(known.unwrap(), need_word, &need.text)
                && seeker.topics.iter().any(|met| met.word == own_word)
        }
        FitReason::SameTown { town } => base(9) && *town == need.spot.place.town,
        FitReason::SameCounty { county } => base(6) && *county == need.spot.place.county,
        FitReason::Near { km, rough } => {
            let from = seeker.base.as_ref().unwrap();
            let metres = from.point.unwrap().metres_to(need.spot.point.unwrap());
            let counted = (i64::from(*km) * 1_000 - metres).abs() <= 500 || (*km == 1 && metres < 1_000);
            counted && *km <= NEAR_KM && *rough != (from.exact && need.spot.exact)
        }
        FitReason::PlaceChosen { place, name } => {
            let named = *name == need.spot.place.county || name.ends_with(&need.spot.place.town);
            seeker.places.contains(place) && code.starts_with(place.as_str()) && named
        }
        FitReason::AnyPlace => false,
        FitReason::KindChosen { kind } => need.kind == *kind && seeker.kinds.contains(kind),
        FitReason::AmountInRange { missing_fen, whole } => {
            let above = seeker.amount_from.is_none_or(|from| *missing_fen >= from);
            let below = seeker.amount_to.is_none_or(|to| *missing_fen <= to);
            need.missing == Some(*missing_fen) && missing_fen.is_positive() && above && below == *whole
        }
        FitReason::NeverPledged => need.pledged == Some(false),
        FitReason::KeyAssisted { source } => need.key_assisted.as_ref() == Some(source),
    }
}

/// Whether a topic's word stands somewhere where it is no piece of a longer one that means something else.
fn stands(topic: &topics::Topic, word: &str, text: &str) -> bool {
    topic.but_not.iter().fold(text.to_owned(), |left, other| left.replace(other, "。")).contains(word)
}

fn any_spot(digits: &'static [usize]) -> impl Strategy<Value = Spot> {
    let code = (prop::sample::select(digits), 1..3_u8, 1..3_u8, 1..3_u8)
        .prop_map(|(digits, county, town, village)| format!("44142{county}10{town}20{village}")[..digits].to_owned());
    let point = prop::option::of((11_540_000..11_650_000, 2_350_000..2_480_000));
    (code, point, any::<bool>()).prop_map(|(code, point, exact)| spot(&code, point, exact))
}

fn any_text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] =
        &["茶园", "油茶", "路灯", "村道", "培训", "其他的话", "提供", "水泥", "供水", "家电商贸", "整体检测"];
    prop::collection::vec(prop::sample::select(PIECES), 0..5).prop_map(|words| words.concat())
}

fn any_amount() -> impl Strategy<Value = Option<Fen>> {
    prop::option::of((0..5_i64).prop_map(Fen::yuan))
}

fn some_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop::sample::subsequence(all, 0..=all.len())
}

prop_compose! {
    fn any_need()(
        spot in any_spot(&[12]),
        field in prop::option::of(prop::sample::select(Field::ALL)),
        kind in prop::sample::select(ContributionKind::ALL),
        missing in any_amount(),
        pledged in any::<Option<bool>>(),
        key_assisted in prop::option::of(Just("示例名单".to_owned())),
        text in any_text(),
    ) -> NeedFacts {
        NeedFacts { spot, field, kind, missing, pledged, key_assisted, text }
    }
}

prop_compose! {
    fn any_seeker()(
        industry in prop::option::of(prop::sample::select(Industry::ALL)),
        base in prop::option::of(any_spot(&[6, 9])),
        places in prop::collection::vec(any_spot(&[6, 9]).prop_map(|spot| spot.place.code), 0..3),
        fields in some_of(Field::ALL),
        kinds in some_of(ContributionKind::ALL),
        amounts in (any_amount(), any_amount()),
        text in any_text(),
    ) -> Seeker {
        let (amount_from, amount_to) = amounts;
        Seeker { industry, base, places, fields, kinds, amount_from, amount_to, topics: topics::met(&text) }
    }
}

proptest! {
    #[test]
    fn every_reason_that_is_given_is_true(seeker in any_seeker(), need in any_need()) {
        let judged = judge_need(&seeker, &need);
        for reason in &judged.reasons {
            prop_assert!(holds(reason, &seeker, &need), "{reason:?} of {seeker:?} and {need:?}");
        }
        prop_assert!(judged.score.total <= 1_000);
        prop_assert_eq!(judged.score, Score::of(&judged.reasons));
    }

    #[test]
    fn no_need_is_worth_more_than_its_outlook(seeker in any_seeker(), need in any_need()) {
        let place = Where { code: need.spot.place.code.as_str()[..9].parse().unwrap(), ..need.spot.place.clone() };
        let town = Spot { place, ..need.spot.clone() };
        let outlook = Outlook::of(&seeker, [town].into_iter());
        let money = need.kind == ContributionKind::Money;
        let glimpse = Glimpse {
            field: outlook.fields.iter().find(|(field, _)| Some(*field) == need.field).map_or(0, |(_, points)| *points),
            town: outlook.towns[0].1,
            topics: topics::bits(&need.text),
            asks: need.missing.filter(|_| money),
            untouched: need.pledged == Some(false),
            class: need.key_assisted.as_ref().map(|_| TownClass::KeyAssisted),
            ..Glimpse::default()
        };
        match outlook.kinds.iter().find(|(kind, _)| *kind == need.kind) {
            Some((_, kind)) => {
                let at_most = outlook.at_most(&Glimpse { kind: *kind, ..glimpse });
                prop_assert!(judge_need(&seeker, &need).score.total <= at_most);
            }
            None => prop_assert!(!seeker.kinds.contains(&need.kind)),
        }
    }

    #[test]
    fn every_reason_of_an_offer_is_true(seeker in any_seeker(), need in any_need(), everywhere in any::<bool>()) {
        let places = if everywhere { Vec::new() } else { seeker.places.clone() };
        let said = Seeker { base: None, kinds: seeker.kinds.first().copied().into_iter().collect(), places, ..seeker };
        let content = OfferContent {
            kind: said.kinds.first().copied(),
            fields: said.fields.clone(),
            places: said.places.clone(),
            amount_from_fen: said.amount_from,
            amount_to_fen: said.amount_to,
            ..OfferContent::default()
        };
        let offer = OfferFacts { content, industry: said.industry, topics: said.topics.clone() };
        let judged = judge_offer(&offer, &need);
        let meant = said.kinds == [need.kind] && offer.content.reaches(&need.spot.place.code);
        prop_assert_eq!(judged.is_some(), meant);
        for reason in judged.iter().flat_map(|judged| &judged.reasons) {
            let true_of_it = match reason {
                FitReason::AnyPlace => offer.content.places.is_empty(),
                other => holds(other, &said, &need),
            };
            prop_assert!(true_of_it, "{reason:?} of {offer:?} and {need:?}");
        }
    }
}
