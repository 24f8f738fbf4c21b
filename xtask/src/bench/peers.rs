//! Other servers that can answer a policy request, each configured as its documentation advises.
//!
//! None of them is part of the project. One that is not installed is skipped, with a line that says what to install.

mod commands;
mod version;

use std::net::SocketAddr;
use std::process::Command;

use anyhow::Result;

use super::site::BenchFolder;
pub(super) use commands::{fill, find, python_packages, stream_module};
pub(super) use version::Version;

/// A server that may be installed.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// Whether it can end its reply with a NUL, as Flash requires.
    pub(super) ends_in_nul: bool,
    /// The largest share of its CPU time per fetch that flashgate may use. Without a goal, `bench compare` leaves it out.
    pub(super) goal: Option<f64>,
    /// What must be installed.
    pub(super) needs: &'static str,
    pub(super) version: Version,
    /// How it is configured and which documentation says so, in Markdown.
    pub(super) how: &'static str,
    /// A server that starts a process for each connection gets this part of the others' fetches.
    pub(super) part: u32,
    /// How many idle connections it can hold here.
    pub(super) most_idle: u32,
    command: fn(&BenchFolder, SocketAddr) -> Result<Command>,
}

impl Peer {
    /// The command that starts it; an error if something it needs is missing.
    pub(super) fn command(&self, site: &BenchFolder, address: SocketAddr) -> Result<Command> {
        (self.command)(site, address)
    }
}

/// What most of them have in common.
const PEER: Peer = Peer {
    name: "",
    ends_in_nul: true,
    goal: None,
    needs: "",
    version: Version::Unknown,
    how: "",
    part: 1,
    most_idle: u32::MAX,
    command: |_, _| anyhow::bail!("a server without a command"),
};

const NGINX: &str = "nginx with its stream module (Debian: nginx, libnginx-mod-stream)";

/// All known servers.
pub(super) const PEERS: [Peer; 9] = [
    Peer {
        name: "nginx",
        // The reply is in a configuration string, which cannot contain a NUL.
        ends_in_nul: false,
        goal: Some(0.80),
        needs: NGINX,
        version: Version::Debian("nginx"),
        how: "`stream` with [`return`](https://nginx.org/en/docs/stream/ngx_stream_return_module.html). `ssl_preread on` \
              makes it read the request first. One process, 10,500 connections. It can't send the NUL at the end",
        command: commands::nginx,
        ..PEER
    },
    Peer {
        name: "nginx-return",
        ends_in_nul: false,
        needs: NGINX,
        version: Version::Debian("nginx"),
        how: "`stream` with `return` alone, as in the module's \
              [example](https://nginx.org/en/docs/stream/ngx_stream_return_module.html#example)",
        command: commands::nginx_return,
        ..PEER
    },
    Peer {
        name: "nginx-njs",
        needs: "nginx with its stream and njs modules (Debian: nginx, libnginx-mod-stream, libnginx-mod-stream-js)",
        version: Version::Debian("libnginx-mod-stream-js"),
        how: "`stream` with [`js_preread`](https://nginx.org/en/docs/stream/ngx_stream_js_module.html), which reads the \
              request, and `js_set` with `return`, which sends the policy. One process, 10,500 connections",
        command: commands::nginx_njs,
        ..PEER
    },
    Peer {
        name: "haproxy",
        goal: Some(0.58),
        needs: "HAProxy built with Lua (Debian: haproxy)",
        version: Version::Debian("haproxy"),
        how: "`mode tcp` and a [Lua service](https://www.arpalert.org/src/haproxy-lua-api/2.6/index.html#AppletTCP). One \
              thread, `maxconn 7400`, the most that it accepts with 20,000 open files",
        most_idle: 7_000,
        command: commands::haproxy,
        ..PEER
    },
    Peer {
        name: "policyfile",
        goal: Some(0.38),
        needs: "Node.js and npm, and the package policyfile (npm, or Debian: node-policyfile)",
        version: Version::Pinned("0.0.6"),
        how: "npm's [policyfile](https://www.npmjs.com/package/policyfile), attached to a `net` server: `listen(port, server)`",
        command: commands::policyfile,
        ..PEER
    },
    Peer {
        name: "policyfile-own",
        needs: "Node.js and npm, and the package policyfile (npm, or Debian: node-policyfile)",
        version: Version::Pinned("0.0.6"),
        how: "npm's policyfile with its own server, as its \
              [README](https://www.npmjs.com/package/policyfile) begins: `createServer().listen(port)`",
        command: commands::policyfile_own,
        ..PEER
    },
    Peer {
        name: "asyncio",
        goal: Some(0.27),
        needs: "Python 3",
        version: Version::Python,
        how: "a server of 20 lines with [`asyncio.Protocol`](https://docs.python.org/3/library/asyncio-protocol.html), \
              which reads the whole request first",
        command: commands::asyncio,
        ..PEER
    },
    Peer {
        name: "xinetd",
        needs: "xinetd (Debian: xinetd)",
        version: Version::Debian("xinetd"),
        how: "a service that runs `cat policy.xml`, with `instances = UNLIMITED` and `cps` raised; see \
              [xinetd.conf(5)](https://manpages.debian.org/bookworm/xinetd/xinetd.conf.5.en.html)",
        part: 10,
        command: commands::xinetd,
        ..PEER
    },
    Peer {
        name: "socat",
        needs: "socat (Debian: socat)",
        version: Version::Debian("socat"),
        how: "`TCP-LISTEN` with `fork`, `reuseaddr` and `backlog=4096`, and `SYSTEM:'cat policy.xml'`; see \
              [socat(1)](http://www.dest-unreach.org/socat/doc/socat.html)",
        part: 10,
        command: commands::socat,
        ..PEER
    },
];
