//! The public API of the two libraries, one item a line, so that a change to it shows in a commit.

use std::path::Path;

use anyhow::{Context as _, Result};
use public_api::Builder;

use super::Files;
use crate::rustdoc;
use crate::test::LIBRARIES;

/// The file in the folder of each library.
const LISTING: &str = "public-api.txt";

/// Lists the items of both libraries, with all features.
pub(super) fn add(files: &mut Files) -> Result<()> {
    for library in LIBRARIES {
        let file = Path::new("crates").join(library).join(LISTING);
        files.insert(file, listing(library)?.into());
    }
    Ok(())
}

fn listing(library: &str) -> Result<String> {
    let api = Builder::from_rustdoc_json(rustdoc::json(library)?)
        // Every type has these. `cargo semver-checks` notices a lost `Send`.
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .with_context(|| {
            "can't list the public API; each version of the crate `public-api` reads the JSON of few compilers"
        })?;
    Ok(api.to_string())
}
