//! Tables in Markdown.

use anyhow::{Context as _, Result, ensure};

/// These columns of the first table that has all of them, the first of them as its first column; a row each.
pub(super) fn columns<const N: usize>(page: &str, names: [&str; N]) -> Result<Vec<[String; N]>> {
    let mut lines = page.lines();
    let places = lines
        .find_map(|line| places(line, names))
        .with_context(|| format!("no table has the columns {}", names.join("; ")))?;
    // The line below the header has no values.
    let rows = lines.skip(1).map_while(cells);
    let rows: Vec<_> = rows
        .map(|cells| places.map(|place| cells.get(place).cloned().unwrap_or_default()))
        .collect();
    ensure!(
        !rows.is_empty(),
        "the table of {} is empty",
        names.join("; ")
    );
    Ok(rows)
}

/// Where the columns with these names are.
fn places<const N: usize>(header: &str, names: [&str; N]) -> Option<[usize; N]> {
    let header = cells(header)?;
    (header.first().map(String::as_str) == names.first().copied()).then_some(())?;
    let places = names.map(|name| header.iter().position(|cell| cell == name));
    let found: Option<Vec<_>> = places.into_iter().collect();
    found?.try_into().ok()
}

fn cells(line: &str) -> Option<Vec<String>> {
    let cells = line.strip_prefix('|')?.strip_suffix('|')?.split('|');
    Some(cells.map(|cell| cell.trim().replace('`', "")).collect())
}

/// `1,425` as a number.
pub(super) fn number(text: &str) -> Result<f64> {
    text.replace(',', "")
        .parse()
        .with_context(|| format!("expected a number in a table, found {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_by_name() {
        let page = "| x | b |\n|---|---|\n| 1 | 2 |\n\n| a | b, µs | c |\n|---|--:|---|\n| `p` q | 1,425 | |\n| r | – | |\n\ntext\n";
        let rows = columns(page, ["a", "b, µs"]).unwrap();
        assert_eq!(rows, [["p q", "1,425"], ["r", "–"]]);
        assert!(columns(page, ["a", "d"]).is_err());
        assert!(columns(page, ["b", "x"]).is_err());
        assert!((number("1,425").unwrap() - 1425.0).abs() < f64::EPSILON);
        assert!(number("–").is_err());
    }
}
