//! Offers (供给意向): what an enterprise could give, for what, where, how much, until when; and the states that one passes.
//!
//! An offer is no pledge: nobody owes anything by it, and it enters no total. Deliberately absent: an amount that anybody
//! expects of an enterprise (公益事业捐赠法, article 4: giving is voluntary), and who may read one (the caller's rights).

use crate::day::FIRST_DAY;
use crate::need::{ContributionKind, Field};
use crate::place::{PlaceCode, PlaceLevel};
use crate::{Fen, Problems};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words! {
    /// The life of an offer.
    pub enum OfferStatus {
        /// Its enterprise alone reads it.
        Draft = "draft" / "草稿",
        Open = "open" / "有效",
        /// Ended by its enterprise.
        Closed = "closed" / "已结束",
        /// Its last day is over.
        Expired = "expired" / "已到期",
    }
}

/// What is done to an offer; each leads from certain states to exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferAction {
    Open,
    Close,
    Expire,
}

impl OfferAction {
    /// The state that it leads to, from whichever it may be taken in.
    #[must_use]
    pub const fn leads_to(self) -> OfferStatus {
        match self {
            OfferAction::Open => OfferStatus::Open,
            OfferAction::Close => OfferStatus::Closed,
            OfferAction::Expire => OfferStatus::Expired,
        }
    }
}

impl OfferStatus {
    /// The state after `action`, if it is allowed in this one.
    #[must_use]
    pub const fn after(self, action: OfferAction) -> Option<OfferStatus> {
        match (self, action) {
            (OfferStatus::Draft, OfferAction::Open) | (OfferStatus::Open, OfferAction::Close | OfferAction::Expire) => {
                Some(action.leads_to())
            }
            _ => None,
        }
    }

    /// Whether the enterprise may still change the text. What is open stays complete.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        matches!(self, OfferStatus::Draft | OfferStatus::Open)
    }

    /// Whether others than its enterprise may read it.
    #[must_use]
    pub const fn is_published(self) -> bool {
        !matches!(self, OfferStatus::Draft)
    }
}

/// Characters of a title.
pub const TITLE_MIN: usize = 4;
pub const TITLE_MAX: usize = 40;
/// Characters of the description.
pub const WORDS_MIN: usize = 10;
pub const WORDS_MAX: usize = 1_000;
/// Characters of a unit.
pub const UNIT_MAX: usize = 10;
pub const QUANTITY_MAX: i64 = 1_000_000_000;
/// Counties and towns that one offer or one profile names.
pub const PLACES_MAX: usize = 30;
/// Open offers of one enterprise: all of them are read when needs are recommended to it.
pub const OPEN_MAX: i64 = 50;
/// How far ahead the last day of an offer may lie.
const DAYS_MAX: u64 = 2 * 365;

/// What an enterprise writes. A draft may lack anything; [`OfferContent::check_complete`] says what is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferContent {
    #[serde(default)]
    pub kind: Option<ContributionKind>,
    /// Of the nine; `other` is no field that an offer is for.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Counties and towns; none means all of Meizhou.
    #[serde(default)]
    pub places: Vec<PlaceCode>,
    /// Of money only: from so much …
    #[serde(default)]
    pub amount_from_fen: Option<Fen>,
    /// … to so much.
    #[serde(default)]
    pub amount_to_fen: Option<Fen>,
    /// Of every other kind.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// 个, 吨, 人次, 天 …
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub words: String,
    /// The last day on which it holds.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

