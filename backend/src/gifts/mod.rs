//! Following a gift: its own fen by name to each invoice, the fen of others as one sum.
//!
//! Reads the ledger by the gift's lots, however much else is in the books. Deliberately absent: who the others are, and
//! anything that moves money.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Caller;
use crate::{ledger, pledges};
use domain::api::gifts::{
    GiftItem, GiftLot, GiftMove, GiftNeed, GiftPayment, GiftPlace, GiftTrail, LotShare, SourceShare, SpendingSources,
};
use domain::api::pledges::Pledge;
use domain::ledger::gift::{ItemFlow, NeedFlow, OwnFen, PaymentFlow, flow};
use domain::ledger::{Account, Posted};
use domain::money::AmountError;
use domain::{Fen, LotId, PledgeId, SpendingItemId, TransferId};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Sums of a gift are sums of what was booked; one that leaves the range of amounts is a defect.
fn fits<T>(amount: std::result::Result<T, AmountError>) -> Result<T> {
    Ok(amount.map_err(anyhow::Error::new)?)
}

/// What is known of the gift's payments, items and needs beside their fen.
struct Told {
    numbers: BTreeMap<LotId, usize>,
    /// What each payment and item moved in all.
    whole: BTreeMap<Uuid, Fen>,
    payments: BTreeMap<Uuid, sql::Payment>,
    items: BTreeMap<Uuid, sql::Item>,
    needs: BTreeMap<Uuid, sql::Need>,
}

/// The way of a pledge's money, for those who may read the pledge; all fen of it are read in one moment.
pub async fn trail(app: &App, caller: &Caller, id: PledgeId) -> Result<GiftTrail> {
    let pledge = pledges::read(app, &caller.into(), id).await?;
    let mut tx = app.snapshot().await?;
    let arrived = sql::lots(&mut tx, id).await?;
    let lots: Vec<LotId> = arrived.iter().map(|lot| lot.lot).collect();
    let history = ledger::history(&mut tx, &lots).await?;
    let gift = flow(&history);
    let causes: Vec<Uuid> = gift.causes().into_iter().collect();
    let told = Told {
        numbers: lots.iter().copied().zip(1..).collect(),
        whole: ledger::moved_by(&mut tx, &causes).await?,
        payments: sql::payments(&mut tx, &causes).await?,
        items: sql::items(&mut tx, &causes).await?,
        needs: sql::needs(&mut tx, &gift.needs.iter().map(|need| need.need).collect::<Vec<_>>()).await?,
    };
    let lots = moves(&mut tx, caller, arrived, &history).await?;
    let places = gift.held.iter().filter(|(_, fen)| **fen != 0);
    let places = places.map(|(kind, fen)| Ok(GiftPlace { kind: *kind, amount_fen: fits(Fen::new(*fen))? }));
    let Pledge { reference, enterprise_name, amount_fen, .. } = pledge;
    Ok(GiftTrail {
        pledge: id,
        reference,
        enterprise_name,
        pledged_fen: amount_fen,
        arrived_fen: fits(gift.arrived.sum())?,
        lots,
        places: places.collect::<Result<_>>()?,
        needs: gift.needs.iter().map(|need| told.need(need)).collect::<Result<_>>()?,
        as_of: app.clock.now(),
    })
}

/// Each lot with its movements, accounts named as the reader may know them.
async fn moves(
    tx: &mut PgConnection,
    caller: &Caller,
    arrived: Vec<sql::Arrived>,
    history: &[Posted],
) -> Result<Vec<GiftLot>> {
    let accounts: BTreeSet<Account> =
        history.iter().flat_map(|posted| [posted.transfer.debit, posted.transfer.credit]).collect();
    let names = ledger::named(tx, caller, &accounts.into_iter().collect::<Vec<_>>()).await?;
    let taken_back: BTreeSet<TransferId> = history.iter().filter_map(|posted| posted.transfer.corrects).collect();
    let name = |account: &Account| names.get(account).cloned().ok_or(Error::NotFound);
    let mut lots = Vec::with_capacity(arrived.len());
    for (lot, number) in arrived.into_iter().zip(1..) {
        let own = history.iter().filter(|posted| posted.transfer.lot == lot.lot);
        let moves = own.map(|posted| {
            Ok(GiftMove {
                id: posted.id,
                code: posted.transfer.code,
                amount_fen: posted.transfer.amount,
                on: posted.transfer.effective_on,
                from: name(&posted.transfer.debit)?,
                to: name(&posted.transfer.credit)?,
                corrects: posted.transfer.corrects,
                taken_back: taken_back.contains(&posted.id),
            })
        });
        lots.push(GiftLot {
            number,
            lot: lot.lot,
            amount_fen: lot.amount,
            booked_on: lot.booked_on,
            confirmed_at: lot.confirmed_at,
            moves: moves.collect::<Result<_>>()?,
        });
    }
    Ok(lots)
}

