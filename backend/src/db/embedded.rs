//! A private PostgreSQL that the program starts and stops itself, so that nothing has to be installed by hand.
//!
//! It listens on a unix socket only, with a password of its own. It survives a kill of our process and is found
//! again by the next start; the last process that uses it stops it, and whoever uses it starts it again when it died. PostgreSQL refuses to run as root: then its
//! processes run as the account `postgres`, in folders that this account can reach.
//! Deliberately absent: downloading binaries, upgrading a folder of another major version by itself.

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

/// A socket's path has to fit into `sockaddr_un`, with `/.s.PGSQL.5432` behind it.
const SOCKET_FOLDER_MAX: usize = 107 - "/.s.PGSQL.5432".len();

/// How often it is seen to that the server still answers.
const LOOKED_AFTER: Duration = Duration::from_secs(1);

/// How the folder of a database is called before it is one.
const UNFINISHED: &str = "unfinished-";

/// Where one private server lives and as whom it runs.
#[derive(Clone, Debug)]
pub struct Place {
    /// Our own folder: password, lock, log.
    folder: PathBuf,
    socket: PathBuf,
    /// The account for the server's processes when we are root: uid and gid.
    account: Option<(u32, u32)>,
}

/// A running server and our share in it.
pub struct Server {
    place: Place,
    binaries: PathBuf,
    password: String,
    /// Shared while we use the server; whoever can take it exclusively is the last.
    lock: File,
}

impl Place {
    /// The place that belongs to a data folder.
    pub fn for_data_dir(data_dir: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(data_dir).with_context(|| format!("cannot create {}", data_dir.display()))?;
        let data_dir = data_dir.canonicalize()?;
        let hash = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
        let hash = hash.iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        if rustix::process::geteuid().is_root() {
            let account = account("postgres").context(
                "PostgreSQL does not run as root and there is no account `postgres`: install the package postgresql",
            )?;
            return Ok(Place {
                folder: Path::new("/var/lib/qiancun").join(&hash),
                socket: Path::new("/run/qiancun").join(&hash),
                account: Some(account),
            });
        }
        let folder = data_dir.join("postgres");
        let mut socket = data_dir.join("postgres/socket");
        if socket.as_os_str().len() > SOCKET_FOLDER_MAX {
            let runtime = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
            socket = runtime.join(format!("qiancun-{hash}"));
        }
        Ok(Place { folder, socket, account: None })
    }

    /// The database's own folder, as PostgreSQL names it.
    #[must_use]
    pub fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    /// Removes the place with all that is in it. The server has to be stopped.
    ///
    /// # Errors
    /// What the disk says.
    pub fn remove(&self) -> std::io::Result<()> {
        fs::remove_dir_all(&self.folder)?;
        if self.socket.exists() { fs::remove_dir_all(&self.socket) } else { Ok(()) }
    }

    fn log(&self) -> PathBuf {
        self.cluster().join("server.log")
    }

    /// Creates the folders with the least rights that work.
    fn prepare(&self) -> anyhow::Result<()> {
        let parents = [self.folder.parent(), self.socket.parent()];
        for parent in parents.into_iter().flatten() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        // The account `postgres` passes through our folder to its own, but lists nothing in it.
        let ours = if self.account.is_some() { 0o711 } else { 0o700 };
        create_folder(&self.folder, ours, None)?;
        create_folder(&self.socket, 0o700, self.account)
    }

    /// The password in a file that only we can read; made on first use.
    fn password(&self) -> anyhow::Result<String> {
        let path = self.folder.join("password");
        if let Ok(password) = fs::read_to_string(&path) {
            return Ok(password.trim().to_owned());
        }
        let mut bytes = [0_u8; 24];
        crate::clock::Clock::System.fill(&mut bytes);
        let password = bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path)?;
        file.write_all(password.as_bytes())?;
        Ok(password)
    }
}

impl Server {
    /// Starts the server, or joins the one that already runs there.
    pub async fn start(place: &Place) -> anyhow::Result<Self> {
        let binaries = binaries()?;
        place.prepare()?;
        // One process at a time creates, starts or stops; it is a matter of seconds.
        let turn = lock_file(&place.folder.join("turn.lock"))?;
        turn.lock()?;
        let lock = lock_file(&place.folder.join("use.lock"))?;
        let password = place.password()?;
        let server = Server { place: place.clone(), binaries, password, lock };
        server.initialise().await?;
        server.refuse_other_major_version().await?;
        if !server.is_running().await? {
            server.launch().await?;
        }
        server.create_database("qiancun").await?;
        server.lock.lock_shared()?;
        Ok(server)
    }

