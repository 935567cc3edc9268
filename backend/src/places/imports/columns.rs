//! The headings of a list: which column is which, however its author writes it.
//!
//! A column that is not known is refused rather than passed over: a list of the platform has no room for anything else,
//! least of all for somebody's name. Deliberately absent: what the rows say.

use domain::money::to_half_width;
use domain::place::{ListSubject, PlaceIndicator};

/// What stands below a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Code,
    County,
    Town,
    Village,
    Class,
    Lead,
    Type,
    Year,
    /// With the power of ten by which a number has to be multiplied to be one of the indicator's unit.
    Fact(PlaceIndicator, usize),
}

impl Column {
    /// What a heading means.
    pub fn called(heading: &str) -> Option<Column> {
        let plain: String = heading.chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect();
        Some(match plain.as_str() {
            "区划代码" | "代码" | "统计用区划代码" => Column::Code,
            "县(市,区)" | "县市区" | "县区" | "县" => Column::County,
            "镇(街道)" | "乡镇" | "镇街" | "镇" => Column::Town,
            "村(社区)" | "行政村" | "村" => Column::Village,
            "分类" | "镇分类" => Column::Class,
            "牵头方" | "帮扶牵头方" => Column::Lead,
            "类型" | "村庄类型" => Column::Type,
            "年份" | "年度" => Column::Year,
            other => {
                let (indicator, digits) = PlaceIndicator::ALL.iter().find_map(|indicator| {
                    let rest = other.strip_prefix(indicator.label())?;
                    let unit = indicator.unit();
                    // Money without its unit may be of either.
                    let digits = match rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                        None if rest.is_empty() && unit != "元" => 0,
                        Some(told) if told == unit => 0,
                        Some(told) if told.strip_prefix('万') == Some(unit) => 4,
                        _ => return None,
                    };
                    Some((*indicator, digits))
                })?;
                Column::Fact(indicator, digits)
            }
        })
    }

    /// Whether two columns say the same thing, perhaps in another unit.
    pub fn same_as(self, other: Column) -> bool {
        match (self, other) {
            (Column::Fact(one, _), Column::Fact(another, _)) => one == another,
            (one, another) => one == another,
        }
    }

    /// What a list with this column is about; a place alone does not tell.
    pub const fn subject(self) -> Option<ListSubject> {
        match self {
            Column::Code | Column::County | Column::Town | Column::Village => None,
            Column::Class | Column::Lead => Some(ListSubject::TownClass),
            Column::Type => Some(ListSubject::VillageType),
            Column::Year | Column::Fact(..) => Some(ListSubject::PlaceFact),
        }
    }
}

/// The headings of a template, in order.
pub fn headings(subject: ListSubject) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match subject {
        ListSubject::TownClass => words(&["区划代码", "县（市、区）", "镇（街道）", "分类", "牵头方"]),
        ListSubject::VillageType => words(&["区划代码", "县（市、区）", "镇（街道）", "村（社区）", "类型"]),
        ListSubject::PlaceFact => {
            let mut headings = words(&["区划代码", "县（市、区）", "镇（街道）", "村（社区）", "年份"]);
            headings.extend(PlaceIndicator::ALL.iter().map(|one| format!("{}（{}）", one.label(), one.unit())));
            headings
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_of_a_template_is_known_and_tells_the_subject() {
        for subject in ListSubject::ALL {
            let columns: Vec<_> = headings(*subject).iter().map(|heading| Column::called(heading).unwrap()).collect();
            let told: Vec<_> = columns.iter().filter_map(|column| column.subject()).collect();
            assert!(!told.is_empty() && told.iter().all(|told| told == subject), "{subject}");
        }
    }

    #[test]
    fn an_indicator_in_two_units_is_one_column() {
        let column = |heading| Column::called(heading).unwrap();
        assert!(column("户籍人口（人）").same_as(column("户籍人口（万人）")));
        assert!(!column("户籍人口（人）").same_as(column("户数（户）")));
        assert!(column("镇").same_as(column("镇街")) && !column("镇").same_as(column("村")));
    }

    #[test]
    fn headings_are_read_as_people_write_them() {
        for (heading, column) in [
            ("镇（街道）", Some(Column::Town)),
            (" 县(市、区) ", Some(Column::County)),
            ("户数", Some(Column::Fact(PlaceIndicator::Households, 0))),
            ("户数(户)", Some(Column::Fact(PlaceIndicator::Households, 0))),
            ("村集体经济年收入（元）", Some(Column::Fact(PlaceIndicator::VillageCollectiveIncome, 0))),
            ("村集体经济年收入（万元）", Some(Column::Fact(PlaceIndicator::VillageCollectiveIncome, 4))),
            ("村集体经济年收入", None),
            ("户数（人）", None),
            ("户主姓名", None),
            ("身份证号", None),
            ("", None),
        ] {
            assert_eq!(Column::called(heading), column, "{heading}");
        }
    }
}
