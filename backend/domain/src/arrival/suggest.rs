//! Guessing whose a bank line is: candidates in order, each with the reasons that a person can check.
//!
//! A guess books nothing; a person matches and a second one confirms. Only a reference or a name makes a guess:
//! an equal amount alone points at half the town. Names are made comparable once for all lines. Deliberately absent:
//! finding candidates ([`meant`] says which references to look for), and any learning.

use super::BankLineInput;
use crate::money::to_half_width;
use crate::pledge::reference::{PledgeReference, find_references, nearest};
use crate::{Fen, PledgeId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// Days between pledge and payment that still count as near.
const NEAR_DAYS: u64 = 30;

/// A pledge that the line may belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Candidate {
    pub pledge: PledgeId,
    pub reference: PledgeReference,
    pub full_name: String,
    pub former_names: Vec<String>,
    /// Under other names money of this enterprise has come and was confirmed: its owner's, a sister company's.
    pub earlier_payers: Vec<String>,
    /// The name that people use, at least two characters; shorter ones are not looked for.
    pub short_name: Option<String>,
    /// Promised and not arrived yet.
    #[serde(rename = "outstanding_fen")]
    pub outstanding: Fen,
    pub pledged_on: NaiveDate,
}

/// A guess: score from 0 to 100 and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggestion {
    pub pledge: PledgeId,
    pub score: u8,
    pub reasons: Vec<Reason>,
}

words! {
    /// Why a line may belong to a pledge. The label is the sentence that staff read.
    pub enum Reason {
        ReferenceExact = "reference_exact" / "附言中有这笔认捐的编号",
        ReferenceNear = "reference_near" / "附言中的编号与这笔认捐只差一个错字或相邻两位颠倒",
        PayerIsFullName = "payer_is_full_name" / "付款方就是认捐企业的全称",
        PayerIsFormerName = "payer_is_former_name" / "付款方是认捐企业的曾用名",
        PayerPaidBefore = "payer_paid_before" / "这个付款方以前替认捐企业付过款",
        PayerHasShortName = "payer_has_short_name" / "付款方名称中有认捐企业的简称",
        RemarkHasName = "remark_has_name" / "附言中提到认捐企业",
        AmountEqual = "amount_equal" / "金额等于尚未到账的金额",
        AmountSmaller = "amount_smaller" / "金额小于尚未到账的金额，可能是分期到账",
        DateNear = "date_near" / "入账日期与认捐日期相差不超过 30 天",
    }
}

impl Reason {
    /// The sentence that staff read beside the guess.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        self.label()
    }

    /// What the reason adds to the score. One of reference (50), name (30), amount (15) and date (5) make 100.
    #[must_use]
    pub const fn points(self) -> u8 {
        match self {
            Self::ReferenceExact => 50,
            Self::ReferenceNear => 35,
            Self::PayerIsFullName => 30,
            Self::PayerIsFormerName => 26,
            Self::PayerPaidBefore => 22,
            Self::PayerHasShortName => 18,
            Self::RemarkHasName | Self::AmountEqual => 15,
            Self::AmountSmaller | Self::DateNear => 5,
        }
    }

    /// Whether the reason says who, and not only how much or when.
    #[must_use]
    pub const fn says_who(self) -> bool {
        !matches!(self, Self::AmountEqual | Self::AmountSmaller | Self::DateNear)
    }
}

/// The references that the 附言 of `line` names or may mean: whoever looks for candidates looks for these first.
#[must_use]
pub fn meant(line: &BankLineInput) -> Vec<PledgeReference> {
    let mut meant = find_references(&line.remark);
    meant.extend(nearest(&line.remark));
    meant
}

/// The pledges that lines may belong to, made ready once for all lines: a line is judged against those only that its
/// reference or a name leads to.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    ready: Vec<Ready>,
    by_reference: HashMap<PledgeReference, usize>,
    /// By full and former names and those of earlier payers, as they are compared.
    by_name: HashMap<String, Vec<usize>>,
    /// By how a name begins that may stand inside a text: two characters of a short one, four of a full one.
    by_two: HashMap<[char; 2], Vec<usize>>,
    by_four: HashMap<[char; 4], Vec<usize>>,
}

