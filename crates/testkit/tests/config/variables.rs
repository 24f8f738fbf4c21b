//! Environment variables for the flags of `serve`, as containers are set up: each works like its flag, and an error
//! names the variable that it is about.

mod commands;
mod refused;

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use testkit::binary::VARIABLES;
use testkit::client::fetch;
use testkit::daemon::{Builder, Daemon};
use testkit::folder::Folder;

use super::flags::{get, urls};
use super::{LEAST, config, documents, policy, root};
use refused::refused;

type Set<'a> = [(&'a str, &'a str)];

fn flashgate(variables: &Set<'_>, arguments: &[&str]) -> Output {
    let mut command = Command::new(testkit::binary::flashgate().expect("the program"));
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    let variables = variables.iter().copied();
    command.envs(variables).args(arguments);
    command.output().expect("a run")
}

/// What `serve --check` says: exit code, standard output, standard error.
fn check(variables: &Set<'_>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = flashgate(variables, &[&["serve", "--check"], arguments].concat());
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The output of `serve --check` for valid settings without warnings.
#[track_caller]
fn valid(variables: &Set<'_>, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = check(variables, arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{variables:?}");
    stdout
}

fn start(variables: &Set<'_>) -> Daemon {
    let set = |builder: Builder, (name, value): &(&str, &str)| builder.env(name, *value);
    let builder = Daemon::builder().args(["serve"]);
    let builder = variables.iter().fold(builder, set);
    builder.start().expect("a daemon")
}

const ALLOW: (&str, &str) = ("FLASHGATE_ALLOW", "a.test:9339");
const GATE: (&str, &str) = ("FLASHGATE_GATE", "9339=127.0.0.1:9340");

/// Lists are separated by any whitespace, also at their ends.
#[test]
fn lists() {
    let daemon = start(&[
        ("FLASHGATE_ALLOW", " a.test:80\n\t*.b.test:9339,9400-9410\n"),
        ("FLASHGATE_LISTEN", "127.0.0.1:0  127.0.0.1:0"),
    ]);
    let rules = "<allow-access-from domain=\"a.test\" to-ports=\"80\"/>\
                 <allow-access-from domain=\"*.b.test\" to-ports=\"9339,9400-9410\"/>";
    assert_eq!(daemon.addresses().len(), 2);
    for address in daemon.addresses() {
        assert_eq!(fetch(*address).unwrap().bytes, policy(rules));
    }
}

/// A gate, a bridge, and everything that pages need.
#[test]
fn gates_bridge_and_admin() {
    let ports = [
        testkit::port::free().unwrap(),
        testkit::port::free().unwrap(),
    ];
    let gates = ports
        .map(|port| format!("127.0.0.1:{port}=127.0.0.1:1"))
        .join(" ");
    let variables = [
        ("FLASHGATE_ALLOW", "a.test"),
        ("FLASHGATE_GATE", &gates),
        ("FLASHGATE_BRIDGE", "127.0.0.1:0 [::1]:0"),
        ("FLASHGATE_PUBLIC_URL", " wss://play.test "),
        ("FLASHGATE_HOST", "Game.test 192.0.2.7"),
        ("FLASHGATE_ADMIN", "127.0.0.1:0"),
    ];
    let daemon = start(&variables);
    let expected: Vec<_> = ["Game.test", "192.0.2.7"]
        .iter()
        .flat_map(|host| ports.map(|port| (host.to_string(), format!("wss://play.test/{port}"))))
        .collect();
    assert_eq!(daemon.addresses().len(), 4);
    assert_eq!(urls(&get(daemon.addresses()[2], "/ruffle.json")), expected);
    assert!(get(daemon.admin().expect("admin"), "/readyz").starts_with("ready"));
    // In the container, `flashgate ruffle` reads them too.
    let printed = flashgate(&variables, &["ruffle"]);
    let stderr = String::from_utf8_lossy(&printed.stderr);
    assert_eq!(printed.status.code(), Some(0), "{stderr}");
    assert_eq!(urls(&String::from_utf8(printed.stdout).unwrap()), expected);
}

#[test]
fn files_and_log_format() {
    let folder = Folder::new().unwrap();
    let xml = "<cross-domain-policy><allow-access-from domain=\"b.test\" to-ports=\"9339\"/></cross-domain-policy>";
    let file = folder
        .file("lobby policy.xml", xml)
        .unwrap()
        .display()
        .to_string();
    let mut daemon = start(&[
        ("FLASHGATE_POLICY", &file),
        ("FLASHGATE_LISTEN", "127.0.0.1:0"),
        ("FLASHGATE_LOG_FORMAT", "json"),
    ]);
    let reply = fetch(daemon.address()).unwrap().bytes;
    assert_eq!(reply, [xml.as_bytes(), b"\0"].concat());
    let ready = daemon
        .log()
        .iter()
        .find(|line| line.contains("flashgate ready"));
    assert!(ready.is_some_and(|line| line.starts_with('{')), "{ready:?}");
    let path = config(&folder, LEAST).display().to_string();
    let daemon = start(&[
        ("FLASHGATE_CONFIG", &path),
        ("FLASHGATE_LOG_FORMAT", "text"),
    ]);
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    assert_eq!(fetch(daemon.address()).unwrap().bytes, policy(rule));
}

#[test]
fn public_port() {
    let low = [
        ("FLASHGATE_ALLOW", "a.test:80"),
        ("FLASHGATE_LISTEN", "8843"),
    ];
    let (code, _, stderr) = check(&low, &[]);
    assert_eq!(code, Some(0));
    for text in ["--> FLASHGATE_ALLOW:1:8", "add `FLASHGATE_PUBLIC_PORT=843`"] {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
    valid(
        &[&low[..], &[("FLASHGATE_PUBLIC_PORT", "843")]].concat(),
        &[],
    );
}

/// A flag replaces its own variable, even one that is wrong, and no other.
#[test]
fn a_flag_wins() {
    let wrong: Vec<_> = VARIABLES
        .into_iter()
        .filter(|variable| !["FLASHGATE_POLICY", "FLASHGATE_CONFIG"].contains(variable))
        .map(|variable| (variable, "?"))
        .collect();
    let flags = [
        "--allow",
        "a.test",
        "--listen",
        "8843",
        "--public-port",
        "843",
        "--gate",
        "9339=127.0.0.1:9340",
        "--bridge",
        "443",
        "--public-url",
        "wss://play.test",
        "--host",
        "play.test",
        "--admin",
        "127.0.0.1:9843",
        "--log-format",
        "text",
    ];
    let expected = valid(&[], &flags);
    assert_eq!(expected.lines().count(), 4, "{expected}");
    assert_eq!(valid(&wrong, &flags), expected);
    let listen = [ALLOW, ("FLASHGATE_LISTEN", "843 127.0.0.1:844")];
    assert!(
        valid(&listen, &["--listen", "127.0.0.1:9339"]).starts_with("ok: 127.0.0.1:9339 serves")
    );
    let folder = Folder::new().unwrap();
    let path = config(&folder, LEAST).display().to_string();
    valid(&[("FLASHGATE_CONFIG", "nosuch.toml")], &["--config", &path]);
}

/// Compose sets a variable without a value to the empty string.
#[test]
fn empty_is_unset() {
    let empty: Vec<_> = VARIABLES
        .into_iter()
        .map(|variable| (variable, ""))
        .collect();
    let rule = ["--allow", "a.test:9339"];
    assert_eq!(valid(&empty, &rule), valid(&[], &rule));
    let folder = Folder::new().unwrap();
    let path = config(&folder, LEAST).display().to_string();
    assert_eq!(
        valid(&empty, &["--config", &path]),
        valid(&[], &["--config", &path])
    );
    refused(&empty, &[], 1, &["nothing to serve", "`FLASHGATE_ALLOW`"]);
    let spaces = [ALLOW, ("FLASHGATE_GATE", " \n"), ("FLASHGATE_ADMIN", " ")];
    valid(&spaces, &[]);
}

/// The container image sets `FLASHGATE_ADMIN`. A config with `[admin]` doesn't need it.
#[test]
fn admin_beside_a_config() {
    let folder = Folder::new().unwrap();
    // With it, a running process can't listen on further ports.
    let least = format!("{LEAST}[process]\nsandbox = \"off\"\n");
    let path = config(&folder, &least);
    let file = path.display().to_string();
    let variables = [
        ("FLASHGATE_CONFIG", file.as_str()),
        ("FLASHGATE_ADMIN", "127.0.0.1:0"),
    ];
    let mut daemon = start(&variables);
    let first = daemon.admin().expect("admin");
    assert!(get(first, "/readyz").starts_with("ready"));
    // After a reload, the file's own address counts.
    let port = testkit::port::free().unwrap();
    let text = format!("{least}[admin]\naddress = \"127.0.0.1:{port}\"\n");
    fs::write(&path, &text).unwrap();
    let limit = Duration::from_secs(10);
    daemon.wait_for_line("admin listening", limit).unwrap();
    daemon.next_line_with("admin listening", limit).unwrap();
    daemon.next_line_with("reloaded", limit).unwrap();
    assert!(get(([127, 0, 0, 1], port).into(), "/readyz").starts_with("ready"));
    assert!(valid(&variables, &[]).contains(&format!("127.0.0.1:{port} serves admin")));
    // An address that isn't used isn't checked.
    let public = [variables[0], ("FLASHGATE_ADMIN", "9843")];
    valid(&public, &[]);
    fs::write(&path, &least).unwrap();
    refused(&public, &[], 1, &["error[public-admin]", "FLASHGATE_ADMIN"]);
    let gate = "[[gate]]\naddress = \"9339\"\nbackend = \"127.0.0.1:9843\"\n";
    fs::write(&path, format!("{least}{gate}")).unwrap();
    refused(
        &[variables[0], ("FLASHGATE_ADMIN", "127.0.0.1:9339")],
        &[],
        1,
        &["`[::]:9339` in the config file", "FLASHGATE_ADMIN"],
    );
    refused(
        &[variables[0], ("FLASHGATE_ADMIN", "127.0.0.1:9843")],
        &[],
        1,
        &["flashgate itself", "FLASHGATE_ADMIN"],
    );
}

/// Variables don't change while it runs; files are read again.
#[test]
fn reloads() {
    let folder = Folder::new().unwrap();
    let xml = |domain: &str| {
        format!(
            "<cross-domain-policy><allow-access-from domain=\"{domain}\" to-ports=\"9339\"/></cross-domain-policy>"
        )
    };
    let file = folder.file("policy.xml", xml("a.test")).unwrap();
    let path = file.display().to_string();
    let mut daemon = start(&[
        ("FLASHGATE_POLICY", &path),
        ("FLASHGATE_LISTEN", "127.0.0.1:0"),
    ]);
    let address = daemon.address();
    fs::write(&file, xml("b.test")).unwrap();
    daemon.hang_up().unwrap();
    daemon
        .wait_for_line("reloaded", Duration::from_secs(10))
        .unwrap();
    assert_eq!(
        fetch(address).unwrap().bytes,
        [xml("b.test").as_bytes(), b"\0"].concat()
    );
}

/// Flags that say how a process runs, not what it serves.
const WITHOUT_VARIABLE: [&str; 7] = [
    "color", "check", "handover", "detach", "verbose", "quiet", "help",
];

/// Every flag of `serve` has its variable, in the help, in the page about containers and in the reference.
#[test]
fn every_flag_has_its_variable() {
    let help = String::from_utf8(flashgate(&[], &["serve", "--help"]).stdout).unwrap();
    let (_, options) = help.split_once("Options:").expect("options");
    let (options, _) = options.split_once("Examples:").expect("examples");
    let is_option = |line: &&str| line.trim_start().starts_with('-') && line.contains("--");
    let mut variables = Vec::new();
    let starts: Vec<_> = options.lines().filter(is_option).collect();
    for (index, line) in starts.iter().enumerate() {
        let (_, name) = line.split_once("--").unwrap();
        let flag = name.split([' ', ',']).next().unwrap();
        if WITHOUT_VARIABLE.contains(&flag) {
            continue;
        }
        let (_, text) = options.split_once(line).unwrap();
        let text = match starts.get(index + 1) {
            Some(next) => text.split_once(next).unwrap().0,
            None => text,
        };
        let words: Vec<_> = text.split_whitespace().collect();
        let variable = format!("FLASHGATE_{}", flag.to_uppercase().replace('-', "_"));
        assert!(
            words.join(" ").contains(&format!("[env: {variable}]")),
            "--{flag}: {text}"
        );
        variables.push(variable);
    }
    let mut all = VARIABLES.map(str::to_owned).to_vec();
    all.sort();
    variables.sort();
    assert_eq!(variables, all);
    let containers = fs::read_to_string(root().join("docs/book/src/run/containers.md")).unwrap();
    for variable in &all {
        let flag = variable
            .replace("FLASHGATE_", "--")
            .to_lowercase()
            .replace('_', "-");
        let row = format!("| `{variable}` | `{flag}` |");
        assert!(
            containers.contains(&row),
            "expected {row} in run/containers.md"
        );
    }
    // No document names a variable that doesn't exist.
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for name in text.split("FLASHGATE_").skip(1) {
            let end = name.find(|c: char| !c.is_ascii_uppercase() && c != '_');
            let name = format!("FLASHGATE_{}", &name[..end.unwrap_or(name.len())]);
            let known = all.contains(&name)
                || ["FLASHGATE_BIN", "FLASHGATE_COMMIT", "FLASHGATE_"].contains(&name.as_str());
            assert!(known, "{name} in {}", path.display());
        }
    }
}