impl Told {
    fn shares(&self, own: &OwnFen) -> Result<Vec<LotShare>> {
        let some = own.0.iter().filter(|(_, fen)| **fen != 0);
        let mut shares = some
            .map(|(lot, fen)| {
                let number = self.numbers.get(lot).copied().unwrap_or_default();
                Ok(LotShare { number, amount_fen: fits(Fen::new(*fen))? })
            })
            .collect::<Result<Vec<_>>>()?;
        shares.sort_by_key(|share| share.number);
        Ok(shares)
    }

    /// The rest of what a payment or an item moved.
    fn others(&self, cause: Uuid, own: Fen) -> Result<Fen> {
        fits(self.whole.get(&cause).copied().unwrap_or_default().checked_sub(own))
    }

    fn need(&self, flow: &NeedFlow) -> Result<GiftNeed> {
        let told = self.needs.get(&flow.need.0);
        Ok(GiftNeed {
            need: flow.need,
            code: told.and_then(|need| need.code.clone()),
            title: told.map(|need| need.title.clone()).unwrap_or_default(),
            set_aside_fen: fits(flow.set_aside.sum())?,
            lots: self.shares(&flow.set_aside)?,
            waiting_fen: fits(flow.waiting.sum())?,
            surplus_fen: fits(flow.surplus.sum())?,
            payments: flow.payments.iter().map(|payment| self.payment(payment)).collect::<Result<_>>()?,
        })
    }

    fn payment(&self, flow: &PaymentFlow) -> Result<GiftPayment> {
        let own = fits(flow.paid.sum())?;
        let told = self.payments.get(&flow.disbursement.0);
        Ok(GiftPayment {
            disbursement: flow.disbursement,
            payee: told.map(|payment| payment.payee.clone()).unwrap_or_default(),
            paid_on: told.and_then(|payment| payment.paid_on),
            own_fen: own,
            others_fen: self.others(flow.disbursement.0, own)?,
            lots: self.shares(&flow.paid)?,
            came_back_fen: fits(flow.came_back.sum())?,
            waiting_fen: fits(flow.waiting.sum())?,
            items: flow.items.iter().map(|item| self.item(item)).collect::<Result<_>>()?,
        })
    }

    fn item(&self, flow: &ItemFlow) -> Result<GiftItem> {
        let own = fits(flow.spent.sum())?;
        let told = self.items.get(&flow.item.0).ok_or(Error::NotFound)?;
        Ok(GiftItem {
            item: flow.item,
            description: told.description.clone(),
            seller: told.seller.clone(),
            invoice_on: told.invoice_on,
            invoice_no: told.invoice_no.clone(),
            pictures: told.pictures.clone(),
            own_fen: own,
            others_fen: self.others(flow.item.0, own)?,
            lots: self.shares(&flow.spent)?,
        })
    }
}

/// Whose gifts paid an accepted item of a public need: who shows name and amount, and the rest as one sum.
pub async fn sources(app: &App, id: SpendingItemId) -> Result<SpendingSources> {
    let mut tx = app.snapshot().await?;
    let item = sql::public_item(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let amount = ledger::moved_by(&mut tx, &[id.0]).await?.get(&id.0).copied().unwrap_or_default();
    let mut shares: Vec<SourceShare> = Vec::new();
    for (name, display, fen) in sql::shown_shares(&mut tx, id).await? {
        let name = ledger::shown_name(&name, display);
        // Those who are shown alike are one row.
        match shares.iter_mut().find(|share| share.name == name) {
            Some(share) => share.amount_fen = fits(share.amount_fen.checked_add(fen))?,
            None => shares.push(SourceShare { name, amount_fen: fen }),
        }
    }
    let shown = fits(Fen::sum(shares.iter().map(|share| share.amount_fen)))?;
    Ok(SpendingSources {
        item: id,
        description: item.description,
        need_code: item.need_code,
        need_title: item.need_title,
        amount_fen: amount,
        shares,
        others_fen: fits(amount.checked_sub(shown))?,
        as_of: app.clock.now(),
    })
}
