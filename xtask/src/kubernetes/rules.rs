//! What no schema knows: the parts fit together, and they fit flashgate.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::rendered::{Rendered, list, text};
use super::tools::Tools;
use crate::command::step;

/// The time that flashgate's `drain` gives connections by default.
const DRAIN_SECONDS: u64 = 30;

/// What else a stop may take.
const STOP_SECONDS: u64 = 5;

/// Checks everything.
pub(super) fn check(root: &Path, tools: &Tools, folder: &Path, rendered: &Rendered) -> Result<()> {
    let workload = rendered.workload().context("there is no workload")?;
    let pod = workload.pointer("/spec/template/spec");
    let pod = pod.context("the workload has no pod")?;
    let container = pod
        .pointer("/containers/0")
        .context("the pod has no container")?;
    restricted(pod, container, text(workload, "/kind"))?;
    stops_in_time(pod, container)?;
    let config = rendered
        .config()
        .context("no ConfigMap has flashgate.toml")?;
    served(folder, config)?;
    ports(config, container, rendered)?;
    alerts(root, tools, folder, rendered)
}

/// Kubernetes' restricted profile, but for the port of the host, which needs the privileged one.
fn restricted(pod: &Value, container: &Value, kind: &str) -> Result<()> {
    let yes = |value: &Value, pointer: &str, expected: Value| -> Result<()> {
        let found = value.pointer(pointer);
        ensure!(
            found == Some(&expected),
            "{pointer} is {found:?}, not {expected}"
        );
        Ok(())
    };
    yes(pod, "/securityContext/runAsNonRoot", json!(true))?;
    yes(
        pod,
        "/securityContext/seccompProfile/type",
        json!("RuntimeDefault"),
    )?;
    yes(
        container,
        "/securityContext/allowPrivilegeEscalation",
        json!(false),
    )?;
    yes(
        container,
        "/securityContext/readOnlyRootFilesystem",
        json!(true),
    )?;
    yes(
        container,
        "/securityContext/capabilities/drop",
        json!(["ALL"]),
    )?;
    yes(pod, "/automountServiceAccountToken", json!(false))?;
    for setting in ["hostNetwork", "hostPID", "hostIPC"] {
        ensure!(pod.get(setting).is_none(), "the pod has {setting}");
    }
    let ports = list(container, "/ports");
    let host = ports.iter().any(|port| port.get("hostPort").is_some());
    ensure!(
        host == (kind == "DaemonSet"),
        "only the DaemonSet may use a port of the host"
    );
    Ok(())
}

/// The kubelet kills a pod when its grace period is over, whatever its connections do.
fn stops_in_time(pod: &Value, container: &Value) -> Result<()> {
    let seconds = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_u64);
    let grace = seconds(pod, "/terminationGracePeriodSeconds").unwrap_or(30);
    let waits = seconds(container, "/lifecycle/preStop/sleep/seconds").unwrap_or(0);
    let needed = waits + DRAIN_SECONDS + STOP_SECONDS;
    ensure!(
        grace >= needed,
        "a stop needs {needed} s and gets {grace} s"
    );
    Ok(())
}

/// The program accepts the config.
fn served(folder: &Path, config: &str) -> Result<()> {
    let file = folder.join("flashgate.toml");
    fs::write(&file, config)?;
    step(
        Command::new(testkit::binary::flashgate()?)
            .args(["serve", "--check", "--config"])
            .arg(&file),
    )
}

/// Each port of the config is a port of the container, and each Service leads to one of them.
fn ports(config: &str, container: &Value, rendered: &Rendered) -> Result<()> {
    let listed = list(container, "/ports");
    let in_config: Vec<_> = config
        .split("\"[::]:")
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.parse::<u64>().ok())
        .collect();
    let in_pod: Vec<_> = listed
        .iter()
        .filter_map(|port| port.get("containerPort")?.as_u64())
        .collect();
    for port in &in_config {
        ensure!(
            in_pod.contains(port),
            "the container does not list port {port}"
        );
    }
    for port in &in_pod {
        ensure!(
            in_config.contains(port),
            "nothing in the config uses port {port}"
        );
    }
    for service in rendered.kind("Service") {
        for port in list(service, "/spec/ports") {
            let target = text(port, "/targetPort");
            let known = listed.iter().any(|port| text(port, "/name") == target);
            ensure!(known, "no port of the container is called `{target}`");
        }
    }
    Ok(())
}

/// Prometheus takes the rules, and they and the dashboard use metrics that exist.
fn alerts(root: &Path, tools: &Tools, folder: &Path, rendered: &Rendered) -> Result<()> {
    let reference = fs::read_to_string(root.join("docs/book/src/reference/metrics.md"))?;
    for rule in rendered.kind("PrometheusRule") {
        let file = folder.join("rules.json");
        let spec = rule.get("spec").context("a PrometheusRule has no spec")?;
        fs::write(&file, serde_json::to_vec(spec)?)?;
        step(
            Command::new(&tools.promtool)
                .args(["check", "rules"])
                .arg(&file),
        )?;
        metrics(&spec.to_string(), &reference)?;
    }
    for map in rendered.kind("ConfigMap") {
        if let Some(dashboard) = map.pointer("/data/dashboard.json").and_then(Value::as_str) {
            let _: Value = serde_json::from_str(dashboard).context("the dashboard is not JSON")?;
            metrics(dashboard, &reference)?;
        }
    }
    Ok(())
}

fn metrics(text: &str, reference: &str) -> Result<()> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
    for metric in words.filter(|word| word.starts_with("flashgate_")) {
        let known = reference.contains(&format!("`{metric}`"));
        ensure!(known, "there is no metric `{metric}`");
    }
    Ok(())
}
