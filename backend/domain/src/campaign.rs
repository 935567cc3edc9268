//! A campaign: its stages, what is allowed in each, and the campaign year.
//!
//! Names of campaigns and programmes are data, never code: they have changed before and will again. Deliberately
//! absent: the clock. A caller passes the legal day, which [`legal_day`] makes from an instant.

pub mod setup;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// The stages of a campaign, in order.
    pub enum CampaignStage {
        /// Being set up; seen by staff only.
        Draft = "draft" / "筹备",
        /// Announced; pledges are welcome.
        Preview = "preview" / "预热",
        /// The ceremony is rehearsed on a board that only staff see. Real pledges stay open meanwhile.
        Rehearsal = "rehearsal" / "演练",
        /// The day itself: the public board is on.
        Live = "live" / "进行",
        /// Pledges are being turned into money; late pledges are still taken.
        Collecting = "collecting" / "兑现期",
        /// Counted and published. Money that comes or moves later is booked all the same.
        Settled = "settled" / "结算",
        /// Closed for good: to be read only.
        Archived = "archived" / "归档",
    }
}

words! {
    /// What can be done with a campaign; [`CampaignStage::allows`] says when.
    pub enum CampaignAct {
        /// Change its names, texts, days, and who receives for it.
        EditSetup = "edit_setup" / "修改设置",
        /// Record what the law asks for and what changes while it runs: certificates, filings, partners, links.
        KeepRecords = "keep_records" / "登记资格、备案、合作方和捐赠链接",
        /// List needs, take them off, put them in order.
        ListNeeds = "list_needs" / "挑选需求",
        /// Enter test pledges.
        Rehearse = "rehearse" / "录入演练的认捐",
        /// Be seen by visitors.
        ShowPublicly = "show_publicly" / "公开展示",
        /// Take a pledge.
        Pledge = "pledge" / "认捐",
        /// Show the board to everybody.
        ShowBoard = "show_board" / "展示大屏",
        /// Book money that arrived, and let it be allocated, paid and accounted for.
        MoveMoney = "move_money" / "记账",
    }
}

impl CampaignStage {
    /// Whether a campaign may go from this stage to `next`. The rehearsal may be skipped and repeated.
    #[must_use]
    pub const fn may_become(self, next: CampaignStage) -> bool {
        use CampaignStage::{Archived, Collecting, Draft, Live, Preview, Rehearsal, Settled};
        matches!(
            (self, next),
            (Draft, Preview | Archived)
                | (Preview, Rehearsal | Live | Archived)
                | (Rehearsal, Preview | Live)
                | (Live, Collecting)
                | (Collecting, Settled)
                | (Settled, Archived)
        )
    }

    /// What is allowed in this stage.
    #[must_use]
    pub const fn allows(self, act: CampaignAct) -> bool {
        use CampaignAct::{EditSetup, KeepRecords, ListNeeds, MoveMoney, Pledge, Rehearse, ShowBoard, ShowPublicly};
        match self {
            Self::Draft => matches!(act, EditSetup | KeepRecords | ListNeeds),
            Self::Preview => {
                matches!(act, EditSetup | KeepRecords | ListNeeds | ShowPublicly | Pledge | MoveMoney)
            }
            Self::Rehearsal => matches!(act, KeepRecords | ListNeeds | Rehearse | ShowPublicly | Pledge | MoveMoney),
            Self::Live | Self::Collecting => {
                matches!(act, KeepRecords | ListNeeds | ShowPublicly | Pledge | ShowBoard | MoveMoney)
            }
            Self::Settled => matches!(act, KeepRecords | ShowPublicly | ShowBoard | MoveMoney),
            Self::Archived => matches!(act, ShowPublicly | ShowBoard),
        }
    }

    /// From which day on a campaign that is held on a day waits to go from this stage to the next: before it, until its
    /// day has come; live, until the day after; and the money of a year is counted when its campaign year is over.
    #[must_use]
    pub fn moves_on_from(self, held_on: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Draft | Self::Preview | Self::Rehearsal => Some(held_on),
            Self::Live => held_on.succ_opt(),
            Self::Collecting => CampaignYear::of(held_on).last_day().succ_opt(),
            Self::Settled | Self::Archived => None,
        }
    }

    /// As [`CampaignStage::allows`], with the sentence for whoever tried.
    ///
    /// # Errors
    /// [`NotInThisStage`].
    pub const fn check(self, act: CampaignAct) -> Result<(), NotInThisStage> {
        if self.allows(act) { Ok(()) } else { Err(NotInThisStage { stage: self, act }) }
    }

    /// Whether a pledge is taken: from preview to collecting.
    #[must_use]
    pub const fn takes_pledges(self) -> bool {
        self.allows(CampaignAct::Pledge)
    }
}

