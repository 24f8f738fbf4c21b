//! The documents: the commands, outputs and files that they show.
//!
//! It only reads them; [`session`](crate::session) runs the commands.

use std::fs;
use std::path::{Path, PathBuf};

/// A command in a document, and the output that is shown.
#[derive(Clone, Debug)]
pub struct ShownCommand {
    /// The command, which may have several lines.
    pub command: String,
    /// The output; empty if none is shown.
    pub output: String,
}

/// A file that a document tells its reader to save.
#[derive(Clone, Debug)]
pub struct SavedFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The documents that people read and copy from.
pub fn documents() -> Vec<PathBuf> {
    let mut documents = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs/book/src")];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                documents.push(path);
            }
        }
    }
    documents
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Whether a document is a recipe or a migration page. The tests in `tests/recipes` run all of their commands.
pub fn is_recipe(document: &Path) -> bool {
    let folder = document.parent().and_then(Path::file_name);
    folder.is_some_and(|folder| folder == "recipes" || folder == "migrate")
}

/// The commands in a document's console blocks.
///
/// A line that ends in a pipe or a backslash goes on in the next line.
pub fn shown(document: &str) -> Vec<ShownCommand> {
    let mut all = Vec::<ShownCommand>::new();
    for console in document.split("```console\n").skip(1) {
        for line in console.split("```").next().unwrap_or_default().lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                let (command, output) = (command.to_owned(), String::new());
                all.push(ShownCommand { command, output });
                continue;
            }
            let Some(last) = all.last_mut() else { continue };
            if last.output.is_empty() && last.command.ends_with(['|', '\\']) {
                last.command.push('\n');
                last.command.push_str(line);
            } else {
                last.output.push_str(line);
                last.output.push('\n');
            }
        }
    }
    all
}

/// The files in a document: code blocks after a paragraph with "Save this as" and a name in backticks.
pub fn files(document: &str) -> Vec<SavedFile> {
    let mut files = Vec::new();
    for after in document.split("Save this as `").skip(1) {
        let block = || {
            let (name, rest) = after.split_once('`')?;
            let (_, block) = rest.split_once("\n```")?;
            let (_, text) = block.split_once('\n')?;
            let text = text.split("```").next()?;
            Some((name.to_owned(), text.to_owned()))
        };
        files.extend(block().map(|(name, text)| SavedFile { name, text }));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_outputs_and_files() {
        let document = "Save this as `a.toml`, please:\n\n```toml\nx = 1\n```\n\n```console\n$ one |\n  two\n$ three\nout\n```\n";
        let [first, second] = &shown(document)[..] else {
            panic!("two commands");
        };
        assert_eq!((&*first.command, &*first.output), ("one |\n  two", ""));
        assert_eq!((&*second.command, &*second.output), ("three", "out\n"));
        let [file] = &files(document)[..] else {
            panic!("one file");
        };
        assert_eq!((&*file.name, &*file.text), ("a.toml", "x = 1\n"));
    }
}
