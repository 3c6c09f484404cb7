//! Measures the real server with a large migration and prints every figure beside its target.
//!
//! Everything runs on this machine, over loopback, and takes its cores from the server that is measured: the figures are
//! those of a server that shares its machine with its users.

mod bulk;
mod client_size;
mod edits;
mod imports;
mod invented;
mod live;
mod machine;
mod notices;
mod person;
mod server;
mod sheets;
mod starts;
mod stats;
mod status_page;
mod table;
mod windows;

use clap::Parser;
use person::Person;
use server::{Programme, Server};
use std::path::PathBuf;
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
    /// Folder of the built client, as `scripts/build` makes it.
    #[arg(long)]
    site: PathBuf,
    /// Accounts to import. The targets are for 100,000.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    accounts: u32,
    /// Where the temporary data folder is made: on the disk to be measured.
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
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
    let programme =
        Programme { binary: options.server.clone(), site: options.site.clone(), data: folder.path().join("data") };
    table.describe(machine::describe(folder.path(), &options.server, options.accounts));

    let (mut server, _) = Server::start(&programme).await?;
    let person = Person::new(&server)?;
    let migration = person.prepare(server.link()?).await?;
    imports::measure(&person, &migration, &server, options.accounts, table).await?;
    server = starts::measure(server, &programme, table).await?;
    let person = person.at(&server.url);
    windows::measure(&person, &migration, &server, table).await?;
    edits::measure(&person, &migration, folder.path(), table).await?;
    live::measure(&person, &migration, &server, table).await?;
    sheets::measure(&person, &server, options.accounts, table).await?;
    bulk::measure(&person, &migration, table).await?;
    notices::measure(&person, &migration, table).await?;
    status_page::measure(&person, folder.path(), table).await?;
    client_size::measure(&options.site, table)?;
    server.stop().await
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
