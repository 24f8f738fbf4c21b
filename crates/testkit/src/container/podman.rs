//! Podman, with everything it keeps in one folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::user::OrdinaryUser;

/// Rootless Podman. Its containers, images and volumes are deleted when it is dropped.
///
/// runc, because crun does not start on machines with both kinds of control groups. No events and no locks in
/// `/dev/shm`, so that nothing is kept outside the folder.
#[derive(Debug)]
pub struct Podman {
    user: OrdinaryUser,
}

impl Podman {
    /// A Podman without images.
    pub fn new() -> Result<Self> {
        let podman = Self {
            user: OrdinaryUser::new()?,
        };
        let home = podman.user.home();
        let place = home.display();
        let config = format!(
            "[containers]\nlog_driver = \"k8s-file\"\npids_limit = 0\n\
             [engine]\ncgroup_manager = \"cgroupfs\"\nruntime = \"runc\"\nlock_type = \"file\"\n\
             events_logger = \"none\"\ntmp_dir = \"{place}/state\"\nstatic_dir = \"{place}/static\"\n\
             volume_path = \"{place}/volumes\"\n[network]\nnetwork_config_dir = \"{place}/networks\"\n"
        );
        let path = podman.config();
        fs::write(&path, config).with_context(|| format!("can't write {}", path.display()))?;
        Ok(podman)
    }

    /// Adds the image of an archive.
    pub fn load(&self, archive: &Path) -> Result<()> {
        // The user may not be able to open it.
        let file = File::open(archive).with_context(|| format!("opening {}", archive.display()))?;
        let mut command = self.command(&["load", "--quiet"]);
        finish(command.stdin(file)).map(drop)
    }

    /// Makes an image of programs of this machine, with the libraries that they need.
    ///
    /// `changes` are instructions of a Containerfile.
    pub fn import(&self, image: &str, programs: &[&Path], changes: &[&str]) -> Result<()> {
        let mut tar = Command::new("tar")
            .args(["--create", "--dereference", "--directory=/"])
            .args(["--transform=s,^/*,,", "--absolute-names"])
            .args(programs)
            .args(libraries(programs)?)
            .stdout(Stdio::piped())
            .spawn()
            .context("can't run tar")?;
        let mut arguments = vec!["import", "--quiet"];
        arguments.extend(changes.iter().flat_map(|change| ["--change", change]));
        arguments.extend(["-", image]);
        let archive = tar.stdout.take().context("expected tar's output")?;
        finish(self.command(&arguments).stdin(archive))?;
        let status = tar.wait()?;
        if !status.success() {
            bail!("tar failed: {status}");
        }
        Ok(())
    }

    /// Runs `podman` with these arguments, and returns its standard output.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = finish(&mut self.command(arguments))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs `podman` with these arguments to its end, whether it fails or not.
    pub fn output(&self, arguments: &[&str]) -> Result<Output> {
        let output = self.command(arguments).output();
        output.context("can't run podman")
    }

    /// The folder of a volume.
    pub fn volume(&self, name: &str) -> Result<PathBuf> {
        let place = ["volume", "inspect", "--format", "{{.Mountpoint}}", name];
        self.run(&place).map(PathBuf::from)
    }

    fn config(&self) -> PathBuf {
        self.user.home().join("containers.conf")
    }

    /// A command that has not started yet.
    fn command(&self, arguments: &[&str]) -> Command {
        let home = self.user.home();
        let variables = [
            ("CONTAINERS_CONF", &*self.config()),
            ("XDG_RUNTIME_DIR", &home),
        ];
        let mut command = self.user.command(&variables, "podman");
        command.arg("--root").arg(home.join("images"));
        command.arg("--runroot").arg(home.join("mounts"));
        command.args(["--storage-driver", "vfs"]).args(arguments);
        command.stdin(Stdio::null());
        command
    }

    /// Podman keeps a process that holds the user's namespaces.
    fn end_pause_process(&self) {
        let path = self.user.home().join("state/pause.pid");
        let pid = fs::read_to_string(path).ok();
        let pid = pid.and_then(|text| text.trim().parse().ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // It may have ended already.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        // What fails here leaves processes of the test behind; a destructor must not panic.
        let _ = self.run(&["rm", "--all", "--force", "--time", "0"]);
        self.end_pause_process();
    }
}

/// Runs a command, and makes its failure an error with what it said.
fn finish(command: &mut Command) -> Result<Output> {
    let output = command.output().context("can't run podman")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        bail!("{}: {}: {}", words.join(" "), output.status, said.trim());
    }
    Ok(output)
}

/// The shared libraries of programs, as ldd(1) lists them.
fn libraries(programs: &[&Path]) -> Result<Vec<PathBuf>> {
    let output = Command::new("ldd").args(programs).output();
    let listed = output.context("can't run ldd")?.stdout;
    let listed = String::from_utf8_lossy(&listed);
    let mut paths: Vec<_> = listed
        .split_whitespace()
        .filter(|word| word.starts_with('/') && !word.ends_with(':'))
        .map(PathBuf::from)
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}
