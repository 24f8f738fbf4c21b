//! The Compose files work unchanged: what `docker compose up` would start runs in namespaces, with the real Caddy and
//! nginx, and `flashgate check` passes for Flash Player and for Ruffle.

mod host;
mod project;
mod running;

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::container::Podman;
use testkit::folder::Folder;
use testkit::namespace::Namespace;
use testkit::needs;
use testkit::real_server::{self, RealServer};

use self::host::PUBLIC;
use self::project::{Project, json, place};
use self::running::Running;
use super::{LIMIT, READ_ONLY, podman};

/// As the book names the image.
const IMAGE_WITHOUT_TAG: &str = "ghcr.io/flashgate/flashgate";

/// Fetches a page, and trusts the certificates of a file.
#[track_caller]
fn get(network: &Namespace, url: &str, address: &str, trusted: &Path) -> String {
    // Without a name server, the name is looked up here.
    let program = "\
import socket, ssl, sys, urllib.request
url, address, trusted = sys.argv[1:]
look_up = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: look_up(address, *rest, **more)
context = ssl.create_default_context(cafile=trusted) if url.startswith('https') else None
sys.stdout.write(urllib.request.urlopen(url, timeout=10, context=context).read().decode())";
    let mut command = Command::new("/usr/bin/python3");
    command.args(["-c", program, url, address]).arg(trusted);
    let output = network.run(|| command.output()).unwrap().unwrap();
    assert!(output.status.success(), "{url}: {}", shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// Podman, and Docker Compose to read the files.
fn tools() -> Option<Podman> {
    let missing = real_server::missing("docker-compose");
    podman().filter(|_| needs::met(missing))
}

#[test]
fn game() {
    let Some(podman) = tools() else { return };
    let project = Project::copy("game");
    let running = Running::up(&podman, &project);
    let players = &running.host.players;
    running.flash_player_reaches(
        players,
        "play.example.com",
        "http://www.example.com/game.swf",
    );
    let nothing = Path::new("/dev/null");
    let list = get(
        players,
        "http://play.example.com:9339/ruffle.json",
        PUBLIC,
        nothing,
    );
    running.ruffle_reaches(players, &list, "http://www.example.com/", nothing);
    as_the_book_shows(&running);
    running.down(&project);
}

/// The session in the book, on the machine itself.
#[track_caller]
fn as_the_book_shows(running: &Running<'_>) {
    let page = fs::read_to_string(book()).unwrap();
    let command = format!("$ docker run --rm --network host {IMAGE_WITHOUT_TAG} check ");
    let (_, shown_in_book) = page.split_once(&command).unwrap();
    let (arguments, output) = shown_in_book.split_once('\n').unwrap();
    let (output, _) = output.split_once("```").unwrap();
    let arguments: Vec<_> = arguments.split(' ').collect();
    let checked = running.check(&running.host.machine, &[], &arguments);
    assert_eq!(timeless(&shown(&checked)), timeless(output));
    assert_eq!(checked.status.code(), Some(0));
}

/// The page about containers.
fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/book/src/run/containers.md")
}

/// A text without its numbers and without what follows from them: the number of spaces.
fn timeless(text: &str) -> String {
    let is_word = |word: &&str| word.parse::<f64>().is_err();
    text.split_whitespace()
        .filter(is_word)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The book shows the settings of the folder that it begins with.
#[test]
fn settings_in_the_book() {
    let page = fs::read_to_string(book()).unwrap();
    let (_, shown_in_book) = page.split_once("```ini\n").unwrap();
    let (shown_in_book, _) = shown_in_book.split_once("```").unwrap();
    let settings = fs::read_to_string(place().join("game/.env.example")).unwrap();
    let settings: Vec<_> = settings.lines().filter(|line| line.contains('=')).collect();
    assert_eq!(shown_in_book.lines().collect::<Vec<_>>(), settings);
}

/// `localhost` makes Caddy issue the certificate itself; a real name would need a public certificate authority.
#[test]
fn caddy() {
    let missing = real_server::missing("caddy");
    let Some(podman) = tools().filter(|_| needs::met(missing)) else {
        return;
    };
    import_caddy(&podman);
    let project = Project::copy("caddy");
    let running = Running::up(&podman, &project);
    let machine = &running.host.machine;
    let page = "https://localhost/";
    running.flash_player_reaches(machine, "localhost", "https://localhost/game.swf");
    let root = podman
        .volume("caddy-data")
        .unwrap()
        .join("caddy/pki/authorities/local/root.crt");
    assert!(
        testkit::until(LIMIT, || root.is_file()),
        "{}",
        running.container("caddy").log().unwrap()
    );
    let trusted = project
        .folder
        .file("root.crt", fs::read(root).unwrap())
        .unwrap();
    let index = fs::read_to_string(place().join("caddy/site/index.html")).unwrap();
    assert_eq!(get(machine, page, "127.0.0.1", &trusted), index);
    assert!(index.contains("src=\"/ruffle.js\""));
    let script = get(
        machine,
        "https://localhost/ruffle.js",
        "127.0.0.1",
        &trusted,
    );
    assert!(script.contains("wss://localhost/sockets/9339"), "{script}");
    let list = get(
        machine,
        "https://localhost/ruffle.json",
        "127.0.0.1",
        &trusted,
    );
    running.ruffle_reaches(machine, &list, page, &trusted);
    running.down(&project);
}

/// The image `caddy:2` with Debian's Caddy: its command and folders are those of the official image.
fn import_caddy(podman: &Podman) {
    let caddy = real_server::find("caddy").unwrap();
    let changes = [
        "CMD [\"/usr/bin/caddy\", \"run\", \"--config\", \"/etc/caddy/Caddyfile\", \"--adapter\", \"caddyfile\"]",
        "ENV XDG_CONFIG_HOME=/config",
        "ENV XDG_DATA_HOME=/data",
    ];
    podman
        .import("docker.io/library/caddy:2", &[&caddy], &changes)
        .unwrap();
}

/// The nginx of the machine, with what the folder says to add to its config.
#[test]
fn behind_nginx() {
    let missing = real_server::missing("nginx");
    let Some(podman) = tools().filter(|_| needs::met(missing)) else {
        return;
    };
    let project = Project::copy("behind-nginx");
    let running = Running::up(&podman, &project);
    let (trusted, _nginx) = start_nginx(&running.host.machine, &project);
    let players = &running.host.players;
    running.flash_player_reaches(
        players,
        "play.example.com",
        "https://www.example.com/game.swf",
    );
    let url = "https://www.example.com/ruffle.json";
    let list = get(players, url, PUBLIC, &trusted);
    assert!(
        list.contains("wss://www.example.com/sockets/9339"),
        "{list}"
    );
    running.ruffle_reaches(players, &list, "https://www.example.com/", &trusted);
    running.down(&project);
}

/// Starts nginx as the server of `https://www.example.com`, and returns its certificate.
fn start_nginx(machine: &Namespace, project: &Project) -> (PathBuf, RealServer) {
    let pair = rcgen::generate_simple_self_signed(["www.example.com".to_owned()]).unwrap();
    let certificate = project
        .folder
        .file("certificate.pem", pair.cert.pem())
        .unwrap();
    let key = project
        .folder
        .file("key.pem", pair.signing_key.serialize_pem())
        .unwrap();
    let added = project.folder.path().join("nginx.conf");
    let address = (Ipv4Addr::LOCALHOST, 443).into();
    let start = || {
        RealServer::start("nginx", address, |command, folder| {
            let text = format!(
                "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
                 events {{ worker_connections 256; }}\n\
                 http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};\n\
                 uwsgi_temp_path {dir}; scgi_temp_path {dir};\n\
                 server {{ listen 443 ssl; server_name www.example.com;\n\
                 ssl_certificate {}; ssl_certificate_key {};\n include {}; }} }}\n",
                certificate.display(),
                key.display(),
                added.display(),
                dir = folder.path().display()
            );
            let path = folder.file("nginx.conf", text)?;
            command.arg("-p").arg(folder.path()).arg("-c").arg(path);
            Ok(())
        })
    };
    let nginx = machine.run(start).unwrap().unwrap();
    (certificate, nginx)
}

/// Newer than Debian's Docker Compose, whose schema may lack what today's knows, or the other way round.
#[test]
fn schema() {
    if !needs::met(needs::program("/usr/bin/jsonschema")) {
        return;
    }
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/compose-spec.json");
    for name in ["game", "caddy", "behind-nginx"] {
        let yaml = fs::read(place().join(name).join("compose.yaml")).unwrap();
        let folder = Folder::new().unwrap();
        let file = folder
            .file("compose.json", json(&yaml).to_string())
            .unwrap();
        let mut command = Command::new("/usr/bin/jsonschema");
        let output = command.arg("-i").arg(file).arg(&schema).output().unwrap();
        assert!(output.status.success(), "{name}: {}", shown(&output));
    }
}
