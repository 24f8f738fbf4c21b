//! The directory of one run, with the policy that every server in it serves.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result};

/// A typical policy of a typical size. It does not end with a line break, so a server that trims it changes nothing.
pub(super) const POLICY: &str = concat!(
    r#"<?xml version="1.0"?>"#,
    "\n",
    r#"<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">"#,
    "\n<cross-domain-policy>\n",
    r#"  <allow-access-from domain="example.com" to-ports="5222,9000-9010"/>"#,
    "\n",
    r#"  <allow-access-from domain="*.example.com" to-ports="5222"/>"#,
    "\n</cross-domain-policy>",
);

/// The directory; it is removed at the end.
#[derive(Debug)]
pub(super) struct BenchFolder {
    directory: PathBuf,
}

impl BenchFolder {
    pub(super) fn new() -> Result<Self> {
        let directory = env::temp_dir().join(format!("flashgate-bench-{}", process::id()));
        fs::create_dir(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        let site = Self { directory };
        site.write("policy.xml", POLICY)?;
        Ok(site)
    }

    pub(super) fn policy(&self) -> PathBuf {
        self.path("policy.xml")
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes a file into the directory and says where it is.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for BenchFolder {
    fn drop(&mut self) {
        // If this fails, a few small files stay in the directory for temporary files.
        let _ = fs::remove_dir_all(&self.directory);
    }
}
