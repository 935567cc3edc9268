//! A revision: a village's proposal to change a need that is public already. What was approved stays public until the
//! federation has approved the other text; what makes the need ask for more, or for something else, is shown for
//! objections first.
//!
//! Deliberately absent: the need's own life (status), which a revision never moves, and what differs (change).

use super::change::{NeedPart, changes};
use super::status::{NotNow, SAY_WHY};
use super::{AskedLine, ContributionKind, NeedContent, NeedStatus};
use crate::organisation::Role;
use crate::problem::check_reason;
use crate::{Fen, Problem, Problems};
use chrono::NaiveDate;

words! {
    /// The life of a revision. One of a need is alive at a time; an ended one stays on record.
    pub enum RevisionStatus {
        Draft = "draft" / "修改草稿",
        TownReview = "town_review" / "修改待镇审",
        FederationReview = "federation_review" / "修改待工商联审核",
        Publicized = "publicized" / "修改公示中",
        Returned = "returned" / "修改被退回",
        Approved = "approved" / "修改已生效",
        Dropped = "dropped" / "修改已撤销",
    }
}

words! {
    /// What is done to a revision.
    pub enum RevisionAction {
        /// By the village: to the town, where somebody reviews there, else to the federation.
        Submit = "submit" / "提交修改审核",
        /// By the town: on to the federation.
        Pass = "pass" / "镇审通过这项修改",
        /// By the federation, of what waits at a town.
        TakeUp = "take_up" / "提级审核这项修改",
        Return = "return" / "退回这项修改",
        /// By the federation.
        Approve = "approve" / "审核通过这项修改",
        /// By the house, when its days of objection are over.
        TakeEffect = "take_effect" / "公示结束，修改生效",
        /// By the village; by the house, when the need goes where nothing is revised.
        Drop = "drop" / "撤销这项修改",
    }
}

/// Why a step cannot be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRevised {
    #[error("这项修改现在是“{}”，不能这样操作", .0.label())]
    State(RevisionStatus),
    #[error(transparent)]
    Need(NotNow),
}

/// What a step has to know beside the revision's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisionFacts {
    pub need: NeedStatus,
    /// Somebody reviews for the village's town.
    pub town_reviews: bool,
    /// It is shown for objections before it takes effect.
    pub publicity: bool,
}

impl RevisionStatus {
    /// The state after `action`.
    ///
    /// # Errors
    /// Why it cannot be taken now.
    pub const fn after(self, action: RevisionAction, facts: RevisionFacts) -> Result<RevisionStatus, NotRevised> {
        use RevisionAction as Do;
        use RevisionStatus as Is;
        let next = match (self, action) {
            (Is::Draft | Is::Returned, Do::Submit) if facts.town_reviews => Is::TownReview,
            (Is::Draft | Is::Returned, Do::Submit) | (Is::TownReview, Do::Pass | Do::TakeUp) => Is::FederationReview,
            (Is::TownReview | Is::FederationReview | Is::Publicized, Do::Return) => Is::Returned,
            (Is::FederationReview, Do::Approve) if facts.publicity => Is::Publicized,
            (Is::FederationReview, Do::Approve) | (Is::Publicized, Do::TakeEffect) => Is::Approved,
            (Is::Draft | Is::Returned | Is::TownReview | Is::FederationReview | Is::Publicized, Do::Drop) => {
                Is::Dropped
            }
            _ => return Err(NotRevised::State(self)),
        };
        // A step forward is one towards another text, for which the need has to be where it can be changed.
        let forward = !matches!(action, Do::Return | Do::Drop);
        if forward && !facts.need.takes_revisions() {
            return Err(NotRevised::Need(NotNow::State(facts.need)));
        }
        Ok(next)
    }

    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self, RevisionStatus::Approved | RevisionStatus::Dropped)
    }

    /// Whether the village may change its text.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        matches!(self, RevisionStatus::Draft | RevisionStatus::Returned)
    }
}

