//! The safe fixes as a unified diff, which `patch` can apply.

use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline, group_diff_ops};

use super::terminal::has_color;
use crate::visible;

/// How a diff looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct DiffLook {
    has_color: bool,
    /// Whether control characters are escaped. `patch` needs them as they are.
    is_escaped: bool,
}

/// The number of unchanged lines around a change.
const CONTEXT: usize = 3;

/// After this time the rest of a file is shown as replaced. No real policy takes as long.
const PATIENCE: Duration = Duration::from_secs(1);

impl DiffLook {
    pub(super) fn for_stdout() -> Self {
        let stdout = io::stdout();
        Self {
            has_color: has_color(&stdout),
            is_escaped: stdout.is_terminal(),
        }
    }

    /// Writes the changes from one text to another. The name is printable.
    pub(super) fn write(
        self,
        name: &str,
        texts: [&[u8]; 2],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let [old, new] = texts.map(lines);
        let deadline = Instant::now().checked_add(PATIENCE);
        let changes = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline);
        self.line(out, BOLD, "", format!("--- {name}\n").as_bytes())?;
        self.line(out, BOLD, "", format!("+++ {name}\n").as_bytes())?;
        for hunk in group_diff_ops(changes, CONTEXT) {
            self.line(out, CYAN, "", head(&hunk).as_bytes())?;
            for change in &hunk {
                self.change(change, [&old, &new], out)?;
            }
        }
        Ok(())
    }

    fn change(
        self,
        change: &DiffOp,
        [old, new]: [&[&[u8]]; 2],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let old = old.get(change.old_range()).unwrap_or_default();
        let new = new.get(change.new_range()).unwrap_or_default();
        if change.tag() == DiffTag::Equal {
            return old
                .iter()
                .try_for_each(|line| self.line(out, "", " ", line));
        }
        old.iter()
            .try_for_each(|line| self.line(out, RED, "-", line))?;
        new.iter()
            .try_for_each(|line| self.line(out, GREEN, "+", line))
    }

    fn line(self, out: &mut impl Write, color: &str, sign: &str, line: &[u8]) -> io::Result<()> {
        let (text, end) = line
            .strip_suffix(b"\n")
            .map_or((line, NO_LINE_END), |text| (text, "\n"));
        let is_colored = self.has_color && !color.is_empty();
        if is_colored {
            write!(out, "\x1b[{color}m")?;
        }
        out.write_all(sign.as_bytes())?;
        if self.is_escaped {
            let text = String::from_utf8_lossy(text);
            out.write_all(visible::text(&text).as_bytes())?;
        } else {
            out.write_all(text)?;
        }
        if is_colored {
            out.write_all(b"\x1b[0m")?;
        }
        out.write_all(end.as_bytes())
    }
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// `@@ -1,3 +1,4 @@`. Without any lines, the number is that of the line before.
fn head(hunk: &[DiffOp]) -> String {
    let place = |ranges: &mut dyn Iterator<Item = std::ops::Range<usize>>| {
        let whole = ranges.reduce(|all, next| all.start..next.end);
        let whole = whole.unwrap_or_default();
        let first = whole.start + usize::from(!whole.is_empty());
        format!("{first},{}", whole.len())
    };
    let old = place(&mut hunk.iter().map(DiffOp::old_range));
    let new = place(&mut hunk.iter().map(DiffOp::new_range));
    format!("@@ -{old} +{new} @@\n")
}

const NO_LINE_END: &str = "\n\\ No newline at end of file\n";

const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const CYAN: &str = "36";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        let mut out = Vec::new();
        let look = DiffLook {
            has_color: false,
            is_escaped: false,
        };
        look.write("a.xml", [old.as_bytes(), new.as_bytes()], &mut out)
            .unwrap();
        let expected = format!("--- a.xml\n+++ a.xml\n{expected}");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn hunks() {
        check(
            "a\nb\nc\n",
            "a\nB\nc\n",
            "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
        );
        check("a\n", "", "@@ -1,1 +0,0 @@\n-a\n");
        check(
            "a",
            "a\n",
            "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n",
        );
        let far = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        check(
            &format!("a\n{far}b\n"),
            &format!("A\n{far}B\n"),
            "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -8,4 +8,4 @@\n 7\n 8\n 9\n-b\n+B\n",
        );
    }
}
