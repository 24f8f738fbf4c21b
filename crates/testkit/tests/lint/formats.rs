//! The machine formats: standard output contains only the format, with the right places.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use testkit::folder::Folder;
use testkit::needs;

use super::{Said, lint, lint_in, policy};

/// A folder with a file with many findings, one without findings, and a missing one: everything that a format can
/// report.
fn everything(format: &str) -> (Folder, Said) {
    let folder = Folder::new().unwrap();
    let rules = "  <allow-access-from domain=\"*\" to-ports=\"9339\"/>\n\
        \x20 <allow-access-from domain=\"*\" to-ports=\"9339\"/>\n\
        \x20 <allow-access-from domain=\"http://www.games.test/x,y\"\n    to-ports=\"0-70000\"/>";
    let text = [b"\xEF\xBB\xBF".to_vec(), policy(rules).into_bytes()].concat();
    folder.file("with space, 100%: ä.xml", text).unwrap();
    folder.file("sound.xml", super::sound()).unwrap();
    let names = ["with space, 100%: ä.xml", "sound.xml", "nosuch.xml"];
    let said = lint_in(folder.path(), &[&["--format", format], &names[..]].concat());
    assert_eq!(said.code, Some(2), "{said:?}");
    (folder, said)
}

/// Checks a document with the schema in this file, a path in the repository.
fn validate(folder: &Folder, document: &str, schema: &str) {
    if !needs::met(needs::program("/usr/bin/jsonschema")) {
        return;
    }
    let document = folder.file("document.json", document).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new("/usr/bin/jsonschema");
    let command = command.arg("-i").arg(document).arg(root.join(schema));
    let said = Said::from(command.output().unwrap());
    assert_eq!(said.code, Some(0), "{schema}: {said:?}");
}

#[test]
fn json() {
    let (folder, said) = everything("json");
    validate(&folder, &said.stdout, "docs/lint.schema.json");
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let files = document["files"].as_array().unwrap();
    assert_eq!(files.len(), 3);
    assert_eq!(files[0]["file"], "with space, 100%: ä.xml");
    assert_eq!(files[0]["kind"], "socket");
    assert_eq!(files[1]["findings"], Value::Array(Vec::new()));
    assert!(
        files[2]["fault"]["message"]
            .as_str()
            .unwrap()
            .contains("can't be read")
    );
    assert_eq!(document["summary"]["files"], 2);
    assert_eq!(document["summary"]["faults"], 1);
    let findings = files[0]["findings"].as_array().unwrap();
    let wildcard = findings
        .iter()
        .find(|finding| finding["rule"] == "wildcard-domain");
    let wildcard = wildcard.unwrap();
    assert_eq!(wildcard["level"], "warning");
    // A byte order mark has three bytes and no column.
    let start = &wildcard["place"]["start"];
    assert_eq!(
        (&start["byte"], &start["line"], &start["column"]),
        (&76.into(), &3.into(), &30.into())
    );
    let end = &wildcard["place"]["end"];
    assert_eq!((&end["byte"], &end["column"]), (&77.into(), &31.into()));
    let fixable = findings
        .iter()
        .filter(|finding| finding["fix"].is_object())
        .count();
    assert!(fixable > 0, "{}", said.stdout);
    assert_eq!(document["summary"]["fixable"], fixable);
}

