//! The binary with its private database, and what becomes of both when they are killed.

use backend::db::embedded::{Place, Server};
use backend::{check, db};
use domain::{BankLineId, Fen, PledgeId};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Who is killed, by the signal that nobody can catch.
#[derive(Debug, Clone, Copy)]
pub enum Victim {
    Server,
    /// The database's first process alone; its others find out.
    Postmaster,
    /// All processes of the database at once.
    Database,
    ServerAndDatabase,
}

impl Victim {
    pub const ALL: [Victim; 4] = [Victim::Server, Victim::Postmaster, Victim::Database, Victim::ServerAndDatabase];
}

/// The folder, the process, and what it needs to be started again.
pub struct House {
    folder: TempDir,
    place: Place,
    port: u16,
    letters: u16,
    process: Child,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.kill_database(true);
        let _ = self.place.remove();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the checkout")
}

impl House {
    pub async fn start(letters: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::for_data_dir(folder.path()).expect("a place for the database");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port").port();
        let process = serve(folder.path(), port, letters).await;
        House { folder, place, port, letters, process }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills and waits until the house serves again: a dead server is started by whoever runs it, a dead database by the
    /// server.
    pub async fn kill(&mut self, victim: Victim) {
        let server_too = matches!(victim, Victim::Server | Victim::ServerAndDatabase);
        if server_too {
            self.process.kill().expect("it ran until now");
        }
        match victim {
            Victim::Server => {}
            Victim::Postmaster => self.kill_database(false),
            Victim::Database | Victim::ServerAndDatabase => self.kill_database(true),
        }
        if server_too {
            self.process.wait().expect("it is dead");
            self.process = serve(self.folder.path(), self.port, self.letters).await;
        } else {
            let began = Instant::now();
            while self.postmaster().is_none() {
                assert!(began.elapsed() < Duration::from_mins(1), "nobody starts the database again");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// The number of the database's first process, if it runs.
    fn postmaster(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.place.cluster().join("postmaster.pid")).ok()?;
        let pid = text.lines().next()?.trim().parse().ok()?;
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        (name.trim() == "postgres").then_some(pid)
    }

    fn kill_database(&self, all: bool) {
        let Some(first) = self.postmaster() else { return };
        let mut victims = vec![first];
        if all {
            victims.extend(children(first));
        }
        let numbers: Vec<String> = victims.iter().map(u32::to_string).collect();
        // Some may have ended by themselves meanwhile.
        let _ = Command::new("kill").arg("-9").args(numbers).stderr(Stdio::null()).status();
        while Path::new(&format!("/proc/{first}")).exists() {
            std::thread::yield_now();
        }
    }

    /// A look into the database, beside the server.
    pub async fn books(&self) -> Books {
        let server = Server::start(&self.place).await.expect("the database runs");
        let pool = db::connect(server.options("qiancun")).await.expect("it answers");
        Books { pool, server }
    }

    /// Ends in peace: the server stops its database itself.
    pub fn end(mut self) {
        let told = Command::new("kill").arg(self.process.id().to_string()).status();
        assert!(told.is_ok_and(|status| status.success()));
        let ended = tokio::task::block_in_place(|| self.process.wait()).expect("it ends");
        assert!(ended.success(), "{ended}");
    }
}

/// The processes that this one started.
fn children(parent: u32) -> Vec<u32> {
    let is_child = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Behind the name, which ends with the last bracket: state and parent.
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields.to_owned()).unwrap_or_default();
        fields.split_whitespace().nth(1) == Some(parent.to_string().as_str())
    };
    let all = std::fs::read_dir("/proc").expect("a system with /proc").flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_child).collect()
}

