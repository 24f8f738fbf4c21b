//! A running `flashgate serve`: started on free ports, observed through its log, and ended by its pid.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use command_fds::{CommandFdExt as _, FdMapping};
use rustix::process::{Pid, Signal, kill_process};

use crate::binary;

/// The policy that `--allow a.test:80` makes, without its NUL.
pub const POLICY: &[u8] = b"<?xml version=\"1.0\"?><cross-domain-policy>\
    <allow-access-from domain=\"a.test\" to-ports=\"80\"/></cross-domain-policy>";

/// A daemon that is ready; it is killed when this is dropped.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    addresses: Vec<SocketAddr>,
    admin: Option<SocketAddr>,
    probes: Option<SocketAddr>,
    lines: Receiver<String>,
    seen: Vec<String>,
}

/// How to start one.
#[derive(Debug, Default)]
pub struct Builder {
    arguments: Vec<OsString>,
    wrapper: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    sockets: Vec<OwnedFd>,
    binary: Option<PathBuf>,
    log: Log,
}

/// What happens to the log once the daemon is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Log {
    #[default]
    Read,
    Unread,
}

/// The time limit for a start.
const START_LIMIT: Duration = Duration::from_secs(20);

impl Builder {
    /// The arguments, including `serve`.
    pub fn args<I: IntoIterator<Item = A>, A: Into<OsString>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Runs it through another program: `prlimit --nofile=64`, `strace …`.
    pub fn through<I: IntoIterator<Item = A>, A: Into<OsString>>(mut self, program: I) -> Self {
        self.wrapper.extend(program.into_iter().map(Into::into));
        self
    }

