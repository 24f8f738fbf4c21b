//! A project that runs: its containers on a machine of namespaces, and what players and pages reach.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::container::{Container, IMAGE, Podman};
use testkit::folder::Folder;
use testkit::namespace::Namespace;

use super::host::{Host, NAME_SERVER, PUBLIC};
use super::project::Project;
use super::shown;
use crate::LIMIT;

/// The image of the game in each `.env.example`. A backend of the tests takes its place.
const GAME: &str = "nginx:alpine";

/// Where the containers of a check find the certificates that they trust.
const TRUSTED: &str = "/trusted.pem";

/// A project that runs.
pub(super) struct Running<'a> {
    pub(super) host: Host,
    podman: &'a Podman,
    containers: Vec<(String, Container<'a>)>,
    _game: TestBackend,
}

impl<'a> Running<'a> {
    /// What `docker compose up` does.
    pub(super) fn up(podman: &'a Podman, project: &Project) -> Self {
        let host = Host::of(project);
        let mut containers = Vec::new();
        let mut game = None;
        for (name, service) in project.in_order() {
            let network = &host.networks[name];
            if service.image == GAME {
                game = Some(start_game(network));
                continue;
            }
            let mut arguments = vec!["--dns", NAME_SERVER];
            arguments.extend(service.options.iter().map(String::as_str));
            arguments.push(&service.image);
            let container = Container::run(podman, network, &arguments).unwrap();
            if service.image == IMAGE {
                container.wait_for_line("flashgate ready", LIMIT).unwrap();
                let log = container.log().unwrap();
                // The settings of the folder with Caddy begin with `localhost`, for a first try.
                let warnings = log.matches("warning[").count();
                assert_eq!(
                    warnings,
                    log.matches("warning[loopback-host]").count(),
                    "{log}"
                );
            }
            containers.push((name.clone(), container));
        }
        Self {
            host,
            podman,
            containers,
            _game: game.expect("a game"),
        }
    }

    pub(super) fn container(&self, service: &str) -> &Container<'a> {
        let mut containers = self.containers.iter();
        &containers.find(|(name, _)| name == service).unwrap().1
    }

    /// Runs `flashgate check` in a container of the image, on a network, as the book shows.
    pub(super) fn check(
        &self,
        network: &Namespace,
        options: &[&str],
        arguments: &[&str],
    ) -> Output {
        let run = ["run", "--rm", "--no-healthcheck", "--network", "host"];
        let names = ["play.example.com", "www.example.com"];
        let names = names.map(|name| format!("--add-host={name}:{PUBLIC}"));
        let names = names.each_ref().map(String::as_str);
        let arguments = [&run, &names[..], options, &[IMAGE, "check"], arguments].concat();
        network
            .run(|| self.podman.output(&arguments))
            .unwrap()
            .unwrap()
    }

    /// Flash Player reaches the game, and movies of other sites don't.
    #[track_caller]
    pub(super) fn flash_player_reaches(&self, network: &Namespace, host: &str, movie: &str) {
        let target = format!("{host}:9339");
        let output = self.check(network, &[], &[&target, "--from", movie]);
        let printed = shown(&output);
        assert_eq!(output.status.code(), Some(0), "{printed}");
        assert!(
            printed.contains("of the master policy (port 843) grants it"),
            "{printed}"
        );
        let elsewhere = "http://elsewhere.test/game.swf";
        let output = self.check(network, &[], &[&target, "--from", elsewhere]);
        assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    }

    /// Every WebSocket of Ruffle's list opens for a page.
    #[track_caller]
    pub(super) fn ruffle_reaches(
        &self,
        network: &Namespace,
        list: &str,
        page: &str,
        trusted: &Path,
    ) {
        let folder = Folder::new().unwrap();
        folder.file("ruffle.json", list).unwrap();
        let mounts = [
            format!("--volume={}:/list:ro", folder.path().display()),
            format!("--volume={}:{TRUSTED}:ro", trusted.display()),
            format!("--env=SSL_CERT_FILE={TRUSTED}"),
        ];
        let mounts = mounts.each_ref().map(String::as_str);
        let ruffle = ["/list/ruffle.json", "--client", "ruffle", "--from"];
        let output = self.check(network, &mounts, &[&ruffle[..], &[page]].concat());
        assert_eq!(output.status.code(), Some(0), "{list}\n{}", shown(&output));
        let elsewhere = self.check(
            network,
            &mounts,
            &[&ruffle[..], &["https://elsewhere.test/"]].concat(),
        );
        assert_eq!(elsewhere.status.code(), Some(1), "{}", shown(&elsewhere));
    }

    /// What `docker compose down` does, in the time that the file allows.
    pub(super) fn down(&self, project: &Project) {
        let flashgate = self.container("flashgate");
        assert!(
            flashgate
                .is_healthy(&self.host.networks["flashgate"])
                .unwrap()
        );
        let limit = &project.services["flashgate"].stop_grace_period;
        assert_eq!(limit.as_deref(), Some("35s"));
        assert_eq!(flashgate.stop(Duration::from_secs(35)).unwrap(), 0);
    }
}

/// The game of `.env.example` listens on port 80.
fn start_game(network: &Namespace) -> TestBackend {
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 80));
    let game = network.run(|| Absent::reserve(address)?.appear(BackendBehaviour::Echo));
    game.unwrap().unwrap()
}