impl RevisionAction {
    /// Whether it is taken by somebody in this role, on a revision in this state. The house's own step is nobody's.
    #[must_use]
    pub const fn is_for(self, role: Role, status: RevisionStatus) -> bool {
        let federation = matches!(role, Role::FederationCounty | Role::FederationCity);
        match self {
            RevisionAction::Submit | RevisionAction::Drop => matches!(role, Role::VillageReporter | Role::VillageHead),
            RevisionAction::Pass => matches!(role, Role::TownReviewer),
            RevisionAction::Return if matches!(status, RevisionStatus::TownReview) => {
                matches!(role, Role::TownReviewer)
            }
            RevisionAction::Return | RevisionAction::TakeUp | RevisionAction::Approve => federation,
            RevisionAction::TakeEffect => false,
        }
    }

    /// Whether whoever takes it says why.
    #[must_use]
    pub const fn wants_reason(self) -> bool {
        matches!(self, RevisionAction::Return | RevisionAction::TakeUp)
    }

    /// Checks what was said with it.
    ///
    /// # Errors
    /// A sentence at `reason`.
    pub fn check_reason(self, reason: &str) -> Result<(), Vec<Problem>> {
        check_reason(reason, self.wants_reason().then_some(SAY_WHY))
    }
}

impl NeedStatus {
    /// Whether a public need can be changed by a revision: not while it is set aside, and not when its work is done.
    #[must_use]
    pub const fn takes_revisions(self) -> bool {
        matches!(
            self,
            NeedStatus::Publicized
                | NeedStatus::Open
                | NeedStatus::PartlyFunded
                | NeedStatus::Funded
                | NeedStatus::InProgress
        )
    }

    /// Whether a revision that is under way may wait for the need to come back.
    #[must_use]
    pub const fn keeps_revisions(self) -> bool {
        self.takes_revisions() || matches!(self, NeedStatus::Paused | NeedStatus::Acceptance)
    }
}

/// What has been promised and told of a need, which no other text may undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promised {
    pub need: NeedStatus,
    /// Anything at all was promised for it.
    pub any: bool,
    /// Money pledged to it or set aside for it.
    pub money: Fen,
    /// Its village has reported what it reached.
    pub reported: bool,
}

pub const WHY_MAX: usize = 500;

/// Problems that even the draft of a revision may not have.
#[must_use]
pub fn check_revision_draft(shown: &NeedContent, proposed: &NeedContent, why: &str) -> Problems {
    let mut problems = proposed.check_draft();
    problems.require(shown.village == proposed.village, "village", "村（社区）不能改。别的村的事，请由那个村另写一条");
    problems.require(shown.kind == proposed.kind, "kind", "需求的类别不能改，请另写一条");
    problems.require(why.trim().chars().count() <= WHY_MAX, "why", "修改的原因最多 500 个字");
    problems
}

/// Problems that keep a revision from being submitted, and from taking effect, on `today`.
#[must_use]
pub fn check_revision(
    (shown, proposed): (&NeedContent, &NeedContent),
    why: &str,
    promised: Promised,
    today: NaiveDate,
) -> Problems {
    let mut problems = check_revision_draft(shown, proposed, why);
    // A day that was approved once may have come meanwhile; only another one has to lie ahead.
    let dated =
        if shown.wanted_by == proposed.wanted_by { proposed.wanted_by.and_then(|day| day.pred_opt()) } else { None };
    problems.add_unless_known(proposed.check_complete(dated.unwrap_or(today).min(today)));
    problems.require(!changes(shown, proposed).is_empty(), "message", "和现在公开的内容没有不同，不用提交");
    problems.require(
        !promised.any || why.trim().chars().count() >= 5,
        "why",
        "已有企业认捐或承诺，请写明为什么要改（至少 5 个字），会告诉他们",
    );
    check_amount(&mut problems, shown, proposed, promised);
    if promised.any && shown.kind != ContributionKind::Money {
        check_lines(&mut problems, &shown.lines, &proposed.lines);
    }
    if promised.reported {
        let same = (shown.indicator, &shown.outcome_unit) == (proposed.indicator, &proposed.outcome_unit);
        problems.require(same, "outcome_unit", "已经按原来的指标和单位报告过成效，不能再换");
    }
    problems
}

