//! What counts as an import, and what as a cycle.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::house::{Crate, File};
use super::shares::Shares;
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
    house.extend([of("fourth", 55)]);
    let large = Shares::of(&house).too_large();
    assert_eq!(large.len(), 1, "{large:?}");
    assert!(large[0].starts_with("fourth: 55 lines"), "{large:?}");
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
