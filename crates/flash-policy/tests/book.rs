//! Pages of the book that repeat what the library says. They are not in the package, so neither is this test.

#![cfg(test)]

use flash_policy::player::Choice;

/// The book's page about players has a row for each choice, with the program's text. `UPDATE=1` writes them.
#[test]
fn the_page_says_the_same() {
    const HEAD: &str = "| name | question | assumed |\n|---|---|---|\n";
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/book/src/decide/players.md"
    );
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(HEAD).expect("a table");
    let (_, after) = rest.split_once("\n\n").expect("text after the table");
    let rows = Choice::ALL.iter().map(|choice| {
        let text = choice.to_string();
        let (question, assumed) = text.split_once(" (assumed: ").unwrap();
        let assumed = assumed.strip_suffix(')').unwrap();
        format!("| `{}` | {question} | {assumed} |", choice.code())
    });
    let rows = rows.collect::<Vec<_>>().join("\n");
    let current = [before, HEAD, &rows, "\n\n", after].concat();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == current,
        "docs/book/src/decide/players.md is out of date; run this test with UPDATE=1"
    );
}
