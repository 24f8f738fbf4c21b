//! Files that people really published: valid ones pass, and all others are refused with a finding that says why.
//!
//! The collection is not part of the repository. It is in `shared/corpus`, next to it. `cargo xtask test` runs these
//! tests if the collection is there, and prints a line if it isn't.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use flash_policy::decide::Sandbox;
use flash_policy::lint::{Options, PolicyKind, lint_with};
use flash_policy::player::{Action, Client, Config, Event, Player};
use flash_policy::{Diagnostic, Moment, Port, Reply, Serving, lint};

/// Where the linter disagrees about whether a file is valid, and why. The collection itself allows that.
const WARNED_ONLY: [(&str, &str); 2] = [
    (
        "030.xml",
        "a header rule has no effect, and the other rule works: a warning",
    ),
    ("054.xml", "as in 030.xml"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus")
}

/// The original file names.
fn file_names(folder: &Path) -> BTreeMap<String, String> {
    let table = fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let columns = table
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    columns
        .map(|columns| (columns[0].to_owned(), columns[3].to_owned()))
        .collect()
}

#[test]
#[ignore = "needs the collection"]
fn verdicts() {
    let folder = folder();
    let table = fs::read_to_string(folder.join("VERDICTS.tsv")).unwrap();
    let names = file_names(&folder);
    let mut judged = 0;
    for line in table.lines().skip(1) {
        let mut columns = line.split('\t');
        let (name, well_formed, valid) = (
            columns.next().unwrap(),
            columns.next().unwrap(),
            columns.next().unwrap(),
        );
        let problems: Vec<_> = columns.next().unwrap_or_default().split(';').collect();
        let bytes = fs::read(folder.join(name)).unwrap();
        let report = lint(&bytes, Serving::from_port(Port::MASTER));
        let valid = valid.starts_with("yes") || WARNED_ONLY.iter().any(|(file, _)| *file == name);
        assert_eq!(
            !report.has_errors(),
            valid,
            "{name}: {:#?}",
            report.findings
        );
        let malformed = report.findings.iter().any(says_not_well_formed);
        assert_eq!(!malformed, well_formed.starts_with("yes"), "{name}");
        named_problems(name, &problems, &bytes, &names[name]);
        if valid {
            let reply = Reply::from_file_unchecked(&bytes).unwrap();
            assert_eq!(reply.as_bytes(), [&bytes[..], b"\0"].concat(), "{name}");
        }
        judged += 1;
    }
    assert!(judged > 60, "only {judged} files checked");
}

/// The collection's name of a problem, and the rule that finds it, if they differ.
const OTHER_NAMES: [(&str, &str); 14] = [
    ("bad-port-range", "invalid-port-range"),
    ("bom", "byte-order-mark"),
    ("secure-true-on-socket", "secure-true-in-socket-policy"),
    ("split-rule", "mergeable-rules"),
    ("wrong-root", "wrong-root-element"),
    ("example-domain-left-in", "example-domain"),
    ("secure-false-redundant-on-socket", "redundant-secure"),
    ("port-range-crosses-1024", "privileged-ports"),
    ("site-control-after-rules", "element-order"),
    ("lone-cr", "carriage-return-line-endings"),
    ("mixed-eol", "mixed-line-endings"),
    ("wrong-doctype-url", "unusual-doctype"),
    ("trailing-content", "mismatched-tag"),
    ("empty-headers", "missing-headers"),
];

/// Problems that the linter does not find, file by file, and why.
const NOT_FOUND: &[(&str, &str, &str)] = &[
    (
        "028.xml",
        "shadowed-rule",
        "the wider rule's range is invalid and grants nothing; the others are reported as `mergeable-rules`",
    ),
    (
        "028.xml",
        "wildcard-headers",
        "a header rule has no effect in a socket policy, which is reported instead",
    ),
    (
        "028.xml",
        "wildcard-domain",
        "`*` is only in a misspelled element and in that header rule",
    ),
    ("030.xml", "wildcard-headers", "as in 028.xml"),
    (
        "038.xml",
        "wildcard-ports",
        "the rule's domain is invalid, so it opens no port",
    ),
    ("054.xml", "wildcard-headers", "as in 028.xml"),
    (
        "058.xml",
        "wildcard-domain",
        "the rule's ports are a placeholder, so it grants nothing",
    ),
    (
        "070.xml",
        "doctype",
        "the file is not well-formed, so nothing else is reported",
    ),
    (
        "074.xml",
        "shadowed-rule",
        "`127.0.0.1:8080` is not a valid domain, so there is no such rule",
    ),
    ("074.xml", "loopback-domain", "as in `shadowed-rule`"),
    (
        "078.xml",
        "domain-with-scheme",
        "the scheme `https://` is valid; the path is reported",
    ),
    ("082.xml", "doctype", "as in 070.xml"),
    (
        "092.xml",
        "example-domain-left-in",
        "`domaina.com` is a domain in the example that the file comes from",
    ),
    ("094.xml", "doctype", "as in 070.xml"),
];

/// Every problem is found when the file is checked as the kind that was detected, or as a socket policy.
fn named_problems(name: &str, problems: &[&str], bytes: &[u8], file_name: &str) {
    let mut found = BTreeSet::new();
    for kind in [
        PolicyKind::Socket,
        PolicyKind::detect(bytes, Some(file_name)),
    ] {
        let options = Options::new(Serving::from_port(Port::MASTER)).kind(kind);
        let report = lint_with(bytes, &options);
        found.extend(report.findings.iter().map(|finding| finding.rule));
        // Each syntax error has its own rule; the collection has one name for all of them.
        if report.findings.iter().any(says_not_well_formed) {
            found.insert("malformed-xml");
        }
        // Only one of the two is reported.
        if found.contains("unusual-doctype") {
            found.insert("doctype");
        }
    }
    for problem in problems.iter().filter(|problem| !problem.is_empty()) {
        let other = OTHER_NAMES.iter().find(|(theirs, _)| theirs == problem);
        let rule = other.map_or(*problem, |(_, ours)| ours);
        let mut known = NOT_FOUND.iter();
        let expected = !known.any(|(file, missed, _)| (*file, missed) == (name, problem));
        assert_eq!(
            found.contains(rule),
            expected,
            "{name}: {problem} in {found:?}"
        );
    }
}

/// The detected kind is the one that the collection states.
#[test]
#[ignore = "needs the collection"]
fn kinds() {
    let folder = folder();
    let table = fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        let bytes = fs::read(folder.join(columns[0])).unwrap();
        let expected = match columns[5] {
            "url" => PolicyKind::Url,
            "silverlight" => PolicyKind::Silverlight,
            _ => PolicyKind::Socket,
        };
        if PolicyKind::detect(&bytes, Some(columns[3])) != expected {
            wrong.push(columns[0]);
        }
    }
    // The first is broken before its `to-ports`. The second is called `crossdomain.xml` and has ports.
    assert_eq!(wrong, ["052.xml", "094.xml"]);
}

