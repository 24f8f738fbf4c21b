//! A network namespace with an animal in it, in which `flashgate check` runs.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::{Animal, HOST, Keeper, Script};
use crate::binary;
use crate::folder::Folder;
use crate::namespace::{self, Namespace};
use crate::needs;

/// Runs a command with a file, its first argument, as `/etc/hosts`, in a new mount namespace.
const WITH_HOSTS: &str = "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"";

/// A namespace whose `/etc/hosts` contains [`HOST`].
#[derive(Debug)]
pub struct Enclosure {
    // Dropped first, because the listeners live in the namespace.
    keepers: Vec<Keeper>,
    namespace: Namespace,
    folder: Folder,
}

/// The output of a check, and how long it ran.
#[derive(Debug)]
pub struct Checked {
    /// Its output and exit status.
    pub output: Output,
    /// How long it ran.
    pub took: Duration,
}

/// The message if enclosures are not possible here.
pub fn missing() -> Option<String> {
    namespace::missing()
        .or_else(|| needs::program("nft"))
        .or_else(|| needs::program("unshare"))
}

impl Enclosure {
    /// An empty enclosure in which [`HOST`] has these addresses.
    pub fn empty(addresses: &[&str]) -> Result<Self> {
        let folder = Folder::new()?;
        let names = addresses
            .iter()
            .map(|address| format!("{address} {HOST}\n"));
        let hosts: String = ["127.0.0.1 localhost\n".to_owned()]
            .into_iter()
            .chain(names)
            .collect();
        folder.file("hosts", hosts)?;
        Ok(Self {
            keepers: Vec::new(),
            namespace: Namespace::new()?,
            folder,
        })
    }

    /// An enclosure with an animal in it.
    pub fn of(animal: &Animal) -> Result<Self> {
        let mut enclosure = Self::empty(animal.addresses)?;
        for listener in animal.listeners {
            enclosure.listen(listener.address, listener.turns)?;
        }
        enclosure.filter(animal.firewall)?;
        Ok(enclosure)
    }

    /// The namespace.
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Adds a listener.
    pub fn listen(&mut self, address: &str, turns: &'static [Script]) -> Result<()> {
        let address: SocketAddr = address.parse().with_context(|| address.to_owned())?;
        let keeper = self.namespace.run(|| Keeper::start(address, turns))??;
        self.keepers.push(keeper);
        Ok(())
    }

    /// Adds firewall rules for incoming packets.
    pub fn filter(&self, rules: &[&str]) -> Result<()> {
        if rules.is_empty() {
            return Ok(());
        }
        let rules = rules.join("\n");
        let text = format!(
            "table inet zoo {{ chain in {{ type filter hook input priority 0;\n{rules}\n}}\n}}\n"
        );
        let path = self.folder.file("firewall", text)?;
        let output = self
            .namespace
            .run(|| Command::new("nft").arg("-f").arg(&path).output())?
            .context("can't run `nft`")?;
        if !output.status.success() {
            bail!("nft: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Runs `flashgate check` with these arguments to its end.
    pub fn check(&self, arguments: &[&str]) -> Result<Checked> {
        let mut command = self.command(&binary::flashgate()?);
        command.arg("check").args(arguments).stdin(Stdio::null());
        let start = Instant::now();
        let output = self.namespace.run(|| command.output())??;
        Ok(Checked {
            output,
            took: start.elapsed(),
        })
    }

    /// A command to run inside with the enclosure's names; start it in [`Namespace::run`].
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", WITH_HOSTS, "sh"]);
        command.arg(self.folder.path().join("hosts")).arg(program);
        command
    }
}

impl Checked {
    /// Standard output, as text.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Standard error, as text.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The exit code.
    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }
}
