//! A published server, run with a test's own config, and ended with the test.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::folder::Folder;
use crate::until;

/// The time limit for a start.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A server that accepts connections; it is killed when this is dropped.
#[derive(Debug)]
pub struct RealServer {
    child: Child,
    folder: Folder,
}

/// Finds a program, also in the folders that are only in root's path, such as those of servers.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(usual)
        .map(|place| place.join(program))
        .find(|place| place.is_file())
}

/// The message if a server is not installed.
pub fn missing(program: &str) -> Option<String> {
    let missing = find(program).is_none();
    missing.then(|| format!("the server `{program}` is not installed"))
}

impl RealServer {
    /// Starts a program in the foreground, and waits until it accepts connections at an address.
    ///
    /// `command` receives the program and a folder to write its config to.
    pub fn start(
        program: &str,
        address: SocketAddr,
        command: impl FnOnce(&mut Command, &Folder) -> Result<()>,
    ) -> Result<Self> {
        let folder = Folder::new()?;
        let path = find(program).with_context(|| format!("{program} is not installed"))?;
        let log = File::create(folder.path().join("log"))?;
        let mut words = Command::new(path);
        words
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        command(&mut words, &folder)?;
        let child = words
            .spawn()
            .with_context(|| format!("can't start {program}"))?;
        let mut server = Self { child, folder };
        let up = until(START_LIMIT, || {
            TcpStream::connect(address).is_ok()
                || server.child.try_wait().is_ok_and(|end| end.is_some())
        });
        if !up || server.child.try_wait()?.is_some() {
            bail!("{program} does not listen; its output: {}", server.log());
        }
        Ok(server)
    }

    /// Its output so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        // It may have ended before; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
