//! An ordinary user whose entry in `/etc/passwd` only the commands of one engine see.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, os::unix};

use anyhow::{Context as _, Result};

use crate::folder::Folder;

/// Numbers that no usual machine has given to anybody.
const USER: u32 = 843_000;

/// The first of the numbers that the users inside containers have outside.
const FIRST_INSIDE: u32 = 843_001;

/// The number of users that an image may name: `nobody` is 65534.
const INSIDE: u32 = 65_536;

/// Podman finds the user's name here, and the numbers for containers under that name (subuid(5)).
const SHOWN: [&str; 4] = ["passwd", "group", "subuid", "subgid"];

/// Enters a mount namespace, puts the user's files over those of the machine, and becomes the user.
const BECOME: &str = "for file in passwd group subuid subgid; do \
    mount --bind \"$0/$file\" \"/etc/$file\" || exit 1; done; cd \"$0/home\" && exec setpriv \"$@\"";

/// The user.
#[derive(Debug)]
pub(super) struct OrdinaryUser {
    folder: Folder,
}

impl OrdinaryUser {
    pub(super) fn new() -> Result<Self> {
        let folder = Folder::new()?;
        let user = Self { folder };
        let home = user.home();
        fs::create_dir(&home).with_context(|| format!("can't create {}", home.display()))?;
        unix::fs::chown(&home, Some(USER), Some(USER))?;
        let entry = format!("containers:x:{USER}:{USER}::{}:/bin/sh\n", home.display());
        let numbers = format!("containers:{FIRST_INSIDE}:{INSIDE}\n");
        let passwd = fs::read_to_string("/etc/passwd")? + &entry;
        let group = fs::read_to_string("/etc/group")? + &format!("containers:x:{USER}:\n");
        for (name, text) in SHOWN.into_iter().zip([&passwd, &group, &numbers, &numbers]) {
            user.folder.file(name, text)?;
        }
        Ok(user)
    }

    /// The user's own folder.
    pub(super) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Runs a program as this user, with an environment of its own.
    pub(super) fn command(&self, variables: &[(&str, &Path)], program: &str) -> Command {
        let user = USER.to_string();
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", BECOME]);
        command.arg(self.folder.path());
        command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]);
        command.arg(program);
        command
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", self.home())
            .env("USER", "containers")
            .envs(variables.iter().copied());
        command
    }
}
