//! The headings of a table of earlier pairings: which column is which, however its author writes it, and which are refused.
//!
//! A column that is not known is refused rather than passed over: a list has no room for somebody's name or number. Nor for
//! money: what was given is read from the ledger alone. Deliberately absent: what the rows say.

use domain::money::to_half_width;

/// What stands below a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// For the author only; rows whose number begins with 示例 are passed over.
    Number,
    Enterprise,
    Uscc,
    Code,
    County,
    Town,
    Village,
    Form,
    Begun,
    Until,
    Done,
}

/// What a number of an example begins with.
pub const EXAMPLE: &str = "示例";

/// What the heading of a column with amounts holds.
const MONEY: [&str; 6] = ["金额", "资金", "款", "投入", "万元", "(元)"];

impl Column {
    pub const ALL: [Column; 11] = [
        Column::Number,
        Column::Enterprise,
        Column::Uscc,
        Column::Code,
        Column::County,
        Column::Town,
        Column::Village,
        Column::Form,
        Column::Begun,
        Column::Until,
        Column::Done,
    ];

    /// The heading of the template.
    pub const fn label(self) -> &'static str {
        match self {
            Column::Number => "序号",
            Column::Enterprise => "企业名称",
            Column::Uscc => "统一社会信用代码",
            Column::Code => "区划代码",
            Column::County => "县（市、区）",
            Column::Town => "镇（街道）",
            Column::Village => "村（社区）",
            Column::Form => "形式",
            Column::Begun => "起始",
            Column::Until => "结束",
            Column::Done => "做了什么",
        }
    }

    /// How the column is filled in.
    pub const fn says(self) -> &'static str {
        match self {
            Column::Number => "可以不填。以“示例”开头的行不导入",
            Column::Enterprise => "必填，企业的全称，4 至 100 个字",
            Column::Uscc => "可以不填。填了 18 位代码，企业在平台上认证后会自动连到它",
            Column::Code => "12 位的村或 9 位的镇的统计用区划代码；写了县、镇、村的名称可以不填",
            Column::County | Column::Town => "和村一起写明是哪个地方",
            Column::Village => "必填；连片包镇可以只写到镇",
            Column::Form => "村企结对、村企共建或连片包镇；不填的，写到村的算村企结对，写到镇的算连片包镇",
            Column::Begun => "年份或日期，如 2021 或 2021-06-30；不清楚的不填",
            Column::Until => "年份或日期；名单上没有写结束的不填",
            Column::Done => "做了什么，最多 500 个字。不要写金额、个人姓名和电话",
        }
    }

    /// What a heading means.
    pub fn called(heading: &str) -> Option<Column> {
        Some(match plain(heading).as_str() {
            "序号" | "编号" => Column::Number,
            "企业名称" | "企业" | "企业全称" | "单位名称" => Column::Enterprise,
            "统一社会信用代码" | "社会信用代码" | "信用代码" => Column::Uscc,
            "区划代码" | "代码" | "统计用区划代码" => Column::Code,
            "县(市,区)" | "县市区" | "县区" | "县" => Column::County,
            "镇(街道)" | "乡镇" | "镇街" | "镇" => Column::Town,
            "村(社区)" | "行政村" | "村" | "结对村" => Column::Village,
            "形式" | "结对形式" | "帮扶形式" => Column::Form,
            "起始" | "开始" | "起始时间" | "开始时间" | "起始日期" | "结对时间" => Column::Begun,
            "结束" | "截止" | "结束时间" | "截止时间" | "截止日期" | "到期时间" => Column::Until,
            "做了什么" | "帮扶内容" | "主要内容" | "帮扶成效" => Column::Done,
            _ => return None,
        })
    }

    /// Whether a heading is about amounts of money.
    pub fn is_money(heading: &str) -> bool {
        let plain = plain(heading);
        MONEY.iter().any(|word| plain.contains(word))
    }
}

fn plain(heading: &str) -> String {
    heading.chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_of_the_template_is_known_and_none_is_about_money() {
        for column in Column::ALL {
            assert_eq!(Column::called(column.label()), Some(column));
            assert!(!Column::is_money(column.label()));
        }
    }

    #[test]
    fn headings_are_read_as_people_write_them() {
        for (heading, column) in [
            (" 企业 名称 ", Some(Column::Enterprise)),
            ("县(市、区)", Some(Column::County)),
            ("结对村", Some(Column::Village)),
            ("帮扶成效", Some(Column::Done)),
            ("联系人", None),
            ("联系电话", None),
            ("", None),
        ] {
            assert_eq!(Column::called(heading), column, "{heading}");
        }
        for heading in ["帮扶资金", "捐款金额（万元）", "投入", "捐赠（元）", "捐款"] {
            assert!(Column::called(heading).is_none() && Column::is_money(heading), "{heading}");
        }
    }
}