/// What was tried is not allowed in the campaign's stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("活动现在是“{}”，不能{}。请先与活动主办单位核对", .stage.label(), .act.label())]
pub struct NotInThisStage {
    pub stage: CampaignStage,
    pub act: CampaignAct,
}

/// Money of the campaign is on its way, so that the campaign cannot be archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这个活动还有已批准未付款的拨付，或已拨付未核销的款项，现在不能归档。请慈善组织先办完")]
pub struct MoneyOnItsWay;

/// Goods of the campaign are not handed over, so that the campaign cannot be archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这个活动还有没有办完的捐赠物资，现在不能归档。请慈善组织先验收或不接受、移交到村，不能移交的报损")]
pub struct GoodsUnfinished;

/// Money of the campaign was left by needs that are over, so that the campaign cannot be archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "这个活动还有已结束需求的余款没有处理，现在不能归档，归档后款就不能再动。请慈善组织先申报结余，转用于相近的需求或退回捐赠人"
)]
pub struct SurplusUnsettled;

/// The year that awards and reports count in: 1 June to 31 May, named by the calendar year in which it starts.
///
/// Source: the award notices of Guangzhou and of the province, which count arrivals from 2024-06-01 to 2025-05-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = i32, example = 2026))]
pub struct CampaignYear(i32);

impl CampaignYear {
    /// The one that starts in a calendar year.
    #[must_use]
    pub const fn starting_in(year: i32) -> Self {
        CampaignYear(year)
    }

    /// The campaign year that a legal day (Asia/Shanghai) lies in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        CampaignYear(if day.month() >= 6 { day.year() } else { day.year() - 1 })
    }

    /// The calendar year in which it starts.
    #[must_use]
    pub const fn starts_in(self) -> i32 {
        self.0
    }

    /// 1 June. Years beyond the calendar's range end at its edge.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0, 6, 1).unwrap_or(NaiveDate::MIN)
    }

    /// 31 May of the following calendar year, which still belongs to it.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0.saturating_add(1), 5, 31).unwrap_or(NaiveDate::MAX)
    }

    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        CampaignYear::of(day) == self
    }
}

impl fmt::Display for CampaignYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 至 {}", self.first_day(), self.last_day())
    }
}

/// The instant at which a legal day begins.
#[must_use]
pub fn begins(day: NaiveDate) -> DateTime<Utc> {
    (day.and_time(NaiveTime::MIN) - TimeDelta::hours(8)).and_utc()
}

