//! A charity's two people who book what arrives, while everything around them is killed.

use domain::api::arrivals::{self, BankLine, ConfirmLine, MatchLine, MatchPart, NewBankLine};
use domain::api::bank_accounts;
use domain::arrival::{BankLineInput, BankLineStatus, LineChannel};
use domain::campaign::legal_day;
use domain::{BankAccountId, BankLineId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tests::crowd::{Asking, Pledging};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Between two lines.
const EACH: Duration = Duration::from_millis(250);

pub struct Cashier {
    stop: Arc<AtomicBool>,
    work: JoinHandle<Vec<BankLineId>>,
}

impl Cashier {
    pub async fn start(asking: &Asking, pledging: &Arc<Pledging>) -> Self {
        let accounts = asking.told("maker", &bank_accounts::list()).await;
        let account = accounts.items.first().expect("an account").account.id;
        let stop = Arc::new(AtomicBool::new(false));
        let work = tokio::spawn(work(asking.clone(), pledging.clone(), account, stop.clone()));
        Cashier { stop, work }
    }

    /// What was booked.
    pub async fn end(self) -> Vec<BankLineId> {
        self.stop.store(true, Ordering::Relaxed);
        self.work.await.expect("the cashier's work is answered")
    }
}

async fn work(
    asking: Asking,
    pledging: Arc<Pledging>,
    account: BankAccountId,
    stop: Arc<AtomicBool>,
) -> Vec<BankLineId> {
    let mut booked = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(EACH).await;
        let number = booked.len();
        let pledge = {
            let acknowledged = pledging.acknowledged.lock().expect("no clerk panicked");
            acknowledged.values().nth(number).map(|pledge| (pledge.id, pledge.amount_fen, pledge.reference))
        };
        let Some((pledge, amount, reference)) = pledge else { continue };
        let id = BankLineId(Uuid::from_u128((1 << 70) + number as u128));
        let line = BankLineInput {
            booked_on: legal_day(backend::clock::Clock::System.now()),
            payer: "梅州金柚农业有限公司".into(),
            amount,
            remark: reference.to_string(),
            serial_no: format!("K{number:09}"),
            channel: LineChannel::Transfer,
        };
        let _: BankLine =
            asking.told("maker", &arrivals::enter(&NewBankLine { id, bank_account: account, line })).await;
        let part = MatchPart { amount_fen: amount, pledge: Some(pledge), campaign: None };
        step(&asking, "maker", &arrivals::match_(id, &MatchLine { parts: vec![part] }), BankLineStatus::Matched).await;
        let seen: BankLine = asking.told("checker", &arrivals::get(id)).await;
        let lots = seen.parts.iter().map(|part| part.lot).collect();
        step(&asking, "checker", &arrivals::confirm(id, &ConfirmLine { lots }), BankLineStatus::Confirmed).await;
        booked.push(id);
    }
    booked
}

/// Takes one step. Where the answer to it was lost, the next try finds it done: the line says so.
async fn step(asking: &Asking, account: &str, call: &domain::api::Call<BankLine>, wanted: BankLineStatus) {
    let (status, body) = asking.insist(account, call).await;
    if status.is_success() {
        return;
    }
    let path = call.request.path.clone();
    let id = path.split('/').nth(2).and_then(|id| id.parse().ok()).map(BankLineId).expect("an id");
    let line: BankLine = asking.told(account, &arrivals::get(id)).await;
    assert_eq!(line.status, wanted, "{path}: {status} {}", String::from_utf8_lossy(&body));
}