/// A candidate with its names as they are compared.
#[derive(Debug, Clone)]
struct Ready {
    candidate: Candidate,
    full: String,
    former: Vec<String>,
    payers: Vec<String>,
    /// Of two characters at least.
    short: Option<String>,
}

impl Candidates {
    #[must_use]
    pub fn new(candidates: impl IntoIterator<Item = Candidate>) -> Self {
        let mut all = Candidates::default();
        for candidate in candidates {
            all.add(Ready {
                full: normal_name(&candidate.full_name),
                former: candidate.former_names.iter().map(|name| normal_name(name)).collect(),
                payers: candidate.earlier_payers.iter().map(|name| normal_name(name)).collect(),
                short: candidate.short_name.as_deref().map(normal_name).filter(|name| name.chars().count() >= 2),
                candidate,
            });
        }
        all
    }

    fn add(&mut self, ready: Ready) {
        let at = self.ready.len();
        self.by_reference.insert(ready.candidate.reference, at);
        for name in std::iter::once(&ready.full).chain(&ready.former).chain(&ready.payers) {
            self.by_name.entry(name.clone()).or_default().push(at);
        }
        // A full name of less than four characters is found where the payer is named so, not inside other words.
        if let Some([one, two, three, four]) = beginning(&ready.full) {
            self.by_four.entry([one, two, three, four]).or_default().push(at);
        }
        if let Some(begins) = ready.short.as_deref().and_then(beginning) {
            self.by_two.entry(begins).or_default().push(at);
        }
        self.ready.push(ready);
    }

    /// Those that `line` may belong to, best first; of equal scores the older pledge, then the smaller id.
    #[must_use]
    pub fn suggest(&self, line: &BankLineInput) -> Vec<Suggestion> {
        let seen = Seen::of(line);
        let judged = |at: usize| {
            let ready = &self.ready[at];
            Some((ready.candidate.pledged_on, seen.judge(ready)?))
        };
        let mut ranked: Vec<(NaiveDate, Suggestion)> = self.led_to(&seen).into_iter().filter_map(judged).collect();
        ranked.sort_by_key(|(pledged_on, suggestion)| (Reverse(suggestion.score), *pledged_on, suggestion.pledge));
        ranked.into_iter().map(|(_, suggestion)| suggestion).collect()
    }

    /// Which of them the line's reference, payer or words lead to.
    fn led_to(&self, seen: &Seen<'_>) -> BTreeSet<usize> {
        let mut led: BTreeSet<usize> = seen
            .exact
            .iter()
            .chain(&seen.near)
            .filter_map(|reference| self.by_reference.get(reference))
            .copied()
            .collect();
        led.extend(self.by_name.get(&seen.payer).into_iter().flatten());
        for text in [&seen.payer, &seen.remark] {
            let characters: Vec<char> = text.chars().collect();
            led.extend(characters.windows(2).filter_map(|two| self.by_two.get(two)).flatten());
            led.extend(characters.windows(4).filter_map(|four| self.by_four.get(four)).flatten());
        }
        led
    }
}

/// The first characters of a name; none where it has fewer.
fn beginning<const N: usize>(name: &str) -> Option<[char; N]> {
    let mut characters = name.chars();
    let mut begins = ['\0'; N];
    for place in &mut begins {
        *place = characters.next()?;
    }
    Some(begins)
}

/// A name for comparing: half-width, upper case, without spaces. `梅州（客都）米业` and `梅州 (客都)米业` are equal.
#[must_use]
pub fn normal_name(name: &str) -> String {
    name.chars().map(to_half_width).filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// What the line says, made ready once for all candidates.
struct Seen<'a> {
    line: &'a BankLineInput,
    payer: String,
    remark: String,
    exact: Vec<PledgeReference>,
    near: Vec<PledgeReference>,
}

impl<'a> Seen<'a> {
    fn of(line: &'a BankLineInput) -> Self {
        Seen {
            line,
            payer: normal_name(&line.payer),
            remark: normal_name(&line.remark),
            exact: find_references(&line.remark),
            near: nearest(&line.remark),
        }
    }

    fn judge(&self, ready: &Ready) -> Option<Suggestion> {
        let candidate = &ready.candidate;
        let reasons: Vec<Reason> =
            [self.reference(candidate), self.name(ready), self.amount(candidate), self.date(candidate)]
                .into_iter()
                .flatten()
                .collect();
        let score = reasons.iter().map(|reason| reason.points()).sum::<u8>().min(100);
        reasons.iter().any(|reason| reason.says_who()).then_some(Suggestion {
            pledge: candidate.pledge,
            score,
            reasons,
        })
    }

