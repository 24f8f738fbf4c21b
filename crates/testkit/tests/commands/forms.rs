//! What `flashgate init` prints instead of a config: a Compose file, a drop-in for systemd, the lines for a page.

use std::fs;
use std::path::Path;

use super::init::{DOMAIN, GATE, printed};
use super::{command, run};

#[test]
fn compose() {
    let text = printed(&[
        "--domain",
        "www.example.com",
        "--domain",
        "*.example.org",
        "--host",
        "play.example.com",
        "--gate",
        "9339=game:9340",
        "--compose",
    ]);
    for line in [
        "#   FLASHGATE_ALLOW=www.example.com *.example.org",
        "#   FLASHGATE_HOST=play.example.com",
        "      FLASHGATE_ALLOW: ${FLASHGATE_ALLOW:?set it in .env}",
        "        9339=game:9340",
        "      - \"843:8843\"",
        "      - \"9339:9339\"",
        "    depends_on: [\"game\"]",
        "      test: [\"CMD\", \"/flashgate\", \"health\"]",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
    }
    // The same service as in the file of the repository, apart from what the arguments say.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shipped = fs::read_to_string(root.join("packaging/compose/game/compose.yaml")).unwrap();
    let (_, service) = shipped.split_once("  flashgate:\n").unwrap();
    for line in service
        .lines()
        .filter(|line| !line.contains("GAME") && !line.contains("depends_on"))
    {
        assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
    }
    for preset in ["houdini", "smartfox", "habbo", "irc"] {
        let text = printed(&[&DOMAIN[..], &["--preset", preset, "--compose"]].concat());
        assert!(text.contains("depends_on: ["), "{text}");
    }
}

/// The variables in a Compose file, with `.env` as its comments say.
fn environment(text: &str) -> Vec<(String, String)> {
    let prepared: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("#   ")?.split_once('='))
        .collect();
    let (_, rest) = text.split_once("    environment:\n").unwrap();
    let (lines, _) = rest.split_once("    ports:\n").unwrap();
    let mut variables = Vec::<(String, String)>::new();
    for line in lines
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        if let Some(folded) = line.strip_prefix("        ") {
            let (_, value) = variables.last_mut().unwrap();
            value.push(' ');
            value.push_str(folded);
            continue;
        }
        let (name, value) = line.trim().split_once(": ").unwrap();
        let value = match value.strip_prefix("${") {
            Some(_) => prepared.iter().find(|(known, _)| *known == name).unwrap().1,
            None => value.trim_start_matches(">-").trim_matches('"'),
        };
        variables.push((name.to_owned(), value.to_owned()));
    }
    variables
}

/// `serve` understands the variables.
#[test]
fn compose_can_be_served() {
    let preset = |name| vec!["--preset", name];
    for gates in [
        vec!["--gate", "9339=game:9340"],
        vec!["--gate", "9339-9340=game:9339-9340"],
        preset("houdini"),
        preset("smartfox"),
        preset("habbo"),
        preset("irc"),
    ] {
        let more = [
            "--host",
            "play.example.com",
            "--bridge",
            "8080",
            "--compose",
        ];
        let text = printed(&[&DOMAIN[..], &gates, &more].concat());
        let variables = environment(&text);
        let ran = run(command().args(["serve", "--check"]).envs(variables.clone()));
        assert_eq!(ran.code, Some(0), "{variables:?}\n{}", ran.stderr);
        assert!(
            ran.stdout.contains("[::]:8843 serves policy"),
            "{}",
            ran.stdout
        );
        let gates = variables
            .iter()
            .find(|(name, _)| name == "FLASHGATE_GATE")
            .unwrap();
        for gate in gates.1.split_whitespace() {
            let (_, backend) = gate.split_once('=').unwrap();
            // Of a range, the first port.
            let backend = backend.split('-').next().unwrap();
            assert!(
                ran.stdout.contains(&format!("the rest goes to {backend}")),
                "{}",
                ran.stdout
            );
        }
    }
}

/// The address of a gate or the bridge is the one at which Docker publishes it.
#[test]
fn compose_keeps_addresses() {
    let arguments = [
        "--gate",
        "127.0.0.1:9339=game:1",
        "--gate",
        "[::1]:9400-9401=game:2-3",
        "--bridge",
        "127.0.0.1:8080",
        "--compose",
    ];
    let text = printed(&[&DOMAIN[..], &arguments].concat());
    let (_, ports) = text.split_once("    ports:\n").unwrap();
    let (ports, _) = ports.split_once("    depends_on").unwrap();
    let ports: Vec<_> = ports.lines().map(str::trim).collect();
    assert_eq!(
        ports,
        [
            "- \"843:8843\"",
            "- \"127.0.0.1:9339:9339\"",
            "- \"[::1]:9400-9401:9400-9401\"",
            "- \"127.0.0.1:8080:8080\"",
        ]
    );
    // Docker can't reach the container's own loopback address.
    let ran = run(command()
        .args(["serve", "--check"])
        .envs(environment(&text)));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for listener in ["[::]:9339 serves", "[::]:9401 serves", "[::]:8080 "] {
        assert!(ran.stdout.contains(listener), "{}", ran.stdout);
    }
}

