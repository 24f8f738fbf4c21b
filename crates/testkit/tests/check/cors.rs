//! The configs for CORS in `docs/book/src/run/cors.md`, with the real web servers: `check --swf` passes with them, and
//! fails without.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;
use testkit::folder::Folder;
use testkit::needs;
use testkit::port;
use testkit::real_server::{RealServer, missing};
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::{Hold, ReadLine, Send};

use super::ids;
use super::ruffle::{OPEN, check, local};
use super::secure::certificates;

/// The first snippet of a kind in the page.
fn snippet(kind: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/book/src/run/cors.md");
    let text = fs::read_to_string(path).unwrap();
    let snippet = text
        .split(&format!("```{kind}\n"))
        .nth(1)
        .expect("a snippet");
    snippet.split("```").next().unwrap().to_owned()
}

/// A movie, and certificates for `localhost`.
fn folder() -> Folder {
    let folder = Folder::new().unwrap();
    certificates(&folder, "localhost", 2);
    folder.file("game.swf", "FWS").unwrap();
    folder
}

/// Checks the movie of a server on this port, for a page elsewhere.
fn movie(folder: &Folder, port: u16) -> Value {
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let url = format!("ws://localhost:{}/", bridge.address().port());
    let movie = format!("https://localhost:{port}/game.swf");
    let authority = folder.path().join("ca.pem");
    let authority = authority.to_str().unwrap();
    let from = ["--from", "http://localhost/", "--cacert", authority];
    let (report, _) = check(&[&[&url, "--swf", &movie][..], &from].concat());
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    report
}

fn nginx(at: &Path, port: u16, snippet: &str) -> RealServer {
    let server = RealServer::start("nginx", address(port), |command, folder| {
        let (dir, at) = (folder.path().display(), at.display());
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary
            .map(|name| format!("{name}_temp_path {dir};"))
            .join(" ");
        let text = format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log; events {{ }}\n\
             http {{ access_log off; {temporary}\n\
             server {{ listen 127.0.0.1:{port} ssl; root {at};\n\
             ssl_certificate {at}/cert.pem; ssl_certificate_key {at}/key.pem;\n{snippet}\n}}\n}}\n"
        );
        let path = folder.file("nginx.conf", text)?;
        command.arg("-p").arg(folder.path()).arg("-c").arg(path);
        Ok(())
    });
    server.expect("nginx")
}

fn caddy(at: &Path, port: u16, snippet: &str) -> RealServer {
    let server = RealServer::start("caddy", address(port), |command, folder| {
        let at = at.display();
        let site = format!("https://localhost:{port} {{\n    tls {at}/cert.pem {at}/key.pem\n");
        let text = replaced(snippet, "cdn.example.com {\n", &site);
        let text = replaced(&text, "/srv/movies", &at.to_string());
        let global = "{\n    admin off\n    auto_https disable_redirects\n}\n";
        let path = folder.file("Caddyfile", format!("{global}{text}"))?;
        command.env("HOME", folder.path());
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(path);
        Ok(())
    });
    server.expect("caddy")
}

fn address(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

/// Replaces text that must be there.
#[track_caller]
fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "expected {old:?} in {text}");
    text.replace(old, new)
}

#[test]
fn the_config_for_nginx() {
    if !needs::met(missing("nginx").or_else(|| needs::program("openssl"))) {
        return;
    }
    let folder = folder();
    for (snippet, expected) in [
        (snippet("nginx"), None),
        (String::new(), Some("cors-header-missing")),
    ] {
        let port = port::free().unwrap();
        let _server = nginx(folder.path(), port, &snippet);
        let report = movie(&folder, port);
        assert_eq!(ids(&report).first().copied(), expected, "{report:#}");
    }
}

#[test]
fn the_config_for_caddy() {
    if !needs::met(missing("caddy").or_else(|| needs::program("openssl"))) {
        return;
    }
    let folder = folder();
    let whole = snippet("caddy");
    let without = replaced(&whole, "    header Access-Control-Allow-Origin *\n", "");
    for (snippet, expected) in [(whole, None), (without, Some("cors-header-missing"))] {
        let port = port::free().unwrap();
        let _server = caddy(folder.path(), port, &snippet);
        let report = movie(&folder, port);
        assert_eq!(ids(&report).first().copied(), expected, "{report:#}");
    }
}

/// A page over HTTPS: its list, and a script over plain HTTP that the browser blocks.
#[test]
fn a_page_over_https() {
    if !needs::met(missing("nginx").or_else(|| needs::program("openssl"))) {
        return;
    }
    let folder = folder();
    let list = "RufflePlayer.config = { socketProxy: [{ host: 'a', port: 1, proxyUrl: 'ws://192.0.2.1:9339/' }] };";
    let page = |more: &str| format!("<!doctype html><script>{list}</script>{more}");
    folder.file("index.html", page("")).unwrap();
    let upgraded =
        "<meta http-equiv='Content-Security-Policy' content='upgrade-insecure-requests'>";
    folder.file("upgraded.html", page(upgraded)).unwrap();
    let script = "<script src='http://192.0.2.1:9339/ruffle.js'></script>";
    folder.file("script.html", script).unwrap();
    let port = port::free().unwrap();
    let _server = nginx(
        folder.path(),
        port,
        "location /moved { return 302 http://192.0.2.1/x.swf; }",
    );
    let authority = folder.path().join("ca.pem");
    let cacert = ["--cacert", authority.to_str().unwrap(), "--timeout", "2s"];
    for (path, first) in [
        ("/", Some("mixed-content")),
        ("/upgraded.html", None),
        ("/script.html", Some("script-mixed-content")),
    ] {
        let url = format!("https://localhost:{port}{path}");
        let (report, _) = check(&[&[&url, "--swf", "game.swf"][..], &cacert].concat());
        let found = ids(&report);
        if let Some(first) = first {
            assert_eq!(found.first(), Some(&first), "{path}: {report:#}");
            assert_eq!(report["verdict"], "denied", "{path}: {report:#}");
        } else {
            // The browser opens `wss:` instead. Nothing answers there.
            assert!(!found.contains(&"mixed-content"), "{report:#}");
            assert_eq!(report["steps"][2]["url"], "wss://192.0.2.1:9339/");
        }
    }
    // The movie redirects to plain HTTP, which is blocked too.
    let url = format!("https://localhost:{port}/");
    let (report, _) = check(&[&[&url, "--swf", "/moved"][..], &cacert].concat());
    assert!(ids(&report).contains(&"movie-mixed-content"), "{report:#}");
}
