//! `fuzz`: fuzzing for all code that reads input from the network or from operators.
//!
//! The targets are built with the stable compiler's own coverage, so neither a nightly compiler nor `cargo-fuzz` is
//! needed; both work with the same folder too. Inputs found by a run go to the build folder. The seed inputs are in
//! `fuzz/corpus`.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::available_parallelism;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use testkit::cargo;

use crate::command::step;
use crate::needs;

/// Which targets, and for how long.
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// Names of targets, as in `fuzz/fuzz_targets`; without names, all of them
    targets: Vec<String>,
    /// Inputs to try per target
    #[arg(long, conflicts_with = "seconds")]
    runs: Option<u64>,
    /// Seconds per target
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

/// When to stop a target.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// After this number of inputs.
    Runs(u64),
    /// After this number of seconds.
    Seconds(u64),
}

/// The result of one target.
#[derive(Debug)]
pub(crate) struct Fuzzed {
    pub(crate) target: String,
    /// How many inputs were tried.
    pub(crate) inputs: u64,
}

impl fmt::Display for Fuzzed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, inputs } = self;
        write!(f, "{target:<12} {inputs:>9} inputs, no finding")
    }
}

impl Fuzz {
    /// Fails at the first finding, and names its input.
    pub(crate) fn run(&self) -> Result<()> {
        let limit = self.runs.map_or(Limit::Seconds(self.seconds), Limit::Runs);
        let targets = wanted(&self.targets)?;
        for fuzzed in run(targets.into_iter().map(|target| (target, limit)))? {
            println!("{fuzzed}");
        }
        Ok(())
    }
}

/// Every target, by the names of their files.
pub(crate) fn targets() -> Result<Vec<String>> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).context("can't read fuzz/fuzz_targets")?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        names.extend(
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// Builds the targets and runs them, as many at a time as there are processors.
pub(crate) fn run(wanted: impl IntoIterator<Item = (String, Limit)>) -> Result<Vec<Fuzzed>> {
    needs::install()?;
    let programs = build()?;
    let wanted: Vec<_> = wanted.into_iter().collect();
    let mut done = Vec::new();
    for some in wanted.chunks(available_parallelism()?.get()) {
        let started: Result<Vec<_>> = some
            .iter()
            .map(|(target, limit)| Run::start(target, *limit, &programs))
            .collect();
        for run in started? {
            done.push(run.wait()?);
        }
    }
    Ok(done)
}

fn wanted(names: &[String]) -> Result<Vec<String>> {
    let all = targets()?;
    if names.is_empty() {
        return Ok(all);
    }
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        bail!("expected one of {}, found {unknown}", all.join(", "));
    }
    Ok(names.to_vec())
}

/// Builds all targets and returns the folder of the programs.
fn build() -> Result<PathBuf> {
    let host = host()?;
    let target = folder();
    let mut command = cargo::command();
    command
        .args([
            "build",
            "--quiet",
            "--release",
            "--target",
            &host,
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(root().join("fuzz"))
        .env("RUSTFLAGS", COVERAGE.join(" "));
    step(&mut command)?;
    Ok(target.join(host).join("release"))
}

/// What libFuzzer uses: which code was reached, and which values were compared there.
const COVERAGE: [&str; 7] = [
    "--cfg=fuzzing",
    "-Ccodegen-units=1",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The target triple of this machine. With an explicit target, the flags apply to the fuzz targets only and not to
/// build scripts.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output();
    let output = output.context("can't run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("expected rustc to name its host")?.to_owned())
}

/// A running target.
struct Run {
    target: String,
    child: Child,
    log: PathBuf,
    artifacts: PathBuf,
}

impl Run {
    fn start(target: &str, limit: Limit, programs: &Path) -> Result<Self> {
        let folder = folder();
        let (found, artifacts) = (
            folder.join("corpus").join(target),
            folder.join("artifacts").join(target),
        );
        let seeds = root().join("fuzz/corpus").join(target);
        for folder in [&found, &artifacts] {
            fs::create_dir_all(folder)
                .with_context(|| format!("can't create {}", folder.display()))?;
        }
        ensure!(
            seeds.is_dir(),
            "{target} has no seed inputs: {} is missing",
            seeds.display()
        );
        let log = folder.join(format!("{target}.log"));
        let file = File::create(&log).with_context(|| format!("can't write {}", log.display()))?;
        let child = Command::new(programs.join(target))
            .args(LIMITS)
            .arg(match limit {
                Limit::Runs(count) => format!("-runs={count}"),
                Limit::Seconds(count) => format!("-max_total_time={count}"),
            })
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args([&found, &seeds])
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("can't start {target}"))?;
        Ok(Self {
            target: target.to_owned(),
            child,
            log,
            artifacts,
        })
    }

    fn wait(mut self) -> Result<Fuzzed> {
        let status = self.child.wait()?;
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        if !status.success() {
            let tail: Vec<_> = text.lines().rev().take(40).collect();
            let tail: Vec<_> = tail.into_iter().rev().collect();
            bail!(
                "{}\n{} failed; the input is in {}",
                tail.join("\n"),
                self.target,
                self.artifacts.display()
            );
        }
        let inputs = text
            .lines()
            .find_map(|line| line.strip_prefix(COUNT)?.trim().parse().ok());
        Ok(Fuzzed {
            inputs: inputs
                .with_context(|| format!("{} printed no number of inputs", self.target))?,
            target: self.target,
        })
    }
}

/// Limits for one input: size, and time on a busy machine. The memory limit is for the whole run.
const LIMITS: [&str; 4] = [
    "-max_len=4096",
    "-timeout=10",
    "-rss_limit_mb=512",
    "-print_final_stats=1",
];

/// The text before the number of inputs in libFuzzer's output.
const COUNT: &str = "stat::number_of_executed_units:";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of everything that is built and found.
fn folder() -> PathBuf {
    root().join("target/fuzz")
}
