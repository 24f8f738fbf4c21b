//! What a hostile file can do to a report: how long it gets, and how much memory it takes.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::folder::Folder;
use testkit::needs;

use super::{Said, lint, lint_in, policy};

const FORMATS: [&str; 5] = ["human", "short", "json", "sarif", "github"];

/// The size of the largest file that lint accepts.
const LARGEST: usize = 1024 * 1024;

/// Files of a given length in which every few bytes cause a finding or another item to remember.
fn hostile(length: usize) -> Vec<(&'static str, String)> {
    let repeated = |part: &dyn Fn(usize) -> String| {
        let mut text = String::from("<cross-domain-policy>");
        for index in 0.. {
            let part = part(index);
            if text.len() + part.len() > length - 22 {
                break;
            }
            text += &part;
        }
        text + "</cross-domain-policy>"
    };
    let rule = |attributes: String| format!("<allow-access-from {attributes}/>\n");
    // About as much as is read of a file before it has too many elements, and long values in it.
    let few = length / 2300;
    vec![
        ("elements", repeated(&|_| "<a/>".into())),
        ("other elements", repeated(&|index| format!("<a{index}/>"))),
        ("texts", repeated(&|index| format!("{index}<a/>"))),
        ("comments", repeated(&|_| "<!---->x".into())),
        ("bad rules", repeated(&|_| rule(String::new()))),
        (
            "few bad rules",
            repeated(&|index| rule(format!("domain=\"{index:0few$}\" to-ports=\"x\""))),
        ),
        (
            "few wide rules",
            repeated(&|index| {
                let ports = "80, 81-90, ".repeat(few / 11);
                rule(format!(
                    "domain=\"www.a{index}.test.\" to-ports=\"{ports}1\" secure=\"false\""
                ))
            }),
        ),
        (
            "many attributes",
            repeated(&|index| {
                let attributes = (0..29).map(|name| format!(" a{name}{index}=\"\""));
                format!("<allow-access-from{}/>", attributes.collect::<String>())
            }),
        ),
        (
            "same rules",
            repeated(&|_| rule("domain=\"a.test\" to-ports=\"80\" secure=\"false\"".into())),
        ),
        (
            "other rules",
            repeated(&|index| rule(format!("domain=\"www.a{index}.test\" to-ports=\"80, 81\""))),
        ),
        (
            "one line",
            repeated(&|_| rule("domain=\"*\" to-ports=\"*\"".into()).replace('\n', " ")),
        ),
        (
            "one long value",
            repeated(&|_| rule(format!("domain=\"{}\"", "a".repeat(length - 80)))),
        ),
        ("one long text", repeated(&|_| "&amp;".into())),
        (
            "line ends",
            format!(
                "<cross-domain-policy>{}<a/></cross-domain-policy>",
                "\n".repeat(length - 60)
            ),
        ),
        ("not closed", "<a ".repeat(length / 3)),
        ("no text", "\u{9b}".repeat(length / 2)),
        ("not UTF-8", String::new()),
    ]
}

/// The peak memory of a run, in KiB.
fn peak(folder: &Path, file: &str, format: &str, kind: &str) -> u64 {
    let mut command = Command::new("/usr/bin/time");
    let command = command
        .args(["-f", "peak %M", "-o"])
        .arg(folder.join("peak"));
    let clients = ["unity", "silverlight", "lightspark"].map(|client| format!("--client={client}"));
    let status = command
        .arg(testkit::binary::flashgate().unwrap())
        .args(["lint", "--format", format, "--as", kind])
        .args(clients)
        .arg(folder.join(file))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        matches!(status.unwrap().code(), Some(0 | 1)),
        "{file} as {format}"
    );
    let said = std::fs::read_to_string(folder.join("peak")).unwrap();
    let (_, peak) = said.rsplit_once("peak ").unwrap();
    peak.trim().parse().unwrap()
}

