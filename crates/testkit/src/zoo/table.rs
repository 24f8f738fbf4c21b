//! The zoo as a Markdown table with a row for each animal, for the book.

use std::fmt::Write as _;

use super::animals::all;

/// The table in Markdown.
pub fn table() -> String {
    let mut text = String::from("| the server | verdict | reason | first cause | seconds |\n");
    text.push_str("|---|---|---|---|--:|\n");
    for animal in all() {
        let expected = animal.expected;
        let cause = expected
            .cause
            .map_or("–".to_owned(), |cause| format!("`{cause}`"));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {} | {} | `{}` | {cause} | {} |",
            animal.does,
            expected.verdict,
            expected.reason,
            seconds(expected.takes)
        );
    }
    text
}

const BEGIN: &str = "<!-- zoo -->\n";
const END: &str = "<!-- /zoo -->\n";

/// The document with the table between its marks; `None` if it has no marks.
pub fn with_table(document: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some([before, BEGIN, "\n", &table(), "\n", END, after].concat())
}

/// The minimum, which is what the player itself waits. The maximum leaves room for a busy machine.
fn seconds([least, _]: [u32; 2]) -> String {
    let tenths = least / 100;
    if least == 0 {
        "< 1".to_owned()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}
