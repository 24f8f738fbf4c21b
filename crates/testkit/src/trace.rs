//! Traces a daemon's system calls with strace, and makes them fail.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::folder::Folder;
use crate::until;

/// A trace being written.
#[derive(Debug)]
pub struct SyscallTrace {
    folder: Folder,
    options: Vec<OsString>,
}

impl SyscallTrace {
    /// A trace of these calls, with strace's names: `accept4,recvfrom`.
    pub fn of(calls: &str) -> Result<Self> {
        Ok(Self {
            folder: Folder::new()?,
            options: vec!["-e".into(), format!("trace={calls}").into()],
        })
    }

    /// Makes a call fail, in strace's syntax: `accept4:error=EMFILE:when=2..4`.
    pub fn inject(mut self, fault: &str) -> Self {
        self.options
            .extend(["-e".into(), format!("inject={fault}").into()]);
        self
    }

    /// The command prefix to run the daemon with. The tracer is not the parent (`-D`), so the daemon keeps its pid.
    pub fn program(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = ["strace", "-D", "-f", "-o"].map(Into::into).into();
        words.push(self.path().into());
        words.extend(self.options.clone());
        words
    }

    /// Every line of the trace; the daemon must have ended.
    pub fn lines(&self) -> Result<Vec<String>> {
        let read = || fs::read_to_string(self.path());
        // The tracer may end a moment after the daemon.
        let _ = until(Duration::from_secs(10), || {
            read().is_ok_and(|text| text.contains("+++ exited with"))
        });
        let text = read().context("can't read the trace")?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The lines of the trace so far.
    pub fn lines_so_far(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("trace")
    }
}
