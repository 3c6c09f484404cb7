//! Measures the real server with a large migration and prints every figure beside its target.
//!
//! Everything runs on this machine, over loopback, and takes its cores from the server that is measured: the figures are
//! those of a server that shares its machine with its users.

mod asking;
mod bulk;
mod client_size;
mod edits;
mod gates;
mod groups;
mod imports;
mod invented;
mod live;
mod machine;
mod mail;
mod notices;
mod person;
mod process;
mod scroll;
mod search;
mod server;
mod sheets;
mod starts;
mod stats;
mod status_page;
mod table;
mod windows;

use clap::{Parser, ValueEnum};
use person::Person;
use server::{Programme, Server};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use table::Table;

/// Whatever can go wrong, in words.
type Problem = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Problem>;

/// No run takes longer than this.
const AT_MOST: Duration = Duration::from_secs(60 * 60);

/// Measures a Landbridge server and compares it with its targets.
#[derive(Parser)]
#[command(version, about)]
struct Options {
    /// The server's binary.
    #[arg(long)]
    server: PathBuf,
    /// Folder of the built client, as `scripts/build` makes it. Without it everything is measured but the client's size.
    #[arg(long)]
    site: Option<PathBuf>,
    /// What to measure, in the order of this list; the import comes before all of it, because it makes the accounts.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Section::value_variants().to_vec())]
    only: Vec<Section>,
    /// Accounts to import. The targets are for 100,000.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    accounts: u32,
    /// Where the temporary data folder is made: on the disk to be measured.
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Section {
    Starts,
    Windows,
    Search,
    Scroll,
    Groups,
    Edits,
    Live,
    Sheets,
    Bulk,
    Gates,
    Notices,
    StatusPage,
    Mail,
    Client,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let mut table = Table::default();
    // Leaving the run in whatever way ends the processes that it started.
    let outcome = tokio::select! {
        outcome = run(&options, &mut table) => outcome,
        () = tokio::time::sleep(AT_MOST) => Err("the run took too long".into()),
        () = interrupted() => Err("interrupted".into()),
    };
    print!("{table}");
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench: stopped: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("landbridge-bench-").tempdir_in(&options.folder)?;
    let folder = folder.path();
    let site = match &options.site {
        Some(site) => site.clone(),
        None => empty_site(folder)?,
    };
    let programme = Programme { binary: options.server.clone(), site, data: folder.join("data") };
    table.describe(machine::describe(folder, &options.server, options.accounts));

    let (mut server, _) = Server::start(&programme).await?;
    let mut person = Person::new(&server)?;
    let migration = person.prepare(server.link()?).await?;
    imports::measure(&person, &migration, &server, options.accounts, table).await?;
    for section in Section::value_variants().iter().filter(|section| options.only.contains(section)) {
        match section {
            Section::Starts => {
                server = starts::measure(server, &programme, table).await?;
                person = person.at(&server.url);
            }
            Section::Windows => windows::measure(&person, &migration, &server, table).await?,
            Section::Search => search::measure(&person, &migration, &server, options.accounts, table).await?,
            Section::Scroll => scroll::measure(&person, &migration, options.accounts, table).await?,
            Section::Groups => groups::measure(&person, &migration, table).await?,
            Section::Edits => edits::measure(&person, &migration, folder, table).await?,
            Section::Live => live::measure(&person, &migration, &server, table).await?,
            Section::Sheets => sheets::measure(&person, &server, options.accounts, table).await?,
            Section::Bulk => bulk::measure(&person, &migration, &server, table).await?,
            Section::Gates => gates::measure(&person, &migration, table).await?,
            Section::Notices => notices::measure(&person, &migration, table).await?,
            Section::StatusPage => {
                server = status_page::measure(server, &programme, &person, &migration, folder, table).await?;
                person = person.at(&server.url);
            }
            Section::Mail => {
                server = mail::measure(server, &programme, &person, &migration, options.accounts, table).await?;
                person = person.at(&server.url);
            }
            Section::Client => match &options.site {
                Some(site) => client_size::measure(site, table)?,
                None => table.note("the client is not measured: no --site was named"),
            },
        }
    }
    server.stop().await
}

/// What the server wants to know of a client, where there is none.
fn empty_site(folder: &Path) -> Result<PathBuf> {
    let site = folder.join("site");
    std::fs::create_dir_all(&site)?;
    let manifest =
        r#"{ "js": "/none.js", "wasm": "/none.wasm", "loader": "/none.js", "css": "/none.css", "parts": {} }"#;
    std::fs::write(site.join("manifest.json"), manifest)?;
    Ok(site)
}

async fn interrupted() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate => {}
    }
}

/// Says on standard error what is being done.
fn say(what: &str) {
    eprintln!("bench: {what}");
}
