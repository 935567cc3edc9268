//! Gifts of goods (捐赠物资) to a campaign's charity: what is offered, in which states it stands, what has to hold.
//!
//! A gift of goods is a record of its own and no pledge: its value is 物资折款, a number of its own that is never added to
//! money. What the charity found is in [`acceptance`], what went to the village in [`hand_over`], what becomes of the rest
//! in [`rest`], quantities and values in [`value`], its number in [`mod@reference`]. Deliberately absent: a valuation by the platform; the giver says what
//! it is worth and on what basis, and two people of the charity accept that or correct it with a reason.

pub mod acceptance;
pub mod hand_over;
pub mod reference;
pub mod rest;
pub mod value;

pub use acceptance::{InspectedLine, Inspection, InspectionFacts};
pub use hand_over::{GoodsHandOverInput, GoodsHandOverStatus, GoodsHandOverStep, GoodsReceipt};
pub use reference::GoodsReference;
pub use rest::{
    GoodsLossCause, GoodsParts, GoodsRestKind, GoodsRestStatus, GoodsRestStep, GoodsWriteOffInput, WriteOffFacts,
};
pub use value::{Quantity, part_of, worth};

use crate::campaign::CampaignStage;
use crate::pledge::PublicDisplay;
use crate::{Fen, NeedId, PersonId, Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The version of [`GOODS_TERMS`] that is in force; stored with each gift. A changed sentence is a new version.
pub const GOODS_TERMS_VERSION: &str = "2026-1";

/// What is told before goods are offered. Sources: Charity Law (2016 numbering), articles 36 (own, lawful, usable, and up
/// to the standards of safety, health and environment), 37 and 41; Law on Donations for Public Welfare, articles 4, 5, 9.
pub const GOODS_TERMS: &[&str] = &[
    "捐赠完全自愿，没有任何单位给您下达或摊派。",
    "捐赠的物资应是您有权处分的合法财产，有使用价值，符合安全、卫生、环保等标准；食品药品等须在保质期内。",
    "物资由慈善组织一人验收、另一人复核后才算接受；折款以慈善组织核定的为准，并写明依据。",
    "物资折款单独一个数，不加进认捐、到账、拨付和支出。",
    "怎样公开您的名称和折款由您决定，以后可以更改。",
];

pub const LINES_MAX: usize = 30;
pub const NAME_MAX: usize = 60;
pub const UNIT_MAX: usize = 10;
pub const NOTE_MAX: usize = 300;
/// Documents of a valuation, and photos of a hand-over.
pub const PAPERS_MAX: usize = 12;

words! {
    /// On what the value of goods rests.
    pub enum ValuationBasis {
        Invoice = "invoice" / "发票",
        Appraisal = "appraisal" / "评估报告",
        MarketPrice = "market_price" / "市场价",
        Cost = "cost" / "成本价",
    }
}

words! {
    /// The states of a gift of goods.
    pub enum GoodsGiftStatus {
        Offered = "offered" / "待验收",
        /// One person of the charity has looked at the goods; a second one has to confirm.
        Inspected = "inspected" / "待复核",
        /// Accepted at a value, without a need yet.
        Accepted = "accepted" / "已接受，待安排",
        SetAside = "set_aside" / "已安排，待移交",
        PartlyHandedOver = "partly_handed_over" / "部分移交",
        /// A part went to a village; the rest is not set aside for a need any more.
        PartlyFree = "partly_free" / "部分移交，余下待安排",
        HandedOver = "handed_over" / "全部移交",
        /// What was not handed over was written off.
        HandedOverShort = "handed_over_short" / "部分移交，余下报损",
        WrittenOff = "written_off" / "全部报损",
        /// Taken back by its giver before it was accepted.
        Withdrawn = "withdrawn" / "已撤回",
        Refused = "refused" / "未接受",
        /// It was accepted wrongly; nothing of it counts.
        Reversed = "reversed" / "已冲正",
    }
}

words! {
    /// What is done to a gift of goods.
    pub enum GoodsStep {
        Withdraw = "withdraw" / "撤回",
        Inspect = "inspect" / "登记验收",
        SendBack = "send_back" / "退回重新验收",
        Confirm = "confirm" / "复核确认",
        Refuse = "refuse" / "不接受",
        SetAside = "set_aside" / "安排给需求",
        HandOver = "hand_over" / "登记移交",
        /// Asks a second person to take back what is left, so that it can be set aside for another need.
        Release = "release" / "申请收回，另行安排",
        /// Asks a second person to write off what will never be handed over.
        WriteOff = "write_off" / "申请报损",
        /// By its giver, of what it bound to a need.
        Unbind = "unbind" / "同意改用于其他需求",
        AskReversal = "ask_reversal" / "申请冲正",
        Reverse = "reverse" / "确认冲正",
        DropReversal = "drop_reversal" / "不冲正",
        ChangeDisplay = "change_display" / "改公开方式",
    }
}

impl GoodsGiftStatus {
    /// Whether its value counts as accepted.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::SetAside
                | Self::PartlyHandedOver
                | Self::PartlyFree
                | Self::HandedOver
                | Self::HandedOverShort
                | Self::WrittenOff
        )
    }
}

