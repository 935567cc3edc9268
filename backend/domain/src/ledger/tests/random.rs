//! Random sequences of events against a whole ledger: what has to hold after every single one.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A ledger in memory: rows under their ids, and where each lot came from.
#[derive(Default)]
struct Books {
    rows: Vec<Posted>,
    /// Bank date and confirmation number of each lot, by its number.
    lots: BTreeMap<LotId, (NaiveDate, i64)>,
    events: u128,
}

impl Books {
    fn balances(&self) -> Balances {
        Balances::of(self.rows.iter().map(|row| &row.transfer))
    }

    /// Takes `percent` of what the account holds, at least a fen; nothing from an empty account.
    fn take(&self, account: Account, asset: Asset, percent: i64) -> Option<Vec<(LotId, Fen)>> {
        let balances = self.balances();
        let held: Vec<LotBalance> = self
            .lots
            .iter()
            .map(|(lot, (bank_date, confirmation_no))| LotBalance {
                lot: *lot,
                bank_date: *bank_date,
                confirmation_no: *confirmation_no,
                amount: Fen::new(balances.of_lot(account, asset, *lot)).unwrap(),
            })
            .collect();
        let all = balances.of_account(account, asset);
        let amount = Fen::new((all * percent / 100).max(1)).unwrap();
        take_lots(&held, amount).ok()
    }

    fn new_lot(&mut self, days: u64) -> LotId {
        let number = self.lots.len() + 1;
        let lot = id(10_000 + u128::try_from(number).unwrap());
        self.lots.insert(lot, (day() + chrono::Days::new(days), i64::try_from(number).unwrap()));
        lot
    }

    /// Makes the event of a step, if the accounts hold enough for it.
    fn event(&mut self, step: &Step) -> Option<Event> {
        self.events += 1;
        let Step { kind, a, b, fen, percent } = *step;
        let (record, on, charity) = (id(20_000 + self.events), day(), id(CHARITY));
        let fund = if a % 3 == 0 { general() } else { Fund::Directed { pledge: id(u128::from(a % 3)) } };
        let (need, to_need): (NeedId, NeedId) = (id(40 + u128::from(b % 2)), id(40 + u128::from((b + 1) % 2)));
        let disbursement: DisbursementId = id(50 + u128::from(a % 2) * 2 + u128::from(b % 2));
        let asset = if fen % 5 == 0 { Asset::InKind } else { Asset::Cny };
        let (allocated, advance) = (Account::Allocated { need, charity }, Account::Advance { disbursement });
        let unmatched = Account::Unmatched { bank_account: id(BANK) };
        let amount = Fen::new(fen).unwrap();
        Some(match kind {
            0..=2 => {
                let first = ArrivalPart { lot: self.new_lot(u64::from(b)), amount, to: landing(a) };
                let second = ArrivalPart { lot: self.new_lot(u64::from(b)), amount: Fen::yuan(1), to: landing(b) };
                let sum = amount.checked_add(Fen::yuan(1)).unwrap();
                Event::ArrivalConfirmed { line: id(LINE), amount: sum, parts: vec![first, second], booked_on: on }
            }
            3 => {
                let (gift, lot, campaign) = (id(RECORD), self.new_lot(u64::from(b)), id(CAMPAIGN));
                Event::GoodsAccepted { gift, lot, value: amount, campaign, charity, on }
            }
            4..=6 => {
                let takes = self.take(fund.into(), asset, percent)?;
                Event::Allocated { allocation: id(ALLOCATION), from: fund, need, charity, asset, takes, on }
            }
            7 => {
                let takes = self.take(allocated, asset, percent)?;
                Event::Released { allocation: id(ALLOCATION), need, charity, to: fund, asset, takes, on }
            }
            8..=10 => {
                let takes = self.take(allocated, Asset::Cny, percent)?;
                Event::Paid { disbursement, need, charity, takes, paid_on: on }
            }
            11 => {
                let takes = self.take(advance, Asset::Cny, percent)?;
                Event::Bounced { disbursement, need, charity, takes, booked_on: on }
            }
            12..=14 => {
                let takes = self.take(advance, Asset::Cny, percent)?;
                Event::SpendingAccepted { item: id(ITEM), disbursement, need, takes, on }
            }
            15 => {
                let takes = self.take(advance, Asset::Cny, percent)?;
                Event::MoneyPaidBack { line: id(LINE), disbursement, need, charity, takes, booked_on: on }
            }
            16 => {
                let takes = self.take(allocated, Asset::InKind, percent)?;
                Event::GoodsHandedOver { hand_over: id(ITEM), need, charity, takes, on }
            }
            17 => {
                let takes = self.take(allocated, Asset::Cny, percent)?;
                Event::SurplusFound { record, need, charity, takes, on }
            }
            18 => {
                let takes = self.take(Account::Surplus { need }, Asset::Cny, percent)?;
                Event::SurplusPlaced { record, from_need: need, to_need, charity, takes, on }
            }
            19 => {
                let from = ReturnedFrom::Directed { pledge: id(u128::from(a % 2) + 1) };
                let takes = self.take(from.into(), asset, percent)?;
                Event::Returned { record, from, asset, takes, paid_on: on }
            }
            20 => {
                let takes = self.take(general().into(), Asset::Cny, percent)?;
                Event::FeeCharged { record, campaign: id(CAMPAIGN), charity, takes, on }
            }
            21 => {
                let takes = self.take(unmatched, Asset::Cny, percent)?;
                Event::OwnerFound { line: id(LINE), bank_account: id(BANK), to: fund, takes, on }
            }
            22 => {
                let from = if a % 2 == 0 {
                    GoodsHeld::Allocated { need }
                } else {
                    GoodsHeld::General { campaign: id(CAMPAIGN) }
                };
                let takes = self.take(from.of(charity), Asset::InKind, percent)?;
                Event::GoodsWrittenOff { rest: id(ITEM), from, charity, takes, on }
            }
            _ => {
                let row = self.rows.get(usize::from(a) * 7 % self.rows.len().max(1))?;
                Event::Reversed { record, transfers: vec![row.id], history: self.rows.clone(), on }
            }
        })
    }

