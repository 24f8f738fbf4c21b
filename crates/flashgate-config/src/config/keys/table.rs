//! A row for each key, with its type, default and documentation. Each default has its reason.
//!
//! rustfmt would take six lines for each row.

use super::key::Unset::{Is, Means, Required};
use super::key::{
    APPLIES_TO, CLIENTS, DIALECTS, Form, Key, PROXY_VERSIONS, SANDBOXES, SITE_CONTROLS, Section,
    ValueType, key, words,
};

/// The file as a whole.
#[rustfmt::skip]
pub(in crate::config) static TOP: Section = Section { title: "the top level", keys: &[
    key("hosts", ValueType::Texts, Means("none"),
        "The names and addresses that Flash content uses for this machine. `[admin]` answers to these names, and pages with [Ruffle](../run/ruffle-pages.md) get an entry for each."),
    key("policy", ValueType::Section(Form::ByName, &POLICY), Required,
        "A policy: which content may connect to which ports. Its name may contain letters, digits, `-`, `_` and dots. Logs show it."),
    key("listen", ValueType::Section(Form::List, &LISTEN), Means("none"),
        "A port that answers policy requests. There may be several."),
    key("gate", ValueType::Section(Form::List, &GATE), Means("none"),
        "A [gate](../run/gates.md): the port that the game uses. There may be several."),
    key("bridge", ValueType::Section(Form::Table, &BRIDGE), Means("off"),
        "[One WebSocket endpoint](../run/ruffle-pages.md#one-endpoint-for-every-gate) for every gate."),
    key("http", ValueType::Section(Form::Table, &HTTP), Means("no files over HTTP"),
        "[Master policy files over HTTP](../run/http.md), such as `/crossdomain.xml`."),
    key("tls", ValueType::Section(Form::Table, &TLS), Means("no TLS"),
        "Makes every listener for players [accept TLS too](../run/tls.md)."),
    key("admin", ValueType::Section(Form::Table, &ADMIN), Means("off"),
        "The HTTP server with [metrics and status](../operate/metrics.md)."),
    key("limits", ValueType::Section(Form::Table, &LIMITS), Means("the defaults of its keys"),
        "Limits on connections and time."),
    key("process", ValueType::Section(Form::Table, &PROCESS), Means("the defaults of its keys"),
        "How the process runs."),
] };

/// `[policy.NAME]`.
#[rustfmt::skip]
pub(in crate::config) static POLICY: Section = Section { title: "[policy.NAME]", keys: &[
    key("rules", ValueType::Rules, Means("none; one of `rules` and `file` is required"),
        "Which content may connect to which ports, as a list of tables."),
    key("file", ValueType::Text, Means("none; one of `rules` and `file` is required"),
        "A policy file instead of rules. It is sent unchanged. The path is relative to the config file."),
    key("site-control", ValueType::OneOf(|| words(&SITE_CONTROLS)), Means("no element"),
        "`all`, `master-only` or `none`. Allowed only with `rules`. On sockets, it is sent only if players connect to port 843. For Silverlight, `none` grants nothing, and the others have no effect."),
    key("clients", ValueType::SeveralOf(|| words(&CLIENTS)), Is("\"flash\""),
        "The clients that use the policy: `flash`, `unity` ([Unity's web player](../run/policies.md#unitys-web-player)), `lightspark`. flashgate warns of what one of them can't read or ignores."),
] };

