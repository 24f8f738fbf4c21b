//! `[[gate]]`: what is served, and what is refused.

use testkit::folder::Folder;

use super::{LEAST, check, config, refused, valid};

/// Rules without ports. With a gate, only the additions can be wrong.
const RULES: &str = "[policy.p]\nrules = [{ domain = \"a.test\" }]\n";

/// A gate on an address, in front of a server.
fn gate(address: &str, more: &str) -> String {
    format!("[[gate]]\naddress = {address}\nbackend = \"127.0.0.1:9340\"\n{more}\n")
}

/// A config whose only policy has rules without ports.
fn with_gate(more: &str) -> String {
    format!("{RULES}{}", gate("\"9339\"", more))
}

/// The length of the policy with these ports.
fn length(ports: &str) -> usize {
    "<?xml version=\"1.0\"?><cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"\"/></cross-domain-policy>\0".len()
        + ports.len()
}

/// Valid configs that are probably a mistake: one warning, with its rule, its place, and this text.
#[track_caller]
fn warned(text: &str, warnings: usize, texts: &[&str]) {
    let folder = Folder::new().unwrap();
    let (code, _, stderr) = check(&config(&folder, text));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stderr.matches("warning[").count(), warnings, "{stderr}");
    for text in texts {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
}

#[test]
fn told() {
    let length = length("9339");
    let line = format!("ok: [::]:9339 serves policy p, {length} bytes; ");
    let told = |rest: &str| format!("{line}{rest}\n");
    assert_eq!(
        valid(&with_gate("websocket = false")),
        told("the rest goes to 127.0.0.1:9340")
    );
    let more = "http-backend = \"[::1]:8080\"\nsend-proxy = \"v2\"\naccept-proxy = \"10.0.0.0/8\"\n\
                speaks-first-after = \"500ms\"\nname = \"game\"\npolicy = \"p\"";
    assert_eq!(
        valid(&with_gate(more)),
        told("HTTP goes to [::1]:8080, the rest to 127.0.0.1:9340")
    );
    let limits = "[limits]\nrelays-per-address = 9\nbackend-connect = \"1s\"\nhalf-open = \"1m\"\nidle = \"1h\"";
    valid(&with_gate(limits));
    valid(&format!("{LEAST}accept-proxy = [\"10.0.0.0/8\", \"::1\"]"));
}

/// Rules without ports mean the ports that players connect to at the gates of their policy, each port once.
#[test]
fn ports_of_gates() {
    let served = |text: &str| {
        let text = valid(text);
        let length = text.split(" bytes").next().unwrap();
        length.rsplit(' ').next().unwrap().parse::<usize>().unwrap()
    };
    let listen = "[[listen]]\naddress = \"127.0.0.1:0\"\n";
    let two = format!(
        "{}{}",
        with_gate("public-port = 9400"),
        gate("[\"192.0.2.1:9401\", \"192.0.2.2:9400\"]", "")
    );
    assert_eq!(served(&two), length("9400,9401"));
    assert_eq!(served(&format!("{two}{listen}")), length("9400,9401"));
    let free = format!("{RULES}{}", gate("\"0\"", "public-port = 65535"));
    assert_eq!(served(&free), length("65535"));
    // Gates of other policies do not count.
    let other = "[policy.q]\nrules = [{ domain = \"b.test\", ports = \"1025-65535\" }]\n";
    let text = format!(
        "{other}{}{}",
        with_gate("policy = \"p\""),
        gate("\"9341\"", "policy = \"q\"")
    );
    assert_eq!(served(&text), length("9339"));
    refused(
        &format!("{other}{RULES}{}", gate("\"9341\"", "policy = \"q\"")),
        1,
        &["expected `ports`", "no gate uses it", "flashgate.toml:4:10"],
    );
}

#[test]
fn unknown_ports() {
    refused(
        &format!("{RULES}{}", gate("\"127.0.0.1:0\"", "")),
        1,
        &[
            "unknown-public-port",
            "flashgate.toml:4:11",
            "`public-port`",
            "`127.0.0.1:0`",
        ],
    );
    // One mistake is reported once.
    refused(&with_gate("policy = \"q\""), 1, &["unknown-policy"]);
    let other = "[policy.q]\nrules = [{ domain = \"b.test\", ports = \"9339\" }]\n";
    refused(
        &format!("{other}{}", with_gate("")),
        1,
        &["`[[gate]]` needs `policy`", "`p`, `q`"],
    );
}

