//! Generated files: what the program prints about itself. They are committed and must be up to date.

mod api;
mod part;
mod reference;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::{plot, tidy};

/// The manual pages, as packages ship them: of the program and of the config file.
const MAN_PAGE: &str = "docs/man/flashgate.8";
const CONFIG_MAN_PAGE: &str = "docs/man/flashgate.toml.5";

/// The JSON Schema of the config file.
const SCHEMA: &str = "docs/flashgate.schema.json";

/// The page that contains the zoo's table.
const VERDICTS: &str = "docs/book/src/trouble/verdicts.md";

/// The page for contributors, which contains the diagram of layers.
const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Whether to write the files or to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// Paths from the root, with the generated content.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Writes or compares every generated file.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = files(&root)?;
    let strays = reference::strays(&root, &files)?;
    if mode == Mode::Check {
        if let Some(stray) = strays.first() {
            let name = stray.display();
            bail!("{name} is no longer generated; run `cargo xtask generate`");
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

fn files(root: &Path) -> Result<Files> {
    let layers = format!("```text\n{}```\n", tidy::layers()?);
    let mut files = Files::from([
        (MAN_PAGE.into(), flashgate(&["man"])?),
        (CONFIG_MAN_PAGE.into(), flashgate(&["man", "--config"])?),
        (SCHEMA.into(), flashgate(&["config-schema"])?),
        (
            ARCHITECTURE.into(),
            part::replaced(root, ARCHITECTURE, "layers", &layers)?,
        ),
        (VERDICTS.into(), verdicts(root)?),
    ]);
    api::add(&mut files)?;
    files.extend(plot::pictures(root)?);
    reference::add(root, &mut files)?;
    Ok(files)
}

/// The page with an updated table of the zoo.
fn verdicts(root: &Path) -> Result<Vec<u8>> {
    let current = testkit::zoo::with_table(&read(root, VERDICTS)?);
    Ok(current
        .with_context(|| format!("{VERDICTS} has no marks for the zoo's table"))?
        .into())
}

fn read(root: &Path, file: &str) -> Result<String> {
    fs::read_to_string(root.join(file)).with_context(|| format!("can't read {file}"))
}

fn compare(root: &Path, path: &Path, text: &[u8]) -> Result<()> {
    let name = path.display();
    let committed = fs::read(root.join(path))
        .with_context(|| format!("can't read {name}; run `cargo xtask generate`"))?;
    ensure!(
        committed == text,
        "{name} is out of date; run `cargo xtask generate`"
    );
    Ok(())
}

fn write(path: &Path, text: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("can't write {}", path.display()))
}

/// The output of the program.
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