fn check_amount(problems: &mut Problems, shown: &NeedContent, proposed: &NeedContent, promised: Promised) {
    let Some(amount) = proposed.amount_fen else { return };
    if amount < promised.money {
        problems.add("amount", format!("已有认捐和统筹安排 {}，金额不能少于它", promised.money));
    }
    let more = shown.amount_fen.is_some_and(|before| amount > before);
    let closed = promised.need == NeedStatus::InProgress;
    problems.require(!(more && closed), "amount", "已经开工、不再接受认捐，金额不能提高。还缺的钱，请另写一条");
}

/// What enterprises promised to is promised to a line by its place: none is taken away, moved or made less.
fn check_lines(problems: &mut Problems, shown: &[AskedLine], proposed: &[AskedLine]) {
    for (at, line) in shown.iter().enumerate() {
        let stays = proposed.get(at).is_some_and(|other| {
            (&other.name, &other.unit) == (&line.name, &line.unit) && other.quantity >= line.quantity
        });
        if !stays {
            let text = "已有企业承诺，“{}”要留在原来的位置，数量不能减少；要新增的请写在后面";
            problems.add("lines", text.replace("{}", &line.name));
        }
    }
}

/// Whether the other text asks for more, or for something else: then everybody is given time to object to it.
#[must_use]
pub fn wants_publicity(shown: &NeedContent, proposed: &NeedContent) -> bool {
    let more = |before: Option<Fen>, after: Option<Fen>| after > before;
    let purpose = changes(shown, proposed).iter().any(|change| match change.part {
        NeedPart::Field | NeedPart::Title | NeedPart::Procured | NeedPart::Form => true,
        NeedPart::Item | NeedPart::Line => change.before.is_empty(),
        _ => false,
    });
    let grows = proposed.lines.iter().any(|line| {
        let before = shown.lines.iter().filter(|other| other.name == line.name).filter_map(|other| other.quantity);
        line.quantity > before.max()
    });
    purpose || grows || more(shown.amount_fen, proposed.amount_fen) || more(shown.budget(), proposed.budget())
}

#[cfg(test)]
mod tests {
    use super::super::change::tests::{goods, money};
    use super::*;
    use crate::need::{BudgetItem, Field};
    use RevisionAction as Do;
    use RevisionStatus as Is;

    const QUIET: RevisionFacts = RevisionFacts { need: NeedStatus::Open, town_reviews: false, publicity: false };
    const NOTHING: Promised = Promised { need: NeedStatus::Open, any: false, money: Fen::ZERO, reported: false };

    /// Every pair of state and action: what is not listed is refused by the state.
    #[test]
    fn each_state_allows_these_steps_and_no_others() {
        let table = [
            (Is::Draft, vec![(Do::Submit, Is::FederationReview), (Do::Drop, Is::Dropped)]),
            (
                Is::TownReview,
                vec![
                    (Do::Pass, Is::FederationReview),
                    (Do::TakeUp, Is::FederationReview),
                    (Do::Return, Is::Returned),
                    (Do::Drop, Is::Dropped),
                ],
            ),
            (
                Is::FederationReview,
                vec![(Do::Return, Is::Returned), (Do::Approve, Is::Approved), (Do::Drop, Is::Dropped)],
            ),
            (Is::Publicized, vec![(Do::Return, Is::Returned), (Do::TakeEffect, Is::Approved), (Do::Drop, Is::Dropped)]),
            (Is::Returned, vec![(Do::Submit, Is::FederationReview), (Do::Drop, Is::Dropped)]),
            (Is::Approved, vec![]),
            (Is::Dropped, vec![]),
        ];
        assert_eq!(table.len(), Is::ALL.len());
        for (status, steps) in table {
            assert_eq!(status.is_live(), !steps.is_empty());
            for action in Do::ALL {
                let expected = steps.iter().find(|(step, _)| step == action).map(|(_, next)| *next);
                assert_eq!(status.after(*action, QUIET).ok(), expected, "{status} {action}");
            }
        }
        let town = RevisionFacts { town_reviews: true, ..QUIET };
        assert_eq!(Is::Returned.after(Do::Submit, town), Ok(Is::TownReview));
        let shown_first = RevisionFacts { publicity: true, ..QUIET };
        assert_eq!(Is::FederationReview.after(Do::Approve, shown_first), Ok(Is::Publicized));
    }

