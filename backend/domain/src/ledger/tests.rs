//! The accounting policy as a table: each event beside the transfers that it posts, in words.

mod random;

use super::*;
use crate::{DisbursementId, NeedId, SpendingItemId};

fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

fn day() -> NaiveDate {
    "2026-06-30".parse().unwrap()
}

const PLEDGE: u128 = 1;
const CAMPAIGN: u128 = 2;
const CHARITY: u128 = 3;
const NEED: u128 = 4;
const OTHER_NEED: u128 = 5;
const BANK: u128 = 6;
const LINE: u128 = 7;
const RECORD: u128 = 8;
const PAYMENT: u128 = 9;
const ITEM: u128 = 10;
const ALLOCATION: u128 = 11;

fn directed() -> Fund {
    Fund::Directed { pledge: id(PLEDGE) }
}

fn general() -> Fund {
    Fund::General { campaign: id(CAMPAIGN), charity: id(CHARITY) }
}

fn takes() -> Vec<(LotId, Fen)> {
    vec![(id(101), Fen::yuan(300)), (id(102), Fen::yuan(200))]
}

/// `from > to, yuan, code, lot, cause`, with short numbers in place of ids.
fn in_words(transfer: &Transfer) -> String {
    let short = |account: &Account| {
        let text = account.to_string();
        let ids: Vec<String> =
            text.split(':').skip(1).map(|id| Uuid::parse_str(id).unwrap().as_u128().to_string()).collect();
        if ids.is_empty() { account.kind().to_owned() } else { format!("{}({})", account.kind(), ids.join(",")) }
    };
    let asset = if transfer.asset == Asset::InKind { " in kind" } else { "" };
    format!(
        "{} > {}, {}{asset}, {}, lot {}, cause {}",
        short(&transfer.debit),
        short(&transfer.credit),
        transfer.amount.to_yuan(),
        transfer.code,
        transfer.lot.0.as_u128(),
        transfer.cause.as_u128()
    )
}

fn posts(event: &Event) -> Vec<String> {
    let transfers = transfers_for(event).unwrap();
    let sum = Fen::sum(transfers.iter().map(|transfer| transfer.amount)).unwrap();
    assert_eq!(event.amount(), Ok(sum), "an event's transfers add up to its amount");
    assert!(transfers.iter().all(|transfer| transfer.effective_on == day()));
    for transfer in &transfers {
        let (from, to) = transfer.code.way();
        let told = from.contains(&transfer.debit.kind_word()) && to.contains(&transfer.credit.kind_word());
        assert!(told || transfer.code == TransferCode::Reverse, "the glossary knows the way: {transfer:?}");
    }
    transfers.iter().map(in_words).collect()
}

fn arrival(parts: Vec<ArrivalPart>, yuan: i64) -> Event {
    Event::ArrivalConfirmed { line: id(LINE), amount: Fen::yuan(yuan), parts, booked_on: day() }
}

fn part(lot: u128, yuan: i64, to: Landing) -> ArrivalPart {
    ArrivalPart { lot: id(lot), amount: Fen::yuan(yuan), to }
}

fn allocated(from: Fund, asset: Asset) -> Event {
    Event::Allocated {
        allocation: id(ALLOCATION),
        from,
        need: id(NEED),
        charity: id(CHARITY),
        asset,
        takes: takes(),
        on: day(),
    }
}

#[test]
fn a_confirmed_line_comes_from_the_world_part_by_part() {
    let parts = vec![
        part(101, 300, Landing::Directed { pledge: id(PLEDGE) }),
        part(102, 200, Landing::General { campaign: id(CAMPAIGN), charity: id(CHARITY) }),
        part(103, 5, Landing::Unmatched { bank_account: id(BANK) }),
    ];
    assert_eq!(
        posts(&arrival(parts, 505)),
        [
            "world > directed(1), 300, arrival, lot 101, cause 7",
            "world > general(2,3), 200, arrival, lot 102, cause 7",
            "world > unmatched(6), 5, arrival, lot 103, cause 7",
        ]
    );
}

/// An event that takes two lots, from where to where, its code and its cause.
type Row = (Event, &'static str, &'static str, u128);

fn each_posts_its_row(table: Vec<Row>) {
    for (event, way, code, cause) in table {
        let expected = [
            format!("{way}, 300, {code}, lot 101, cause {cause}"),
            format!("{way}, 200, {code}, lot 102, cause {cause}"),
        ];
        assert_eq!(posts(&event), expected);
    }
}