/// The legal day of an instant: the date in Asia/Shanghai, which is UTC+8 all year round.
#[must_use]
pub fn legal_day(at: DateTime<Utc>) -> NaiveDate {
    at.naive_utc().checked_add_signed(TimeDelta::hours(8)).map_or(NaiveDate::MAX, |there| there.date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_campaign_year_turns_on_the_first_of_june() {
        for (date, starts_in) in [
            ("2025-05-31", 2024),
            ("2025-06-01", 2025),
            ("2025-06-30", 2025),
            ("2025-12-31", 2025),
            ("2026-01-01", 2025),
        ] {
            assert_eq!(CampaignYear::of(day(date)).starts_in(), starts_in, "{date}");
        }
        assert_eq!(CampaignYear::of(day("2025-06-30")).to_string(), "2025-06-01 至 2026-05-31");
    }

    #[test]
    fn the_legal_day_begins_at_sixteen_hours_utc() {
        for (instant, date) in [
            ("2026-05-31T15:59:59Z", "2026-05-31"),
            ("2026-05-31T16:00:00Z", "2026-06-01"),
            ("2026-06-30T02:02:07Z", "2026-06-30"),
        ] {
            assert_eq!(legal_day(instant.parse().unwrap()), day(date), "{instant}");
        }
    }

    #[test]
    fn a_day_begins_where_the_one_before_ends() {
        let date = day("2026-06-30");
        assert_eq!(begins(date).to_rfc3339(), "2026-06-29T16:00:00+00:00");
        assert_eq!(legal_day(begins(date)), date);
        assert_eq!(legal_day(begins(date) - TimeDelta::seconds(1)), day("2026-06-29"));
    }

    #[test]
    fn a_campaign_waits_to_move_on_from_the_day_that_its_stage_is_over() {
        use CampaignStage::{Archived, Collecting, Draft, Live, Preview, Rehearsal, Settled};
        for (stage, from) in [
            (Draft, Some("2026-06-30")),
            (Preview, Some("2026-06-30")),
            (Rehearsal, Some("2026-06-30")),
            (Live, Some("2026-07-01")),
            (Collecting, Some("2027-06-01")),
            (Settled, None),
            (Archived, None),
        ] {
            assert_eq!(stage.moves_on_from(day("2026-06-30")), from.map(day), "{stage}");
        }
    }

    #[test]
    fn pledges_are_taken_from_preview_to_collecting() {
        let taking: Vec<_> = CampaignStage::ALL.iter().filter(|stage| stage.takes_pledges()).collect();
        let names: Vec<_> = taking.iter().map(|stage| stage.as_str()).collect();
        assert_eq!(names, ["preview", "rehearsal", "live", "collecting"]);
    }

    #[test]
    fn the_board_is_public_only_from_the_day_itself_on() {
        for stage in CampaignStage::ALL {
            assert_eq!(stage.allows(CampaignAct::ShowBoard), *stage >= CampaignStage::Live, "{stage}");
        }
    }

    #[test]
    fn what_is_set_up_stands_fast_from_the_rehearsal_on_and_records_are_kept_to_the_end() {
        use CampaignAct::{EditSetup, KeepRecords, ListNeeds, Rehearse};
        use CampaignStage::{Archived, Collecting, Preview, Rehearsal};
        for stage in CampaignStage::ALL {
            assert_eq!(stage.allows(EditSetup), *stage <= Preview, "{stage}");
            assert_eq!(stage.allows(ListNeeds), *stage <= Collecting, "{stage}");
            assert_eq!(stage.allows(KeepRecords), *stage < Archived, "{stage}");
            assert_eq!(stage.allows(Rehearse), *stage == Rehearsal, "{stage}");
        }
    }

    #[test]
    fn money_is_booked_whenever_a_campaign_is_neither_draft_nor_archived() {
        for stage in CampaignStage::ALL {
            let closed = matches!(stage, CampaignStage::Draft | CampaignStage::Archived);
            assert_eq!(stage.allows(CampaignAct::MoveMoney), !closed, "{stage}");
            assert_eq!(stage.check(CampaignAct::MoveMoney).is_err(), closed, "{stage}");
        }
        let error = CampaignStage::Archived.check(CampaignAct::MoveMoney).unwrap_err();
        assert_eq!(error.to_string(), "活动现在是“归档”，不能记账。请先与活动主办单位核对");
    }

    #[test]
    fn a_campaign_goes_forward_and_only_a_rehearsal_goes_back() {
        for from in CampaignStage::ALL {
            for to in CampaignStage::ALL {
                let back = to <= from && from.may_become(*to);
                let rehearsed = (*from, *to) == (CampaignStage::Rehearsal, CampaignStage::Preview);
                assert_eq!(back, rehearsed, "{from} -> {to}");
            }
        }
        assert!(!CampaignStage::Archived.may_become(CampaignStage::Settled));
        assert!(!CampaignStage::Draft.may_become(CampaignStage::Live));
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        for edge in [NaiveDate::MIN, NaiveDate::MAX] {
            let year = CampaignYear::of(edge);
            assert!(year.first_day() <= edge && edge <= year.last_day());
        }
        assert!(legal_day(DateTime::<Utc>::MAX_UTC) <= NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn every_day_lies_in_its_campaign_year(days in 0i32..100_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(700_000 + days).unwrap();
            let year = CampaignYear::of(date);
            prop_assert!(year.contains(date) && year.first_day() <= date && date <= year.last_day());
            prop_assert!(!year.contains(year.last_day().succ_opt().unwrap()));
        }
    }
}
