//! Errors are values: no `Result` has text as its error.

use syn::visit::{self, Visit};
use syn::{GenericArgument, ItemMod, PathArguments, PathSegment, Type};

use super::house::{Crate, is_test};

/// Every `Result<_, String>` of a crate, without tests, in words.
pub(super) fn in_crate(part: &Crate) -> Vec<String> {
    let files = part.files.iter().flat_map(|file| {
        let mut finder = Finder::default();
        finder.visit_file(&file.syntax);
        let told = |line| format!("{}:{line}: `Result<_, String>`\n", file.path.display());
        finder.lines.into_iter().map(told).collect::<Vec<_>>()
    });
    files.collect()
}

#[derive(Default)]
struct Finder {
    lines: Vec<usize>,
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        if segment.ident == "Result" && error(segment).is_some_and(is_string) {
            self.lines.push(segment.ident.span().start().line);
        }
        visit::visit_path_segment(self, segment);
    }
}

/// The second of a type's arguments.
fn error(segment: &PathSegment) -> Option<&GenericArgument> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.get(1)
}

fn is_string(argument: &GenericArgument) -> bool {
    let GenericArgument::Type(Type::Path(path)) = argument else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == "String")
}
