//! The answer to each request at the address of `[http]`.

use testkit::client::{StreamEnd, TestClient};
use testkit::folder::Folder;

use super::{FILE, HTTP, LIMIT, RULES, config, hear, start, start_in};

const GET: &str = "GET /crossdomain.xml HTTP/1.1\r\nHost: a.test\r\n\r\n";

#[test]
fn the_file() {
    let running = start(&config(RULES, HTTP));
    let response = running.get("/crossdomain.xml", "");
    assert_eq!((response.status, &response.body[..]), (200, FILE));
    for (field, value) in [
        ("Content-Type", "text/x-cross-domain-policy"),
        ("Content-Length", &FILE.len().to_string()),
        ("X-Permitted-Cross-Domain-Policies", "master-only"),
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("Vary", "Origin"),
        ("Connection", "close"),
    ] {
        assert_eq!(response.field(field), Some(value), "{}", response.head);
    }
    assert_eq!(response.field("Access-Control-Allow-Origin"), None);
    // Caches of pages add a query.
    assert_eq!(running.get("/crossdomain.xml?1700000000", "").body, FILE);
}

#[test]
fn the_meta_policy() {
    for value in ["all", "master-only", "none"] {
        let text =
            format!("[policy.default]\nsite-control = \"{value}\"\nrules = [{RULES}]\n{HTTP}");
        let response = start(&text).get("/crossdomain.xml", "");
        let field = response.field("X-Permitted-Cross-Domain-Policies");
        assert_eq!(field, Some(value));
        let element = format!("<site-control permitted-cross-domain-policies=\"{value}\"/>");
        assert!(response.body.contains(&element), "{}", response.body);
    }
}

/// The header says what the file says, also for the two values that only files over HTTP have.
#[test]
fn the_meta_policy_of_a_file() {
    for value in ["all", "by-content-type", "by-ftp-filename"] {
        let folder = Folder::new().unwrap();
        let file = format!(
            "<cross-domain-policy><site-control permitted-cross-domain-policies='{value}'/>\
             <allow-access-from domain='a.test'/></cross-domain-policy>"
        );
        folder.file("own.xml", &file).unwrap();
        let config = format!("[policy.default]\nfile = \"own.xml\"\n{HTTP}");
        let response = start_in(folder, &config).get("/crossdomain.xml", "");
        let field = response.field("X-Permitted-Cross-Domain-Policies");
        assert_eq!((field, &response.body), (Some(value), &file));
    }
}

/// A NUL ends replies on sockets, and is no part of a file.
#[test]
fn a_file_with_a_nul() {
    let flash = "<cross-domain-policy><allow-access-from domain='a.test'/></cross-domain-policy>";
    for end in ["\0", "\0\0\n"] {
        let folder = Folder::new().unwrap();
        folder.file("own.xml", format!("{flash}{end}")).unwrap();
        let config = format!("[policy.default]\nfile = \"own.xml\"\n{HTTP}");
        let mut running = start_in(folder, &config);
        let response = running.get("/crossdomain.xml", "");
        assert_eq!(response.body, flash);
        let log = running.daemon.log().join("\n");
        assert!(log.contains("over HTTP up to the NUL"), "{log}");
        assert!(!log.contains("the server adds the NUL"), "{log}");
    }
}

