//! Matching: which needs fit an enterprise, which offers fit a need, and why.
//!
//! Pure and public: a score is the weighed sum of reasons ([`reason`]), every reason is a fact of what is handed in, and
//! the page about recommendations prints the tables that are here. Numbers are whole, per mille. Fairness is part of the
//! score: a need that nobody has pledged for and a town that the province wants helped come further up. Of many needs
//! those that are judged are chosen by what an index knows of each ([`outlook`]).
//! Deliberately absent: what anybody clicked on, paid places, and an amount that is expected of somebody.

pub mod dismissal;
pub mod distance;
pub mod outlook;
pub mod profile;
pub mod reason;
pub mod topics;

use crate::api::needs::Where;
use crate::need::{ContributionKind, Field};
use crate::place::{PlaceCode, PlaceLevel};
use crate::registration::Industry;
use crate::{Fen, offer::OfferContent};
use distance::{Point, kilometres};
use reason::{FitReason, NEAR_KM, Score};
use topics::Met;

/// A place with the point that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// With its names.
    pub place: Where,
    /// The town's point; the county's centre where that is not known.
    pub point: Option<Point>,
    /// It is the town's own.
    pub exact: bool,
}

impl Spot {
    fn town(&self) -> Option<&str> {
        self.place.code.as_str().get(..9)
    }

    fn county(&self) -> &str {
        self.place.code.county()
    }
}

/// What is known of a need: public, all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedFacts {
    /// Of its village.
    pub spot: Spot,
    pub field: Option<Field>,
    pub kind: ContributionKind,
    /// What is still missing by the public numbers; none of what is no money.
    pub missing: Option<Fen>,
    /// Whether an enterprise has pledged for it; none where that is not counted.
    pub pledged: Option<bool>,
    /// The list by which its town is a key-assisted one.
    pub key_assisted: Option<String>,
    /// Its words ([`words_of`]), by which its topics are met.
    pub text: String,
}

/// What an enterprise has said of itself, for nothing but this.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seeker {
    pub industry: Option<Industry>,
    pub base: Option<Spot>,
    /// Counties and towns that it chose.
    pub places: Vec<PlaceCode>,
    pub fields: Vec<Field>,
    /// What it can give; none chosen leaves all.
    pub kinds: Vec<ContributionKind>,
    pub amount_from: Option<Fen>,
    pub amount_to: Option<Fen>,
    /// Of its name and of what it wrote.
    pub topics: Vec<Met>,
}

/// What an offer says, with its enterprise's industry. Nothing of the enterprise's profile, which is private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferFacts {
    pub content: OfferContent,
    pub industry: Option<Industry>,
    /// Of title, words and the enterprise's name.
    pub topics: Vec<Met>,
}

/// Reasons with the score that they make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub score: Score,
    pub reasons: Vec<FitReason>,
}

impl Judged {
    fn by(reasons: Vec<FitReason>) -> Self {
        Judged { score: Score::of(&reasons), reasons }
    }
}

/// The words of a need by which its topics are met.
#[must_use]
pub fn words_of(title: &str, outcome: &str) -> String {
    format!("{title} {outcome}")
}

/// Why this need fits this enterprise.
#[must_use]
pub fn judge_need(seeker: &Seeker, need: &NeedFacts) -> Judged {
    let mut reasons = relevance(&seeker.fields, seeker.industry, &seeker.topics, need);
    reasons.extend(where_it_is(seeker, &need.spot));
    reasons.extend(chosen_kind(seeker, need.kind));
    reasons.extend(in_range(seeker.amount_from, seeker.amount_to, need));
    reasons.extend(fairness(need));
    Judged::by(reasons)
}

/// Why this offer fits this need; none where it is of another kind or for other places. Fairness is no reason here: all
/// of the offers would have it alike.
#[must_use]
pub fn judge_offer(offer: &OfferFacts, need: &NeedFacts) -> Option<Judged> {
    let content = &offer.content;
    if content.kind != Some(need.kind) || !content.reaches(&need.spot.place.code) {
        return None;
    }
    let mut reasons = relevance(&content.fields, offer.industry, &offer.topics, need);
    if content.places.is_empty() {
        reasons.push(FitReason::AnyPlace);
    }
    reasons.extend(chosen_place(&content.places, &need.spot.place));
    reasons.push(FitReason::KindChosen { kind: need.kind });
    reasons.extend(in_range(content.amount_from_fen, content.amount_to_fen, need));
    Some(Judged::by(reasons))
}

