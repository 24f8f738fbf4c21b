//! `package image`: the container image, as an archive for `docker load` and `podman load`.
//!
//! In Docker's format, because OCI's has no HEALTHCHECK. The same program gives the same image.

mod archive;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use testkit::{cargo, container, real_server};

use super::architecture::Architecture;
use super::binary;
use crate::command::step;
use crate::{needs, tools};

/// The name in a registry.
const NAME: &str = "ghcr.io/flashgate/flashgate";

/// Everything that `docker load` reads, not compressed.
const LIMIT: u64 = 8_000_000;

/// Debian's list of the certificates that browsers trust.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Options of `cargo xtask package image`.
#[derive(Clone, Debug, Args)]
pub(super) struct Image {
    /// Put this static program into the image instead of building one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Then run the tests that start containers of the image
    #[arg(long)]
    check: bool,
}

impl Image {
    /// Builds the image for each processor. If asked for, tests the one for this machine's.
    pub(super) fn run(&self, architectures: &[Architecture]) -> Result<()> {
        if self.check {
            needs::install()?;
        }
        for architecture in architectures.iter().copied() {
            let archive = match &self.program {
                Some(program) => build(architecture, program)?,
                None => build(architecture, &binary::build_for(architecture)?)?,
            };
            if self.check && architecture.is_native() {
                test(&archive)?;
            }
        }
        Ok(())
    }
}

/// Runs the tests that start containers.
fn test(archive: &Path) -> Result<()> {
    let tests = ["test", "--profile", "checks", "--package", "testkit"];
    let containers = ["--test", "containers"];
    step(
        cargo::command()
            .args(tests)
            .args(containers)
            .env(container::VARIABLE, archive),
    )
}

/// Builds the image for the tests that start containers, if this machine can run any.
pub(crate) fn for_tests() -> Result<Option<PathBuf>> {
    let missing = container::missing_programs().or_else(|| real_server::missing("buildah"));
    if let Some(missing) = missing {
        println!("tests with containers will be skipped: {missing}");
        return Ok(None);
    }
    let architecture = Architecture::Amd64;
    build(architecture, &binary::build_for(architecture)?).map(Some)
}

/// Puts a static program into `target/package/flashgate-VERSION-image-ARCHITECTURE.tar`.
fn build(architecture: Architecture, program: &Path) -> Result<PathBuf> {
    let packages = tools::folder("package")?;
    let work = packages.join(architecture.debian()).join("image");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("can't delete {}", work.display()))?;
    }
    let context = work.join("context");
    fs::create_dir_all(&context)?;
    for (from, name) in [
        (program, "flashgate"),
        (Path::new(CERTIFICATES), "ca-certificates.crt"),
    ] {
        fs::copy(from, context.join(name))
            .with_context(|| format!("can't copy {}", from.display()))?;
    }
    let built = run_buildah(architecture, &work)?;
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("flashgate-{version}-image-{}.tar", architecture.debian());
    let archive = packages.join(name);
    let tags = [version, "latest"].map(|tag| format!("{NAME}:{tag}"));
    let id = archive::without_traces(&built, &archive, &tags)?;
    let size = fs::metadata(&archive)?.len();
    println!("{}: {size} bytes, image {id}", archive.display());
    ensure!(
        size <= LIMIT,
        "the image has {size} bytes, and may have {LIMIT}"
    );
    fs::remove_dir_all(&work)?;
    Ok(archive)
}

/// Builds in a storage of its own, so that nothing stays on the machine.
fn run_buildah(architecture: Architecture, work: &Path) -> Result<PathBuf> {
    let buildah = || {
        let mut command = Command::new("buildah");
        command.arg("--root").arg(work.join("storage"));
        command.arg("--runroot").arg(work.join("run"));
        command.args(["--storage-driver", "vfs"]);
        command
    };
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/container/Containerfile");
    let mut build = buildah();
    build
        .args(["build", "--quiet", "--isolation", "chroot"])
        .args(["--format", "docker", "--layers=false"])
        .args(["--arch", architecture.debian(), "--identity-label=false"])
        .args(["--timestamp", &binary::commit_time()?.to_string()])
        .args(["--tag", NAME, "--file"])
        .arg(recipe);
    for (key, value) in labels()? {
        build.arg("--label");
        build.arg(format!("org.opencontainers.image.{key}={value}"));
    }
    step(build.arg(work.join("context")))?;
    let archive = work.join("built.tar");
    let mut push = buildah();
    push.args(["push", "--quiet", NAME]);
    step(push.arg(format!("docker-archive:{}", archive.display())))?;
    Ok(archive)
}

/// What a registry shows about the image (the OCI image spec, annotations).
fn labels() -> Result<[(&'static str, String); 6]> {
    let source = env!("CARGO_PKG_REPOSITORY").to_owned();
    Ok([
        ("title", "flashgate".to_owned()),
        (
            "description",
            "A Flash socket-policy server and gateway".to_owned(),
        ),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("revision", binary::commit()?),
        ("source", source),
        ("licenses", env!("CARGO_PKG_LICENSE").to_owned()),
    ])
}
