//! Other servers that can answer a policy request, each with the best configuration known for it.
//!
//! None of them is part of the project. One that is not installed is skipped, with a line that says what to install.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use testkit::cpu;

use super::SERVER_CPU;
use super::site::{BenchFolder, POLICY};

const NGINX_CONF: &str = include_str!("peers/nginx.conf");
const HAPROXY_CFG: &str = include_str!("peers/haproxy.cfg");
const HAPROXY_LUA: &str = include_str!("peers/haproxy.lua");
const ASYNCIO: &str = include_str!("peers/asyncio_server.py");
const POLICYFILE: &str = include_str!("peers/policyfile_server.js");

/// A server that may be installed.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// Whether it can end its reply with a NUL, as Flash requires.
    pub(super) ends_in_nul: bool,
    /// The largest share of its CPU time per fetch that flashgate may use.
    pub(super) goal: f64,
    /// What must be installed.
    pub(super) needs: &'static str,
    command: fn(&BenchFolder, SocketAddr) -> Result<Command>,
}

/// All known servers.
pub(super) const PEERS: [Peer; 4] = [
    Peer {
        name: "nginx",
        // The reply is in a configuration string, which cannot contain a NUL.
        ends_in_nul: false,
        goal: 0.80,
        needs: "nginx with its stream and ssl_preread modules (Debian: nginx, libnginx-mod-stream)",
        command: nginx,
    },
    Peer {
        name: "haproxy",
        ends_in_nul: true,
        goal: 0.58,
        needs: "HAProxy built with Lua (Debian: haproxy)",
        command: haproxy,
    },
    Peer {
        name: "policyfile",
        ends_in_nul: true,
        goal: 0.38,
        needs: "Node.js, and the package policyfile where NODE_PATH points or globally (npm install --global policyfile)",
        command: policyfile,
    },
    Peer {
        name: "asyncio",
        ends_in_nul: true,
        goal: 0.27,
        needs: "Python 3",
        command: asyncio,
    },
];

impl Peer {
    /// The command that starts it; an error if something it needs is missing.
    pub(super) fn command(&self, site: &BenchFolder, address: SocketAddr) -> Result<Command> {
        (self.command)(site, address)
    }
}

fn nginx(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let program = find("nginx")?;
    let module = stream_module(&program)?;
    let reply = POLICY.replace('\\', "\\\\").replace('"', "\\\"");
    let address = address.to_string();
    let values = [
        ("MODULE", &*module),
        ("ADDRESS", &address),
        ("REPLY", &reply),
    ];
    let config = site.write("nginx.conf", &fill(NGINX_CONF, &values))?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command.arg("-p").arg(site.directory());
    command.arg("-c").arg(config);
    Ok(command)
}

/// The line that loads nginx's stream module, if it is not built in.
pub(super) fn stream_module(nginx: &Path) -> Result<String> {
    let built = Command::new(nginx).arg("-V").output()?;
    let built = String::from_utf8_lossy(&built.stderr);
    ensure!(
        built.contains("--with-stream"),
        "nginx was built without its stream module"
    );
    if !built.contains("--with-stream=dynamic") {
        return Ok(String::new());
    }
    let mut arguments = built.split_whitespace();
    let path = arguments.find_map(|argument| argument.strip_prefix("--modules-path="));
    Ok(format!(
        "load_module {}/ngx_stream_module.so;",
        path.unwrap_or("modules")
    ))
}

fn haproxy(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let program = find("haproxy")?;
    let script = fill(HAPROXY_LUA, &[("POLICY", text(&site.policy())?)]);
    let script = site.write("haproxy.lua", &script)?;
    let config = fill(
        HAPROXY_CFG,
        &[
            ("SCRIPT", text(&script)?),
            ("ADDRESS", &address.to_string()),
        ],
    );
    let config = site.write("haproxy.cfg", &config)?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command.arg("-db").arg("-f").arg(config);
    Ok(command)
}

fn asyncio(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let program = interpreter()?;
    let script = site.write("asyncio_server.py", ASYNCIO)?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command
        .arg(script)
        .arg(address.port().to_string())
        .arg(site.policy());
    Ok(command)
}

fn policyfile(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let program = find("node")?;
    let script = site.write("policyfile_server.js", POLICYFILE)?;
    let mut paths: Vec<PathBuf> = env::var_os("NODE_PATH")
        .iter()
        .flat_map(env::split_paths)
        .collect();
    if let Ok(global) = Command::new("npm").args(["root", "--global"]).output() {
        paths.push(String::from_utf8_lossy(&global.stdout).trim().into());
    }
    let path = env::join_paths(paths)?;
    let look = Command::new(&program)
        .env("NODE_PATH", &path)
        .args(["-e", "require.resolve('policyfile')"])
        .output()?;
    ensure!(
        look.status.success(),
        "expected the package policyfile, found none"
    );
    let mut command = cpu::pinned(SERVER_CPU, program);
    command
        .env("NODE_PATH", path)
        .arg(script)
        .arg(address.port().to_string())
        .arg(site.policy());
    Ok(command)
}

/// The Python binary itself: the one in the path may be a script that starts it as another process.
fn interpreter() -> Result<PathBuf> {
    let output = Command::new(find("python3")?)
        .args(["-c", "import sys; print(sys.executable)"])
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

/// A program in the path.
pub(super) fn find(program: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    let mut places = env::split_paths(&path)
        .chain(usual)
        .map(|place| place.join(program));
    places
        .find(|place| place.is_file())
        .with_context(|| format!("expected {program} in the path, found none"))
}

/// The template with each `@NAME@` replaced.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values
        .iter()
        .fold(template.to_owned(), |text, (name, value)| {
            text.replace(&format!("@{name}@"), value)
        })
}

fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("expected a path in UTF-8, found {}", path.display()))
}