/// How a gift of goods stands when somebody wants to do something to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a fact each, which do not exclude one another")]
pub struct GoodsStanding {
    pub status: GoodsGiftStatus,
    /// Whether its giver bound it to a need, and has not let it go since.
    pub bound: bool,
    /// Whether a part of it was written off.
    pub lost: bool,
    /// Whether a hand-over waits for the village or for the charity.
    pub hand_over_waits: bool,
    /// Whether one person has asked to reverse its acceptance.
    pub reversal_waits: bool,
    /// Whether one person has asked to take back or to write off what is left.
    pub rest_waits: bool,
}

/// Why something cannot be done to a gift of goods now, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GoodsNotNow {
    #[error("这份物资现在是“{}”，不能“{}”", .0.label(), .1.label())]
    State(GoodsGiftStatus, GoodsStep),
    #[error("有一次移交还没有办完，请先办完再操作")]
    HandOverWaits,
    #[error("这份物资有人申请冲正，请先确认冲正或不冲正")]
    ReversalWaits,
    #[error("余下的物资有人申请收回或报损，请另一人先确认或不办")]
    RestWaits,
    #[error(
        "这份物资是捐赠方指定给这条需求的，不能收回改安排。请先请捐赠方在这一页同意改用于其他需求；不能再移交的，请报损"
    )]
    Bound,
    #[error("这份物资已经报损一部分，不能冲正。确需更正的，请和审计商定")]
    PartlyWrittenOff,
    #[error("没有等待确认的冲正")]
    NothingToReverse,
    #[error("验收和复核须是两个人：请另一位有复核岗位的同事确认")]
    SamePerson,
}

impl GoodsStanding {
    /// The state after a step.
    ///
    /// # Errors
    /// The first reason against it.
    pub const fn after(self, step: GoodsStep) -> Result<GoodsGiftStatus, GoodsNotNow> {
        match self.reached(step) {
            Ok(next) => match self.in_the_way(step) {
                Some(why) => Err(why),
                None => Ok(next),
            },
            Err(why) => Err(why),
        }
    }

    /// Where a step leads from this state. What a second person has to confirm leaves the state as it is.
    const fn reached(self, step: GoodsStep) -> Result<GoodsGiftStatus, GoodsNotNow> {
        use GoodsGiftStatus::{
            Accepted, HandedOver, HandedOverShort, Inspected, Offered, PartlyFree, PartlyHandedOver, Refused, Reversed,
            SetAside, Withdrawn, WrittenOff,
        };
        let status = self.status;
        match (status, step) {
            (Offered | Inspected, GoodsStep::Withdraw) => Ok(Withdrawn),
            (Offered | Inspected, GoodsStep::Refuse) => Ok(Refused),
            (Offered, GoodsStep::Inspect) => Ok(Inspected),
            (Inspected, GoodsStep::SendBack) => Ok(Offered),
            (Inspected, GoodsStep::Confirm) => Ok(if self.bound { SetAside } else { Accepted }),
            (Accepted, GoodsStep::SetAside) => Ok(SetAside),
            (PartlyFree, GoodsStep::SetAside) => Ok(PartlyHandedOver),
            (SetAside | PartlyHandedOver, GoodsStep::Release) if self.bound => Err(GoodsNotNow::Bound),
            (SetAside | PartlyHandedOver, GoodsStep::Unbind) if !self.bound => Err(GoodsNotNow::State(status, step)),
            (Accepted | SetAside, GoodsStep::AskReversal | GoodsStep::Reverse) if self.lost => {
                Err(GoodsNotNow::PartlyWrittenOff)
            }
            (Accepted | SetAside, GoodsStep::Reverse) => Ok(Reversed),
            (SetAside | PartlyHandedOver, GoodsStep::HandOver | GoodsStep::Release | GoodsStep::Unbind)
            | (Accepted | SetAside | PartlyHandedOver | PartlyFree, GoodsStep::WriteOff)
            | (Accepted | SetAside, GoodsStep::AskReversal | GoodsStep::DropReversal)
            | (
                Offered | Inspected | Accepted | SetAside | PartlyHandedOver | PartlyFree | HandedOver
                | HandedOverShort | WrittenOff,
                GoodsStep::ChangeDisplay,
            ) => Ok(status),
            _ => Err(GoodsNotNow::State(status, step)),
        }
    }

