//! The table: a row for each key, with its type, its default and its documentation. Each default has its reason.
//!
//! rustfmt would take six lines for each.

use super::key::Unset::{Is, Means, Required};
use super::key::{
    DIALECTS, Form, Key, PROXY_VERSIONS, SANDBOXES, SITE_CONTROLS, Section, ValueType, key, words,
};

/// The file as a whole.
#[rustfmt::skip]
pub(in crate::config) static TOP: Section = Section { title: "the top level", keys: &[
    key("hosts", ValueType::Texts, Means("none"),
        "The names and addresses that Flash content uses for this machine. `[admin]` answers to these names, and pages with [Ruffle](../run/ruffle-pages.md) get an entry for each."),
    key("policy", ValueType::Section(Form::ByName, &POLICY), Required,
        "A policy: who may connect where. Its name has letters, digits, `-`, `_` and dots, and appears in the log."),
    key("listen", ValueType::Section(Form::List, &LISTEN), Means("none"),
        "A port that answers policy requests. There may be several."),
    key("gate", ValueType::Section(Form::List, &GATE), Means("none"),
        "A [gate](../run/gates.md): the game's own port. There may be several."),
    key("bridge", ValueType::Section(Form::Table, &BRIDGE), Means("off"),
        "[One endpoint for WebSockets](../run/ruffle-pages.md#one-endpoint-for-every-gate) to every gate."),
    key("tls", ValueType::Section(Form::Table, &TLS), Means("no TLS"),
        "Makes every listener for players [accept TLS too](../run/tls.md)."),
    key("admin", ValueType::Section(Form::Table, &ADMIN), Means("off"),
        "Where flashgate [reports on itself](../operate/metrics.md) over HTTP."),
    key("limits", ValueType::Section(Form::Table, &LIMITS), Means("the defaults of its keys"),
        "How much of everything there may be, and how long it may take."),
    key("process", ValueType::Section(Form::Table, &PROCESS), Means("the defaults of its keys"),
        "How the process runs."),
] };

/// `[policy.NAME]`.
#[rustfmt::skip]
pub(in crate::config) static POLICY: Section = Section { title: "[policy.NAME]", keys: &[
    key("rules", ValueType::Rules, Means("`file` instead"),
        "Who may connect where, as a list of tables."),
    key("file", ValueType::Text, Means("`rules` instead"),
        "A policy file instead of rules. Its bytes are sent as they are. The path is relative to the config file."),
    key("site-control", ValueType::OneOf(|| words(&SITE_CONTROLS)), Means("no element"),
        "`all`, `master-only` or `none`, only beside `rules`. Sent only where players connect to port 843."),
] };

/// One of `rules`.
#[rustfmt::skip]
pub(in crate::config) static RULE: Section = Section { title: "a rule", keys: &[
    key("domain", ValueType::TextOrNumber, Required,
        "The host that the content is loaded from: a name, an address, `*.example.com` (which covers example.com too) or `*`."),
    key("ports", ValueType::TextOrNumber, Means("the ports of the [gates](../run/policies.md#rules-without-ports) that use the policy"),
        "The ports it may connect to: a list like `\"9339,9400-9410\"`, or `\"*\"`."),
    key("secure", ValueType::Boolean, Is("false"),
        "`true` allows only content that was loaded over HTTPS."),
] };

#[rustfmt::skip]
const ADDRESS: Key = key("address", ValueType::Texts, Required,
    "Where to listen, in the form that `--listen` takes: one address or a list. A port alone may be a number.");

#[rustfmt::skip]
const POLICY_NAME: Key = key("policy", ValueType::Text, Means("the only policy"),
    "The name of its policy. Required if there are several.");

#[rustfmt::skip]
const PUBLIC_PORT: Key = key("public-port", ValueType::Port, Means("the listening port"),
    "The port players connect to, if it differs from the listening port, as in a container.");

#[rustfmt::skip]
const ACCEPT_PROXY: Key = key("accept-proxy", ValueType::Networks, Means("none"),
    "Networks of balancers. Their connections must begin with a [PROXY header](../run/gates.md#the-players-address).");

