//! A Compose file for flashgate, to use with the Compose file of the game.

use std::fmt::Write as _;

use flashgate_report::render::PlainError;

use super::planned_gate::{PlannedGate, range};
use super::situation::Situation;

pub(super) fn text(situation: &Situation) -> Result<String, PlainError> {
    let mut gates = Vec::new();
    for gate in &situation.gates {
        if is_here(&gate.backend) {
            return Err(in_its_container(gate));
        }
        gates.push((gate.public_ports(), gate.backend.clone()));
    }
    let services = services(&gates);
    let mut text = head(situation, &services);
    text.push_str(TOP);
    if !gates.is_empty() {
        text.push_str("      FLASHGATE_GATE: >-\n");
        for (ports, backend) in &gates {
            // Writing to a string can't fail.
            let _ = writeln!(text, "        {ports}={backend}");
        }
    }
    text.push_str(MASTER);
    if let Some(bridge) = &situation.bridge {
        let _ = writeln!(
            text,
            "      # One port for the WebSockets of every gate.\n      FLASHGATE_BRIDGE: \"{}\"",
            bridge.port
        );
    }
    text.push_str("    ports:\n      - \"843:8843\"\n");
    let bridge = situation
        .bridge
        .iter()
        .map(|bridge| bridge.port.to_string());
    for ports in gates.iter().map(|(ports, _)| ports.clone()).chain(bridge) {
        let _ = writeln!(text, "      - \"{ports}:{ports}\"");
    }
    if !services.is_empty() {
        let _ = writeln!(text, "    depends_on: [{}]", services.join(", "));
    }
    text.push_str(REST);
    Ok(text)
}

/// What to do with it, and what belongs in `.env`.
fn head(situation: &Situation, services: &[String]) -> String {
    let mut text = String::from(HEAD);
    let lines = [
        format!("#   FLASHGATE_ALLOW={}", situation.allow.join(" ")),
        format!("#   FLASHGATE_HOST={}", situation.hosts.join(" ")),
    ];
    text.push_str(&lines.join("\n"));
    text.push_str("\n#\n");
    if !services.is_empty() {
        text.push_str(SERVICES);
        for name in services {
            // Writing to a string can't fail.
            let _ = writeln!(text, "#   {name}");
        }
        text.push_str("#\n");
    }
    text.push_str(START);
    text
}

const HEAD: &str = "\
# flashgate in a container, made by `flashgate init --compose`. Save it as flashgate.yaml next to your Compose file, and
# put these lines into the file .env there. Lists are separated by spaces.
#
";

const SERVICES: &str = "\
# Your own Compose file must have these services. Remove `ports` from them, so that players can't bypass flashgate:
#
";

const START: &str = "\
# Start both:
#
#   docker compose -f compose.yaml -f flashgate.yaml up -d

";

const TOP: &str = "\
services:
  flashgate:
    image: ghcr.io/flashgate/flashgate:latest
    environment:
      FLASHGATE_ALLOW: ${FLASHGATE_ALLOW:?set it in .env}
      FLASHGATE_HOST: ${FLASHGATE_HOST:-}
";

const MASTER: &str = "      # Players ask port 843, which Docker maps to 8843 below.
      FLASHGATE_LISTEN: \"8843\"
      FLASHGATE_PUBLIC_PORT: \"843\"
";

const REST: &str = "    \
    restart: unless-stopped
    read_only: true
    cap_drop: [ALL]
    security_opt: [\"no-new-privileges:true\"]
    # Connected players get 30 seconds.
    stop_grace_period: 35s
    healthcheck:
      test: [\"CMD\", \"/flashgate\", \"health\"]
      interval: 30s
      timeout: 5s
      start_period: 5s
";

/// Whether a backend is on the machine that flashgate runs on, which in a container is the container.
fn is_here(backend: &str) -> bool {
    let host = backend.rsplit_once(':').map_or("", |(host, _)| host);
    host.starts_with("127.") || ["localhost", "[::1]", ""].contains(&host)
}

fn in_its_container(gate: &PlannedGate) -> PlainError {
    let backend = &gate.backend;
    let port = backend
        .rsplit_once(':')
        .map_or(&**backend, |(_, port)| port);
    let port = range(port).map_or(9339, |(first, _)| first);
    let ports = gate.public_ports();
    PlainError::new(
        &format!("in a container, `{backend}` is the container itself"),
        &[&format!(
            "write the name of the server's service: `--gate {ports}=game:{port}`"
        )],
    )
}

/// The services of the gates, each once.
fn services(gates: &[(String, String)]) -> Vec<String> {
    let mut services = Vec::new();
    for (_, backend) in gates {
        let host = backend.rsplit_once(':').map_or("", |(host, _)| host);
        // A name with a dot, or an address, is a machine elsewhere.
        if !host.contains(['.', ':', '[']) && !services.iter().any(|name| name == host) {
            services.push(host.to_owned());
        }
    }
    services
}
