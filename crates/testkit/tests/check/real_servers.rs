//! Published servers, and the findings for each.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use testkit::binary;
use testkit::daemon::Daemon;
use testkit::needs;
use testkit::port;
use testkit::real_server::{RealServer, find, missing};
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::{End, Hold, Read};

use super::docs::validate;
use super::ids;

const POLICY: &str = "<cross-domain-policy><allow-access-from domain='localhost' to-ports='1024-65535'/></cross-domain-policy>";

/// A script as people wrote them in 2007: send on accept, then close.
const SEND_AND_CLOSE: &str = r#"
import socket, sys
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
while True:
    client, address = listener.accept()
    client.sendall(sys.argv[2].encode() + b"\0")
    client.close()
"#;

/// The package's own dedicated server.
const POLICYFILE: &str = r"
const policyfile = require('/usr/share/nodejs/policyfile');
const server = policyfile.createServer({ log: false });
server.add('localhost:*');
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('uncaughtException', () => {});
";

fn address(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

fn game() -> Keeper {
    Keeper::start(address(0), &[&[Read, End]]).unwrap()
}

/// Checks a game whose master policy is on this port.
fn check(master: u16, game: u16) -> (Value, Output) {
    let mut command = Command::new(binary::flashgate().unwrap());
    let target = format!("localhost:{game}");
    command.args([
        "check",
        &target,
        "--master-port",
        &master.to_string(),
        "--format",
        "json",
    ]);
    let output = command.output().unwrap();
    validate(&output.stdout);
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (report, output)
}

/// flashgate itself has no findings.
#[test]
fn our_own_server() {
    let game = game();
    let rule = format!("localhost:{}", game.address().port());
    let daemon = Daemon::serve(["--allow", &rule, "--listen", "127.0.0.1:0"]).unwrap();
    let (report, output) = check(daemon.address().port(), game.address().port());
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    assert_eq!(report["reason"], "granted");
    assert_eq!(report["findings"], Value::Array(Vec::new()), "{report:#}");
}

/// A gate of flashgate, which serves policy and game on one port, has no findings either.
#[test]
fn our_own_gate() {
    let backend = Keeper::start(address(0), &[&[Hold]]).unwrap();
    let gate = format!("127.0.0.1:0={}", backend.address());
    let daemon = Daemon::serve(["--allow", "localhost:1025-65535", "--gate", &gate]).unwrap();
    let (report, output) = check(1, daemon.address().port());
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    assert_eq!(report["decided-by"]["source"], "destination");
    assert_eq!(report["findings"], Value::Array(Vec::new()), "{report:#}");
}

/// It answers before it has read anything, and resets when something arrives.
#[test]
fn send_on_accept_and_close() {
    if !needs::met(needs::program("/usr/bin/python3")) {
        return;
    }
    let port = port::free().unwrap();
    let _server = RealServer::start("/usr/bin/python3", address(port), |command, folder| {
        let script = folder.file("server.py", SEND_AND_CLOSE)?;
        command.arg(script).arg(port.to_string()).arg(POLICY);
        Ok(())
    })
    .expect("a script");
    let (report, _) = check(port, game().address().port());
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    let ids = ids(&report);
    assert_eq!(ids.first(), Some(&"reset-after-reply"), "{report:#}");
    assert!(ids.contains(&"reply-before-request"), "{ids:?}");
}

/// `return` answers without reading, sends no NUL, and resets. The result varies, so no verdict is expected.
#[test]
fn nginx_stream_return() {
    if !needs::met(missing("nginx").or_else(stream_missing)) {
        return;
    }
    let port = port::free().unwrap();
    let _server = RealServer::start("nginx", address(port), |command, folder| {
        let dir = folder.path().display();
        let module = stream_module().map_or(String::new(), |path| format!("load_module {path};"));
        let text = format!(
            "{module} daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{ worker_connections 256; }}\n\
             stream {{ server {{ listen 127.0.0.1:{port}; return \"{POLICY}\"; }} }}\n"
        );
        let path = folder.file("nginx.conf", text)?;
        command.arg("-p").arg(folder.path()).arg("-c").arg(path);
        Ok(())
    })
    .expect("nginx");
    let (report, _) = check(port, game().address().port());
    let ids = ids(&report);
    assert!(ids.contains(&"reset-after-reply"), "{report:#}");
    assert!(ids.contains(&"reply-without-nul"), "{ids:?}");
}

/// The load line for Debian's module; `None` if the module is built in.
fn stream_module() -> Option<&'static str> {
    let path = "/usr/lib/nginx/modules/ngx_stream_module.so";
    Path::new(path).exists().then_some(path)
}