/// The collection's verdict on its Silverlight files, for a client that wants port 4502, over both protocols. Those
/// without a `<socket-resource>` are for HTTP requests, and one names a port that Silverlight never connects to.
#[test]
#[ignore = "needs the collection"]
fn silverlight_files() {
    let folder = folder();
    let table = fs::read_to_string(folder.join("VERDICTS.tsv")).unwrap();
    let files = table.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let (name, verdict) = (columns.next()?, columns.nth(1)?);
        let (_, verdict) = verdict.split_once("root is access-policy (Silverlight); ")?;
        Some((name, verdict))
    });
    let mut judged = 0;
    for (name, verdict) in files {
        let bytes = fs::read(folder.join(name)).unwrap();
        let (reason, rule) = match verdict {
            "valid as a Silverlight socket policy" => ("granted", None),
            "no socket-resource" => ("no-rule-matches", Some("silverlight-no-socket-resource")),
            outside if outside.contains("is outside the 4502-4534") => {
                ("no-policy", Some("silverlight-port-out-of-range"))
            }
            other => panic!("{name}: {other}"),
        };
        for location in [None, Some("http://srv.test/clientaccesspolicy.xml")] {
            assert_eq!(silverlight(&bytes, location), reason, "{name} {location:?}");
        }
        let options = Options::new(Serving::from_unknown_port()).kind(PolicyKind::Silverlight);
        let report = lint_with(&bytes, &options);
        let of_sockets = |finding: &Diagnostic| {
            let rules = [
                "silverlight-no-socket-resource",
                "silverlight-port-out-of-range",
            ];
            rules.contains(&finding.rule).then_some(finding.rule)
        };
        let found = report.findings.iter().find_map(of_sockets);
        assert_eq!(found, rule, "{name}: {:#?}", report.findings);
        judged += 1;
    }
    assert!(judged >= 8, "only {judged} files checked");
}

