//! The server: one binary with its commands.

mod attempts;
mod clock;
mod config;
mod cookies;
mod customer_page;
mod demo;
mod door;
mod exports;
mod health;
mod hooks;
mod imports;
mod letters;
mod live;
mod mailer;
mod notices_job;
mod page_job;
mod page_preview;
mod presence;
mod public_pages;
mod router;
mod security;
mod serve;
mod state;
mod subscriptions;
#[cfg(test)]
mod tests;
mod unsubscribe;
mod verify;
mod visitor;
mod workbook;

use clap::Parser;
use config::{Cli, Command, LogFormat};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Rendering a page nests as deeply as its views do, and in a build that is not optimised each level is large.
const STACK: usize = 16 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_logging(cli.log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("The runtime did not start: {error}")),
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve(config) => serve::serve(config).await,
            Command::Verify(config) => verify::verify(config).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failed(&message),
    }
}

fn failed(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}

/// Logs go to standard error, so that standard output is only what a person who starts the server must see.
fn start_logging(format: LogFormat) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,server=info,store=info,app=info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
