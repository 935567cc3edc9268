//! Why something is recommended: every reason is a fact of the data, and has its points in the public table.
//!
//! Deliberately absent: the sentences that people read (the page words them in their language), and any reason that a
//! model might guess.

use crate::Fen;
use crate::need::{ContributionKind, Field};
use crate::place::PlaceCode;
use crate::registration::Industry;
use serde::{Deserialize, Serialize};

words! {
    /// The four parts of a score.
    pub enum Part {
        Relevance = "relevance" / "相关",
        Place = "place" / "地点",
        Fit = "fit" / "种类和金额",
        Fairness = "fairness" / "公平",
    }
}

words! {
    /// The kinds of reasons.
    pub enum ReasonKind {
        FieldChosen = "field_chosen" / "需求的领域是企业选过的",
        IndustryFits = "industry_fits" / "企业的行业按下表适合需求的领域",
        SharedTopic = "shared_topic" / "需求里和企业的名称或资料里有同一主题的词（每个主题）",
        SameTown = "same_town" / "企业的基地在需求所在的镇（街道）",
        SameCounty = "same_county" / "企业的基地在需求所在的县（市、区）",
        Near = "near" / "基地到需求所在镇的直线距离在 50 公里以内（每远 1 公里减 20 分）",
        PlaceChosen = "place_chosen" / "需求在企业选过的地方",
        AnyPlace = "any_place" / "供给面向全梅州",
        KindChosen = "kind_chosen" / "需求要的种类是企业能提供的",
        AmountInRange = "amount_in_range" / "需求还差的金额不低于企业范围的下限（高于上限的可以分担）",
        NeverPledged = "never_pledged" / "需求还没有企业认捐",
        KeyAssisted = "key_assisted" / "需求所在的镇是重点帮扶镇",
    }
}

impl Part {
    /// Its weight in the whole, per mille. Together they are 1,000.
    #[must_use]
    pub const fn weight(self) -> u16 {
        match self {
            Part::Relevance => 350,
            Part::Place => 250,
            Part::Fit | Part::Fairness => 200,
        }
    }

    /// Whether its reasons are added up, to 1,000 at most; of the others the best one counts.
    #[must_use]
    pub const fn adds_up(self) -> bool {
        !matches!(self, Part::Place)
    }
}

impl ReasonKind {
    #[must_use]
    pub const fn part(self) -> Part {
        match self {
            ReasonKind::FieldChosen | ReasonKind::IndustryFits | ReasonKind::SharedTopic => Part::Relevance,
            ReasonKind::SameTown
            | ReasonKind::SameCounty
            | ReasonKind::Near
            | ReasonKind::PlaceChosen
            | ReasonKind::AnyPlace => Part::Place,
            ReasonKind::KindChosen | ReasonKind::AmountInRange => Part::Fit,
            ReasonKind::NeverPledged | ReasonKind::KeyAssisted => Part::Fairness,
        }
    }

    /// Whether it tells what an enterprise said of itself for recommendations, which not everybody reads.
    #[must_use]
    pub const fn is_of_profile(self) -> bool {
        !matches!(self, ReasonKind::IndustryFits | ReasonKind::NeverPledged | ReasonKind::KeyAssisted)
    }

    /// What it is worth within its part, of 1,000; [`ReasonKind::Near`] for no distance at all.
    #[must_use]
    pub const fn points(self) -> u16 {
        match self {
            ReasonKind::SameTown | ReasonKind::Near => 1_000,
            ReasonKind::PlaceChosen => 700,
            ReasonKind::SameCounty | ReasonKind::NeverPledged => 600,
            ReasonKind::FieldChosen | ReasonKind::KindChosen | ReasonKind::AmountInRange => 500,
            ReasonKind::AnyPlace | ReasonKind::KeyAssisted => 400,
            ReasonKind::IndustryFits | ReasonKind::SharedTopic => 250,
        }
    }
}

/// Beyond so many kilometres nearness counts no more and is not told.
pub const NEAR_KM: u32 = 50;
const POINTS_PER_KM: u32 = 20;

/// One reason, with what makes it true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FitReason {
    FieldChosen {
        field: Field,
    },
    IndustryFits {
        industry: Industry,
        field: Field,
    },
    /// The topic, the word in the need and the word of the enterprise.
    SharedTopic {
        topic: String,
        need_word: String,
        own_word: String,
    },
    SameTown {
        town: String,
    },
    SameCounty {
        county: String,
    },
    /// `rough`: one of the two points is a county's centre, because the town's is not known.
    Near {
        km: u32,
        rough: bool,
    },
    /// The county or town that was chosen.
    PlaceChosen {
        place: PlaceCode,
        name: String,
    },
    AnyPlace,
    KindChosen {
        kind: ContributionKind,
    },
    /// `whole`: the range reaches all that is missing, and not only a part of it.
    AmountInRange {
        missing_fen: Fen,
        whole: bool,
    },
    NeverPledged,
    /// Which list says so.
    KeyAssisted {
        source: String,
    },
}

