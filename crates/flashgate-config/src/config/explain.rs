//! What each finding in a config file means and what to do, for `flashgate explain` and the book's reference.
//!
//! A policy in the config has the findings of `flashgate lint` too; those are documented there.

use std::fmt::Write as _;

/// Findings about one part of the config.
struct ConfigFindingGroup {
    title: &'static str,
    /// The pages of the book to read, in Markdown.
    see: &'static str,
    findings: &'static [ConfigFindingPage],
}

/// Id, meaning, and what to do.
struct ConfigFindingPage(&'static str, &'static str, &'static str);

/// The page of a finding; `None` if the config has no finding with this id.
pub fn page(id: &str) -> Option<String> {
    let pages = GROUPS
        .iter()
        .flat_map(|group| group.findings.iter().map(move |page| (group, page)));
    let (group, ConfigFindingPage(id, meaning, fix)) = { pages }.find(|(_, page)| page.0 == id)?;
    let title = group.title;
    Some(format!(
        "# {id}\n\n*finding in a config file* · {title}\n\n{meaning}\n\n**Fix:** {fix}\n"
    ))
}

/// The id of every finding.
pub fn ids() -> impl Iterator<Item = &'static str> {
    let findings = GROUPS.iter().flat_map(|group| group.findings);
    findings.map(|page| page.0)
}

/// Every finding in one line, for `flashgate explain`.
pub fn list() -> String {
    let findings = || GROUPS.iter().flat_map(|group| group.findings);
    let width = findings().map(|page| page.0.len()).max().unwrap_or(0);
    let mut text = "Findings in a config file\n".to_owned();
    for ConfigFindingPage(id, meaning, _) in findings() {
        let summary = meaning.split(". ").next().unwrap_or_default();
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "  {id:width$}  config   {}",
            summary.trim_end_matches('.')
        );
    }
    text
}

/// The page of the book's reference.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    for ConfigFindingGroup {
        title,
        see,
        findings,
    } in GROUPS
    {
        let _ = write!(text, "\n## {title}\n\nSee {see}.\n\n{HEAD}");
        for ConfigFindingPage(id, meaning, fix) in *findings {
            let _ = writeln!(text, "| `{id}` | {meaning} | {fix} |");
        }
    }
    text
}

const HEAD: &str = "| finding | meaning | fix |\n|---|---|---|\n";

const INTRODUCTION: &str = "\
# Findings in a config file

What `flashgate serve` reports about a config file or its flags, at start, at a reload, and with `--check`. An error
stops the start; a reload with an error changes nothing. Policies have the findings of [lint rules](rules.md) too.
`flashgate explain FINDING` prints a row of these tables. The meaning of an id never changes.

<!-- Generated: cargo xtask generate. -->
";

