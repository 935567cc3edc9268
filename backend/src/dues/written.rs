//! What an enterprise has promised as files to keep: a table for a spreadsheet, and days for a calendar.
//!
//! Deliberately absent: persons, and numbers that are not in the list.

use crate::app::App;
use crate::error::Result;
use crate::tables::written::csv_of;
use domain::Fen;
use domain::api::dues::Due;
use domain::api::needs::Where;
use domain::calendar::{Event, calendar as calendar_of};
use domain::due::DueStanding;

const HEADINGS: [&str; 13] = [
    "日期",
    "类别",
    "内容",
    "村、镇",
    "数量",
    "已兑现",
    "单位",
    "认捐金额（元）",
    "已到账（元）",
    "状态",
    "到今天",
    "编号",
    "链接",
];

pub fn table(app: &App, dues: &[Due]) -> Result<Vec<u8>> {
    let mut rows = vec![HEADINGS.map(str::to_owned).to_vec()];
    rows.extend(dues.iter().map(|due| {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let yuan = |fen: Option<Fen>| fen.map(|fen| fen.to_yuan().replace(',', "")).unwrap_or_default();
        vec![
            due.day.map(|day| day.to_string()).unwrap_or_default(),
            due.kind.label().to_owned(),
            due.what.clone(),
            places(due),
            number(due.quantity),
            number(due.delivered),
            due.unit.clone(),
            yuan(due.amount_fen),
            yuan(due.arrived_fen),
            due.state.clone(),
            due.standing.label().to_owned(),
            due.reference.clone(),
            format!("{}{}", app.origin, due.path),
        ]
    }));
    csv_of(&rows)
}

pub fn calendar(app: &App, dues: &[Due]) -> String {
    let events: Vec<Event> = dues.iter().filter_map(|due| event(app, due)).collect();
    calendar_of("我们的承诺", &events, app.clock.now())
}

/// None for what has no day.
fn event(app: &App, due: &Due) -> Option<Event> {
    let what = if due.what.is_empty() { due.reference.as_str() } else { due.what.as_str() };
    let mut lines = vec![format!("状态：{}", due.state)];
    if let (Some(quantity), Some(delivered)) = (due.quantity, due.delivered) {
        lines.push(format!("承诺 {quantity} {unit}，已兑现 {delivered} {unit}", unit = due.unit));
    }
    if let (Some(amount), Some(arrived)) = (due.amount_fen, due.arrived_fen) {
        lines.push(format!("认捐 {amount}，已到账 {arrived}"));
    }
    lines.push(format!("编号：{}", due.reference));
    Some(Event {
        uid: format!("{}@qiancun", due.key),
        day: due.day?,
        summary: format!("{}：{what}", due.kind.label()),
        description: lines.join("\n"),
        location: places(due),
        url: format!("{}{}", app.origin, due.path),
        cancelled: due.standing == DueStanding::Dropped,
    })
}

/// In a few words, with county and town.
fn places(due: &Due) -> String {
    let full = |place: &Where| [place.county.as_str(), &place.town, &place.village].concat();
    let count = due.villages.len();
    match (&due.town, due.villages.as_slice()) {
        (Some(town), _) => format!("{}（{count} 个村、社区）", full(town)),
        (None, [only]) => full(only),
        (None, [first, ..]) => format!("{}等 {count} 个村（社区）", full(first)),
        (None, []) => String::new(),
    }
}
