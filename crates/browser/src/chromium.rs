//! A headless Chromium with its own profile, ended by its process group.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use testkit::folder::Folder;
use testkit::until;

/// How long it may take to end by itself.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Only the last three flags affect what a page may do. Names under `.test` and `.example.com` resolve to this machine,
/// a test's certificates are accepted, and `http:` pages are not upgraded and need no permission for local addresses.
const FLAGS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--window-size=400,300",
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.example.com 127.0.0.1",
    "--ignore-certificate-errors",
    "--disable-features=HttpsUpgrades,LocalNetworkAccessChecks,OptimizationHints,Translate",
];

/// A running browser.
#[derive(Debug)]
pub(crate) struct Chromium {
    child: Child,
    // Deleted after the browser has ended.
    _profile: Folder,
}

impl Chromium {
    /// Starts a browser that opens a page.
    pub(crate) fn start(url: &str) -> Result<Self> {
        let profile = Folder::new()?;
        let log = File::create(profile.path().join("log"))?;
        let data = profile.path().join("data");
        let child = Command::new("chromium")
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", data.display()))
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            // It has child processes, which must end with it.
            .process_group(0)
            .spawn()
            .context("can't start chromium")?;
        Ok(Self {
            child,
            _profile: profile,
        })
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may already have ended.
            let _ = kill_process_group(pid, signal);
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        let ended = until(END_LIMIT, || {
            self.child.try_wait().is_ok_and(|end| end.is_some())
        });
        if !ended {
            self.signal(Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
