//! The access log: one line for each request, in a file for each day, kept for 180 days (网络安全法 asks for six months).
//!
//! Apart from the application's own log, which holds ids only: this one tells who came from where. A line is
//! `instant request-id method path status duration person address`, with `-` for what is not known.
//! Deliberately absent: queries, bodies and names.

use crate::clock::shanghai;
use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use domain::PersonId;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

const KEPT: Days = Days::new(180);
/// Lines that wait for a slow disk; further ones are lost, so that nobody waits for the log.
const WAITING_MAX: usize = 65_536;

/// One request, answered.
pub struct Access<'a> {
    pub at: DateTime<Utc>,
    pub request: &'a str,
    pub method: &'a str,
    /// Without its query.
    pub path: &'a str,
    pub status: u16,
    pub took: Duration,
    pub person: Option<PersonId>,
    pub address: Option<IpAddr>,
}

/// Where the lines go; nowhere, for a process that answers nobody.
#[derive(Default)]
pub struct AccessLog(Option<Open>);

struct Open {
    folder: PathBuf,
    /// None once the log is being closed.
    lines: Option<SyncSender<Line>>,
    writer: Option<JoinHandle<()>>,
}

struct Line {
    day: NaiveDate,
    text: String,
}

impl AccessLog {
    /// Files in this folder, which only we can read.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let (lines, received) = sync_channel(WAITING_MAX);
        let own = folder.to_owned();
        let writer = std::thread::Builder::new().name("access log".into()).spawn(move || write_all(&own, &received))?;
        Ok(AccessLog(Some(Open { folder: folder.to_owned(), lines: Some(lines), writer: Some(writer) })))
    }

    /// Hands over a line; a thread of its own writes it.
    pub fn note(&self, access: &Access<'_>) {
        let Some(lines) = self.0.as_ref().and_then(|open| open.lines.as_ref()) else { return };
        let at = shanghai(access.at);
        let or_dash = |known: Option<String>| known.unwrap_or_else(|| "-".into());
        let text = format!(
            "{} {} {} {} {} {}us {} {}\n",
            at.to_rfc3339_opts(SecondsFormat::Millis, false),
            access.request,
            access.method,
            access.path,
            access.status,
            access.took.as_micros(),
            or_dash(access.person.map(|person| person.to_string())),
            or_dash(access.address.map(|address| address.to_string())),
        );
        if lines.try_send(Line { day: at.date_naive(), text }).is_err() {
            tracing::error!(request = access.request, "a line of the access log is lost");
        }
    }

    /// Removes the days that need not be kept any more.
    pub fn drop_old(&self, today: NaiveDate) -> anyhow::Result<()> {
        let Some(open) = &self.0 else { return Ok(()) };
        for entry in fs::read_dir(&open.folder)? {
            let path = entry?.path();
            if day_of(&path).is_some_and(|day| day + KEPT < today) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // What was handed over is written before the program ends.
        self.lines = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn file_of(folder: &Path, day: NaiveDate) -> PathBuf {
    folder.join(format!("access-{day}.log"))
}

fn day_of(path: &Path) -> Option<NaiveDate> {
    path.file_name()?.to_str()?.strip_prefix("access-")?.strip_suffix(".log")?.parse().ok()
}

/// Writes until nobody can hand over lines any more; what there is reaches the file before it waits for more.
fn write_all(folder: &Path, lines: &Receiver<Line>) {
    let mut open: Option<(NaiveDate, BufWriter<File>)> = None;
    let mut fails = false;
    while let Ok(first) = lines.recv() {
        let written =
            std::iter::once(first).chain(lines.try_iter()).try_for_each(|line| write(folder, &mut open, &line));
        let flushed = written.and_then(|()| open.as_mut().map_or(Ok(()), |(_, file)| file.flush()));
        // Said once, not for each line of a full disk; the file is opened anew.
        if let (Err(error), false) = (&flushed, fails) {
            tracing::error!(%error, folder = %folder.display(), "the access log cannot be written");
        }
        fails = flushed.is_err();
        if fails {
            open = None;
        }
    }
}

fn write(folder: &Path, open: &mut Option<(NaiveDate, BufWriter<File>)>, line: &Line) -> io::Result<()> {
    if open.as_ref().is_none_or(|(day, _)| *day != line.day) {
        if let Some((_, mut yesterday)) = open.take() {
            yesterday.flush()?;
        }
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(file_of(folder, line.day))?;
        *open = Some((line.day, BufWriter::new(file)));
    }
    open.as_mut().map_or(Ok(()), |(_, file)| file.write_all(line.text.as_bytes()))
}
