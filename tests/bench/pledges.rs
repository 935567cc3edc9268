//! Pledges over the API against pgbench sending the same SQL: what the server log says that one pledge is.
//!
//! Deliberately absent: the worker's letters. They are written while pledges come in, as on a real day; while pgbench
//! is measured the server stands still, so the baseline has both processors to itself.

use super::client::{hammer, post};
use super::measured;
use super::stage::{Stage, psql};
use domain::{CampaignId, Fen, OrganisationId, PledgeId};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tests::crowd::plain_pledge;
use uuid::Uuid;

/// Begins each entry of the log.
const ENTRY: &str = "~entry~";
/// How a parameter that is another in each pledge is made in pgbench's script.
const NUMBER: &str = "number";

/// What every pledge of the measurement says.
#[derive(Clone)]
pub struct Pledging {
    bearer: String,
    campaign: CampaignId,
    charity: OrganisationId,
    next: Arc<AtomicU64>,
}

impl Pledging {
    pub async fn new(stage: &Stage) -> Self {
        let campaigns: Value = serde_json::from_slice(&stage.body("/api/v1/campaigns").await).expect("campaigns");
        let campaign = &campaigns["items"][0];
        let id = |value: &Value| value.as_str().and_then(|text| text.parse::<Uuid>().ok()).expect("an id");
        Pledging {
            bearer: stage.sign_in("enterprise").await,
            campaign: CampaignId(id(&campaign["id"])),
            charity: OrganisationId(id(&campaign["charities"][0]["id"])),
            next: Arc::default(),
        }
    }

    pub fn request(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = PledgeId(Uuid::from_u128(u128::from(number) + 1));
        let new = plain_pledge(id, (self.campaign, self.charity), Fen::yuan(50_000));
        post("/api/v1/pledges", &self.bearer, &serde_json::to_string(&new).expect("JSON"))
    }
}

/// A statement of the log with its parameters, `None` for null.
#[derive(Debug)]
struct Statement {
    text: String,
    parameters: Vec<Option<String>>,
}

/// What the connection of one pledge sent, in order.
async fn statements_of_one(stage: &Stage, pledging: &Pledging) -> Vec<Statement> {
    let log = std::env::var("TEST_DATABASE_LOG").expect("./test bench says where its server logs");
    let seen = std::fs::read_to_string(&log).expect("the server log").len();
    stage.send(&pledging.request()).await;
    let text = std::fs::read_to_string(&log).expect("the server log").split_off(seen);
    let entries: Vec<(&str, &str)> = text.split(ENTRY).filter_map(|entry| entry.trim_end().split_once(' ')).collect();
    // The worker logs as well, on connections of its own.
    let is_pledge = |text: &str| text.contains("insert into pledge ");
    let connection = entries.iter().find(|(_, text)| is_pledge(text)).expect("a pledge in the log").0;
    let mut statements: Vec<Statement> = Vec::new();
    for (pid, text) in entries {
        let text = text.replace("\n\t", "\n");
        if let Some(parameters) = text.strip_prefix("DETAIL:  parameters: ") {
            if pid == connection
                && let Some(last) = statements.last_mut()
            {
                last.parameters = values(parameters);
            }
        } else if let Some((_, sql)) = text.strip_prefix("LOG:  ").and_then(|text| text.split_once(": "))
            && pid == connection
        {
            statements.push(Statement { text: sql.to_owned(), parameters: Vec::new() });
        }
    }
    // What the connection did before and after is another request's.
    let pledge = statements.iter().position(|one| is_pledge(&one.text)).expect("a pledge");
    let begin = statements[..pledge].iter().rposition(|one| one.text.eq_ignore_ascii_case("begin")).expect("a begin");
    let mut own = statements.split_off(begin);
    let commit = own.iter().position(|one| one.text.eq_ignore_ascii_case("commit")).expect("a commit");
    own.truncate(commit + 1);
    own
}

/// `$1 = 'it''s', $2 = NULL` as values.
fn values(mut text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    while let Some((_, rest)) = text.split_once(" = ") {
        let Some(quoted) = rest.strip_prefix('\'') else {
            values.push(None);
            text = rest;
            continue;
        };
        let mut value = String::new();
        let mut characters = quoted.char_indices().peekable();
        let mut end = quoted.len();
        while let Some((at, character)) = characters.next() {
            if character == '\'' && characters.next_if(|(_, next)| *next == '\'').is_none() {
                end = at + 1;
                break;
            }
            value.push(character);
        }
        values.push(Some(value));
        text = &quoted[end..];
    }
    values
}

