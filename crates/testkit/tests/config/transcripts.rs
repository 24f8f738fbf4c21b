//! The commands shown in the documents print what the documents show.

use std::fs;
use std::path::Path;
use std::process::Command;

use testkit::book::{ShownCommand, documents, is_recipe, root, shown};
use testkit::folder::Folder;

/// Commands that need no running server and end by themselves.
pub(super) const TRIED: [&str; 6] = [
    "flashgate lint",
    "flashgate policy",
    "flashgate serve --check",
    "flashgate explain",
    "flashgate ruffle",
    "flashgate init",
];

/// The place of the config file in the documents; the tests have it in their own folder.
const PLACE: &str = "/etc/flashgate/";

/// The same for the page about Kubernetes, which copies our folder.
const OVERLAY: (&str, &str) = (
    "my-flashgate/overlays/gate/",
    "packaging/kubernetes/overlays/gate",
);

/// The files that a document's command uses.
fn prepare(document: &Path, command: &str, folder: &Folder) {
    let policy = r#"<?xml version="1.0"?>
<cross-domain-policy>
  <allow-access-from domain="http://www.real-game.net/play" to-ports="9339"/>
  <allow-access-from domain="*" to-ports="9339, 9400-9410"/>
</cross-domain-policy>
"#;
    folder.file("policy.xml", policy).unwrap();
    let config = if document.ends_with("run/ruffle-pages.md") {
        "hosts = [\"play.example.com\"]\n[policy.default]\nrules = [{ domain = \"www.example.com\" }]\n\
         [[gate]]\naddress = \"[::]:9339\"\nbackend = \"127.0.0.1:9340\"\n"
            .to_owned()
    } else if document.ends_with("start/init.md") {
        made()
    } else if document.ends_with("run/policies.md") && command.contains(PLACE) {
        "[policy.default]\nrules = [\n  { domain = \"www.example.com\", ports = \"9339\" },\n  \
         { domain = \"*.example.org\", ports = \"9339,9400-9410\" },\n]\n\n[[listen]]\naddress = \"[::]:843\"\n"
            .to_owned()
    } else if command.contains(PLACE) {
        fs::read_to_string(root().join("packaging/flashgate.toml")).unwrap()
    } else if command.contains(OVERLAY.0) {
        fs::read_to_string(root().join(OVERLAY.1).join("flashgate.toml")).unwrap()
    } else {
        "[policy.default]\nrules = [\n  { domain = \"www.example.com/x\", ports = \"9339\" },\n]\n\n\
         [[listen]]\naddress = \"[::]:8430\"\npublicport = 843\n"
            .to_owned()
    };
    // It writes the file itself.
    if !command.starts_with("flashgate init") {
        folder.file("flashgate.toml", config).unwrap();
    }
}

/// What the first command of start/init.md writes.
fn made() -> String {
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["init", "--domain", "www.example.com"])
        .args(["--gate", "9339=127.0.0.1:9340"])
        .args(["--host", "play.example.com"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_that_can_be_tried() {
    let program = testkit::binary::flashgate().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut outputs = 0;
    for document in documents().into_iter().filter(|it| !is_recipe(it)) {
        let text = fs::read_to_string(&document).unwrap();
        let tried =
            |shown: &ShownCommand| TRIED.iter().any(|tried| shown.command.starts_with(tried));
        for ShownCommand { command, output } in shown(&text).into_iter().filter(tried) {
            let folder = Folder::new().unwrap();
            prepare(&document, &command, &folder);
            let ran = Command::new("sh")
                .args([
                    "-c",
                    &format!("{command} 2>&1")
                        .replace(PLACE, "")
                        .replace(OVERLAY.0, ""),
                ])
                .current_dir(folder.path())
                .env("PATH", &path)
                .output()
                .unwrap();
            let printed = String::from_utf8(ran.stdout).unwrap();
            let place = document.display();
            if output.is_empty() {
                assert!(ran.status.success(), "{place}: {command}\n{printed}");
            } else {
                assert_eq!(printed.trim_end(), output.trim_end(), "{place}: {command}");
                outputs += 1;
            }
        }
    }
    assert!(outputs >= 6, "{outputs} transcripts in the documents");
}
