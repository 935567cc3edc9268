//! The one binary: parses the command line and calls the library.

use anyhow::Context;
use backend::config::{Cli, Command, Settings};
use backend::organisations::{self, NewOrganisation};
use backend::people::{self, NewPerson};
use backend::{check, db, search, serve};
use clap::Parser;
use domain::organisation::{OrganisationKind, Role};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Gives memory back that a busy hour, or the first start, needed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,backend=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve { demo, settings } => serve::serve(&settings, demo).await,
        Command::Migrate { settings } => {
            let database = db::open(&settings).await?;
            let prepared = serve::prepare(&database.pool).await;
            database.close().await?;
            prepared
        }
        Command::Worker { demo, settings } => serve::work(&settings, demo).await,
        Command::Check { settings } => check_books(&settings).await,
        Command::Reindex { settings } => reindex(&settings).await,
        Command::Admin { email, name, settings } => admin(&settings, &email, &name).await,
    }
}

/// Compares the books of a database with what they must be.
async fn check_books(settings: &Settings) -> anyhow::Result<()> {
    let database = db::open(settings).await?;
    let findings = check::check(&database.pool).await;
    database.close().await?;
    let findings = findings?;
    for finding in &findings {
        println!("{finding}");
    }
    anyhow::ensure!(findings.is_empty(), "{} differences", findings.len());
    println!("the books are right");
    Ok(())
}

/// Asks the processes that serve this database; one that starts later does it then.
async fn reindex(settings: &Settings) -> anyhow::Result<()> {
    let database = db::open(settings).await?;
    let asked = async {
        let app = serve::app_without_search(settings, false, &database).await?;
        search::ask_anew(&app).await?;
        anyhow::Ok(())
    };
    let asked = asked.await;
    database.close().await?;
    asked?;
    println!("the index is being written anew; the site goes on answering from the old one");
    Ok(())
}

/// Creates the first account. The password is read from standard input, so that no history keeps it.
async fn admin(settings: &Settings, email: &str, name: &str) -> anyhow::Result<()> {
    println!("password (at least 12 characters), then Enter:");
    let mut password = String::new();
    std::io::stdin().read_line(&mut password).context("cannot read the password")?;
    let password = password.trim_end_matches(['\r', '\n']);
    let database = db::open(settings).await?;
    let created = async {
        serve::prepare(&database.pool).await?;
        let app = serve::app_without_search(settings, false, &database).await?;
        let person = NewPerson { account: email, name, email: Some(email), password };
        let person = people::create(&app, &person).await?;
        let platform = NewOrganisation { kind: OrganisationKind::Platform, name: "平台", place: None };
        let platform = organisations::create(&app, &platform).await?;
        for role in [Role::OfficeOwner, Role::PlatformAdmin] {
            organisations::add_member(&app, person, platform, role).await?;
        }
        anyhow::Ok(())
    };
    let created = created.await;
    database.close().await?;
    created?;
    println!("{email} can sign in now");
    Ok(())
}
