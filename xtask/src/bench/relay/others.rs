//! The other relays, and how each is started.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::Result;
use testkit::cpu;

use super::super::SERVER_CPU;
use super::super::between::OtherProgram;
use super::super::peers::{Version, fill, find, stream_module};
use super::super::site::BenchFolder;

const NGINX_CONF: &str = include_str!("nginx.conf");
const HAPROXY_CFG: &str = include_str!("haproxy.cfg");

/// All known relays.
pub(in crate::bench) const OTHERS: [OtherProgram; 4] = [
    OtherProgram {
        name: "haproxy",
        needs: "HAProxy (Debian: haproxy)",
        version: Version::Debian("haproxy"),
        how: "[`mode tcp`](https://docs.haproxy.org/2.6/configuration.html#4-mode), one thread, `maxconn 7400`",
        most_idle: u32::MAX,
        command: haproxy,
    },
    OtherProgram {
        name: "nginx-16k",
        needs: "nginx with its stream module (Debian: nginx, libnginx-mod-stream)",
        version: Version::Debian("nginx"),
        how: "`stream` with [`proxy_pass`](https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html), \
              `proxy_buffer_size 16k`, `proxy_half_close on`, one process",
        most_idle: u32::MAX,
        command: |site, address, backend| nginx(site, address, backend, "16k"),
    },
    OtherProgram {
        name: "nginx-64k",
        needs: "nginx with its stream module (Debian: nginx, libnginx-mod-stream)",
        version: Version::Debian("nginx"),
        how: "`stream` with [`proxy_pass`](https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html), \
              `proxy_buffer_size 64k`, `proxy_half_close on`, one process",
        most_idle: u32::MAX,
        command: |site, address, backend| nginx(site, address, backend, "64k"),
    },
    OtherProgram {
        name: "sslh",
        needs: "sslh-select (Debian: sslh)",
        version: Version::Debian("sslh"),
        how: "[`sslh-select`](https://github.com/yrutschle/sslh), `--anyprot` alone",
        most_idle: u32::MAX,
        command: sslh,
    },
];

fn haproxy(site: &BenchFolder, address: SocketAddr, backend: SocketAddr) -> Result<Command> {
    let program = find("haproxy")?;
    let (address, backend) = (address.to_string(), backend.to_string());
    let values = [("ADDRESS", &*address), ("BACKEND", &backend)];
    let config = site.write("relay.cfg", &fill(HAPROXY_CFG, &values))?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command.arg("-db").arg("-f").arg(config);
    Ok(command)
}

fn nginx(
    site: &BenchFolder,
    address: SocketAddr,
    backend: SocketAddr,
    buffer: &str,
) -> Result<Command> {
    let program = find("nginx")?;
    let module = stream_module(&program)?;
    let (address, backend) = (address.to_string(), backend.to_string());
    let values = [
        ("MODULE", &*module),
        ("ADDRESS", &address),
        ("BACKEND", &backend),
        ("BUFFER", buffer),
    ];
    let name = format!("nginx-{buffer}.conf");
    let config = site.write(&name, &fill(NGINX_CONF, &values))?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command.arg("-p").arg(site.directory());
    command.arg("-c").arg(config);
    Ok(command)
}

/// The variant with a single process, which can be measured.
fn sslh(_: &BenchFolder, address: SocketAddr, backend: SocketAddr) -> Result<Command> {
    let mut command = cpu::pinned(SERVER_CPU, find("sslh-select")?);
    command.arg("--foreground").arg("--numeric");
    command.arg("--listen").arg(address.to_string());
    command.arg("--anyprot").arg(backend.to_string());
    Ok(command)
}
