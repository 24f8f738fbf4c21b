//! A network namespace with an animal in it, and `flashgate check` run inside.

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

/// Gives the command after its first argument that argument as `/etc/hosts`, in a mount namespace of its own.
const WITH_HOSTS: &str = "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"";

/// A namespace whose `/etc/hosts` names [`HOST`].
#[derive(Debug)]
pub struct Enclosure {
    // Dropped first: the listeners live in the namespace.
    keepers: Vec<Keeper>,
    namespace: Namespace,
    folder: Folder,
}

/// What a check said, and how long it ran.
#[derive(Debug)]
pub struct Checked {
    /// What it wrote, and its exit status.
    pub output: Output,
    /// From its start to its end.
    pub took: Duration,
}

/// What is missing for enclosures, if anything is.
pub fn missing() -> Option<String> {
    namespace::missing()
        .or_else(|| needs::program("nft"))
        .or_else(|| needs::program("unshare"))
}

impl Enclosure {
    /// An empty one, where [`HOST`] has these addresses.
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

    /// One with an animal in it.
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

    /// Adds rules to the firewall for what comes in.
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

    /// Runs `flashgate check` with these arguments, to its end.
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

    /// A program to be run inside, with the enclosure's names; start it in [`Namespace::run`].
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
