//! What the measurements are made on.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::{Problem, Result};

/// Lines that say what was measured, and where.
pub fn describe(folder: &Path, server: &Path, accounts: u32) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory =
        std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemTotal")).unwrap_or(0.0);
    let mut lines = vec![
        format!("Landbridge, measured with {accounts} accounts"),
        format!("  server   {}", server.display()),
        format!("  data     {} ({})", folder.display(), file_system(folder)),
        format!("  machine  {cores} cores, {:.0} GB, shared by the server and those who ask it", memory / 1e6),
    ];
    if accounts != 100_000 {
        lines.push("  The targets are for 100,000 accounts: this run is only a try.".to_owned());
    }
    if server.components().any(|part| part.as_os_str() == "debug") {
        lines.push("  The targets are for a release build: this run is only a try.".to_owned());
    }
    lines
}

/// A value of /proc/…/status or /proc/meminfo, which are in kB.
pub fn kilobytes(text: &str, key: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The kind of file system that holds a folder: the mount with the longest path that leads to it.
fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let best = mounted.filter(|(at, _)| folder.starts_with(at)).max_by_key(|(at, _)| at.len());
    best.map_or("unknown", |(_, kind)| kind).to_owned()
}

/// Times of appending 4 kB to a file and waiting until the disk has them.
pub fn fsync_times(folder: &Path, rounds: u32) -> Result<Vec<Duration>> {
    let path = folder.join("fsync-probe");
    let mut file = File::create(&path)?;
    let times = (0..rounds).map(|round| {
        let started = Instant::now();
        file.write_all(&[round as u8; 4_096])?;
        file.sync_all()?;
        Ok(started.elapsed())
    });
    let times = times.collect::<std::result::Result<Vec<_>, std::io::Error>>();
    std::fs::remove_file(&path)?;
    times.map_err(Problem::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_proc_are_found_by_their_whole_name() {
        let text = "VmPeak:\t  900 kB\nVmHWM:\t  512340 kB\nVmRSS:\t     77 kB\n";
        assert_eq!(kilobytes(text, "VmHWM"), Some(512_340.0));
        assert_eq!(kilobytes(text, "VmRSS"), Some(77.0));
        assert_eq!(kilobytes(text, "Vm"), None);
    }
}