#[test]
fn money_is_claimed_pointed_at_a_need_and_set_free_as_the_table_says() {
    let (line, need, charity, on) = (id(LINE), id(NEED), id(CHARITY), day());
    each_posts_its_row(vec![
        (
            Event::OwnerFound { line, bank_account: id(BANK), to: directed(), takes: takes(), on },
            "unmatched(6) > directed(1)",
            "match",
            LINE,
        ),
        (allocated(directed(), Asset::Cny), "directed(1) > allocated(4,3)", "allocate", ALLOCATION),
        (allocated(general(), Asset::Cny), "general(2,3) > allocated(4,3)", "allocate", ALLOCATION),
        (
            Event::Released {
                allocation: id(ALLOCATION),
                need,
                charity,
                to: directed(),
                asset: Asset::Cny,
                takes: takes(),
                on,
            },
            "allocated(4,3) > directed(1)",
            "release",
            ALLOCATION,
        ),
    ]);
}

#[test]
fn money_is_paid_accounted_for_and_left_over_as_the_table_says() {
    let (line, record, need, charity, on) = (id(LINE), id(RECORD), id(NEED), id(CHARITY), day());
    let (disbursement, item): (DisbursementId, SpendingItemId) = (id(PAYMENT), id(ITEM));
    each_posts_its_row(vec![
        (
            Event::Paid { disbursement, need, charity, takes: takes(), paid_on: on },
            "allocated(4,3) > advance(9)",
            "advance",
            PAYMENT,
        ),
        (
            Event::Bounced { disbursement, need, charity, takes: takes(), booked_on: on },
            "advance(9) > allocated(4,3)",
            "bounce",
            PAYMENT,
        ),
        (
            Event::SpendingAccepted { item, disbursement, need, takes: takes(), on },
            "advance(9) > spent(4)",
            "spend",
            ITEM,
        ),
        (
            Event::MoneyPaidBack { line, disbursement, need, charity, takes: takes(), booked_on: on },
            "advance(9) > allocated(4,3)",
            "pay_back",
            LINE,
        ),
        (
            Event::SurplusFound { record, need, charity, takes: takes(), on },
            "allocated(4,3) > surplus(4)",
            "surplus",
            RECORD,
        ),
        (
            Event::SurplusPlaced { record, from_need: need, to_need: id(OTHER_NEED), charity, takes: takes(), on },
            "surplus(4) > allocated(5,3)",
            "place_surplus",
            RECORD,
        ),
        (
            Event::FeeCharged { record, campaign: id(CAMPAIGN), charity, takes: takes(), on },
            "general(2,3) > fee(3)",
            "fee",
            RECORD,
        ),
    ]);
}

#[test]
fn money_goes_back_to_givers_from_where_it_waits() {
    let sources = [
        (ReturnedFrom::Directed { pledge: id(PLEDGE) }, "directed(1)"),
        (ReturnedFrom::General { campaign: id(CAMPAIGN), charity: id(CHARITY) }, "general(2,3)"),
        (ReturnedFrom::Unmatched { bank_account: id(BANK) }, "unmatched(6)"),
        (ReturnedFrom::Surplus { need: id(NEED) }, "surplus(4)"),
    ];
    for (from, account) in sources {
        let takes = vec![(id(101), Fen::yuan(1))];
        let event = Event::Returned { record: id(RECORD), from, asset: Asset::Cny, takes, paid_on: day() };
        assert_eq!(posts(&event), [format!("{account} > returned, 1, return, lot 101, cause 8")]);
    }
}

#[test]
fn goods_move_in_their_own_asset() {
    let lot = id(101);
    let (campaign, charity) = (id(CAMPAIGN), id(CHARITY));
    let accepted = Event::GoodsAccepted { gift: id(RECORD), lot, value: Fen::yuan(500), campaign, charity, on: day() };
    assert_eq!(posts(&accepted), ["world > general(2,3), 500 in kind, goods, lot 101, cause 8"]);
    assert!(posts(&allocated(directed(), Asset::InKind)).iter().all(|words| words.contains("in kind, allocate")));
    let takes = vec![(lot, Fen::yuan(500))];
    let handed = Event::GoodsHandedOver { hand_over: id(ITEM), need: id(NEED), charity: id(CHARITY), takes, on: day() };
    assert_eq!(posts(&handed), ["allocated(4,3) > spent(4), 500 in kind, hand_over, lot 101, cause 10"]);
    let written_off = |from| Event::GoodsWrittenOff {
        rest: id(RECORD),
        from,
        charity: id(CHARITY),
        takes: vec![(id(101), Fen::yuan(20))],
        on: day(),
    };
    for (from, of) in [
        (GoodsHeld::Allocated { need: id(NEED) }, "allocated(4,3)"),
        (GoodsHeld::General { campaign: id(CAMPAIGN) }, "general(2,3)"),
    ] {
        assert_eq!(posts(&written_off(from)), [format!("{of} > lost(3), 20 in kind, write_off, lot 101, cause 8")]);
    }
}

