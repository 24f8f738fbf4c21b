//! The crates and their files, as the compiler finds them: from `lib.rs` or `main.rs` along `mod`. Tests are not
//! included.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use syn::{Attribute, Item};

/// The path of a module inside its crate; empty for the root.
pub(super) type Module = Vec<String>;

/// One crate.
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) files: Vec<File>,
    /// The file that contains each module, as an index into `files`.
    pub(super) modules: BTreeMap<Module, usize>,
}

/// One file of a crate.
pub(super) struct File {
    /// From the root of the repository.
    pub(super) path: PathBuf,
    pub(super) module: Module,
    pub(super) text: String,
    pub(super) syntax: syn::File,
}

/// Every crate of the workspace.
pub(super) fn read() -> Result<Vec<Crate>> {
    let root = root();
    let mut folders = Vec::from([PathBuf::from("xtask")]);
    for entry in fs::read_dir(root.join("crates"))? {
        folders.push(Path::new("crates").join(entry?.file_name()));
    }
    folders.sort();
    folders
        .iter()
        .map(|folder| read_crate(&root, folder))
        .collect()
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read_crate(root: &Path, folder: &Path) -> Result<Crate> {
    let name = folder.file_name().unwrap_or_default();
    let mut read = Crate {
        name: name.display().to_string(),
        files: Vec::new(),
        modules: BTreeMap::new(),
    };
    let source = folder.join("src");
    let starts = ["lib.rs", "main.rs"].map(|name| source.join(name));
    let start = starts.iter().find(|path| root.join(path).exists());
    let start = start.with_context(|| format!("{} has no source", folder.display()))?;
    read.add(root, start, &source, Module::new())?;
    Ok(read)
}

impl Crate {
    /// Adds a file and those of its submodules, which lie in `folder`.
    fn add(&mut self, root: &Path, path: &Path, folder: &Path, module: Module) -> Result<()> {
        let text = fs::read_to_string(root.join(path))
            .with_context(|| format!("can't read {}", path.display()))?;
        let syntax =
            syn::parse_file(&text).with_context(|| format!("can't parse {}", path.display()))?;
        let file = self.files.len();
        let children = self.modules_in(&syntax.items, &module, file);
        self.modules.insert(module.clone(), file);
        self.files.push(File {
            path: path.to_owned(),
            module,
            text,
            syntax,
        });
        for child in children {
            let mut place = folder.to_owned();
            place.extend(child.iter().skip(self.depth(file)));
            let flat = place.with_extension("rs");
            let path = if root.join(&flat).exists() {
                flat
            } else {
                place.join("mod.rs")
            };
            self.add(root, &path, &place, child)?;
        }
        Ok(())
    }

    fn depth(&self, file: usize) -> usize {
        self.files.get(file).map_or(0, |file| file.module.len())
    }

    /// The submodules with files of their own. Those that are written out belong to this file.
    fn modules_in(&mut self, items: &[Item], module: &Module, file: usize) -> Vec<Module> {
        let mut children = Vec::new();
        for item in items {
            let Item::Mod(item) = item else { continue };
            if is_test(&item.attrs) {
                continue;
            }
            let mut path = module.clone();
            path.push(item.ident.to_string());
            if let Some((_, items)) = &item.content {
                self.modules.insert(path.clone(), file);
                children.extend(self.modules_in(items, &path, file));
            } else {
                children.push(path);
            }
        }
        children
    }
}

/// Whether this is only there in tests.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list().ok();
        let condition = condition.filter(|list| list.path.is_ident("cfg"));
        condition.is_some_and(|list| {
            let text = list.tokens.to_string();
            text == "test" || text.starts_with("all (test")
        })
    })
}
