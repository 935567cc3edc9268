//! The empty table: its headings and an example of each kind, and in a workbook how every column is filled in.
//!
//! All of it comes from the columns that the reader knows, which come from the parts that the form has. The examples are
//! marked by their 编号 and passed over when the table comes back. Deliberately absent: anything about a village.

use crate::app::App;
use crate::error::Result;
use crate::tables::written::{Sheet, csv_of, workbook};
use anyhow::Context;
use chrono::NaiveDate;
use domain::api::need_imports::TemplateFormat;
use domain::need::ContributionKind;
use domain::need::table::{Column, example};

/// The file.
pub fn template(app: &App, format: TemplateFormat) -> Result<Vec<u8>> {
    let rows = rows(app.clock.today());
    Ok(match format {
        TemplateFormat::Csv => csv_of(&rows)?,
        TemplateFormat::Xlsx => workbook(&[needs(rows), manual()]).context("a workbook in memory")?,
    })
}

/// Headings and examples.
fn rows(today: NaiveDate) -> Vec<Vec<String>> {
    let mut rows = vec![Column::ALL.iter().map(|column| column.label().to_owned()).collect()];
    for kind in ContributionKind::ALL.iter().copied() {
        for cells in example(kind, today) {
            let text = |column: &Column| cells.iter().find(|(known, _)| known == column).map(|(_, text)| text.clone());
            rows.push(Column::ALL.iter().map(|column| text(column).unwrap_or_default()).collect());
        }
    }
    rows
}

fn needs(rows: Vec<Vec<String>>) -> Sheet {
    let width = |column: &Column| match column {
        Column::Description | Column::VillageDuties | Column::EnterpriseDuties => 40,
        Column::Title | Column::Outcome | Column::PriceBasis | Column::JointNote => 24,
        _ => 14,
    };
    let choices = Column::ALL.iter().enumerate().map(|(place, column)| (place, column.choices()));
    Sheet {
        name: "需求",
        rows,
        widths: Column::ALL.iter().map(width).collect(),
        choices: choices.filter(|(_, texts)| !texts.is_empty()).collect(),
    }
}

fn manual() -> Sheet {
    let mut rows = vec![vec!["列".to_owned(), "怎么填".to_owned(), "只能填".to_owned()]];
    rows.extend(
        Column::ALL.iter().map(|column| vec![column.label().to_owned(), column.says(), column.choices().join("、")]),
    );
    Sheet { name: "填写说明", rows, widths: vec![20, 80, 60], choices: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::super::reading::LIMITS;
    use super::*;
    use crate::tables;

    #[test]
    fn both_templates_say_the_same_and_have_what_a_spreadsheet_can_offer() {
        let rows = rows("2026-06-30".parse().unwrap());
        let read = |bytes: &[u8]| tables::read(bytes, &LIMITS).unwrap();
        let csv = read(&csv_of(&rows).unwrap());
        let sheet = needs(rows);
        // A spreadsheet takes a list of choices of at most 255 characters, and a comma ends a choice.
        for (_, texts) in &sheet.choices {
            assert!(texts.join(",").chars().count() <= 255 && texts.iter().all(|text| !text.contains(',')));
        }
        assert_eq!(read(&workbook(&[sheet, manual()]).unwrap()), csv);
    }
}