#[test]
fn only_the_head() {
    let running = start(&config(RULES, HTTP));
    let whole = hear(running.address(), GET.as_bytes());
    let head = hear(running.address(), GET.replace("GET", "HEAD").as_bytes());
    let without_date = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("Date: "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(without_date(&format!("{head}{FILE}")), without_date(&whole));
}

/// The client that has the file gets no second copy.
#[test]
fn not_modified() {
    let running = start(&config(RULES, HTTP));
    let response = running.get("/crossdomain.xml", "");
    let tag = response.field("ETag").expect("a tag").to_owned();
    assert!(tag.starts_with('"'), "a strong tag: {tag}");
    for (fields, status) in [
        (format!("If-None-Match: {tag}"), 304),
        (format!("if-none-match: \"x\", W/{tag}"), 304),
        (format!("If-None-Match: \"x\"\r\nIf-None-Match: {tag}"), 304),
        ("If-None-Match: *".to_owned(), 304),
        ("If-None-Match: \"x\"".to_owned(), 200),
        (format!("If-None-Match: {}", tag.trim_matches('"')), 200),
        ("If-None-Match:".to_owned(), 200),
        (format!("If-Match: {tag}"), 200),
    ] {
        let response = running.get("/crossdomain.xml", &format!("{fields}\r\n"));
        assert_eq!(response.status, status, "{fields}");
        assert_eq!(response.field("ETag"), Some(&tag[..]));
        assert_eq!(response.field("Cache-Control"), Some("no-cache"));
        let body = if status == 304 { "" } else { FILE };
        assert_eq!(response.body, body, "{fields}");
        let length = response.field("Content-Length").is_some();
        assert_eq!(length, status == 200, "{}", response.head);
    }
}

/// The host makes no difference, and need not be there.
#[test]
fn any_host() {
    let running = start(&config(RULES, HTTP));
    for request in [
        "GET /crossdomain.xml HTTP/1.0\r\n\r\n".to_owned(),
        "GET /crossdomain.xml HTTP/1.1\r\n\r\n".to_owned(),
        GET.replace("a.test", "192.0.2.1:80"),
        GET.replace("a.test", "b.test:99999"),
        GET.replace("a.test", ""),
    ] {
        let heard = hear(running.address(), request.as_bytes());
        assert!(heard.starts_with("HTTP/1.1 200 "), "{request}: {heard}");
        assert!(heard.ends_with(FILE), "{request}: {heard}");
    }
}

#[test]
fn everything_else() {
    let running = start(&config(RULES, HTTP));
    for (first, status, text) in [
        ("GET / HTTP/1.1", "404", "/crossdomain.xml here\n"),
        ("GET /clientaccesspolicy.xml HTTP/1.1", "404", "here\n"),
        ("GET /Crossdomain.xml HTTP/1.1", "404", "here\n"),
        ("GET //crossdomain.xml HTTP/1.1", "404", "here\n"),
        ("GET /crossdomain.xml/ HTTP/1.1", "404", "here\n"),
        ("GET /a/../crossdomain.xml HTTP/1.1", "404", "here\n"),
        ("GET /ruffle.js HTTP/1.1", "404", "here\n"),
        ("POST /crossdomain.xml HTTP/1.1", "405", "GET, HEAD"),
        ("PUT / HTTP/1.1", "405", "GET, HEAD"),
        ("TRACE /crossdomain.xml HTTP/1.1", "405", "GET, HEAD"),
        (
            "GET http://a.test/crossdomain.xml HTTP/1.1",
            "400",
            "a path",
        ),
        ("GET /crossdomain.xml HTTP/2.0", "505", "HTTP/1.1"),
        ("GET /crossdomain.xml", "400", "HTTP/1.1"),
    ] {
        let request = format!("{first}\r\nHost: a.test\r\n\r\n");
        let heard = hear(running.address(), request.as_bytes());
        assert!(
            heard.starts_with(&format!("HTTP/1.1 {status} ")),
            "{first}: {heard}"
        );
        assert!(heard.contains(text), "{first}: {heard}");
        assert!(!heard.contains("a.test\">"), "{first}: {heard}");
        let allow = heard.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n");
        assert_eq!(allow, status == "405", "{heard}");
    }
}

/// What is no HTTP request is closed, without a byte.
#[test]
fn other_protocols() {
    let running = start(&config(RULES, HTTP));
    for request in [
        &b"<policy-file-request/>\0"[..],
        b"SSH-2.0-x\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
        b"\0",
    ] {
        let mut client = TestClient::connect(running.address()).unwrap();
        client.send(request);
        client.half_close().unwrap();
        assert_eq!(client.hear().bytes, b"");
    }
}

/// However a request is cut, there is one answer, and nothing for what follows.
#[test]
fn every_cut() {
    let running = start(&config(RULES, HTTP));
    let both = [GET, GET].concat();
    for cut in 1..GET.len() {
        let (first, second) = both.split_at(cut);
        let mut client = TestClient::connect(running.address()).unwrap();
        client.send(first.as_bytes());
        client.send(second.as_bytes());
        let heard = client.hear();
        let text = String::from_utf8_lossy(&heard.bytes);
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{cut}: {text}");
        assert!(text.ends_with(FILE), "{cut}: {text}");
        assert_eq!(heard.end, StreamEnd::Fin, "{cut}");
    }
}

/// A request that is not complete in time gets no answer, and neither does one that ends early.
#[test]
fn slow_and_incomplete() {
    let running = start(&config(
        RULES,
        &format!("{HTTP}[limits]\nrequest = \"3s\"\n"),
    ));
    let mut slow = TestClient::connect(running.address()).unwrap();
    slow.send(b"GET /crossdomain.xml HTTP/1.1\r\n");
    let mut silent = TestClient::connect(running.address()).unwrap();
    let mut ended = TestClient::connect(running.address()).unwrap();
    ended.send(b"GET /crossdomain.xml HTTP/1.1\r\nHost: a");
    ended.half_close().unwrap();
    assert_eq!(ended.hear().bytes, b"");
    for client in [&mut slow, &mut silent] {
        assert_eq!(client.hear().bytes, b"");
        assert!(client.elapsed() < LIMIT);
    }
    let long = format!("GET /crossdomain.xml HTTP/1.1\r\nX: {}", "x".repeat(9_000));
    assert!(hear(running.address(), long.as_bytes()).starts_with("HTTP/1.1 431 "));
}

/// The log says where a client for sockets should ask.
#[test]
fn a_policy_request() {
    let mut running = start(&config(RULES, HTTP));
    testkit::client::fetch(running.address()).unwrap();
    let hint = "`[bridge]` and `[http]` do not answer policy requests";
    running.daemon.wait_for_line(hint, LIMIT).unwrap();
}

/// A client that half-closes after its request gets all of the answer.
#[test]
fn half_closed() {
    let running = start(&config(RULES, HTTP));
    let mut client = TestClient::connect(running.address()).unwrap();
    client.send(GET.as_bytes());
    client.half_close().unwrap();
    let heard = client.hear();
    assert!(heard.bytes.ends_with(FILE.as_bytes()));
    assert_eq!(heard.end, StreamEnd::Fin);
}

/// The log and the totals have an outcome of their own.
#[test]
fn counted() {
    let more = format!("{HTTP}[admin]\naddress = \"127.0.0.1:0\"\n");
    let mut running = start(&config(RULES, &more));
    let file = "/crossdomain.xml";
    for (path, field, outcome, says) in [
        (
            file,
            "",
            "outcome=\"http-policy\"",
            "path=\"/crossdomain.xml\"",
        ),
        (
            file,
            "If-None-Match: *\r\n",
            "outcome=\"http-policy\"",
            "304 Not Modified",
        ),
        (
            "/favicon.ico",
            "",
            "outcome=\"http-answered\"",
            "path=\"/favicon.ico\"",
        ),
    ] {
        running.get(path, field);
        let line = running.daemon.next_line_with(outcome, LIMIT).unwrap();
        assert!(line.contains(says), "{line}");
    }
    let admin = running.daemon.admin().expect("an address");
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let metrics = hear(admin, request.as_bytes());
    for total in [
        "flashgate_connections_total{outcome=\"http-policy\"} 2\n",
        "flashgate_connections_total{outcome=\"http-answered\"} 1\n",
    ] {
        assert!(metrics.contains(total), "{metrics}");
    }
}
