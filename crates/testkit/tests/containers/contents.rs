//! What is in the image, and what it says about itself.

use std::process::Command;

use serde_json::{Value, json};
use testkit::container;
use testkit::needs;

/// The most that the image may have, as `docker load` reads it.
const LIMIT: u64 = 8_000_000;

/// The program, the list of certificates for `check`, and their folders.
const FILES: [&str; 5] = [
    "etc/",
    "etc/ssl/",
    "etc/ssl/certs/",
    "etc/ssl/certs/ca-certificates.crt",
    "flashgate",
];

#[test]
fn nothing_but_the_program_and_certificates() {
    if !needs::met(container::missing()) {
        return;
    }
    let archive = container::archive().unwrap();
    let size = archive.metadata().unwrap().len();
    assert!(size <= LIMIT, "{size}");
    let manifest = json_of("manifest.json");
    let layers = manifest.pointer("/0/Layers").unwrap().as_array().unwrap();
    assert_eq!(layers.len(), 1);
    let layer = layers[0].as_str().unwrap();
    let list = Command::new("sh")
        .args(["-c", "tar -xOf \"$0\" \"$1\" | tar -tf - | sort"])
        .arg(archive)
        .arg(layer)
        .output()
        .unwrap();
    let files = String::from_utf8(list.stdout).unwrap();
    assert_eq!(files.lines().collect::<Vec<_>>(), FILES);
}

/// Docker, Podman and registries read this.
#[test]
fn config_and_labels() {
    if !needs::met(container::missing()) {
        return;
    }
    let manifest = json_of("manifest.json");
    let name = manifest.pointer("/0/Config").unwrap().as_str().unwrap();
    let image = json_of(name);
    let config = &image["config"];
    assert_eq!(config["User"], "65534:65534");
    assert_eq!(config["Entrypoint"], json!(["/flashgate"]));
    assert_eq!(config["Cmd"], json!(["serve"]));
    assert_eq!(config["StopSignal"], "SIGTERM");
    assert_eq!(config["ExposedPorts"], json!({"8843/tcp": {}}));
    assert_eq!(
        config["Healthcheck"]["Test"],
        json!(["CMD", "/flashgate", "health"])
    );
    let label = |key| config["Labels"][format!("org.opencontainers.image.{key}")].clone();
    assert_eq!(label("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(label("licenses"), "MIT OR Apache-2.0");
    let revision = label("revision");
    assert_eq!(revision.as_str().map(str::len), Some(40), "{revision}");
    let source = label("source");
    assert!(source.as_str().unwrap().starts_with("https://"), "{source}");
    let tags = manifest.pointer("/0/RepoTags").unwrap();
    assert!(tags.as_array().unwrap().contains(&json!(container::IMAGE)));
}

/// A JSON file of the image's archive.
fn json_of(name: &str) -> Value {
    let archive = container::archive().unwrap();
    let mut tar = Command::new("tar");
    let read = tar.arg("-xOf").arg(archive).arg(name).output().unwrap();
    serde_json::from_slice(&read.stdout).unwrap()
}
