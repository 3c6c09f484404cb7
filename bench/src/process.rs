//! Processes that end with the run.
//!
//! They are the standard library's: tokio's own would be a feature of tokio that nothing else here asks for, and with it the
//! tests of this crate would need a build of the database engine of their own.

use crate::Result;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output};
use std::time::Duration;

/// Between two looks whether a process has ended.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A process at work; killed when dropped.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts it.
    pub fn start(command: &mut Command) -> std::io::Result<Process> {
        Ok(Process { child: command.spawn()? })
    }

    /// The system's number of it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it prints, if that is piped and nobody took it before.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits until it has ended by itself.
    pub async fn ended(mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Ends it without a warning.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is as well.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs a command to its end and answers what it printed.
pub async fn output(mut command: Command) -> Result<Output> {
    Ok(tokio::task::spawn_blocking(move || command.output()).await??)
}