    fn reference(&self, candidate: &Candidate) -> Option<Reason> {
        if self.exact.contains(&candidate.reference) {
            Some(Reason::ReferenceExact)
        } else {
            self.near.contains(&candidate.reference).then_some(Reason::ReferenceNear)
        }
    }

    /// The strongest thing that the names say. An owner who pays privately often names the firm in the remark.
    fn name(&self, ready: &Ready) -> Option<Reason> {
        let has_short = |text: &str| ready.short.as_ref().is_some_and(|name| text.contains(name.as_str()));
        if ready.full.is_empty() {
            None
        } else if self.payer == ready.full {
            Some(Reason::PayerIsFullName)
        } else if ready.former.contains(&self.payer) {
            Some(Reason::PayerIsFormerName)
        } else if ready.payers.contains(&self.payer) {
            Some(Reason::PayerPaidBefore)
        } else if has_short(&self.payer) {
            Some(Reason::PayerHasShortName)
        } else {
            (self.remark.contains(&ready.full) || has_short(&self.remark)).then_some(Reason::RemarkHasName)
        }
    }

    fn amount(&self, candidate: &Candidate) -> Option<Reason> {
        match self.line.amount.cmp(&candidate.outstanding) {
            std::cmp::Ordering::Equal => Some(Reason::AmountEqual),
            std::cmp::Ordering::Less => Some(Reason::AmountSmaller),
            std::cmp::Ordering::Greater => None,
        }
    }

