//! A note that somebody promised something (代为记录的认捐): made by a federation or a campaign office, in no total, and
//! binding nobody. It becomes a pledge only by the enterprise's own hand.
//!
//! Its enterprise has thirty days; by the law's way of counting (Civil Code, article 201) the day on which it was noted is
//! not one of them. Deliberately absent: an amount that anybody expects.

use crate::email::EmailAddress;
use crate::problem::{Problems, check_short_reason};
use crate::{Fen, Problem};
use chrono::{Days, NaiveDate};

words! {
    /// What became of it.
    pub enum OnBehalfStatus {
        Waiting = "waiting" / "等企业认领",
        Claimed = "claimed" / "企业已认领",
        Declined = "declined" / "企业说明不认领",
        Withdrawn = "withdrawn" / "记录方已撤回",
        Lapsed = "lapsed" / "过期失效",
    }
}

/// Days in which it can be claimed.
pub const CLAIM_DAYS: u64 = 30;
/// After so many days its enterprise is reminded, once.
pub const REMIND_AFTER_DAYS: u64 = 20;
/// Pictures that go with one.
pub const ON_BEHALF_PICTURES_MAX: usize = 6;

/// What is said on each page and in each letter of one.
pub const BINDS_NOBODY: &[&str] = &[
    "这只是对说过的话的记录，对任何人都没有约束力，不计入任何合计，也不公开。",
    "没有任何单位给企业下达或摊派捐款数额。是否认捐、认捐多少，由企业自己决定。",
    "企业认领时，由自己填写金额、用途和公开的方式，作出的是企业自己的认捐；不认领的，30 天后自动失效。",
];

/// The last legal day on which something noted on a day can be claimed.
#[must_use]
pub fn last_day(recorded_on: NaiveDate) -> NaiveDate {
    recorded_on.checked_add_days(Days::new(CLAIM_DAYS)).unwrap_or(NaiveDate::MAX)
}

/// Why it cannot be gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OnBehalfNotNow {
    #[error("这条记录现在是“{}”，不能再办", .0.label())]
    Over(OnBehalfStatus),
    #[error("这条记录已过 30 天，已经失效。愿意认捐的，可以直接作出认捐")]
    TooLate,
}

/// Whether it can still be claimed or declined on the legal day `today`.
///
/// # Errors
/// The reason against it.
pub fn check_open(status: OnBehalfStatus, recorded_on: NaiveDate, today: NaiveDate) -> Result<(), OnBehalfNotNow> {
    match status {
        OnBehalfStatus::Waiting if today <= last_day(recorded_on) => Ok(()),
        OnBehalfStatus::Waiting | OnBehalfStatus::Lapsed => Err(OnBehalfNotNow::TooLate),
        over => Err(OnBehalfNotNow::Over(over)),
    }
}

/// Until which day of noting something has lapsed today.
#[must_use]
pub fn lapsed_if_recorded_before(today: NaiveDate) -> NaiveDate {
    today.checked_sub_days(Days::new(CLAIM_DAYS)).unwrap_or(NaiveDate::MIN)
}

/// Until which day of noting its enterprise is reminded today.
#[must_use]
pub fn reminded_if_recorded_by(today: NaiveDate) -> NaiveDate {
    today.checked_sub_days(Days::new(REMIND_AFTER_DAYS)).unwrap_or(NaiveDate::MIN)
}

/// What is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnBehalfInput<'a> {
    pub name: &'a str,
    pub amount: Fen,
    pub note: &'a str,
    pub pictures: usize,
    /// Whether the platform knows the enterprise.
    pub known: bool,
    /// Whether its code was given.
    pub coded: bool,
    /// To whom to write, where the platform does not know it.
    pub email: Option<&'a str>,
}

impl OnBehalfInput<'_> {
    /// Checks what was handed in.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(self) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        problems.require((2..=100).contains(&self.name.trim().chars().count()), "name", "请填写企业的全称");
        problems.take("amount_fen", self.amount.check_amount());
        let note = self.note.trim().chars().count();
        problems.require((5..=500).contains(&note), "note", "请写明在什么场合、谁说的、怎么说的（5 至 500 字）");
        problems.require(self.pictures <= ON_BEHALF_PICTURES_MAX, "pictures", "照片最多 6 张");
        if !self.known {
            problems.require(self.coded, "uscc", "请填写企业的统一社会信用代码，企业以后凭它认领");
            match self.email.map(str::trim).filter(|email| !email.is_empty()) {
                Some(email) => {
                    problems.take("email", email.parse::<EmailAddress>());
                }
                None => problems.add("email", "这家企业还没有在平台上认证，请填写联系邮箱，以便通知它"),
            }
        }
        problems.none_or_err()
    }
}

/// Why an enterprise does not claim it.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_decline(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明情况，如“当时只是表示关心，没有认捐”（5 至 200 字）")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_thirtieth_day_is_the_last_and_the_first_is_not_counted() {
        let noted = day("2026-06-30");
        assert_eq!(last_day(noted), day("2026-07-30"));
        for (today, open) in [("2026-06-30", true), ("2026-07-29", true), ("2026-07-30", true), ("2026-07-31", false)] {
            let today = day(today);
            assert_eq!(check_open(OnBehalfStatus::Waiting, noted, today).is_ok(), open, "{today}");
            assert_eq!(noted < lapsed_if_recorded_before(today), !open, "{today}");
        }
        assert!(noted > reminded_if_recorded_by(day("2026-07-19")));
        assert_eq!(noted, reminded_if_recorded_by(day("2026-07-20")));
    }

    #[test]
    fn what_is_over_stays_over() {
        let noted = day("2026-06-30");
        for over in [OnBehalfStatus::Claimed, OnBehalfStatus::Declined, OnBehalfStatus::Withdrawn] {
            assert_eq!(check_open(over, noted, noted), Err(OnBehalfNotNow::Over(over)));
        }
        assert_eq!(check_open(OnBehalfStatus::Lapsed, noted, noted), Err(OnBehalfNotNow::TooLate));
    }

    #[test]
    fn each_missing_thing_is_named_by_its_field() {
        let good = OnBehalfInput {
            name: "梅州金柚农业有限公司",
            amount: Fen::yuan(10_000),
            note: "6 月 30 日现场会上董事长口头表示",
            pictures: 0,
            known: false,
            coded: true,
            email: Some("a@example.com"),
        };
        assert_eq!(good.check(), Ok(()));
        assert_eq!(OnBehalfInput { known: true, coded: false, email: None, ..good }.check(), Ok(()));
        for (field, wrong) in [
            ("name", OnBehalfInput { name: "柚", ..good }),
            ("amount_fen", OnBehalfInput { amount: Fen::ZERO, ..good }),
            ("note", OnBehalfInput { note: "说过", ..good }),
            ("pictures", OnBehalfInput { pictures: 7, ..good }),
            ("uscc", OnBehalfInput { coded: false, ..good }),
            ("email", OnBehalfInput { email: None, ..good }),
            ("email", OnBehalfInput { email: Some("nobody"), ..good }),
        ] {
            let problems = wrong.check().unwrap_err();
            assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [field]);
        }
    }
}