/// An entry of `rules`.
#[rustfmt::skip]
pub(in crate::config) static RULE: Section = Section { title: "a rule", keys: &[
    key("domain", ValueType::Text, Required,
        "The host that the content is loaded from: a name, an address, `*.example.com` (which covers example.com too) or `*`."),
    key("ports", ValueType::TextOrNumber, Means("the ports of the [gates](../run/policies.md#rules-without-ports) that use the policy"),
        "The ports that the content may connect to: a list like `\"9339,9400-9410\"`, or `\"*\"`."),
    // A URL policy has a different default, see Adobe's Developer's Guide, "Website controls (policy files)".
    key("secure", ValueType::Boolean, Means("`false` for sockets; for [files over HTTP](../run/http.md#rules-for-files), `true` if the file is loaded over HTTPS"),
        "`true` allows only content loaded over HTTPS."),
    key("headers", ValueType::Names, Means("none"),
        "Request headers that the content may send, for [files over HTTP](../run/http.md#rules-for-files): one, a list such as `[\"SOAPAction\", \"X-*\"]`, or `\"*\"`."),
    key("applies-to", ValueType::OneOf(|| words(&APPLIES_TO)), Means("both"),
        "`socket` or `url`: whether the rule is only for sockets, or only for [files over HTTP](../run/http.md#rules-for-files)."),
] };

#[rustfmt::skip]
const ADDRESS: Key = key("address", ValueType::Texts, Required,
    "One address to listen on, or a list, in the form that `--listen` takes. A port alone may be a number.");

#[rustfmt::skip]
const POLICY_NAME: Key = key("policy", ValueType::Text, Means("the only policy"),
    "The name of the policy to use. Required if there are several policies.");

#[rustfmt::skip]
const PUBLIC_PORT: Key = key("public-port", ValueType::Port, Means("the listening port"),
    "The port players connect to, if it differs from the listening port, as in a container.");

#[rustfmt::skip]
const ACCEPT_PROXY: Key = key("accept-proxy", ValueType::Networks, Means("none"),
    "Networks of load balancers. Connections from them must begin with a [PROXY header](../run/gates.md#the-players-address).");

/// `[[listen]]`.
#[rustfmt::skip]
pub(in crate::config) static LISTEN: Section = Section { title: "[[listen]]", keys: &[
    ADDRESS,
    POLICY_NAME,
    PUBLIC_PORT,
    key("dialect", ValueType::OneOf(|| words(&DIALECTS)), Is("\"flash\""),
        "Whose clients ask here: `flash` (also Lightspark and Unity), or `silverlight`, which asks on [port 943](../recipes/silverlight.md) for another format."),
    ACCEPT_PROXY,
] };

/// `[[gate]]`.
#[rustfmt::skip]
pub(in crate::config) static GATE: Section = Section { title: "[[gate]]", keys: &[
    key("name", ValueType::Text, Means("`gate-` and its port, such as `gate-9339`"),
        "The name in logs and metrics: letters, digits, `-`, `_` and dots."),
    key("address", ValueType::Texts, Required,
        "One address to listen on, or a list, in the form that `--listen` takes. A port alone may be a number. A [range of ports](../run/gates.md#ranges-of-ports), `[::]:9875-9878`, makes a gate for each port, named `NAME-PORT`."),
    key("backend", ValueType::Text, Required,
        "The server to forward to: `127.0.0.1:9340`, `game.internal:9340` or `[::1]:9340`. A name is [looked up](../run/gates.md#names-of-backends) when a client connects. If `address` has a range of ports, a range of as many ports."),
    POLICY_NAME,
    key("public-port", ValueType::Ports, Means("the listening port"),
        "The port players connect to, if it differs from the listening port, as in a container. If `address` has a range of ports, a range of as many ports."),
    key("bridge-path", ValueType::Text, Means("none"),
        "Another path to this gate on `[bridge]`, for [pages that already have one](../run/ruffle-pages.md#pages-that-already-have-a-path): `/socketproxy/`, or `/?token=login`. `{port}` and `{name}` mean those of the gate."),
    // A player's request comes with the first packets, or at worst one round trip later. A greeting that is this late
    // is not noticeable.
    key("speaks-first-after", ValueType::Short, Is("\"200ms\""),
        "How long a client may be silent before the gate connects to the server, [which may have to speak first](../run/gates.md#servers-that-speak-first). At most `request` in `[limits]`."),
    // Ruffle can't connect in any other way, and the policy limits which pages may.
    key("websocket", ValueType::Boolean, Is("true"),
        "Whether pages may [open WebSockets](../run/ruffle-pages.md) on this port."),
    key("http-backend", ValueType::Text, Means("none; the gate answers these requests itself"),
        "Another server for [HTTP requests](../run/gates.md#http-on-the-same-port) that don't open a WebSocket."),
    key("policy-files", ValueType::Boolean, Means("`true`, unless the gate has `http-backend` or `websocket = false`"),
        "Whether the gate itself [answers requests](../run/http.md#on-gates-and-the-bridge) for the files of `[http]`."),
    key("send-proxy", ValueType::OneOf(|| words(&PROXY_VERSIONS)), Means("off"),
        "The version of the PROXY header that sends [the player's address](../run/gates.md#the-players-address) to the server."),
    ACCEPT_PROXY,
] };

