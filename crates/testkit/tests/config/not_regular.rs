//! Names of files that are not regular files: reported at once, without waiting.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use testkit::client::fetch;
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::{binary, needs};

const LIMIT: Duration = Duration::from_secs(20);

const POLICY: &str = "<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"9339\"/></cross-domain-policy>";

/// A pipe without a writer.
fn pipe(folder: &Folder, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    path
}

/// The output and exit code of a run that must end soon by itself.
fn says(arguments: &[&str], folder: &Path) -> (Option<i32>, String) {
    let output = Command::new("timeout")
        .arg(LIMIT.as_secs().to_string())
        .arg(binary::flashgate().unwrap())
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    (output.status.code(), said)
}

#[track_caller]
fn refuses(arguments: &[&str], folder: &Path, text: &str) {
    let (code, said) = says(arguments, folder);
    assert_eq!(code, Some(2), "{arguments:?}: {said}");
    assert!(said.contains(text), "{arguments:?}: {said}");
}

/// All commands that read a file by its name.
#[test]
fn a_pipe() {
    let folder = Folder::new().unwrap();
    pipe(&folder, "pipe");
    let listen = "[[listen]]\naddress = \"127.0.0.1:0\"\n";
    let rules = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"9339\" }]\n";
    let tls = |certificate, key| {
        format!(
            "{rules}{listen}[tls]\ncertificates = [{{ certificate = \"{certificate}\", key = \"{key}\" }}]\n"
        )
    };
    folder.file("policy.xml", POLICY).unwrap();
    for (name, text) in [
        (
            "policy.toml",
            format!("[policy.p]\nfile = \"pipe\"\n{listen}"),
        ),
        ("certificate.toml", tls("pipe", "policy.xml")),
        ("key.toml", tls("policy.xml", "pipe")),
    ] {
        folder.file(name, text).unwrap();
        refuses(
            &["serve", "--config", name],
            folder.path(),
            "found a pipe (FIFO)",
        );
    }
    for arguments in [
        &["serve", "--config", "pipe"][..],
        &["serve", "--check", "--config", "pipe"],
        &["serve", "--policy", "pipe"],
        &["policy", "--config", "pipe"],
        &["policy", "--config", "policy.toml"],
        &["ruffle", "--config", "pipe"],
        &["self-test", "--config", "pipe"],
        &["check", "pipe", "--client", "ruffle"],
        &["lint", "pipe"],
        &["lint", "--fix", "pipe"],
    ] {
        refuses(arguments, folder.path(), "found a pipe (FIFO)");
    }
}

/// Sockets, devices, and files that the kernel generates: reading `/proc/kmsg` waits for the kernel's next message.
#[test]
fn anything_else() {
    let folder = Folder::new().unwrap();
    let _listener = UnixListener::bind(folder.path().join("socket")).unwrap();
    for (name, text) in [
        ("socket", "found a socket"),
        ("/dev/zero", "found a device"),
        (
            "/proc/self/status",
            "found a file that the kernel generates",
        ),
    ] {
        refuses(&["lint", name], folder.path(), text);
        refuses(&["serve", "--policy", name], folder.path(), text);
    }
    refuses(&["serve", "--config", "."], folder.path(), "is a directory");
    if needs::met(needs::root()) {
        symlink("/proc/kmsg", folder.path().join("messages.xml")).unwrap();
        refuses(&["lint", "."], folder.path(), "messages.xml");
    }
}

/// `<(…)` in a shell is a pipe too; standard input is the alternative.
#[test]
fn process_substitution() {
    if !needs::met(needs::program("bash")) {
        return;
    }
    let run = |script: &str| {
        let mut command = Command::new("bash");
        let command = command
            .args(["-c", script])
            .arg(binary::flashgate().unwrap());
        let output = command.env("POLICY", POLICY).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, said) = run("\"$0\" lint <(printf %s \"$POLICY\")");
    assert!(
        code == Some(2) && said.contains("COMMAND | flashgate lint -"),
        "{said}"
    );
    let (code, said) = run("printf %s \"$POLICY\" | \"$0\" lint -");
    assert_eq!(code, Some(0), "{said}");
}

/// Reloads that find a pipe leak nothing, and the next good file is used.
#[test]
fn a_reload() {
    let folder = Folder::new().unwrap();
    let path = folder.file("policy.xml", POLICY).unwrap();
    let mut daemon = Daemon::serve(["--policy".into(), path.clone().into_os_string()]).unwrap();
    let threads = || {
        fs::read_dir(format!("/proc/{}/task", daemon.pid()))
            .unwrap()
            .count()
    };
    let before = threads();
    fs::remove_file(&path).unwrap();
    pipe(&folder, "policy.xml");
    for _ in 0..5 {
        daemon.hang_up().unwrap();
        daemon.next_line_with("found a pipe (FIFO)", LIMIT).unwrap();
        daemon.next_line_with("not reloaded", LIMIT).unwrap();
    }
    let threads = || {
        fs::read_dir(format!("/proc/{}/task", daemon.pid()))
            .unwrap()
            .count()
    };
    assert!(testkit::until(LIMIT, || threads() <= before));
    fs::remove_file(&path).unwrap();
    fs::write(&path, POLICY.replace("a.test", "b.test")).unwrap();
    let is_new =
        || String::from_utf8_lossy(&fetch(daemon.address()).unwrap().bytes).contains("b.test");
    assert!(testkit::until(LIMIT, is_new));
}

/// A file may have the name that reports use for standard input. Its text goes back into the file, not to standard
/// output.
#[test]
fn a_file_called_stdin() {
    let folder = Folder::new().unwrap();
    let broken = POLICY
        .replace("/></", " secure=\"false\"/></")
        .replace("to-ports=\"9339\"", "to-ports=\"9339, 9340\"");
    let path = folder.file("<stdin>", &broken).unwrap();
    let output = Command::new(binary::flashgate().unwrap())
        .args(["lint", "--fix", "<stdin>"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_ne!(fs::read_to_string(&path).unwrap(), broken, "{said}");
    assert!(!said.starts_with("<cross-domain-policy>"), "{said}");
}
