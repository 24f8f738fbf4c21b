//! A rootless container without capabilities and with a read-only root serves as usual.

use std::fs;

use testkit::client::{TestClient, fetch};
use testkit::container::{Container, IMAGE, Podman};
use testkit::dns::NameServer;
use testkit::folder::Folder;
use testkit::namespace::Namespace;

use super::{LIMIT, RESTRICTED, game, loopback, podman};

/// As in the Compose files.
const VARIABLES: [&str; 10] = [
    "--env",
    "FLASHGATE_ALLOW=www.example.com",
    "--env",
    "FLASHGATE_LISTEN=8843",
    "--env",
    "FLASHGATE_PUBLIC_PORT=843",
    "--env",
    "FLASHGATE_HOST=play.example.com",
    "--env",
    "FLASHGATE_GATE=9339=game:9340",
];

/// Starts flashgate with these variables and options, and waits until it is ready.
fn start<'a>(podman: &'a Podman, network: &Namespace, options: &[&str]) -> Container<'a> {
    let arguments = [&RESTRICTED, options, &[IMAGE]].concat();
    let container = Container::run(podman, network, &arguments).unwrap();
    container.wait_for_line("flashgate ready", LIMIT).unwrap();
    container
}

#[track_caller]
fn policy(network: &Namespace, port: u16) -> String {
    let reply = network.run(|| fetch(loopback(port))).unwrap().unwrap();
    String::from_utf8(reply.bytes).unwrap()
}

/// Sends a line to the game through the gate, and reads it back.
#[track_caller]
fn echoes(network: &Namespace) {
    let answer = network.run(|| {
        let mut client = TestClient::connect(loopback(9339)).unwrap();
        assert!(client.send(b"hello"));
        let mut answer = [0; 5];
        client.read_exact(&mut answer).map(|()| answer)
    });
    assert_eq!(&answer.unwrap().unwrap(), b"hello");
}

#[test]
fn variables_health_and_names_in_hosts() {
    let Some(podman) = podman() else { return };
    let network = Namespace::new().unwrap();
    let _game = game(&network, 9340);
    let options = [&VARIABLES[..], &["--add-host", "game:127.0.0.1"]].concat();
    let container = start(&podman, &network, &options);
    for port in [8843, 9339] {
        let policy = policy(&network, port);
        assert!(
            policy.contains("domain=\"www.example.com\" to-ports=\"9339\""),
            "{policy}"
        );
    }
    echoes(&network);
    assert!(container.is_healthy(&network).unwrap());
    has_no_rights(&container);
}

/// The process has an ordinary user outside, and can't gain or change anything.
#[track_caller]
fn has_no_rights(container: &Container<'_>) {
    let process = format!("/proc/{}", container.pid().unwrap());
    let status = fs::read_to_string(format!("{process}/status")).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().split_whitespace().next().unwrap().to_owned()
    };
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    assert_eq!(field("NoNewPrivs:"), "1");
    let user: u32 = field("Uid:").parse().unwrap();
    assert!(user > 65_534, "{user} is a user of this machine");
    let mounts = fs::read_to_string(format!("{process}/mounts")).unwrap();
    let root = mounts
        .lines()
        .find(|line| line.split(' ').nth(1) == Some("/"));
    let options = root.unwrap().split(' ').nth(3).unwrap();
    assert!(options.split(',').any(|option| option == "ro"), "{options}");
}

/// As in Docker, where the names of services come from a name server.
#[test]
fn names_through_dns() {
    let Some(podman) = podman() else { return };
    let network = Namespace::new().unwrap();
    let _game = game(&network, 9340);
    let names = [("game", "127.0.0.1".parse().unwrap())];
    let address = "127.0.0.11".parse().unwrap();
    let server = || NameServer::start(address, &names);
    let _server = network.run(server).unwrap().unwrap();
    let options = [&VARIABLES[..], &["--dns", "127.0.0.11"]].concat();
    let _container = start(&podman, &network, &options);
    echoes(&network);
}

/// A config in a mounted folder: the image's variable for `[admin]` applies, and changes are noticed.
#[test]
fn config_in_a_mounted_folder() {
    let Some(podman) = podman() else { return };
    let network = Namespace::new().unwrap();
    let folder = Folder::new().unwrap();
    let config = |domain| {
        format!(
            "[policy.default]\nrules = [{{ domain = \"{domain}\", ports = \"9339\" }}]\n\
             [[listen]]\naddress = \"[::]:8843\"\npublic-port = 843\n"
        )
    };
    folder
        .file("flashgate.toml", config("old.example.com"))
        .unwrap();
    let mount = format!("{}:/etc/flashgate:ro", folder.path().display());
    let options = [
        "--volume",
        &mount,
        "--env",
        "FLASHGATE_CONFIG=/etc/flashgate/flashgate.toml",
    ];
    let container = start(&podman, &network, &options);
    assert!(policy(&network, 8843).contains("old.example.com"));
    assert!(container.is_healthy(&network).unwrap());
    folder.file("new", config("new.example.com")).unwrap();
    let path = |name| folder.path().join(name);
    fs::rename(path("new"), path("flashgate.toml")).unwrap();
    container.wait_for_line("reloaded", LIMIT).unwrap();
    assert!(policy(&network, 8843).contains("new.example.com"));
}

/// Without `[admin]`, nothing answers it.
#[test]
fn the_health_check_can_fail() {
    let Some(podman) = podman() else { return };
    let network = Namespace::new().unwrap();
    let options = [&VARIABLES[..], &["--env", "FLASHGATE_ADMIN="]].concat();
    let container = start(&podman, &network, &options);
    assert!(!container.is_healthy(&network).unwrap());
}
