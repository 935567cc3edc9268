//! A client that costs little: keep-alive connections that send ready bytes and read an answer by its length.

use std::fmt;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The bytes of a request, with more header lines.
pub fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")
}

/// The same for a JSON body, by somebody who is signed in.
pub fn post(path: &str, bearer: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {bearer}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What was measured.
pub struct Answers {
    /// Seconds of each request, sorted.
    seconds: Vec<f64>,
    took: Duration,
    pub body_bytes: usize,
}

impl Answers {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.count() / self.took.as_secs_f64()
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    fn count(&self) -> f64 {
        self.seconds.len() as f64
    }

    pub fn p99_ms(&self) -> f64 {
        self.percentile_ms(990)
    }

    /// Milliseconds that so many thousandths of the requests did not exceed.
    fn percentile_ms(&self, thousandths: usize) -> f64 {
        let place = (self.seconds.len() * thousandths / 1000).min(self.seconds.len() - 1);
        self.seconds[place] * 1000.0
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, nearly_all] = [500, 950, 990].map(|thousandths| self.percentile_ms(thousandths));
        write!(f, "{:.0}/s, p50 {half:.2} ms, p95 {most:.2} ms, p99 {nearly_all:.2} ms", self.rate())
    }
}

/// Gives each connection its next request, by the number of its turn.
pub trait Requests: Fn(usize) -> String + Clone + Send + 'static {}

impl<F: Fn(usize) -> String + Clone + Send + 'static> Requests for F {}

/// These in turn.
pub fn cycle(requests: Vec<String>) -> impl Requests {
    move |turn| requests[turn % requests.len()].clone()
}

/// Sends requests over so many connections, each as fast as it is answered.
pub async fn hammer(port: u16, connections: usize, time: Duration, requests: &impl Requests) -> Answers {
    let started = Instant::now();
    let tasks: Vec<_> =
        (0..connections).map(|number| tokio::spawn(one(port, number, started + time, requests.clone()))).collect();
    let (mut seconds, mut body_bytes) = (Vec::new(), 0);
    for task in tasks {
        let (own, bytes) = task.await.expect("a connection is served");
        seconds.extend(own);
        body_bytes = bytes;
    }
    let took = started.elapsed();
    seconds.sort_by(f64::total_cmp);
    Answers { seconds, took, body_bytes }
}

async fn one(port: u16, number: usize, until: Instant, requests: impl Requests) -> (Vec<f64>, usize) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
    stream.set_nodelay(true).expect("a socket");
    let (mut seconds, mut buffer, mut length) = (Vec::new(), Vec::new(), 0);
    let mut turn = number;
    while Instant::now() < until {
        let request = requests(turn);
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.expect("sent");
        length = answer(&mut stream, &mut buffer).await;
        seconds.push(sent.elapsed().as_secs_f64());
        turn += 1;
    }
    (seconds, length)
}

/// Reads one answer, which has to be a success, and returns the length of its body.
pub async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> usize {
    let (head, length) = any_answer(stream, buffer).await;
    assert!(head.starts_with("http/1.1 20"), "{head}");
    length
}

/// Reads one answer, whatever it says: its head in lower case, and the length of its body.
pub async fn any_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> (String, usize) {
    buffer.clear();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        assert!(stream.read_buf(buffer).await.expect("an answer") > 0, "the server hung up");
    };
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
    let length = length.unwrap_or_else(|| panic!("an answer without its length: {text}"));
    while buffer.len() < head + length {
        assert!(stream.read_buf(buffer).await.expect("an answer") > 0, "the server hung up");
    }
    (text, length)
}