/// The reason of an attempt to connect to port 4502, from a site that two of the files name.
fn silverlight(document: &[u8], location: Option<&str>) -> &'static str {
    let movie = Sandbox::Remote("http://www.trafilm.net/app.xap".parse().unwrap());
    let port = Port::new(4502).unwrap();
    let mut config = Config::new(movie, "srv.test".parse().unwrap(), port);
    config.client = Client::Silverlight;
    config.loaded = location.iter().map(|url| url.parse().unwrap()).collect();
    let now = Moment::ZERO;
    let mut player = Player::new(config, now);
    loop {
        match player.poll(now) {
            Action::Connect(fetch) => {
                player.handle(fetch.id, Event::Connected, now);
                for read in document.chunks(256) {
                    player.handle(fetch.id, Event::Received(read), now);
                }
                player.handle(fetch.id, Event::Finished, now);
            }
            Action::Close(_) => {}
            Action::Wait { .. } => panic!("the client waits for more than it got"),
            Action::Done(outcome) => return outcome.reason.code(),
        }
    }
}

/// What nmap 7.93's `http-cross-domain-policy` reports about these files, served as `/crossdomain.xml` or
/// `/clientaccesspolicy.xml`: that all domains are trusted, or that some are.
const NMAP_VULNERABLE: [&str; 16] = [
    "074", "080", "082", "084", "086", "088", "094", "100", "104", "110", "114", "116", "118",
    "122", "124", "126",
];
const NMAP_LIKELY_VULNERABLE: [&str; 10] = [
    "072", "076", "090", "092", "098", "102", "106", "108", "112", "120",
];

/// These two are not well-formed, so no player accepts them, and the linter reports that. nmap still reads them.
const MALFORMED: [&str; 2] = ["082", "094"];

#[test]
#[ignore = "needs the collection"]
fn what_nmap_flags() {
    let folder = folder();
    let likely = NMAP_LIKELY_VULNERABLE.map(|name| (name, "trusted-domain"));
    let certain = NMAP_VULNERABLE.map(|name| (name, "wildcard-domain"));
    for (name, expected) in likely.into_iter().chain(certain) {
        let bytes = fs::read(folder.join(format!("{name}.xml"))).unwrap();
        let kind = match PolicyKind::detect(&bytes, None) {
            PolicyKind::Silverlight => PolicyKind::Silverlight,
            PolicyKind::Socket | PolicyKind::Url | _ => PolicyKind::Url,
        };
        let options = Options::new(Serving::from_unknown_port()).kind(kind);
        let report = lint_with(&bytes, &options);
        let found = report.findings.iter().any(|finding| {
            if MALFORMED.contains(&name) {
                says_not_well_formed(finding)
            } else {
                finding.rule == expected
            }
        });
        assert!(found, "{name}: {expected} in {:?}", report.findings);
    }
}

/// Whether a finding is a syntax error. All syntax errors have the same note.
fn says_not_well_formed(finding: &Diagnostic) -> bool {
    finding
        .notes
        .iter()
        .any(|note| note.contains("not well-formed"))
}
