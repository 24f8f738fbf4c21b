//! Attempts to reach what no rule allows: other ports, other protocols, other processes' sockets.
//!
//! Each uses another way, because Landlock checks only two of them, `bind` and `connect` on plain TCP.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixDatagram, UnixStream};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, Protocol, SendFlags, SocketType, bind, connect, ipproto, listen, sendto, socket,
};

use super::super::{Lookups, Needs};
use super::SelfTestLog;

/// The kernel's ciphers (`linux/socket.h`). The crate does not define it.
const AF_ALG: AddressFamily = AddressFamily::from_raw(38);

/// Addresses that must not be reachable.
struct Unlisted {
    to_connect: SocketAddr,
    to_bind: SocketAddr,
}

pub(super) fn attack(report: &mut SelfTestLog<'_>, needs: &Needs) {
    let unlisted = Unlisted {
        to_connect: unlisted(&needs.connect),
        to_bind: unlisted(&needs.bind),
    };
    plain_tcp(report, &unlisted);
    other_protocols(report, &unlisted);
    datagrams(report, needs.lookups, unlisted.to_connect);
    unix_sockets(report);
}

/// A port that is not listed. Not below 1024, where binding needs a privilege anyway.
fn unlisted(listed: &BTreeSet<u16>) -> SocketAddr {
    let mut ports = 20_000..=u16::MAX;
    let port = ports.find(|port| !listed.contains(port)).unwrap_or(0);
    (Ipv4Addr::LOCALHOST, port).into()
}

fn plain_tcp(report: &mut SelfTestLog<'_>, unlisted: &Unlisted) {
    let (to, at) = (unlisted.to_connect, unlisted.to_bind);
    report.refused(&format!("connect {}", to.port()), TcpStream::connect(to));
    report.refused(&format!("listen {}", at.port()), TcpListener::bind(at));
    report.refused("listen-unbound", listen_unbound());
    let name = format!("fast-open {}", to.port());
    report.refused(&name, fast_open(to));
}

/// Without `bind`, the kernel would pick a port.
fn listen_unbound() -> io::Result<()> {
    let socket = tcp(None)?;
    Ok(listen(&socket, 1)?)
}

/// Sending opens the connection (tcp(7), `MSG_FASTOPEN`). The crate does not define the flag.
fn fast_open(to: SocketAddr) -> io::Result<usize> {
    let flags = SendFlags::from_bits_retain(0x2000_0000);
    Ok(sendto(&tcp(None)?, b"x", flags, &to)?)
}

/// Protocols with the same kind of socket as TCP, which other rules may cover.
fn other_protocols(report: &mut SelfTestLog<'_>, unlisted: &Unlisted) {
    let multipath = tcp(Some(ipproto::MPTCP)).map_err(io::Error::from);
    report.refused("multipath-tcp", multipath);
    let (to, at) = (unlisted.to_connect, unlisted.to_bind);
    let connected = tcp(Some(ipproto::MPTCP)).and_then(|socket| connect(&socket, &to));
    let connected = connected.map_err(io::Error::from);
    report.refused(&format!("multipath-connect {}", to.port()), connected);
    let bound = tcp(Some(ipproto::MPTCP)).and_then(|socket| bind(&socket, &at));
    let bound = bound.map_err(io::Error::from);
    report.refused(&format!("multipath-listen {}", at.port()), bound);
    let sctp = tcp(Some(ipproto::SCTP)).map_err(io::Error::from);
    report.refused("sctp", sctp);
}

fn tcp(protocol: Option<Protocol>) -> Result<OwnedFd, Errno> {
    socket(AddressFamily::INET, SocketType::STREAM, protocol)
}

fn datagrams(report: &mut SelfTestLog<'_>, lookups: Lookups, to: SocketAddr) {
    let kinds = [
        ("raw-socket", SocketType::RAW, ipproto::ICMP),
        ("ping-socket", SocketType::DGRAM, ipproto::ICMP),
        ("udp-lite", SocketType::DGRAM, ipproto::UDPLITE),
    ];
    for (name, kind, protocol) in kinds {
        let made = socket(AddressFamily::INET, kind, Some(protocol));
        report.refused(name, made.map_err(io::Error::from));
    }
    let families = [
        ("packet-socket", AddressFamily::PACKET, SocketType::RAW),
        ("netlink-socket", AddressFamily::NETLINK, SocketType::RAW),
        ("vsock", AddressFamily::VSOCK, SocketType::STREAM),
        ("kernel-crypto", AF_ALG, SocketType::SEQPACKET),
    ];
    for (name, family, kind) in families {
        let made = socket(family, kind, None);
        report.refused(name, made.map_err(io::Error::from));
    }
    // Name lookups use UDP. Only Linux 7.2 and later can limit the ports that it reaches.
    if lookups == Lookups::None {
        let sent = socket(AddressFamily::INET, SocketType::DGRAM, None)
            .and_then(|socket| sendto(&socket, b"x", SendFlags::empty(), &to));
        let name = format!("send-udp {}", to.port());
        report.refused(&name, sent.map_err(io::Error::from));
    }
}

fn unix_sockets(report: &mut SelfTestLog<'_>) {
    report.refused(
        "unix-stream",
        UnixStream::connect("/run/flashgate-self-test"),
    );
    report.refused("unix-datagram", UnixDatagram::unbound());
    let hidden = UnixAddr::from_abstract_name("flashgate-self-test");
    let hidden = hidden.and_then(|address| UnixStream::connect_addr(&address));
    report.refused("abstract-socket", hidden);
    report.refused("socket-pair", UnixStream::pair());
}
