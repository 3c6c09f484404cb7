//! Configuration by command line and environment; `--help` documents it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Landbridge takes a SaaS company's customers across a platform migration.
#[derive(Parser)]
#[command(name = "landbridge", version, about)]
pub struct Cli {
    /// How log lines look; they go to standard error. RUST_LOG chooses which.
    #[arg(long, env = "LANDBRIDGE_LOG", value_enum, default_value = "text", global = true)]
    pub log: LogFormat,
    #[command(subcommand)]
    pub command: Command,
}

/// How log lines look.
#[derive(Clone, Copy, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// What the binary does.
#[derive(Subcommand)]
pub enum Command {
    /// Run the server.
    Serve(ServeConfig),
    /// Verify the hash chains of the log while the server is stopped; exits with 1 when one is broken.
    Verify(VerifyConfig),
}

/// Where the data is.
#[derive(Args, Clone)]
pub struct DataConfig {
    /// Folder of the embedded database and of the key that signs the log.
    #[arg(long, env = "LANDBRIDGE_DATA", default_value = "data")]
    pub data: PathBuf,
    /// Another database instead of the embedded one: ws://HOST:PORT of a SurrealDB server.
    #[arg(long, env = "LANDBRIDGE_DATABASE")]
    pub database: Option<String>,
}

impl DataConfig {
    /// The database's address. Every commit is synced to the disk before it is acknowledged.
    pub fn url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("surrealkv://{}?sync=every", self.data.join("database").display()),
        }
    }

    /// The file of the key that signs heads of the log; outside the database on purpose.
    pub fn key_file(&self) -> PathBuf {
        self.data.join("audit.key")
    }
}

/// Options of `serve`.
#[derive(Args, Clone)]
pub struct ServeConfig {
    #[command(flatten)]
    pub data: DataConfig,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "LANDBRIDGE_ADDRESS", default_value = "127.0.0.1:3000")]
    pub address: SocketAddr,
    /// The address that users type, such as https://landbridge.company.example; used in links. HTTPS there makes cookies
    /// secure and sends HSTS.
    #[arg(long, env = "LANDBRIDGE_BASE_URL")]
    pub base_url: Option<String>,
    /// Folder of the built client, as `scripts/build` makes it.
    #[arg(long, env = "LANDBRIDGE_SITE", default_value = "site")]
    pub site: PathBuf,
    /// A reverse proxy stands in front and sets X-Forwarded-For: take the visitor's address from there.
    #[arg(long, env = "LANDBRIDGE_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// Address of the first admin, created at the first start.
    #[arg(long, env = "LANDBRIDGE_ADMIN_EMAIL", default_value = "admin@landbridge.local")]
    pub admin_email: String,
    #[command(flatten)]
    pub mail: MailConfig,
    /// Fill an empty database with a migration of 2,000 accounts and one user of each role, and print their passwords.
    #[arg(long)]
    pub demo: bool,
}

/// How messages leave the server.
#[derive(Args, Clone, Default)]
pub struct MailConfig {
    /// The mail server: smtps://USER:PASSWORD@HOST:PORT, or smtp://… which must offer STARTTLS unless it is on this machine.
    /// Without one, mail stays in the on-screen mailbox. Give it by the environment: other users see command lines.
    #[arg(long, env = "LANDBRIDGE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// From whom mail comes: "Landbridge <notices@company.example>". Needed with a mail server.
    #[arg(long, env = "LANDBRIDGE_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// Messages that may go out within a minute.
    #[arg(long, env = "LANDBRIDGE_MAILS_PER_MINUTE", default_value_t = 600)]
    pub mails_per_minute: u32,
    /// Webhooks may call addresses in private networks.
    #[arg(long, env = "LANDBRIDGE_ALLOW_PRIVATE_WEBHOOKS")]
    pub allow_private_webhooks: bool,
    /// Divides the waits between attempts; for tests.
    #[arg(long, hide = true, default_value_t = 1)]
    pub retry_speedup: u32,
}

/// Options of `verify`.
#[derive(Args, Clone)]
pub struct VerifyConfig {
    #[command(flatten)]
    pub data: DataConfig,
    /// A signed head from the server's log (`stream:seq:hash:signature`) that must still be part of the chain; repeatable.
    #[arg(long = "head")]
    pub heads: Vec<String>,
}
