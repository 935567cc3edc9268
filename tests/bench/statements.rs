//! A bank statement of 10,000 lines: uploaded, read, taken in with its guesses, matched as guessed.
//!
//! By the API alone, as a cashier's browser would. A third of the lines name their pledge, a tenth of these with one wrong
//! character; a third is paid by a pledger who writes nothing; the rest is of strangers. Deliberately absent: confirming,
//! which is a second person's.

use super::client::post;
use super::load;
use super::pledges::Pledging;
use super::stage::{Stage, column, psql};
use domain::api::arrivals::{BankLine, LineDesk, LineQuery};
use domain::api::bank_statements::{
    BankStatement, DoneWithLines, LINES_AT_ONCE, LineForPledge, MatchMany, NewBankStatement, TakeIn,
};
use domain::api::files::StoredTable;
use domain::api::{List, PREFIX, arrivals};
use domain::campaign::legal_day;
use domain::{BankAccountId, BankStatementId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;
use std::time::Instant;
use uuid::Uuid;

const LINES: usize = 10_000;
const PLEDGES: usize = 2_000;

pub async fn measure(stage: &Stage) {
    let pledges = pledges(stage).await;
    let maker = Maker { stage, bearer: stage.sign_in("maker").await };
    let account = maker.get::<List<arrivals::BankAccount>>("/bank-accounts").await.items.remove(0).id;
    let file = file(&pledges);
    println!("a bank statement of {LINES} lines ({} kB) beside {} open pledges", file.len() / 1024, pledges.len());
    let began = Instant::now();
    let table = maker.upload(&file).await;
    let statement = maker.read(account, table).await;
    let read = began.elapsed();
    let began = Instant::now();
    let taken = TakeIn { ready: statement.tally.ready };
    let taken: BankStatement = maker.post(&format!("/bank-statements/{}/take-in", statement.id), &taken).await;
    let taken_in = began.elapsed();
    let began = Instant::now();
    let matched = maker.match_all().await;
    let guessed = began.elapsed();
    println!(
        "  read {:.2} s, taken in with its guesses {:.2} s ({} lines), matched as guessed {:.2} s ({} lines)",
        read.as_secs_f64(),
        taken_in.as_secs_f64(),
        taken.tally.taken_in,
        guessed.as_secs_f64(),
        matched
    );
    println!("  in all {:.2} s (aim: under 10 s)", (read + taken_in + guessed).as_secs_f64());
}

/// Pledges over the API, then one for each of as many enterprises: reference, enterprise, yuan.
async fn pledges(stage: &Stage) -> Vec<String> {
    load::organisations(&stage.database);
    let pledging = Pledging::new(stage).await;
    for _ in 0..PLEDGES {
        stage.send(&pledging.request()).await;
    }
    psql(
        &stage.database,
        &[
            // As its owner could: no enterprise's pledge ever becomes another's, and nobody reads the totals here.
            "-c",
            "set session_replication_role = replica",
            "-c",
            "with giver as (select id, row_number() over (order by id) as n
                            from organisation where kind = 'enterprise' and status = 'verified'),
                  made as (select id, row_number() over (order by id) as n from pledge where status = 'pledged')
             update pledge p
             set enterprise = giver.id
             from made
             join giver on giver.n = 1 + made.n % (select count(*) from giver)
             where p.id = made.id",
            "-c",
            "analyze pledge",
        ],
    );
    column(
        &stage.database,
        "select p.reference || '|' || o.name || '|' || p.amount_fen / 100
         from pledge p
         join organisation o on o.id = p.enterprise
         where p.status = 'pledged'
         order by md5(p.id::text)",
    )
}

/// What a bank would export.
fn file(pledges: &[String]) -> String {
    let mut text = "交易日期,对方户名,贷方发生额,借方发生额,余额,附言,核心流水号\n".to_owned();
    let mut balance = 0_i64;
    let today = legal_day(backend::clock::Clock::System.now());
    for n in 0..LINES {
        let pledge: Vec<&str> = pledges[n % pledges.len()].split('|').collect();
        let [reference, name, yuan] = pledge.as_slice() else { panic!("a pledge of three parts") };
        let (payer, remark, amount) = match n % 3 {
            0 if n % 30 == 0 => ((*name).to_owned(), reference.replacen('Q', "O", 1), (*yuan).to_owned()),
            0 => ((*name).to_owned(), format!("捐款{reference}"), (*yuan).to_owned()),
            1 => ((*name).to_owned(), "捐款".to_owned(), (*yuan).to_owned()),
            _ => (format!("过路人{n}"), String::new(), format!("{}", n + 1)),
        };
        balance += amount.parse::<i64>().expect("yuan");
        writeln!(text, "{today},{payer},{amount}.00,,{balance}.00,{remark},N{n:08}").expect("a text grows");
    }
    text
}

/// A charity's maker, over the API.
struct Maker<'a> {
    stage: &'a Stage,
    bearer: String,
}

impl Maker<'_> {
    async fn get<A: DeserializeOwned>(&self, path: &str) -> A {
        let header = format!("Authorization: Bearer {}\r\n", self.bearer);
        let request = super::client::get(&format!("{PREFIX}{path}"), &header);
        serde_json::from_slice(&self.stage.send(&request).await).expect("an answer")
    }

    async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> A {
        let body = serde_json::to_string(body).expect("JSON");
        let request = post(&format!("{PREFIX}{path}"), &self.bearer, &body);
        serde_json::from_slice(&self.stage.send(&request).await).expect("an answer")
    }

    async fn upload(&self, file: &str) -> StoredTable {
        const MARK: &str = "a-boundary-of-the-bench";
        let body = format!(
            "--{MARK}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bank.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n--{MARK}--\r\n"
        );
        let request = format!(
            "POST {PREFIX}/files/tables HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary={MARK}\r\nContent-Length: {}\r\n\r\n{body}",
            self.bearer,
            body.len()
        );
        serde_json::from_slice(&self.stage.send(&request).await).expect("a table")
    }

    async fn read(&self, bank_account: BankAccountId, table: StoredTable) -> BankStatement {
        let new = NewBankStatement { id: BankStatementId(Uuid::from_u128(1)), bank_account, table: table.id };
        self.post("/bank-statements", &new).await
    }

    /// Matches each line whose first guess names its pledge, as the list offers them. Returns how many.
    async fn match_all(&self) -> i64 {
        let (mut after, mut done, mut chosen) = (None, 0, Vec::new());
        loop {
            let query = LineQuery { desk: Some(LineDesk::Match), after, ..LineQuery::default() };
            let call = arrivals::list(&query);
            let page = self.get::<List<BankLine>>(&call.request.path).await;
            let sure = |line: &BankLine| {
                let best = line.suggestions.first().filter(|guess| guess.suggestion.score >= 65)?;
                Some(LineForPledge { line: line.id, pledge: best.suggestion.pledge })
            };
            chosen.extend(page.items.iter().filter_map(sure));
            after = page.next;
            while chosen.len() >= LINES_AT_ONCE || (after.is_none() && !chosen.is_empty()) {
                let lines = chosen.drain(..chosen.len().min(LINES_AT_ONCE)).collect();
                let step: DoneWithLines = self.post("/matches", &MatchMany { lines }).await;
                done += step.done;
            }
            if after.is_none() {
                return done;
            }
        }
    }
}
