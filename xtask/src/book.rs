//! The book, and all other Markdown: it builds, every link has a target, and the spelling is right.

mod links;
mod markdown;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::command::step;
use crate::tools;
use links::Library;

/// The sources of the book, from the root of the repository.
const SOURCES: &str = "docs/book/src";

/// A longer page answers more than one question. Reference pages may be longer.
const MOST_LINES: usize = 300;

/// Builds the book and checks it.
pub(crate) fn run() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    step(
        Command::new(tools::mdbook()?)
            .args(["build", "--dest-dir"])
            .arg(tools::folder("book")?)
            .arg(root.join("docs/book")),
    )?;
    links(&root)?;
    lengths(&root)?;
    step(Command::new(tools::typos()?).current_dir(&root).arg("."))
}

/// Checks every link in every page.
fn links(root: &Path) -> Result<()> {
    let pages = pages(root)?;
    let mut library = Library::new(root, SOURCES)?;
    let mut dead = library.unlisted(&pages);
    for page in &pages {
        dead.extend(library.dead_links(page)?);
    }
    for line in &dead {
        println!("{line}");
    }
    ensure!(dead.is_empty(), "{} links are dead", dead.len());
    println!("{} pages of Markdown: no dead links", pages.len());
    Ok(())
}

/// Fails if a page of the book is too long.
fn lengths(root: &Path) -> Result<()> {
    for page in pages(root)? {
        let is_prose = page.starts_with(SOURCES) && !page.starts_with("docs/book/src/reference");
        let lines = fs::read_to_string(root.join(&page))?.lines().count();
        if is_prose && lines > MOST_LINES {
            let page = page.display();
            bail!("{page} has {lines} lines; a page has at most {MOST_LINES}");
        }
    }
    Ok(())
}

/// Every Markdown file of the project that git does not ignore, from the root of the repository.
fn pages(root: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .args(["--", "*.md"])
        .output()
        .context("can't run git")?;
    ensure!(output.status.success(), "git failed: {}", output.status);
    let names = String::from_utf8(output.stdout)?;
    let pages = names.lines().map(PathBuf::from);
    // A file that was removed is still in the index.
    Ok(pages.filter(|page| root.join(page).exists()).collect())
}