impl OfferContent {
    /// As it is stored: texts without space around them, fields and places once each and in order, and of amount and
    /// quantity only what belongs to the kind.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let money = self.kind == Some(ContributionKind::Money);
        let known = self.kind.is_some();
        OfferContent {
            kind: self.kind,
            fields: self.fields.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            places: outermost(&self.places),
            amount_from_fen: self.amount_from_fen.filter(|_| money || !known),
            amount_to_fen: self.amount_to_fen.filter(|_| money || !known),
            quantity: self.quantity.filter(|_| !money),
            unit: if money { String::new() } else { self.unit.trim().into() },
            title: self.title.trim().into(),
            words: self.words.trim().into(),
            until: self.until,
        }
    }

    /// Whether it is meant for this village (or town, or county) too.
    #[must_use]
    pub fn reaches(&self, place: &PlaceCode) -> bool {
        self.places.is_empty() || self.places.iter().any(|own| own.contains(place))
    }

    /// Problems that even a draft may not have: what would not fit, and what cannot be true.
    #[must_use]
    pub fn check_draft(&self) -> Problems {
        let mut problems = Problems::new();
        let at_most = |text: &str, max: usize| text.trim().chars().count() <= max;
        problems.require(at_most(&self.title, TITLE_MAX), "title", "标题最多 40 个字");
        problems.require(at_most(&self.words, WORDS_MAX), "words", "说明最多 1000 个字");
        problems.require(at_most(&self.unit, UNIT_MAX), "unit", "单位最多 10 个字");
        problems.require(!self.fields.contains(&Field::Other), "fields", "请从九个领域里选");
        check_places(&mut problems, "places", &self.places);
        check_range(&mut problems, ("amount_from", self.amount_from_fen), ("amount_to", self.amount_to_fen));
        let counted = self.quantity.is_none_or(|quantity| (1..=QUANTITY_MAX).contains(&quantity));
        problems.require(counted, "quantity", "数量应是大于 0 的整数，最多 10 亿");
        problems.require(self.until.is_none_or(|day| day >= FIRST_DAY), "until", "有效期不对，请重新选择");
        problems
    }

    /// Problems that keep an offer from being opened on `today`.
    #[must_use]
    pub fn check_complete(&self, today: NaiveDate) -> Problems {
        self.check_open(today, None)
    }

    /// Problems that keep an open offer from becoming this on `today`: its last day may stay while it lasts.
    #[must_use]
    pub fn check_change(&self, before: &OfferContent, today: NaiveDate) -> Problems {
        self.check_open(today, before.until)
    }

    fn check_open(&self, today: NaiveDate, last_day: Option<NaiveDate>) -> Problems {
        let mut problems = self.check_draft();
        problems.require(self.kind.is_some(), "kind", "请选择能提供什么");
        problems.require(!self.fields.is_empty(), "fields", "请至少选一个领域");
        problems.require(self.title.trim().chars().count() >= TITLE_MIN, "title", "请写一个标题（至少 4 个字）");
        let said = self.words.trim().chars().count() >= WORDS_MIN;
        problems.require(said, "words", "请说明能提供什么、怎样提供（至少 10 个字）");
        match self.kind {
            Some(ContributionKind::Money) => {
                problems.require(self.amount_from_fen.is_some(), "amount_from", "请填写金额从多少起");
                problems.require(self.amount_to_fen.is_some(), "amount_to", "请填写金额最多到多少");
            }
            Some(_) => {
                problems.require(self.quantity.is_some(), "quantity", "请填写数量");
                problems.require(!self.unit.trim().is_empty(), "unit", "请写数量的单位，例如“个”");
            }
            None => {}
        }
        match self.until {
            None => problems.add("until", "请填写有效期到哪一天"),
            Some(day) if day == today && last_day == Some(today) => {}
            Some(day) if day <= today => problems.add("until", "有效期要到今天以后"),
            Some(day) if day > today + Days::new(DAYS_MAX) => problems.add("until", "有效期最多两年，到期后可以再发"),
            Some(_) => {}
        }
        problems
    }
}

/// Counties and towns that can be chosen, not too many of them.
pub(crate) fn check_places(problems: &mut Problems, field: &str, places: &[PlaceCode]) {
    let levels = [PlaceLevel::County, PlaceLevel::Town];
    let known = places.iter().all(|place| levels.contains(&place.level()));
    problems.require(known, field, "请选择县（市、区）或镇（街道）");
    // The towns of a county that is chosen too do not count.
    let few = outermost(places).len() <= PLACES_MAX;
    problems.require(few, field, "最多选 30 个地方；要选很多镇，不如选全县");
}

/// Two amounts of which the first is not the larger.
pub(crate) fn check_range(problems: &mut Problems, from: (&str, Option<Fen>), to: (&str, Option<Fen>)) {
    for (field, amount) in [from, to] {
        if let Some(amount) = amount {
            problems.take(field, amount.check_amount());
        }
    }
    let ordered = from.1.zip(to.1).is_none_or(|(from, to)| from <= to);
    problems.require(ordered, to.0, "最多的金额不能小于最少的金额");
}

