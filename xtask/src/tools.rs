//! Programs that CI needs and Debian does not have: from their registries into the build folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use testkit::{cargo, real_server};

use crate::command::step;

/// The book's builder, without the parts that serve and watch.
const MDBOOK: Tool = Tool {
    program: "mdbook",
    version: "0.4.52",
    ask: &["--version"],
};

/// The spelling checker; its Python package is the program itself.
const TYPOS: Tool = Tool {
    program: "typos",
    version: "1.52.0",
    ask: &["--version"],
};

/// Finds what makes a workflow unsafe; its Python package is the program itself.
const ZIZMOR: Tool = Tool {
    program: "zizmor",
    version: "1.32.0",
    ask: &["--version"],
};

/// Checks files against the schemas of those who read them, which are in its package.
const CHECK_JSONSCHEMA: Tool = Tool {
    program: "check-jsonschema",
    version: "0.39.0",
    ask: &[],
};

/// Builds every combination of features.
const CARGO_HACK: Tool = Tool {
    program: "cargo-hack",
    version: "0.6.46",
    ask: &["hack", "--version"],
};

/// Checks the licenses and sources of dependencies.
const CARGO_DENY: Tool = Tool {
    program: "cargo-deny",
    version: "0.20.2",
    ask: &["--version"],
};

/// Changes the code to find out whether a test notices.
const CARGO_MUTANTS: Tool = Tool {
    program: "cargo-mutants",
    version: "27.1.0",
    ask: &["mutants", "--version"],
};

/// Puts the list of dependencies into a program. It can't print its own version.
const CARGO_AUDITABLE: Tool = Tool {
    program: "cargo-auditable",
    version: "0.7.7",
    ask: &[],
};

/// Makes packages for Debian.
const CARGO_DEB: Tool = Tool {
    program: "cargo-deb",
    version: "3.8.0",
    ask: &["--version"],
};

/// Makes packages for Fedora.
const CARGO_GENERATE_RPM: Tool = Tool {
    program: "cargo-generate-rpm",
    version: "0.21.1",
    ask: &["--version"],
};

/// A bridge between WebSockets and TCP, to compare with.
const WEBSOCAT: Tool = Tool {
    program: "websocat",
    version: "1.14.1",
    ask: &["--version"],
};

/// Another one; its package needs others.
const WEBSOCKIFY: Tool = Tool {
    program: "websockify",
    version: "0.13.0",
    ask: &[],
};

/// A program, and the version that gives the same results everywhere.
struct Tool {
    program: &'static str,
    version: &'static str,
    /// Makes it print its name and version. If empty, the name of its folder says which version it is.
    ask: &'static [&'static str],
}

/// Returns mdBook, and installs it first if necessary.
pub(crate) fn mdbook() -> Result<PathBuf> {
    MDBOOK.installed(|tool, folder| {
        let mut command = tool.cargo_install(folder);
        command.args(["--no-default-features", "--features", "search"]);
        command
    })
}

/// Returns cargo-hack, and installs it first if necessary: a minute.
pub(crate) fn cargo_hack() -> Result<PathBuf> {
    CARGO_HACK.installed(Tool::cargo_install)
}

/// Returns cargo-deny, and installs it first if necessary: up to four minutes.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    CARGO_DENY.installed(Tool::cargo_install)
}

/// Returns cargo-mutants, and installs it first if necessary: up to three minutes.
pub(crate) fn cargo_mutants() -> Result<PathBuf> {
    CARGO_MUTANTS.installed(Tool::cargo_install)
}

/// Returns cargo-auditable, and installs it first if necessary: half a minute.
pub(crate) fn cargo_auditable() -> Result<PathBuf> {
    CARGO_AUDITABLE.installed(Tool::cargo_install_quickly)
}

/// Returns cargo-deb, and installs it first if necessary.
pub(crate) fn cargo_deb() -> Result<PathBuf> {
    CARGO_DEB.installed(Tool::cargo_install_quickly)
}

/// Returns cargo-generate-rpm, and installs it first if necessary.
pub(crate) fn cargo_generate_rpm() -> Result<PathBuf> {
    CARGO_GENERATE_RPM.installed(Tool::cargo_install_quickly)
}

/// Returns the spelling checker, and installs it first if necessary.
pub(crate) fn typos() -> Result<PathBuf> {
    TYPOS.installed(Tool::pip_install_alone)
}

