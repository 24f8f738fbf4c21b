//! What each finding in a config file means and what to do, for `flashgate explain` and the book's reference.
//!
//! A policy in the config has the findings of `flashgate lint` too; those are documented there.

use std::fmt::Write as _;

mod groups;

use self::groups::{ConfigFindingGroup, ConfigFindingPage, GROUPS};

/// The page of a finding; `None` if the config has no finding with this id.
pub fn page(id: &str) -> Option<String> {
    let pages = GROUPS
        .iter()
        .flat_map(|group| group.findings.iter().map(move |page| (group, page)));
    let (group, ConfigFindingPage(id, meaning, fix)) = { pages }.find(|(_, page)| page.0 == id)?;
    let title = group.title;
    Some(format!(
        "# {id}\n\n*finding in a config file* · {title}\n\n{meaning}\n\n**Fix:** {fix}\n"
    ))
}

/// The id of every finding.
pub fn ids() -> impl Iterator<Item = &'static str> {
    let findings = GROUPS.iter().flat_map(|group| group.findings);
    findings.map(|page| page.0)
}

/// Every finding in one line, for `flashgate explain`.
pub fn list() -> String {
    let findings = || GROUPS.iter().flat_map(|group| group.findings);
    let width = findings().map(|page| page.0.len()).max().unwrap_or(0);
    let mut text = "Findings in a config file\n".to_owned();
    for ConfigFindingPage(id, meaning, _) in findings() {
        let summary = meaning.split(". ").next().unwrap_or_default();
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "  {id:width$}  config   {}",
            summary.trim_end_matches('.')
        );
    }
    text
}

/// The page of the book's reference.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    for ConfigFindingGroup {
        title,
        see,
        findings,
    } in GROUPS
    {
        let _ = write!(text, "\n## {title}\n\nSee {see}.\n\n{HEAD}");
        for ConfigFindingPage(id, meaning, fix) in *findings {
            let _ = writeln!(text, "| `{id}` | {meaning} | {fix} |");
        }
    }
    text
}

const HEAD: &str = "| finding | meaning | fix |\n|---|---|---|\n";

const INTRODUCTION: &str = "\
# Findings in a config file

What `flashgate serve` reports about a config file or its flags, at start, at a reload, and with `--check`. An error
stops the start; a reload with an error changes nothing. Policies have the findings of [lint rules](rules.md) too.
`flashgate explain FINDING` prints a row of these tables. The meaning of an id never changes.

<!-- Generated: cargo xtask generate. -->
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use flash_policy::lint;

    use super::*;

    fn documented() -> Vec<&'static str> {
        let findings = GROUPS.iter().flat_map(|group| group.findings);
        findings.map(|page| page.0).collect()
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

    /// What makes a finding of an id, up to the id.
    const MAKERS: [&str; 5] = [
        "Diagnostic::error(",
        "Diagnostic::warning(",
        "Diagnostic::hint(",
        ".parsed(",
        "parse_text(text, ",
    ];

    /// Files that choose an id in a `match`: every word with a hyphen in quotes is one.
    const CHOOSERS: [&str; 2] = ["config/tls.rs", "config/weakness.rs"];

    /// The ids of the findings that a source file makes.
    fn ids<'a>(path: &Path, text: &'a str) -> Vec<&'a str> {
        let code = text.split("\nmod tests {").next().unwrap();
        if CHOOSERS.iter().any(|chooser| path.ends_with(chooser)) {
            let is_id = |text: &&str| {
                text.contains('-') && text.bytes().all(|b| b == b'-' || b.is_ascii_lowercase())
            };
            return code.split('"').filter(is_id).collect();
        }
        let calls = MAKERS.iter().flat_map(|maker| code.split(maker).skip(1));
        let argument = |call: &'a str| call.trim_start().strip_prefix('"')?.split('"').next();
        calls.filter_map(argument).collect()
    }

    #[test]
    fn every_finding_is_documented() {
        let documented = documented();
        let mut made = BTreeSet::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for path in sources(&folder) {
            if ["explain.rs", "groups.rs", "tests.rs"]
                .iter()
                .any(|name| path.ends_with(name))
            {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for id in ids(&path, &text) {
                let is_rule = lint::rule(id).is_some();
                assert!(
                    is_rule || documented.contains(&id),
                    "{}: `{id}` is not in config/explain/groups.rs",
                    path.display()
                );
                made.insert(id.to_owned());
            }
        }
        for id in &documented {
            assert!(made.contains(*id), "no code makes `{id}`");
        }
        let unique: BTreeSet<_> = documented.iter().collect();
        assert_eq!(unique.len(), documented.len(), "an id appears twice");
    }
}
