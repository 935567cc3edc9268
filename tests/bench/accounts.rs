//! What knowing the caller costs, and what a crowd that tries passwords costs everybody else.
//!
//! Deliberately absent: the defence that a crowd from one address meets first. Here each try comes from an address of
//! its own, so that every one is hashed.

use super::client::{any_answer, cycle, get, hammer, post};
use super::stage::Stage;
use super::{CONNECTIONS, measured, median};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Tries at a time.
const TRIES: usize = 64;

pub async fn measure(stage: &Stage) {
    let path = format!("/api/v1{}", stage.need_page().await);
    let bearer = format!("Authorization: Bearer {}\r\n", stage.sign_in("enterprise").await);
    let stranger = median(stage.port, CONNECTIONS, &cycle(vec![get(&path, "")])).await;
    let known = median(stage.port, CONNECTIONS, &cycle(vec![get(&path, &bearer)])).await;
    println!("a need over the API, by a stranger:    {stranger}");
    println!("the same by somebody who is signed in: {known}");
    println!("  signed in / stranger = {:.2} (aim: at least 0.8)", known.rate() / stranger.rate());

    let site = cycle(vec![get(&path, ""), get("/", "x-qiancun-uncached: 1\r\n")]);
    let quiet = hammer(stage.port, CONNECTIONS, measured(), &site).await;
    let crowd = Crowd::start(stage.port);
    let beside = hammer(stage.port, CONNECTIONS, measured(), &site).await;
    let tries = crowd.end().await;
    println!("the site by itself:                    {quiet}");
    println!("the site beside {TRIES} sign-ins at a time: {beside}; {tries} tries answered");
    println!("  p99 beside / by itself = {:.2} (aim: at most 2)", beside.p99_ms() / quiet.p99_ms());
}

/// People who try passwords, as fast as they are answered.
struct Crowd {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Crowd {
    fn start(port: u16) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let one = |number| tokio::spawn(tries(port, number, stop.clone(), answered.clone()));
        let tasks = (0..TRIES).map(one).collect();
        Crowd { stop, answered, tasks }
    }

    async fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("a crowd is answered");
        }
        self.answered.load(Ordering::Relaxed)
    }
}

async fn tries(port: u16, number: usize, stop: Arc<AtomicBool>, answered: Arc<AtomicU64>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
    let mut buffer = Vec::new();
    let mut turn = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        turn += 1;
        let body = format!(r#"{{"account":"nobody-{number}-{turn}","password":"guess number {turn}"}}"#);
        let address = format!("X-Forwarded-For: 10.{}.{}.{number}\r\n", turn / 256 % 256, turn % 256);
        let request = post("/api/v1/session", "", &body).replacen("Host:", &format!("{address}Host:"), 1);
        stream.write_all(request.as_bytes()).await.expect("sent");
        any_answer(&mut stream, &mut buffer).await;
        answered.fetch_add(1, Ordering::Relaxed);
    }
}