/// Places in order, without those that lie in another of them.
#[must_use]
pub(crate) fn outermost(places: &[PlaceCode]) -> Vec<PlaceCode> {
    let all: BTreeSet<&PlaceCode> = places.iter().collect();
    let inside = |place: &PlaceCode| places.iter().any(|other| other != place && other.contains(place));
    all.into_iter().filter(|place| !inside(place)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-06-30";

    /// So many towns of 五华县.
    fn towns(n: usize) -> Vec<PlaceCode> {
        (100..100 + n).map(|town| format!("441424{town}").parse().unwrap()).collect()
    }

    fn money() -> OfferContent {
        OfferContent {
            kind: Some(ContributionKind::Money),
            fields: vec![Field::Infrastructure],
            places: vec!["441424".parse().unwrap()],
            amount_from_fen: Some(Fen::yuan(20_000)),
            amount_to_fen: Some(Fen::yuan(100_000)),
            title: "支持村里修路灯".into(),
            words: "可以出资装太阳能路灯，也可以派人帮忙设计线路。".into(),
            until: "2026-12-31".parse().ok(),
            ..OfferContent::default()
        }
    }

    fn goods() -> OfferContent {
        OfferContent {
            kind: Some(ContributionKind::Goods),
            amount_from_fen: None,
            amount_to_fen: None,
            quantity: Some(50),
            unit: "盏".into(),
            ..money()
        }
    }

    fn refused(content: &OfferContent) -> Vec<String> {
        let problems = content.check_complete(TODAY.parse().unwrap()).into_vec();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn an_offer_is_opened_once_and_ends_once() {
        use OfferAction::{Close, Expire, Open};
        for (status, expected) in [
            (OfferStatus::Draft, [Some(OfferStatus::Open), None, None]),
            (OfferStatus::Open, [None, Some(OfferStatus::Closed), Some(OfferStatus::Expired)]),
            (OfferStatus::Closed, [None; 3]),
            (OfferStatus::Expired, [None; 3]),
        ] {
            assert_eq!([Open, Close, Expire].map(|action| status.after(action)), expected, "{status}");
            let led = [Open, Close, Expire].map(|action| status.after(action).map(|_| action.leads_to()));
            assert_eq!(led, expected, "{status}");
        }
        let editable: Vec<_> = OfferStatus::ALL.iter().filter(|status| status.is_editable()).collect();
        assert_eq!(editable, [&OfferStatus::Draft, &OfferStatus::Open]);
        assert!(OfferStatus::ALL.iter().all(|status| status.is_published() == (*status != OfferStatus::Draft)));
    }

    #[test]
    fn money_has_a_range_and_everything_else_a_quantity_with_its_unit() {
        assert_eq!((refused(&money()), refused(&goods())), (Vec::new(), Vec::new()));
        let bare = |kind| OfferContent {
            kind: Some(kind),
            amount_from_fen: None,
            amount_to_fen: None,
            quantity: None,
            unit: String::new(),
            ..money()
        };
        for kind in ContributionKind::ALL {
            let expected = match kind {
                ContributionKind::Money => ["amount_from", "amount_to"],
                _ => ["quantity", "unit"],
            };
            assert_eq!(refused(&bare(*kind)), expected, "{kind}");
        }
    }

    #[test]
    fn every_gap_and_every_nonsense_is_named_at_its_field() {
        let mut table: Vec<(OfferContent, &str)> = Vec::new();
        let mut case = |change: fn(&mut OfferContent), field| {
            let mut content = money();
            change(&mut content);
            table.push((content, field));
        };
        case(|c| c.kind = None, "kind");
        case(|c| c.fields.clear(), "fields");
        case(|c| c.fields.push(Field::Other), "fields");
        case(|c| c.places.push("4414".parse().unwrap()), "places");
        case(|c| c.places.push("441424103203".parse().unwrap()), "places");
        case(|c| c.places = towns(31), "places");
        case(|c| c.amount_from_fen = Some(Fen::yuan(100_001)), "amount_to");
        case(|c| c.amount_from_fen = Some(Fen::ZERO), "amount_from");
        case(|c| c.amount_to_fen = Some(Fen::yuan(1_000_000_001)), "amount_to");
        case(|c| c.title = "路灯".into(), "title");
        case(|c| c.title = "灯".repeat(41), "title");
        case(|c| c.words = "修路灯".into(), "words");
        case(|c| c.words = "灯".repeat(1_001), "words");
        case(|c| c.until = None, "until");
        case(|c| c.until = TODAY.parse().ok(), "until");
        case(|c| c.until = "2029-01-01".parse().ok(), "until");
        for (content, field) in table {
            assert!(refused(&content).contains(&field.to_owned()), "{field}: {content:?}");
        }
        for quantity in [0, -1, QUANTITY_MAX + 1] {
            assert_eq!(refused(&OfferContent { quantity: Some(quantity), ..goods() }), ["quantity"]);
        }
        assert_eq!(refused(&OfferContent { unit: "盏".repeat(11), ..goods() }), ["unit"]);
    }

    #[test]
    fn towns_of_a_chosen_county_are_not_counted() {
        let many = OfferContent { places: [towns(31), vec!["441424".parse().unwrap()]].concat(), ..money() };
        assert_eq!((refused(&many), many.tidied().places.len()), (Vec::new(), 1));
        assert_eq!(refused(&OfferContent { places: towns(30), ..money() }), Vec::<String>::new());
    }

    #[test]
    fn an_open_offer_can_be_changed_on_its_last_day() {
        let today = TODAY.parse().unwrap();
        let last_day = OfferContent { until: Some(today), ..money() };
        let changed = OfferContent { title: "支持村里修路灯和桥".into(), ..last_day.clone() };
        assert!(changed.check_change(&last_day, today).is_empty());
        assert!(!changed.check_change(&money(), today).is_empty(), "it cannot be made to end today");
        assert!(!changed.check_change(&last_day, "2026-07-01".parse().unwrap()).is_empty(), "nor live on");
        assert!(!changed.check_complete(today).is_empty(), "nor be opened for a day");
    }

    #[test]
    fn a_draft_may_lack_everything() {
        assert!(OfferContent::default().check_draft().is_empty());
        let reversed =
            OfferContent { amount_from_fen: Some(Fen::yuan(2)), amount_to_fen: Some(Fen::yuan(1)), ..money() };
        assert_eq!(reversed.check_draft().into_vec().len(), 1, "but what is there has to make sense");
    }

    #[test]
    fn what_is_stored_is_tidy_and_belongs_to_its_kind() {
        let place = |code: &str| code.parse::<PlaceCode>().unwrap();
        let typed = OfferContent {
            fields: vec![Field::LowIncomeSupport, Field::Infrastructure, Field::LowIncomeSupport],
            places: vec![place("441481"), place("441424103"), place("441424"), place("441481")],
            quantity: Some(5),
            unit: " 盏 ".into(),
            title: " 支持修路灯 ".into(),
            ..money()
        };
        let tidy = typed.tidied();
        assert_eq!(tidy.fields, [Field::Infrastructure, Field::LowIncomeSupport]);
        assert_eq!(tidy.places, [place("441424"), place("441481")]);
        assert_eq!((tidy.quantity, tidy.unit.as_str(), tidy.title.as_str()), (None, "", "支持修路灯"));
        let goods = OfferContent { kind: Some(ContributionKind::Goods), ..typed }.tidied();
        assert_eq!((goods.amount_from_fen, goods.quantity, goods.unit.as_str()), (None, Some(5), "盏"));
        assert_eq!(goods.tidied(), goods);
    }

    #[test]
    fn an_offer_without_places_is_for_everybody() {
        let place = |code: &str| code.parse::<PlaceCode>().unwrap();
        let everywhere = OfferContent { places: Vec::new(), ..money() };
        let (here, there) = (place("441424103203"), place("441481102200"));
        assert!(everywhere.reaches(&here) && everywhere.reaches(&there));
        assert!(money().reaches(&here) && !money().reaches(&there));
        assert!(!money().reaches(&place("4414")), "a county's offer is not the whole city's");
    }
}
