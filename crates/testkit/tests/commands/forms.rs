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
        "    depends_on: [game]",
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
