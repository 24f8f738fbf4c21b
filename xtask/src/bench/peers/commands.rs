//! How each of the other servers is started.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use testkit::cpu;

use super::super::SERVER_CPU;
use super::super::site::{BenchFolder, POLICY};
use crate::tools;

const NGINX_CONF: &str = include_str!("nginx.conf");
const NJS_CONF: &str = include_str!("nginx_njs.conf");
const NJS_SCRIPT: &str = include_str!("policy.js");
const HAPROXY_CFG: &str = include_str!("haproxy.cfg");
const HAPROXY_LUA: &str = include_str!("haproxy.lua");
const ASYNCIO: &str = include_str!("asyncio_server.py");
const POLICYFILE: &str = include_str!("policyfile_server.js");
const POLICYFILE_OWN: &str = include_str!("policyfile_own_server.js");
const XINETD_CONF: &str = include_str!("xinetd.conf");

pub(super) fn nginx(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    nginx_with("nginx", "ssl_preread on;", site, address)
}

pub(super) fn nginx_return(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    nginx_with("nginx-return", "", site, address)
}

fn nginx_with(
    name: &str,
    preread: &str,
    site: &BenchFolder,
    address: SocketAddr,
) -> Result<Command> {
    let module = stream_module(&find("nginx")?)?;
    let reply = POLICY.replace('\\', "\\\\").replace('"', "\\\"");
    let address = address.to_string();
    let values = [
        ("NAME", name),
        ("MODULE", &*module),
        ("ADDRESS", &address),
        ("PREREAD", preread),
        ("REPLY", &reply),
    ];
    nginx_command(name, &fill(NGINX_CONF, &values), site)
}

pub(super) fn nginx_njs(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let module = stream_module(&find("nginx")?)?;
    let script = "ngx_stream_js_module.so";
    let script = module.replace("ngx_stream_module.so", script);
    let policy = site.policy();
    site.write(
        "policy.js",
        &fill(NJS_SCRIPT, &[("POLICY", text(&policy)?)]),
    )?;
    let address = address.to_string();
    let values = [
        ("MODULES", &*format!("{module}\n{script}")),
        ("FOLDER", text(site.directory())?),
        ("ADDRESS", &address),
    ];
    nginx_command("nginx-njs", &fill(NJS_CONF, &values), site)
}

fn nginx_command(name: &str, config: &str, site: &BenchFolder) -> Result<Command> {
    let config = site.write(&format!("{name}.conf"), config)?;
    let mut command = cpu::pinned(SERVER_CPU, find("nginx")?);
    command.arg("-p").arg(site.directory());
    command.arg("-c").arg(config);
    Ok(command)
}

/// The line that loads nginx's stream module, if it is not built in.
pub(in crate::bench) fn stream_module(nginx: &Path) -> Result<String> {
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

pub(super) fn haproxy(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
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

pub(super) fn asyncio(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let program = interpreter()?;
    let script = site.write("asyncio_server.py", ASYNCIO)?;
    let mut command = cpu::pinned(SERVER_CPU, program);
    command
        .arg(script)
        .arg(address.ip().to_string())
        .arg(address.port().to_string())
        .arg(site.policy());
    Ok(command)
}

pub(super) fn policyfile(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    node(site, address, ("policyfile_server.js", POLICYFILE))
}

pub(super) fn policyfile_own(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    node(site, address, ("policyfile_own_server.js", POLICYFILE_OWN))
}

/// A script with the package policyfile, which is where `bench peers` installs it, in `NODE_PATH` or global.
fn node(site: &BenchFolder, address: SocketAddr, (name, text): (&str, &str)) -> Result<Command> {
    let program = find("node")?;
    let script = site.write(name, text)?;
    let mut paths = vec![tools::folder("policyfile")?.join("node_modules")];
    paths.extend(env::var_os("NODE_PATH").iter().flat_map(env::split_paths));
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
        .arg(address.ip().to_string())
        .arg(address.port().to_string())
        .arg(site.policy());
    Ok(command)
}

pub(super) fn xinetd(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let reply = reply(site)?;
    let (ip, port) = (address.ip().to_string(), address.port().to_string());
    let values = [("IP", &*ip), ("PORT", &port), ("REPLY", text(&reply)?)];
    let config = site.write("xinetd.conf", &fill(XINETD_CONF, &values))?;
    let mut command = cpu::pinned(SERVER_CPU, find("xinetd")?);
    command.arg("-dontfork").arg("-f").arg(config);
    command.arg("-pidfile").arg(site.path("xinetd.pid"));
    Ok(command)
}

pub(super) fn socat(site: &BenchFolder, address: SocketAddr) -> Result<Command> {
    let (ip, port) = (address.ip(), address.port());
    let reply = reply(site)?;
    let mut command = cpu::pinned(SERVER_CPU, find("socat")?);
    command.arg(format!(
        "TCP-LISTEN:{port},bind={ip},fork,reuseaddr,backlog=4096"
    ));
    command.arg(format!("SYSTEM:cat {}", text(&reply)?));
    Ok(command)
}

/// A file with the policy and the NUL, for programs that only send files.
fn reply(site: &BenchFolder) -> Result<PathBuf> {
    site.write("reply", &format!("{POLICY}\0"))
}

/// The Python binary itself: the one in the path may be a script that starts it as another process.
pub(super) fn interpreter() -> Result<PathBuf> {
    let output = Command::new(find("python3")?)
        .args(["-c", "import sys; print(sys.executable)"])
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

/// A program that `bench peers` has installed, or one in the path.
pub(in crate::bench) fn find(program: &str) -> Result<PathBuf> {
    if let Some(installed) = tools::installed(program) {
        return Ok(installed);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    let mut places = env::split_paths(&path)
        .chain(usual)
        .map(|place| place.join(program));
    places
        .find(|place| place.is_file())
        .with_context(|| format!("expected {program} in the path, found none"))
}

/// Where a program finds its Python packages, if it was installed together with them.
pub(in crate::bench) fn python_packages(program: &Path) -> Option<PathBuf> {
    let packages = program.ancestors().nth(2)?;
    packages
        .starts_with(tools::folder("tools").ok()?)
        .then(|| packages.to_owned())
}

/// The template with each `@NAME@` replaced.
pub(in crate::bench) fn fill(template: &str, values: &[(&str, &str)]) -> String {
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
