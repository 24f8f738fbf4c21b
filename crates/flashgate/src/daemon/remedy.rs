//! Why an address can't be bound, and what helps on this machine.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use flashgate_config::confinement;
use flashgate_config::snapshot::AskedBy;
use flashgate_report::render::PlainError;
use rustix::io::Errno;

use crate::log;

/// An address that can't be bound. The error has the remedies that apply; those that change the address
/// name what asks for it.
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
            "this machine has no such address now: `ip address` shows those it has".to_owned(),
            wider(address.port(), asked_by),
        ],
        Some(Errno::AFNOSUPPORT) => {
            vec!["this machine has no IPv6; use an IPv4 address".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// How a port on every address is asked for.
fn written(port: u16, asked_by: AskedBy) -> String {
    match section(asked_by) {
        Some(section) => format!("`address = \"[::]:{port}\"` in `{section}`"),
        None if asked_by == AskedBy::GateFlag => format!("`--gate {port}=BACKEND`"),
        None => format!("`--listen {port}`"),
    }
}

/// Where the config file asks for it; none for flags.
fn section(asked_by: AskedBy) -> Option<&'static str> {
    match asked_by {
        AskedBy::ListenFlag | AskedBy::GateFlag => None,
        AskedBy::Listen => Some("[[listen]]"),
        AskedBy::Gate => Some("[[gate]]"),
        AskedBy::Bridge => Some("[bridge]"),
        AskedBy::Admin => Some("[admin]"),
    }
}

/// Listening on more than an address that is not there.
fn wider(port: u16, asked_by: AskedBy) -> String {
    match asked_by {
        // That is nothing for everybody.
        AskedBy::Admin => {
            format!(
                "to answer on this machine alone: `address = \"127.0.0.1:{port}\"` in `[admin]`"
            )
        }
        AskedBy::ListenFlag
        | AskedBy::GateFlag
        | AskedBy::Listen
        | AskedBy::Gate
        | AskedBy::Bridge => format!("to answer on all of them: {}", written(port, asked_by)),
    }
}

fn in_use(address: SocketAddr, asked_by: AskedBy) -> Vec<String> {
    let port = address.port();
    let elsewhere = match asked_by {
        AskedBy::ListenFlag => {
            "stop that program, or answer elsewhere with `--listen`; players ask port 843 first, and then the port they connect to"
        }
        AskedBy::Listen => {
            "stop that program, or write another `address` in `[[listen]]`; players ask port 843 first, and then the port they connect to"
        }
        AskedBy::GateFlag | AskedBy::Gate => {
            "stop that program; if it is the gate's own server, have it listen on another port, and write that one as the backend"
        }
        AskedBy::Bridge => "stop that program, or write another `address` in `[bridge]`",
        AskedBy::Admin => "stop that program, or write another `address` in `[admin]`",
    };
    vec![
        format!("see who has it: `ss --listening --tcp --numeric --processes 'sport = :{port}'`"),
        elsewhere.to_owned(),
    ]
}

/// How a high port is asked for that a container publishes as another.
fn published(port: u16, high: u16, asked_by: AskedBy) -> String {
    match asked_by {
        AskedBy::Listen | AskedBy::Gate => {
            format!("{} with `public-port = {port}`", written(high, asked_by))
        }
        // Rules without ports would be for the high port.
        AskedBy::GateFlag => format!(
            "{} of a config file with `public-port = {port}`",
            written(high, AskedBy::Gate)
        ),
        AskedBy::ListenFlag | AskedBy::Bridge | AskedBy::Admin => written(high, asked_by),
    }
}

fn missing_privilege(address: SocketAddr, asked_by: AskedBy) -> Vec<String> {
    if let Some(help) = confinement::explain_bind() {
        return help.map(str::to_owned).to_vec();
    }
    let port = address.port();
    // Only ports below 1024 need a privilege, so this one needs none.
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
        help.push(format!("give the program the one capability it needs: `sudo setcap cap_net_bind_service=+ep {program}`"));
    }
    if has_systemd() {
        help.push(
            "under systemd: `AmbientCapabilities=CAP_NET_BIND_SERVICE` in the unit".to_owned(),
        );
    }
    help.push(format!("or let everybody bind ports from {port} up: `sudo sysctl net.ipv4.ip_unprivileged_port_start={port}`"));
    help.push(format!(
        "or listen on a high port, {}, and redirect to it: `sudo nft '{}'`",
        published(port, high, asked_by),
        redirect(port, high)
    ));
    help
}

/// nftables' words for it, complete: a table of its own, for IPv4 and IPv6.
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

/// File capabilities do nothing for a process that may not gain privileges.
fn may_gain_privileges() -> bool {
    fs::read_to_string("/proc/self/status")
        .map_or(true, |status| !status.contains("NoNewPrivs:\t1"))
}