/// `[[listen]]`.
#[rustfmt::skip]
pub(in crate::config) static LISTEN: Section = Section { title: "[[listen]]", keys: &[
    ADDRESS,
    POLICY_NAME,
    PUBLIC_PORT,
    key("dialect", ValueType::OneOf(|| words(&DIALECTS)), Is("\"flash\""),
        "The kind of policy. Only `flash` is supported so far."),
    ACCEPT_PROXY,
] };

/// `[[gate]]`.
#[rustfmt::skip]
pub(in crate::config) static GATE: Section = Section { title: "[[gate]]", keys: &[
    key("name", ValueType::Text, Means("by its port: `gate-9339`"),
        "Its name in logs and metrics: letters, digits, `-`, `_` and dots."),
    ADDRESS,
    key("backend", ValueType::Text, Required,
        "The server behind it: `127.0.0.1:9340`, `game.internal:9340` or `[::1]:9340`. How a name is [looked up](../run/gates.md#names-of-backends)."),
    POLICY_NAME,
    PUBLIC_PORT,
    // A player's request comes with the first packets, or a round trip later at worst. Nobody notices the wait before
    // a greeting.
    key("speaks-first-after", ValueType::Short, Is("\"200ms\""),
        "A client that is silent for this long [may be waiting for the server to speak](../run/gates.md#servers-that-speak-first). At most `request`."),
    // Ruffle can open nothing else, and the policy says which pages may.
    key("websocket", ValueType::Boolean, Is("true"),
        "Whether pages may [open WebSockets](../run/ruffle-pages.md) on this port."),
    key("http-backend", ValueType::Text, Means("none: such HTTP is answered"),
        "Another server, [for HTTP](../run/gates.md#http-on-the-same-port) that opens no WebSocket."),
    key("send-proxy", ValueType::OneOf(|| words(&PROXY_VERSIONS)), Means("off"),
        "`v1` or `v2`: sends [the player's address](../run/gates.md#the-players-address) to the server."),
    ACCEPT_PROXY,
] };

/// `[bridge]`.
#[rustfmt::skip]
pub(in crate::config) static BRIDGE: Section = Section { title: "[bridge]", keys: &[
    ADDRESS,
    // The port that the movie names, as its socket does.
    key("path", ValueType::Text, Is("\"/{port}\""),
        "Which path belongs to which gate. `{port}` is the port players connect to, `{name}` the gate's name. There may be text around it."),
    key("public-url", ValueType::Text, Means("none"),
        "The URL by which pages reach it, such as `wss://play.example.com`."),
    key("trust-forwarded-for", ValueType::Networks, Means("none"),
        "Networks of proxies whose [`X-Forwarded-For`](../run/reverse-proxies.md#the-players-address) is believed."),
    // Proxies cut what is silent for a minute (nginx, HAProxy's examples), and one ping may be late.
    key("ping", ValueType::Duration, Is("\"30s\""),
        "The time between two pings on a WebSocket, at gates too. Without `[bridge]`, gates use the default."),
    ACCEPT_PROXY,
] };

/// `[tls]`.
#[rustfmt::skip]
pub(in crate::config) static TLS: Section = Section { title: "[tls]", keys: &[
    key("certificates", ValueType::Certificates, Required,
        "Certificates and their keys, as a list of tables. The server name that a client asks for picks one; otherwise it is the first."),
] };

/// One of `certificates`.
#[rustfmt::skip]
pub(in crate::config) static CERTIFICATE: Section = Section { title: "a certificate", keys: &[
    key("certificate", ValueType::Text, Required,
        "A PEM file: the server's own certificate first, then those that vouch for it. The path is relative to the config file."),
    key("key", ValueType::Text, Required,
        "A PEM file with the private key of the certificate."),
] };