fn relevance(fields: &[Field], industry: Option<Industry>, topics: &[Met], need: &NeedFacts) -> Vec<FitReason> {
    let mut reasons: Vec<_> = need.field.into_iter().flat_map(|field| of_field(fields, industry, field)).collect();
    reasons.extend(topics::shared(topics, &need.text).map(|(met, need_word)| FitReason::SharedTopic {
        topic: met.topic.name.into(),
        need_word: need_word.into(),
        own_word: met.word.into(),
    }));
    reasons
}

fn of_field(fields: &[Field], industry: Option<Industry>, field: Field) -> impl Iterator<Item = FitReason> {
    let chosen = fields.contains(&field).then_some(FitReason::FieldChosen { field });
    let industry = industry.filter(|industry| topics::fields_of(*industry).contains(&field));
    chosen.into_iter().chain(industry.map(|industry| FitReason::IndustryFits { industry, field }))
}

fn chosen_kind(seeker: &Seeker, kind: ContributionKind) -> Option<FitReason> {
    seeker.kinds.contains(&kind).then_some(FitReason::KindChosen { kind })
}

/// What speaks for a village by where it lies. Of two villages of one town the same does.
fn where_it_is(seeker: &Seeker, village: &Spot) -> Vec<FitReason> {
    let mut reasons = seeker.base.as_ref().map(|base| from_base(base, village)).unwrap_or_default();
    reasons.extend(chosen_place(&seeker.places, &village.place));
    reasons
}

/// How the base of an enterprise lies to a village.
fn from_base(base: &Spot, village: &Spot) -> Vec<FitReason> {
    if base.place.code.level() == PlaceLevel::Town && base.town() == village.town() {
        return vec![FitReason::SameTown { town: village.place.town.clone() }];
    }
    let mut reasons = Vec::new();
    if base.county() == village.county() {
        reasons.push(FitReason::SameCounty { county: village.place.county.clone() });
    }
    // Of two places that both stand at one county's centre nobody knows how far they are apart.
    if let Some((from, to)) = base.point.zip(village.point).filter(|(from, to)| from != to) {
        let km = kilometres(from.metres_to(to));
        if km <= NEAR_KM {
            reasons.push(FitReason::Near { km, rough: !(base.exact && village.exact) });
        }
    }
    reasons
}

/// The closest of the chosen places in which a village lies.
fn chosen_place(places: &[PlaceCode], village: &Where) -> Option<FitReason> {
    let around = places.iter().filter(|place| place.contains(&village.code));
    let place = around.max_by_key(|place| place.as_str().len())?.clone();
    let name = match place.level() {
        PlaceLevel::County => village.county.clone(),
        PlaceLevel::Town => format!("{}{}", village.county, village.town),
        PlaceLevel::City | PlaceLevel::Village => return None,
    };
    Some(FitReason::PlaceChosen { place, name })
}

/// What is missing is at least the lower of the two amounts, of which one may be open. More than the upper one fits too:
/// several may pledge for one need.
fn in_range(from: Option<Fen>, to: Option<Fen>, need: &NeedFacts) -> Option<FitReason> {
    let missing_fen = need.missing.filter(|missing| missing.is_positive() && need.kind == ContributionKind::Money)?;
    let stated = from.is_some() || to.is_some();
    let fits = from.is_none_or(|from| from <= missing_fen);
    let whole = to.is_none_or(|to| missing_fen <= to);
    (stated && fits).then_some(FitReason::AmountInRange { missing_fen, whole })
}

fn fairness(need: &NeedFacts) -> impl Iterator<Item = FitReason> {
    let never = (need.pledged == Some(false)).then_some(FitReason::NeverPledged);
    let assisted = need.key_assisted.clone().map(|source| FitReason::KeyAssisted { source });
    never.into_iter().chain(assisted)
}

#[cfg(test)]
mod tests;