/// A script for pgbench: the statements of one pledge; what differed in another pledge is made anew each time.
fn script(one: &[Statement], other: &[Statement]) -> String {
    assert_eq!(one.len(), other.len(), "two pledges send the same statements");
    let mut script = String::from("\\set id random(1, 9000000000000000000)\n");
    let mut made = 0;
    for (one, other) in one.iter().zip(other) {
        let mut text = one.text.clone();
        for (place, (value, another)) in one.parameters.iter().zip(&other.parameters).enumerate().rev() {
            let literal = match value {
                None => "null".to_owned(),
                Some(value) if Some(value) == another.as_ref() => quoted(value),
                Some(value) if value.starts_with("QC") => {
                    format!("('QC' || translate(lpad(:{NUMBER}::text, 7, '0'), '0123456789', '23456789AC'))")
                }
                // A row of a statement for several: its id alone in an array, which would be read as an id as well.
                Some(value)
                    if value.strip_prefix('{').is_some_and(|ids| ids.trim_end_matches('}').parse::<Uuid>().is_ok()) =>
                {
                    made += 1;
                    format!("array[{}]", id(made))
                }
                // The pledge's own id begins with zeros: see `request`.
                Some(value) if value.parse::<Uuid>().is_ok_and(|id| id.as_u128() < 1 << 64) => id(0),
                Some(value) if value.parse::<Uuid>().is_ok() => {
                    made += 1;
                    id(made)
                }
                // Times and letters differ in a few characters, and need not here.
                Some(value) => quoted(value),
            };
            text = text.replace(&format!("${}", place + 1), &literal);
        }
        let ending = if text.contains("nextval") { " \\gset" } else { ";" };
        let text = text.replace("\"number!\"", NUMBER);
        let _ = writeln!(script, "{}{ending}", text.trim_end_matches(';'));
    }
    script
}

fn id(salt: u32) -> String {
    format!("md5(:id::text || '{salt}')::uuid")
}

/// A literal in which pgbench sees no variable of its own.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// Transactions a second; any error ends the measurement.
fn pgbench(stage: &Stage, script: &Path, clients: usize, more: &[&str]) -> f64 {
    let clients = clients.to_string();
    let done = Command::new("pgbench")
        .args(["--no-vacuum", "--protocol", "prepared", "--jobs", "2", "--client", &clients, "--file"])
        .arg(script)
        .args(more)
        .arg(&stage.database)
        .output()
        .expect("pgbench runs");
    let said = String::from_utf8_lossy(&done.stdout);
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    let failed = || panic!("pgbench: {said}{}", String::from_utf8_lossy(&done.stderr));
    rate.filter(|_| done.status.success()).unwrap_or_else(failed)
}

/// Takes pledges away with what came with them, as only the owner of the tables can: nobody's pledge is ever deleted.
fn forget(stage: &Stage, which: &str) {
    let rows = |table: &str| format!("delete from {table} where pledge in (select id from pledge where {which})");
    let steps = [
        "set session_replication_role = replica".to_owned(),
        rows("pledge_display_choice"),
        rows("pledge_designation"),
        format!("delete from pledge where {which}"),
    ];
    let arguments: Vec<&str> = steps.iter().flat_map(|step| ["-c", step]).collect();
    psql(&stage.database, &arguments);
}

pub async fn measure(stage: &Stage) {
    let setting = |sql: &str| psql(&stage.database, &["-c", sql]);
    setting(&format!("alter system set log_line_prefix = '{ENTRY}%p '"));
    setting("alter system set log_statement = 'all'");
    setting("select pg_reload_conf()");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let pledging = Pledging::new(stage).await;
    let (one, other) = (statements_of_one(stage, &pledging).await, statements_of_one(stage, &pledging).await);
    setting("alter system reset all");
    setting("select pg_reload_conf()");

    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), script(&one, &other)).expect("written");
    println!("one pledge is {} statements, begin and commit among them", one.len());
    let seconds = measured().as_secs().to_string();
    // The table has to hold some thousand rows before it is measured: what pgbench plans on an almost empty one reads
    // all of it for each row, and is slower with every pledge.
    let warming_up = pledging.clone();
    hammer(stage.port, 8, measured() / 3, &move |_| warming_up.request()).await;
    // None of those that stay may have a reference that pgbench makes as well; the demo's few belong to bank lines.
    forget(stage, "reference ~ '^QC[2-9AC]{7}$' and id < '00000000-0000-0001-0000-000000000000'");
    setting("create table measured_before as select id from pledge");
    // Each is measured on a table of the same size; and a reference that pgbench makes may be one of the server's.
    let make_way = || {
        forget(stage, "id not in (select id from measured_before)");
        setting("vacuum analyze pledge");
        setting("vacuum analyze pledge_designation");
    };
    for clients in [8, 32] {
        let own = pledging.clone();
        let requests = move |_| own.request();
        hammer(stage.port, clients, measured() / 6, &requests).await;
        // One right after the other, since a machine that is shared is not equally fast for minutes.
        let mut rounds: Vec<(f64, f64)> = Vec::new();
        for round in 1..=3 {
            let answers = hammer(stage.port, clients, measured(), &requests).await;
            make_way();
            let baseline = stage.while_it_stands_still(|| {
                pgbench(stage, file.path(), 1, &["--transactions", "1"]);
                pgbench(stage, file.path(), clients, &["--time", &seconds])
            });
            make_way();
            println!("pledges, {clients} clients, {round} of 3: {answers}");
            println!("  pgbench, same SQL: {baseline:.0}/s; ratio {:.2}", answers.rate() / baseline);
            rounds.push((answers.rate(), baseline));
        }
        let median = |of: fn(&(f64, f64)) -> f64| {
            let mut all: Vec<f64> = rounds.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[1]
        };
        let (rate, baseline) = (median(|round| round.0), median(|round| round.1));
        println!("  {rate:.0}/s of {baseline:.0}/s, ratio {:.2} (aim: at least 0.5)", rate / baseline);
    }
}
