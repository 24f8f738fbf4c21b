//! One container, from its start to its end.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};

use super::podman::Podman;
use crate::namespace::Namespace;
use crate::until;

/// A container; removed when dropped.
#[derive(Debug)]
pub struct Container<'a> {
    podman: &'a Podman,
    id: String,
}

impl<'a> Container<'a> {
    /// Starts a container on the network of a namespace.
    ///
    /// `arguments` are those of `podman run`: options, the image, and its command.
    pub fn run(podman: &'a Podman, network: &Namespace, arguments: &[&str]) -> Result<Self> {
        let run = [&["run", "--detach", "--network", "host"], arguments].concat();
        let id = network.run(|| podman.run(&run))??;
        Ok(Self { podman, id })
    }

    /// Creates a container, of which everything is ready but the program: it starts with [`Container::start`].
    pub fn create(podman: &'a Podman, network: &Namespace, arguments: &[&str]) -> Result<Self> {
        let create = [&["create", "--network", "host"], arguments].concat();
        let id = podman.run(&create)?;
        let container = Self { podman, id };
        network.run(|| podman.run(&["init", &container.id]))??;
        Ok(container)
    }

    /// Starts the program of a container that was only created.
    pub fn start(&self) -> Result<()> {
        self.podman.run(&["start", &self.id]).map(drop)
    }

    /// What `podman inspect --format` prints.
    pub fn inspect(&self, format: &str) -> Result<String> {
        self.podman.run(&["inspect", "--format", format, &self.id])
    }

    /// The process id of its program outside the container.
    pub fn pid(&self) -> Result<u32> {
        Ok(self.inspect("{{.State.Pid}}")?.parse()?)
    }

    /// The file that its output is written to, each line after a time and the name of the stream.
    pub fn log_file(&self) -> Result<PathBuf> {
        Ok(self.inspect("{{.HostConfig.LogConfig.Path}}")?.into())
    }

    /// Its output so far.
    pub fn log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.log_file()?)?)
    }

    /// Waits for a line of its output that contains a text.
    pub fn wait_for_line(&self, text: &str, limit: Duration) -> Result<String> {
        let path = self.log_file()?;
        let mut found = None;
        let appeared = until(limit, || {
            let log = std::fs::read_to_string(&path).unwrap_or_default();
            found = log
                .lines()
                .find(|line| line.contains(text))
                .map(str::to_owned);
            found.is_some()
        });
        match found {
            Some(line) if appeared => Ok(line),
            _ => bail!("no line with {text:?} in time; log:\n{}", self.log()?),
        }
    }

    /// Runs the health check of the image or of `podman run`; true if it passes.
    ///
    /// `network` is the container's, which Podman knows only as that of its caller.
    pub fn is_healthy(&self, network: &Namespace) -> Result<bool> {
        let check = ["healthcheck", "run", &self.id];
        Ok(network.run(|| self.podman.run(&check))?.is_ok())
    }

    /// Sends the stop signal of the image, waits up to this long before killing it, and returns the exit code.
    pub fn stop(&self, limit: Duration) -> Result<i32> {
        self.podman
            .run(&["stop", "--time", &limit.as_secs().to_string(), &self.id])?;
        Ok(self.inspect("{{.State.ExitCode}}")?.parse()?)
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        // Dropping Podman removes it later, if this fails.
        let _ = self.podman.run(&["rm", "--force", "--time", "0", &self.id]);
    }
}
