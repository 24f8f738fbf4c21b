//! Files that the program writes about itself; they are committed, and must be current.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::tidy;

/// The manual page, as packages ship it.
const MAN_PAGE: &str = "docs/man/flashgate.8";

/// The documentation of `check`, which has the zoo's table in it.
const CHECK_PAGE: &str = "docs/check.md";

/// The schema of the config file.
const SCHEMA: &str = "docs/flashgate.schema.json";

/// The operator's guide, which has the table of the config file's keys in it.
const GUIDE: &str = "docs/guide.md";

/// The page for those who change the code, which has the layers of the code in it.
const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// The pages of the linter's rules; nothing else lies there.
const RULES: &str = "docs/rules";

/// Whether to write the files or to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// Writes or compares every generated file.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let keys = flashgate(&["config-schema", "--table"])?;
    let layers = format!("```text\n{}```\n", tidy::layers()?);
    let mut files = BTreeMap::from([
        (PathBuf::from(MAN_PAGE), flashgate(&["man"])?),
        (PathBuf::from(SCHEMA), flashgate(&["config-schema"])?),
        (
            PathBuf::from(GUIDE),
            with_part(&root, GUIDE, "keys", &String::from_utf8(keys)?)?,
        ),
        (
            PathBuf::from(ARCHITECTURE),
            with_part(&root, ARCHITECTURE, "layers", &layers)?,
        ),
        (PathBuf::from(CHECK_PAGE), check_page(&root)?),
    ]);
    files.extend(rules()?);
    let strays = strays(&root, &files)?;
    if mode == Mode::Check {
        if let Some(stray) = strays.first() {
            let name = stray.display();
            bail!("{name} belongs to no rule; run `cargo xtask generate`");
        }
        return files
            .iter()
            .try_for_each(|(path, text)| compare(&root, path, text));
    }
    for stray in strays {
        fs::remove_file(&stray).with_context(|| format!("can't remove {}", stray.display()))?;
    }
    for (path, text) in files {
        write(&root.join(path), &text)?;
    }
    Ok(())
}

/// The page as it is, with the zoo's table of today.
fn check_page(root: &Path) -> Result<Vec<u8>> {
    let committed = fs::read_to_string(root.join(CHECK_PAGE))
        .with_context(|| format!("can't read {CHECK_PAGE}"))?;
    let current = testkit::zoo::with_table(&committed);
    Ok(current
        .with_context(|| format!("{CHECK_PAGE} has no marks for the zoo's table"))?
        .into())
}

/// A file as it is, with a part of it as it is today: what stands between `<!-- MARK -->` and `<!-- /MARK -->`.
fn with_part(root: &Path, file: &str, mark: &str, part: &str) -> Result<Vec<u8>> {
    let committed =
        fs::read_to_string(root.join(file)).with_context(|| format!("can't read {file}"))?;
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->\n"));
    let parts = committed.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts
        .with_context(|| format!("{file} has no marks `<!-- {mark} -->` for what is generated"))?;
    Ok([before, &begin, "\n", part, "\n", &end, after]
        .concat()
        .into())
}

/// A page for each rule that the program lists, and their index.
fn rules() -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let index = flashgate(&["explain", "--index"])?;
    let text = String::from_utf8_lossy(&index).into_owned();
    let mut files = vec![(Path::new(RULES).join("README.md"), index)];
    // `| [rule](rule.md) | level | what it finds |`
    let names = text
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split_once(']'));
    for (name, _) in names {
        let page = flashgate(&["explain", name])?;
        files.push((Path::new(RULES).join(format!("{name}.md")), page));
    }
    Ok(files)
}

/// Pages of rules that are no more.
fn strays(root: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<Vec<PathBuf>> {
    let folder = root.join(RULES);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut strays = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("can't read {RULES}"))? {
        let entry = entry?;
        if !files.contains_key(&Path::new(RULES).join(entry.file_name())) {
            strays.push(entry.path());
        }
    }
    Ok(strays)
}

fn compare(root: &Path, path: &Path, text: &[u8]) -> Result<()> {
    let name = path.display();
    let committed = fs::read(root.join(path))
        .with_context(|| format!("can't read {name}; run `cargo xtask generate`"))?;
    ensure!(
        committed == text,
        "{name} is not current; run `cargo xtask generate`"
    );
    Ok(())
}

fn write(path: &Path, text: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("can't write {}", path.display()))
}

/// What the program prints.
fn flashgate(arguments: &[&str]) -> Result<Vec<u8>> {
    let shown = arguments.join(" ");
    let output = Command::new(testkit::binary::flashgate()?)
        .args(arguments)
        .output()
        .with_context(|| format!("can't run flashgate {shown}"))?;
    ensure!(
        output.status.success(),
        "flashgate {shown} failed: {}",
        output.status
    );
    Ok(output.stdout)
}