    fn post(&mut self, transfers: Vec<Transfer>) {
        for transfer in transfers {
            let number = 100_000 + u128::try_from(self.rows.len()).unwrap();
            self.rows.push(Posted { id: id(number), transfer });
        }
    }
}

fn landing(choice: u8) -> Landing {
    match choice % 4 {
        0 => Landing::Unmatched { bank_account: id(BANK) },
        1 => Landing::General { campaign: id(CAMPAIGN), charity: id(CHARITY) },
        pledge => Landing::Directed { pledge: id(u128::from(pledge) - 1) },
    }
}

#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    a: u8,
    b: u8,
    fen: i64,
    percent: i64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u8..26, 0u8..12, 0u8..12, 1i64..400, prop_oneof![Just(100), 1i64..100]);
    let step = step.prop_map(|(kind, a, b, fen, percent)| Step { kind, a, b, fen, percent });
    prop::collection::vec(step, 1..90)
}

/// In = in place + out, lot by lot: what the world gave is held somewhere or has reached an end.
fn conserved(balances: &Balances) -> Result<(), TestCaseError> {
    let mut by_lot: BTreeMap<(LotId, Asset), (i64, i64)> = BTreeMap::new();
    for ((account, asset, lot), fen) in balances.iter() {
        let (came_in, is_now) = by_lot.entry((lot, asset)).or_default();
        if account == Account::World {
            *came_in -= fen;
        } else {
            *is_now += fen;
        }
    }
    for (lot, (came_in, is_now)) in by_lot {
        prop_assert_eq!(came_in, is_now, "lot {:?}", lot);
        prop_assert!(came_in >= 0);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn after_every_event_money_is_conserved_and_no_limited_account_is_below_zero(steps in steps()) {
        let mut books = Books::default();
        for step in &steps {
            let Some(event) = books.event(step) else { continue };
            let before = books.balances();
            match transfers_for(&event) {
                Ok(transfers) => {
                    let sum = Fen::sum(transfers.iter().map(|transfer| transfer.amount)).unwrap();
                    prop_assert_eq!(event.amount(), Ok(sum), "transfers add up to the event");
                    prop_assert!(transfers.iter().all(|transfer| transfer.amount.is_positive()));
                    prop_assert!(transfers.iter().all(|transfer| transfer.debit != transfer.credit));
                    books.post(transfers);
                }
                Err(LedgerError::MovedOn(followed)) => {
                    prop_assert!(!followed.is_empty(), "a refusal names what stands in the way");
                    prop_assert_eq!(&books.balances(), &before);
                }
                Err(LedgerError::AlreadyReversed(_) | LedgerError::IsReversal(_)) => {
                    let is_reversal = matches!(event, Event::Reversed { .. });
                    prop_assert!(is_reversal);
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
            let balances = books.balances();
            prop_assert_eq!(balances.below_zero().next(), None);
            conserved(&balances)?;
        }
    }

    #[test]
    fn a_reversal_at_once_returns_every_balance(steps in steps()) {
        let mut books = Books::default();
        for step in &steps {
            let Some(event) = books.event(step) else { continue };
            let Ok(transfers) = transfers_for(&event) else { continue };
            let before = books.balances();
            let already = books.rows.len();
            books.post(transfers);
            if matches!(event, Event::Reversed { .. }) {
                continue;
            }
            let rows: Vec<TransferId> = books.rows[already..].iter().map(|row| row.id).collect();
            let undone = transfers_for(&reversal(&rows, &books.rows)).unwrap();
            let kept = books.rows.len();
            books.post(undone);
            prop_assert_eq!(&books.balances(), &before);
            // The mistake is only tried out: the sequence goes on as if the event had been right.
            books.rows.truncate(kept);
        }
    }

    #[test]
    fn everything_can_be_taken_back_from_the_last_row_to_the_first(steps in steps()) {
        let mut books = Books::default();
        for step in &steps {
            if let Some(Ok(transfers)) = books.event(step).as_ref().map(transfers_for) {
                books.post(transfers);
            }
        }
        let taken_back: Vec<_> = books.rows.iter().filter_map(|row| row.transfer.corrects).collect();
        let standing = |row: &&Posted| row.transfer.corrects.is_none() && !taken_back.contains(&row.id);
        let rows: Vec<TransferId> = books.rows.iter().rev().filter(standing).map(|row| row.id).collect();
        if !rows.is_empty() {
            books.post(transfers_for(&reversal(&rows, &books.rows)).unwrap());
        }
        prop_assert_eq!(books.balances(), Balances::default());
    }
}
