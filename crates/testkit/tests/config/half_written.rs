//! Files that are written slowly, or whose writer dies: flashgate does not use half a file.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use testkit::client::{StreamEnd, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::namespace::Namespace;
use testkit::{figure, namespace, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

/// How long a writer pauses in the middle: far longer than flashgate takes to notice a change and to read the files.
const REST: Duration = Duration::from_millis(1500);

/// A policy for this domain and another one. The first domain is in the first half of the file.
fn policy(domain: &str) -> String {
    let filler = "<!-- filler -->".repeat(40);
    format!(
        "<cross-domain-policy><allow-access-from domain=\"{domain}\" to-ports=\"9339\"/>{filler}</cross-domain-policy>"
    )
}

/// A config with two listeners, the second one in the second half; the first half is valid by itself.
fn config(domain: &str, addresses: [&str; 2]) -> [String; 2] {
    let [first, second] = addresses;
    [
        format!(
            "[policy.p]\nrules = [{{ domain = \"{domain}\", ports = \"9339\" }}]\n[[listen]]\naddress = \"{first}\"\n"
        ),
        format!("[[listen]]\naddress = \"{second}\"\n"),
    ]
}

const FREE: [&str; 2] = ["127.0.0.1:0", "127.0.0.2:0"];

fn serve(path: &Path) -> Daemon {
    let arguments = ["serve".as_ref(), "--config".as_ref(), path.as_os_str()];
    Daemon::builder().args(arguments).start().unwrap()
}

/// A daemon with two listeners that serves a policy for `old.test`, and its config.
fn old(addresses: [&str; 2]) -> (Folder, PathBuf, Daemon) {
    let folder = Folder::new().unwrap();
    let text = config("old.test", addresses).concat();
    let path = folder.file("flashgate.toml", text).unwrap();
    let daemon = serve(&path);
    (folder, path, daemon)
}

/// The served policy as text.
fn served(address: SocketAddr) -> String {
    let heard = fetch(address).expect("a fetch");
    assert_eq!(heard.end, StreamEnd::Fin, "{address}");
    String::from_utf8(heard.bytes).unwrap()
}

#[track_caller]
fn serves_soon(daemon: &mut Daemon, domain: &str) {
    for address in daemon.addresses().to_vec() {
        let is_there = until(LIMIT, || served(address).contains(domain));
        assert!(is_there, "{domain} on {address}: {:?}", daemon.log());
    }
}

#[track_caller]
fn still_serves_the_old(daemon: &mut Daemon) {
    for address in daemon.addresses().to_vec() {
        let text = served(address);
        assert!(text.contains("old.test"), "{text}: {:?}", daemon.log());
    }
}

#[track_caller]
fn says_nothing_of_a_reload(daemon: &mut Daemon) {
    let log = daemon.log();
    assert!(!log.iter().any(|line| line.contains("reloaded")), "{log:?}");
}

/// Opens a file as a shell's `>` does, writes this much, and keeps it open.
fn begin(path: &Path, text: &str) -> File {
    let mut file = File::create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.flush().unwrap();
    file
}

/// Writes the rest, and closes the file.
fn go_on(mut file: File, text: &str) {
    file.write_all(text.as_bytes()).unwrap();
}

/// A config with a pause in the middle; its first half alone would drop a listener.
#[test]
fn a_config_with_a_pause() {
    let (_folder, path, mut daemon) = old(FREE);
    let [first, second] = config("new.test", FREE);
    let file = begin(&path, &first);
    thread::sleep(REST);
    still_serves_the_old(&mut daemon);
    says_nothing_of_a_reload(&mut daemon);
    go_on(file, &second);
    serves_soon(&mut daemon, "new.test");
    figure::report(
        "half-written",
        format!(
            "a writer that paused for {REST:?} in the middle of a config: the half config was never served, the whole one was"
        ),
    );
}

/// A policy file, used directly and by a config. Half of it would be refused and logged.
#[test]
fn a_policy_with_a_pause() {
    let folder = Folder::new().unwrap();
    for with_config in [false, true] {
        let path = folder.file("policy.xml", policy("old.test")).unwrap();
        let mut daemon = if with_config {
            let text = "[policy.p]\nfile = \"policy.xml\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n";
            serve(&folder.file("flashgate.toml", text).unwrap())
        } else {
            Daemon::serve(["--policy".into(), path.clone().into_os_string()]).unwrap()
        };
        let new = policy("new.test");
        let (first, second) = new.split_at(200);
        let file = begin(&path, first);
        thread::sleep(REST);
        says_nothing_of_a_reload(&mut daemon);
        go_on(file, second);
        serves_soon(&mut daemon, "new.test");
    }
}

/// An editor that writes another file and renames it before closing it: the file is read when it is closed.
#[test]
fn renamed_while_it_is_written() {
    let (folder, path, mut daemon) = old(FREE);
    let [first, second] = config("new.test", FREE);
    let new = folder.path().join("flashgate.toml~");
    let file = begin(&new, &first);
    fs::rename(&new, &path).unwrap();
    thread::sleep(REST);
    still_serves_the_old(&mut daemon);
    go_on(file, &second);
    serves_soon(&mut daemon, "new.test");
}

/// A process writes to a file in a folder that is replaced by a finished one: the finished file is read, whatever
/// happens to the other.
#[test]
fn a_folder_that_is_swapped_meanwhile() {
    let folder = Folder::new().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("conf")).unwrap();
    fs::create_dir(root.join("new")).unwrap();
    fs::write(root.join("conf/p.xml"), policy("old.test")).unwrap();
    fs::write(root.join("new/p.xml"), policy("new.test")).unwrap();
    let text = "[policy.p]\nfile = \"conf/p.xml\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n[process]\nsandbox = \"off\"\n";
    let mut daemon = serve(&folder.file("flashgate.toml", text).unwrap());
    let _file = begin(&root.join("conf/p.xml"), "<cross-domain-policy>");
    thread::sleep(REST);
    says_nothing_of_a_reload(&mut daemon);
    fs::rename(root.join("conf"), root.join("conf.old")).unwrap();
    fs::rename(root.join("new"), root.join("conf")).unwrap();
    serves_soon(&mut daemon, "new.test");
}

