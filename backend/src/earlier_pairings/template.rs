//! The empty table: its headings and two examples, and in a workbook how every column is filled in; and lists of problems.
//!
//! All of it comes from the columns that the reader knows. The examples are marked by their number and passed over when
//! the table comes back. Deliberately absent: anything that is known.

use super::columns::{Column, EXAMPLE};
use crate::error::Result;
use crate::tables::written::{Sheet, csv_of, workbook};
use anyhow::Context;
use domain::api::earlier_pairings::TemplateFormat;
use domain::need::PairingForm;

/// The file.
pub fn template(format: TemplateFormat) -> Result<Vec<u8>> {
    Ok(match format {
        TemplateFormat::Csv => csv_of(&rows())?,
        TemplateFormat::Xlsx => workbook(&[list(), manual()]).context("a workbook in memory")?,
    })
}

/// Headings and examples.
fn rows() -> Vec<Vec<String>> {
    let example = |column: &Column, town: bool| match column {
        Column::Number => format!("{EXAMPLE}{}", if town { "2" } else { "1" }),
        Column::Enterprise if town => "示例农业集团有限公司".to_owned(),
        Column::Enterprise => "示例茶业有限公司".to_owned(),
        Column::County => "五华县".to_owned(),
        Column::Town => "梅林镇".to_owned(),
        Column::Village | Column::Until if town => String::new(),
        Column::Village => "黄沙村".to_owned(),
        Column::Form if town => PairingForm::TownCoverage.label().to_owned(),
        Column::Form => PairingForm::VillagePairing.label().to_owned(),
        Column::Begun => "2019".to_owned(),
        Column::Until => "2021-12-31".to_owned(),
        Column::Done => "修水渠 2 公里，收购茶青".to_owned(),
        Column::Uscc | Column::Code => String::new(),
    };
    let mut rows = vec![Column::ALL.iter().map(|column| column.label().to_owned()).collect()];
    rows.extend([false, true].map(|town| Column::ALL.iter().map(|column| example(column, town)).collect()));
    rows
}

fn list() -> Sheet {
    let width = |column: &Column| match column {
        Column::Done => 40,
        Column::Enterprise | Column::Uscc => 24,
        Column::Number => 8,
        _ => 14,
    };
    let forms = PairingForm::ALL.iter().map(|form| form.label()).collect();
    let place = Column::ALL.iter().position(|column| *column == Column::Form).unwrap_or(0);
    Sheet {
        name: "以往的结对",
        rows: rows(),
        widths: Column::ALL.iter().map(width).collect(),
        choices: vec![(place, forms)],
    }
}

fn manual() -> Sheet {
    let mut rows = vec![vec!["列".to_owned(), "怎么填".to_owned()]];
    rows.extend(Column::ALL.iter().map(|column| vec![column.label().to_owned(), column.says().to_owned()]));
    Sheet { name: "填写说明", rows, widths: vec![20, 80], choices: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::super::reading::LIMITS;
    use super::*;
    use crate::tables;

    #[test]
    fn both_templates_say_the_same() {
        let read = |format| tables::read(&template(format).unwrap(), &LIMITS).unwrap();
        assert_eq!(read(TemplateFormat::Csv), read(TemplateFormat::Xlsx));
    }
}
