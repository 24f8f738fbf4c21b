//! Behind the web servers and balancers of `docs/book/src/run/reverse-proxies.md`, with the page's own configs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

use browser::{RUFFLE, TestMovie};
use testkit::folder::Folder;
use testkit::needs;
use testkit::real_server::{RealServer, missing};

use super::{LIMIT, Machine, converse, start};

/// The address of a front, for pages and for [`outlasts`].
const FRONT: ([u8; 4], u16) = ([127, 0, 0, 1], 443);
const CONTROL: ([u8; 4], u16) = ([127, 0, 0, 1], 81);
/// The address of a server that never answers.
const SILENT: ([u8; 4], u16) = ([127, 0, 0, 1], 82);

/// The snippets of a kind in the page.
fn snippets(kind: &str) -> Vec<String> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/book/src/run/reverse-proxies.md");
    let text = fs::read_to_string(path).expect("the document");
    let begin = format!("```{kind}\n");
    let snippets = text.split(&begin).skip(1);
    let until_end = |text: &str| text.split("```").next().map(str::to_owned);
    snippets.filter_map(until_end).collect()
}

/// Replaces text that must be there.
#[track_caller]
fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "expected {old:?} in {text}");
    text.replace(old, new)
}

/// flashgate as the page configures it behind a web server, with more in `[bridge]`; `None` if something is missing.
fn machine(front: &str, bridge: &str) -> Option<Machine> {
    if !needs::met(browser::missing().or_else(|| missing(front))) {
        return None;
    }
    let configs = snippets("toml");
    let config = configs.iter().find(|config| config.contains("/sockets/"));
    let config = format!("{}{bridge}", config.expect("a config"));
    let (page, game) = ("http://www.example.com", "play.example.com");
    Some(start(&config, page, game, "https://play.example.com"))
}

/// Starts a front inside the machine; `command` receives its config file and its folder.
fn front(
    machine: &Machine,
    program: &str,
    config: impl Fn(&Path) -> String + Sync,
    words: &[&str],
) -> RealServer {
    let certificates = machine.folder.path();
    let start = || {
        RealServer::start(program, FRONT.into(), |command, folder| {
            let path = folder.file("front.conf", config(certificates))?;
            command.current_dir(folder.path()).args(words).arg(path);
            Ok(())
        })
    };
    let started = machine.namespace.run(start).expect("a namespace");
    started.expect("a front")
}

fn nginx(machine: &Machine) -> RealServer {
    let [snippet] = &snippets("nginx")[..] else {
        panic!("expected one snippet");
    };
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary
        .map(|name| format!("{name}_temp_path .;"))
        .join(" ");
    let config = |certificates: &Path| {
        let at = certificates.display();
        format!(
            "daemon off; master_process off; pid pid; error_log error.log; events {{ }}\n\
             http {{ access_log off; {temporary} proxy_read_timeout 5s;\n\
             server {{ listen 127.0.0.1:443 ssl; server_name play.example.com;\n\
             ssl_certificate {at}/game.pem; ssl_certificate_key {at}/game.key;\n{snippet}\n}}\n\
             server {{ listen 127.0.0.1:443 ssl; server_name www.example.com;\n\
             ssl_certificate {at}/game.pem; ssl_certificate_key {at}/game.key;\n\
             location / {{ proxy_pass http://127.0.0.1:80; proxy_read_timeout 300s; }} }}\n\
             server {{ listen 127.0.0.1:81; location / {{ proxy_pass http://127.0.0.1:82; }} }}\n}}\n"
        )
    };
    front(machine, "nginx", config, &["-p", ".", "-c"])
}

fn haproxy(machine: &Machine) -> RealServer {
    let [snippet] = &snippets("haproxy")[..] else {
        panic!("expected one snippet");
    };
    both_in_one(&machine.folder);
    let config = |certificates: &Path| {
        let path = certificates.join("both.pem").display().to_string();
        let snippet = replaced(snippet, "/etc/haproxy/play.example.com.pem", &path);
        let snippet = replaced(&snippet, " 60s", " 5s");
        format!(
            "{snippet}\nlisten control\n    mode http\n    bind 127.0.0.1:81\n    timeout connect 5s\n\
             \x20   timeout client 20s\n    timeout server 5s\n    server silent 127.0.0.1:82\n"
        )
    };
    front(machine, "haproxy", config, &["-db", "-f"])
}

