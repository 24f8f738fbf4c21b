//! The state of the machine that a measurement ran on, which is needed to interpret the figures.

use std::fmt;
use std::fs;
use std::thread::available_parallelism;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use testkit::cpu;

use super::{CLIENT_CPU, SERVER_CPU};

/// The state of the machine.
#[derive(Debug)]
pub(super) struct Machine {
    cpus: usize,
    kernel: String,
    congestion_control: String,
    load_average: String,
    open_files: Option<u64>,
}

impl Machine {
    /// Reads the state of the machine, and raises the limit on open files to its maximum.
    pub(super) fn prepare() -> Result<Self> {
        let limit = getrlimit(Resource::Nofile);
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: limit.maximum,
                maximum: limit.maximum,
            },
        )
        .context("cannot raise the limit of open files to its maximum")?;
        Ok(Self {
            cpus: available_parallelism()?.get(),
            kernel: line("/proc/sys/kernel/osrelease"),
            congestion_control: line("/proc/sys/net/ipv4/tcp_congestion_control"),
            load_average: line("/proc/loadavg"),
            open_files: limit.maximum,
        })
    }

    /// Moves this process to the client's CPU.
    pub(super) fn pin_client(&self) -> Result<()> {
        cpu::pin(self.client_cpu())
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "cpus": self.cpus,
            "kernel": self.kernel,
            "congestion_control": self.congestion_control,
            "load_average": self.load_average,
            "open_files": self.file_limit(),
        })
    }

    /// A sentence for a page of the book, with the load at the start and now.
    pub(super) fn sentence(&self) -> String {
        let Self {
            cpus,
            kernel,
            congestion_control,
            load_average,
            ..
        } = self;
        let one = |load: &str| load.split(' ').next().unwrap_or_default().to_owned();
        let (before, after) = (one(load_average), one(&line("/proc/loadavg")));
        format!(
            "{cpus} CPUs, Linux {kernel}, congestion control {congestion_control}, at most {} open files for each process, \
             load average {before} before and {after} after",
            self.file_limit()
        )
    }

    /// On a machine with one CPU, client and server share it.
    fn client_cpu(&self) -> usize {
        if self.cpus > CLIENT_CPU {
            CLIENT_CPU
        } else {
            SERVER_CPU
        }
    }

    fn file_limit(&self) -> String {
        self.open_files
            .map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string())
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cpus,
            kernel,
            congestion_control,
            load_average,
            ..
        } = self;
        writeln!(
            f,
            "Linux {kernel}, {cpus} CPUs, server on {SERVER_CPU}, client on {}",
            self.client_cpu()
        )?;
        write!(
            f,
            "congestion control {congestion_control}, load average {load_average}, "
        )?;
        write!(f, "file limit {}", self.file_limit())
    }
}

/// The text of a one-line file. The figures are useful without it.
fn line(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}
