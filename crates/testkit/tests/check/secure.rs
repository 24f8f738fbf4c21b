//! Policies and bridges over TLS, with trusted and untrusted certificates.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use testkit::binary;
use testkit::folder::Folder;
use testkit::needs;
use testkit::real_server::RealServer;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::Hold;

use super::docs::validate;
use super::ids;

/// A minimal policy server over TLS: PORT CERTIFICATE KEY REPLY.
const SERVER: &str = r#"
import socket, ssl, sys, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.set_ciphers("DEFAULT@SECLEVEL=0")
context.load_cert_chain(sys.argv[2], sys.argv[3])
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
def serve(client):
    try:
        secure = context.wrap_socket(client, server_side=True)
        secure.recv(100)
        secure.sendall(sys.argv[4].encode() + b"\0")
        secure.unwrap()
    except OSError:
        pass
    client.close()
while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
"#;

const POLICY: &str = "<cross-domain-policy><allow-access-from domain='localhost' to-ports='1025-65535'/></cross-domain-policy>";

pub(super) fn missing() -> Option<String> {
    needs::program("openssl").or_else(|| needs::program("/usr/bin/python3"))
}

pub(super) fn openssl(folder: &Folder, arguments: &str) {
    let mut command = Command::new("openssl");
    command
        .args(arguments.split(' '))
        .current_dir(folder.path());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {said}");
}

/// A CA, and a certificate that it issued for a name, valid for this many days from now.
pub(super) fn certificates(folder: &Folder, name: &str, days: i32) {
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        folder,
        &format!("req -x509 {new} -subj /CN=authority -days 30 -keyout ca.key -out ca.pem"),
    );
    openssl(
        folder,
        &format!("req {new} -subj /CN={name} -keyout key.pem -out request.pem"),
    );
    folder
        .file(
            "extensions",
            format!("subjectAltName=DNS:{name}\nbasicConstraints=CA:FALSE\n"),
        )
        .unwrap();
    openssl(
        folder,
        &format!(
            "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days {days} -extfile extensions -out cert.pem"
        ),
    );
}

pub(super) fn serve(folder: &Folder) -> (RealServer, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let script = folder.file("server.py", SERVER).unwrap();
    let server = RealServer::start("/usr/bin/python3", address, |command, _| {
        command.arg(script).arg(address.port().to_string());
        command
            .arg(folder.path().join("cert.pem"))
            .arg(folder.path().join("key.pem"))
            .arg(POLICY);
        Ok(())
    });
    (server.expect("a TLS server"), address)
}