async fn serve(folder: &Path, port: u16, letters: u16) -> Child {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM"]).arg(root().join("target/debug/qiancun"));
    command.args(["serve", "--demo", "--port", &port.to_string(), "--data-dir"]).arg(folder).arg("--site-dir");
    command.arg(root().join("target/site")).env_remove("DATABASE_URL").stdout(Stdio::piped());
    // So that each visitor can come from an address of its own.
    command.env("TRUSTED_PROXY", "127.0.0.1");
    command.env("SMTP_URL", format!("smtp://127.0.0.1:{letters}"));
    let mut process = command.spawn().expect("target/debug/qiancun starts");
    let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines().map_while(Result::ok);
    let ready = tokio::task::spawn_blocking(move || {
        let ready = lines.any(|line| line.starts_with("ready "));
        std::thread::spawn(move || lines.for_each(drop));
        ready
    });
    assert!(ready.await.expect("its output is read"), "it says when it is ready");
    process
}

/// The database as an auditor finds it.
pub struct Books {
    pool: PgPool,
    /// Holds the database while it is looked at.
    #[expect(dead_code, reason = "it is held, not used")]
    server: Server,
}

impl Books {
    /// Whether a letter, or other work that does not lie in the future, still waits.
    pub async fn letters_wait(&self) -> bool {
        let waiting = sqlx::query_scalar("select exists (select from job where status = 'waiting')");
        waiting.fetch_one(&self.pool).await.expect("the jobs")
    }

    /// Each promised pledge as it was promised, and none that nobody asked for.
    pub async fn hold_every_pledge_once(&self, promised: &BTreeMap<PledgeId, (String, Fen)>, first: u64) {
        let rows: Vec<(uuid::Uuid, String, i64)> =
            sqlx::query_as("select id, reference, amount_fen from pledge where id < $1 and id >= $2")
                .bind(uuid::Uuid::from_u128(1 << 64))
                .bind(uuid::Uuid::from_u128(u128::from(first)))
                .fetch_all(&self.pool)
                .await
                .expect("the pledges");
        let held: BTreeMap<PledgeId, (String, Fen)> = rows
            .iter()
            .map(|(id, reference, fen)| (PledgeId(*id), (reference.clone(), Fen::new(*fen).expect("an amount"))))
            .collect();
        assert_eq!(held.len(), rows.len());
        for (id, what) in promised {
            assert_eq!(held.get(id), Some(what), "an acknowledged pledge");
        }
        assert_eq!(held.len(), promised.len(), "a pledge that nobody was told of");
    }

    /// Each line that a second person was told to have booked.
    pub async fn hold_every_line(&self, booked: &[BankLineId]) {
        let ids: Vec<uuid::Uuid> = booked.iter().map(|id| id.0).collect();
        let confirmed: i64 =
            sqlx::query_scalar("select count(*) from bank_line where id = any($1) and status = 'confirmed'")
                .bind(&ids)
                .fetch_one(&self.pool)
                .await
                .expect("the lines");
        assert_eq!(usize::try_from(confirmed).expect("a count"), booked.len(), "an acknowledged booking");
    }

    pub async fn are_right(&self) {
        let findings = check::check(&self.pool).await.expect("the books are read");
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// Each letter came, and came once unless it is marked as one that may have come twice.
    pub async fn sent_every_letter(&self, received: &BTreeMap<String, u32>) {
        let jobs: Vec<(uuid::Uuid, bool, String, Option<String>)> =
            sqlx::query_as("select id, unreported, status, outcome from job where kind in ('mail', 'link_letter')")
                .fetch_all(&self.pool)
                .await
                .expect("the jobs");
        let of = |id: &uuid::Uuid| received.get(&format!("<{id}@127.0.0.1>")).copied().unwrap_or_default();
        let mut repeated = 0;
        for (id, unreported, status, outcome) in &jobs {
            assert_eq!(status, "done", "letter {id}: {outcome:?}");
            match of(id) {
                0 => assert!(outcome.is_some(), "letter {id} was never received"),
                1 => {}
                times => {
                    assert!(*unreported, "letter {id} came {times} times and nobody would know");
                    repeated += 1;
                }
            }
        }
        let marked = jobs.iter().filter(|(_, unreported, ..)| *unreported).count();
        println!("{} letters, {marked} marked as perhaps sent twice, {repeated} of them were", jobs.len());
    }
}
