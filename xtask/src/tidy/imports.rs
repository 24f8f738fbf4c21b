//! The imports of a file: its `use` declarations, and the paths that start with `crate`, `super` or `self`.
//!
//! A module that names its own submodules, as in `child::run()`, does not import them.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemFn, ItemMod, ItemUse, Macro, UseTree, Visibility};

use super::house::{File, Module, is_test};

/// One path that a file names.
#[derive(Clone, Debug)]
pub(super) struct Import {
    /// The module that contains it.
    pub(super) module: Module,
    pub(super) path: Vec<String>,
    /// The name that it has here; empty for a path in the code, and for `*`.
    pub(super) name: String,
    /// Whether the file itself uses it; otherwise it is only re-exported.
    pub(super) used: bool,
}

/// All imports of a file, without its tests.
pub(super) fn of(file: &File) -> Vec<Import> {
    let mut found = ImportFinder {
        module: file.module.clone(),
        imports: Vec::new(),
        handed_on: BTreeSet::new(),
        words: BTreeSet::new(),
    };
    found.visit_file(&file.syntax);
    for import in &mut found.imports {
        let handed_on = found.handed_on.contains(&import.name);
        import.used = !handed_on || found.words.contains(&import.name);
    }
    found.imports
}

struct ImportFinder {
    module: Module,
    imports: Vec<Import>,
    /// The names of `pub use`.
    handed_on: BTreeSet<String>,
    /// Every identifier outside of `use`.
    words: BTreeSet<String>,
}

impl ImportFinder {
    fn add(&mut self, path: Vec<String>, name: String) {
        let module = self.module.clone();
        self.imports.push(Import {
            module,
            path,
            name,
            used: true,
        });
    }

    fn flatten(&mut self, tree: &UseTree, mut path: Vec<String>, handed_on: bool) {
        let name = match tree {
            UseTree::Path(step) => {
                path.push(step.ident.to_string());
                return self.flatten(&step.tree, path, handed_on);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.flatten(tree, path.clone(), handed_on);
                }
                return;
            }
            UseTree::Name(name) if name.ident == "self" => path.last().cloned().unwrap_or_default(),
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                name.ident.to_string()
            }
            UseTree::Rename(renamed) => {
                if renamed.ident != "self" {
                    path.push(renamed.ident.to_string());
                }
                renamed.rename.to_string()
            }
            UseTree::Glob(_) => String::new(),
        };
        if handed_on {
            self.handed_on.insert(name.clone());
        }
        self.add(path, name);
    }

    /// A path as words, if it names a place in this crate.
    fn path(&mut self, words: Vec<String>) {
        let starts = words.first().map(String::as_str);
        if words.len() > 1 && matches!(starts, Some("crate" | "super" | "self")) {
            self.add(words, String::new());
        }
    }

    /// The paths in the arguments of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut words: Vec<String> = Vec::new();
        let mut joined = false;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    if !joined {
                        self.path(std::mem::take(&mut words));
                    }
                    self.words.insert(word.to_string());
                    words.push(word.to_string());
                    joined = false;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => joined = true,
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => joined = false,
            }
        }
        self.path(words);
    }
}

impl<'ast> Visit<'ast> for ImportFinder {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) && item.content.is_some() {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_test(&item.attrs) {
            let handed_on = !matches!(item.vis, Visibility::Inherited);
            self.flatten(&item.tree, Vec::new(), handed_on);
        }
    }

    /// `pub(in crate::…)` only says who may see an item.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.path(words.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        visit::visit_macro(self, item);
        self.tokens(item.tokens.clone());
    }

    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.words.insert(ident.to_string());
    }
}