fn stream_missing() -> Option<String> {
    let built = Command::new(find("nginx")?).arg("-V").output().ok()?;
    let said = String::from_utf8_lossy(&built.stderr);
    let built_in = said.split_whitespace().any(|word| word == "--with-stream");
    let there = built_in || stream_module().is_some();
    (!there).then(|| "nginx has no stream module (Debian package libnginx-mod-stream)".to_owned())
}

/// A service that reads the request and answers in one write.
#[test]
fn haproxy() {
    if !needs::met(missing("haproxy")) {
        return;
    }
    let port = port::free().unwrap();
    let _server = RealServer::start("haproxy", address(port), |command, folder| {
        let script = format!(
            "core.register_service(\"policy\", \"tcp\", function(applet)\n\
             if applet:receive(23) == \"<policy-file-request/>\\0\" then applet:send(\"{POLICY}\" .. \"\\0\") end\nend)\n"
        );
        let script = folder.file("policy.lua", script)?;
        let config = format!(
            "global\n  nbthread 1\n  lua-load {}\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 10s\n  timeout server 10s\n\
             frontend policy\n  bind 127.0.0.1:{port}\n  tcp-request content use-service lua.policy\n",
            script.display()
        );
        command.arg("-f").arg(folder.file("haproxy.cfg", config)?);
        Ok(())
    })
    .expect("haproxy");
    let (report, _) = check(port, game().address().port());
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    assert_eq!(report["findings"], Value::Array(Vec::new()), "{report:#}");
}

/// npm's package answers on accept, without a NUL.
#[test]
fn policyfile() {
    let package = Path::new("/usr/share/nodejs/policyfile");
    let lacks = (!package.exists()).then(|| "Debian's node-policyfile is not installed".to_owned());
    if !needs::met(needs::program("node").or(lacks)) {
        return;
    }
    let port = port::free().unwrap();
    let _server = RealServer::start("node", address(port), |command, folder| {
        let script = folder.file("server.js", POLICYFILE)?;
        command.arg(script).arg(port.to_string());
        Ok(())
    })
    .expect("policyfile");
    let (report, _) = check(port, game().address().port());
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    let ids = ids(&report);
    assert!(ids.contains(&"reply-without-nul"), "{report:#}");
    assert!(ids.contains(&"reply-before-request"), "{report:#}");
}

/// A web server on the policy port is recognized by what it sends, or by its answer to HTTP.
#[test]
fn a_web_server() {
    if !needs::met(needs::program("/usr/bin/python3")) {
        return;
    }
    let port = port::free().unwrap();
    let _server = RealServer::start("/usr/bin/python3", address(port), |command, _| {
        command.args([
            "-m",
            "http.server",
            "--bind",
            "127.0.0.1",
            &port.to_string(),
        ]);
        Ok(())
    })
    .expect("a web server");
    let (report, _) = check(port, game().address().port());
    assert_eq!(report["verdict"], "denied", "{report:#}");
    assert_eq!(
        ids(&report).first(),
        Some(&"http-on-policy-port"),
        "{report:#}"
    );
}

/// A TLS server on the policy port is recognized too.
#[test]
fn a_tls_server() {
    if !needs::met(needs::program("openssl")) {
        return;
    }
    let port = port::free().unwrap();
    let _server = tls_server(port).expect("openssl");
    let (report, _) = check(port, game().address().port());
    assert_eq!(report["verdict"], "denied", "{report:#}");
    assert_eq!(
        ids(&report).first(),
        Some(&"tls-on-policy-port"),
        "{report:#}"
    );
}

/// A certificate without a trusted issuer is reported as such.
#[test]
fn a_certificate_that_is_not_trusted() {
    if !needs::met(needs::program("openssl")) {
        return;
    }
    let port = port::free().unwrap();
    let _server = tls_server(port).expect("openssl");
    let mut command = Command::new(binary::flashgate().unwrap());
    let target = format!("localhost:{}", game().address().port());
    command.args([
        "check",
        &target,
        "--master-port",
        &port.to_string(),
        "--secure-socket",
        "--format",
        "json",
    ]);
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        ids(&report).first(),
        Some(&"certificate-untrusted"),
        "{report:#}"
    );
    validate(&output.stdout);
}

/// `openssl s_server` with a self-signed certificate.
pub(super) fn tls_server(port: u16) -> anyhow::Result<RealServer> {
    RealServer::start("openssl", address(port), |command, folder| {
        let (key, certificate) = (
            folder.path().join("key.pem"),
            folder.path().join("cert.pem"),
        );
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
            ])
            .args([
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-days",
                "2",
            ])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()?;
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        command.args([
            "s_server",
            "-quiet",
            "-accept",
            &format!("127.0.0.1:{port}"),
        ]);
        command.arg("-key").arg(&key).arg("-cert").arg(&certificate);
        Ok(())
    })
}
