//! `libraries`: whether strangers can use what a registry gives them.
//!
//! Nothing here knows what the code does: it builds packages, features and targets, and reads their metadata.

mod bare;
pub(crate) mod dependencies;
mod features;
mod packages;

use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::needs;

/// Options of `cargo xtask libraries`.
#[derive(Debug, Default, Args)]
pub(crate) struct Libraries {
    /// What to check; all of it if nothing is named
    aspects: Vec<Aspect>,
}

/// One of the checks.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Aspect {
    /// Licenses and sources of all dependencies, and the Rust that they need
    Dependencies,
    /// The build for targets without an operating system
    Bare,
    /// Every combination of features, without warnings
    Features,
    /// Packages: contents, metadata, build, and the libraries' tests
    Packages,
}

impl Libraries {
    /// Runs the checks, the fastest first.
    pub(crate) fn run(&self) -> Result<()> {
        needs::install()?;
        let all = Aspect::value_variants();
        let aspects = if self.aspects.is_empty() {
            all
        } else {
            &self.aspects
        };
        for aspect in aspects {
            let start = Instant::now();
            aspect.check()?;
            println!("{aspect:?}: {} s", start.elapsed().as_secs());
        }
        Ok(())
    }
}

impl Aspect {
    fn check(self) -> Result<()> {
        match self {
            Self::Dependencies => dependencies::check(),
            Self::Bare => bare::check(),
            Self::Features => features::check(),
            Self::Packages => packages::check(),
        }
    }
}