/// A policy served on a high port opens no low port; `site-control` also depends on the port.
#[test]
fn authority() {
    let low = gate("\"80\"", "");
    valid(&format!("{RULES}{low}"));
    valid(&format!("{RULES}{low}[[listen]]\naddress = \"843\"\n"));
    warned(
        &format!("{}{low}", with_gate("")),
        1,
        &[
            "low-ports-from-high-port",
            "port 9339",
            "flashgate.toml:2:10",
        ],
    );
    let published = gate("\"8080\"", "public-port = 80");
    valid(&format!("{RULES}{published}"));
    let site = RULES.replace("]\n", "]\nsite-control = \"all\"\n");
    let site = site.replacen("[policy.p]\nsite-control = \"all\"\n", "[policy.p]\n", 1);
    warned(
        &format!("{site}{}", gate("\"9339\"", "")),
        1,
        &["site-control-outside-master", "flashgate.toml:3:16"],
    );
    valid(&format!("{site}{}", gate("\"9339\"", "public-port = 843")));
}

#[test]
fn keys() {
    for (more, texts) in [
        (
            "http-backend = \"8080\"",
            ["bad-backend", "`127.0.0.1:8080`?"],
        ),
        ("http-backend = \"web\"", ["bad-backend", "`web:9340`?"]),
        ("http-backend = \"::1\"", ["bad-backend", "`[::1]:9340`?"]),
        ("http-backend = \"web:0\"", ["bad-backend", "1 to 65535"]),
        ("http-backend = \"web:65536\"", ["bad-backend", "65536"]),
        ("http-backend = \"a b:80\"", ["bad-backend", "letters"]),
        (
            "http-backend = \"0.0.0.0:80\"",
            ["bad-backend", "`127.0.0.1:80`"],
        ),
        ("http-backend = 80", ["bad-backend", "`127.0.0.1:80`"]),
        ("name = \"a b\"", ["bad-gate-name", "letters, digits"]),
        ("name = \"\"", ["bad-gate-name", "letters, digits"]),
        ("name = \"..\"", ["bad-gate-name", "found `..`"]),
        ("send-proxy = \"v3\"", ["unknown-value", "`v1`"]),
        ("send-proxy = true", ["wrong-type", "a string"]),
        ("websocket = \"no\"", ["wrong-type", "`true` or `false`"]),
        ("speaks-first-after = 200", ["wrong-type", "duration"]),
        (
            "speaks-first-after = \"0s\"",
            ["bad-duration", "above zero"],
        ),
        ("speaks-first-after = \"11s\"", ["out-of-range", "10s"]),
        (
            "speaks-first-after = \"6m\"",
            ["which is `10s`, found `6m`", "speaks-first-after"],
        ),
        (
            "accept-proxy = [\"10.0.0.1/8\"]",
            ["bad-network", "10.0.0.0/8"],
        ),
        ("public-port = 0", ["out-of-range", "found 0"]),
        ("bakend = \"a:1\"", ["unknown-key", "`backend`?"]),
        ("dialect = \"flash\"", ["unknown-key", "[[gate]]"]),
    ] {
        refused(&with_gate(more), 1, &[texts[0], texts[1], "toml:6:"]);
    }
    refused(
        &format!("{LEAST}[[gate]]\nname = \"game\""),
        2,
        &[
            "expected `address` in `[[gate]]`",
            "expected `backend`",
            "toml:5:1",
        ],
    );
    refused(&format!("{LEAST}[gate]"), 1, &["wrong-type", "`[[gate]]`"]);
    valid(&with_gate("speaks-first-after = \"10s\""));
}

/// Trusting everyone and trusting no one are both probably mistakes.
#[test]
fn trust() {
    for (networks, text) in [
        ("[]", "accept-proxy-from-nobody"),
        ("\"0.0.0.0/0\"", "accept-proxy-from-everybody"),
        ("[\"10.0.0.0/8\", \"::/0\"]", "accept-proxy-from-everybody"),
    ] {
        let key = format!("accept-proxy = {networks}");
        warned(&with_gate(&key), 1, &[text, "toml:6:16"]);
        warned(&format!("{LEAST}{key}"), 1, &[text, "toml:5:16"]);
    }
}

#[test]
fn names() {
    let named = |name: &str, address| gate(address, &format!("name = \"{name}\""));
    let first = named("game", "\"9339\"");
    refused(
        &format!("{RULES}{first}{}", named("game", "\"9341\"")),
        1,
        &["duplicate-gate-name", "toml:10:8", "line 6"],
    );
    valid(&format!("{RULES}{first}{}", named("chat", "\"9341\"")));
}

