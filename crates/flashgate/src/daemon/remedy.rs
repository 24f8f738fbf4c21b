//! Why an address can't be bound, and what helps on this machine.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use flashgate_config::confinement;
use flashgate_config::snapshot::{AskedBy, SetIn};
use flashgate_report::render::PlainError;
use rustix::io::Errno;

use crate::log;

/// An address that can't be bound. The error lists the remedies that apply. Remedies that change the address name the
/// flag, variable or section that sets it.
#[derive(Debug)]
pub(super) struct NotBound {
    pub(super) address: SocketAddr,
    pub(super) asked_by: AskedBy,
    pub(super) error: io::Error,
}

impl NotBound {
    pub(super) fn error(&self) -> PlainError {
        let Self {
            address,
            asked_by,
            error,
        } = self;
        let message = format!("can't listen on {address}: {}", log::reason(error));
        let help = help(*address, *asked_by, error);
        let help: Vec<_> = help.iter().map(String::as_str).collect();
        PlainError::new(&message, &help)
    }
}

fn help(address: SocketAddr, asked_by: AskedBy, error: &io::Error) -> Vec<String> {
    match Errno::from_io_error(error) {
        Some(Errno::ACCESS | Errno::PERM) => missing_privilege(address, asked_by),
        Some(Errno::ADDRINUSE) => in_use(address, asked_by),
        Some(Errno::ADDRNOTAVAIL) => vec![
            "this machine does not have this address now: `ip address` lists its addresses"
                .to_owned(),
            wider(address.port(), asked_by),
        ],
        Some(Errno::AFNOSUPPORT) => {
            vec!["this machine has no IPv6; use an IPv4 address".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// How the operator sets an address: the section, the flag, and the variable.
fn names(asked_by: AskedBy) -> (SetIn, [&'static str; 3]) {
    match asked_by {
        AskedBy::Listen(by) => (by, ["[[listen]]", "--listen", "FLASHGATE_LISTEN"]),
        AskedBy::Gate(by) => (by, ["[[gate]]", "--gate", "FLASHGATE_GATE"]),
        AskedBy::Bridge(by) => (by, ["[bridge]", "--bridge", "FLASHGATE_BRIDGE"]),
        AskedBy::Admin(by) => (by, ["[admin]", "--admin", "FLASHGATE_ADMIN"]),
        // No flag and no variable sets them.
        AskedBy::Http => (SetIn::Config, ["[http]", "", ""]),
        AskedBy::Probes => (SetIn::Config, ["[admin]", "", ""]),
    }
}

/// How to write an address.
fn setting(address: &str, asked_by: AskedBy) -> String {
    let (set_in, [section, flag, variable]) = names(asked_by);
    let rest = match asked_by {
        AskedBy::Gate(_) => "=BACKEND",
        AskedBy::Listen(_)
        | AskedBy::Bridge(_)
        | AskedBy::Http
        | AskedBy::Admin(_)
        | AskedBy::Probes => "",
    };
    let key = key(asked_by);
    match set_in {
        SetIn::Config => format!("`{key} = \"{address}\"` in `{section}`"),
        SetIn::Flag => format!("`{flag} {address}{rest}`"),
        SetIn::Variable => format!("`{variable}={address}{rest}`"),
    }
}

/// The key in the section.
fn key(asked_by: AskedBy) -> &'static str {
    match asked_by {
        AskedBy::Probes => "probes",
        AskedBy::Listen(_)
        | AskedBy::Gate(_)
        | AskedBy::Bridge(_)
        | AskedBy::Http
        | AskedBy::Admin(_) => "address",
    }
}

/// How to write a port on every address.
fn written(port: u16, asked_by: AskedBy) -> String {
    match names(asked_by).0 {
        SetIn::Config => setting(&format!("[::]:{port}"), asked_by),
        SetIn::Flag | SetIn::Variable => setting(&port.to_string(), asked_by),
    }
}

/// How to listen on an address that exists.
fn wider(port: u16, asked_by: AskedBy) -> String {
    match asked_by {
        // The admin address must not be public.
        AskedBy::Admin(_) => {
            let address = setting(&format!("127.0.0.1:{port}"), asked_by);
            format!("to answer on this machine only: {address}")
        }
        AskedBy::Listen(_)
        | AskedBy::Gate(_)
        | AskedBy::Bridge(_)
        | AskedBy::Http
        | AskedBy::Probes => {
            format!("to answer on all addresses: {}", written(port, asked_by))
        }
    }
}

fn in_use(address: SocketAddr, asked_by: AskedBy) -> Vec<String> {
    let port = address.port();
    let (set_in, [section, flag, variable]) = names(asked_by);
    let another = match set_in {
        SetIn::Config => {
            let key = key(asked_by);
            format!("stop that program, or set another `{key}` in `{section}`")
        }
        SetIn::Flag => format!("stop that program, or use another address with `{flag}`"),
        SetIn::Variable => format!("stop that program, or write another address in `{variable}`"),
    };
    let elsewhere = match asked_by {
        AskedBy::Listen(_) => format!(
            "{another}; players ask port 843 first, and then the port they connect to"
        ),
        AskedBy::Gate(_) => {
            "stop that program; if it is the gate's own server, move it to another port, and use that port in the backend".to_owned()
        }
        // The usual case: a web server.
        AskedBy::Http => format!("{another}; a web server can serve the file itself, or forward `/crossdomain.xml` to that address"),
        AskedBy::Bridge(_) | AskedBy::Admin(_) | AskedBy::Probes => another,
    };
    vec![
        format!("find the program: `ss --listening --tcp --numeric --processes 'sport = :{port}'`"),
        elsewhere,
    ]
}

/// How to write a high port that a container publishes as another one.
fn published(port: u16, high: u16, asked_by: AskedBy) -> String {
    let address = written(high, asked_by);
    match asked_by {
        AskedBy::Listen(SetIn::Config) | AskedBy::Gate(SetIn::Config) => {
            format!("{address} with `public-port = {port}`")
        }
        AskedBy::Listen(SetIn::Flag) => format!("{address} and `--public-port {port}`"),
        AskedBy::Listen(SetIn::Variable) => {
            format!("{address} and `FLASHGATE_PUBLIC_PORT={port}`")
        }
        // Otherwise rules without ports would cover the high port.
        AskedBy::Gate(SetIn::Flag | SetIn::Variable) => format!(
            "{} in a config file with `public-port = {port}`",
            written(high, AskedBy::Gate(SetIn::Config))
        ),
        AskedBy::Bridge(_) | AskedBy::Http | AskedBy::Admin(_) | AskedBy::Probes => address,
    }
}

fn missing_privilege(address: SocketAddr, asked_by: AskedBy) -> Vec<String> {
    if let Some(help) = confinement::explain_bind() {
        return help.map(str::to_owned).to_vec();
    }
    let port = address.port();
    // Only ports below 1024 need a privilege, so this one does not.
    let high = port.saturating_add(8000);
    if in_container() {
        return vec![
            format!(
                "listen on a high port and publish it as {port}: {}, and `-p {port}:{high}` for the container",
                published(port, high, asked_by)
            ),
            format!(
                "or run the container with `--sysctl net.ipv4.ip_unprivileged_port_start={port}`"
            ),
            "or give the container the capability NET_BIND_SERVICE".to_owned(),
        ];
    }
    let mut help = Vec::new();
    if may_gain_privileges() {
        let program = std::env::current_exe()
            .map_or("flashgate".to_owned(), |path| path.display().to_string());
        help.push(format!("give the program the capability that it needs: `sudo setcap cap_net_bind_service=+ep {program}`"));
    }
    if has_systemd() {
        help.push(
            "under systemd: `AmbientCapabilities=CAP_NET_BIND_SERVICE` in the unit".to_owned(),
        );
    }
    help.push(format!(
        "{}let all users bind ports from {port} up: `sudo sysctl net.ipv4.ip_unprivileged_port_start={port}`",
        if help.is_empty() { "" } else { "or " }
    ));
    help.push(format!(
        "or listen on a high port with {}, and redirect to it: `sudo nft '{}'`",
        published(port, high, asked_by),
        redirect(port, high)
    ));
    help
}

/// The complete nftables commands, with a separate table for IPv4 and IPv6.
fn redirect(port: u16, high: u16) -> String {
    format!(
        "add table inet flashgate; \
         add chain inet flashgate in {{ type nat hook prerouting priority dstnat; }}; \
         add rule inet flashgate in tcp dport {port} redirect to :{high}"
    )
}

fn in_container() -> bool {
    Path::new("/.dockerenv").exists()
        || Path::new("/run/.containerenv").exists()
        || std::env::var_os("KUBERNETES_SERVICE_HOST").is_some()
}

fn has_systemd() -> bool {
    Path::new("/run/systemd/system").exists()
}

/// File capabilities have no effect on a process with `NoNewPrivs`.
fn may_gain_privileges() -> bool {
    fs::read_to_string("/proc/self/status")
        .map_or(true, |status| !status.contains("NoNewPrivs:\t1"))
}