fn caddy(machine: &Machine) -> RealServer {
    let [snippet] = &snippets("caddy")[..] else {
        panic!("expected one snippet");
    };
    let config = |certificates: &Path| {
        let at = certificates.display();
        // It could get its own certificate only from a CA on the internet.
        let begin = "play.example.com {\n";
        let site = format!("{begin}    tls {at}/game.pem {at}/game.key\n");
        let global = "{\n    admin off\n    auto_https disable_redirects\n}\n";
        format!("{global}{}", replaced(snippet, begin, &site))
    };
    front(
        machine,
        "caddy",
        config,
        &["run", "--adapter", "caddyfile", "--config"],
    )
}

fn both_in_one(folder: &Folder) {
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
    let both = format!("{}{}", read("game.pem"), read("game.key"));
    folder.file("both.pem", both).expect("a file");
}

#[test]
fn caddy_passes_websockets_on() {
    let Some(machine) = machine("caddy", "") else {
        return;
    };
    let (_caddy, server) = (caddy(&machine), machine.server());
    let mut visit = machine.visit(TestMovie::Socket);
    converse(&mut visit, TestMovie::Socket, &server);
}

/// If the policy requires https, an https page is allowed, and it can open `wss:` only.
#[test]
fn pages_over_https() {
    let Some(mut machine) = machine("nginx", "") else {
        return;
    };
    let config = machine.folder.path().join("flashgate.toml");
    let rule = "domain = \"www.example.com\"";
    let text = fs::read_to_string(&config).expect("the config");
    let text = replaced(&text, rule, &format!("{rule}, secure = true"));
    fs::write(&config, text).expect("a config");
    machine.daemon.hang_up().expect("a signal");
    machine.daemon.wait_for_line("reloaded", LIMIT).expect("it");
    let (_nginx, server) = (nginx(&machine), machine.server());
    let mut visit = machine.visit(TestMovie::Socket);
    visit.wait_for("connect").expect("Ruffle's word");
    visit.wait_for("close").expect("an end");
    drop(visit);
    assert!(machine.nobody_called(&server));
    machine.page = "https://www.example.com";
    converse(
        &mut machine.visit(TestMovie::Socket),
        TestMovie::Socket,
        &server,
    );
    let in_clear = "data:text/javascript,window.RufflePlayer.config = { socketProxy: [\
                    { host: 'play.example.com', port: 9339, proxyUrl: 'ws://play.example.com:8080/sockets/9339' }] };";
    let scripts = [RUFFLE.to_owned(), in_clear.to_owned()];
    let mut visit = machine.visit_with(TestMovie::Socket, &scripts);
    visit.wait_for("io-error").expect("mixed content");
    assert!(machine.nobody_called(&server));
}

#[test]
fn silent_for_longer_than_nginx_waits() {
    outlasts("nginx", nginx);
}

#[test]
fn silent_for_longer_than_haproxy_waits() {
    outlasts("haproxy", haproxy);
}

/// A movie and its server stay silent until the front has dropped another client, one that became silent after them.
#[track_caller]
fn outlasts(program: &str, front: impl Fn(&Machine) -> RealServer) {
    let Some(machine) = machine(program, "ping = \"1s\"\n") else {
        return;
    };
    let (_front, server) = (front(&machine), machine.server());
    let mut visit = machine.visit(TestMovie::Socket);
    let mut stream = converse(&mut visit, TestMovie::Socket, &server);
    let given_up = machine.namespace.run(given_up).expect("a namespace");
    assert!(given_up.starts_with("HTTP/1.1 504 "), "{given_up}");
    stream.write_all(b"still here\0").expect("room");
    let heard = visit.wait_for("data").expect("a session that goes on");
    assert_eq!(heard.trim_end_matches('\0'), "still here");
}

/// What the front answers when it gives up on a silent server.
fn given_up() -> String {
    let _silent = TcpListener::bind(SocketAddr::from(SILENT)).expect("a free port");
    let mut client = TcpStream::connect(SocketAddr::from(CONTROL)).expect("a connection");
    client.set_read_timeout(Some(LIMIT)).expect("a limit");
    let request = b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
    client.write_all(request).expect("room");
    let mut response = String::new();
    client.read_to_string(&mut response).expect("a response");
    response
}