/// A gate and a listener share a port as two listeners do: the local address selects one, and no address is given
/// twice.
#[test]
fn addresses() {
    let listen = |address| format!("[[listen]]\naddress = \"{address}\"\n");
    refused(
        &format!("{}{}", with_gate(""), listen("9339")),
        1,
        &["duplicate-listener", "toml:4:11", "line 8"],
    );
    refused(
        &format!("{}{}", with_gate(""), gate("\"9339\"", "")),
        1,
        &["duplicate-listener"],
    );
    let admin = "[admin]\naddress = \"127.0.0.1:9339\"\n";
    refused(&format!("{}{admin}", with_gate("")), 1, &["its own port"]);
    let beside = format!("{}{}", with_gate(""), listen("192.0.2.1:9339"));
    assert_eq!(valid(&beside).lines().count(), 2);
    let beside = format!(
        "{RULES}{}{}",
        listen("9339"),
        gate("\"192.0.2.1:9339\"", "")
    );
    assert_eq!(valid(&beside).lines().count(), 2);
}

/// A gate whose backend is flashgate itself would connect in circles.
#[test]
fn in_circles() {
    let in_front_of = |address: &str, backend: &str| {
        format!("{RULES}[[gate]]\naddress = \"{address}\"\nbackend = \"{backend}\"\n")
    };
    for (address, backend) in [
        ("9339", "127.0.0.1:9339"),
        ("9339", "localhost:9339"),
        ("0.0.0.0:9339", "127.1.2.3:9339"),
        ("[::]:9339", "[::1]:9339"),
        ("192.0.2.1:9339", "192.0.2.1:9339"),
        ("127.0.0.1:9339", "[::ffff:127.0.0.1]:9339"),
    ] {
        let texts = ["backend-is-flashgate", "toml:5:11", "line 4"];
        refused(&in_front_of(address, backend), 1, &texts);
    }
    for (address, backend) in [
        ("9339", "127.0.0.1:9340"),
        ("9339", "192.0.2.1:9339"),
        ("9339", "game:9339"),
        ("192.0.2.1:9339", "127.0.0.1:9339"),
        ("0.0.0.0:9339", "[::1]:9339"),
    ] {
        valid(&in_front_of(address, backend));
    }
    let listen = "[[listen]]\naddress = \"9340\"\n";
    refused(
        &format!("{}{listen}", with_gate("")),
        1,
        &["toml:5:11", "line 8"],
    );
    let admin = "http-backend = \"localhost:9843\"\n[admin]\naddress = \"127.0.0.1:9843\"\n";
    refused(&with_gate(admin), 1, &["backend-is-flashgate", "toml:6:16"]);
}

/// The bridge's line contains its address and the number of gates.
#[test]
fn bridge() {
    let bridge = "[bridge]\naddress = \"127.0.0.1:8443\"\npublic-url = \"wss://play.test/\"\ntrust-forwarded-for = \"127.0.0.1\"\nping = \"10s\"\n";
    let told = valid(&format!(
        "{}{bridge}",
        with_gate("websocket = true\nname = \"game\"")
    ));
    let line = "ok: 127.0.0.1:8443 serves the bridge, 1 gate at wss://play.test/{port}\n";
    assert!(told.ends_with(line), "{told}");
    let by_name = format!("{}{bridge}path = \"/x/{{name}}\"\n", with_gate(""));
    assert!(valid(&by_name).contains("wss://play.test/x/{name}"));
    let everybody = "[bridge]\naddress = \"8443\"\ntrust-forwarded-for = \"0.0.0.0/0\"\n";
    warned(
        &format!("{}{everybody}", with_gate("")),
        1,
        &["forwarded-for-from-everybody", "flashgate.toml:9:23"],
    );
    // All mistakes are reported at once.
    let faulty =
        "[bridge]\naddress = \"9339\"\npath = \"/{prt}\"\npublic-url = \"play.test\"\nping = 5\n";
    let texts = [
        "duplicate-listener",
        "bad-path",
        "bad-public-url",
        "wrong-type",
        "`/{prt}`",
    ];
    refused(&format!("{}{faulty}", with_gate("")), 4, &texts);
}

/// Late players reportedly refuse some ports: what counts is the port that they connect to.
#[test]
fn a_port_that_players_block() {
    let blocked = |port| format!("sockets to port {port}; no policy can change that");
    let on = |address: &str, more: &str| format!("{RULES}{}", gate(address, more));
    warned(
        &on("\"6667\"", ""),
        1,
        &["warning[port-blocked-by-player]", &blocked(6667)],
    );
    let published = on("\"9339\"", "public-port = 6667");
    warned(
        &published,
        1,
        &["warning[port-blocked-by-player]", &blocked(6667)],
    );
    warned(&on("\"6667\"", "public-port = 9339"), 0, &[]);
    // With flags instead of a config file.
    for (listen, is_told) in [("6667", true), ("9339", false)] {
        let gate = format!("{listen}=127.0.0.1:9340");
        let arguments = ["serve", "--check", "--allow", "a.test", "--gate", &gate];
        let output = std::process::Command::new(testkit::binary::flashgate().unwrap())
            .args(arguments)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert_eq!(
            stderr.contains("port-blocked-by-player"),
            is_told,
            "{stderr}"
        );
    }
}
