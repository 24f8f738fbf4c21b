//! The keys as a table in Markdown, as the operator's guide has it.

use super::key::{Section, Unset, ValueType};
use super::table::{CERTIFICATE, RULE, TOP};

/// A row for each section and each key.
pub fn table() -> String {
    let mut table = "| key | meaning | default |\n|---|---|---|\n".to_owned();
    rows(&TOP, "", &mut table);
    table
}

fn rows(section: &Section, before: &str, table: &mut String) {
    for key in section.keys {
        let inner = if let ValueType::Section(_, section) = key.kind {
            Some(section)
        } else if let ValueType::Rules = key.kind {
            Some(&RULE)
        } else {
            matches!(key.kind, ValueType::Certificates).then_some(&CERTIFICATE)
        };
        let title = inner
            .map(|inner| inner.title)
            .filter(|it| it.starts_with('['));
        let name = format!("{before}`{}`", title.unwrap_or(key.name));
        let default = match key.unset {
            Unset::Required => "required".to_owned(),
            Unset::Is(text) => format!("`{text}`"),
            Unset::Means(words) => words.to_owned(),
        };
        table.extend(["| ", &name, " | ", key.doc, " | ", &default, " |\n"]);
        if let Some(inner) = inner {
            rows(inner, &format!("{name} "), table);
        }
    }
}
