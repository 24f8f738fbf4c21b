//! Master policy files over HTTPS, next to plain HTTP on the same port.

use testkit::client::TestClient;

use super::client::Ended;
use super::{Running, start};

/// Rules for a file, and where it is served.
fn running() -> Running {
    start(
        "[policy.default]\nrules = [{ domain = \"a.test\" }, { domain = \"b.test\", secure = false }]\n\
         [http]\naddress = \"127.0.0.1:0\"\ncrossdomain = \"default\"\nclientaccesspolicy = \"default\"\n\
         [tls]\ncertificates = [{ certificate = \"one.pem\", key = \"one.key\" }]\n",
    )
}

fn request(path: &str, origin: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: one.test\r\nOrigin: {origin}\r\n\r\n")
}

/// The whole answer over HTTPS, with an authenticated end.
fn over_https(running: &Running, path: &str, origin: &str) -> String {
    let mut client = running.client();
    client.send(request(path, origin).as_bytes());
    let (bytes, end) = client.hear();
    assert_eq!(end, Ended::CloseNotify);
    String::from_utf8(bytes).unwrap()
}

fn over_http(running: &Running, path: &str, origin: &str) -> String {
    let mut client = TestClient::connect(running.address).unwrap();
    client.send(request(path, origin).as_bytes());
    String::from_utf8(client.hear().bytes).unwrap()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

/// Over HTTPS, a rule without `secure` is for pages over https only.
#[test]
fn secure_by_default() {
    let running = running();
    let path = "/crossdomain.xml";
    let (plain, secure) = (
        over_http(&running, path, "http://a.test"),
        over_https(&running, path, "http://a.test"),
    );
    assert_eq!(body(&plain), body(&secure));
    assert!(body(&plain).contains("domain=\"a.test\"/>"), "{plain}");
    for (origin, https) in [
        ("http://a.test", false),
        ("https://a.test", true),
        ("http://b.test", true),
    ] {
        let field = format!("Access-Control-Allow-Origin: {origin}\r\n");
        let answer = over_https(&running, path, origin);
        assert_eq!(answer.contains(&field), https, "{origin}: {answer}");
        let answer = over_http(&running, path, origin);
        assert!(answer.contains(&field), "{origin}: {answer}");
    }
}

/// Silverlight's format has no `secure`, so what is written differs.
#[test]
fn silverlight_by_scheme() {
    let running = running();
    let path = "/clientaccesspolicy.xml";
    let plain = over_http(&running, path, "http://a.test");
    let secure = over_https(&running, path, "http://a.test");
    assert!(plain.contains("Content-Type: text/xml\r\n"), "{plain}");
    assert!(!plain.contains("X-Permitted"), "{plain}");
    assert!(body(&plain).contains("\"http://a.test\""), "{plain}");
    assert!(!body(&secure).contains("\"http://a.test\""), "{secure}");
    assert!(body(&secure).contains("\"https://a.test\""), "{secure}");
    let tag = |answer: &str| {
        let tag = answer.lines().find(|line| line.starts_with("ETag: "));
        tag.map(str::to_owned)
    };
    assert_ne!(tag(&plain), tag(&secure));
}