impl FitReason {
    #[must_use]
    pub const fn kind(&self) -> ReasonKind {
        match self {
            FitReason::FieldChosen { .. } => ReasonKind::FieldChosen,
            FitReason::IndustryFits { .. } => ReasonKind::IndustryFits,
            FitReason::SharedTopic { .. } => ReasonKind::SharedTopic,
            FitReason::SameTown { .. } => ReasonKind::SameTown,
            FitReason::SameCounty { .. } => ReasonKind::SameCounty,
            FitReason::Near { .. } => ReasonKind::Near,
            FitReason::PlaceChosen { .. } => ReasonKind::PlaceChosen,
            FitReason::AnyPlace => ReasonKind::AnyPlace,
            FitReason::KindChosen { .. } => ReasonKind::KindChosen,
            FitReason::AmountInRange { .. } => ReasonKind::AmountInRange,
            FitReason::NeverPledged => ReasonKind::NeverPledged,
            FitReason::KeyAssisted { .. } => ReasonKind::KeyAssisted,
        }
    }

    /// What it is worth in the whole, of 1,000, as long as its part is not full.
    #[must_use]
    pub fn worth(&self) -> u32 {
        u32::from(self.points()) * u32::from(self.kind().part().weight()) / 1_000
    }

    /// What it is worth within its part, of 1,000.
    #[must_use]
    pub fn points(&self) -> u16 {
        let full = self.kind().points();
        match self {
            FitReason::Near { km, .. } => {
                full.saturating_sub(u16::try_from(km.saturating_mul(POINTS_PER_KM)).unwrap_or(full))
            }
            _ => full,
        }
    }
}

/// How well two fit, per mille: the whole, and its parts before they are weighed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Score {
    pub total: u16,
    pub relevance: u16,
    pub place: u16,
    pub fit: u16,
    pub fairness: u16,
}

impl Score {
    /// The score that these reasons make.
    #[must_use]
    pub fn of(reasons: &[FitReason]) -> Self {
        let part = |part: Part| {
            let points = reasons.iter().filter(|reason| reason.kind().part() == part).map(FitReason::points);
            if part.adds_up() { points.sum() } else { points.max().unwrap_or(0) }
        };
        let [relevance, place] = [Part::Relevance, Part::Place].map(part);
        let [fit, fairness] = [Part::Fit, Part::Fairness].map(part);
        Score::of_parts(relevance, place, fit, fairness)
    }

    /// The score of so many points in each part, of which no more than 1,000 count.
    #[must_use]
    pub fn of_parts(relevance: u16, place: u16, fit: u16, fairness: u16) -> Self {
        let [relevance, place, fit, fairness] = [relevance, place, fit, fairness].map(|points| points.min(1_000));
        let weighed = |points: u16, part: Part| u32::from(points) * u32::from(part.weight());
        let total = weighed(relevance, Part::Relevance)
            + weighed(place, Part::Place)
            + weighed(fit, Part::Fit)
            + weighed(fairness, Part::Fairness);
        Score { total: u16::try_from(total / 1_000).unwrap_or(u16::MAX), relevance, place, fit, fairness }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_a_whole_and_no_reason_is_more_than_its_part() {
        assert_eq!(Part::ALL.iter().map(|part| part.weight()).sum::<u16>(), 1_000);
        for kind in ReasonKind::ALL {
            assert!((1..=1_000).contains(&kind.points()), "{kind}");
        }
        for part in Part::ALL {
            assert!(ReasonKind::ALL.iter().any(|kind| kind.part() == *part), "{part}");
        }
    }

    #[test]
    fn a_score_is_the_weighed_sum_of_its_parts() {
        let field = FitReason::FieldChosen { field: Field::Infrastructure };
        let topic =
            || FitReason::SharedTopic { topic: "照明".into(), need_word: "路灯".into(), own_word: "灯具".into() };
        let near = |km| FitReason::Near { km, rough: false };
        let county = FitReason::SameCounty { county: "五华县".into() };
        let in_range = FitReason::AmountInRange { missing_fen: Fen::yuan(1), whole: false };
        for (reasons, expected) in [
            (vec![], Score::default()),
            (vec![field.clone()], Score { total: 175, relevance: 500, ..Score::default() }),
            (
                vec![topic(), topic(), topic(), topic(), topic()],
                Score { total: 350, relevance: 1_000, ..Score::default() },
            ),
            (vec![county.clone(), near(12)], Score { total: 190, place: 760, ..Score::default() }),
            (vec![county, near(40)], Score { total: 150, place: 600, ..Score::default() }),
            (vec![near(NEAR_KM)], Score::default()),
            (vec![near(u32::MAX / 10)], Score::default()),
            (
                vec![FitReason::NeverPledged, FitReason::KeyAssisted { source: "表".into() }],
                Score { total: 200, fairness: 1_000, ..Score::default() },
            ),
            (
                vec![field, near(1), in_range, FitReason::NeverPledged],
                Score { total: 640, relevance: 500, place: 980, fit: 500, fairness: 600 },
            ),
        ] {
            assert_eq!(Score::of(&reasons), expected, "{reasons:?}");
        }
    }

    #[test]
    fn a_reason_is_one_object_on_the_wire() {
        let reason = FitReason::Near { km: 12, rough: true };
        let json = serde_json::json!({ "reason": "near", "km": 12, "rough": true });
        assert_eq!(serde_json::to_value(&reason).unwrap(), json);
        assert_eq!(serde_json::from_value::<FitReason>(json).unwrap(), reason);
        assert_eq!(serde_json::to_value(FitReason::AnyPlace).unwrap(), serde_json::json!({ "reason": "any_place" }));
    }
}
