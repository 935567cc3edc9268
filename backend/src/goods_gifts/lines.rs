//! The lines of a gift of goods: what was offered of each, what was found of it, and what went on.
//!
//! Deliberately absent: changing what was offered.

mod sql;

pub use sql::{insert, of};

use domain::Fen;
use domain::api::goods::GoodsGiftLine;
use domain::goods::{GoodsLine, Quantity, part_of};

/// One line, with what was found of it and what went on.
pub struct Line {
    pub offered: GoodsLine,
    pub value: Fen,
    pub accepted: Option<(Quantity, Fen, Fen)>,
    pub condition: String,
    pub handed: Quantity,
    pub handed_fen: Fen,
    pub lost: Quantity,
    pub lost_fen: Fen,
}

impl Line {
    /// With its values, or without.
    pub fn shown(self, values: bool) -> GoodsGiftLine {
        let shown = |value: Fen| values.then_some(value);
        GoodsGiftLine {
            name: self.offered.name,
            unit: self.offered.unit,
            quantity: self.offered.quantity,
            unit_value_fen: shown(self.offered.unit_value),
            value_fen: shown(self.value),
            accepted: self.accepted.map(|(quantity, ..)| quantity),
            accepted_unit_value_fen: self.accepted.and_then(|(_, unit, _)| shown(unit)),
            accepted_fen: self.accepted.and_then(|(.., value)| shown(value)),
            condition: self.condition,
            handed: self.handed,
            handed_fen: shown(self.handed_fen),
            lost: self.lost,
            lost_fen: shown(self.lost_fen),
        }
    }

    /// What is accepted and neither handed over nor written off.
    pub fn left(&self) -> Quantity {
        self.accepted.map(|(quantity, ..)| quantity).unwrap_or_default().less(self.handed).less(self.lost)
    }

    /// The share of the line's value that goes with so much of what is left.
    pub fn share(&self, now: Quantity) -> Fen {
        self.accepted.map_or(Fen::ZERO, |(whole, _, value)| part_of(value, whole, self.handed.and(self.lost), now))
    }
}