/// Checks a `SecureSocket` to this server, which is also its policy server, with these roots.
fn check(address: SocketAddr, roots: &Path) -> Value {
    let target = format!("localhost:{}", address.port());
    let mut command = Command::new(binary::flashgate().unwrap());
    command
        .args([
            "check",
            &target,
            "--master-port",
            "1",
            "--secure-socket",
            "--format",
            "json",
        ])
        .env("SSL_CERT_FILE", roots)
        .env("SSL_CERT_DIR", "/nonexistent");
    let output = command.output().unwrap();
    validate(&output.stdout);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn certificates_are_judged() {
    if !needs::met(missing()) {
        return;
    }
    let cases = [
        ("localhost", 2, "allowed", None),
        (
            "elsewhere.test",
            2,
            "denied",
            Some("certificate-name-mismatch"),
        ),
        ("localhost", -1, "denied", Some("certificate-expired")),
    ];
    for (name, days, verdict, cause) in cases {
        let folder = Folder::new().unwrap();
        certificates(&folder, name, days);
        let (_server, address) = serve(&folder);
        let report = check(address, &folder.path().join("ca.pem"));
        assert_eq!(report["verdict"], verdict, "{name} {days}: {report:#}");
        assert_eq!(
            ids(&report).first().copied(),
            cause,
            "{name} {days}: {report:#}"
        );
    }
}

/// The same certificate, with a CA that this machine does not know.
#[test]
fn an_unknown_authority() {
    if !needs::met(missing()) {
        return;
    }
    let (folder, other) = (Folder::new().unwrap(), Folder::new().unwrap());
    certificates(&folder, "localhost", 2);
    certificates(&other, "localhost", 2);
    let (_server, address) = serve(&folder);
    let report = check(address, &other.path().join("ca.pem"));
    assert_eq!(
        ids(&report).first().copied(),
        Some("certificate-untrusted"),
        "{report:#}"
    );
    let empty = other.file("empty.pem", "").unwrap();
    let report = check(address, &empty);
    assert_eq!(
        ids(&report).first().copied(),
        Some("no-trusted-roots"),
        "{report:#}"
    );
}

/// A certificate from `openssl req -x509` is trusted here, but it is not a server's certificate.
#[test]
fn an_authority_is_no_server() {
    if !needs::met(missing()) {
        return;
    }
    let folder = Folder::new().unwrap();
    openssl(
        &folder,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2 -keyout key.pem -out cert.pem",
    );
    let (_server, address) = serve(&folder);
    let report = check(address, &folder.path().join("cert.pem"));
    let first = &report["findings"][0];
    assert_eq!(first["id"], "certificate-untrusted", "{report:#}");
    assert!(
        first["message"]
            .as_str()
            .unwrap()
            .contains("is self-signed and a CA certificate (CA:TRUE)"),
        "{report:#}"
    );
}

/// A port that accepts the connection and sends nothing in the handshake is not reported as dropped by a firewall.
#[test]
fn a_silent_target() {
    if !needs::met(missing()) {
        return;
    }
    let folder = Folder::new().unwrap();
    certificates(&folder, "localhost", 2);
    let (_server, policy) = serve(&folder);
    let silent = Keeper::start(([127, 0, 0, 1], 0).into(), &[&[Hold]]).unwrap();
    let target = format!("localhost:{}", silent.address().port());
    let mut command = Command::new(binary::flashgate().unwrap());
    command
        .args(["check", &target, "--secure-socket", "--format", "json"])
        .args(["--timeout", "2s", "--master-port"])
        .arg(policy.port().to_string())
        .env("SSL_CERT_FILE", folder.path().join("ca.pem"))
        .env("SSL_CERT_DIR", "/nonexistent");
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["reason"], "target-timeout", "{report:#}");
    assert_eq!(ids(&report).first(), Some(&"target-silent"), "{report:#}");
}

/// A minimal config for `openssl ca`, because `openssl x509` cannot set the first day.
const AUTHORITY: &str = "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ncertificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256\npolicy=any\nx509_extensions=server\n[any]\ncommonName=supplied\n[server]\nsubjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n";

/// A certificate that is not valid yet, for a `SecureSocket` and for a `wss` entry: the message contains the day.
#[test]
fn a_certificate_of_tomorrow() {
    if !needs::met(missing()) {
        return;
    }
    let folder = Folder::new().unwrap();
    certificates(&folder, "localhost", 2);
    for (name, text) in [
        ("index.txt", ""),
        ("serial", "01\n"),
        ("ca.conf", AUTHORITY),
    ] {
        folder.file(name, text).unwrap();
    }
    openssl(
        &folder,
        "ca -batch -notext -config ca.conf -in request.pem -out cert.pem -startdate 20970101000000Z -enddate 20980101000000Z",
    );
    let (_server, address) = serve(&folder);
    let authority = folder.path().join("ca.pem");
    let (report, text) = first_of(address, &["--cacert", authority.to_str().unwrap()], None);
    let id = "certificate-not-yet-valid";
    assert_eq!(report["verdict"], "denied", "{text}");
    assert_eq!(ids(&report).first().copied(), Some(id), "{text}");
    assert!(text.contains("2097"), "{text}");
    let url = format!("wss://localhost:{}/", address.port());
    let mut command = Command::new(binary::flashgate().unwrap());
    command.args(["check", &url, "--client", "ruffle", "--format", "json"]);
    let output = command.arg("--cacert").arg(authority).output().unwrap();
    validate(&output.stdout);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_ne!(report["verdict"], "allowed", "{report:#}");
    assert_eq!(ids(&report).first().copied(), Some(id), "{report:#}");
}