    /// Pins it to a CPU.
    pub fn cpu(self, number: usize) -> Self {
        self.through(["taskset".to_owned(), "-c".to_owned(), number.to_string()])
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Passes sockets as systemd does: from descriptor 3 on, with their names (`sd_listen_fds(3)`).
    pub fn passing<S: Into<OwnedFd>, N: AsRef<str>>(
        mut self,
        sockets: impl IntoIterator<Item = (S, N)>,
    ) -> Self {
        let mut names = Vec::new();
        for (socket, name) in sockets {
            self.sockets.push(socket.into());
            names.push(name.as_ref().to_owned());
        }
        let count = self.sockets.len().to_string();
        self.env("LISTEN_FDS", count)
            .env("LISTEN_FDNAMES", names.join(":"))
            // The shell's process becomes the daemon.
            .through(["sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"])
    }

    /// Runs this program instead of [`binary::flashgate`].
    pub fn binary(mut self, path: PathBuf) -> Self {
        self.binary = Some(path);
        self
    }

    /// Stops reading its log once it is ready.
    pub fn with_unread_log(mut self) -> Self {
        self.log = Log::Unread;
        self
    }

    /// Starts it and waits until it is ready.
    pub fn start(self) -> Result<Daemon> {
        let mut words = self.wrapper;
        words.push(self.binary.map_or_else(binary::flashgate, Ok)?.into());
        words.extend(self.arguments);
        // To make a call fail, strace replaces it with one that the sandbox does not know.
        if words.first().is_none_or(|wrapper| wrapper != "strace") {
            // If the sandbox blocks a call that it should allow, the daemon ends, and the test fails.
            words.push("--strict-sandbox".into());
        }
        let program = words.remove(0);
        let mappings = (3..)
            .zip(self.sockets)
            .map(|(child_fd, parent_fd)| FdMapping {
                parent_fd,
                child_fd,
            });
        let mut command = Command::new(&program);
        for variable in binary::VARIABLES {
            command.env_remove(variable);
        }
        let mut child = command
            .args(&words)
            .envs(self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .fd_mappings(mappings.collect())
            .context("can't pass sockets")?
            .spawn()
            .with_context(|| format!("can't start {}", program.display()))?;
        let stderr = child
            .stderr
            .take()
            .context("expected the daemon's standard error")?;
        let mut daemon = Daemon {
            child,
            addresses: Vec::new(),
            admin: None,
            probes: None,
            lines: follow(stderr, self.log),
            seen: Vec::new(),
        };
        daemon.wait_until_ready()?;
        Ok(daemon)
    }
}

impl Daemon {
    /// How to start one.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `flashgate serve` on a free port of 127.0.0.1, with further arguments.
    pub fn serve<I: IntoIterator<Item = A>, A: Into<OsString>>(arguments: I) -> Result<Self> {
        Self::builder()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .start()
    }

    /// The first address that it listens on, with a wildcard replaced by loopback.
    pub fn address(&self) -> SocketAddr {
        let mut address = self
            .addresses
            .first()
            .copied()
            .unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        address
    }

    /// The addresses that it listens on, as it logs them.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The address of `probes` in `[admin]`, if it is configured.
    pub fn probes(&self) -> Option<SocketAddr> {
        self.probes
    }

    /// The address of `[admin]`, if it is configured.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Its process id. With [`Builder::through`], this is the wrapper's id, unless the wrapper has become the daemon.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The lines of its log so far, without waiting for more.
    pub fn log(&mut self) -> &[String] {
        self.seen.extend(self.lines.try_iter());
        &self.seen
    }

    /// The log lines since the last call, without waiting; they are not kept.
    pub fn take_log(&mut self) -> impl Iterator<Item = String> {
        self.seen.drain(..).chain(self.lines.try_iter())
    }

    /// Waits for a log line that contains a text, including earlier lines.
    pub fn wait_for_line(&mut self, text: &str, limit: Duration) -> Result<String> {
        let deadline = Instant::now() + limit;
        if let Some(line) = self.log().iter().find(|line| line.contains(text)) {
            return Ok(line.clone());
        }
        loop {
            let line = self
                .next_line(deadline)
                .with_context(|| format!("waiting for {text:?} in the log"))?;
            if line.contains(text) {
                return Ok(line);
            }
        }
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    /// Sends SIGHUP.
    pub fn hang_up(&self) -> Result<()> {
        self.signal(Signal::HUP)
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.pid())
            .ok()
            .and_then(Pid::from_raw)
            .context("expected a pid")?;
        kill_process(pid, signal).with_context(|| format!("can't send {signal:?}"))
    }

    /// Waits for a log line that contains a text and comes after the line that the last call returned.
    pub fn next_line_with(&mut self, text: &str, limit: Duration) -> Result<String> {
        let deadline = Instant::now() + limit;
        loop {
            let line = self
                .next_line(deadline)
                .with_context(|| format!("waiting for {text:?} in the log"))?;
            if line.contains(text) {
                return Ok(line);
            }
        }
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Waits for it to end by itself.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        // Its log ends when the daemon does, so the wait for the status is short.
        while self.next_line(deadline).is_ok() {}
        if Instant::now() >= deadline {
            bail!(
                "the daemon did not end within {limit:?}; its log so far:\n{}",
                self.seen.join("\n")
            );
        }
        self.child.wait().context("can't wait for the daemon")
    }

    fn next_line(&mut self, deadline: Instant) -> Result<String> {
        match self
            .lines
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            Ok(line) => {
                self.seen.push(line.clone());
                Ok(line)
            }
            Err(RecvTimeoutError::Timeout) => {
                bail!("no such line in time; log:\n{}", self.seen.join("\n"))
            }
            Err(RecvTimeoutError::Disconnected) => {
                bail!("the log has ended:\n{}", self.seen.join("\n"))
            }
        }
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let line = self
                .next_line(deadline)
                .context("waiting for the daemon to be ready")?;
            if line.contains("flashgate ready") {
                return Ok(());
            }
            if line.contains("probes listening") {
                self.probes = address_in(&line);
            } else if line.contains("admin listening") {
                self.admin = address_in(&line);
            } else if line.contains("listening") {
                self.addresses.extend(address_in(&line));
            }
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended before; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in `address=127.0.0.1:843` or `"address":"127.0.0.1:843"`.
pub fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("address")?;
    let rest = rest.trim_start_matches(['"', ':', '=']);
    rest.split(['"', ' ', ',']).next()?.parse().ok()
}

/// Reads the log on a separate thread, so that the daemon never waits for its reader; or stops reading once it is
/// ready.
fn follow(stderr: ChildStderr, log: Log) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let ready = line.contains("flashgate ready");
            // Without a receiver, keep reading: the daemon must not block on a full pipe.
            let sent = sender.send(line);
            while ready && log == Log::Unread && sent.is_ok() {
                // The pipe stays open and unread for as long as the test runs.
                thread::park();
            }
        }
    });
    receiver
}