/// `[bridge]`.
#[rustfmt::skip]
pub(in crate::config) static BRIDGE: Section = Section { title: "[bridge]", keys: &[
    ADDRESS,
    // The port that the movie connects to.
    key("path", ValueType::Text, Is("\"/{port}\""),
        "The path to each gate. `{port}` is the port that players connect to, `{name}` is the gate's name. There may be text around it."),
    key("public-url", ValueType::Text, Means("none"),
        "The URL that pages use for the bridge, such as `wss://play.example.com`."),
    key("trust-forwarded-for", ValueType::Networks, Means("none"),
        "Networks of proxies whose [`X-Forwarded-For`](../run/reverse-proxies.md#the-players-address) is trusted."),
    // Proxies close a connection that is silent for a minute (nginx, HAProxy's examples), and one ping may be late.
    key("ping", ValueType::Duration, Is("\"30s\""),
        "The time between two WebSocket pings, on gates too. Without `[bridge]`, gates use the default."),
    ACCEPT_PROXY,
] };

/// `[http]`.
#[rustfmt::skip]
pub(in crate::config) static HTTP: Section = Section { title: "[http]", keys: &[
    key("address", ValueType::Texts, Means("only on gates and `[bridge]`"),
        "One address to listen on, or a list, in the form that `--listen` takes. A port alone may be a number."),
    key("crossdomain", ValueType::Text, Means("none; one of `crossdomain` and `clientaccesspolicy` is required"),
        "The name of the policy that is served as [`/crossdomain.xml`](../run/http.md)."),
    key("clientaccesspolicy", ValueType::Text, Means("none; one of `crossdomain` and `clientaccesspolicy` is required"),
        "The name of the policy that is served as [`/clientaccesspolicy.xml`](../run/http.md), for Silverlight."),
    ACCEPT_PROXY,
] };

/// `[tls]`.
#[rustfmt::skip]
pub(in crate::config) static TLS: Section = Section { title: "[tls]", keys: &[
    key("certificates", ValueType::Certificates, Required,
        "Certificates and their keys, as a list of tables. The server name in the client's handshake selects one. If none matches, the first is used."),
] };

/// An entry of `certificates`.
#[rustfmt::skip]
pub(in crate::config) static CERTIFICATE: Section = Section { title: "a certificate", keys: &[
    key("certificate", ValueType::Text, Required,
        "A PEM file: the server's certificate, then the intermediate certificates. The path is relative to the config file."),
    key("key", ValueType::Text, Required,
        "A PEM file with the private key of the certificate."),
] };

/// `[admin]`.
#[rustfmt::skip]
pub(in crate::config) static ADMIN: Section = Section { title: "[admin]", keys: &[
    // Loopback, because the reports are for tools on this machine.
    key("address", ValueType::TextOrNumber, Is("\"127.0.0.1:9843\""),
        "The address to listen on, in the form that `--listen` takes. It must be loopback unless `danger-public` is `true`."),
    // Off, because it is open to everyone.
    key("probes", ValueType::TextOrNumber, Means("none"),
        "The address of a second listener for [health checks](../operate/metrics.md#kubernetes-probes), such as `[::]:9844`. It answers only `/healthz` and `/readyz`, to everyone."),
    key("danger-public", ValueType::Boolean, Is("false"),
        "`true` allows any `address`. There is no password: anyone who can connect can read everything."),
] };

