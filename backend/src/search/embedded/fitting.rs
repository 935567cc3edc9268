//! One pass over the open needs: which of them may fit an enterprise best.
//!
//! It reads tables only, some array reads for each need. The points are the domain's (`Outlook`); what a need is worth in
//! the end is judged by what the database says of it.

use super::Wanted;
use super::table::{Snapshot, Table};
use chrono::Datelike;
use domain::Fen;
use domain::finding::Facet;
use domain::matching::outlook::{Glimpse, JUDGED_MAX};
use domain::need::ContributionKind;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::str::FromStr;
use tantivy::SegmentReader;
use uuid::Uuid;

/// A need that may fit. Greater is further up: more points first, then those that have waited longer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Fitting {
    /// The score that it can have at most.
    pub at_most: u16,
    waiting_since: Reverse<i64>,
    order: Reverse<Uuid>,
}

impl Fitting {
    /// Whose need it is.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.order.0
    }
}

/// The best of them, best first.
pub fn best(snapshot: &Snapshot, wanted: &Wanted) -> Vec<Fitting> {
    let mut best: BinaryHeap<Reverse<Fitting>> = BinaryHeap::with_capacity(JUDGED_MAX + 1);
    for (segment, table) in snapshot.segments() {
        look(segment, table, wanted, &mut best);
    }
    best.into_sorted_vec().into_iter().map(|Reverse(fitting)| fitting).collect()
}

/// What each value of a column is worth; the last is for needs that have none.
fn points<T: FromStr + PartialEq>(values: &[String], worth: impl Fn(&T) -> Option<u16>) -> Vec<Option<u16>> {
    let of = |value: &String| worth(&value.parse().ok()?);
    values.iter().map(of).chain([None]).collect()
}

fn worth<T: PartialEq>(all: &[(T, u16)]) -> impl Fn(&T) -> Option<u16> {
    move |value| all.iter().find(|(one, _)| one == value).map(|(_, points)| *points)
}

fn look(segment: &SegmentReader, table: &Table, wanted: &Wanted, best: &mut BinaryHeap<Reverse<Fitting>>) {
    let outlook = &wanted.outlook;
    let (fields, field_at) = table.column(Facet::Field);
    let (kinds, kind_at) = table.column(Facet::Kind);
    let (towns, town_at) = table.column(Facet::Town);
    let (classes, class_at) = table.column(Facet::TownClass);
    let fields = points(fields, worth(&outlook.fields));
    let money = kinds.iter().position(|kind| kind == ContributionKind::Money.as_str());
    let kinds = points(kinds, worth(&outlook.kinds));
    let towns = points(towns, worth(&outlook.towns));
    let classes: Vec<_> = classes.iter().map(|class| class.parse().ok()).chain([None]).collect();
    let today = wanted.today.num_days_from_ce();
    let alive = segment.alive_bitset();
    for document in 0..segment.max_doc() {
        let at = document as usize;
        let row = &table.rows[at];
        let codes = row.codes.map(usize::from);
        let Some(kind) = kinds[codes[kind_at]] else { continue };
        if !row.open || row.wanted_by < today || alive.is_some_and(|alive| alive.is_deleted(document)) {
            continue;
        }
        let is_money = money == Some(codes[kind_at]);
        let glimpse = Glimpse {
            field: fields[codes[field_at]].unwrap_or(0),
            kind,
            town: towns[codes[town_at]].unwrap_or(0),
            topics: table.topics[at],
            asks: is_money.then_some(row.amount_fen).and_then(|fen| Fen::new(fen).ok()),
            untouched: is_money && table.untouched[at],
            class: classes[codes[class_at]],
        };
        let at_most = outlook.at_most(&glimpse);
        let full = best.len() >= JUDGED_MAX;
        if at_most == 0 || (full && best.peek().is_some_and(|Reverse(last)| at_most < last.at_most)) {
            continue;
        }
        let id = table.ids[at];
        if !wanted.without.contains(&id) {
            let waiting_since = Reverse(table.published_at[at]);
            best.push(Reverse(Fitting { at_most, waiting_since, order: Reverse(id) }));
            if full {
                best.pop();
            }
        }
    }
}
