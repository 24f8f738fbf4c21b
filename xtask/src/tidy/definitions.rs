//! The functions, types and public items that a file defines, without its tests.

use proc_macro2::Ident;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, ImplItemFn, Item, ItemFn, Signature, TraitItemFn, Type, Visibility};

use super::house::{File, is_test};

/// The definitions of one file.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) functions: Vec<Function>,
    pub(super) types: Vec<TypeName>,
    /// How many items are `pub` outside the crate.
    pub(super) public: usize,
    /// The lines of the file.
    pub(super) lines: usize,
}

/// One function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    /// From its signature to its end; 0 without a body.
    pub(super) lines: usize,
    /// Without `self`. Each element of a tuple counts.
    pub(super) parameters: usize,
    pub(super) bools: usize,
}

/// One struct, enum, union, trait or alias.
#[derive(Debug)]
pub(super) struct TypeName {
    pub(super) name: String,
    pub(super) line: usize,
}

impl Definitions {
    pub(super) fn of(file: &File) -> Self {
        let mut definitions = Self {
            lines: file.text.lines().count(),
            ..Self::default()
        };
        definitions.visit_file(&file.syntax);
        definitions
    }

    fn function(&mut self, signature: &Signature, end: Option<usize>) {
        let line = signature.fn_token.span().start().line;
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(input) => Some(&*input.ty),
            FnArg::Receiver(_) => None,
        });
        let types: Vec<_> = parameters.flat_map(elements).collect();
        self.functions.push(Function {
            name: signature.ident.to_string(),
            line,
            lines: end.map_or(0, |end| end + 1 - line),
            parameters: types.len(),
            bools: types.iter().filter(|kind| is_bool(kind)).count(),
        });
    }

    fn type_name(&mut self, name: &Ident) {
        self.types.push(TypeName {
            name: name.to_string(),
            line: name.span().start().line,
        });
    }

    fn public(&mut self, visibility: &Visibility) {
        self.public += usize::from(matches!(visibility, Visibility::Public(_)));
    }
}

/// The elements of a tuple type, or else the type itself.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list of types is open"
)]
fn elements(kind: &Type) -> Vec<&Type> {
    let value = match kind {
        Type::Reference(reference) => &reference.elem,
        _ => kind,
    };
    match value {
        Type::Tuple(tuple) => tuple.elems.iter().flat_map(elements).collect(),
        _ => vec![kind],
    }
}

fn is_bool(kind: &Type) -> bool {
    matches!(kind, Type::Path(named) if named.path.is_ident("bool"))
}

/// The attributes of an item that may exist in tests only.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library may add kinds of items"
)]
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Definitions {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library may add kinds of items"
    )]
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(attributes(item)) {
            let span = item.span();
            let lines = span.end().line + 1 - span.start().line;
            self.lines = self.lines.saturating_sub(lines);
            return;
        }
        let (visibility, type_name) = match item {
            Item::Const(item) => (&item.vis, None),
            Item::Enum(item) => (&item.vis, Some(&item.ident)),
            Item::Fn(item) => (&item.vis, None),
            Item::Struct(item) => (&item.vis, Some(&item.ident)),
            Item::Trait(item) => (&item.vis, Some(&item.ident)),
            Item::Type(item) => (&item.vis, Some(&item.ident)),
            Item::Union(item) => (&item.vis, Some(&item.ident)),
            _ => (&Visibility::Inherited, None),
        };
        self.public(visibility);
        if let Some(name) = type_name {
            self.type_name(name);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let end = item.block.brace_token.span.close().end().line;
        self.function(&item.sig, Some(end));
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.public(&item.vis);
        let end = item.block.brace_token.span.close().end().line;
        self.function(&item.sig, Some(end));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        let block = item.default.as_ref();
        let end = block.map(|block| block.brace_token.span.close().end().line);
        self.function(&item.sig, end);
        visit::visit_trait_item_fn(self, item);
    }
}
