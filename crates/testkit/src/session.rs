//! A shell session as a document shows it: a folder, names, servers that go on running, and commands that end.
//!
//! Use it inside a [`Namespace`](crate::namespace::Namespace), because documents use their own ports and addresses.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::folder::Folder;
use crate::{binary, until};

/// The time limit for a server's start.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The time limit for a command, in seconds: the longest is a `check` that waits for a player's 20 seconds.
const COMMAND_LIMIT: &str = "60";

/// Runs a command with a file, its first argument, as `/etc/hosts`, in a new mount namespace.
const WITH_HOSTS: &str = "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"";

/// Commands that run until they are stopped; a server in Python has one of these words in it.
const SERVERS: [&str; 5] = [
    "flashgate serve",
    "websockify ",
    "node ",
    "perl ",
    "xinetd ",
];
const PYTHON_SERVERS: [&str; 3] = ["http.server", "create_server", ".py"];

/// A session. Its servers are killed when it is dropped.
#[derive(Debug)]
pub struct Session {
    servers: Vec<RunningServer>,
    folder: Folder,
    variables: Vec<(String, String)>,
}

#[derive(Debug)]
struct RunningServer(Child);

impl Drop for RunningServer {
    fn drop(&mut self) {
        // It may have ended before; then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether a command runs until it is stopped.
pub fn is_server(command: &str) -> bool {
    if command.contains("--check") {
        return false;
    }
    SERVERS.iter().any(|server| command.starts_with(server))
        || command.starts_with("python3") && PYTHON_SERVERS.iter().any(|it| command.contains(it))
}

impl Session {
    /// A session in an empty folder, in which each name has an address.
    pub fn new(names: &[(&str, &str)]) -> Result<Self> {
        let folder = Folder::new()?;
        folder.file("hosts", "127.0.0.1 localhost\n")?;
        let session = Self {
            servers: Vec::new(),
            folder,
            variables: Vec::new(),
        };
        for (name, address) in names {
            session.name(name, address)?;
        }
        Ok(session)
    }

    /// Gives a name an address, instead of the one that it has.
    pub fn name(&self, name: &str, address: &str) -> Result<()> {
        let hosts = fs::read_to_string(self.folder.path().join("hosts"))?;
        let is_other = |line: &&str| line.split_once(' ').is_none_or(|(_, known)| known != name);
        let line = format!("{address} {name}");
        let lines = hosts.lines().filter(is_other).chain([line.as_str()]);
        let lines: Vec<_> = lines.collect();
        self.folder.file("hosts", lines.join("\n") + "\n")?;
        Ok(())
    }

    /// The folder in which the commands run.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Sets a variable for all later commands.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Starts a server, and waits until it listens. `flashgate` must be ready.
    pub fn serve(&mut self, command: &str) -> Result<()> {
        let log = self.log_path();
        let before = listening()?;
        let exec = format!("exec {command}");
        let mut words = self.words(&["sh", "-c", &exec])?;
        words.stdin(Stdio::null()).stderr(File::create(&log)?);
        let mut server = RunningServer(words.stdout(Stdio::null()).spawn()?);
        let is_flashgate = command.starts_with("flashgate");
        let up = until(START_LIMIT, || {
            let ended = server.0.try_wait().is_ok_and(|end| end.is_some());
            let listens = || listening().is_ok_and(|now| now > before);
            let is_ready = || self.log().contains("flashgate ready");
            ended || if is_flashgate { is_ready() } else { listens() }
        });
        if !up || server.0.try_wait()?.is_some() {
            bail!("`{command}` does not serve; its log: {}", self.log());
        }
        self.servers.push(server);
        Ok(())
    }

    /// Runs a command to its end. One that never ends gets exit code 124.
    pub fn run(&self, command: &str) -> Result<Output> {
        let limited = ["timeout", COMMAND_LIMIT, "sh", "-c", command];
        let output = self.words(&limited)?.stdin(Stdio::null()).output();
        output.with_context(|| command.to_owned())
    }

    /// Stops all servers that it has started.
    pub fn stop(&mut self) {
        self.servers.clear();
    }

    /// What the last server wrote to its standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> std::path::PathBuf {
        self.folder.path().join("log")
    }

    /// A command with the session's names, in its folder; `flashgate` is the program under test.
    fn words(&self, words: &[&str]) -> Result<Command> {
        let program = binary::flashgate()?;
        let place = program.parent().unwrap_or(Path::new("/"));
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", place.display());
        let mut shell = Command::new("unshare");
        shell.args(["--mount", "sh", "-c", WITH_HOSTS, "sh"]);
        shell.arg(self.folder.path().join("hosts")).args(words);
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        shell.envs(variables).env("PATH", path);
        shell.current_dir(self.folder.path());
        Ok(shell)
    }
}

/// The number of listening TCP sockets in this thread's network namespace.
fn listening() -> Result<usize> {
    let mut count = 0;
    for table in ["tcp", "tcp6"] {
        let table = fs::read_to_string(format!("/proc/thread-self/net/{table}"))?;
        // The fourth column is the state; 0A is TCP_LISTEN (proc_net_tcp in the kernel's documentation).
        let states = table
            .lines()
            .filter_map(|line| line.split_whitespace().nth(3));
        count += states.filter(|state| *state == "0A").count();
    }
    Ok(count)
}

/// A text without its durations and without what follows from them: the number of spaces.
pub fn timeless(text: &str) -> String {
    let mut timeless = String::new();
    for line in text.trim_end().lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        for (index, word) in words.iter().enumerate() {
            let is_unit = |next: &&str| ["ms", "s"].contains(&next.trim_end_matches([':', ';']));
            let is_duration =
                word.parse::<f64>().is_ok() && words.get(index + 1).is_some_and(is_unit);
            let is_performance = word.contains("=0.") && word.contains("s;;;0");
            let name = word.split('=').next().unwrap_or_default();
            let shown = match (is_duration, is_performance) {
                (true, _) => "TIME",
                (_, true) => &format!("{name}=TIME"),
                _ => word,
            };
            timeless.push_str(shown);
            timeless.push(' ');
        }
        timeless += "\n";
    }
    timeless
}
