//! What the tests need besides Rust. As root on Debian it is installed, otherwise it is listed.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use testkit::real_server;

use crate::command::step;

/// A program or a file that tests need, and its Debian package.
struct Need {
    program: &'static str,
    package: &'static str,
}

const NEEDS: &[Need] = &[
    need("strace", "strace"),
    need("ip", "iproute2"),
    need("prlimit", "util-linux"),
    need("setpriv", "util-linux"),
    need("taskset", "util-linux"),
    need("unshare", "util-linux"),
    need("haproxy", "haproxy"),
    need("keepalived", "keepalived"),
    need("nginx", "nginx-light"),
    need("faketime", "faketime"),
    need("ngircd", "ngircd"),
    need(
        "/usr/lib/nginx/modules/ngx_stream_module.so",
        "libnginx-mod-stream",
    ),
    need("nft", "nftables"),
    need("openssl", "openssl"),
    need("/usr/bin/python3", "python3"),
    need("/usr/bin/jsonschema", "python3-jsonschema"),
    need("websockify", "websockify"),
    need("node", "nodejs"),
    need("/usr/share/nodejs/policyfile/index.js", "node-policyfile"),
    need("curl", "curl"),
    need("perl", "perl"),
    need("xinetd", "xinetd"),
    need("systemd-analyze", "systemd"),
    need("nmap", "nmap"),
    need("chromium", "chromium"),
    need("caddy", "caddy"),
    need("haxe", "haxe"),
    need("npm", "npm"),
    need("patch", "patch"),
    need("git", "git"),
    need("pip3", "python3-pip"),
    need("buildah", "buildah"),
    need("podman", "podman"),
    need("runc", "runc"),
    need("newuidmap", "uidmap"),
    need("docker-compose", "docker-compose"),
    need(
        "/usr/lib/python3/dist-packages/yaml/__init__.py",
        "python3-yaml",
    ),
    need("/etc/ssl/certs/ca-certificates.crt", "ca-certificates"),
    need("lintian", "lintian"),
    need("debootstrap", "debootstrap"),
    need("rpm", "rpm"),
    need("xmllint", "libxml2-utils"),
    need("c++", "g++"),
    need("valgrind", "valgrind"),
    need("/usr/bin/rustc", "rustc-web"),
    need("/usr/bin/cargo", "cargo-web"),
    need(
        "/usr/lib/rustlib/src/rust/library/alloc/Cargo.toml",
        "rust-web-src",
    ),
];

/// What `bench peers` compares with.
const PEERS: &[Need] = &[
    need("ip", "iproute2"),
    need("taskset", "util-linux"),
    need("haproxy", "haproxy"),
    need("nginx", "nginx-light"),
    need(
        "/usr/lib/nginx/modules/ngx_stream_module.so",
        "libnginx-mod-stream",
    ),
    need(
        "/usr/lib/nginx/modules/ngx_stream_js_module.so",
        "libnginx-mod-stream-js",
    ),
    need("node", "nodejs"),
    need("npm", "npm"),
    need("python3", "python3"),
    need("pip3", "python3-pip"),
    need("socat", "socat"),
    need("sslh-select", "sslh"),
    need("xinetd", "xinetd"),
];

const fn need(program: &'static str, package: &'static str) -> Need {
    Need { program, package }
}

/// Installs what tests need if possible, and lists it otherwise.
pub(crate) fn install() -> Result<()> {
    install_all(NEEDS, "some tests will be skipped; to run all of them")
}

/// Installs what `bench peers` compares with if possible, and lists it otherwise.
pub(crate) fn install_peers() -> Result<()> {
    install_all(PEERS, "some servers will be left out; to compare with all")
}

fn install_all(needs: &[Need], without: &str) -> Result<()> {
    let mut missing: Vec<_> = needs
        .iter()
        .filter(|need| real_server::find(need.program).is_none())
        .map(|need| need.package)
        .collect();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !rustix::process::geteuid().is_root() || !Path::new("/usr/bin/apt-get").exists() {
        println!("{without}, as root: apt-get install {names}");
        return Ok(());
    }
    step(apt_get().args(["update", "--quiet"]))?;
    step(
        apt_get()
            .args(["install", "--quiet", "--yes", "--no-install-recommends"])
            .args(missing)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

/// Waits for other package installations, such as the one that runs after boot.
fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.args(["--option", "DPkg::Lock::Timeout=600"]);
    command
}
