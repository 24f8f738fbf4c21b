//! The keys of what is served: policies, listeners, gates, the bridge and TLS.

use super::{DIALECTS, Key, Kind, PROXY_VERSIONS, SITE_CONTROLS, Section, Unset, key, words};

/// `[policy.NAME]`.
pub(in crate::config) static POLICY: Section = Section {
    title: "[policy.NAME]",
    keys: &[
        key(
            "rules",
            Kind::Rules,
            Unset::Means("`file` instead"),
            "Who may connect where, as a list of tables.",
        ),
        key(
            "file",
            Kind::Text,
            Unset::Means("`rules` instead"),
            "A policy file instead of rules. Its bytes are sent as they are. The path is relative to the config file.",
        ),
        key(
            "site-control",
            Kind::OneOf(|| words(&SITE_CONTROLS)),
            Unset::Means("no element"),
            "`all`, `master-only` or `none`, only beside `rules`. Sent only where players connect to port 843.",
        ),
    ],
};

/// One of `rules`.
pub(in crate::config) static RULE: Section = Section {
    title: "a rule",
    keys: &[
        key(
            "domain",
            Kind::TextOrNumber,
            Unset::Required,
            "The host that the content is loaded from: a name, an address, `*.example.com` (which covers example.com too) or `*`.",
        ),
        key(
            "ports",
            Kind::TextOrNumber,
            Unset::Means("the ports of the [gates](#rules-without-ports) that use the policy"),
            "The ports it may connect to: a list like `\"9339,9400-9410\"`, or `\"*\"`.",
        ),
        key(
            "secure",
            Kind::Boolean,
            Unset::Is("false"),
            "`true` allows only content that was loaded over HTTPS.",
        ),
    ],
};

const ADDRESS: Key = key(
    "address",
    Kind::Texts,
    Unset::Required,
    "Where to listen, in the form that `--listen` takes: one address or a list. A port alone may be a number.",
);

const POLICY_NAME: Key = key(
    "policy",
    Kind::Text,
    Unset::Means("the only policy"),
    "The name of its policy. Required if there are several.",
);

const PUBLIC_PORT: Key = key(
    "public-port",
    Kind::Port,
    Unset::Means("the listening port"),
    "The port players connect to, if it differs from the listening port, as in a container.",
);

const ACCEPT_PROXY: Key = key(
    "accept-proxy",
    Kind::Networks,
    Unset::Means("none"),
    "Networks of balancers. Their connections must begin with a [PROXY header](#the-players-address).",
);

/// `[[listen]]`.
pub(in crate::config) static LISTEN: Section = Section {
    title: "[[listen]]",
    keys: &[
        ADDRESS,
        POLICY_NAME,
        PUBLIC_PORT,
        key(
            "dialect",
            Kind::OneOf(|| words(&DIALECTS)),
            Unset::Is("\"flash\""),
            "The kind of policy. Only `flash` is supported so far.",
        ),
        ACCEPT_PROXY,
    ],
};

/// `[[gate]]`.
pub(in crate::config) static GATE: Section = Section {
    title: "[[gate]]",
    keys: &[
        key(
            "name",
            Kind::Text,
            Unset::Means("by its port: `gate-9339`"),
            "Its name in logs and metrics: letters, digits, `-`, `_` and dots.",
        ),
        ADDRESS,
        key(
            "backend",
            Kind::Text,
            Unset::Required,
            "The server behind it: `127.0.0.1:9340`, `game.internal:9340` or `[::1]:9340`. How a name is [looked up](#names-of-backends).",
        ),
        POLICY_NAME,
        PUBLIC_PORT,
        // A player's request comes with the first packets, or a round trip later at worst. Nobody notices the wait before
        // a greeting.
        key(
            "speaks-first-after",
            Kind::Short,
            Unset::Is("\"200ms\""),
            "A client that is silent for this long [may be waiting for the server to speak](#servers-that-speak-first). At most `request`.",
        ),
        // Ruffle can open nothing else, and the policy says which pages may.
        key(
            "websocket",
            Kind::Boolean,
            Unset::Is("true"),
            "Whether pages may [open WebSockets](#ruffle-websockets) on this port.",
        ),
        key(
            "http-backend",
            Kind::Text,
            Unset::Means("none: such HTTP is answered"),
            "Another server, [for HTTP](#http-on-the-same-port) that opens no WebSocket.",
        ),
        key(
            "send-proxy",
            Kind::OneOf(|| words(&PROXY_VERSIONS)),
            Unset::Means("off"),
            "`v1` or `v2`: sends [the player's address](#the-players-address) to the server.",
        ),
        ACCEPT_PROXY,
    ],
};

/// `[bridge]`.
pub(in crate::config) static BRIDGE: Section = Section {
    title: "[bridge]",
    keys: &[
        ADDRESS,
        // The port that the movie names, as its socket does.
        key(
            "path",
            Kind::Text,
            Unset::Is("\"/{port}\""),
            "Which path belongs to which gate. `{port}` is the port players connect to, `{name}` the gate's name. There may be text around it.",
        ),
        key(
            "public-url",
            Kind::Text,
            Unset::Means("none"),
            "The URL by which pages reach it, such as `wss://play.example.com`.",
        ),
        key(
            "trust-forwarded-for",
            Kind::Networks,
            Unset::Means("none"),
            "Networks of proxies whose [`X-Forwarded-For`](#behind-nginx-haproxy-or-caddy) is believed.",
        ),
        // Proxies cut what is silent for a minute (nginx, HAProxy's examples), and one ping may be late.
        key(
            "ping",
            Kind::Duration,
            Unset::Is("\"30s\""),
            "The time between two pings on a WebSocket, at gates too. Without `[bridge]`, gates use the default.",
        ),
        ACCEPT_PROXY,
    ],
};

/// `[tls]`.
pub(in crate::config) static TLS: Section = Section {
    title: "[tls]",
    keys: &[key(
        "certificates",
        Kind::Certificates,
        Unset::Required,
        "Certificates and their keys, as a list of tables. The server name that a client asks for picks one; otherwise it is the first.",
    )],
};

/// One of `certificates`.
pub(in crate::config) static CERTIFICATE: Section = Section {
    title: "a certificate",
    keys: &[
        key(
            "certificate",
            Kind::Text,
            Unset::Required,
            "A PEM file: the server's own certificate first, then those that vouch for it. The path is relative to the config file.",
        ),
        key(
            "key",
            Kind::Text,
            Unset::Required,
            "A PEM file with the private key of the certificate.",
        ),
    ],
};