    /// How to reach a database of this server.
    #[must_use]
    pub fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.place.socket)
            .username("qiancun")
            .password(&self.password)
            .database(database)
    }

    /// The same as an address, for tools that take one.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let socket = self.place.socket.display().to_string().replace('/', "%2F");
        format!("postgres://qiancun:{}@{socket}/{database}", self.password)
    }

    /// Gives up our share; the last user stops the server.
    pub async fn release(&self) -> anyhow::Result<()> {
        let turn = lock_file(&self.place.folder.join("turn.lock"))?;
        turn.lock()?;
        self.lock.unlock()?;
        if self.lock.try_lock().is_ok() { self.stop().await } else { Ok(()) }
    }

    /// Stops the server, whoever else uses it.
    pub async fn stop(&self) -> anyhow::Result<()> {
        if self.is_running().await? {
            self.pg_ctl(&["stop", "--mode=fast", "--wait", "--timeout=60"]).await?;
        }
        Ok(())
    }

    /// Whether it answers at its socket; costs next to nothing.
    fn is_reachable(&self) -> bool {
        UnixStream::connect(self.place.socket.join(".s.PGSQL.5432")).is_ok()
    }

    /// Starts the server again whenever it died by itself: somebody killed it, or the machine was short of memory.
    pub async fn keep_running(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOKED_AFTER).await;
            if self.is_reachable() {
                continue;
            }
            match self.run_again().await {
                Ok(false) => {}
                Ok(true) => tracing::warn!("the private database had died and was started again"),
                // What it left may still be going away; the next round tries again.
                Err(error) => tracing::error!(error = format!("{error:#}"), "the private database is down"),
            }
        }
    }

    /// Starts it if it does not run; one process at a time does so.
    async fn run_again(&self) -> anyhow::Result<bool> {
        let turn = lock_file(&self.place.folder.join("turn.lock"))?;
        if turn.try_lock().is_err() || self.is_running().await? {
            return Ok(false);
        }
        self.launch().await?;
        Ok(true)
    }

    /// Makes the database in a folder beside its place and moves it there when it is whole: a first start that was
    /// killed half-way leaves nothing that looks like a database.
    async fn initialise(&self) -> anyhow::Result<()> {
        self.clear_away()?;
        let cluster = self.place.cluster();
        if cluster.join("PG_VERSION").exists() {
            return Ok(());
        }
        if cluster.exists() {
            fs::remove_dir_all(&cluster).with_context(|| format!("cannot clear {}", cluster.display()))?;
        }
        // Under a name of its own each time: what a killed start had begun may still be writing.
        let mut bytes = [0_u8; 4];
        crate::clock::Clock::System.fill(&mut bytes);
        let unfinished = self.place.folder.join(format!("{UNFINISHED}{:08x}", u32::from_le_bytes(bytes)));
        create_folder(&unfinished, 0o700, self.place.account)?;
        self.make_cluster(&unfinished).await.context("cannot create the private database")?;
        fs::rename(&unfinished, &cluster)?;
        Ok(File::open(&self.place.folder)?.sync_all()?)
    }

    /// Removes what earlier starts began and did not finish.
    fn clear_away(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.place.folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                // If its initdb still runs, the next start removes the rest.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }

    async fn make_cluster(&self, folder: &Path) -> anyhow::Result<()> {
        // initdb reads the password as the server's account, so it goes through a file that this account owns.
        let password_file = self.place.socket.join("password");
        fs::write(&password_file, &self.password)?;
        if let Some((uid, gid)) = self.place.account {
            std::os::unix::fs::chown(&password_file, Some(uid), Some(gid))?;
        }
        fs::set_permissions(&password_file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let mut command = self.command("initdb");
        command
            .arg("--pgdata")
            .arg(folder)
            .args(["--username=qiancun", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"])
            .arg("--pwfile")
            .arg(&password_file);
        let result = run(command).await;
        fs::remove_file(&password_file)?;
        result
    }

    async fn refuse_other_major_version(&self) -> anyhow::Result<()> {
        let folder_version = fs::read_to_string(self.place.cluster().join("PG_VERSION"))?;
        let output = self.command("postgres").arg("--version").output().await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let program_version = text.split_whitespace().find_map(|word| word.split('.').next()?.parse::<u32>().ok());
        let program_version = program_version.map(|version| version.to_string()).unwrap_or_default();
        ensure!(
            folder_version.trim() == program_version,
            "the private database was made by PostgreSQL {}, this machine has {program_version}: install the old \
             version beside the new one and move the data with `pg_upgrade --old-datadir {} …`, or set DATABASE_URL",
            folder_version.trim(),
            self.place.cluster().display(),
        );
        Ok(())
    }

    async fn is_running(&self) -> anyhow::Result<bool> {
        let status = self.pg_ctl_command(&["status"]).stdout(Stdio::null()).stderr(Stdio::null()).status().await?;
        Ok(status.success())
    }

    async fn launch(&self) -> anyhow::Result<()> {
        // Values are people's names and addresses: the log tells neither a statement's nor those of a refused row.
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c unix_socket_permissions=0700 \
             -c max_connections=100 -c shared_buffers=128MB -c log_min_duration_statement=500 \
             -c log_parameter_max_length=0 -c log_error_verbosity=terse",
            self.place.socket.display()
        );
        let log = self.place.log().display().to_string();
        let started =
            self.pg_ctl(&["start", "--wait", "--timeout=60", "--silent", "--log", &log, "--options", &options]).await;
        started.with_context(|| format!("the private database does not start; its log is {log}"))
    }

    async fn create_database(&self, name: &str) -> anyhow::Result<()> {
        let mut attempts = 0;
        let mut connection = loop {
            match PgConnection::connect_with(&self.options("postgres")).await {
                Ok(connection) => break connection,
                Err(error) if attempts >= 50 => return Err(error).context("the private database does not answer"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
            attempts += 1;
        };
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await?;
        if !exists {
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database \"{name}\""))).execute(&mut connection).await?;
        }
        connection.close().await?;
        Ok(())
    }

    async fn pg_ctl(&self, arguments: &[&str]) -> anyhow::Result<()> {
        run(self.pg_ctl_command(arguments)).await
    }

    fn pg_ctl_command(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg("--pgdata").arg(self.place.cluster()).args(arguments);
        command
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        // The server's account may not be allowed where we are.
        command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
        if let Some((uid, gid)) = self.place.account {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// Runs to the end. Output goes to files: the server inherits it and would keep a pipe open for ever.
async fn run(mut command: Command) -> anyhow::Result<()> {
    let mut output = tempfile()?;
    let status = command.stdout(output.try_clone()?).stderr(output.try_clone()?).status().await?;
    if status.success() {
        return Ok(());
    }
    let mut text = String::new();
    std::io::Seek::rewind(&mut output)?;
    std::io::Read::read_to_string(&mut output, &mut text)?;
    bail!("{}: {}", status, text.trim())
}

/// A file without a name, gone when closed.
fn tempfile() -> anyhow::Result<File> {
    let mut bytes = [0_u8; 8];
    crate::clock::Clock::System.fill(&mut bytes);
    let path = std::env::temp_dir().join(format!("qiancun-{:016x}", u64::from_le_bytes(bytes)));
    let file = OpenOptions::new().create_new(true).read(true).write(true).mode(0o600).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}

fn lock_file(path: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    file.with_context(|| format!("cannot open {}", path.display()))
}

fn create_folder(path: &Path, mode: u32, owner: Option<(u32, u32)>) -> anyhow::Result<()> {
    if !path.exists() {
        fs::DirBuilder::new().mode(mode).create(path).with_context(|| format!("cannot create {}", path.display()))?;
    }
    if let Some((uid, gid)) = owner {
        std::os::unix::fs::chown(path, Some(uid), Some(gid))?;
    }
    Ok(())
}

/// The folder with the newest server's programs.
fn binaries() -> anyhow::Result<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for (root, below) in [("/usr/lib/postgresql", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local/opt", "bin")] {
        let mut found: Vec<PathBuf> = fs::read_dir(root)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join(below))
            .filter(|folder| folder.to_string_lossy().contains("postgresql"))
            .collect();
        found.sort_by_key(|folder| version_in(folder));
        folders.extend(found.into_iter().rev());
    }
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    folders.into_iter().find(complete).context(
        "no PostgreSQL server is installed: install the package `postgresql` (Debian, Ubuntu) or set DATABASE_URL",
    )
}

fn version_in(folder: &Path) -> u32 {
    let text = folder.to_string_lossy();
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).max().unwrap_or_default()
}

/// Uid and gid of an account.
fn account(name: &str) -> Option<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
