//! A folder of `packaging/compose`: copied as a newcomer copies it, and read as Docker Compose reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value};
use testkit::folder::Folder;

/// A copy of the folder, with its settings.
pub(super) struct Project {
    pub(super) folder: Folder,
    pub(super) services: BTreeMap<String, Service>,
}

/// What a service is made of. Every key that the files use must have a meaning here.
pub(super) struct Service {
    pub(super) image: String,
    /// Options of `podman run`.
    pub(super) options: Vec<String>,
    /// The address and port on the host, and the port in the container.
    pub(super) ports: Vec<(String, u16, u16)>,
    pub(super) needs: Vec<String>,
    pub(super) stop_grace_period: Option<String>,
}

/// Where the Compose files are.
pub(super) fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/compose")
}

impl Project {
    /// `cp -r NAME …; cp .env.example .env`.
    pub(super) fn copy(name: &str) -> Self {
        let folder = Folder::new().unwrap();
        let status = Command::new("cp")
            .arg("-r")
            .arg(place().join(name).join("."))
            .arg(folder.path())
            .status();
        assert!(status.unwrap().success());
        let settings = folder.path().join(".env.example");
        fs::copy(settings, folder.path().join(".env")).unwrap();
        let config = config(folder.path());
        let services = config["services"].as_object().unwrap();
        let services = services
            .iter()
            .map(|(name, service)| (name.clone(), Service::read(service.as_object().unwrap())))
            .collect();
        Self { folder, services }
    }

    /// The services, those that others need first.
    pub(super) fn in_order(&self) -> Vec<(&String, &Service)> {
        let mut ordered: Vec<(&String, &Service)> = Vec::new();
        while ordered.len() < self.services.len() {
            let is_there = |name: &String| ordered.iter().any(|(there, _)| *there == name);
            let next = self
                .services
                .iter()
                .find(|(name, service)| !is_there(name) && service.needs.iter().all(is_there));
            ordered.push(next.expect("services that don't need each other"));
        }
        ordered
    }
}

impl Service {
    fn read(keys: &Map<String, Value>) -> Self {
        let mut service = Self {
            image: String::new(),
            options: Vec::new(),
            ports: Vec::new(),
            needs: Vec::new(),
            stop_grace_period: None,
        };
        for (key, value) in keys {
            service.key(key, value);
        }
        service
    }

    fn key(&mut self, key: &str, value: &Value) {
        match key {
            "image" => text(value).clone_into(&mut self.image),
            "environment" => {
                for (name, value) in value.as_object().unwrap() {
                    self.option("--env", &format!("{name}={}", text(value)));
                }
            }
            "ports" => self.ports = list(value).iter().map(port).collect(),
            "volumes" => {
                for volume in list(value) {
                    self.option("--volume", text(volume));
                }
            }
            "depends_on" => self.needs = value.as_object().unwrap().keys().cloned().collect(),
            "read_only" => {
                assert_eq!(value, true);
                self.options.extend(super::READ_ONLY.map(str::to_owned));
            }
            "cap_drop" => self.each("--cap-drop", value),
            "cap_add" => self.each("--cap-add", value),
            // Podman knows it without the value that Docker takes.
            "security_opt" => {
                assert_eq!(value, &serde_json::json!(["no-new-privileges:true"]));
                self.option("--security-opt", "no-new-privileges");
            }
            "stop_grace_period" => self.stop_grace_period = Some(text(value).to_owned()),
            // Podman takes the command without the word that Docker needs.
            "healthcheck" => {
                let (first, command) = list(&value["test"]).split_first().unwrap();
                assert_eq!(first, "CMD");
                self.option("--health-cmd", &Value::from(command).to_string());
            }
            "restart" => assert_eq!(value, "unless-stopped"),
            _ => panic!("this test does not know the key `{key}`"),
        }
    }

    fn each(&mut self, option: &str, values: &Value) {
        for value in list(values) {
            self.option(option, text(value));
        }
    }

    fn option(&mut self, option: &str, value: &str) {
        self.options.extend([option.to_owned(), value.to_owned()]);
    }
}

/// Runs Docker Compose in a folder: it reads `.env`, replaces variables, and refuses what it does not know.
fn config(folder: &Path) -> Value {
    let output = Command::new("docker-compose")
        .arg("config")
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // It warns about variables that are not set.
    assert_eq!(said, "");
    json(&output.stdout)
}

/// YAML as JSON.
pub(super) fn json(yaml: &[u8]) -> Value {
    let program = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), yaml).unwrap();
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A port, as `docker-compose config` prints it: a mapping, or text if it is bound to an address. UDP isn't tested.
fn port(value: &Value) -> (String, u16, u16) {
    if let Some(text) = value.as_str() {
        let (rest, target) = text.trim_end_matches("/tcp").rsplit_once(':').unwrap();
        let (address, published) = rest.rsplit_once(':').unwrap();
        return (
            address.to_owned(),
            published.parse().unwrap(),
            target.parse().unwrap(),
        );
    }
    let number = |key: &str| text_or_number(&value[key]).parse().unwrap();
    ("0.0.0.0".to_owned(), number("published"), number("target"))
}

fn text_or_number(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}
