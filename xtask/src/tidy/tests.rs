//! What counts as an import, as a cycle, and as a breach of the style.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::house::{Crate, File};
use super::shares::Shares;
use super::style::{breaches, old_module};
use super::{cycles_of, text_errors, upward_in};

/// A crate of these modules, each a file: its path and what it says.
fn house(files: &[(&str, &str)]) -> Crate {
    let mut house = Crate {
        name: "house".to_owned(),
        files: Vec::new(),
        modules: BTreeMap::new(),
    };
    for (path, text) in files {
        let module: Vec<_> = path.split("::").map(str::to_owned).collect();
        let module = if path.is_empty() { Vec::new() } else { module };
        house.modules.insert(module.clone(), house.files.len());
        house.files.push(File {
            path: PathBuf::from(path.replace("::", "/")),
            module,
            text: (*text).to_owned(),
            syntax: syn::parse_file(text).unwrap(),
        });
    }
    house
}

#[test]
fn a_cycle() {
    let there = ("a", "use crate::b::B; pub struct A;");
    for back in [
        "use super::a::A; pub struct B;",
        "use crate::{a::{self}, c::C}; pub struct B;",
        "use crate::Handed; pub struct B;",
        "pub struct B; fn f() -> crate::a::A { todo!() }",
        "pub struct B; fn f() { assert_eq!(1, crate::a::one()) }",
        "pub struct B; fn f() { use super::a::A; }",
        "pub struct B; mod inner { use crate::a::A; }",
    ] {
        let house = house(&[
            ("", "pub use a::A as Handed;"),
            there,
            ("b", back),
            ("c", ""),
        ]);
        let told = cycles_of(&house);
        assert_eq!(told.len(), 1, "{back}: {told:?}");
        assert!(told[0].contains("a imports B from b"), "{told:?}");
        assert_eq!(upward_in(&house).len(), 2, "{back}");
    }
}

#[test]
fn no_cycle() {
    let there = ("a", "use crate::b::B; pub struct A;");
    for (root, back) in [
        // Handed on, but by another file than the one that is imported from.
        (
            "pub use a::A; pub use b::B;",
            "use crate::c::C; pub struct B;",
        ),
        // Only in tests.
        (
            "",
            "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }",
        ),
        // Another crate's.
        ("", "use a_crate::a::A; pub struct B;"),
        // Who may see something is no import.
        ("", "pub(in crate::a) struct B;"),
        // A module may name what it consists of.
        (
            "fn f() { a::run(); b::run() }",
            "pub struct B; fn f() -> &'static str { \"crate::a\" }",
        ),
    ] {
        let house = house(&[("", root), there, ("b", back), ("c", "pub struct C;")]);
        assert_eq!(cycles_of(&house), [""; 0], "{back}");
        assert_eq!(upward_in(&house), [""; 0], "{back}");
    }
}

#[test]
fn upwards_without_a_cycle_of_files() {
    let house = house(&[
        ("", ""),
        ("a", ""),
        ("a::one", "use crate::b::two::Two;"),
        ("a::other", "pub struct Other;"),
        ("b", ""),
        ("b::two", "pub struct Two;"),
        ("b::three", "use crate::a::other::Other;"),
    ]);
    assert_eq!(cycles_of(&house), [""; 0]);
    assert_eq!(upward_in(&house).len(), 2);
}

#[test]
fn shares_of_the_published_lines() {
    let of = |name: &str, lines: usize| Crate {
        name: name.to_owned(),
        ..house(&[("", &"//\n".repeat(lines))])
    };
    let (first, second) = (of("first", 33), of("second", 32));
    let mut house = vec![first, second, of("third", 35), of("xtask", 500)];
    assert_eq!(Shares::of(&house).too_large(), [""; 0]);
    let largest = Shares::of(&house).largest();
    assert!(largest.starts_with("100 lines"), "{largest}");
    assert!(largest.contains("third, has 35 %"), "{largest}");
    house.extend([of("fourth", 70)]);
    let large = Shares::of(&house).too_large();
    assert_eq!(large.len(), 1, "{large:?}");
    assert!(large[0].starts_with("fourth: 70 lines"), "{large:?}");
}

/// The breaches in files with these texts.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    breaches(&[house(files)])
}