/// YAML takes none of these for a string.
#[test]
fn compose_with_services_named_like_values() {
    let gates = [
        "--gate",
        "9339=on:1",
        "--gate",
        "9340=true:1",
        "--gate",
        "9341=null:1",
    ];
    let text = printed(&[&DOMAIN[..], &gates, &["--compose"]].concat());
    let line = "    depends_on: [\"on\", \"true\", \"null\"]";
    assert!(text.lines().any(|shown| shown == line), "{text}");
}

/// Nothing is printed that can't start.
#[test]
fn setups_that_can_not_start() {
    for (form, gates, reason) in [
        (
            "--compose",
            &["8843=game:1"][..],
            "`--gate 8843=game:1` can't use port 8843",
        ),
        ("--compose", &["843=game:1"], "can't use port 843"),
        ("--compose", &["9843=game:1"], "can't use port 9843"),
        ("--compose", &["8840-8850=game:1-11"], "can't use port 8843"),
        ("--compose", &["0=game:1"], "can't use port 0"),
        (
            "--compose",
            &["9339=flashgate:1"],
            "flashgate's own service",
        ),
        (
            "--compose",
            &["127.0.0.1:9339=game:1", "127.0.0.2:9330-9340=game:1-11"],
            "`--gate 127.0.0.2:9330-9340=game:1-11` can't use port 9339",
        ),
        (
            "--systemd",
            &["843=a.test:1"],
            "flashgate.socket already opens port 843",
        ),
        ("--systemd", &["0.0.0.0:843=a.test:1"], "next to `[::]:843`"),
        (
            "--systemd",
            &["9339=a.test:1", "0.0.0.0:9339=b.test:1"],
            "next to `[::]:9339`",
        ),
        (
            "--systemd",
            &["127.0.0.1:843=a.test:1"],
            "no drop-in needed",
        ),
        ("--systemd", &["9843=a.test:1"], "`[admin]`"),
    ] {
        let gates = gates.iter().flat_map(|gate| ["--gate", gate]);
        let ran = run(command()
            .args(["init", form])
            .args(DOMAIN)
            .args(gates.clone()));
        let gates: Vec<_> = gates.collect();
        assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{form} {gates:?}");
        assert!(
            ran.stderr.contains(reason),
            "{gates:?}: {reason}\n{}",
            ran.stderr
        );
    }
    let bridge = ["--gate", "9339=game:1", "--bridge", "9339", "--compose"];
    let ran = run(command().arg("init").args(DOMAIN).args(bridge));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("`--bridge 9339` can't use port 9339"),
        "{}",
        ran.stderr
    );
}

/// systemd can't open an address next to a wildcard that covers it. flashgate doesn't need it to.
#[test]
fn systemd_with_covered_addresses() {
    let gates = [
        "127.0.0.1:843=a.test:1",
        "9339=a.test:2",
        "127.0.0.1:9339=a.test:3",
    ];
    let gates: Vec<_> = gates.iter().flat_map(|gate| ["--gate", gate]).collect();
    let text = printed(&[&DOMAIN[..], &gates, &["--systemd"]].concat());
    let (_, section) = text.split_once("[Socket]\n").unwrap();
    assert_eq!(section, "ListenStream=[::]:9339\n");
}

#[test]
fn systemd() {
    let text = printed(
        &[
            &DOMAIN[..],
            &[
                "--gate",
                "9875=127.0.0.1:1",
                "--bridge",
                "8080",
                "--systemd",
            ],
        ]
        .concat(),
    );
    let (_, section) = text.split_once("[Socket]\n").unwrap();
    assert_eq!(section, "ListenStream=[::]:9875\nListenStream=[::]:8080\n");
}

/// systemd knows no ranges.
#[test]
fn systemd_with_a_range() {
    let text = printed(&[&DOMAIN[..], &["--preset", "houdini", "--systemd"]].concat());
    for port in [6112, 9875, 9876, 9877, 9878] {
        assert!(
            text.contains(&format!("\nListenStream=[::]:{port}\n")),
            "{text}"
        );
    }
}

#[test]
fn page() {
    let page = |more: &[&str]| {
        printed(&[&DOMAIN[..], &["--host", "play.example.com", "--page"], more].concat())
    };
    for (more, url) in [
        (&GATE[..], "http://play.example.com:9339/ruffle.js"),
        (
            &["--gate", "9339=127.0.0.1:1", "--tls"],
            "https://play.example.com:9339/ruffle.js",
        ),
        (
            &["--gate", "9339=127.0.0.1:1", "--tls", "--bridge", "443"],
            "https://play.example.com/ruffle.js",
        ),
        (
            &["--preset", "irc"],
            "http://play.example.com:7000/ruffle.js",
        ),
    ] {
        let text = page(more);
        assert!(
            text.contains(&format!("<script src=\"{url}\"></script>")),
            "{text}"
        );
    }
}