/// `[admin]`.
#[rustfmt::skip]
pub(in crate::config) static ADMIN: Section = Section { title: "[admin]", keys: &[
    // Loopback: the reports are for the machine's own tools.
    key("address", ValueType::TextOrNumber, Is("\"127.0.0.1:9843\""),
        "Where to listen, in the form that `--listen` takes. Must be loopback unless `danger-public` is `true`."),
    key("danger-public", ValueType::Boolean, Is("false"),
        "`true` allows any `address`. Everybody who reaches it can read everything there."),
] };

/// More than the kernel lets a process open (`fs.nr_open`) in any setting of today.
const MOST_CONNECTIONS: u32 = 1 << 24;

/// `[limits]`.
#[rustfmt::skip]
pub(in crate::config) static LIMITS: Section = Section { title: "[limits]", keys: &[
    // At 2 KiB each, all of them waiting stay within 32 MiB of memory: a small machine holds them too.
    key("connections", ValueType::Number(MOST_CONNECTIONS), Is("16384"),
        "Connections at a time. Fewer if the limit on open files does not allow that many."),
    // Room for a school or an office behind one address; a client that only holds connections open gets no further.
    key("per-address", ValueType::Cap, Is("64"),
        "Connections at a time from one IPv4 address or IPv6 /64, or `\"off\"`."),
    // Such a place may start its players in the same second, each with a question or two.
    key("rate-per-address", ValueType::Cap, Is("50"),
        "New connections a second from one address, or `\"off\"`."),
    // Players share addresses, and stay: a number that is right for one game is wrong for the next.
    key("relays-per-address", ValueType::Cap, Is("\"off\""),
        "Open connections to servers behind gates from one address, or `\"off\"`."),
    // Health checks and proxies of the machine itself: they come from one address by nature.
    key("exempt", ValueType::Networks, Is("[\"127.0.0.0/8\", \"::1/128\"]"),
        "Networks to which the three limits by address do not apply."),
    // Three retransmissions of a SYN (1 s, 3 s, 7 s) fit: a bad line is no reason to be turned away.
    key("request", ValueType::Duration, Is("\"10s\""),
        "For a client's first bytes, in all."),
    // A peer that has not acknowledged for this long is retransmitting in vain, or will not end its side.
    key("linger", ValueType::Duration, Is("\"5s\""),
        "Between two reads after a reply, until the client ends its side; 30 s in all."),
    // A backend is near: two retransmissions of a SYN fit.
    key("backend-connect", ValueType::Duration, Is("\"5s\""),
        "For connecting to a server behind a gate, in all."),
    // An end of stream is often the last thing a client says; a server that still answers does so within a minute.
    key("half-open", ValueType::Duration, Is("\"60s\""),
        "For the second side of a connection through a gate to end, once the first has ended. 15 times as long if the other side has stopped reading."),
    // Chats are silent for hours, and only the server behind the gate knows what is too long.
    key("idle", ValueType::Idle, Is("\"off\""),
        "For a connection through a gate without a byte in either direction, or `\"off\"`."),
] };

/// More than any machine has.
const MOST_THREADS: u32 = 1_024;

/// `[process]`.
#[rustfmt::skip]
pub(in crate::config) static PROCESS: Section = Section { title: "[process]", keys: &[
    // The account without rights that every distribution has.
    key("user", ValueType::TextOrNumber, Is("\"nobody\""),
        "The user to become after binding, when started as root: a name or a number."),
    // One thread answers far more players than a site has, and shares nothing with another.
    key("threads", ValueType::Number(MOST_THREADS), Is("1"),
        "How many threads serve. A change takes a restart."),
    // Old kernels serve too; an operator who needs it in force sets `required`.
    key("sandbox", ValueType::OneOf(|| words(&SANDBOXES)), Is("\"best-effort\""),
        "`best-effort`, `required` or `off`, see [Sandbox](../security/sandbox.md)."),
    // As long as a lingering connection may take; Kubernetes leaves as much between its two signals.
    key("drain", ValueType::Duration, Is("\"30s\""),
        "How long open connections may continue after a stop."),
    // A path that others can reach is for the operator to choose.
    key("handover", ValueType::Socket, Is("\"off\""),
        "A path at which [a second start takes over](../operate/upgrade.md), or `\"off\"`. A change takes a restart."),
] };
