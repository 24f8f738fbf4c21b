//! A Compose file for flashgate, to use with the Compose file of the game.

use std::fmt::Write as _;

use flashgate_config::config::ConfigFindings;
use serde_json::Value;

use super::container;
use super::situation::Situation;

pub(super) fn text(situation: &Situation) -> Result<String, ConfigFindings> {
    let ports = container::ports(situation)?;
    let services = services(situation);
    let mut text = head(situation, &services);
    text.push_str(TOP);
    if !situation.gates.is_empty() {
        text.push_str("      FLASHGATE_GATE: >-\n");
        for gate in &situation.gates {
            // Writing to a string can't fail.
            let _ = writeln!(text, "        {}", container::gate(gate));
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
    for port in ports {
        let _ = writeln!(text, "      - {}", quoted(&port.published()));
    }
    if !services.is_empty() {
        let names: Vec<_> = services.iter().map(|name| quoted(name)).collect();
        let _ = writeln!(text, "    depends_on: [{}]", names.join(", "));
    }
    text.push_str(REST);
    Ok(text)
}

/// A YAML string. Without quotes, the name `on` would be a boolean.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// What to do with it, and what belongs in `.env`.
fn head(situation: &Situation, services: &[&str]) -> String {
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

/// The services of the gates, each once.
fn services(situation: &Situation) -> Vec<&str> {
    let mut services = Vec::new();
    for gate in &situation.gates {
        let host = container::backend_host(gate);
        // A name with a dot, or an address, is a machine elsewhere.
        if !host.contains(['.', ':', '[']) && !services.contains(&host) {
            services.push(host);
        }
    }
    services
}
