//! How large everything is: lines of files and functions, and what each crate shows to others.

use std::fmt;

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, Item, ItemFn, ItemMod, Signature, TraitItemFn, Visibility};

use super::house::{Crate, is_test};

/// Of some crates together, or of one.
#[derive(Debug, Default)]
pub(super) struct Stats {
    /// The lines of each file, tests apart.
    files: Vec<usize>,
    /// The lines of each function, from its signature to its end.
    functions: Vec<usize>,
    /// Items that are `pub`, and not only in the crate.
    public: usize,
}

impl Stats {
    pub(super) fn of<'a>(crates: impl IntoIterator<Item = &'a Crate>) -> Self {
        let mut stats = Self::default();
        for file in crates.into_iter().flat_map(|part| &part.files) {
            let mut counter = Counter::default();
            counter.visit_file(&file.syntax);
            let all = file.text.lines().count();
            stats.files.push(all.saturating_sub(counter.tests));
            stats.functions.append(&mut counter.functions);
            stats.public += counter.public;
        }
        stats.files.sort_unstable();
        stats.functions.sort_unstable();
        stats
    }

    pub(super) fn lines(&self) -> usize {
        self.files.iter().sum()
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>6} lines  {:>3} files of {:>12}  {:>4} functions of {:>9}  {:>4} public items",
            self.lines(),
            self.files.len(),
            spread(&self.files),
            self.functions.len(),
            spread(&self.functions),
            self.public
        )
    }
}

/// The half, nine tenths and all have at most so many.
fn spread(sorted: &[usize]) -> String {
    let at = |tenths: usize| {
        let place = (sorted.len() * tenths).div_ceil(10).saturating_sub(1);
        sorted.get(place).copied().unwrap_or_default()
    };
    format!("{}/{}/{}", at(5), at(9), at(10))
}

#[derive(Default)]
struct Counter {
    functions: Vec<usize>,
    public: usize,
    /// The lines of tests.
    tests: usize,
}

impl Counter {
    fn function(&mut self, signature: &Signature, block: &Block) {
        let start = signature.fn_token.span().start().line;
        let end = block.brace_token.span.close().end().line;
        self.functions.push(end + 1 - start);
    }

    fn public(&mut self, visibility: &Visibility) {
        self.public += usize::from(matches!(visibility, Visibility::Public(_)));
    }
}

impl<'ast> Visit<'ast> for Counter {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library's list of items is open"
    )]
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) => self.public(&item.vis),
            Item::Enum(item) => self.public(&item.vis),
            Item::Fn(item) => self.public(&item.vis),
            Item::Struct(item) => self.public(&item.vis),
            Item::Trait(item) => self.public(&item.vis),
            Item::Type(item) => self.public(&item.vis),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if is_test(&item.attrs) {
            let span = item.span();
            self.tests += span.end().line + 1 - span.start().line;
        } else {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.public(&item.vis);
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}
