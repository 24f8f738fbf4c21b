//! A small Debian in a folder, made by debootstrap from the mirror that this machine uses.
//!
//! It is made once. Each check works in a layer on top, which is thrown away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::command::{output, step};
use crate::tools;

/// The system that the tree is made of, and what the package needs.
const OPTIONS: [&str; 2] = ["--variant=minbase", "--include=adduser"];

/// A copy of the tree. It is unmounted and deleted when it is dropped.
pub(super) struct Tree {
    root: PathBuf,
    layer: PathBuf,
}

impl Tree {
    /// A fresh copy.
    pub(super) fn new(name: &str) -> Result<Self> {
        let base = base()?;
        let layer = tools::folder("debian")?.join(name);
        let tree = Self {
            root: layer.join("root"),
            layer,
        };
        tree.discard();
        let [upper, work] = ["upper", "work"].map(|part| tree.layer.join(part));
        for folder in [&upper, &work, &tree.root] {
            fs::create_dir_all(folder)?;
        }
        let options = format!(
            "lowerdir={},upperdir={},workdir={}",
            base.display(),
            upper.display(),
            work.display()
        );
        let overlay = ["-t", "overlay", "overlay", "-o", &options];
        step(Command::new("mount").args(overlay).arg(&tree.root))?;
        Ok(tree)
    }

    /// A file of the tree.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The words that run a program in the tree.
    pub(super) fn enter(&self) -> [String; 2] {
        ["chroot".to_owned(), self.root.display().to_string()]
    }

    /// A program in the tree.
    pub(super) fn command(&self, program: &str) -> Command {
        let [chroot, root] = self.enter();
        let mut command = Command::new(chroot);
        command
            .arg(root)
            .arg(program)
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C")
            .env("DEBCONF_NOWARNINGS", "yes")
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// What a program in the tree prints.
    pub(super) fn output(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let printed = output(self.command(program).args(arguments))?;
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }

    /// Copies a file into the tree, and returns its path there.
    pub(super) fn bring(&self, file: &Path) -> Result<String> {
        let name = file.file_name().context("the file has no name")?.display();
        let inside = format!("/tmp/{name}");
        fs::copy(file, self.path(inside.trim_start_matches('/')))?;
        Ok(inside)
    }

    /// Adds a text to a file of the tree.
    pub(super) fn append(&self, path: &str, text: &str) -> Result<()> {
        let path = self.path(path);
        let before = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
        Ok(fs::write(path, before + text)?)
    }

    /// Whether the tree has a user of this name.
    pub(super) fn has_user(&self, name: &str) -> Result<bool> {
        let users = fs::read_to_string(self.path("etc/passwd"))?;
        let begin = format!("{name}:");
        Ok(users.lines().any(|user| user.starts_with(&begin)))
    }

    /// Fails if one of these files is not there.
    pub(super) fn expect_files<'a>(&self, files: impl IntoIterator<Item = &'a str>) -> Result<()> {
        for file in files {
            ensure!(self.path(file).exists(), "{file} is missing");
        }
        Ok(())
    }

    /// Fails if one of these files is there.
    pub(super) fn expect_gone<'a>(&self, files: impl IntoIterator<Item = &'a str>) -> Result<()> {
        for file in files {
            ensure!(!self.path(file).exists(), "{file} is still there");
        }
        Ok(())
    }

    fn discard(&self) {
        // If nothing is mounted or there, nothing has to be done.
        let _ = Command::new("umount").arg(&self.root).output();
        let _ = fs::remove_dir_all(&self.layer);
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.discard();
    }
}

/// The tree itself. A folder is complete once it has its name.
fn base() -> Result<PathBuf> {
    let folder = tools::folder("debian")?;
    let release = release()?;
    let base = folder.join(&release);
    if base.is_dir() {
        return Ok(base);
    }
    fs::create_dir_all(&folder)?;
    let unfinished = folder.join("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    step(
        Command::new("debootstrap")
            .args(OPTIONS)
            .arg(&release)
            .arg(&unfinished)
            .arg(mirror(&release)?),
    )?;
    fs::rename(&unfinished, &base)?;
    Ok(base)
}

/// The release of this machine, because its mirror and its keys have it.
fn release() -> Result<String> {
    let about = fs::read_to_string("/etc/os-release").context("this is not Debian")?;
    let mut lines = about.lines();
    let name = lines.find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    Ok(name.context("this release has no name")?.to_owned())
}

/// The first mirror of this machine that has the release.
fn mirror(release: &str) -> Result<String> {
    let format = ["--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"];
    let listed = output(Command::new("apt-get").arg("indextargets").args(format))?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let found = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(name, _)| *name == release);
    let (_, mirror) = found.with_context(|| format!("apt has no source of {release}"))?;
    Ok(mirror.to_owned())
}