/// The first finding of a check with these arguments after the target.
fn first_of(address: SocketAddr, arguments: &[&str], roots: Option<&Path>) -> (Value, String) {
    let target = format!("localhost:{}", address.port());
    let mut command = Command::new(binary::flashgate().unwrap());
    command.args(["check", &target, "--master-port", "1", "--secure-socket"]);
    command.args(arguments);
    if let Some(roots) = roots {
        command.env("SSL_CERT_FILE", roots);
    }
    command.env("SSL_CERT_DIR", "/nonexistent");
    let human = command.output().unwrap();
    let output = command.args(["--format", "json"]).output().unwrap();
    validate(&output.stdout);
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (report, String::from_utf8(human.stdout).unwrap())
}

/// A self-signed certificate is not trusted, whatever its key, and whatever the key of a root with its name. The text
/// is plain English.
#[test]
fn self_signed() {
    if !needs::met(missing()) {
        return;
    }
    let rsa = "rsa:2048";
    let p256 = "ec -pkeyopt ec_paramgen_curve:P-256";
    let p384 = "ec -pkeyopt ec_paramgen_curve:P-384";
    let cases = [
        (rsa, p256),
        (rsa, p384),
        (p256, rsa),
        (p384, rsa),
        (p256, p256),
        (p384, p256),
        ("ed25519", rsa),
        (rsa, "ed25519"),
    ];
    for (of_root, of_server) in cases {
        let (root, folder) = (Folder::new().unwrap(), Folder::new().unwrap());
        let own = "-days 2 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out cert.pem";
        openssl(&root, &format!("req -x509 -newkey {of_root} {own}"));
        openssl(&folder, &format!("req -x509 -newkey {of_server} {own}"));
        let (_server, address) = serve(&folder);
        let roots = root.path().join("cert.pem");
        let (report, text) = first_of(address, &[], Some(&roots));
        let first = &report["findings"][0];
        assert_eq!(
            first["id"], "certificate-untrusted",
            "{of_root} {of_server}: {report:#}"
        );
        let message = first["message"].as_str().unwrap();
        assert!(message.contains("self-signed"), "{message}");
        assert!(!text.contains('{') && !text.contains("Context"), "{text}");
        // As its own CA, it is trusted.
        let own = folder.path().join("cert.pem");
        let (report, text) = first_of(address, &["--cacert", own.to_str().unwrap()], None);
        assert_eq!(report["verdict"], "allowed", "{text}");
    }
}

/// `--insecure` continues and reports what clients would refuse. The names of a certificate are shown as people write
/// them.
#[test]
fn certificates_that_are_not_checked() {
    if !needs::met(missing()) {
        return;
    }
    let cases = [
        (
            "elsewhere.test",
            2,
            "certificate-name-mismatch",
            "it is for elsewhere.test",
        ),
        ("localhost", -1, "certificate-expired", " expired on "),
    ];
    for (name, days, id, part) in cases {
        let folder = Folder::new().unwrap();
        certificates(&folder, name, days);
        let (_server, address) = serve(&folder);
        let authority = folder.path().join("ca.pem");
        let (report, text) = first_of(address, &["--cacert", authority.to_str().unwrap()], None);
        assert_eq!(report["verdict"], "denied", "{text}");
        assert_eq!(ids(&report).first().copied(), Some(id), "{text}");
        assert!(text.contains(part), "{text}");
        let (report, text) = first_of(address, &["--insecure"], Some(&authority));
        assert_eq!(report["verdict"], "allowed", "{text}");
        assert_eq!(
            ids(&report).first().copied(),
            Some("certificate-unverified"),
            "{text}"
        );
        assert!(text.contains("--insecure") && text.contains(id), "{text}");
    }
}

/// A file without CA certificates is refused before any connection.
#[test]
fn no_authorities() {
    let folder = Folder::new().unwrap();
    let empty = folder.file("empty.pem", "").unwrap();
    let absent = folder.path().join("absent.pem");
    for (file, why) in [(empty, "found none"), (absent, "no such file")] {
        let mut command = Command::new(binary::flashgate().unwrap());
        command.args(["check", "localhost:1", "--cacert"]).arg(file);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    }
}