    /// What has to be decided first. One thing at a time is under way with what is left of a gift.
    const fn in_the_way(self, step: GoodsStep) -> Option<GoodsNotNow> {
        use GoodsStep::{AskReversal, DropReversal, HandOver, Release, Reverse, SetAside, Unbind, WriteOff};
        match step {
            HandOver | Release | WriteOff | AskReversal | Reverse if self.hand_over_waits => {
                Some(GoodsNotNow::HandOverWaits)
            }
            HandOver | SetAside | Release | WriteOff | AskReversal if self.reversal_waits => {
                Some(GoodsNotNow::ReversalWaits)
            }
            HandOver | SetAside | Release | WriteOff | Unbind | AskReversal if self.rest_waits => {
                Some(GoodsNotNow::RestWaits)
            }
            Reverse | DropReversal if !self.reversal_waits => Some(GoodsNotNow::NothingToReverse),
            _ => None,
        }
    }
}

/// Two people, always.
///
/// # Errors
/// [`GoodsNotNow::SamePerson`].
pub fn check_second(first: PersonId, second: PersonId) -> Result<(), GoodsNotNow> {
    if first == second { Err(GoodsNotNow::SamePerson) } else { Ok(()) }
}

/// Why somebody withdraws, refuses, sends back or reverses; whom it concerns reads it.
///
/// # Errors
/// A sentence at `reason`.
pub fn check_reason(reason: &str) -> Result<(), Vec<Problem>> {
    crate::problem::check_reason(reason, Some("请写明原因，让对方知道为什么、接下来怎么办（至少 5 个字）"))
}

/// One line of what is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsLine {
    pub name: String,
    /// In thousandths of the unit.
    pub quantity: Quantity,
    pub unit: String,
    /// What one unit is worth.
    #[serde(rename = "unit_value_fen")]
    pub unit_value: Fen,
}

impl GoodsLine {
    /// What the line is worth.
    ///
    /// # Errors
    /// Where it leaves the range of amounts.
    pub fn value(&self) -> Result<Fen, crate::money::AmountError> {
        worth(self.quantity, self.unit_value)
    }

    /// What is wrong with it, in one sentence.
    fn problem(&self) -> Option<String> {
        let (name, unit) = (self.name.trim().chars().count(), self.unit.trim().chars().count());
        if !(1..=NAME_MAX).contains(&name) {
            return Some(format!("请写品名和规格，最多 {NAME_MAX} 个字"));
        }
        if !self.quantity.is_given() {
            return Some(value::NotAQuantity.to_string());
        }
        if !(1..=UNIT_MAX).contains(&unit) {
            return Some(format!("请写单位，如“箱”“吨”，最多 {UNIT_MAX} 个字"));
        }
        if !self.unit_value.is_positive() {
            return Some("单价应大于 0".to_owned());
        }
        match self.value() {
            Ok(value) if value.is_positive() => None,
            Ok(_) => Some("这一项的折款不到一分，请核对数量和单价".to_owned()),
            Err(error) => Some(error.to_string()),
        }
    }
}

