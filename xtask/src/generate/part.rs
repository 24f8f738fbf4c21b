//! Replaces the generated part of a file, between marks.

use std::path::Path;

use anyhow::{Context as _, Result};

/// The text of a file with `part` between `<!-- MARK -->` and `<!-- /MARK -->`.
pub(super) fn replaced(root: &Path, file: &str, mark: &str, part: &str) -> Result<Vec<u8>> {
    let committed = super::read(root, file)?;
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->\n"));
    let parts = committed.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts
        .with_context(|| format!("{file} has no marks `<!-- {mark} -->` for its generated part"))?;
    Ok([before, &begin, "\n", part, "\n", &end, after]
        .concat()
        .into())
}