    fn date(&self, candidate: &Candidate) -> Option<Reason> {
        let days = (self.line.booked_on - candidate.pledged_on).num_days().unsigned_abs();
        (days <= NEAR_DAYS).then_some(Reason::DateNear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn candidate(number: u64, full_name: &str, yuan: i64) -> Candidate {
        Candidate {
            pledge: PledgeId(Uuid::from_u128(number.into())),
            reference: PledgeReference::from_number(number).unwrap(),
            full_name: full_name.to_owned(),
            former_names: vec!["梅县果品公司".to_owned()],
            earlier_payers: vec!["张金柚".to_owned()],
            short_name: Some("金柚".to_owned()),
            outstanding: Fen::yuan(yuan),
            pledged_on: day("2026-06-20"),
        }
    }

    fn suggest(line: &BankLineInput, candidates: &[Candidate]) -> Vec<Suggestion> {
        Candidates::new(candidates.iter().cloned()).suggest(line)
    }

    fn line(payer: &str, yuan: i64, remark: &str) -> BankLineInput {
        BankLineInput {
            booked_on: day("2026-06-30"),
            payer: payer.to_owned(),
            amount: Fen::yuan(yuan),
            remark: remark.to_owned(),
            serial_no: "1".to_owned(),
            channel: crate::arrival::LineChannel::Transfer,
        }
    }

    #[test]
    fn each_reason_is_found_and_adds_its_points() {
        use Reason::{
            AmountEqual, AmountSmaller, DateNear, PayerHasShortName, PayerIsFormerName, PayerIsFullName,
            PayerPaidBefore, ReferenceExact, ReferenceNear, RemarkHasName,
        };
        let pledge = candidate(42, "梅州（金柚）农业有限公司", 500);
        let exact = pledge.reference.to_string();
        let mut near: Vec<char> = exact.chars().collect();
        near[5] = 'O';
        let near: String = near.into_iter().collect();
        let table: &[(&str, i64, &str, &[Reason], u8)] = &[
            ("梅州 （金柚）农业有限公司", 500, &exact, &[ReferenceExact, PayerIsFullName, AmountEqual, DateNear], 100),
            ("梅州（金柚）农业有限公司", 500, &near, &[ReferenceNear, PayerIsFullName, AmountEqual, DateNear], 85),
            ("张三", 500, &exact, &[ReferenceExact, AmountEqual, DateNear], 70),
            ("梅县果品公司", 100, "", &[PayerIsFormerName, AmountSmaller, DateNear], 36),
            ("张 金柚", 600, "", &[PayerPaidBefore, DateNear], 27),
            ("金柚（广州）公司", 600, "", &[PayerHasShortName, DateNear], 23),
            ("张三", 500, "代金柚捐款", &[RemarkHasName, AmountEqual, DateNear], 35),
        ];
        for (payer, yuan, remark, reasons, score) in table {
            let found = suggest(&line(payer, *yuan, remark), std::slice::from_ref(&pledge));
            assert_eq!(found.len(), 1, "{payer} {remark}");
            assert_eq!((found[0].reasons.as_slice(), found[0].score), (*reasons, *score), "{payer} {remark}");
        }
    }

    #[test]
    fn the_references_to_look_for_are_those_named_and_those_nearly_named() {
        let (named, other) = (candidate(42, "甲", 1).reference, candidate(43, "乙", 1).reference);
        let mut near: Vec<char> = other.to_string().chars().collect();
        near.swap(3, 4);
        let near: String = near.into_iter().collect();
        let meant = meant(&line("张三", 1, &format!("捐款{named} {near}")));
        assert!(meant.contains(&named) && meant.contains(&other), "{meant:?}");
        assert!(super::meant(&line("张三", 1, "捐款")).is_empty());
    }

    #[test]
    fn an_equal_amount_alone_is_no_suggestion() {
        let pledge = candidate(42, "梅州金柚农业有限公司", 500);
        assert!(suggest(&line("兴宁某厂", 500, "捐款"), &[pledge]).is_empty());
    }

    #[test]
    fn a_date_is_near_for_thirty_days_either_way() {
        let pledge = candidate(42, "梅州金柚农业有限公司", 500);
        for (booked_on, near) in
            [("2026-07-20", true), ("2026-07-21", false), ("2026-05-21", true), ("2026-05-20", false)]
        {
            let line = BankLineInput { booked_on: day(booked_on), ..line("梅州金柚农业有限公司", 500, "") };
            let found = suggest(&line, std::slice::from_ref(&pledge));
            assert_eq!(found[0].reasons.contains(&Reason::DateNear), near, "{booked_on}");
        }
    }

    #[test]
    fn of_equal_scores_the_older_pledge_comes_first_then_the_smaller_id() {
        let old = Candidate { pledged_on: day("2026-06-19"), ..candidate(9, "梅州金柚农业有限公司", 500) };
        let (two, three) = (candidate(2, "梅州金柚农业有限公司", 500), candidate(3, "梅州金柚农业有限公司", 500));
        let found = suggest(&line("梅州金柚农业有限公司", 500, ""), &[three.clone(), old.clone(), two.clone()]);
        let order: Vec<_> = found.iter().map(|suggestion| suggestion.pledge).collect();
        assert_eq!(order, [old.pledge, two.pledge, three.pledge]);
    }

    #[test]
    fn a_short_name_of_one_character_is_not_looked_for() {
        let pledge =
            Candidate { short_name: Some("金".to_owned()), ..candidate(42, "梅州金柚农业有限公司", 500) };
        assert!(suggest(&line("五金商行", 500, ""), &[pledge]).is_empty());
    }

    #[test]
    fn every_reason_has_a_sentence_of_its_own() {
        let mut sentences: Vec<_> = Reason::ALL.iter().map(|reason| reason.sentence()).collect();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), Reason::ALL.len());
    }

    proptest! {
        #[test]
        fn the_order_of_candidates_does_not_matter(
            seeds in prop::collection::btree_set(0u64..50, 1..12), yuan in 1i64..4, shift in 0usize..12,
        ) {
            let names = ["梅州金柚农业有限公司", "客都米业", "兴宁油茶厂"];
            let candidates: Vec<_> = seeds
                .iter()
                .zip(0usize..)
                .map(|(seed, position)| candidate(*seed, names[position % 3], i64::try_from(seed % 3).unwrap() + 1))
                .collect();
            let remark = candidates[0].reference.to_string();
            let line = line("客都米业", yuan, &remark);
            let mut turned = candidates.clone();
            turned.rotate_left(shift % candidates.len());
            let found = suggest(&line, &candidates);
            prop_assert_eq!(&found, &suggest(&line, &turned));
            prop_assert!(found.is_sorted_by_key(|suggestion| Reverse(suggestion.score)));
            prop_assert!(found.iter().all(|suggestion| suggestion.score <= 100));
        }
    }
}
