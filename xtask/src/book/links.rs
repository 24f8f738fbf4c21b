//! Checks that links lead to a file of the project and to a heading in it. Links to other sites are not checked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};

use super::markdown::{Markdown, PageLink};

/// The pages that were read so far.
pub(super) struct Library {
    root: PathBuf,
    /// The folder of the book, from the root of the repository.
    book: &'static str,
    /// The pages that the book's contents list; no others are built.
    listed: Vec<PathBuf>,
    read: BTreeMap<PathBuf, Markdown>,
}

impl Library {
    pub(super) fn new(root: &Path, book: &'static str) -> Result<Self> {
        let mut library = Self {
            root: root.to_owned(),
            book,
            listed: Vec::new(),
            read: BTreeMap::new(),
        };
        let contents = Path::new(book).join("SUMMARY.md");
        let links = library.page(&contents)?.links.clone();
        let listed = links.iter().map(|link| resolved(&contents, &link.target));
        library.listed = listed.collect();
        Ok(library)
    }

    /// Pages in the book's folder that are not in its contents.
    pub(super) fn unlisted(&self, pages: &[PathBuf]) -> Vec<String> {
        let contents = Path::new(self.book).join("SUMMARY.md");
        let unlisted = pages.iter().filter(|page| {
            page.starts_with(self.book) && **page != contents && !self.listed.contains(page)
        });
        let line = |page: &PathBuf| format!("{}: not in {}", page.display(), contents.display());
        unlisted.map(line).collect()
    }

    /// The dead links of a page, with their places.
    pub(super) fn dead_links(&mut self, page: &Path) -> Result<Vec<String>> {
        let links = self.page(page)?.links.clone();
        let mut dead = Vec::new();
        for PageLink { line, target } in links {
            if let Some(fault) = self.fault(page, &target)? {
                dead.push(format!("{}:{line}: {target}: {fault}", page.display()));
            }
        }
        Ok(dead)
    }

    /// What is wrong with a link.
    fn fault(&mut self, page: &Path, target: &str) -> Result<Option<&'static str>> {
        let (place, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = if let Some(path) = in_repository(place) {
            PathBuf::from(path)
        } else if place.contains("://") || place.starts_with("mailto:") {
            return Ok(None);
        } else if place.is_empty() {
            page.to_owned()
        } else {
            let path = resolved(page, place);
            if page.starts_with(self.book) && !self.is_in_book(&path) {
                return Ok(Some(
                    "the book does not contain it; link to the repository's page",
                ));
            }
            path
        };
        if !self.root.join(&path).exists() {
            return Ok(Some("no such file"));
        }
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        if !is_page || anchor.is_empty() || self.page(&path)?.anchors.contains(anchor) {
            return Ok(None);
        }
        Ok(Some("no such heading"))
    }

    /// Whether this is part of the built book: a listed page, or a file that is not a page.
    fn is_in_book(&self, path: &Path) -> bool {
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        path.starts_with(self.book) && (!is_page || self.listed.iter().any(|it| it == path))
    }

    fn page(&mut self, path: &Path) -> Result<&Markdown> {
        match self.read.entry(path.to_owned()) {
            Entry::Occupied(page) => Ok(page.into_mut()),
            Entry::Vacant(place) => {
                let text = fs::read_to_string(self.root.join(path));
                let text = text.with_context(|| format!("can't read {}", path.display()))?;
                Ok(place.insert(Markdown::read(&text)))
            }
        }
    }
}

/// The path of a page of the repository, if the link is an absolute address.
fn in_repository(place: &str) -> Option<&str> {
    let rest = place.strip_prefix(env!("CARGO_PKG_REPOSITORY"))?;
    let kinds = ["/blob/main/", "/tree/main/"];
    kinds.iter().find_map(|kind| rest.strip_prefix(kind))
}

/// A path that a page names, from the root of the repository.
fn resolved(page: &Path, place: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(place).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::folder::Folder;

    #[test]
    fn what_is_dead() {
        let folder = Folder::new().unwrap();
        fs::create_dir_all(folder.path().join("book/in")).unwrap();
        for (path, text) in [
            ("README.md", "[a](book/a.md#one) [b](gone.md)"),
            ("book/SUMMARY.md", "- [A](a.md)\n- [C](in/c.md)\n"),
            (
                "book/a.md",
                "# One\n[](in/c.md#two) [](in/c.md#three) [](#one) [](#four)\n[](b.md)",
            ),
            ("book/b.md", ""),
            (
                "book/in/c.md",
                "## Two\n[](../a.md) [](../../README.md) [](http://a.test/)\n",
            ),
        ] {
            folder.file(path, text).unwrap();
        }
        let mut library = Library::new(folder.path(), "book").unwrap();
        let mut dead = |page: &str| {
            let dead = library.dead_links(Path::new(page)).unwrap();
            let shown = dead
                .iter()
                .map(|line| line.rsplit_once(": ").unwrap().0.to_owned());
            shown.collect::<Vec<_>>()
        };
        assert_eq!(dead("README.md"), ["README.md:1: gone.md"]);
        let lines = [
            "book/a.md:2: in/c.md#three",
            "book/a.md:2: #four",
            "book/a.md:3: b.md",
        ];
        assert_eq!(dead("book/a.md"), lines);
        assert_eq!(dead("book/in/c.md"), ["book/in/c.md:2: ../../README.md"]);
        let pages = ["README.md", "book/SUMMARY.md", "book/a.md", "book/b.md"].map(PathBuf::from);
        assert_eq!(
            library.unlisted(&pages),
            ["book/b.md: not in book/SUMMARY.md"]
        );
    }

    #[test]
    fn the_repository() {
        let place = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/x.json");
        assert_eq!(in_repository(place), Some("docs/x.json"));
        assert_eq!(in_repository("https://ruffle.rs"), None);
    }
}