/// Applied by hand, the edits give the same as `--fix`, if there is only one.
#[test]
fn json_edits() {
    let folder = Folder::new().unwrap();
    let text = [b"\xEF\xBB\xBF".to_vec(), super::sound().into_bytes()].concat();
    let path = folder.file("a.xml", &text).unwrap();
    let said = lint_in(folder.path(), &["--format", "json", "a.xml"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let mut fixed = text;
    let edits = &document["files"][0]["findings"][0]["fix"]["edits"];
    for edit in edits.as_array().unwrap().iter().rev() {
        let at = |end: &str| usize::try_from(edit[end]["byte"].as_u64().unwrap()).unwrap();
        let new = edit["replacement"].as_str().unwrap().bytes();
        fixed.splice(at("start")..at("end"), new);
    }
    lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(std::fs::read(path).unwrap(), fixed);
}

/// What code scanning reads follows the standard.
#[test]
fn sarif() {
    let (folder, said) = everything("sarif");
    validate(
        &folder,
        &said.stdout,
        "crates/testkit/tests/data/sarif-schema-2.1.0.json",
    );
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let run = &document["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]["id"]);
        let level = result["level"].as_str().unwrap();
        assert!(["error", "warning", "note"].contains(&level), "{level}");
    }
    for rule in rules {
        let name = rule["id"].as_str().unwrap();
        let text = rule["help"]["markdown"].as_str();
        assert!(text.is_some_and(|text| text.starts_with("# ")), "{name}");
    }
    let wildcard = results
        .iter()
        .find(|result| result["ruleId"] == "wildcard-domain");
    let place = &wildcard.unwrap()["locations"][0]["physicalLocation"];
    let uri = "with%20space%2C%20100%25%3A%20%C3%A4.xml";
    assert_eq!(place["artifactLocation"]["uri"], uri);
    let region = &place["region"];
    assert_eq!(
        (&region["startLine"], &region["startColumn"]),
        (&3.into(), &30.into())
    );
    assert!(
        results.iter().any(|result| result["fixes"].is_array()),
        "{}",
        said.stdout
    );
}

/// Files of every kind give a valid document.
#[test]
fn sarif_of_anything() {
    let folder = Folder::new().unwrap();
    let texts: [&[u8]; 6] = [b"", b"\0", b"<", b"\xFF\xFE<\0", b"<a>\n\n", &[b'\n'; 5000]];
    for (index, text) in texts.iter().enumerate() {
        folder.file(&format!("{index}.xml"), text).unwrap();
    }
    let clients = [
        "--client",
        "unity",
        "--client",
        "lightspark",
        "--client",
        "silverlight",
    ];
    let said = lint_in(
        folder.path(),
        &[&["--format", "sarif", "."], &clients[..]].concat(),
    );
    assert_eq!(said.code, Some(1), "{said:?}");
    validate(
        &folder,
        &said.stdout,
        "crates/testkit/tests/data/sarif-schema-2.1.0.json",
    );
}

/// Control characters and invisible characters are escaped without changing their meaning: those in the file, in its
/// name, and in an unreadable file's error.
#[test]
fn nothing_hidden() {
    const ODD: &str = "\u{9b}31m\u{202e}\u{7f}\u{e0041}";
    let folder = Folder::new().unwrap();
    let rules = format!("<allow-access-from domain=\"{ODD}\" to-ports=\"1 2\"/><x{ODD}/>{ODD}");
    let (name, missing) = (format!("{ODD}.xml"), format!("no {ODD}.xml"));
    folder.file(&name, policy(&rules)).unwrap();
    for format in ["json", "sarif"] {
        let said = lint_in(folder.path(), &["--format", format, &name, &missing]);
        let hidden = |c: &char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{e0000}'..='\u{e007f}');
        assert_eq!(said.stdout.chars().find(hidden), None, "{}", said.stdout);
        let document: Value = serde_json::from_str(&said.stdout).unwrap();
        let text = document.to_string();
        assert!(text.contains("\u{202e}") || format == "sarif", "{text}");
        if format == "json" {
            assert_eq!(document["files"][0]["file"], *name);
            assert_eq!(document["files"][1]["file"], *missing);
        }
    }
}

#[test]
fn github() {
    let (_folder, said) = everything("github");
    let file = "file=with space%2C 100%25%3A ä.xml";
    let wildcard =
        format!("::warning {file},line=3,col=30,endLine=3,endColumn=31,title=wildcard-domain::");
    assert!(said.stdout.contains(&wildcard), "{}", said.stdout);
    assert!(
        said.stdout.contains(&format!("::error {file},line=")),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout.contains("::error file=nosuch.xml,title="),
        "{}",
        said.stdout
    );
    // A command is a line; line breaks in a message are escaped.
    for line in said.stdout.lines() {
        let level = ["::error ", "::warning ", "::notice "]
            .iter()
            .any(|level| line.starts_with(level));
        assert!(level, "{line}");
    }
    assert!(said.stdout.contains("%0Ahelp: "), "{}", said.stdout);
}

#[test]
fn short() {
    let (_folder, said) = everything("short");
    let line = "with space, 100%: ä.xml:3:30: warning[wildcard-domain]: ";
    assert!(said.stdout.contains(line), "{}", said.stdout);
    assert!(
        said.stdout.lines().all(|line| line.contains("]: ")),
        "{}",
        said.stdout
    );
    assert!(said.stderr.contains("2 files: "), "{}", said.stderr);
}

/// The content of a file is safe for terminals, and each finding has its own line.
#[test]
fn no_format_repeats_what_terminals_obey() {
    let hostile = [
        "<allow-access-from domain=\"a.games.test\" \u{9b}31m\u{202e} to-ports=\"9339\"",
        "<allow-access-from domain=\"a.games.test\" to-ports=\"9339\"/\n",
        "<allow-access-from domain=\"a\u{1b}[31m\" to-ports=\"9339\"\t\"/>",
        "<allow-access-from domain=\"a\u{85}\u{200b}.test\" to-ports=\"9\r339\"/>",
        "<!-- \u{9b}\u{2066} --><allow-access-from domain=\"*\" to-ports=\"9339\"/>",
    ];
    for body in hostile {
        for format in ["human", "short", "github"] {
            let said = lint(policy(body), &["--format", format]);
            let obeyed = |c: &char| {
                (c.is_control() && *c != '\n') || "\u{202e}\u{200b}\u{2066}".contains(*c)
            };
            assert_eq!(said.stdout.chars().find(obeyed), None, "{said:?}");
            let mut lines = said.stdout.lines();
            let begins = |line: &str| line.starts_with("<stdin>:") || line.starts_with("::");
            assert!(format == "human" || lines.all(begins), "{said:?}");
        }
    }
}
