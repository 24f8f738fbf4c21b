//! A headless Chromium with a profile of its own, ended by its process group.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use testkit::folder::Folder;
use testkit::until;

/// What it is given to end by itself.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Nothing of this changes what a page may do, but the last three: names under `.test` and `.example.com` are this
/// machine, a certificate made by a test is taken, a page stays with `http:` where it was opened so, and it is not asked
/// whether it may reach this machine's own addresses.
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
    // Deleted when the browser is gone.
    _profile: Folder,
}

impl Chromium {
    /// Starts one that opens a page.
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
            // It has children of its own; they end with it.
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
            // It may have ended before.
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
