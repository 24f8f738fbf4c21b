//! Network namespaces, in which a test can have two hosts, unusual sysctls, or port 843 to itself.
//!
//! Everything happens inside a namespace that a test made. Nothing here may change the addresses, routes or settings of
//! the machine.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Where `ip netns` keeps a handle of each named namespace (ip-netns(8)).
const HANDLES: &str = "/run/netns";

/// A network namespace with its loopback device up; deleted when dropped.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Creates an empty namespace under a name that no other test uses.
    pub fn new() -> Result<Namespace> {
        static MADE: AtomicU32 = AtomicU32::new(0);

        if let Some(missing) = missing() {
            bail!("cannot create a network namespace: {missing}");
        }
        let serial = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("flashgate-{}-{serial}", process::id());
        ip(&["netns", "add", &name])?;
        // From here on, dropping the value deletes the namespace, also after an error.
        let namespace = Namespace { name };
        namespace.ip(&["link", "set", "dev", "lo", "up"])?;
        Ok(namespace)
    }

    /// Turns IPv6 off, as on a host booted without it: not even `::1` can be bound.
    pub fn without_ipv6(self) -> Result<Namespace> {
        self.set_sysctl("net.ipv6.conf.all.disable_ipv6", "1")?;
        Ok(self)
    }

    /// The name under which `ip netns` lists this namespace.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs `action` on a new thread inside this namespace and returns its value.
    ///
    /// Sockets that it opens stay in the namespace, and so do threads and child processes that it starts, also after
    /// `action` has returned. A panic in `action` continues in the caller.
    pub fn run<T: Send>(&self, action: impl FnOnce() -> T + Send) -> Result<T> {
        let path = Path::new(HANDLES).join(&self.name);
        let handle = File::open(&path).with_context(|| format!("opening {}", path.display()))?;
        thread::scope(|scope| {
            let inside = scope.spawn(move || {
                move_into_link_name_space(handle.as_fd(), Some(LinkNameSpaceType::Network))?;
                Ok(action())
            });
            match inside.join() {
                Ok(entered) => entered.map_err(|error: rustix::io::Errno| {
                    anyhow::Error::new(error).context(format!("entering {}", self.name))
                }),
                Err(panic) => panic::resume_unwind(panic),
            }
        })
    }

    /// Runs `ip` with `arguments` inside this namespace.
    pub fn ip(&self, arguments: &[&str]) -> Result<()> {
        let mut inside = vec!["-n", &self.name];
        inside.extend_from_slice(arguments);
        ip(&inside)
    }

    /// Sets a sysctl of this namespace, named with dots as in sysctl(8).
    ///
    /// Only names under `net.` are accepted, because all others apply to the whole machine.
    pub fn set_sysctl(&self, name: &str, value: &str) -> Result<()> {
        if !name.starts_with("net.") {
            bail!("{name} is not a setting of a network namespace: expected a name under net.");
        }
        let path = PathBuf::from(format!("/proc/sys/{}", name.replace('.', "/")));
        // The kernel shows each reader of /proc/sys/net the settings of its own namespace.
        self.run(|| fs::write(&path, value))?
            .with_context(|| format!("setting {name} to {value} in {}", self.name))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // If this fails, an empty namespace stays behind, which affects no test.
        let _ = ip(&["netns", "del", &self.name]);
    }
}

/// Describes what this machine lacks for network namespaces, or returns `None` if it has everything.
pub fn missing() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("network namespaces need root".to_owned());
    }
    match Command::new("ip").arg("-V").output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(format!("`ip -V` failed with {}", output.status)),
        Err(error) => Some(format!(
            "cannot run `ip` (Debian package iproute2): {error}"
        )),
    }
}

/// A number that the kernel keeps about TCP in the caller's namespace: one of `TcpExt` in `/proc/net/netstat`.
pub fn tcp_counter(name: &str) -> Result<u64> {
    let text = fs::read_to_string("/proc/thread-self/net/netstat").context("no counters")?;
    let mut lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("TcpExt: "));
    let names = lines.next().context("no names of counters")?;
    let values = lines.next().context("no values of counters")?;
    let mut pairs = names.split(' ').zip(values.split(' '));
    let found = pairs.find(|(found, _)| *found == name);
    let (_, value) = found.with_context(|| format!("no counter {name}"))?;
    value.parse().context("expected a number")
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip")
        .args(arguments)
        .output()
        .context("cannot run `ip` (Debian package iproute2)")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`ip {}`: {}: {}",
            arguments.join(" "),
            output.status,
            said.trim()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn machine_settings_are_out_of_reach() {
        let namespace = Namespace {
            name: "flashgate-none".to_owned(),
        };
        let refused = namespace.set_sysctl("kernel.panic", "0").unwrap_err();
        assert!(refused.to_string().contains("expected a name under net."));
    }

    #[test]
    fn sockets_stay_in_the_namespace_they_were_opened_in() {
        if missing().is_some() {
            return;
        }
        let namespace = Namespace::new().unwrap().without_ipv6().unwrap();
        let listener = namespace
            .run(|| TcpListener::bind("127.0.0.1:843"))
            .unwrap()
            .unwrap();
        let address = listener.local_addr().unwrap();
        namespace
            .run(|| TcpStream::connect(address))
            .unwrap()
            .unwrap();
        listener.accept().unwrap();
        let ipv6 = namespace.run(|| TcpListener::bind("[::1]:0")).unwrap();
        assert!(ipv6.is_err());
    }

    #[test]
    fn dropping_deletes_the_namespace() {
        if missing().is_some() {
            return;
        }
        let namespace = Namespace::new().unwrap();
        let handle = Path::new(HANDLES).join(namespace.name());
        assert!(handle.exists());
        drop(namespace);
        assert!(!handle.exists());
    }
}
