//! The columns of a segment in memory: what filters, sorts and counts, a few dozen bytes a need.
//!
//! A segment never changes, so its table is read once; which of its needs are gone is the segment's own business.

use std::collections::HashMap;
use std::sync::Arc;

use domain::finding::Facet;
use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};
use uuid::Uuid;

use super::shape::column_name;

/// The facets that are columns; the deadline's bands move with the day.
pub const CODED: [Facet; 8] = [
    Facet::Field,
    Facet::Kind,
    Facet::County,
    Facet::Town,
    Facet::TownClass,
    Facet::VillageType,
    Facet::Amount,
    Facet::Form,
];

/// A column of identifiers: numbers into its own short list. A need without a value has the number behind the last.
struct Column {
    values: Vec<String>,
    numbers: Vec<u16>,
}

/// What filters and counts a need. It is read together, in the order of points rather than of documents, so it stands
/// together: half a line of a processor's cache.
#[repr(align(32))]
pub struct Row {
    /// The number of its value of each of [`CODED`].
    pub codes: [u16; CODED.len()],
    /// `i64::MIN` where no money is asked for.
    pub amount_fen: i64,
    /// Days of the common era.
    pub wanted_by: i32,
    /// The number of its village.
    pub village: u16,
    /// Whether enterprises can still answer it.
    pub open: bool,
}

/// The columns of one segment; the index is the document's number in it.
pub struct Table {
    /// The values of each of [`CODED`].
    pub values: [Vec<String>; CODED.len()],
    /// Codes of the villages.
    pub villages: Vec<String>,
    pub rows: Vec<Row>,
    /// Whether it is open and nothing is promised for it, as far as is known.
    pub untouched: Vec<bool>,
    /// What it is about, one bit for each topic of recommendations.
    pub topics: Vec<u64>,
    pub published_at: Vec<i64>,
    pub ids: Vec<Uuid>,
}

impl Column {
    fn read(segment: &SegmentReader, name: &str) -> tantivy::Result<Self> {
        let documents = segment.max_doc();
        let Some(column) = segment.fast_fields().str(name)? else {
            return Ok(Column { values: Vec::new(), numbers: vec![0; documents as usize] });
        };
        let mut values = Vec::with_capacity(column.num_terms());
        let all: Vec<u64> = (0..column.num_terms() as u64).collect();
        column.dictionary().sorted_ords_to_term_cb(&all, |value| {
            values.push(String::from_utf8_lossy(value).into_owned());
        })?;
        let none = u16::try_from(values.len()).unwrap_or(u16::MAX);
        let numbers = column.ords();
        let number = |document| numbers.first(document).and_then(|number| u16::try_from(number).ok()).unwrap_or(none);
        Ok(Column { values, numbers: (0..documents).map(number).collect() })
    }
}

impl Table {
    /// The values of a facet's column that occur, and where its numbers stand in [`Table::rows`].
    pub fn column(&self, facet: Facet) -> (&[String], usize) {
        let at = CODED.iter().position(|coded| *coded == facet).unwrap_or_default();
        (&self.values[at], at)
    }

    /// The fields of participation that occur.
    pub fn fields(&self) -> &[String] {
        let [fields, ..] = &self.values;
        fields
    }

    /// Which of them is a need's; one behind the last where it has none.
    pub fn field(&self, document: u32) -> usize {
        let [number, ..] = self.rows[document as usize].codes;
        usize::from(number)
    }

    pub fn read(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        let documents = 0..segment.max_doc();
        let (high, low) = (columns.u64("id_high")?, columns.u64("id_low")?);
        let (amounts, days, moments) =
            (columns.i64("amount_fen")?, columns.i64("wanted_by")?, columns.i64("published_at")?);
        let id = |document| {
            Uuid::from_u64_pair(high.first(document).unwrap_or_default(), low.first(document).unwrap_or_default())
        };
        let (open, untouched, topics) = (columns.bool("open")?, columns.bool("untouched")?, columns.u64("topics")?);
        let day = |document| days.first(document).and_then(|day| i32::try_from(day).ok()).unwrap_or_default();
        let village = Column::read(segment, "village_code")?;
        let row = |document: u32| Row {
            codes: [0; CODED.len()],
            amount_fen: amounts.first(document).unwrap_or(i64::MIN),
            wanted_by: day(document),
            village: village.numbers[document as usize],
            open: open.first(document).unwrap_or_default(),
        };
        let mut rows: Vec<Row> = documents.clone().map(row).collect();
        let mut values: [Vec<String>; CODED.len()] = std::array::from_fn(|_| Vec::new());
        for (at, facet) in CODED.into_iter().enumerate() {
            let column = Column::read(segment, column_name(facet))?;
            for (row, number) in rows.iter_mut().zip(column.numbers) {
                row.codes[at] = number;
            }
            values[at] = column.values;
        }
        Ok(Table {
            values,
            villages: village.values,
            rows,
            untouched: documents.clone().map(|document| untouched.first(document).unwrap_or_default()).collect(),
            topics: documents.clone().map(|document| topics.first(document).unwrap_or_default()).collect(),
            published_at: documents.clone().map(|document| moments.first(document).unwrap_or_default()).collect(),
            ids: documents.map(id).collect(),
        })
    }
}

/// The index as it was at one commit, with the tables of its segments.
pub struct Snapshot {
    pub searcher: Searcher,
    tables: HashMap<SegmentId, Arc<Table>>,
}

impl Snapshot {
    /// Tables of segments that `before` had already are taken over.
    pub fn of(searcher: Searcher, before: Option<&Snapshot>) -> tantivy::Result<Self> {
        let mut tables = HashMap::new();
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            let table = match before.and_then(|before| before.tables.get(&id)) {
                Some(table) => Arc::clone(table),
                None => Arc::new(Table::read(segment)?),
            };
            tables.insert(id, table);
        }
        Ok(Snapshot { searcher, tables })
    }

    /// Each segment with its table.
    pub fn segments(&self) -> impl Iterator<Item = (&SegmentReader, &Table)> {
        let readers = self.searcher.segment_readers().iter();
        readers.filter_map(|segment| Some((segment, self.tables.get(&segment.segment_id())?.as_ref())))
    }
}
