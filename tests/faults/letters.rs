//! A mail server that takes every letter and counts how often each one came.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How often each message id came.
type Received = BTreeMap<String, u32>;

pub struct Letterbox {
    port: u16,
    received: Arc<Mutex<Received>>,
}

impl Letterbox {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let received: Arc<Mutex<Received>> = Arc::default();
        let into = received.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, into.clone()));
            }
        });
        Letterbox { port, received }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn received(&self) -> Received {
        self.received.lock().expect("no talk panicked").clone()
    }
}

/// One talk (RFC 5321), until the other side hangs up or is killed. A letter counts from the moment on in which it is
/// taken, before the answer goes out: that is where a kill makes it unknown to its sender.
async fn talk(stream: TcpStream, received: Arc<Mutex<Received>>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 letters\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                let mut id = None;
                loop {
                    let Some(line) = lines.next_line().await? else { return Ok(()) };
                    if line == "." {
                        break;
                    }
                    if let Some(value) = line.strip_prefix("Message-ID:") {
                        id = Some(value.trim().to_owned());
                    }
                }
                let id = id.expect("a letter has an id");
                *received.lock().expect("no talk panicked").entry(id).or_default() += 1;
                writing.write_all(b"250 taken\r\n").await?;
            }
            "QUIT" => return writing.write_all(b"221 bye\r\n").await,
            _ => writing.write_all(b"250 ok\r\n").await?,
        }
    }
    Ok(())
}