    #[test]
    fn a_need_that_is_set_aside_or_done_is_not_changed_but_a_revision_can_be_sent_back_or_dropped() {
        for need in NeedStatus::ALL.iter().copied() {
            let facts = RevisionFacts { need, ..QUIET };
            assert_eq!(Is::FederationReview.after(Do::Approve, facts).is_ok(), need.takes_revisions(), "{need}");
            assert!(Is::FederationReview.after(Do::Return, facts).is_ok() && Is::Draft.after(Do::Drop, facts).is_ok());
            assert!(!need.takes_revisions() || (need.keeps_revisions() && need.is_public()), "{need}");
        }
        assert!(NeedStatus::Paused.keeps_revisions() && !NeedStatus::Paused.takes_revisions());
        assert!(!NeedStatus::Closed.keeps_revisions() && !NeedStatus::Returned.keeps_revisions());
    }

    #[test]
    fn each_step_has_its_hands_and_whoever_sends_back_says_why() {
        let hands = |action: Do, status| -> Vec<Role> {
            Role::ALL.iter().copied().filter(|role| action.is_for(*role, status)).collect()
        };
        let federation = [Role::FederationCounty, Role::FederationCity];
        assert_eq!(hands(Do::Submit, Is::Draft), [Role::VillageReporter, Role::VillageHead]);
        assert_eq!(hands(Do::Return, Is::TownReview), [Role::TownReviewer]);
        assert_eq!(hands(Do::Return, Is::FederationReview), federation);
        assert_eq!(hands(Do::Approve, Is::FederationReview), federation);
        assert!(hands(Do::TakeEffect, Is::Publicized).is_empty());
        for action in Do::ALL {
            assert_eq!(action.check_reason("").is_err(), action.wants_reason(), "{action}");
        }
    }

    fn refused(proposed: &NeedContent, why: &str, promised: Promised) -> Vec<String> {
        let shown = if proposed.kind == ContributionKind::Money { money() } else { goods() };
        let problems = check_revision((&shown, proposed), why, promised, "2026-06-30".parse().unwrap());
        problems.into_vec().into_iter().map(|problem| problem.field).collect()
    }

    fn asks(yuan: i64) -> NeedContent {
        NeedContent { amount_fen: Some(Fen::yuan(yuan)), ..money() }
    }

    #[test]
    fn village_and_kind_stay_and_something_has_to_change() {
        assert_eq!(refused(&money(), "", NOTHING), ["message"]);
        let elsewhere = NeedContent { village: "441481102200".parse().unwrap(), ..asks(90_000) };
        assert_eq!(refused(&elsewhere, "", NOTHING), ["village"]);
        let other_kind = NeedContent { kind: ContributionKind::Goods, ..money() };
        let problems = check_revision_draft(&money(), &other_kind, "").into_vec();
        assert!(problems.iter().any(|problem| problem.field == "kind"));
        let field = NeedContent { field: Some(Field::Other), ..money() };
        assert_eq!(refused(&field, "", NOTHING), Vec::<String>::new());
    }

    #[test]
    fn what_is_promised_is_not_undercut_and_has_to_be_told_why() {
        let promised = Promised { any: true, money: Fen::yuan(60_000), ..NOTHING };
        assert_eq!(refused(&asks(60_000), "报价降了一些", promised), Vec::<String>::new());
        assert_eq!(refused(&asks(59_999), "报价降了一些", promised), ["amount"]);
        assert_eq!(refused(&asks(60_000), " 降 ", promised), ["why"]);
        assert_eq!(refused(&asks(60_000), "", NOTHING), Vec::<String>::new());
        assert_eq!(refused(&asks(90_000), &"长".repeat(501), NOTHING), ["why"]);
    }

