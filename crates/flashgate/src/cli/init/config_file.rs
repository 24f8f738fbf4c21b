//! The config file, with a comment for each part.

use std::fmt::Write as _;

use serde_json::Value;

use super::planned_gate::PlannedGate;
use super::situation::{PlannedBridge, Situation};

const SCHEMA: &str = "#:schema https://raw.githubusercontent.com/flashgate/flashgate/main/docs/flashgate.schema.json\n";

const HEAD: &str = "\
# flashgate's config, made by `flashgate init`. Check it and serve it:
#
#   flashgate serve --check --config flashgate.toml
#   flashgate serve --config flashgate.toml
#
# `flashgate man --config | man -l -` describes every key.
";

const HOSTS: &str = "\
# The names and addresses that Flash content uses for this machine, spelled as in the movies. Pages with Ruffle get an
# entry for each.
";

const RULES: &str = "\
# The websites whose Flash content and pages may connect.
";

const MASTER: &str = "\
# Flash Player asks port 843 before any other port. Only root and systemd may open it (or a capability: flashgate says
# which, if it can't). With gates, you can remove this section, unless flashgate.socket opens the port. Then let the
# firewall reject port 843, because players wait three seconds if it drops their packets.
[[listen]]
address = \"[::]:843\"
";

const MASTER_ALONE: &str = "\
# Flash Player asks port 843 before any other port. Only root and systemd may open it (or a capability: flashgate says
# which, if it can't).
[[listen]]
address = \"[::]:843\"
";

const TLS: &str = "\
# TLS on every port above. Connections without TLS still work: the first byte tells them apart. flashgate's user must be
# able to read both files.
";

const ADMIN: &str = "\
# For `flashgate status`, `flashgate health` and Prometheus. Only this machine can reach it.
[admin]
address = \"127.0.0.1:9843\"
";

pub(super) fn text(situation: &Situation) -> String {
    let mut parts = vec![
        format!("{SCHEMA}{HEAD}"),
        hosts(&situation.hosts),
        rules(situation),
    ];
    let master = if situation.gates.is_empty() {
        MASTER_ALONE
    } else {
        MASTER
    };
    parts.push(master.to_owned());
    parts.extend(situation.gates.iter().map(gate));
    parts.extend(situation.bridge.as_ref().map(|it| bridge(it, situation)));
    if let Some(folder) = &situation.tls {
        let [certificate, key] = ["fullchain.pem", "privkey.pem"]
            .map(|name| quoted(&folder.join(name).to_string_lossy()));
        parts.push(format!(
            "{TLS}[tls]\ncertificates = [{{ certificate = {certificate}, key = {key} }}]\n"
        ));
    }
    parts.push(ADMIN.to_owned());
    parts.join("\n")
}

fn hosts(hosts: &[String]) -> String {
    if hosts.is_empty() {
        return format!("{HOSTS}# hosts = [\"play.example.com\"]\n");
    }
    let hosts: Vec<_> = hosts.iter().map(|host| quoted(host)).collect();
    format!("{HOSTS}hosts = [{}]\n", hosts.join(", "))
}

fn rules(situation: &Situation) -> String {
    let mut text = format!("{RULES}[policy.default]\nrules = [\n");
    for (domain, ports) in &situation.rules {
        let domain = quoted(domain);
        // Writing to a string can't fail.
        let _ = match ports {
            Some(ports) => writeln!(
                text,
                "  {{ domain = {domain}, ports = {} }},",
                quoted(ports)
            ),
            None => writeln!(
                text,
                "  {{ domain = {domain} }},  # no `ports`: those of the gates"
            ),
        };
    }
    text.push_str("]\n");
    text
}

fn gate(gate: &PlannedGate) -> String {
    let ports = gate.public_ports();
    let plural = if ports.contains('-') { "ports" } else { "port" };
    let mut text = String::new();
    if gate.bridge_path.is_none() {
        text = format!(
            "# Players connect to {plural} {ports}. flashgate answers policy requests there and accepts WebSockets. The rest goes to\n# `backend`, where your server must listen.\n"
        );
    }
    for line in &gate.comments {
        let _ = writeln!(text, "# {line}");
    }
    text.push_str("[[gate]]\n");
    let values = [
        ("name", gate.name.as_deref()),
        ("address", Some(&*gate.address)),
        ("backend", Some(&*gate.backend)),
        ("bridge-path", gate.bridge_path.as_deref()),
    ];
    for (key, value) in values {
        if let Some(value) = value {
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
    }
    if let Some(port) = gate.public_port {
        let _ = writeln!(text, "public-port = {port}");
    }
    for line in &gate.more {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn bridge(bridge: &PlannedBridge, situation: &Situation) -> String {
    let PlannedBridge {
        address,
        port,
        path,
    } = bridge;
    let scheme = if situation.tls.is_some() { "wss" } else { "ws" };
    let host = situation.host().unwrap_or("play.example.com");
    let (address, path) = (quoted(address), quoted(path));
    let port = match (scheme, port) {
        ("ws", 80) | ("wss", 443) => String::new(),
        _ => format!(":{port}"),
    };
    format!(
        "# One port for the WebSockets of every gate. The path selects the gate.\n[bridge]\naddress = {address}\npath = {path}\n\
         # If a web server forwards WebSockets to it, set the URL that pages use:\n\
         # public-url = \"{scheme}://{host}{port}\"\n"
    )
}

/// A TOML string. TOML understands what JSON escapes, except for DEL, which no checked value contains.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