/// What an enterprise hands in. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one box that the giver ticks or leaves")]
pub struct GoodsInput {
    /// 1 to 30.
    pub lines: Vec<GoodsLine>,
    /// The need that it is for; none where the charity decides.
    pub need: Option<NeedId>,
    pub basis: ValuationBasis,
    /// What the basis says: the invoice's number, whose report, where the price was found.
    pub basis_note: String,
    /// Of what perishes: the first day on which the goods may not be used any more.
    #[serde(default)]
    pub expires_on: Option<NaiveDate>,
    /// "It is ours, and we may give it away."
    pub own_property: bool,
    /// "It conforms to the standards of safety, health and environment."
    pub conforms: bool,
    /// "I give of my own free will."
    pub voluntary: bool,
    /// Nobody is shown by default: the giver has to choose.
    pub public_display: Option<PublicDisplay>,
    /// Whether the value is public; totals that are public hold shown values only.
    pub show_value: bool,
    /// The version of the terms that was read.
    pub terms_version: String,
}

/// What is known when goods are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoodsFacts {
    pub campaign: CampaignStage,
    /// Whether the need, where one is named, is public, takes gifts, and asks for goods or money.
    pub need_open: bool,
    /// Documents of the valuation.
    pub papers: usize,
    pub today: NaiveDate,
}

/// The value of all lines together.
///
/// # Errors
/// Where it leaves the range of amounts.
pub fn total(lines: &[GoodsLine]) -> Result<Fen, crate::money::AmountError> {
    lines.iter().try_fold(Fen::ZERO, |sum, line| sum.checked_add(line.value()?))
}

impl GoodsInput {
    /// Checks what was handed in and gives how its giver wants to be shown, and what it is worth.
    ///
    /// # Errors
    /// A sentence for each field that keeps it from being offered, all at once. Lines are named `line_0` and so on.
    pub fn check(&self, facts: GoodsFacts) -> Result<(PublicDisplay, Fen), Vec<Problem>> {
        let mut problems = Problems::new();
        problems.require(facts.campaign.takes_pledges(), "campaign", "本次活动现在不接受捐赠，请选择正在进行的活动");
        if self.need.is_some() {
            problems.require(facts.need_open, "need", "这条需求现在不能接受物资，请另选一条，或交慈善组织安排");
        }
        problems.require(!self.lines.is_empty(), "lines", "请至少写一项物资");
        problems.require(self.lines.len() <= LINES_MAX, "lines", "一次最多写 30 项，多的请另外捐一次");
        for (n, line) in self.lines.iter().enumerate().take(LINES_MAX) {
            if let Some(says) = line.problem() {
                problems.add(format!("line_{n}"), says);
            }
        }
        let value = if problems.is_empty() { total(&self.lines) } else { Ok(Fen::ZERO) };
        let value = problems.take(
            "lines",
            value.and_then(|value| if value.is_zero() { Ok(value) } else { value.check_amount().map(|()| value) }),
        );
        let note = self.basis_note.trim().chars().count();
        problems.require(
            (5..=NOTE_MAX).contains(&note),
            "basis_note",
            "请写明折款的依据（5 至 300 字），如发票号码、评估机构、询价的来源",
        );
        problems.require(facts.papers >= 1, "pictures", "请上传折款依据的照片，如发票、评估报告、价目表");
        problems.require(facts.papers <= PAPERS_MAX, "pictures", "照片最多 12 张");
        let fresh = self.expires_on.is_none_or(|last| last > facts.today);
        problems.require(fresh, "expires_on", "已过保质期的物资不能捐赠，请核对日期");
        problems.require(self.own_property, "own_property", "请确认：物资是本单位的合法财产，有权处分");
        problems.require(self.conforms, "conforms", "请确认：物资符合安全、卫生、环保等标准");
        problems.require(self.voluntary, "voluntary", "请确认这次捐赠完全出于自愿；如有人摊派，请不要提交并向我们反映");
        let current = self.terms_version == GOODS_TERMS_VERSION;
        problems.require(current, "terms_version", "捐赠须知已更新，请重新阅读后再提交");
        if self.public_display.is_none() {
            problems.add("public_display", "请选择怎样公开您的名称：全称、部分或匿名");
        }
        match (self.public_display, value) {
            (Some(display), Some(value)) if problems.is_empty() => Ok((display, value)),
            _ => Err(problems.into_vec()),
        }
    }
}

#[cfg(test)]
mod tests;
