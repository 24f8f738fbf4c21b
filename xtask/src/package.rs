//! `package`: what a release consists of, in `target/package`.
//!
//! A build depends on nothing but the commit: two folders give the same bytes.

mod architecture;
pub(crate) mod binary;
pub(crate) mod image;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Options of `cargo xtask package`.
#[derive(Debug, Args)]
pub(crate) struct Package {
    #[command(subcommand)]
    product: Product,
}

/// One thing that a release contains.
#[derive(Clone, Debug, Subcommand)]
enum Product {
    /// Build only the static program
    Binary,
    /// Build the container image
    Image(image::Image),
}

impl Package {
    /// Makes what was asked for.
    pub(crate) fn run(&self) -> Result<()> {
        match &self.product {
            Product::Binary => {
                let program = binary::build()?;
                println!("{}", program.display());
                Ok(())
            }
            Product::Image(image) => image.run(),
        }
    }
}