#[test]
fn an_event_that_contradicts_itself_is_refused() {
    let unmatched = Landing::Unmatched { bank_account: id(BANK) };
    let too_much = Fen::new(crate::money::FEN_MAX).unwrap();
    let allocate = |takes| match allocated(directed(), Asset::Cny) {
        Event::Allocated { allocation, from, need, charity, asset, on, .. } => {
            Event::Allocated { allocation, from, need, charity, asset, takes, on }
        }
        other => other,
    };
    let elsewhere = Fund::General { campaign: id(CAMPAIGN), charity: id(99) };
    let same_need = Event::SurplusPlaced {
        record: id(RECORD),
        from_need: id(NEED),
        to_need: id(NEED),
        charity: id(CHARITY),
        takes: takes(),
        on: day(),
    };
    let table: Vec<(Event, LedgerError)> = vec![
        (arrival(vec![], 1), LedgerError::Parts(PartsError::NoParts)),
        (
            arrival(vec![part(1, 2, unmatched)], 3),
            LedgerError::Parts(PartsError::DoNotAddUp { line: Fen::yuan(3), parts: Fen::yuan(2) }),
        ),
        (arrival(vec![part(1, 2, unmatched), part(1, 1, unmatched)], 3), LedgerError::LotTwice(id(1))),
        (allocate(vec![]), LedgerError::NothingToMove),
        (allocate(vec![(id(1), Fen::ZERO)]), LedgerError::NotPositive(id(1))),
        (allocate(vec![(id(1), Fen::yuan(-1))]), LedgerError::NotPositive(id(1))),
        (allocate(vec![(id(1), Fen::yuan(1)), (id(1), Fen::yuan(2))]), LedgerError::LotTwice(id(1))),
        (allocate(vec![(id(1), too_much), (id(2), too_much)]), LedgerError::Amount(AmountError::TooLarge)),
        (allocated(elsewhere, Asset::Cny), LedgerError::AnotherCharity),
        (same_need, LedgerError::SameNeed),
    ];
    for (event, error) in table {
        assert_eq!(transfers_for(&event), Err(error));
    }
}

fn posted(event: &Event, first_id: u128) -> Vec<Posted> {
    (first_id..)
        .zip(transfers_for(event).unwrap())
        .map(|(number, transfer)| Posted { id: id(number), transfer })
        .collect()
}

fn reversal(transfers: &[TransferId], history: &[Posted]) -> Event {
    Event::Reversed { record: id(RECORD), transfers: transfers.to_vec(), history: history.to_vec(), on: day() }
}

#[test]
fn a_reversal_goes_the_other_way_and_names_what_it_corrects() {
    let landing = Landing::Directed { pledge: id(PLEDGE) };
    let history = posted(&arrival(vec![part(101, 300, landing)], 300), 1000);
    let event = reversal(&[id(1000)], &history);
    assert_eq!(posts(&event), ["directed(1) > world, 300, reverse, lot 101, cause 8"]);
    assert_eq!(transfers_for(&event).unwrap()[0].corrects, Some(id(1000)));
}

#[test]
fn money_that_has_moved_on_is_not_reversed_and_the_refusal_lists_what_followed() {
    let landing = Landing::Directed { pledge: id(PLEDGE) };
    let mut history = posted(&arrival(vec![part(101, 300, landing), part(102, 300, landing)], 600), 1000);
    history.extend(posted(&allocated(directed(), Asset::Cny), 2000));
    // Lot 101 is used up; of lot 102 there is 100 left of 300.
    let refused = transfers_for(&reversal(&[id(1000), id(1001)], &history)).unwrap_err();
    assert_eq!(refused, LedgerError::MovedOn(history[2..].to_vec()));
    assert_eq!(refused.to_string(), "这笔款已继续使用，请先冲正其后的 2 笔转账");
    let refused = transfers_for(&reversal(&[id(1000)], &history)).unwrap_err();
    assert_eq!(refused, LedgerError::MovedOn(vec![history[2].clone()]));
    // What followed and what came first may be taken back together.
    let together = reversal(&[id(2000), id(2001), id(1000), id(1001)], &history);
    assert_eq!(transfers_for(&together).unwrap().len(), 4);
}

