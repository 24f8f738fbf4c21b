//! The static program: one file that runs on every Linux, with the list of its dependencies inside.
//!
//! Paths of this machine must not get into it, because two folders must give the same bytes.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use testkit::real_server;

use super::architecture::Architecture;
use super::emulated;
use crate::command::step;
use crate::tools;

/// Separates flags in `CARGO_ENCODED_RUSTFLAGS`, so that paths may contain spaces.
const BETWEEN_FLAGS: &str = "\x1f";

/// Builds the program for 64-bit x86, and returns its path.
pub(crate) fn build() -> Result<PathBuf> {
    build_for(Architecture::Amd64)
}

/// Where cargo builds it, apart from builds with other flags.
pub(super) fn build_folder() -> Result<PathBuf> {
    tools::folder("static")
}

/// Where cargo puts the program.
pub(super) fn built_in(architecture: Architecture) -> Result<PathBuf> {
    Ok(build_folder()?.join(architecture.target()).join("release"))
}

/// The program that was built, on this machine's processor or in an emulator.
pub(super) fn run(architecture: Architecture) -> Result<Command> {
    let program = path(architecture)?;
    let Some((emulator, options)) = architecture.emulator().split_first() else {
        return Ok(Command::new(program));
    };
    let mut command = Command::new(emulator);
    command.args(options).arg(program);
    Ok(command)
}

/// Where the program is once it was built.
pub(super) fn path(architecture: Architecture) -> Result<PathBuf> {
    let package = tools::folder("package")?;
    Ok(package.join(architecture.debian()).join("flashgate"))
}

/// Builds the program and copies it to `target/package/ARCHITECTURE/flashgate`. Tries it in an emulator if this machine
/// has another processor.
pub(crate) fn build_for(architecture: Architecture) -> Result<PathBuf> {
    let repository = repository()?;
    let target = architecture.target();
    for (program, packages) in architecture.needs() {
        ensure!(
            real_server::find(program).is_some(),
            "a program for {target} needs {program}: apt-get install {packages}"
        );
    }
    step(
        architecture
            .cargo()
            .args(["auditable", "build", "--release", "--locked"])
            .args(architecture.build_options())
            .args(["--package", "flashgate", "--bin", "flashgate"])
            .args(["--target", target, "--target-dir"])
            .arg(build_folder()?)
            .current_dir(&repository)
            .env("PATH", path_with(&tools::cargo_auditable()?)?)
            .env("SOURCE_DATE_EPOCH", commit_time()?.to_string())
            .env_remove("RUSTFLAGS")
            .env("CARGO_ENCODED_RUSTFLAGS", flags(architecture, &repository)?)
            .env(
                "CFLAGS",
                prefixes("-ffile-prefix-map", &repository)?.join(" "),
            ),
    )?;
    let from = built_in(architecture)?.join("flashgate");
    let program = path(architecture)?;
    let folder = program.parent().context("the program is in no folder")?;
    fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))?;
    fs::copy(&from, &program).with_context(|| format!("can't copy {}", from.display()))?;
    if !architecture.is_native() {
        emulated::try_out(architecture, &program)?;
    }
    Ok(program)
}

/// The time of the commit, in seconds since 1970. It replaces the current time in everything that is built.
pub(crate) fn commit_time() -> Result<u64> {
    if let Ok(given) = env::var("SOURCE_DATE_EPOCH") {
        return given
            .parse()
            .context("SOURCE_DATE_EPOCH is not a number of seconds");
    }
    let git = Command::new("git")
        .args(["log", "-1", "--format=%ct"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .context("can't run git")?;
    ensure!(
        git.status.success(),
        "git doesn't know when this was committed; set SOURCE_DATE_EPOCH"
    );
    let printed = String::from_utf8_lossy(&git.stdout);
    printed.trim().parse().context("git printed no time")
}

/// The commit.
pub(super) fn commit() -> Result<String> {
    let git = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .context("can't run git")?;
    ensure!(git.status.success(), "git doesn't know the commit");
    Ok(String::from_utf8_lossy(&git.stdout).trim().to_owned())
}

/// The compiler's flags: a static program without symbols and without paths of this machine.
fn flags(architecture: Architecture, repository: &Path) -> Result<String> {
    let mut flags = vec![
        "-Ctarget-feature=+crt-static".to_owned(),
        "-Cstrip=symbols".to_owned(),
    ];
    flags.extend(
        architecture
            .link_flags()
            .iter()
            .map(|flag| (*flag).to_owned()),
    );
    flags.extend(prefixes("--remap-path-prefix", repository)?);
    Ok(flags.join(BETWEEN_FLAGS))
}

/// A compiler's options that replace the folders of this machine by names that are the same everywhere.
fn prefixes(option: &str, repository: &Path) -> Result<Vec<String>> {
    let cargo = cargo_home()?;
    Ok([(repository, "/flashgate"), (&cargo, "/cargo")]
        .map(|(folder, name)| format!("{option}={}={name}", folder.display()))
        .into())
}

/// Where cargo keeps the sources of dependencies.
pub(super) fn cargo_home() -> Result<PathBuf> {
    let given = env::var_os("CARGO_HOME").map(PathBuf::from);
    let usual = || env::home_dir().map(|home| home.join(".cargo"));
    given
        .or_else(usual)
        .context("no CARGO_HOME and no home folder")
}

/// The root of the repository.
pub(super) fn repository() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(root.context("xtask is not in a repository")?.to_owned())
}

/// `PATH` with the folder of a program in front, where cargo looks for its subcommands.
fn path_with(program: &Path) -> Result<OsString> {
    let folder = program.parent().context("the program is in no folder")?;
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()]
        .into_iter()
        .chain(env::split_paths(&path));
    env::join_paths(folders).context("PATH contains a colon in a name")
}