/// In every format, a file costs less than ten times its size, over what the program takes for a small one.
#[test]
fn memory() {
    if !needs::met(needs::program("/usr/bin/time")) {
        return;
    }
    let folder = Folder::new().unwrap();
    folder.file("small.xml", super::sound()).unwrap();
    let mut texts = hostile(LARGEST);
    let (_, not_utf_8) = texts.last_mut().unwrap();
    not_utf_8.clear();
    for (name, text) in &texts {
        assert!(text.len() <= LARGEST, "{name}: {}", text.len());
        let bytes = if text.is_empty() {
            vec![0xE9; LARGEST]
        } else {
            text.clone().into_bytes()
        };
        folder.file(&format!("{name}.xml"), bytes).unwrap();
    }
    let mut broken = Vec::new();
    for format in FORMATS {
        // The mapped part of the program varies between runs by more than a small file needs.
        let least = (0..3).map(|_| peak(folder.path(), "small.xml", format, "socket"));
        let least = least.min().unwrap();
        for (name, _) in &texts {
            for kind in ["socket", "url"] {
                let most = peak(folder.path(), &format!("{name}.xml"), format, kind);
                let taken = most.saturating_sub(least);
                if taken >= 10 * 1024 {
                    broken.push(format!("{name} as {format}, {kind}: {taken} KiB"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// However many findings there are, a report stays short, and says how many it leaves out.
#[test]
fn length() {
    let folder = Folder::new().unwrap();
    let rules: Vec<_> = (0..700).map(|index| format!("<x{index}/>")).collect();
    folder.file("many.xml", policy(&rules.join("\n"))).unwrap();
    for format in FORMATS {
        let said = lint_in(folder.path(), &["--format", format, "many.xml"]);
        assert!(
            said.stdout.len() < 200_000,
            "{format}: {}",
            said.stdout.len()
        );
        let omitted = match format {
            "json" => {
                let document: Value = serde_json::from_str(&said.stdout).unwrap();
                assert_eq!(
                    document["files"][0]["omitted"],
                    document["summary"]["omitted"]
                );
                document["summary"]["omitted"].as_u64().unwrap()
            }
            "sarif" => {
                let document: Value = serde_json::from_str(&said.stdout).unwrap();
                let told = &document["runs"][0]["invocations"][0]["toolExecutionNotifications"];
                number_before(
                    told[0]["message"]["text"].as_str().unwrap(),
                    " more findings",
                )
            }
            "human" | "github" => number_before(&said.stdout, " more findings"),
            _ => number_before(&said.stderr, " more findings"),
        };
        assert_eq!(omitted, 675, "{format}: {said:?}");
    }
}

fn number_before(text: &str, what: &str) -> u64 {
    let (before, _) = text.split_once(what).unwrap_or_else(|| panic!("{text}"));
    let number = before.rsplit(|c: char| !c.is_ascii_digit()).next();
    number.unwrap().parse().unwrap()
}

/// A repeated mistake is one finding, with all its places.
#[test]
fn repeats() {
    let rules = "  <allow-access-from domain=\"a.games.test\"/>\n".repeat(3);
    let said = lint(policy(&rules), &["--format", "json", "--as", "socket"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let findings = document["files"][0]["findings"].as_array().unwrap();
    let missing: Vec<_> = findings
        .iter()
        .filter(|found| found["rule"] == "missing-to-ports")
        .collect();
    assert_eq!(missing.len(), 1, "{said:?}");
    assert_eq!(missing[0]["places"], 3);
    let lines: Vec<_> = missing[0]["repeats"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| &place["start"]["line"])
        .collect();
    assert_eq!(lines, [4, 5]);
    for format in ["human", "short", "github"] {
        let Said { stdout, .. } = lint(policy(&rules), &["--format", format, "--as", "socket"]);
        assert_eq!(
            stdout.matches("missing-to-ports").count(),
            if format == "human" { 2 } else { 1 },
            "{stdout}"
        );
        assert!(
            stdout.contains("in 2 other places: lines 4 and 5"),
            "{stdout}"
        );
    }
}

/// Errors come first, then warnings, then hints; machine formats keep the order of the file.
#[test]
fn order() {
    let rules = "  <allow-access-from domain=\"*.yourdomain.com\" to-ports=\"9339\"/>\n\
        \x20 <allow-access-from domain=\"*\" to-ports=\"9340\"/>\n\
        \x20 <allow-access-from domain=\"a.games.test\"/>";
    let levels = |text: &str, marks: [&str; 3]| -> Vec<usize> {
        let mark = |line: &str| marks.iter().position(|mark| line.contains(mark));
        text.lines().filter_map(mark).collect()
    };
    for (format, marks) in [
        ("human", ["error[", "warning[", "hint["]),
        ("short", [" error[", " warning[", " hint["]),
        ("github", ["::error ", "::warning ", "::notice "]),
    ] {
        let Said { stdout, .. } = lint(policy(rules), &["--format", format]);
        let levels = levels(&stdout, marks);
        assert!(
            levels.is_sorted() && levels.contains(&0) && levels.contains(&2),
            "{stdout}"
        );
    }
    let said = lint(policy(rules), &["--format", "json"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let findings = document["files"][0]["findings"].as_array().unwrap();
    let lines: Vec<_> = findings
        .iter()
        .map(|found| found["place"]["start"]["line"].as_u64())
        .collect();
    assert!(lines.is_sorted() && lines.len() > 2, "{lines:?}");
}

/// For files that people really published, the first printed finding is among the most severe. The collection is next
/// to the repository, and is not part of it.
#[test]
fn the_worst_comes_first_in_real_files() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(files) = std::fs::read_dir(corpus) else {
        return;
    };
    let level = |line: &str| {
        ["error[", "warning[", "hint["]
            .iter()
            .position(|level| line.starts_with(level))
    };
    for file in files.map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        let name = file.to_str().unwrap();
        for kind in ["socket", "url", "silverlight"] {
            let said = lint_in(Path::new("."), &["--as", kind, name]);
            let levels: Vec<_> = said.stdout.lines().filter_map(level).collect();
            assert!(levels.is_sorted(), "{name} as {kind}: {levels:?}");
        }
    }
}

/// The server of a file reports the error first too; a rule with a misspelled name grants nothing.
#[test]
fn serving() {
    let folder = Folder::new().unwrap();
    let rules = "  <allow-access-from domain=\"*\" to-ports=\"9340\"/>\n\
        \x20 <allow-acces-from domain=\"a.games.test\" to-ports=\"9340\"/>";
    let path = folder.file("policy.xml", policy(rules)).unwrap();
    let arguments = ["serve", "--check", "--listen", "127.0.0.1:8430", "--policy"];
    let mut command = super::flashgate(&arguments);
    let said = Said::from(command.arg(path).output().unwrap());
    assert_eq!(said.code, Some(2), "{said:?}");
    let error = said.stderr.find("error[unknown-element]");
    let warning = said.stderr.find("warning[wildcard-domain]");
    assert!(error.is_some() && error < warning, "{said:?}");
}

/// The places of a mistake in a config's rules are places in the config.
#[test]
fn repeats_in_a_config() {
    let folder = Folder::new().unwrap();
    let text = "[policy.p]\nrules = [\n  { domain = \"*\", ports = \"9339\" },\n\n  \
        { domain = \"*\", ports = \"9340\" },\n]\n[[listen]]\naddress = \"127.0.0.1:8430\"\n";
    let config = folder.file("flashgate.toml", text).unwrap();
    let mut command = super::flashgate(&["serve", "--check", "--config"]);
    let said = Said::from(command.arg(config).output().unwrap());
    let found = said.stderr.matches("wildcard-domain]").count();
    assert_eq!(found, 1, "{said:?}");
    assert!(
        said.stderr.contains("the same mistake is also in line 5"),
        "{said:?}"
    );
}

/// Two further places on one other line are not two lines.
#[test]
fn repeats_on_one_line() {
    let folder = Folder::new().unwrap();
    let rule = "<allow-access-from domain=\"*\" to-ports=\"9339\"/>";
    let policy = format!("<cross-domain-policy>\n{rule}\n{rule}{rule}\n</cross-domain-policy>\n");
    let file = folder.file("policy.xml", policy).unwrap();
    let said = Said::from(super::flashgate(&["lint"]).arg(file).output().unwrap());
    let text = "the same mistake is also in line 3, 2 times";
    assert!(said.stdout.contains(text), "{said:?}");
}

/// A file that is not well-formed is not checked further, which every format says.
#[test]
fn rules_that_are_not_checked() {
    let folder = Folder::new().unwrap();
    let policy = "<cross-domain-policy>\n<allow-access-from domain=\"*\" to-ports=\"9339\">\n</cross-domain-policy>\n";
    let file = folder.file("policy.xml", policy).unwrap();
    let lint = |more: &[&str]| {
        let mut command = super::flashgate(&["lint"]);
        Said::from(command.args(more).arg(&file).output().unwrap())
    };
    let note = "are not checked until the XML is well-formed";
    let said = lint(&[]);
    assert!(said.stdout.contains(note), "{said:?}");
    let said = lint(&["--format", "short"]);
    assert!(said.stderr.contains(note), "{said:?}");
    let said = lint(&["--format", "json"]);
    assert!(said.stdout.contains("\"rules-checked\":false"), "{said:?}");
    folder
        .file("policy.xml", policy.replace("9339\">", "9339\"/>"))
        .unwrap();
    let said = lint(&[]);
    assert!(!said.stdout.contains(note), "{said:?}");
    let said = lint(&["--format", "json"]);
    assert!(said.stdout.contains("\"rules-checked\":true"), "{said:?}");
}
