//! The documentation matches the tests, and the schema matches the output.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use testkit::folder::Folder;
use testkit::needs;
use testkit::zoo::{all, with_table};

/// The path of Debian's `python3-jsonschema`, because other programs have this name too.
const VALIDATOR: &str = "/usr/bin/jsonschema";

/// The page that contains the zoo, and the pages of the findings and the rules.
const VERDICTS: &str = "book/src/trouble/verdicts.md";
const CHECK: &str = "book/src/trouble/check.md";
const FINDINGS: &str = "book/src/reference/findings.md";
const RULES: &str = "book/src/reference/rules.md";

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

/// Checks a report with the schema.
pub(super) fn validate(report: &[u8]) {
    validate_all(&[report]);
}

/// Checks many reports in one run.
pub(super) fn validate_all(reports: &[impl AsRef<[u8]>]) {
    if !needs::met(needs::program(VALIDATOR)) {
        return;
    }
    let folder = Folder::new().unwrap();
    let mut command = Command::new(VALIDATOR);
    for (index, report) in reports.iter().enumerate() {
        let path = folder.file(&format!("{index}.json"), report).unwrap();
        command.arg("-i").arg(path);
    }
    let output = command.arg(docs("check.schema.json")).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn the_zoo_is_in_the_documentation() {
    let page = fs::read_to_string(docs(VERDICTS)).unwrap();
    let current = with_table(&page).expect("marks for the table");
    assert!(
        page == current,
        "docs/{VERDICTS} is out of date; run `cargo xtask generate`"
    );
}

/// Every verdict and reason that the schema has is explained on the page.
#[test]
fn every_reason_is_documented() {
    let schema = fs::read(docs("check.schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let page = fs::read_to_string(docs(CHECK)).unwrap();
    let values = |key: &str| schema["properties"][key]["enum"].as_array().unwrap();
    // Both are null if the check could not run.
    for reason in values("reason").iter().filter_map(Value::as_str) {
        assert!(page.contains(&format!(" | `{reason}` | ")), "{reason}");
    }
    for verdict in values("verdict").iter().filter_map(Value::as_str) {
        assert!(page.contains(&format!("\n| {verdict} | ")), "{verdict}");
    }
}

/// A cause is a finding of `check` or a lint rule.
#[test]
fn every_cause_is_documented() {
    let [findings, rules] = [FINDINGS, RULES].map(|page| fs::read_to_string(docs(page)).unwrap());
    for cause in all().filter_map(|animal| animal.expected.cause) {
        let is_finding = findings.contains(&format!("| `{cause}` |"));
        let is_rule = rules.contains(&format!("| [{cause}](rules/{cause}.md) |"));
        assert!(is_finding || is_rule, "{cause}");
    }
}
