//! An image's archive without what differs from build to build.
//!
//! buildah writes the random name of its working container into the image's config, and with it changes the image's id.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::command::step;

/// Keys of the config that describe the working container.
const TRACES: [&str; 2] = ["container", "container_config"];

/// Writes an archive of Docker's format again, under these names, and returns the image's id.
pub(super) fn without_traces(from: &Path, to: &Path, names: &[String]) -> Result<String> {
    let folder = from.with_extension("");
    fs::create_dir(&folder)?;
    step(
        Command::new("tar")
            .arg("--extract")
            .arg("--file")
            .arg(from)
            .arg("--directory")
            .arg(&folder),
    )?;
    let manifest = read(&folder.join("manifest.json"))?;
    let text = |pointer| manifest.pointer(pointer).and_then(Value::as_str);
    let config = text("/0/Config").context("the archive's manifest names no config")?;
    let layer = text("/0/Layers/0").context("the archive's manifest names no layer")?;
    let config = cleaned(read(&folder.join(config))?);
    let bytes = config.to_string();
    let unnamed = folder.join("config.json");
    fs::write(&unnamed, bytes)?;
    let id = sha256(&unnamed)?;
    let config_file = format!("{id}.json");
    fs::rename(unnamed, folder.join(&config_file))?;
    let manifest = json!([{"Config": config_file, "RepoTags": names, "Layers": [layer]}]);
    fs::write(folder.join("manifest.json"), manifest.to_string())?;
    pack(&folder, to, &["manifest.json", &config_file, layer])?;
    Ok(id)
}

/// Removes the traces of the build from a config.
fn cleaned(mut image: Value) -> Value {
    if let Some(image) = image.as_object_mut() {
        for trace in TRACES {
            image.remove(trace);
        }
        // buildah marks every step as one without a layer, although the archive has a layer.
        let created = image.get("created").cloned().unwrap_or_default();
        let history = json!([{"created": created, "created_by": "cargo xtask package image"}]);
        image.insert("history".to_owned(), history);
    }
    if let Some(Value::Object(config)) = image.get_mut("config") {
        config.remove("Hostname");
    }
    image
}

/// Packs files in this order, with the same owner and time everywhere.
fn pack(folder: &Path, archive: &Path, files: &[&str]) -> Result<()> {
    let mut tar = Command::new("tar");
    tar.args(["--create", "--format=ustar", "--mtime=@0", "--mode=0644"])
        .args(["--owner=0", "--group=0", "--numeric-owner", "--file"])
        .arg(archive)
        .arg("--directory")
        .arg(folder);
    step(tar.args(files))
}

fn read(path: &Path) -> Result<Value> {
    let bytes = fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is not JSON", path.display()))
}

/// The hash of a file, in hexadecimal digits.
fn sha256(path: &Path) -> Result<String> {
    let output = Command::new("sha256sum").arg(path).output();
    let output = output.context("can't run sha256sum")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let hash = printed.split_whitespace().next().unwrap_or_default();
    ensure!(hash.len() == 64, "sha256sum printed no hash: {printed}");
    Ok(hash.to_owned())
}
