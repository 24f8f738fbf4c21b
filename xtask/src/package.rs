//! `package`: what a release consists of, in `target/package`.
//!
//! A build depends on nothing but the commit: two folders give the same bytes.

pub(crate) mod architecture;
mod archive;
mod bill;
pub(crate) mod binary;
pub(crate) mod check;
mod deb;
mod emulated;
mod generated;
mod hardened;
pub(crate) mod image;
mod linked;
mod notices;
mod rpm;
mod sums;
pub(crate) mod twice;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};

use architecture::Architecture;

/// The version of everything in the workspace.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Options of `cargo xtask package`.
#[derive(Debug, Args)]
pub(crate) struct Package {
    #[command(subcommand)]
    product: Option<Product>,
    /// The processors that the packages are for
    #[arg(long, value_enum, default_value = "amd64")]
    arch: Vec<Architecture>,
    /// Make the packages of the last commit in two folders, and compare their checksums
    #[arg(long)]
    twice: bool,
    /// Fail unless this is the tag of the version
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
}

/// One thing that a release contains.
#[derive(Clone, Debug, Subcommand)]
enum Product {
    /// Build only the static program
    Binary,
    /// Build the program and the packages, then install, start, check, upgrade and remove each in a small Debian
    Check,
    /// Build the container image
    Image(image::Image),
}

impl Package {
    /// Makes what was asked for, and prints where it is.
    pub(crate) fn run(&self) -> Result<()> {
        if let Some(tag) = &self.tag {
            ensure!(
                *tag == format!("v{VERSION}"),
                "{tag} is not the tag of {VERSION}"
            );
        }
        if self.twice {
            let sums = twice::compare(&self.arch)?;
            println!("the same in both folders:\n{sums}");
            return Ok(());
        }
        let made = match &self.product {
            Some(Product::Binary) => build(&self.arch)?,
            Some(Product::Check) => {
                binary::build()?;
                return check::run();
            }
            Some(Product::Image(image)) => return image.run(&self.arch),
            None => all(&self.arch)?,
        };
        for path in made {
            println!("{}", path.display());
        }
        Ok(())
    }
}

/// Builds the program for each processor.
fn build(architectures: &[Architecture]) -> Result<Vec<PathBuf>> {
    let programs = architectures.iter().copied();
    programs.map(binary::build_for).collect()
}

/// Builds the programs, and makes every package, the bills of materials and the checksums.
fn all(architectures: &[Architecture]) -> Result<Vec<PathBuf>> {
    build(architectures)?;
    let mut made = Vec::new();
    for architecture in architectures {
        made.extend(packages(*architecture, VERSION)?);
        made.push(bill::write(*architecture)?);
    }
    made.push(sums::write(&made)?);
    Ok(made)
}

/// Makes the packages of a program that was built.
fn packages(architecture: Architecture, version: &str) -> Result<Vec<PathBuf>> {
    generated::write(architecture)?;
    Ok(vec![
        deb::make(architecture, version)?,
        rpm::make(architecture, version)?,
        archive::make(architecture, version)?,
    ])
}