/// More open files than the kernel allows a process (`fs.nr_open`) in any current setup.
const MOST_CONNECTIONS: u32 = 1 << 24;

/// `[limits]`.
#[rustfmt::skip]
pub(in crate::config) static LIMITS: Section = Section { title: "[limits]", keys: &[
    // At 2 KiB each, this many waiting connections fit into 32 MiB of memory, even on a small machine.
    key("connections", ValueType::Number(MOST_CONNECTIONS), Is("16384"),
        "Connections at the same time. Fewer if the limit on open files is too low."),
    // Enough for a school or an office behind one address. It stops a client that only holds connections open.
    key("per-address", ValueType::Cap, Is("64"),
        "Connections at the same time from one IPv4 address or IPv6 /64, or `\"off\"`."),
    // Such a place may start all of its players in the same second, with one or two requests each.
    key("rate-per-address", ValueType::Cap, Is("50"),
        "New connections per second from one address, or `\"off\"`."),
    // Players share addresses and stay connected. The right number differs from game to game.
    key("relays-per-address", ValueType::Cap, Is("\"off\""),
        "Open connections from one address to the servers behind gates, or `\"off\"`."),
    // Health checks and proxies on this machine, which all use one address.
    key("exempt", ValueType::Networks, Is("[\"127.0.0.0/8\", \"::1/128\"]"),
        "Networks that the three per-address limits do not apply to."),
    // Leaves room for three retransmissions of a SYN (1 s, 3 s, 7 s), so that players on a bad line are not rejected.
    key("request", ValueType::Duration, Is("\"10s\""),
        "The time for a client's first bytes, in total."),
    // A peer that has not acknowledged for this long can't be reached, or will not close its side.
    key("linger", ValueType::Duration, Is("\"5s\""),
        "After a reply, the time between two reads until the client closes its side; 30 s in total."),
    // A backend is close: this leaves room for two retransmissions of a SYN.
    key("backend-connect", ValueType::Duration, Is("\"5s\""),
        "The time to connect to the server behind a gate, in total."),
    // Many clients end their side after their last message. A server that still answers does so within a minute.
    key("half-open", ValueType::Duration, Is("\"60s\""),
        "Once one side of a connection through a gate has ended, the time for the other side to end. 15 times as long if the other side has stopped reading."),
    // Chats are silent for hours, and only the server behind the gate knows what is too long.
    key("idle", ValueType::Idle, Is("\"off\""),
        "How long a connection through a gate may be silent in both directions, or `\"off\"`."),
] };

/// More than any machine has.
const MOST_THREADS: u32 = 1_024;

/// `[process]`.
#[rustfmt::skip]
pub(in crate::config) static PROCESS: Section = Section { title: "[process]", keys: &[
    // The unprivileged account that every distribution has.
    key("user", ValueType::TextOrNumber, Is("\"nobody\""),
        "The user to switch to after binding, if started as root: a name or a number."),
    // One thread answers far more players than a site has.
    key("threads", ValueType::Number(MOST_THREADS), Is("1"),
        "How many threads serve connections. A change needs a restart."),
    // Old kernels can serve too. An operator who needs the sandbox sets `required`.
    key("sandbox", ValueType::OneOf(|| words(&SANDBOXES)), Is("\"best-effort\""),
        "How strictly to apply the [sandbox](../security/sandbox.md)."),
    // As long as a connection may linger. Kubernetes allows the same time between its two signals.
    key("drain", ValueType::Duration, Is("\"30s\""),
        "How long open connections may continue after flashgate is asked to stop."),
    // The operator must choose a path that only the right users can reach.
    key("handover", ValueType::Socket, Is("\"off\""),
        "The path of a socket through which [a new process takes over](../operate/upgrade.md), or `\"off\"`. A change needs a restart."),
] };