    #[test]
    fn once_the_work_has_begun_no_more_is_asked() {
        let begun = Promised { need: NeedStatus::InProgress, ..NOTHING };
        assert_eq!(refused(&asks(120_000), "", begun), ["amount"]);
        assert_eq!(refused(&asks(90_000), "", begun), Vec::<String>::new());
        assert_eq!(refused(&asks(120_000), "", NOTHING), Vec::<String>::new());
    }

    #[test]
    fn a_line_that_was_promised_to_stays_and_does_not_shrink() {
        let promised = Promised { any: true, ..NOTHING };
        let with = |quantity, name: &str| {
            let mut content = goods();
            content.lines[0].quantity = Some(quantity);
            content.lines[0].name = name.into();
            content
        };
        assert_eq!(refused(&with(19, "太阳能路灯"), "少装一盏也够", promised), ["lines"]);
        assert_eq!(refused(&with(20, "庭院灯"), "换成别的灯", promised), ["lines"]);
        assert_eq!(refused(&with(25, "太阳能路灯"), "多装五盏灯", promised), Vec::<String>::new());
        let mut moved = goods();
        moved.lines.insert(0, AskedLine { name: "垃圾桶".into(), ..moved.lines[0].clone() });
        assert!(refused(&moved, "先要几个垃圾桶", promised).iter().all(|field| field == "lines"));
        moved.lines.rotate_left(1);
        assert_eq!(refused(&moved, "再要几个垃圾桶", promised), Vec::<String>::new());
        assert_eq!(refused(&with(19, "太阳能路灯"), "", NOTHING), Vec::<String>::new());
    }

    #[test]
    fn a_unit_in_which_was_reported_stays() {
        let reported = Promised { reported: true, ..NOTHING };
        let counted = NeedContent { outcome_unit: "人".into(), ..money() };
        assert_eq!(refused(&counted, "", reported), ["outcome_unit"]);
        let more = NeedContent { outcome_quantity: Some(160), ..money() };
        assert_eq!(refused(&more, "", reported), Vec::<String>::new());
    }

    #[test]
    fn a_day_that_has_come_meanwhile_is_no_obstacle_but_a_new_one_lies_ahead() {
        let shown = NeedContent { wanted_by: "2026-06-01".parse().ok(), ..money() };
        let today = "2026-06-30".parse().unwrap();
        let problems = |proposed: &NeedContent| check_revision((&shown, proposed), "", NOTHING, today).into_vec();
        assert_eq!(problems(&NeedContent { outcome: "160 户有水".into(), ..shown.clone() }), []);
        let past = NeedContent { wanted_by: "2026-06-15".parse().ok(), ..shown.clone() };
        assert_eq!(problems(&past)[0].field, "wanted_by");
    }

    #[test]
    fn more_or_something_else_is_shown_for_objections_and_the_rest_is_not() {
        let public = |change: fn(&mut NeedContent)| {
            let mut content = money();
            change(&mut content);
            wants_publicity(&money(), &content)
        };
        assert!(public(|c| c.amount_fen = Some(Fen::yuan(100_001))));
        assert!(public(|c| c.field = Some(Field::Other)));
        assert!(public(|c| c.title = "村道硬化工程".into()));
        assert!(public(|c| c.items.push(BudgetItem { name: "水泵".into(), amount_fen: Fen::yuan(1) })));
        assert!(public(|c| c.items[0].amount_fen = Fen::yuan(80_001)));
        for small in [
            |c: &mut NeedContent| c.amount_fen = Some(Fen::yuan(99_999)),
            |c: &mut NeedContent| c.description.push_str("已请镇水利所看过。"),
            |c: &mut NeedContent| c.wanted_by = "2027-01-01".parse().ok(),
            |c: &mut NeedContent| c.items.truncate(1),
        ] {
            assert!(!public(small));
        }
        let mut more = goods();
        more.lines[0].quantity = Some(21);
        assert!(wants_publicity(&goods(), &more) && !wants_publicity(&more, &goods()));
    }
}
