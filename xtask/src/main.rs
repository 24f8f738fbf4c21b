//! The project's own tasks, as `cargo xtask TASK`.
//!
//! CI calls these tasks and contains no logic of its own.

#![expect(
    clippy::print_stdout,
    reason = "a command-line tool prints to the terminal"
)]

mod bench;
mod book;
mod ci;
mod command;
mod doc_coverage;
mod forge;
mod fuzz;
mod generate;
mod kubernetes;
mod libraries;
mod needs;
mod package;
mod page;
mod plot;
mod prove;
mod ruffle;
mod rustdoc;
mod test;
mod tidy;
mod tools;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Tasks of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run every test, after fetching Ruffle and, as root, installing the Debian packages that the tests need
    Test,
    /// Check everything that must hold on main: format, lints, docs, generated files, the book, packages, fuzzing, tests
    Ci,
    /// Write generated files: the manual pages, the book's reference, the config's schema, the libraries' API, tables and
    /// plots in other pages
    Generate,
    /// Build the book into target/book, and check the links and the spelling of all Markdown
    Book,
    /// Check the layout, the style, and the words in comments, strings and documentation
    Tidy(tidy::Tidy),
    /// Count documented items of the two libraries, and functions with an example
    DocCoverage(doc_coverage::DocCoverage),
    /// Check what users of the packages get: contents, tests, features, targets without an operating system, dependencies
    Libraries(libraries::Libraries),
    /// Check the files that GitHub reads: workflows, issue forms, dependabot's settings, the citation
    Forge,
    /// Make what a release consists of, in target/package
    Package(package::Package),
    /// Build and validate the Kubernetes manifests
    Kubernetes,
    /// Run the fuzz targets
    Fuzz(fuzz::Fuzz),
    /// Measure the project's figures at full length: those named, or all; without names, list them
    Prove(prove::Prove),
    /// Measure the server, and compare it with floors and with other servers
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Test => test::run(None),
        Task::Ci => ci::run(),
        Task::Generate => generate::run(generate::Mode::Write),
        Task::Book => book::run(),
        Task::Tidy(tidy) => tidy.run(),
        Task::DocCoverage(coverage) => coverage.run(),
        Task::Libraries(libraries) => libraries.run(),
        Task::Forge => forge::check(),
        Task::Package(package) => package.run(),
        Task::Kubernetes => kubernetes::run(),
        Task::Fuzz(fuzz) => fuzz.run(),
        Task::Prove(prove) => prove.run(),
        Task::Bench(bench) => bench.run(),
    }
}