#[test]
fn a_payment_that_bounced_does_not_stand_in_the_way() {
    let mut history = posted(&arrival(vec![part(101, 500, Landing::Directed { pledge: id(PLEDGE) })], 500), 1000);
    let takes = vec![(id(101), Fen::yuan(500))];
    let (disbursement, need, charity) = (id(PAYMENT), id(NEED), id(CHARITY));
    let events = [
        Event::Allocated {
            allocation: id(ALLOCATION),
            from: directed(),
            need,
            charity,
            asset: Asset::Cny,
            takes: takes.clone(),
            on: day(),
        },
        Event::Paid { disbursement, need, charity, takes: takes.clone(), paid_on: day() },
        Event::Bounced { disbursement, need, charity, takes, booked_on: day() },
    ];
    for (event, first_id) in events.iter().zip([2000, 3000, 4000]) {
        history.extend(posted(event, first_id));
    }
    assert!(transfers_for(&reversal(&[id(2000)], &history)).is_ok());
}

#[test]
fn what_was_reversed_before_is_not_listed_as_standing_in_the_way() {
    let mut history = posted(&arrival(vec![part(101, 500, Landing::Directed { pledge: id(PLEDGE) })], 500), 1000);
    let pointed = |allocation, need| Event::Allocated {
        allocation: id(allocation),
        from: directed(),
        need: id(need),
        charity: id(CHARITY),
        asset: Asset::Cny,
        takes: vec![(id(101), Fen::yuan(400))],
        on: day(),
    };
    history.extend(posted(&pointed(ALLOCATION, NEED), 2000));
    history.extend(posted(&reversal(&[id(2000)], &history), 3000));
    history.extend(posted(&pointed(ALLOCATION + 1, OTHER_NEED), 4000));
    let refused = transfers_for(&reversal(&[id(1000)], &history)).unwrap_err();
    assert_eq!(refused, LedgerError::MovedOn(vec![history[3].clone()]));
}

#[test]
fn a_row_is_reversed_once_and_a_reversal_never() {
    let landing = Landing::Directed { pledge: id(PLEDGE) };
    let mut history = posted(&arrival(vec![part(101, 300, landing)], 300), 1000);
    assert_eq!(transfers_for(&reversal(&[], &history)), Err(LedgerError::NothingToMove));
    assert_eq!(transfers_for(&reversal(&[id(5)], &history)), Err(LedgerError::Unknown(id(5))));
    let twice = reversal(&[id(1000), id(1000)], &history);
    assert_eq!(transfers_for(&twice), Err(LedgerError::AlreadyReversed(id(1000))));
    history.extend(posted(&reversal(&[id(1000)], &history), 2000));
    assert_eq!(transfers_for(&reversal(&[id(1000)], &history)), Err(LedgerError::AlreadyReversed(id(1000))));
    assert_eq!(transfers_for(&reversal(&[id(2000)], &history)), Err(LedgerError::IsReversal(id(2000))));
}

#[test]
fn the_wire_names_fen_and_accounts_as_text() {
    let history = posted(&arrival(vec![part(101, 3, Landing::Directed { pledge: id(PLEDGE) })], 3), 1000);
    let json = serde_json::to_value(&history[0].transfer).unwrap();
    assert_eq!(json["amount_fen"], 300);
    assert_eq!(json["debit"], "world");
    assert_eq!(json["credit"], "directed:00000000-0000-0000-0000-000000000001");
    assert_eq!(json["asset"], "cny");
    let event = reversal(&[id(1000)], &history);
    let back: Event = serde_json::from_value(serde_json::to_value(&event).unwrap()).unwrap();
    assert_eq!(back, event);
}

#[test]
fn every_code_is_used_by_some_event() {
    // A code that no event posts would promise an accountant something that never happens.
    let policy = include_str!("policy.rs").to_owned() + include_str!("reversal.rs");
    for code in TransferCode::ALL {
        assert!(policy.contains(&format!("TransferCode::{code:?}")), "{code:?}");
    }
}
