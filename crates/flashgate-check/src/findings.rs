//! Every finding of `flashgate check`, defined once: its id, what it means, and what to do.
//!
//! `judge` and `bridge` create findings only from these rows, so every finding is documented. Findings about how a
//! policy is written come from lint, and have their pages there.

mod table;

use std::fmt::Write as _;

use flash_policy::{Diagnostic, lint};

pub use table::FindingId;

impl FindingId {
    /// The finding with this id.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.id() == id)
    }

    /// What a finding means and what to do, for `flashgate explain`.
    #[must_use]
    pub fn page(self) -> String {
        let (id, (meaning, fix)) = (self.id(), self.texts());
        let (group, _) = self.group().heading();
        format!(
            "# {id}\n\n*finding of `flashgate check`* · {group}\n\n{meaning}\n\n**Fix:** {fix}\n"
        )
    }

    pub(crate) fn error(self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.id(), message)
    }

    pub(crate) fn warning(self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.id(), message)
    }
}

/// The id of every finding.
pub fn ids() -> impl Iterator<Item = &'static str> {
    FindingId::ALL.iter().map(|finding| finding.id())
}

/// Every finding in one line, for `flashgate explain`.
#[must_use]
pub fn list() -> String {
    let all = FindingId::ALL.iter();
    let width = all.map(|finding| finding.id().len()).max().unwrap_or(0);
    let mut text = "Findings of `flashgate check`\n".to_owned();
    for finding in FindingId::ALL {
        let (id, (meaning, _)) = (finding.id(), finding.texts());
        // A lint rule with the same name is about the same thing, and its page says more.
        if lint::rule(id).is_some() {
            continue;
        }
        let summary = meaning.split(". ").next().unwrap_or_default();
        let summary = summary.trim_end_matches('.');
        let _ = writeln!(text, "  {id:width$}  check    {summary}");
    }
    text
}

/// The reference of all findings, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    let mut group = None;
    for finding in FindingId::ALL {
        if group != Some(finding.group()) {
            group = Some(finding.group());
            let (title, see) = finding.group().heading();
            let _ = write!(text, "\n## {title}\n\nSee {see}.\n\n{HEAD}");
        }
        let (id, (meaning, fix)) = (finding.id(), finding.texts());
        let _ = writeln!(text, "| `{id}` | {meaning} | {fix} |");
    }
    text
}

const HEAD: &str = "| finding | meaning | fix |\n|---|---|---|\n";

const INTRODUCTION: &str = "\
# Findings of `flashgate check`

The first finding of a report is the most important cause. `flashgate explain FINDING` prints a row of these tables. The meaning of an
id never changes. Findings about how a policy is written have the names of [lint rules](rules.md).

<!-- Generated: cargo xtask generate. -->
";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn each_id_once() {
        for (index, finding) in FindingId::ALL.iter().enumerate() {
            let first = FindingId::ALL.iter().position(|it| it.id() == finding.id());
            assert_eq!(first, Some(index), "{finding:?}");
            assert_eq!(FindingId::named(finding.id()), Some(*finding));
        }
    }

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let paths = entries.map(|entry| entry.path());
        let nested = paths.map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        });
        nested.flatten().collect()
    }

    /// Nothing else in this crate may create a finding, because it would be missing from the reference.
    #[test]
    fn no_finding_of_another_kind() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for path in sources(&folder)
            .into_iter()
            .filter(|path| !path.ends_with("src/findings.rs"))
        {
            let text = fs::read_to_string(&path).unwrap();
            let made = ["error", "warning", "hint"].map(|level| format!("Diagnostic::{level}("));
            assert!(
                !made.iter().any(|made| text.contains(made)),
                "{}",
                path.display()
            );
        }
    }
}
