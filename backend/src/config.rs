//! Every setting, documented once: flags and environment variables of the same name.
//!
//! Defaults suit one machine with nothing installed by hand. Deliberately absent: settings files, and secrets
//! on the command line's help output.

use clap::{Args, Parser, Subcommand};
use std::net::IpAddr;
use std::path::PathBuf;

/// Where Debian and Ubuntu keep the font of their package fonts-noto-cjk.
pub const PDF_FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// 千村 · villages say what they need, enterprises answer, everybody sees what each fen became.
#[derive(Parser)]
#[command(name = "qiancun", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the site and the API, and do the background work.
    Serve {
        /// Invented parties and accounts in a database that is empty or marked as demo.
        #[arg(long, env = "DEMO")]
        demo: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Do background work only (letters), beside a process that serves the same database.
    Worker {
        /// The database is a demo's.
        #[arg(long, env = "DEMO")]
        demo: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Bring the database's schema and the list of places up to date, then stop.
    Migrate {
        #[command(flatten)]
        settings: Settings,
    },
    /// Recompute the books and name every difference; ends with status 1 where there is one.
    Check {
        #[command(flatten)]
        settings: Settings,
    },
    /// Have the search index written anew, while the site serves; the processes that serve do it within seconds.
    Reindex {
        #[command(flatten)]
        settings: Settings,
    },
    /// Create the first account of a new installation.
    Admin {
        /// The e-mail address to sign in with.
        #[arg(long)]
        email: String,
        /// The person's name.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Args, Clone)]
pub struct Settings {
    /// The port to listen on.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub port: u16,
    /// The address to listen on. Loopback unless told.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1")]
    pub listen: IpAddr,
    /// The address by which people reach the site; decides cookies, links in mails and same-origin checks.
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Where files, mails and the private database live.
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// The built browser side (made by `cargo run -p bundle`).
    #[arg(long, env = "SITE_DIR", default_value = "target/site")]
    pub site_dir: PathBuf,
    /// A PostgreSQL of your own. Without it a private one is started and stopped by this program.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// At least 32 characters that sign sessions. Without it one is made and kept in DATA_DIR (demo only).
    #[arg(long, env = "SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// How to hand mails to a server: `smtp://user:password@host:587`. Without it they become files in DATA_DIR (demo only).
    #[arg(long, env = "SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// The sender of mails.
    #[arg(long, env = "MAIL_FROM", default_value = "千村 <noreply@localhost>")]
    pub mail_from: String,
    /// A Meilisearch server that answers searches; the embedded engine stands in while it does not.
    #[arg(long, env = "MEILI_URL")]
    pub meili_url: Option<String>,
    /// The key of that server.
    #[arg(long, env = "MEILI_KEY", hide_env_values = true)]
    pub meili_key: Option<String>,
    /// A port of its own, on LISTEN, for figures in Prometheus' format at /metrics.
    #[arg(long, env = "METRICS_PORT")]
    pub metrics_port: Option<u16>,
    /// The font file of PDF letters, with Chinese in it.
    #[arg(long, env = "PDF_FONT", default_value = PDF_FONT)]
    pub pdf_font: PathBuf,
    /// The address of the reverse proxy whose X-Forwarded-For is believed.
    #[arg(long, env = "TRUSTED_PROXY")]
    pub trusted_proxy: Option<IpAddr>,
    /// 审图号 of the county map. Outside the demo the map is drawn as tiles until there is one.
    #[arg(long, env = "MAP_APPROVAL_NO")]
    pub map_approval_no: Option<String>,
}

impl Settings {
    /// The site's own origin, without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}:{}", self.listen, self.port),
        }
    }
}