/// Returns zizmor, and installs it first if necessary.
pub(crate) fn zizmor() -> Result<PathBuf> {
    ZIZMOR.installed(Tool::pip_install_alone)
}

/// Returns check-jsonschema, and installs it and the Python packages that it needs first if necessary.
pub(crate) fn check_jsonschema() -> Result<Python> {
    let program = CHECK_JSONSCHEMA.installed(Tool::pip_install)?;
    let packages = program.ancestors().nth(2);
    let packages = packages.context("check-jsonschema is in no folder")?;
    Ok(Python {
        packages: packages.to_owned(),
        program,
    })
}

/// Returns websocat, and installs it first if necessary: a few minutes.
pub(crate) fn websocat() -> Result<PathBuf> {
    WEBSOCAT.installed(Tool::cargo_install)
}

/// Returns websockify from Python's index, and installs it first if necessary.
pub(crate) fn websockify() -> Result<PathBuf> {
    WEBSOCKIFY.installed(Tool::pip_install)
}

/// A Python program that was installed together with what it needs.
pub(crate) struct Python {
    program: PathBuf,
    packages: PathBuf,
}

impl Python {
    /// Runs it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("PYTHONPATH", &self.packages);
        command
    }
}

impl Tool {
    fn installed(&self, install: impl FnOnce(&Self, &PathBuf) -> Command) -> Result<PathBuf> {
        if let Some(there) = real_server::find(self.program).filter(|path| self.is(path)) {
            return Ok(there);
        }
        let folder = folder("tools")?.join(self.folder());
        let program = folder.join("bin").join(self.program);
        if !self.is(&program) {
            step(&mut install(self, &folder))?;
        }
        let (name, version) = (self.program, self.version);
        ensure!(self.is(&program), "{name} {version} was not installed");
        Ok(program)
    }

    /// The command that installs it from crates.io.
    fn cargo_install(&self, folder: &PathBuf) -> Command {
        let mut command = cargo::command();
        command
            .args(["install", self.program, "--version", self.version])
            .args(["--locked", "--root"])
            .arg(folder);
        command
    }

    /// The same without optimization, for a program that runs for a second.
    fn cargo_install_quickly(&self, folder: &PathBuf) -> Command {
        let mut command = self.cargo_install(folder);
        command.arg("--debug");
        command
    }

    /// The command that installs it as a Python package.
    fn pip_install(&self, folder: &PathBuf) -> Command {
        let mut command = Command::new("pip3");
        command
            .args(["install", "--quiet", "--upgrade", "--target"])
            .arg(folder)
            .arg(format!("{}=={}", self.program, self.version));
        command
    }

    /// The same without the Python packages that it asks for.
    fn pip_install_alone(&self, folder: &PathBuf) -> Command {
        let mut command = self.pip_install(folder);
        command.arg("--no-deps");
        command
    }

    /// The name of the folder that it is installed in.
    fn folder(&self) -> String {
        match self.ask {
            [] => format!("{}-{}", self.program, self.version),
            _ => self.program.to_owned(),
        }
    }

    /// Whether this is the program in the right version.
    fn is(&self, path: &Path) -> bool {
        if self.ask.is_empty() {
            return path.is_file()
                && path
                    .ancestors()
                    .nth(2)
                    .is_some_and(|folder| folder.ends_with(self.folder()));
        }
        let output = Command::new(path).args(self.ask).output();
        output.is_ok_and(|output| {
            let said = String::from_utf8_lossy(&output.stdout);
            let version = said.split_whitespace().nth(1).unwrap_or_default();
            version.trim_start_matches('v') == self.version
        })
    }
}

/// A program that one of these functions has installed.
pub(crate) fn installed(program: &str) -> Option<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(folder("tools").ok()?)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let rest = name.strip_prefix(program);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
        .collect();
    folders.sort();
    let mut programs = folders.iter().map(|path| path.join("bin").join(program));
    programs.rfind(|path| path.is_file())
}

/// A folder in the build folder, where the crate `browser` looks too.
pub(crate) fn folder(name: &str) -> Result<PathBuf> {
    let task = std::env::current_exe().context("can't find the path of this program")?;
    let target = task.ancestors().nth(2);
    let target = target.with_context(|| format!("no build folder above {}", task.display()))?;
    Ok(target.join(name))
}