#[test]
fn one_name_for_one_thing() {
    for (a, b) in [
        ("struct Fault;", "enum Fault {}"),
        ("pub trait Fault {}", "mod inner { type Fault = u8; }"),
        ("fn f() { struct Fault; }", "union Fault { a: u8 }"),
    ] {
        let told = said(&[("a", a), ("b", b)]);
        let expected = "`Fault` is defined 2 times (a:1, b:1): give each type a unique name, or merge \
                        them\n";
        assert_eq!(told, [expected], "{a}");
    }
    for name in ["From", "Future", "None", "Send", "Sized", "Some", "TryFrom"] {
        let told = said(&[("a", &format!("enum {name} {{}}"))]);
        let expected =
            format!("`{name}` (a:1) shadows a name of Rust's prelude: choose another name\n");
        assert_eq!(told, [expected]);
    }
    let prefixed = [("a", "struct Prefixed;"), ("b", "struct Prefixed;")];
    assert!(said(&prefixed).is_empty());
    let third = ("c", "struct Prefixed;");
    assert_eq!(said(&[prefixed[0], prefixed[1], third]).len(), 1);
    let fine = [
        (
            "a",
            "struct Fault; impl Iterator for Fault { type Item = u8; }",
        ),
        ("b", "use a::Fault; impl Iterator for X { type Item = u8; }"),
        ("c", "#[cfg(test)] mod tests { struct Fault; }"),
        ("d", "#[cfg(test)] struct Fault;"),
    ];
    assert_eq!(said(&fine), [""; 0]);
}

#[test]
fn parameters() {
    for (text, expected) in [
        (
            "fn f(a: A, b: A, c: A, d: A, e: A, g: A) {}",
            "a:1: `f` has 6 parameters; the limit is 5: group related ones in a struct\n",
        ),
        (
            "trait T { fn f(&self, a: A, b: A, c: A, d: A, e: A, g: A); }",
            "a:1: `f` has 6 parameters; the limit is 5: group related ones in a struct\n",
        ),
        (
            "fn f((a, b): (A, &A), c: (A, (A, A)), d: &mut (A, A)) {}",
            "a:1: `f` has 7 parameters; the limit is 5: group related ones in a struct\n",
        ),
        (
            "impl A { fn f(&self, (a, b): (usize, bool), c: bool) {} }",
            "a:1: `f` has 2 parameters of type `bool`; the limit is one: use enums, so that calls are \
             readable\n",
        ),
        (
            "impl A { fn f(&self, a: bool, b: bool) {} }",
            "a:1: `f` has 2 parameters of type `bool`; the limit is one: use enums, so that calls are \
                   readable\n",
        ),
    ] {
        assert_eq!(said(&[("a", text)]), [expected], "{text}");
    }
    for text in [
        "impl A { fn f(&self, a: A, b: A, c: A, d: A, e: A) {} }",
        "fn f((a, b): (A, A), c: A, d: A, e: Option<(A, A)>) {}",
        "fn f(a: bool, b: &mut bool, c: Option<bool>) {}",
        "#[cfg(test)] fn f(a: bool, b: bool) {}",
    ] {
        assert_eq!(said(&[("a", text)]), [""; 0], "{text}");
    }
}

#[test]
fn lengths() {
    let function = |lines: usize| format!("impl A {{\nfn f() {{{}}}\n}}", "\n".repeat(lines - 1));
    assert_eq!(said(&[("a", &function(60))]), [""; 0]);
    let told = said(&[("a", &function(61))]);
    let expected = "a:2: `f` has 61 lines; the limit is 60: move a step to another function\n";
    assert_eq!(told, [expected]);

    let file = |lines: usize| {
        let tests = "#[cfg(test)]\nmod tests {\n\n}\n";
        format!("{}{tests}", "use a::b;\n".repeat(lines))
    };
    assert_eq!(said(&[("a", &file(400))]), [""; 0]);
    let told = said(&[("a", &file(401))]);
    let expected =
        "a has 401 lines; the limit is 400: move a part with a topic of its own to another file\n";
    assert_eq!(told, [expected]);
}

#[test]
fn old_style_of_modules() {
    let told = old_module(Path::new("crates/a/src/b/mod.rs"));
    let expected =
        "crates/a/src/b/mod.rs: rename this file to crates/a/src/b.rs, next to its folder\n";
    assert_eq!(told.as_deref(), Some(expected));
    assert_eq!(old_module(Path::new("crates/a/src/b/model.rs")), None);
}

#[test]
fn errors_that_are_text() {
    let file = |text| house(&[("", text)]);
    for text in [
        "fn f() -> Result<u8, String> { todo!() }",
        "mod inner { static A: OnceLock<std::result::Result<(), std::string::String>> = 1; }",
    ] {
        let told = text_errors::in_crate(&file(text));
        assert_eq!(told.len(), 1, "{text}: {told:?}");
    }
    for text in [
        "fn f() -> io::Result<String> { todo!() }",
        "fn f() -> Result<String, io::Error> { todo!() }",
        "#[cfg(test)] mod tests { fn f() -> Result<u8, String> { todo!() } }",
    ] {
        assert_eq!(text_errors::in_crate(&file(text)), [""; 0], "{text}");
    }
}
