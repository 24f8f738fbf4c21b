//! A `[[gate]]` on a range of ports: a gate for each port, and which ranges are refused.

use super::{LEAST, check, config, refused, valid};
use testkit::folder::Folder;

const RULES: &str = "[policy.p]\nrules = [{ domain = \"a.test\" }]\n";

/// A gate in front of a server, with other keys.
fn gate(address: &str, backend: &str, more: &str) -> String {
    format!("[[gate]]\naddress = {address}\nbackend = {backend}\n{more}\n")
}

/// The lines of `--check`.
#[track_caller]
fn lines(text: &str) -> Vec<String> {
    valid(text).lines().map(str::to_owned).collect()
}

#[test]
fn a_gate_for_each_port() {
    let range = gate("\"[::]:9875-9877\"", "\"game.internal:6112-6114\"", "");
    let lines = lines(&format!("{RULES}{range}"));
    for (line, (port, server)) in lines.iter().zip([(9875, 6112), (9876, 6113), (9877, 6114)]) {
        assert!(line.starts_with(&format!("ok: [::]:{port} ")), "{line}");
        assert!(
            line.ends_with(&format!("the rest goes to game.internal:{server}")),
            "{line}"
        );
    }
    assert_eq!(lines.len(), 3);
    // A range of one port, a port alone, and the largest one.
    let folder = Folder::new().unwrap();
    for (address, backend, count) in [
        ("\"9875-9875\"", "\"a.test:1-1\"", 1),
        ("\"0.0.0.0:20000-20999\"", "\"a.test:30000-30999\"", 1_000),
    ] {
        let (code, stdout, stderr) = check(&config(
            &folder,
            &format!("{RULES}{}", gate(address, backend, "")),
        ));
        assert_eq!((code, stdout.lines().count()), (Some(0), count), "{stderr}");
    }
}