/// A reload that is requested during the write is postponed, the log says why, and it happens later by itself.
#[test]
fn a_signal_while_it_is_written() {
    let (_folder, path, mut daemon) = old(FREE);
    let [first, second] = config("new.test", FREE);
    let file = begin(&path, &first);
    daemon.hang_up().unwrap();
    daemon
        .next_line_with("flashgate.toml is being written", LIMIT)
        .unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    still_serves_the_old(&mut daemon);
    go_on(file, &second);
    serves_soon(&mut daemon, "new.test");
}

/// A writer that empties the file and dies: nothing changes, and the next good file is used.
#[test]
fn emptied() {
    let (_folder, path, mut daemon) = old(FREE);
    drop(File::create(&path).unwrap());
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    still_serves_the_old(&mut daemon);
    fs::write(&path, config("new.test", FREE).concat()).unwrap();
    serves_soon(&mut daemon, "new.test");
}

/// Another process writes to a file until it is killed, which closes the file.
fn written_by_one_that_is_killed(path: &Path, text: &str) {
    let mut writer = Command::new("sh")
        .args(["-c", "exec cat > \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = writer.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    assert!(until(LIMIT, || fs::read(path).unwrap() == text.as_bytes()));
    writer.kill().unwrap();
    writer.wait().unwrap();
}

/// A listener that could not be bound again is not given up, neither for a truncated config nor for a complete one.
#[test]
fn a_low_port_goes_and_comes_back() {
    if !needs::met(namespace::missing()) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    network.run(without_and_with_843).unwrap();
}

fn without_and_with_843() {
    let addresses = ["127.0.0.1:9339", "127.0.0.1:843"];
    let (_folder, path, mut daemon) = old(addresses);
    let [first, _] = config("cut.test", addresses);
    written_by_one_that_is_killed(&path, &first);
    let lost = "could not bind that address again";
    let line = daemon.next_line_with(lost, LIMIT).unwrap();
    assert!(line.contains("127.0.0.1:843"), "{line}");
    daemon
        .next_line_with("to stop listening there, restart flashgate", LIMIT)
        .unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    still_serves_the_old(&mut daemon);
    // A listener that can be bound again may be removed.
    let [alone, _] = config("new.test", ["127.0.0.1:843"; 2]);
    fs::write(&path, alone).unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    let low = daemon.addresses()[1];
    assert!(served(low).contains("new.test"), "{:?}", daemon.log());
    fs::write(&path, config("back.test", addresses).concat()).unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    serves_soon(&mut daemon, "back.test");
    // A port that was not listed at start cannot be bound, and the message says what helps.
    fs::write(
        &path,
        config("low.test", ["127.0.0.1:843", "127.0.0.1:80"]).concat(),
    )
    .unwrap();
    daemon
        .next_line_with("start a second flashgate", LIMIT)
        .unwrap();
}
