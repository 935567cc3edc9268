//! How well needs may fit an enterprise, by what an index knows of each: so many points that no need can have more once it
//! is judged. Those with the most are judged, and every open need has its chance.
//!
//! Deliberately absent: going through the needs (search), and the judgement itself (`judge_need`).

use super::reason::{FitReason, ReasonKind, Score};
use super::topics::{self, TOPICS};
use super::{Seeker, Spot, chosen_kind, of_field, where_it_is, words_of};
use crate::Fen;
use crate::need::{ContributionKind, Field};
use crate::place::{PlaceCode, TownClass};

/// Needs that are judged for one enterprise, at most.
pub const JUDGED_MAX: usize = 300;
/// Offers that are judged for one need: the newest.
pub const OFFERS_JUDGED: i64 = 500;
/// Of them, those that one answer names: the best.
pub const OFFERS_NAMED: usize = 20;

/// Points by what a need is, each within its part of the score.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Outlook {
    /// Those of relevance.
    pub fields: Vec<(Field, u16)>,
    /// Those of fit; a kind that is not here is not recommended.
    pub kinds: Vec<(ContributionKind, u16)>,
    /// Those of place, for the villages of each town.
    pub towns: Vec<(PlaceCode, u16)>,
    /// The enterprise's own topics, as [`topics::bits`] counts them.
    pub topics: u64,
    /// What a need of money has to ask at least to be in the enterprise's range; none where no range was stated.
    pub least: Option<Fen>,
}

/// What an index knows of one need, with the points of its field, kind and town.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Glimpse {
    pub field: u16,
    pub kind: u16,
    pub town: u16,
    pub topics: u64,
    /// What it asks, where it asks for money.
    pub asks: Option<Fen>,
    /// It asks for money, and nothing is promised for it yet.
    pub untouched: bool,
    pub class: Option<TownClass>,
}

impl Outlook {
    /// `towns`: every town with the point that stands for it.
    #[must_use]
    pub fn of(seeker: &Seeker, towns: impl Iterator<Item = Spot>) -> Self {
        let sum = |reasons: &mut dyn Iterator<Item = FitReason>| reasons.map(|reason| reason.points()).sum();
        let field = |field: &Field| (*field, sum(&mut of_field(&seeker.fields, seeker.industry, *field)));
        let wanted = if seeker.kinds.is_empty() { ContributionKind::ALL } else { &seeker.kinds };
        let kind = |kind: &ContributionKind| (*kind, sum(&mut chosen_kind(seeker, *kind).into_iter()));
        let best = |town: &Spot| where_it_is(seeker, town).iter().map(FitReason::points).max().unwrap_or(0);
        let own = |place: &usize| seeker.topics.iter().any(|met| met.topic.name == TOPICS[*place].name);
        Outlook {
            fields: Field::ALL.iter().map(field).collect(),
            kinds: wanted.iter().map(kind).collect(),
            towns: towns.map(|town| (town.place.code.clone(), best(&town))).collect(),
            topics: (0..TOPICS.len()).filter(own).fold(0, |bits, place| bits | 1 << place),
            least: seeker.amount_from.or(seeker.amount_to.map(|_| Fen::ZERO)),
        }
    }

    /// The score that this need can have at most.
    #[must_use]
    pub fn at_most(&self, need: &Glimpse) -> u16 {
        let if_so = |so: bool, reason: ReasonKind| if so { reason.points() } else { 0 };
        let shared = u16::try_from((need.topics & self.topics).count_ones()).unwrap_or(u16::MAX);
        let in_range = self.least.zip(need.asks).is_some_and(|(least, asks)| least <= asks);
        let assisted = need.class == Some(TownClass::KeyAssisted);
        Score::of_parts(
            need.field + shared * ReasonKind::SharedTopic.points(),
            need.town,
            need.kind + if_so(in_range, ReasonKind::AmountInRange),
            if_so(need.untouched, ReasonKind::NeverPledged) + if_so(assisted, ReasonKind::KeyAssisted),
        )
        .total
    }
}

/// What an index remembers of a need's words: the topics of its title and of what will be better.
#[must_use]
pub fn topics_of(title: &str, outcome: &str) -> u64 {
    topics::bits(&words_of(title, outcome))
}
