//! The way of a gift: a story in words, and any story of random steps adds up at every level.

use super::*;
use crate::ledger::lots::{LotBalance, take_lots};
use crate::ledger::{Transfer, TransferCode};
use proptest::prelude::*;

fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

fn allocated(need: u128) -> Account {
    Account::Allocated { need: id(need), charity: id(9) }
}

fn advance(payment: u128) -> Account {
    Account::Advance { disbursement: id(payment) }
}

/// Books of several lots, and what is posted in them.
#[derive(Default)]
struct Books(Vec<Posted>);

impl Books {
    fn post(&mut self, code: TransferCode, (debit, credit): (Account, Account), cause: u128, lot: u128, fen: i64) {
        let transfer = Transfer {
            debit,
            credit,
            amount: Fen::new(fen).unwrap(),
            asset: Asset::Cny,
            code,
            lot: id(lot),
            cause: Uuid::from_u128(cause),
            corrects: None,
            effective_on: "2026-06-30".parse().unwrap(),
        };
        self.0.push(Posted { id: id(1_000 + self.0.len() as u128), transfer });
    }

    fn take_back(&mut self, place: usize) {
        let of = self.0[place].clone();
        let transfer = Transfer {
            debit: of.transfer.credit,
            credit: of.transfer.debit,
            code: TransferCode::Reverse,
            corrects: Some(of.id),
            ..of.transfer
        };
        self.0.push(Posted { id: id(1_000 + self.0.len() as u128), transfer });
    }

    /// Moves as much as there is of `fen`, oldest lot first, as events do.
    fn moves(&mut self, code: TransferCode, way: (Account, Account), cause: u128, fen: i64) {
        let balances = Balances::of(self.0.iter().map(|posted| &posted.transfer));
        let held: Vec<LotBalance> = (1..=4)
            .map(|lot| LotBalance {
                lot: id(lot),
                bank_date: "2026-06-30".parse().unwrap(),
                confirmation_no: i64::try_from(lot).unwrap(),
                amount: Fen::new(balances.of_lot(way.0, Asset::Cny, id(lot)).max(0)).unwrap(),
            })
            .collect();
        let all: i64 = held.iter().map(|held| held.amount.get()).sum();
        for (lot, amount) in take_lots(&held, Fen::new(fen.min(all)).unwrap()).unwrap() {
            self.post(code, way, cause, lot.0.as_u128(), amount.get());
        }
    }

    fn of(&self, lots: &[u128]) -> Vec<Posted> {
        self.0.iter().filter(|posted| lots.contains(&posted.transfer.lot.0.as_u128())).cloned().collect()
    }
}

fn sum(own: &OwnFen) -> i64 {
    own.sum().unwrap().get()
}

/// Each level is what the level below holds, to the fen.
fn adds_up(gift: &GiftFlow) {
    let outside: i64 = gift
        .held
        .iter()
        .filter(|(kind, _)| {
            use AccountKind::{Directed, Fee, General, Returned, Unmatched};
            matches!(kind, Directed | General | Unmatched | Fee | Returned)
        })
        .map(|(_, fen)| fen)
        .sum();
    let set_aside: i64 = gift.needs.iter().map(|need| sum(&need.set_aside)).sum();
    assert_eq!(sum(&gift.arrived), outside + set_aside, "{gift:?}");
    assert_eq!(sum(&gift.arrived), gift.held.values().sum::<i64>(), "{gift:?}");
    for need in &gift.needs {
        let paid: i64 = need.payments.iter().map(|payment| sum(&payment.paid) - sum(&payment.came_back)).sum();
        assert_eq!(sum(&need.set_aside), sum(&need.waiting) + sum(&need.surplus) + paid, "{need:?}");
        for payment in &need.payments {
            let spent: i64 = payment.items.iter().map(|item| sum(&item.spent)).sum();
            assert_eq!(sum(&payment.paid), sum(&payment.came_back) + sum(&payment.waiting) + spent, "{payment:?}");
        }
    }
}

#[test]
fn a_gift_is_followed_to_the_invoice_and_what_was_taken_back_counts_nowhere() {
    let directed = Account::Directed { pledge: id(7) };
    let mut books = Books::default();
    books.post(TransferCode::Arrival, (Account::World, directed), 50, 1, 500);
    books.post(TransferCode::Allocate, (directed, allocated(4)), 51, 1, 400);
    books.post(TransferCode::Advance, (allocated(4), advance(5)), 5, 1, 300);
    books.post(TransferCode::Spend, (advance(5), Account::Spent { need: id(4) }), 60, 1, 100);
    books.post(TransferCode::Spend, (advance(5), Account::Spent { need: id(4) }), 61, 1, 50);
    books.take_back(4);
    books.post(TransferCode::Return, (directed, Account::Returned), 70, 1, 30);
    let gift = flow(&books.0);
    adds_up(&gift);
    let need = &gift.needs[0];
    assert_eq!((sum(&gift.arrived), sum(&need.set_aside), sum(&need.waiting)), (500, 400, 100));
    let payment = &need.payments[0];
    assert_eq!((sum(&payment.paid), sum(&payment.waiting), payment.items.len()), (300, 200, 1));
    assert_eq!(gift.reversed, [(id(1_004), id(1_005))]);
    assert_eq!((gift.held[&AccountKind::Returned], gift.held[&AccountKind::Directed]), (30, 70));
    assert_eq!(gift.causes().len(), 2);
}

proptest! {
    #[test]
    fn any_story_adds_up_at_every_level_for_each_giver_and_for_all(
        gifts in prop::collection::vec(1i64..1_000, 4),
        steps in prop::collection::vec((0u8..8, 0u128..2, 0u128..3, 1i64..700), 0..40),
    ) {
        let mut books = Books::default();
        let owner = |lot: u128| Account::Directed { pledge: id(70 + lot % 2) };
        for (lot, fen) in (1..).zip(&gifts) {
            books.post(TransferCode::Arrival, (Account::World, owner(lot)), 50, lot, *fen);
        }
        for (n, (step, need, payment, fen)) in (100..).zip(steps) {
            let (need_id, spent) = (4 + need, Account::Spent { need: id(4 + need) });
            let surplus = Account::Surplus { need: id(need_id) };
            let payment = 20 + 3 * need + payment;
            match step {
                0 | 1 => books.moves(TransferCode::Allocate, (owner(need), allocated(need_id)), n, fen),
                2 => books.moves(TransferCode::Advance, (allocated(need_id), advance(payment)), payment, fen),
                3 => books.moves(TransferCode::Spend, (advance(payment), spent), n, fen),
                4 => books.moves(TransferCode::PayBack, (advance(payment), allocated(need_id)), n, fen),
                5 => books.moves(TransferCode::Surplus, (allocated(need_id), surplus), n, fen),
                6 => books.moves(TransferCode::PlaceSurplus, (surplus, allocated(9 - need_id)), n, fen),
                _ => books.moves(TransferCode::Return, (owner(need), Account::Returned), n, fen),
            }
        }
        for lots in [vec![1, 3], vec![2, 4], vec![1, 2, 3, 4]] {
            let gift = flow(&books.of(&lots));
            adds_up(&gift);
            let expected: i64 = lots.iter().map(|lot| gifts[usize::try_from(*lot).unwrap() - 1]).sum();
            prop_assert_eq!(sum(&gift.arrived), expected);
        }
    }
}
