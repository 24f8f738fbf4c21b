//! The resources that a process uses, read from `/proc`, and the CPU that it runs on.
//!
//! Everything here is about another process, identified by its id, so that a server is measured from outside without
//! its help. Nothing here starts, signals or waits for a process.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::thread::{CpuSet, sched_setaffinity};

/// CPU time that the threads of a process have used.
///
/// It comes from the scheduler's nanosecond count (the first field of `schedstat`), because the times in
/// `/proc/PID/stat` have a resolution of 10 ms. Threads that have ended are not included.
pub fn time(pid: u32) -> Result<Duration> {
    let mut total = Duration::ZERO;
    for text in each_task(pid, "schedstat")? {
        let ran = text
            .split_whitespace()
            .next()
            .context("expected a count in schedstat, found nothing")?;
        total += Duration::from_nanos(
            ran.parse()
                .with_context(|| format!("expected nanoseconds, found {ran:?}"))?,
        );
    }
    Ok(total)
}

/// CPU time of the child processes that a process has waited for; the resolution is 10 ms.
pub fn time_of_children(pid: u32) -> Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // After the name in parentheses, which may contain anything. Field 3 comes first.
    let (_, rest) = stat.rsplit_once(')').context("expected a name in stat")?;
    let ticks = rest.split_whitespace().skip(16 - 3).take(2);
    let ticks: u64 = ticks.map(|field| field.parse().unwrap_or(0)).sum();
    Ok(Duration::from_millis(10) * u32::try_from(ticks)?)
}

/// Whether a process has children that are running, or that it has not waited for.
pub fn has_children(pid: u32) -> Result<bool> {
    Ok(!children(pid)?.is_empty())
}

/// The children of a process that are running, or that it has not waited for.
fn children(pid: u32) -> Result<Vec<u32>> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let children = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let pids = children.split_whitespace().map(str::parse);
    pids.collect::<Result<_, _>>()
        .with_context(|| format!("expected process ids in {path}"))
}

/// How often the threads of a process went to sleep voluntarily, which is how often something woke them.
pub fn voluntary_switches(pid: u32) -> Result<u64> {
    let tasks = each_task(pid, "status")?;
    tasks
        .iter()
        .map(|status| field(status, "voluntary_ctxt_switches"))
        .sum()
}

/// Resident memory of a process in kB.
pub fn resident_kb(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    field(&status, "VmRSS")
}

/// Resident memory in kB that no file backs, so that the kernel can neither share nor drop it.
///
/// Unlike [`resident_kb`], it leaves out the pages of the program file, whose number depends on how much of the file the
/// kernel maps at once.
pub fn private_kb(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    field(&status, "RssAnon")
}

/// Memory of a process and its children in kB. A page that several processes share counts once.
pub fn memory_kb_with_children(pid: u32) -> Result<u64> {
    let shared = |pid| {
        let path = format!("/proc/{pid}/smaps_rollup");
        let rollup = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        field(&rollup, "Pss")
    };
    // A child may have ended since it was listed.
    let of_children = children(pid)?
        .into_iter()
        .filter_map(|pid| shared(pid).ok());
    Ok(of_children.sum::<u64>() + shared(pid)?)
}

/// How many descriptors a process holds open.
pub fn open_files(pid: u32) -> Result<usize> {
    let path = format!("/proc/{pid}/fd");
    Ok(fs::read_dir(&path)
        .with_context(|| format!("cannot list {path}"))?
        .count())
}

/// Moves the calling thread, and what it starts from now on, to one CPU.
pub fn pin(cpu: usize) -> Result<()> {
    let mut only = CpuSet::new();
    only.set(cpu);
    sched_setaffinity(None, &only).with_context(|| format!("cannot pin to CPU {cpu}"))
}

/// A command whose program runs on one CPU only.
///
/// `taskset` replaces itself with the program, so the child's id is the program's id.
pub fn pinned(cpu: usize, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.arg("-c").arg(cpu.to_string()).arg(program);
    command
}

/// The text of one file in the directory of each thread.
fn each_task(pid: u32, file: &str) -> Result<Vec<String>> {
    let path = format!("/proc/{pid}/task");
    let mut texts = Vec::new();
    for task in fs::read_dir(&path).with_context(|| format!("cannot list {path}"))? {
        // A thread may end after being listed and before being read. Its share is lost either way.
        if let Ok(text) = fs::read_to_string(task?.path().join(file)) {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// The number after `name:` in a status file.
fn field(status: &str, name: &str) -> Result<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let value =
        line.with_context(|| format!("expected a line {name} in the status, found none"))?;
    let number = value.split_whitespace().next().unwrap_or_default();
    number
        .parse()
        .with_context(|| format!("expected a number after {name}, found {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_run_and_holds_memory_and_files() {
        let pid = std::process::id();
        assert!(time(pid).unwrap() > Duration::ZERO);
        let private = private_kb(pid).unwrap();
        assert!(private > 0);
        assert!(resident_kb(pid).unwrap() > private);
        assert!(memory_kb_with_children(pid).unwrap() > 0);
        assert!(open_files(pid).unwrap() > 2);
        voluntary_switches(pid).unwrap();
    }

    #[test]
    fn the_name_of_a_field_is_matched_whole() {
        let status = "nonvoluntary_ctxt_switches:\t7\nvoluntary_ctxt_switches:\t5\n";
        assert_eq!(field(status, "voluntary_ctxt_switches").unwrap(), 5);
        assert!(field(status, "voluntary").is_err());
    }

    #[test]
    fn a_pinned_command_runs_and_reports_its_cpu() {
        let output = pinned(0, "sh")
            .args(["-c", "taskset -cp $$"])
            .output()
            .unwrap();
        assert!(
            String::from_utf8(output.stdout)
                .unwrap()
                .trim_end()
                .ends_with(": 0")
        );
    }
}
