//! The real binary told to stop: while it starts, and while somebody's upload stands still.

use super::driver::{demo, free_port, new_database};
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command};
use std::time::{Duration, Instant};

/// Longer than any step of stopping, and shorter than what is left to what is under way.
const SOON: Duration = Duration::from_secs(8);

/// What a demo says, line by line.
struct Told(Lines<BufReader<ChildStdout>>);

impl Told {
    fn by(demo: &mut Child) -> Self {
        Told(BufReader::new(demo.stdout.take().expect("its output")).lines())
    }

    /// Reads on until a line begins so; returns what came before it.
    fn until(&mut self, begin: &str) -> Vec<String> {
        let mut before = Vec::new();
        for line in self.0.by_ref().map_while(Result::ok) {
            if line.starts_with(begin) {
                return before;
            }
            before.push(line);
        }
        panic!("it ended without “{begin}”: {before:?}");
    }
}

fn interrupt(demo: &Child) {
    let told = Command::new("kill").args(["-INT", &demo.id().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()));
}

fn ends_soon(mut demo: Child, why: &str) {
    let until = Instant::now() + SOON;
    loop {
        if let Some(status) = demo.try_wait().expect("its status") {
            assert!(status.success(), "{why}: {status}");
            return;
        }
        assert!(Instant::now() < until, "{why}: it does not end");
        std::thread::yield_now();
    }
}

#[test]
fn a_demo_stopped_while_it_is_made_starts_over_and_no_stalled_upload_keeps_it_from_stopping() {
    let folder = tempfile::tempdir().expect("a folder");
    let (database, port) = (new_database("stopping"), free_port());
    let mut first = demo(folder.path(), &database, port);
    let mut told = Told::by(&mut first);
    told.until("making the demo's needs");
    interrupt(&first);
    told.until("stopped");
    ends_soon(first, "told while it starts");

    let mut second = demo(folder.path(), &database, port);
    let mut told = Told::by(&mut second);
    let before = told.until("ready ");
    assert!(before.iter().any(|line| line.contains("starting over")), "{before:?}");
    let mut upload = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let head = format!(
        "POST /work/needs/new HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
         Cookie: qc_access=made-up\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\
         Expect: 100-continue\r\n\r\n"
    );
    upload.write_all(head.as_bytes()).expect("it is sent");
    // Whoever is asked to go on is being waited for.
    let mut answer = String::new();
    BufReader::new(upload.try_clone().expect("the same connection")).read_line(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 100"), "{answer}");
    interrupt(&second);
    told.until("stopping");
    interrupt(&second);
    told.until("stopped");
    ends_soon(second, "told twice");
}
