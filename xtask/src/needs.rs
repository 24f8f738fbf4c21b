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
    Need {
        program: "strace",
        package: "strace",
    },
    Need {
        program: "ip",
        package: "iproute2",
    },
    Need {
        program: "prlimit",
        package: "util-linux",
    },
    Need {
        program: "setpriv",
        package: "util-linux",
    },
    Need {
        program: "taskset",
        package: "util-linux",
    },
    Need {
        program: "unshare",
        package: "util-linux",
    },
    Need {
        program: "haproxy",
        package: "haproxy",
    },
    Need {
        program: "keepalived",
        package: "keepalived",
    },
    Need {
        program: "nginx",
        package: "nginx-light",
    },
    Need {
        program: "ngircd",
        package: "ngircd",
    },
    Need {
        program: "/usr/lib/nginx/modules/ngx_stream_module.so",
        package: "libnginx-mod-stream",
    },
    Need {
        program: "nft",
        package: "nftables",
    },
    Need {
        program: "openssl",
        package: "openssl",
    },
    Need {
        program: "/usr/bin/python3",
        package: "python3",
    },
    Need {
        program: "/usr/bin/jsonschema",
        package: "python3-jsonschema",
    },
    Need {
        program: "websockify",
        package: "websockify",
    },
    Need {
        program: "node",
        package: "nodejs",
    },
    Need {
        program: "/usr/share/nodejs/policyfile/index.js",
        package: "node-policyfile",
    },
    Need {
        program: "curl",
        package: "curl",
    },
    Need {
        program: "perl",
        package: "perl",
    },
    Need {
        program: "xinetd",
        package: "xinetd",
    },
    Need {
        program: "systemd-analyze",
        package: "systemd",
    },
    Need {
        program: "nmap",
        package: "nmap",
    },
    Need {
        program: "chromium",
        package: "chromium",
    },
    Need {
        program: "caddy",
        package: "caddy",
    },
    Need {
        program: "haxe",
        package: "haxe",
    },
    Need {
        program: "npm",
        package: "npm",
    },
    Need {
        program: "patch",
        package: "patch",
    },
    Need {
        program: "git",
        package: "git",
    },
    Need {
        program: "pip3",
        package: "python3-pip",
    },
    Need {
        program: "buildah",
        package: "buildah",
    },
    Need {
        program: "podman",
        package: "podman",
    },
    Need {
        program: "runc",
        package: "runc",
    },
    Need {
        program: "newuidmap",
        package: "uidmap",
    },
    Need {
        program: "docker-compose",
        package: "docker-compose",
    },
    Need {
        program: "/usr/lib/python3/dist-packages/yaml/__init__.py",
        package: "python3-yaml",
    },
    Need {
        program: "/etc/ssl/certs/ca-certificates.crt",
        package: "ca-certificates",
    },
    Need {
        program: "lintian",
        package: "lintian",
    },
    Need {
        program: "debootstrap",
        package: "debootstrap",
    },
    Need {
        program: "rpm",
        package: "rpm",
    },
    Need {
        program: "xmllint",
        package: "libxml2-utils",
    },
    Need {
        program: "c++",
        package: "g++",
    },
    Need {
        program: "valgrind",
        package: "valgrind",
    },
    Need {
        program: "/usr/bin/rustc",
        package: "rustc-web",
    },
    Need {
        program: "/usr/bin/cargo",
        package: "cargo-web",
    },
    Need {
        program: "/usr/lib/rustlib/src/rust/library/alloc/Cargo.toml",
        package: "rust-web-src",
    },
];

/// Installs what is missing if possible, and lists it otherwise.
pub(crate) fn install() -> Result<()> {
    let mut missing: Vec<_> = NEEDS
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
        println!(
            "some tests will be skipped; to run all of them, as root: apt-get install {names}"
        );
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
