//! Finding needs: what they are counted and chosen by, and the bands that amounts and days fall into.
//!
//! Deliberately absent: how anything is found.

use crate::Fen;
use chrono::{Days, NaiveDate};

words! {
    /// What a list of needs is counted and chosen by.
    pub enum Facet {
        Field = "field" / "领域",
        Kind = "kind" / "类别",
        County = "county" / "县（市、区）",
        Town = "town" / "镇（街道）",
        TownClass = "class" / "镇的分类",
        VillageType = "type" / "村庄类型",
        Amount = "amount" / "金额",
        Deadline = "deadline" / "希望完成时间",
        Form = "form" / "结对形式",
    }
}

/// Characters of a query that are read.
pub const QUERY_MAX: usize = 100;
/// Choices of all facets together; more of them than anybody ticks would only be a crawler's.
pub const CHOICES_MAX: usize = 12;

words! {
    /// How much is asked, where money is asked.
    pub enum AmountBand {
        Under5 = "under_5" / "5 万元以下",
        From5 = "5_to_20" / "5—20 万元",
        From20 = "20_to_50" / "20—50 万元",
        From50 = "50_to_100" / "50—100 万元",
        From100 = "100_up" / "100 万元及以上",
    }
}

impl AmountBand {
    /// The band of an amount; each begins with its lower bound.
    #[must_use]
    pub fn of(amount: Fen) -> Self {
        let under = |yuan| amount < Fen::yuan(yuan);
        match () {
            () if under(50_000) => Self::Under5,
            () if under(200_000) => Self::From5,
            () if under(500_000) => Self::From20,
            () if under(1_000_000) => Self::From50,
            () => Self::From100,
        }
    }
}

words! {
    /// How soon it is wanted.
    pub enum DeadlineBand {
        Passed = "passed" / "已过希望时间",
        Within30 = "within_30" / "30 天内",
        Within90 = "within_90" / "31—90 天",
        Within180 = "within_180" / "91—180 天",
        Later = "later" / "180 天以后",
    }
}

impl DeadlineBand {
    /// The last day of the band, counted from today; the last band has none.
    #[must_use]
    pub fn last_day(self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Passed => today.pred_opt(),
            Self::Within30 => today.checked_add_days(Days::new(30)),
            Self::Within90 => today.checked_add_days(Days::new(90)),
            Self::Within180 => today.checked_add_days(Days::new(180)),
            Self::Later => None,
        }
    }

    /// The band of a day.
    #[must_use]
    pub fn of(day: NaiveDate, today: NaiveDate) -> Self {
        let fits = |band: &&Self| band.last_day(today).is_none_or(|last| day <= last);
        Self::ALL.iter().find(fits).copied().unwrap_or(Self::Later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_amount_band_begins_with_its_lower_bound() {
        let bands = [
            (49_999, AmountBand::Under5),
            (50_000, AmountBand::From5),
            (199_999, AmountBand::From5),
            (200_000, AmountBand::From20),
            (500_000, AmountBand::From50),
            (1_000_000, AmountBand::From100),
        ];
        for (yuan, band) in bands {
            assert_eq!(AmountBand::of(Fen::yuan(yuan)), band, "{yuan}");
        }
    }

    #[test]
    fn each_day_is_in_one_band() {
        let today: NaiveDate = "2026-06-30".parse().expect("a day");
        let bands = [
            ("2026-06-29", DeadlineBand::Passed),
            ("2026-06-30", DeadlineBand::Within30),
            ("2026-07-30", DeadlineBand::Within30),
            ("2026-07-31", DeadlineBand::Within90),
            ("2026-09-28", DeadlineBand::Within90),
            ("2026-12-27", DeadlineBand::Within180),
            ("2026-12-28", DeadlineBand::Later),
        ];
        for (day, band) in bands {
            assert_eq!(DeadlineBand::of(day.parse().expect("a day"), today), band, "{day}");
        }
    }
}
