//! Lines and columns agree with counting from the start of the file.

#![cfg(test)]

use flash_policy::diagnostic::{Column, LineIndex, Position};
use proptest::prelude::*;

/// Checks a place in all units: characters, UTF-16, bytes.
#[track_caller]
fn check(bytes: &[u8], at: usize, line: usize, columns: [usize; 3]) {
    let index = LineIndex::new(bytes);
    let units = [Column::Characters, Column::Utf16, Column::Bytes];
    for (unit, column) in units.into_iter().zip(columns) {
        let expected = Position { line, column };
        assert_eq!(index.position(at, unit), expected, "{at} in {unit:?}");
    }
}

#[test]
fn places_are_where_editors_show_them() {
    check(b"", 0, 1, [1; 3]);
    check(b"ab\r\ncd", 5, 2, [2; 3]);
    check(b"ab\r\ncd", 3, 1, [4; 3]); // the LF belongs to the first line
    check(b"ab\n", 3, 2, [1; 3]);
    check(b"a\rb", 2, 1, [3; 3]); // CR alone ends no line
    check("ä全x".as_bytes(), 5, 1, [3, 3, 6]);
    check("ä全x".as_bytes(), 3, 1, [2, 2, 4]); // inside a character
    check("😀x".as_bytes(), 4, 1, [2, 3, 5]);
    check("x😀".as_bytes(), 3, 1, [2, 2, 4]);
    check(b"ab", 99, 1, [3; 3]);
}

#[test]
fn a_byte_order_mark_has_no_column() {
    check(b"\xEF\xBB\xBFab", 0, 1, [1; 3]);
    check(b"\xEF\xBB\xBFab", 2, 1, [1; 3]);
    check(b"\xEF\xBB\xBFab", 4, 1, [2; 3]);
    check(b"\xEF\xBB\xBF", 3, 1, [1; 3]);
}

#[test]
fn invalid_bytes_are_characters() {
    check(b"a\xFF\xFFb", 3, 1, [4; 3]);
    check(b"a\xF0\x9F\x98b", 4, 1, [3, 3, 5]);
    check(b"\xFF\xFE<\0a\0\n\0b", 7, 2, [1; 3]); // UTF-16, which the linter refuses
}

#[test]
fn lines_of_every_length() {
    for length in 0..200 {
        let line = [b"a".repeat(length), b"\n".to_vec()].concat();
        let file = line.repeat(5);
        let index = LineIndex::new(&file);
        assert_eq!(index.line_count(), 6);
        for at in 0..=file.len() {
            let (line, column) = (at / (length + 1) + 1, at % (length + 1) + 1);
            let place = index.position(at, Column::Characters);
            assert_eq!(place, Position { line, column }, "{length}, {at}");
            let start = (line - 1) * (length + 1);
            let end = (start + length + 1).min(file.len());
            assert_eq!(index.line_span(line), Some((start..end).into()));
        }
        assert_eq!(index.line_span(0), None);
        assert_eq!(index.line_span(7), None);
    }
}

proptest! {
    #[test]
    fn columns_are_those_of_the_text(lines in prop::collection::vec("[a-cä全😀 ]{0,80}", 1..6)) {
        let text = lines.join("\r\n");
        let index = LineIndex::new(text.as_bytes());
        prop_assert_eq!(index.line_count(), lines.len());
        for (at, _) in text.char_indices() {
            let before = &text[..at];
            let line = before.matches('\n').count() + 1;
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let own = &text[start..at];
            let column = |unit| index.position(at, unit);
            let expected = |count| Position { line, column: count + 1 };
            prop_assert_eq!(column(Column::Characters), expected(own.chars().count()));
            prop_assert_eq!(column(Column::Utf16), expected(own.encode_utf16().count()));
            prop_assert_eq!(column(Column::Bytes), expected(own.len()));
        }
    }
}
