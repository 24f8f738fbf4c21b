//! Mutation testing: `cargo-mutants` changes one thing at a time, and a test must notice.
//!
//! Only the tests that are about the changed code run, because each change is built and tested on its own. A mutant that
//! never ends counts as caught. Large groups are sampled.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context as _, Result, ensure};
use testkit::cargo;

use crate::{tools, workspace};

/// Code that is mutated together.
#[derive(Debug)]
struct Mutated {
    name: &'static str,
    package: &'static str,
    /// Globs, from the root of the repository.
    files: &'static [&'static str],
    /// Arguments of cargo that choose features, and those of `cargo test` that choose tests.
    features: &'static [&'static str],
    tests: &'static [&'static str],
    /// Of how many mutants one is tried.
    one_in: usize,
    /// How many must be caught, in percent.
    goal: usize,
}

/// Changes to the code that recognizes a request.
pub(super) fn of_recognizer() -> Result<String> {
    survivors(&Mutated {
        name: "recognizer",
        package: "flash-policy",
        files: &["crates/flash-policy/src/recognize.rs"],
        features: &["--no-default-features"],
        // All ways to cut the request take longer than all other tests.
        tests: &["--test", "recognize", "--", "--skip", "every_way"],
        one_in: 1,
        goal: 100,
    })
}

/// Changes to the code that decides, and to the Origin check.
pub(super) fn of_decision() -> Result<String> {
    survivors(&Mutated {
        name: "decision",
        package: "flash-policy",
        files: &[
            "crates/flash-policy/src/decide.rs",
            "crates/flash-policy/src/decide/**",
            "crates/flash-policy/src/origin.rs",
            "crates/flash-policy/src/origin/**",
        ],
        features: &["--no-default-features", "--features", "player,silverlight"],
        tests: &[
            "--test",
            "deciding",
            "--test",
            "grants",
            "--test",
            "error_texts",
            "--test",
            "pages",
            "--test",
            "values",
            "--test",
            "player",
            "--test",
            "url",
        ],
        one_in: 1,
        goal: 100,
    })
}

/// Changes to the code that reads a PROXY header.
pub(super) fn of_proxy_header() -> Result<String> {
    survivors(&Mutated {
        name: "proxy-header",
        package: "flashgate-wire",
        files: &[
            "crates/flashgate-wire/src/proxy_header.rs",
            "crates/flashgate-wire/src/proxy_header/**",
        ],
        features: &[],
        tests: &["--lib", "proxy_header"],
        one_in: 1,
        goal: 100,
    })
}

/// Changes to the acceptor on tokio.
pub(super) fn of_acceptor() -> Result<String> {
    survivors(&Mutated {
        name: "acceptor",
        package: "tokio-flash-policy",
        files: &["crates/tokio-flash-policy/src/**"],
        features: &["--all-features"],
        tests: &["--tests"],
        one_in: 1,
        goal: 80,
    })
}

/// Changes to the whole library.
pub(super) fn of_library() -> Result<String> {
    survivors(&Mutated {
        name: "library",
        package: "flash-policy",
        files: &["crates/flash-policy/src/**"],
        features: &["--all-features"],
        tests: &["--tests", "--", "--skip", "every_way"],
        one_in: 40,
        goal: 95,
    })
}

/// Mutates some code. Fails if more mutants survive than may.
fn survivors(mutated: &Mutated) -> Result<String> {
    let results = run(mutated)?;
    let [caught, endless, missed] =
        ["caught", "timeout", "missed"].map(|name| lines(&results, name));
    let (caught, missed) = (caught?.len() + endless?.len(), missed?);
    let all = caught + missed.len();
    ensure!(all > 0, "no mutants of {}", mutated.name);
    let text = format!("{caught} of {all} changes noticed");
    ensure!(
        caught * 100 >= all * mutated.goal,
        "{text}; not noticed:\n{}",
        missed.join("\n")
    );
    Ok(text)
}

/// Mutates some code and runs its tests. Returns the folder of the results.
fn run(mutated: &Mutated) -> Result<PathBuf> {
    let folder = tools::folder("mutants")?;
    fs::create_dir_all(&folder).context("can't create the folder of the results")?;
    let output = folder.join(mutated.name);
    let mut command = Command::new(tools::cargo_mutants()?);
    command.args(["mutants", "--package", mutated.package]);
    for file in mutated.files {
        command.args(["--file", file]);
    }
    cargo::forget_package(&mut command);
    let status = command
        .args(mutated.features)
        .args(["--sharding", "round-robin"])
        .args(["--shard", &format!("0/{}", mutated.one_in)])
        .arg("--output")
        .arg(&output)
        .arg("--")
        .args(mutated.tests)
        .current_dir(workspace::root())
        // What does not change is built once, for all of them.
        .env("CARGO_TARGET_DIR", folder.join("build"))
        // Properties are tried more often when the tests run for themselves.
        .env("PROPTEST_CASES", "32")
        // Standard output has one line per figure and nothing else.
        .stdout(io::stderr())
        .status()
        .context("can't run cargo-mutants")?;
    // 2: some were missed. 3: some never ended.
    let is_done = matches!(status.code(), Some(0 | 2 | 3));
    ensure!(is_done, "cargo-mutants failed: {status}");
    Ok(output.join("mutants.out"))
}

/// The mutants of one kind.
fn lines(results: &Path, name: &str) -> Result<Vec<String>> {
    let text = fs::read_to_string(results.join(name).with_extension("txt"));
    let text = text.with_context(|| format!("cargo-mutants wrote no {name}.txt"))?;
    Ok(text.lines().map(str::to_owned).collect())
}