/// Rules without ports cover each port that players connect to.
#[test]
fn rules_without_ports() {
    let policy = |more: &str| {
        let folder = Folder::new().unwrap();
        let range = gate("\"9875-9876\"", "\"127.0.0.1:6112-6113\"", more);
        let path = config(&folder, &format!("{RULES}{range}"));
        let output = std::process::Command::new(testkit::binary::flashgate().unwrap())
            .args(["policy", "--config"])
            .arg(path)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(
        policy("").contains("to-ports=\"9875,9876\""),
        "{}",
        policy("")
    );
    let published = policy("public-port = \"19875-19876\"");
    assert!(
        published.contains("to-ports=\"19875,19876\""),
        "{published}"
    );
}

/// The address, the backend and another key of a gate, with texts of the only error.
#[rustfmt::skip]
const REFUSED: [(&str, &str, &str, [&str; 3]); 18] = [
    ("'9878-9875'", "'a.test:1-4'", "", ["bad-address", "did you mean `9875-9878`?", "toml:4:11"]),
    ("'[::]:0-3'", "'a.test:1-4'", "", ["bad-address", "from 1 to 65535, found `0-3`", "toml:4:11"]),
    ("'1025-65536'", "'a.test:1-4'", "", ["bad-address", "found `1025-65536`", "toml:4:11"]),
    ("'2000-3000'", "'a.test:2000-2999'", "", ["bad-address", "at most 1000 ports, found 1001", "toml:4:11"]),
    ("['9875-9878']", "'a.test:1'", "", ["bad-address", "no list can contain one", "toml:4:12"]),
    ("['9875', '9876-9878']", "'a.test:1'", "", ["bad-address", "only a gate", "toml:4:20"]),
    ("'9875-9878'", "'a.test:4-1'", "", ["bad-backend", "did you mean `1-4`?", "toml:5:11"]),
    ("'9875-9878'", "'9875-9878'", "", ["bad-backend", "`127.0.0.1:9875-9878`?", "toml:5:11"]),
    ("'9875-9878'", "'a.test:1-3'", "", ["uneven-port-ranges", "write `backend = \"a.test:1-4\"`", "toml:5:11"]),
    ("'9875-9878'", "'a.test:9340'", "", ["uneven-port-ranges", "write `backend = \"a.test:9340-9343\"`", "toml:5:11"]),
    ("'9875'", "'a.test:1-3'", "", ["uneven-port-ranges", "expected one port", "toml:5:11"]),
    ("'9875-9878'", "'a.test:1-4'", "public-port = 843", ["uneven-port-ranges", "write `public-port = \"843-846\"`", "toml:6:15"]),
    ("'9875-9878'", "'a.test:1-4'", "public-port = '1-3'", ["uneven-port-ranges", "found a range of 3 ports", "toml:6:15"]),
    ("'9875'", "'a.test:1'", "public-port = '1-3'", ["uneven-port-ranges", "expected one port", "toml:6:15"]),
    ("'9875-9876'", "'a.test:1-2'", "public-port = '0-1'", ["out-of-range", "found `0-1`", "toml:6:15"]),
    ("'9875-9876'", "'a.test:1-2'", "public-port = 'a:1-2'", ["out-of-range", "found `a:1-2`", "toml:6:15"]),
    ("'9875-9876'", "'a.test:1-2'", "http-backend = 'a.test:80-81'", ["bad-backend", "expected one port in `http-backend`", "toml:6:16"]),
    ("'9875-9876'", "'a.test:1-2'", "name = 'a b'", ["bad-gate-name", "letters", "toml:6:8"]),
];

#[test]
fn refused_ranges() {
    for (address, backend, more, texts) in REFUSED {
        refused(
            &format!("{RULES}{}", gate(address, backend, more)),
            1,
            &texts,
        );
    }
}

/// Only gates have ranges.
#[test]
fn ranges_elsewhere() {
    let only_gates = "only a gate can listen on a range of ports";
    let listen = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"1-9\" }]\n[[listen]]\naddress = \"[::]:843-850\"\n";
    refused(listen, 1, &["bad-address", only_gates, "toml:4:11"]);
    let admin = format!("{LEAST}[admin]\naddress = \"127.0.0.1:9843-9844\"\n");
    refused(&admin, 1, &["bad-address", only_gates]);
    let gate = gate("\"9875\"", "\"a.test:1\"", "");
    let bridge = format!("{RULES}{gate}[bridge]\naddress = \"443-444\"\n");
    refused(&bridge, 1, &["bad-address", only_gates]);
}

/// What is wrong with all gates of a range is reported once.
#[test]
fn once_for_a_range() {
    let range = |more: &str| gate("\"9875-9878\"", "\"a.test:1-4\"", more);
    let other = "[policy.q]\nrules = [{ domain = \"b.test\", ports = \"1-9\" }]\n";
    refused(
        &format!("{other}{RULES}{}", range("policy = \"x\"")),
        1,
        &["unknown-policy"],
    );
    refused(
        &format!("{other}{RULES}{}", range("")),
        1,
        &["`[[gate]]` needs `policy`"],
    );
    refused(
        &format!("{RULES}{}", range("speaks-first-after = \"6m\"")),
        1,
        &["out-of-range"],
    );
    let itself = gate("\"9875-9878\"", "\"127.0.0.1:9875-9878\"", "");
    refused(
        &format!("{RULES}{itself}"),
        1,
        &["backend-is-flashgate", "toml:5:11"],
    );
}

/// A range has no address and no name that another gate has.
#[test]
fn overlaps() {
    let range = |address: &str, more: &str| gate(address, "\"a.test:1-4\"", more);
    let named = "name = \"game\"";
    refused(
        &format!(
            "{RULES}{}{}",
            range("\"9875-9878\"", named),
            range("\"9877-9880\"", "")
        ),
        1,
        &[
            "duplicate-listener",
            "found `[::]:9877` again",
            "toml:8:11",
            "line 4",
        ],
    );
    let one = gate("\"9876\"", "\"a.test:1\"", "");
    refused(
        &format!("{RULES}{}{one}", range("\"9875-9878\"", "")),
        1,
        &["duplicate-listener", "found `[::]:9876` again"],
    );
    let called = gate("\"80\"", "\"a.test:1\"", "name = \"game-9876\"");
    refused(
        &format!("{RULES}{}{called}", range("\"9875-9878\"", named)),
        1,
        &["duplicate-gate-name", "found `game-9876` again"],
    );
}
