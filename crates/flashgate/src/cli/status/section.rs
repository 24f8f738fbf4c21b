//! A titled list of rows whose columns are aligned, and the colors of states.

use flashgate_report::render;

/// How a state is colored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Good,
    Watch,
    Bad,
    Plain,
}

/// One cell of a row.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    mood: Mood,
}

impl Cell {
    pub(super) fn plain(text: impl AsRef<str>) -> Self {
        Self::colored(text, Mood::Plain)
    }

    /// The text is from the daemon, so it is escaped.
    pub(super) fn colored(text: impl AsRef<str>, mood: Mood) -> Self {
        let text = render::printable(text.as_ref());
        Self { text, mood }
    }
}

/// A title with rows, or nothing if there are no rows.
pub(super) fn section(title: &str, rows: &[Vec<Cell>], colors: Colors) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.text.chars().count()).max()
    };
    let widths: Vec<_> = (0..columns)
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let mut text = format!("\n{}\n", colors.bold(title));
    for row in rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            line.push(' ');
            line.push_str(&colors.paint(&cell.text, cell.mood));
            let gap = width.saturating_sub(cell.text.chars().count());
            line.extend(std::iter::repeat_n(' ', gap + 1));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Whether there are colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colors {
    On,
    Off,
}

impl Colors {
    fn bold(self, text: &str) -> String {
        self.painted(text, "1")
    }

    /// The text in the color of a mood.
    pub(super) fn paint(self, text: &str, mood: Mood) -> String {
        match mood {
            Mood::Good => self.painted(text, "32"),
            Mood::Watch => self.painted(text, "33"),
            Mood::Bad => self.painted(text, "1;31"),
            Mood::Plain => text.to_owned(),
        }
    }

    fn painted(self, text: &str, code: &str) -> String {
        match self {
            Self::On => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Off => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_without_counting_colors() {
        let rows = [
            vec![
                Cell::plain("a"),
                Cell::colored("up", Mood::Good),
                Cell::plain("x"),
            ],
            vec![Cell::plain("bcd"), Cell::plain("down\x1b"), Cell::plain("")],
        ];
        let text = section("list", &rows, Colors::Off);
        assert_eq!(text, "\nlist\n  a    up          x\n  bcd  down\\u{1b}\n");
        let text = section("list", &rows, Colors::On);
        assert!(text.contains("\x1b[32mup\x1b[0m          x"), "{text}");
        assert_eq!(section("list", &[], Colors::On), "");
    }
}
