//! `bench syscalls`: how many system calls flashgate makes per fetch. It counts calls and measures no time.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use rustix::process::{Pid, Signal, kill_process};
use testkit::daemon::Daemon;
use testkit::load::{self, Load};

use super::flashgate;
use super::goal::{self, Goal};
use super::machine::Machine;
use super::site::{BenchFolder, POLICY};

/// How long strace may take to attach.
const ATTACH: Duration = Duration::from_secs(10);

/// How many fetches to trace.
#[derive(Debug, Args)]
pub(crate) struct Syscalls {
    /// Number of fetches in each of the two runs
    #[arg(long, default_value_t = 20_000)]
    fetches: u32,
}

/// A line of the summary.
#[derive(Debug)]
struct Calls {
    name: String,
    count: u32,
}

impl Syscalls {
    /// Counts, prints the counts, and fails if a goal was missed.
    pub(crate) fn run(&self) -> Result<()> {
        let machine = Machine::prepare()?;
        let site = BenchFolder::new()?;
        let daemon = flashgate::start(&site)?;
        machine.pin_client()?;
        println!("{machine}");
        let under_load = self.trace(&site, &daemon, 64)?;
        let one_by_one = self.trace(&site, &daemon, 1)?;
        let goals = [
            Goal::at_most(5.1, "system calls per fetch, 64 in flight", under_load),
            Goal::at_most(6.0, "system calls per fetch, one at a time", one_by_one),
        ];
        goal::print(&goals);
        goal::demand(&goals)
    }

    /// Fetches under strace; the number of calls per fetch.
    fn trace(&self, site: &BenchFolder, daemon: &Daemon, in_flight: usize) -> Result<f64> {
        let summary = site.path("strace");
        let strace = Strace::attach(daemon.pid(), &summary)?;
        let load = Load {
            fetches: self.fetches.into(),
            in_flight,
            ..Load::new(daemon.address(), POLICY.as_bytes())
        };
        let report = load::run(&load)?;
        strace.detach()?;
        ensure!(
            report.all_ok(),
            "expected {} good fetches, found: {report}",
            self.fetches
        );
        let text = fs::read_to_string(&summary).context("cannot read the summary of strace")?;
        let calls: Vec<Calls> = text.lines().filter_map(Calls::parse).collect();
        ensure!(
            !calls.is_empty(),
            "expected a summary of calls, found {text:?}"
        );
        println!("\n{in_flight} in flight: {report}");
        for Calls { name, count } in &calls {
            println!("  {name:<16} {:>8.4} per fetch", self.each(*count));
        }
        Ok(calls.iter().map(|calls| self.each(calls.count)).sum())
    }

    fn each(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.fetches)
    }
}

impl Calls {
    /// Reads `% time, seconds, usecs/call, calls, [errors], name`; headings and the total do not match.
    fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split_whitespace();
        columns.next()?.parse::<f64>().ok()?;
        let count = columns.nth(2)?.parse().ok()?;
        let name = columns.next_back()?.to_owned();
        (name != "total").then_some(Self { name, count })
    }
}

/// A strace that counts the calls of a running process.
struct Strace(Child);

impl Strace {
    fn attach(pid: u32, summary: &Path) -> Result<Self> {
        let mut command = Command::new("strace");
        command
            .args(["-f", "-c", "-p", &pid.to_string(), "-o"])
            .arg(summary);
        let child = command
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start strace; install strace")?;
        let mut strace = Self(child);
        let started = Instant::now();
        while !is_traced(pid)? {
            if let Some(status) = strace.0.try_wait()? {
                bail!("strace ended with {status} before it attached to {pid}");
            }
            ensure!(
                started.elapsed() < ATTACH,
                "strace did not attach within {ATTACH:?}"
            );
            thread::sleep(Duration::from_millis(10));
        }
        Ok(strace)
    }

    /// An interrupt makes strace detach and write its summary.
    fn detach(mut self) -> Result<()> {
        let pid = Pid::from_child(&self.0);
        kill_process(pid, Signal::INT).context("cannot interrupt strace")?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether every thread of a process has a tracer.
fn is_traced(pid: u32) -> Result<bool> {
    for task in fs::read_dir(format!("/proc/{pid}/task")).context("the server is gone")? {
        let status = fs::read_to_string(task?.path().join("status"))?;
        if status
            .lines()
            .any(|line| line.split_whitespace().eq(["TracerPid:", "0"]))
        {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, u32)>) {
        let found = Calls::parse(line);
        assert_eq!(
            found
                .as_ref()
                .map(|calls| (calls.name.as_str(), calls.count)),
            expected
        );
    }

    #[test]
    fn lines_of_a_summary() {
        check(
            "% time     seconds  usecs/call     calls    errors syscall",
            None,
        );
        check(
            "------ ----------- ----------- --------- --------- ----------------",
            None,
        );
        check(
            " 48.10    0.101205           5     20000           close",
            Some(("close", 20_000)),
        );
        check(
            " 22.10    0.046500           2     20312       312 accept4",
            Some(("accept4", 20_312)),
        );
        check(
            "100.00    0.210400           2     80624       312 total",
            None,
        );
    }
}
