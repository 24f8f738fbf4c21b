//! `docker stop`: the signal of the image ends the process, which is process 1, in time.

use std::time::{Duration, Instant};

use testkit::client::{StreamEnd, TestClient};
use testkit::container::{Container, IMAGE};
use testkit::folder::Folder;
use testkit::namespace::Namespace;

use super::{LIMIT, RESTRICTED, game, loopback, podman};

/// When Docker and Podman kill a container that has not ended.
const KILLED: Duration = Duration::from_secs(10);

/// A connected player is cut off when `drain` is over.
#[test]
fn sigterm() {
    let Some(podman) = podman() else { return };
    let network = Namespace::new().unwrap();
    let _game = game(&network, 9340);
    let folder = Folder::new().unwrap();
    let config = "[policy.default]\nrules = [{ domain = \"www.example.com\" }]\n[process]\ndrain = \"1s\"\n\
                  [[gate]]\nname = \"game\"\naddress = \"[::]:9339\"\nbackend = \"127.0.0.1:9340\"\n";
    folder.file("flashgate.toml", config).unwrap();
    let mount = format!("{}:/etc/flashgate:ro", folder.path().display());
    let options = ["--volume", &mount, IMAGE, "serve"];
    let config = ["--config", "/etc/flashgate/flashgate.toml"];
    let arguments = [&RESTRICTED, &options[..], &config].concat();
    let container = Container::run(&podman, &network, &arguments).unwrap();
    container.wait_for_line("flashgate ready", LIMIT).unwrap();
    let player = network.run(|| TestClient::connect(loopback(9339)));
    let mut player = player.unwrap().unwrap();
    assert!(player.send(b"hello"));
    player.read_exact(&mut [0; 5]).unwrap();
    let start = Instant::now();
    assert_eq!(container.stop(KILLED).unwrap(), 0);
    assert!(start.elapsed() < KILLED, "{:?}", start.elapsed());
    assert_ne!(player.hear().end, StreamEnd::None);
    assert!(container.log().unwrap().contains("stopped"));
}
