//! What scanners of HTTP policies flag, lint flags too: nmap's script is run, and ZAP's rule is taken from its
//! documentation.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use testkit::needs;

use super::lint;

/// A file on a web server, with its path.
struct Served {
    path: &'static str,
    text: Vec<u8>,
}

impl Served {
    fn flash(text: impl Into<Vec<u8>>) -> Self {
        Self {
            path: "/crossdomain.xml",
            text: text.into(),
        }
    }

    fn silverlight(text: impl Into<Vec<u8>>) -> Self {
        Self {
            path: "/clientaccesspolicy.xml",
            text: text.into(),
        }
    }

    /// The rules with findings, and their messages.
    fn findings(&self) -> Vec<(String, String)> {
        let kind = match self.path {
            "/crossdomain.xml" => "url",
            _ => "silverlight",
        };
        let said = lint(&self.text, &["--as", kind, "--format", "short"]);
        let finding = |line: &str| {
            let (_, rest) = line.split_once('[')?;
            let (rule, message) = rest.split_once("]: ")?;
            Some((rule.to_owned(), message.to_owned()))
        };
        said.stdout.lines().filter_map(finding).collect()
    }
}

fn access_from(domain: &str) -> Served {
    Served::flash(format!(
        "<cross-domain-policy><allow-access-from domain=\"{domain}\"/></cross-domain-policy>"
    ))
}

fn silverlight(uri: &str) -> Served {
    Served::silverlight(format!(
        "<access-policy><cross-domain-access><policy><allow-from http-request-headers=\"SOAPAction\">\
         <domain uri=\"{uri}\"/></allow-from><grant-to><resource path=\"/\" include-subpaths=\"true\"/></grant-to>\
         </policy></cross-domain-access></access-policy>"
    ))
}

/// Every case that the script distinguishes, and published files, if available.
fn shared_set() -> Vec<Served> {
    let domains = [
        "*",
        "http://",
        "https://",
        "*.partner.com",
        "www.partner.com",
        "partner.co.uk",
        "http://www.partner.com",
        "https://*.partner.com",
        "10.1.2.3",
        "localhost",
        "*.com",
    ];
    let mut set: Vec<_> = domains.into_iter().map(access_from).collect();
    set.push(Served::flash(
        "<cross-domain-policy><site-control permitted-cross-domain-policies=\"none\"/></cross-domain-policy>",
    ));
    set.push(Served::flash(
        "<cross-domain-policy><allow-http-request-headers-from domain=\"*\" headers=\"*\"/></cross-domain-policy>",
    ));
    set.extend(["*", "http://", "http://*", "https://www.partner.com"].map(silverlight));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    for text in files.filter_map(|file| fs::read(file.path()).ok()) {
        if text.windows(13).any(|part| part == b"<access-polic") {
            set.push(Served::silverlight(text));
        } else if text.windows(13).any(|part| part == b"<cross-domain") {
            set.push(Served::flash(text));
        }
    }
    set
}

/// Answers every request for the path with the text, and every other with 404, on a free port.
fn serve(served: &Served) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (path, text) = (served.path, served.text.clone());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, path, &text);
        }
    });
    port
}

/// Handles one request; a scanner may close early.
fn answer(mut stream: TcpStream, path: &str, text: &[u8]) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(length @ 1..) => request.extend_from_slice(&buffer[..length]),
            Ok(_) | Err(_) => return,
        }
    }
    let wanted = request.starts_with(format!("GET {path} ").as_bytes());
    let (status, body) = if wanted {
        ("200 OK", text)
    } else {
        ("404 Not Found", &b""[..])
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

/// The ports at which nmap's script finds a policy vulnerable or probably vulnerable.
fn flagged_by_nmap(ports: &[u16]) -> HashSet<u16> {
    let mut list = String::new();
    for port in ports {
        let _ = write!(list, "{port},");
    }
    let output = Command::new("nmap")
        .args(["-sT", "-Pn", "-n", "-oX", "-"])
        // The plus also runs it on ports that are not typical for web servers.
        .args(["--script", "+http-cross-domain-policy"])
        .args(["-p", list.trim_end_matches(','), "127.0.0.1"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let state = |port: &str| {
        let (number, rest) = port.split_once('"')?;
        rest.contains("VULNERABLE</elem>")
            .then(|| number.parse().ok())?
    };
    text.split("portid=\"").skip(1).filter_map(state).collect()
}

/// Rules about trusting others, or about why access is denied although it looks allowed.
fn answers(rule: &str) -> bool {
    const TRUST: [&str; 4] = ["wildcard-", "trusted-", "example-", "loopback-"];
    const REFUSED: [&str; 11] = [
        "invalid-comment",
        "malformed-",
        "mismatched-",
        "multiple-root-elements",
        "text-outside-root",
        "unclosed-element",
        "invalid-domain",
        "domain-",
        "partial-",
        "empty-",
        "silverlight-invalid-uri",
    ];
    TRUST
        .iter()
        .chain(&REFUSED)
        .any(|start| rule.starts_with(start))
}

#[test]
fn nmap() {
    if !needs::met(needs::program("nmap")) {
        return;
    }
    let set = shared_set();
    let ports: Vec<_> = set.iter().map(serve).collect();
    let flagged = flagged_by_nmap(&ports);
    // A set of which the script flags little would prove little.
    assert!(flagged.len() >= 12, "nmap flags only {}", flagged.len());
    for (served, port) in set.iter().zip(ports) {
        let found = served.findings();
        assert!(
            !flagged.contains(&port) || found.iter().any(|(rule, _)| answers(rule)),
            "nmap flags this, but lint reports only {found:?}:\n{}",
            String::from_utf8_lossy(&served.text)
        );
    }
}

/// ZAP, *Cross-Domain Misconfiguration*, rule 20016: `*` in `allow-access-from`, in `allow-http-request-headers-from`,
/// or as `uri` of a Silverlight `domain`.
#[test]
fn zap() {
    let headers = "<cross-domain-policy><allow-http-request-headers-from domain=\"*\" headers=\"X-A\"/></cross-domain-policy>";
    let cases = [
        (access_from("*"), "wildcard-domain"),
        (Served::flash(headers), "wildcard-domain"),
        (silverlight("*"), "wildcard-domain"),
    ];
    for (served, rule) in cases {
        let found = served.findings();
        assert!(found.iter().any(|(name, _)| name == rule), "{found:?}");
    }
}