#[rustfmt::skip]
const GROUPS: &[ConfigFindingGroup] = &[
    ConfigFindingGroup { title: "The file", see: "[Policies and the config file](../run/policies.md) and [Config file](config.md)", findings: &[
        ConfigFindingPage("not-utf8",
            "The file is not UTF-8.",
            "Save it as UTF-8."),
        ConfigFindingPage("malformed-toml",
            "The file is not TOML. Its content is not checked yet.",
            "Fix the syntax at the place shown."),
        ConfigFindingPage("unknown-key",
            "The section has no such key.",
            "Correct the spelling, or move the key to its section. The message lists the keys of this one."),
        ConfigFindingPage("missing-key",
            "A key is missing, or its list is empty.",
            "Add it, as in the message."),
        ConfigFindingPage("conflicting-keys",
            "Two keys exclude each other.",
            "Remove one of them."),
        ConfigFindingPage("wrong-type",
            "A value has the wrong type, such as a string where a number belongs.",
            "Write a value of the type in the message."),
        ConfigFindingPage("unknown-value",
            "The key takes one of a few words, and this is not one of them.",
            "Use one of the words in the message."),
        ConfigFindingPage("out-of-range",
            "A number or a duration is too small or too large.",
            "Write one between the limits in the message."),
        ConfigFindingPage("bad-duration",
            "The value is not a duration.",
            "Write a number and a unit, such as `10s`; the units are `ms`, `s`, `m`, `h`, and `d`."),
        ConfigFindingPage("not-supported-yet",
            "This version knows the key or value but does not support it.",
            "Remove it."),
        ConfigFindingPage("unreadable-file",
            "A policy file, certificate, or key can't be read.",
            "Correct the path, or make the file readable for the user that runs flashgate."),
        ConfigFindingPage("world-writable",
            "Every user on this machine can change a file that flashgate serves or reads.",
            "Remove write permission for others: `chmod o-w FILE`."),
    ]},
    ConfigFindingGroup { title: "Policies", see: "[Policies and the config file](../run/policies.md)", findings: &[
        ConfigFindingPage("missing-policy",
            "There is no policy, so there is nothing to serve.",
            "Add `[policy.default]` with `rules` or `file`."),
        ConfigFindingPage("unused-policy",
            "No listener or gate serves this policy.",
            "Name it in `policy` of a `[[listen]]` or `[[gate]]`, or remove it."),
        ConfigFindingPage("unknown-policy",
            "`policy` names a policy that does not exist.",
            "Correct the name, or add the policy."),
        ConfigFindingPage("policy-without-name",
            "`[policy]` has rules or a file, but no name.",
            "Write `[policy.default]`."),
        ConfigFindingPage("bad-policy-name",
            "A policy's name has characters that names can't have.",
            "Use letters, digits, `-`, `_`, and dots."),
        ConfigFindingPage("unknown-public-port",
            "A gate listens on any free port, but a rule without ports or a path of the bridge needs a known port.",
            "Set `public-port` in the gate, or `ports` in the rules."),
        ConfigFindingPage("unasked-policy-port",
            "Players don't ask this port for a policy on their own. They ask port 843, and then the port that the movie connects to. Silverlight asks port 943 only.",
            "Listen on 843 (Silverlight: 943), set `public-port`, or let the movie call `Security.loadPolicyFile`. In a test, ignore it."),
        ConfigFindingPage("unopened-gate-port",
            "No rule of a gate's policy opens the gate's port, so no player can connect to it. Often the rule has the server's own port.",
            "Add the port that players connect to to a rule, leave out the `ports` of the rule, or set `public-port`."),
        ConfigFindingPage("not-for-silverlight",
            "A `[[listen]]` with `dialect = \"silverlight\"` uses a policy that can't be written for Silverlight.",
            "Change the rule, or give that listener a policy of its own."),
        ConfigFindingPage("more-findings",
            "A policy file has more findings than are shown.",
            "Fix those that are shown first."),
    ]},
    ConfigFindingGroup { title: "Listeners and gates", see: "[Gates](../run/gates.md)", findings: &[
        ConfigFindingPage("missing-listener",
            "There is no `[[listen]]` and no `[[gate]]`.",
            "Add one with an `address`."),
        ConfigFindingPage("bad-address",
            "The value is not an address to listen on.",
            "Write an address and a port, such as `[::]:843` or `127.0.0.1:843`."),
        ConfigFindingPage("uneven-port-ranges",
            "A gate listens on a range of ports, and its `backend` or `public-port` has fewer or more.",
            "Write ranges with the same number of ports."),
        ConfigFindingPage("duplicate-listener",
            "The same address appears twice, or players, `[admin]`, and its `probes` share a port.",
            "Give each its own address or port. A gate needs no `[[listen]]` for its port."),
        ConfigFindingPage("bad-gate-name",
            "A gate's name has characters that names can't have.",
            "Use letters, digits, `-`, `_`, and dots."),
        ConfigFindingPage("duplicate-gate-name",
            "Two gates have the same name. Logs and metrics tell gates apart by name.",
            "Rename one of them."),
        ConfigFindingPage("bad-backend",
            "The value is not the address of a server.",
            "Write a host and a port, such as `127.0.0.1:9340` or `game.internal:9340`."),
        ConfigFindingPage("backend-is-flashgate",
            "The backend of a gate is an address that flashgate itself listens on.",
            "Move the server to another port or address, and write that here."),
        ConfigFindingPage("port-blocked-by-player",
            "The gate's port is on a list of ports that Flash Player 24 and later reportedly block.",
            "Let movies use another port. `flashgate explain blocked-ports` shows the list."),
        ConfigFindingPage("accept-proxy-from-nobody",
            "`accept-proxy` is an empty list, so no PROXY header is read.",
            "Name the networks of your load balancers, or remove the key."),
        ConfigFindingPage("accept-proxy-from-everybody",
            "`accept-proxy` covers every address. Players send no PROXY header, and strangers can claim any address.",
            "Name only the networks of your load balancers."),
        ConfigFindingPage("bad-network",
            "The value is not a network.",
            "Write an address and a prefix length, such as `10.0.0.0/8` or `::1/128`."),
    ]},
    ConfigFindingGroup { title: "WebSockets and the bridge", see: "[Pages with Ruffle](../run/ruffle-pages.md)", findings: &[
        ConfigFindingPage("bad-host",
            "An entry of `hosts` is not a host name or an IP address.",
            "Leave out the scheme, the port, and the path."),
        ConfigFindingPage("null-host",
            "`null` in `hosts` is not a host. flashgate already adds an entry for movies that pass no host.",
            "Replace it with the name that movies use for this machine."),
        ConfigFindingPage("loopback-host",
            "An entry of `hosts` is the visitor's own machine.",
            "Write the name that players use for this machine. If movies connect to this host, set `public-url` in `[bridge]` too."),
        ConfigFindingPage("bridge-without-gates",
            "`[bridge]` has no gate to forward to.",
            "Add a `[[gate]]`."),
        ConfigFindingPage("bad-path",
            "`path` lacks `{port}` or `{name}`, `bridge-path` is not a path, or `handover` can't be used.",
            "Write a path as in the message."),
        ConfigFindingPage("reserved-path",
            "A gate's path on the bridge is one that the bridge answers itself, such as `/ruffle.js`.",
            "Rename the gate, or put text before `{name}`."),
        ConfigFindingPage("ambiguous-path",
            "Two gates, or two ports of a gate, have the same path on the bridge, or a request could mean both.",
            "Use `{name}` or `{port}` in `path` or `bridge-path`, or set `public-port` in each gate."),
        ConfigFindingPage("bridge-path-without-bridge",
            "A gate has `bridge-path`, but there is no `[bridge]`.",
            "Add `[bridge]`, or remove the key. On the gate's own port, pages may use any path."),
        ConfigFindingPage("same-public-port",
            "Two gates have the same public port. Ruffle picks a gate by its port, so it finds only the first.",
            "Set a `public-port` for each, if movies can connect to another port."),
        ConfigFindingPage("bad-public-url",
            "`public-url` is not a `ws:` or `wss:` URL that browsers can open.",
            "Write one such as `wss://play.example.com`."),
        ConfigFindingPage("doubled-path",
            "`public-url` ends in the path that `path` begins with, so pages open it twice.",
            "Remove it from `public-url`, unless a proxy removes the first one."),
        ConfigFindingPage("port-blocked-by-browser",
            "Browsers block WebSockets to this port: it is on the Fetch standard's list of bad ports.",
            "Move the bridge to another port, such as 443."),
        ConfigFindingPage("forwarded-for-from-everybody",
            "`trust-forwarded-for` covers every address, so every client can claim any address.",
            "Name only the addresses of your proxies."),
    ]},
    ConfigFindingGroup { title: "TLS", see: "[TLS](../run/tls.md)", findings: &[
        ConfigFindingPage("no-certificate",
            "The file has no certificate.",
            "Name a PEM file with the whole chain. The message says if `certificate` and `key` are swapped."),
        ConfigFindingPage("bad-certificate",
            "The certificate can't be read.",
            "Get the file again from the authority that issued it."),
        ConfigFindingPage("no-key",
            "The file has no private key that can be used, or the key has a password.",
            "Name a PEM file with a key without a password."),
        ConfigFindingPage("bad-key",
            "The private key is damaged, or of a type that TLS can't use.",
            "Use an RSA key of at least 2,048 bits, ECDSA on P-256 or P-384, or Ed25519."),
        ConfigFindingPage("key-mismatch",
            "The key does not belong to the certificate.",
            "Name the key that the certificate was issued for."),
        ConfigFindingPage("file-too-large",
            "A certificate or key file is far larger than such a file can be.",
            "Correct the path."),
        ConfigFindingPage("world-readable-key",
            "Every user on this machine can read the key and impersonate this server.",
            "Give the key to a group that flashgate runs as, then `chmod 640`."),
        ConfigFindingPage("tls-unavailable",
            "TLS can't be set up with these certificates.",
            "See the reason in the message."),
        ConfigFindingPage("expired-certificate",
            "A certificate has expired. flashgate serves it, but clients reject it.",
            "Renew it, or correct this machine's clock."),
        ConfigFindingPage("certificate-not-yet-valid",
            "A certificate is not valid yet. flashgate serves it, but clients reject it.",
            "Use another one, or correct this machine's clock."),
        ConfigFindingPage("self-signed-certificate",
            "The certificate is self-signed. Clients reject it unless they are configured to trust it.",
            "For players, use one from a public authority. For a test, this is fine."),
        ConfigFindingPage("ca-certificate",
            "The certificate is a CA certificate (`CA:TRUE`), not a server certificate.",
            "Issue a server certificate."),
        ConfigFindingPage("certificate-not-for-servers",
            "The certificate's key usage does not cover TLS servers.",
            "Get one that is issued for a web server."),
        ConfigFindingPage("certificate-without-names",
            "The certificate has no subject alternative name. Clients ignore the common name.",
            "Get one with the names that clients connect to."),
        ConfigFindingPage("certificate-for-other-hosts",
            "No certificate covers any of the `hosts`.",
            "Add one for the name that players and pages connect to."),
        ConfigFindingPage("certificate-order",
            "The certificates in the file are in the wrong order.",
            "Put the server's certificate first, then its issuer's, and so on."),
        ConfigFindingPage("unrelated-certificate",
            "A certificate in the file is not the certificate of the previous one's issuer.",
            "Remove certificates of other chains."),
        ConfigFindingPage("missing-intermediate",
            "The issuer's certificate is not in the file. Clients that don't have it reject the chain.",
            "Use the file with the whole chain, such as certbot's `fullchain.pem`."),
        ConfigFindingPage("weak-signature",
            "The certificate is signed with MD5 or SHA-1.",
            "Get a new one, signed with SHA-256."),
        ConfigFindingPage("weak-key",
            "The certificate's key is too short.",
            "Get a new one with a longer key."),
        ConfigFindingPage("broken-chain",
            "A certificate of the chain violates a limit of its issuers, or its signature is wrong.",
            "Get the whole chain again from the authority."),
    ]},
    ConfigFindingGroup { title: "Process, limits, and `[admin]`", see: "[Limits](../operate/limits.md), [Sandbox](../security/sandbox.md), and [Health and metrics](../operate/metrics.md)", findings: &[
        ConfigFindingPage("short-deadline",
            "A deadline below three seconds closes clients that lose a packet.",
            "Write `3s` or more."),
        ConfigFindingPage("bad-user",
            "`user` is not the name or number of a user.",
            "Write a name, or a number."),
        ConfigFindingPage("unknown-user",
            "This machine has no such user.",
            "Create the user, or remove the key to use `nobody`."),
        ConfigFindingPage("user-is-root",
            "flashgate would keep running as root.",
            "Use an unprivileged user, or remove the key to use `nobody`."),
        ConfigFindingPage("public-admin",
            "`[admin]` listens on an address that others can reach. It asks for no password.",
            "Write `127.0.0.1:9843`, or set `danger-public = true` if something else keeps strangers out."),
    ]},
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use flash_policy::lint;

    use super::*;

    fn documented() -> Vec<&'static str> {
        let findings = GROUPS.iter().flat_map(|group| group.findings);
        findings.map(|page| page.0).collect()
    }

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let paths = entries.map(|entry| entry.path());
        let nested = paths.map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        });
        nested.flatten().collect()
    }

    /// What makes a finding of an id, up to the id.
    const MAKERS: [&str; 5] = [
        "Diagnostic::error(",
        "Diagnostic::warning(",
        "Diagnostic::hint(",
        ".parsed(",
        "parse_text(text, ",
    ];

    /// Files that choose an id in a `match`: every word with a hyphen in quotes is one.
    const CHOOSERS: [&str; 2] = ["config/tls.rs", "config/weakness.rs"];

    /// The ids of the findings that a source file makes.
    fn ids<'a>(path: &Path, text: &'a str) -> Vec<&'a str> {
        let code = text.split("\nmod tests {").next().unwrap();
        if CHOOSERS.iter().any(|chooser| path.ends_with(chooser)) {
            let is_id = |text: &&str| {
                text.contains('-') && text.bytes().all(|b| b == b'-' || b.is_ascii_lowercase())
            };
            return code.split('"').filter(is_id).collect();
        }
        let calls = MAKERS.iter().flat_map(|maker| code.split(maker).skip(1));
        let argument = |call: &'a str| call.trim_start().strip_prefix('"')?.split('"').next();
        calls.filter_map(argument).collect()
    }

    #[test]
    fn every_finding_is_documented() {
        let documented = documented();
        let mut made = BTreeSet::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for path in sources(&folder) {
            if ["explain.rs", "tests.rs"]
                .iter()
                .any(|name| path.ends_with(name))
            {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for id in ids(&path, &text) {
                let is_rule = lint::rule(id).is_some();
                assert!(
                    is_rule || documented.contains(&id),
                    "{}: `{id}` is not in config/explain.rs",
                    path.display()
                );
                made.insert(id.to_owned());
            }
        }
        for id in &documented {
            assert!(made.contains(*id), "no code makes `{id}`");
        }
        let unique: BTreeSet<_> = documented.iter().collect();
        assert_eq!(unique.len(), documented.len(), "an id appears twice");
    }
}
