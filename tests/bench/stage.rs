//! The server under measurement, on a database of its own, with a built file of the need page's bytes.

use super::client::{answer, get, post};
use super::load;
use domain::api::sessions::Credentials;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Where the file of the page's bytes is served.
const FILE: &str = "bench.html";

pub struct Stage {
    pub port: u16,
    pub same_bytes: String,
    pub database: String,
    process: Child,
    site: PathBuf,
    folder: tempfile::TempDir,
}

impl Drop for Stage {
    fn drop(&mut self) {
        // An end that fails leaves a process to the operator's eyes, no more.
        let _ = self.process.kill();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the checkout")
}

/// Runs one statement or script file.
pub fn psql(database: &str, arguments: &[&str]) {
    let done = Command::new("psql").args(["-q", "-v", "ON_ERROR_STOP=1", database]).args(arguments).status();
    assert!(done.is_ok_and(|status| status.success()), "psql {arguments:?}");
}

/// The rows of one column.
pub fn column(database: &str, sql: &str) -> Vec<String> {
    let done = Command::new("psql").args(["-q", "-At", "-v", "ON_ERROR_STOP=1", database, "-c", sql]).output();
    let done = done.expect("psql runs");
    assert!(done.status.success(), "psql {sql}");
    String::from_utf8(done.stdout).expect("text").lines().map(str::to_owned).collect()
}

impl Stage {
    pub async fn start() -> Self {
        let url = std::env::var("TEST_DATABASE_URL").expect("./test bench starts a database");
        let name = format!("bench_{}", std::process::id());
        psql(&url, &["-c", &format!("create database {name}")]);
        let database = url.replace("/postgres", &format!("/{name}"));
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        copy_site(&site);
        let (process, port) = serve(folder.path(), &site, &database);
        let mut stage = Stage { port, same_bytes: format!("/site/{FILE}"), process, site, database, folder };
        // The page is known only now; files are read at the start, so there is a second start.
        let page = stage.body(&stage.need_page().await).await;
        stage.add_file(&page);
        stage.process.kill().expect("stops");
        stage.process.wait().expect("stops");
        let (process, port) = serve(stage.folder.path(), &stage.site, &stage.database);
        (stage.process, stage.port) = (process, port);
        stage
    }

    fn add_file(&self, bytes: &[u8]) {
        std::fs::write(self.site.join(FILE), bytes).expect("written");
        let manifest = self.site.join("manifest.json");
        let text = std::fs::read(&manifest).expect("a manifest");
        let mut files: Value = serde_json::from_slice(&text).expect("a manifest");
        files[FILE] = json!(FILE);
        std::fs::write(manifest, files.to_string()).expect("written");
    }

    pub async fn body(&self, path: &str) -> Vec<u8> {
        self.send(&get(path, "")).await
    }

    /// The body of the answer to a request of these bytes.
    pub async fn send(&self, request: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("the server listens");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut buffer = Vec::new();
        let length = answer(&mut stream, &mut buffer).await;
        buffer.split_off(buffer.len() - length)
    }

    /// An access token of one of the demo's accounts.
    pub async fn sign_in(&self, account: &str) -> String {
        let credentials = Credentials { account: account.into(), password: "qiancun-shili".into(), code: None };
        let body = serde_json::to_string(&credentials).expect("JSON");
        let session: Value =
            serde_json::from_slice(&self.send(&post("/api/v1/session", "", &body)).await).expect("a session");
        session["access"].as_str().expect("a token").into()
    }

    /// The header line by which pages know one of the demo's accounts.
    pub async fn visitor(&self, account: &str) -> String {
        format!("Cookie: qc_access={}\r\n", self.sign_in(account).await)
    }

    /// The page of a need to which money has been given.
    pub async fn need_page(&self) -> String {
        let campaigns: Value = serde_json::from_slice(&self.body("/api/v1/campaigns").await).expect("campaigns");
        let campaign = campaigns["items"][0]["id"].as_str().expect("a campaign");
        let pledges = self.body(&format!("/api/v1/campaigns/{campaign}/pledges")).await;
        let pledges: Value = serde_json::from_slice(&pledges).expect("pledges");
        let code = pledges["items"].as_array().into_iter().flatten().find_map(|pledge| pledge["need"][0].as_str());
        format!("/needs/{}", code.expect("a pledge for a need"))
    }

    /// Copies the demo's needs until there are so many, and waits until all are found.
    pub async fn load_needs(&self, number: usize) {
        load::needs(&self.database, number);
        self.tell_of_needs(number).await;
    }

    /// Has the index follow, and waits until all are found and the server has nothing to do.
    pub async fn tell_of_needs(&self, number: usize) {
        load::tell_of_needs(&self.database);
        loop {
            let list: Value = serde_json::from_slice(&self.body("/api/v1/needs").await).expect("needs");
            let counted: u64 = list["facets"]["counties"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|county| county["count"].as_u64())
                .sum();
            if counted >= number as u64 {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let mut before = self.worked();
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let now = self.worked();
            if now - before <= 20 {
                return;
            }
            before = now;
        }
    }

    /// Recomputes the books, which have to be right, and says for how long.
    pub fn check(&self) -> Duration {
        let begun = Instant::now();
        let done = Command::new(root().join("target/debug/qiancun"))
            .args(["check", "--data-dir"])
            .arg(self.folder.path())
            .env("DATABASE_URL", &self.database)
            .output()
            .expect("target/debug/qiancun starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        begun.elapsed()
    }

    /// For how many hundredths of a second the server has worked so far.
    fn worked(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("it runs");
        // Behind the name, which ends with the last bracket: the twelfth and the thirteenth field.
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields.split_whitespace()).expect("fields");
        fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
    }

    /// Has the server stand still while something else is measured, and go on afterwards.
    pub fn while_it_stands_still<T>(&self, work: impl FnOnce() -> T) -> T {
        let signal = |name: &str| {
            let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status();
            assert!(sent.is_ok_and(|status| status.success()), "kill {name}");
        };
        signal("-STOP");
        let done = work();
        signal("-CONT");
        done
    }

    /// Megabytes that the server holds.
    pub fn resident_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kilobytes / 1024
    }

    pub fn wasm_bytes(&self) -> u64 {
        let files = std::fs::read_dir(&self.site).expect("the built site");
        let packed = files.flatten().filter(|file| file.file_name().to_string_lossy().ends_with(".wasm.br"));
        packed.filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum()
    }
}

fn copy_site(to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in std::fs::read_dir(root().join("target/site")).expect("the built site").flatten() {
        std::fs::copy(file.path(), to.join(file.file_name())).expect("copied");
    }
}

fn serve(folder: &Path, site: &Path, database: &str) -> (Child, u16) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    drop(listener);
    let mut process = Command::new(root().join("target/debug/qiancun"))
        .args(["serve", "--demo", "--port", &port.to_string(), "--data-dir"])
        .arg(folder)
        .arg("--site-dir")
        .arg(site)
        .env("DATABASE_URL", database)
        // So that a visitor of the measurement can come from any address.
        .env("TRUSTED_PROXY", "127.0.0.1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("target/debug/qiancun starts");
    let output = BufReader::new(process.stdout.take().expect("its output"));
    let mut lines = output.lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("ready ")), "the demo says when it is ready");
    std::thread::spawn(move || lines.for_each(drop));
    (process, port)
}
