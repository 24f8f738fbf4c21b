//! What the daemon gives up once its addresses are bound, and what it reports if it cannot.

#![cfg(test)]

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use testkit::client::{StreamEnd, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::trace::SyscallTrace;
use testkit::{figure, needs, until};

const LIMIT: Duration = Duration::from_secs(20);

fn config(addresses: &str, more: &str) -> String {
    format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n         [[listen]]\naddress = [{addresses}]\n[process]\n{more}\n"
    )
}

fn serve(path: &Path) -> Daemon {
    Daemon::builder()
        .args(["serve", "--config"])
        .args([path])
        .start()
        .expect("a daemon")
}

/// The whole output of a run that ends by itself.
fn ends(program: &mut Command) -> (Option<i32>, String) {
    let output = program.output().expect("a run");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn flashgate() -> Command {
    Command::new(testkit::binary::flashgate().expect("the program"))
}

/// Lines of `/proc/PID/status`, with single spaces.
fn status(pid: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("a status");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(words).collect()
}

#[test]
fn root_becomes_somebody_without_rights() {
    if !needs::met(needs::root()) {
        return;
    }
    let folder = Folder::new().unwrap();
    for (user, id) in [
        ("", 65_534),
        ("user = \"daemon\"", 1),
        ("user = \"4711\"", 4_711),
    ] {
        let path = folder
            .file("flashgate.toml", config("\"127.0.0.1:0\"", user))
            .unwrap();
        let daemon = serve(&path);
        let lines = status(daemon.pid());
        let ids = |kind| format!("{kind}: {id} {id} {id} {id}");
        let mut expected = vec![ids("Uid"), ids("Gid"), "Groups:".to_owned()];
        for set in ["Inh", "Prm", "Eff", "Bnd", "Amb"] {
            expected.push(format!("Cap{set}: 0000000000000000"));
        }
        expected.extend(["NoNewPrivs: 1".to_owned(), "Seccomp: 2".to_owned()]);
        for line in expected {
            assert!(lines.contains(&line), "{user}: no {line:?} in {lines:#?}");
        }
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    }
}

/// One log line says what is in force, and with `off` it is less.
#[test]
fn what_is_in_force_is_logged() {
    let folder = Folder::new().unwrap();
    let all = "applied=\"descriptors,no-new-privs,user,capabilities,files,ports,system-calls\"";
    let some = "applied=\"descriptors,no-new-privs,user,capabilities\"";
    for (sandbox, applied) in [("best-effort", all), ("required", all), ("off", some)] {
        let more = format!("sandbox = \"{sandbox}\"");
        let path = folder
            .file("flashgate.toml", config("\"127.0.0.1:0\"", &more))
            .unwrap();
        let mut daemon = serve(&path);
        let line = daemon.wait_for_line("sandbox entered", LIMIT).unwrap();
        assert!(line.ends_with(applied), "{line}");
    }
}

/// What an intruder would try, and the kernel's answer each time.
const DENIED: [&str; 32] = [
    "use-descriptor 7 denied (EBADF)",
    "read /etc/passwd denied (EACCES)",
    "write /tmp denied (EACCES)",
    "start-program denied (EPERM)",
    "ptrace denied (EPERM)",
    "signal-others denied (EPERM)",
    "become-root denied (EPERM)",
    "change-root denied (EPERM)",
    "change-limit denied (EPERM)",
    "memory-file denied (EPERM)",
    "process-handle denied (EPERM)",
    "connect 20000 denied (EACCES)",
    "listen 20000 denied (EPERM)",
    "listen-unbound denied (EPERM)",
    "fast-open 20000 denied (EPERM)",
    "multipath-tcp denied (EPERM)",
    "multipath-connect 20000 denied (EPERM)",
    "multipath-listen 20000 denied (EPERM)",
    "sctp denied (EPERM)",
    "raw-socket denied (EPERM)",
    "ping-socket denied (EPERM)",
    "udp-lite denied (EPERM)",
    "packet-socket denied (EPERM)",
    "netlink-socket denied (EPERM)",
    "vsock denied (EPERM)",
    "kernel-crypto denied (EPERM)",
    SEND_UDP,
    "unix-stream denied (EPERM)",
    "unix-datagram denied (EPERM)",
    "abstract-socket denied (EPERM)",
    "socket-pair denied (EPERM)",
    "exec denied (EPERM)",
];

/// Only if no name has to be looked up.
const SEND_UDP: &str = "send-udp 20000 denied (EPERM)";

/// From inside, everything that an intruder would try is denied: without a config, with one, and with one whose backend
/// is a name.
#[test]
fn everything_else_is_denied() {
    let folder = Folder::new().unwrap();
    let strict = config("\"127.0.0.1:0\"", "sandbox = \"required\"");
    let named = format!(
        "{strict}[[gate]]\naddress = \"127.0.0.1:0\"\nbackend = \"localhost:9340\"\npolicy = \"default\"\n"
    );
    let strict = folder.file("strict.toml", strict).unwrap();
    let named = folder.file("named.toml", named).unwrap();
    for (with, config) in [
        ("flags", None),
        ("a config", Some(&strict)),
        ("a backend's name", Some(&named)),
    ] {
        let mut command = with_a_descriptor("/etc/passwd");
        command.arg("self-test");
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        let (code, said) = ends(&mut command);
        assert_eq!(code, Some(0), "{said}");
        for line in DENIED {
            let expected = line != SEND_UDP || config != Some(&named);
            assert_eq!(said.contains(line), expected, "{line:?} in:\n{said}");
        }
        let with_files = config.is_some();
        assert_eq!(said.contains("change-mode denied (EPERM)"), with_files);
        let count = said
            .lines()
            .filter(|line| line.contains(" denied ("))
            .count();
        assert!(count >= 30, "{count} attempts:\n{said}");
        figure::report(
            "R24",
            format!("with {with}, {count} of {count} attempts denied"),
        );
    }
    // The test itself works: without the sandbox it does not pass.
    let path = folder
        .file(
            "flashgate.toml",
            config("\"127.0.0.1:0\"", "sandbox = \"off\""),
        )
        .unwrap();
    let (code, said) = ends(flashgate().args(["self-test", "--config"]).arg(path));
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("FAILED: read /etc/passwd is allowed"),
        "{said}"
    );
}

/// The program, started with a file open as descriptor 7.
fn with_a_descriptor(file: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("exec \"$@\" 7<{file}");
    command.args(["-c", &script, "sh"]);
    command.arg(testkit::binary::flashgate().expect("the program"));
    command
}

/// Open files of a shell or a supervisor give no access: they are closed and logged before anything is served.
#[test]
fn descriptors_of_others_are_closed() {
    let folder = Folder::new().unwrap();
    for sandbox in ["required", "off"] {
        let text = config("\"127.0.0.1:0\"", &format!("sandbox = \"{sandbox}\""));
        let path = folder.file("flashgate.toml", text).unwrap();
        let mut daemon = Daemon::builder()
            .through(["sh", "-c", "exec \"$@\" 7</etc/passwd 8<&0", "sh"])
            .args(["serve", "--config"])
            .args([path])
            .start()
            .unwrap();
        let line = daemon
            .wait_for_line("closed an unused descriptor", LIMIT)
            .unwrap();
        assert!(line.contains("INFO"), "{line}");
        let all = daemon.log().join("\n");
        assert!(all.contains("descriptor=7 target=\"/etc/passwd\""), "{all}");
        assert!(all.contains("descriptor=8"), "{all}");
        let target = |number: u32| {
            fs::read_link(format!("/proc/{}/fd/{number}", daemon.pid()))
                .map_or(String::new(), |target| target.display().to_string())
        };
        assert_eq!(target(0), "/dev/null");
        assert!((3..64).all(|number| target(number) != "/etc/passwd"));
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    }
}

/// If standard input can't be replaced, the log names the file.
#[test]
fn an_unusable_null_device() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    // The tracer is not the parent (`-D`), so the daemon keeps its pid.
    let deny = "inject=openat:error=EACCES";
    let mut daemon = Daemon::builder()
        .through([
            "strace",
            "-D",
            "-f",
            "-o",
            "/dev/null",
            "-P",
            "/dev/null",
            "-e",
            deny,
        ])
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .start()
        .unwrap();
    let line = daemon.wait_for_line("part=\"descriptors\"", LIMIT);
    let line = line.unwrap();
    let reason = "can't open /dev/null: permission denied";
    assert!(line.contains(reason), "{line}");
}

/// A separate thread opens sockets then; it may open only what was bound at the start.
#[test]
fn a_reload_still_opens_sockets() {
    let folder = Folder::new().unwrap();
    // On an address that nothing else here uses, so that the ports stay free.
    let free = || {
        let socket = TcpListener::bind("127.0.24.1:0").unwrap();
        socket.local_addr().unwrap()
    };
    let (first, second) = (free(), free());
    let text = |addresses: &str| config(addresses, "sandbox = \"required\"");
    let both = text(&format!("\"{first}\", \"{second}\""));
    let path = folder.file("flashgate.toml", &both).unwrap();
    let mut daemon = serve(&path);
    folder
        .file("flashgate.toml", text(&format!("\"{first}\"")))
        .unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    // Its accept loop ends a moment after the reload.
    let is_closed = until(LIMIT, || fetch(second).is_err());
    assert!(is_closed, "it was not closed");
    // The same port on another address too, which was never bound before.
    let other = SocketAddr::from(([127, 0, 24, 2], second.port()));
    folder
        .file(
            "flashgate.toml",
            text(&format!("\"{first}\", \"{second}\", \"{other}\"")),
        )
        .unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    for address in [first, second, other] {
        assert_eq!(fetch(address).unwrap().end, StreamEnd::Fin);
    }
}

/// Parts that a kernel lacks: the calls that fail, what is then missing, and the logged reason.
const LACKING: [(&str, &[&str], &str); 3] = [
    (
        "landlock_create_ruleset:error=ENOSYS",
        &["files", "ports"],
        "this kernel has no Landlock",
    ),
    // A kernel with the third version of Landlock, asked for the second time: for the ports, after the files.
    (
        "landlock_create_ruleset:retval=3:when=3",
        &["ports"],
        "this kernel's Landlock does not support rules for ports",
    ),
    (
        "seccomp:error=EINVAL",
        &["system-calls"],
        "invalid argument",
    ),
];

#[test]
fn required_fails_closed() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let folder = Folder::new().unwrap();
    let path = folder
        .file(
            "flashgate.toml",
            config("\"127.0.0.1:0\"", "sandbox = \"required\""),
        )
        .unwrap();
    for (fault, parts, reason) in LACKING {
        let trace = SyscallTrace::of("landlock_create_ruleset,seccomp")
            .unwrap()
            .inject(fault);
        let words = trace.program();
        let (code, said) = ends(
            // A start that succeeds would serve forever.
            Command::new("timeout")
                .arg("20")
                .args(&words)
                .arg(testkit::binary::flashgate().unwrap())
                .args(["serve", "--config"])
                .arg(&path),
        );
        assert_eq!(code, Some(1), "{fault}: {said}");
        for part in parts {
            let text = format!("part `{part}` can't be activated: {reason}");
            assert!(said.contains(&text), "{fault}: {said}");
        }
        assert!(!said.contains("listening"), "{fault}: {said}");
    }
}

#[test]
fn best_effort_warns_and_serves() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    for (fault, parts, reason) in LACKING {
        let trace = SyscallTrace::of("landlock_create_ruleset,seccomp")
            .unwrap()
            .inject(fault);
        let mut daemon = Daemon::builder()
            .through(trace.program())
            .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
            .start()
            .unwrap();
        for part in parts {
            let line = daemon
                .wait_for_line(&format!("part=\"{part}\""), LIMIT)
                .unwrap();
            assert!(
                line.contains("WARN a part of the sandbox is not active"),
                "{line}"
            );
            assert!(line.contains(reason), "{line}");
        }
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    }
}

/// A kernel whose Landlock supports files but not ports, and a container that gives root no privileges.
#[test]
fn parts_that_are_missing_alone() {
    if !needs::met(needs::root().or_else(|| needs::program("setpriv"))) {
        return;
    }
    let mut daemon = Daemon::builder()
        .through(["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", "a.test:80"])
        .start()
        .unwrap();
    let line = daemon.wait_for_line("part=\"user\"", LIMIT).unwrap();
    assert!(line.contains("can't change the"), "{line}");
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    // With a user by name, it runs as that user or does not start.
    let folder = Folder::new().unwrap();
    let path = folder
        .file(
            "flashgate.toml",
            config("\"127.0.0.1:0\"", "user = \"daemon\""),
        )
        .unwrap();
    let (code, said) = ends(
        Command::new("setpriv")
            .args(["--bounding-set=-all", "--inh-caps=-all"])
            .arg(testkit::binary::flashgate().unwrap())
            .args(["serve", "--config"])
            .arg(path),
    );
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("can't switch to the user `daemon`"), "{said}");
}

#[test]
fn a_user_that_does_not_exist() {
    let folder = Folder::new().unwrap();
    let text = config("\"127.0.0.1:0\"", "user = \"nosuchuser\"");
    let path = folder.file("flashgate.toml", &text).unwrap();
    for check in [&[][..], &["--check"]] {
        let (code, said) = ends(
            flashgate()
                .args(["serve", "--config"])
                .arg(&path)
                .args(check),
        );
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("error[unknown-user]") && said.contains("flashgate.toml:6:8"),
            "{said}"
        );
    }
    // Among all other mistakes, and for an account that cannot change to another user.
    let text = format!("{text}[limits]\nper-adress = 3\n[admin]\nadress = \"127.0.0.1:9843\"\n");
    let path = folder.file("flashgate.toml", text).unwrap();
    let (_, said) = ends(flashgate().args(["serve", "--config"]).arg(&path));
    assert_eq!(said.matches("error[").count(), 3, "{said}");
    if needs::met(needs::root().or_else(|| needs::program("setpriv"))) {
        let program = folder.path().join("flashgate");
        fs::copy(testkit::binary::flashgate().unwrap(), &program).unwrap();
        let (code, said) = ends(
            Command::new("setpriv")
                .args(UNPRIVILEGED)
                .arg(program)
                .args(["serve", "--check", "--config"])
                .arg(&path),
        );
        assert_eq!(code, Some(2), "{said}");
        assert_eq!(said.matches("error[").count(), 3, "{said}");
    }
}

/// Root by name or number: a warning, and nothing is reported as given up that is not.
#[test]
fn a_user_that_is_root() {
    if !needs::met(needs::root()) {
        return;
    }
    let folder = Folder::new().unwrap();
    for user in ["0", "root"] {
        let text = config("\"127.0.0.1:0\"", &format!("user = \"{user}\""));
        let path = folder.file("flashgate.toml", text).unwrap();
        let mut daemon = serve(&path);
        daemon
            .wait_for_line("warning[user-is-root]", LIMIT)
            .unwrap();
        let line = daemon.wait_for_line("applied=", LIMIT).unwrap();
        assert!(
            line.contains("uid=0") && line.contains("=\"descriptors,no-new-privs,capabilities,"),
            "{line}"
        );
        assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    }
}

const UNPRIVILEGED: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/// Without root it cannot change the user: a configured user gets a warning, unless it is the current one.
#[test]
fn only_root_can_change_the_user() {
    if !needs::met(needs::root().or_else(|| needs::program("setpriv"))) {
        return;
    }
    let folder = Folder::new().unwrap();
    let program = folder.path().join("flashgate");
    fs::copy(testkit::binary::flashgate().unwrap(), &program).unwrap();
    for (user, warned) in [("daemon", true), ("65534", false)] {
        let text = config("\"127.0.0.1:0\"", &format!("user = \"{user}\""));
        let path = folder.file("flashgate.toml", text).unwrap();
        let mut daemon = Daemon::builder()
            .through(["setpriv"])
            .through(UNPRIVILEGED)
            .args(["serve", "--config"])
            .args([path])
            .start()
            .unwrap();
        let said = daemon
            .log()
            .iter()
            .any(|line| line.contains("`user` is ignored"));
        assert_eq!(said, warned, "{user}: {:?}", daemon.log());
    }
}

/// A path through `..` and a link: served, watched and reloaded like any other.
#[test]
fn a_roundabout_path() {
    let folder = Folder::new().unwrap();
    folder
        .file("flashgate.toml", config("\"127.0.0.1:0\"", ""))
        .unwrap();
    fs::create_dir(folder.path().join("beside")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("link")).unwrap();
    let path = folder.path().join("beside/../link/flashgate.toml");
    let mut daemon = serve(&path);
    let text = config("\"127.0.0.1:0\"", "").replace("9339", "9400");
    folder.file("flashgate.toml", &text).unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    let after = fetch(daemon.address()).unwrap().bytes;
    assert!(String::from_utf8_lossy(&after).contains("9400"));
}

/// A port that it already has and the rules can change; another port needs a restart, and everything stays as it was.
#[test]
fn what_a_reload_can_still_do() {
    let folder = Folder::new().unwrap();
    let path = folder
        .file("flashgate.toml", config("\"127.0.0.1:0\"", ""))
        .unwrap();
    let mut daemon = serve(&path);
    let before = fetch(daemon.address()).unwrap().bytes;
    let free = SocketAddr::from(([127, 0, 0, 1], testkit::port::free().unwrap()));
    folder
        .file(
            "flashgate.toml",
            config(&format!("\"127.0.0.1:0\", \"{free}\""), ""),
        )
        .unwrap();
    let line = daemon.next_line_with("can't listen on", LIMIT).unwrap();
    assert!(line.contains("permission denied"), "{line}");
    daemon
        .next_line_with("help: restart flashgate", LIMIT)
        .unwrap();
    daemon
        .next_line_with("run `systemctl reload`", LIMIT)
        .unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert_eq!(fetch(daemon.address()).unwrap().bytes, before);
    let text = config("\"127.0.0.1:0\"", "").replace("9339", "9400");
    folder.file("flashgate.toml", &text).unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    let after = fetch(daemon.address()).unwrap().bytes;
    assert!(String::from_utf8_lossy(&after).contains("9400"));
    // The user and the sandbox cannot change any more.
    folder
        .file(
            "flashgate.toml",
            config("\"127.0.0.1:0\"", "user = \"daemon\"\nsandbox = \"off\""),
        )
        .unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    for key in ["user", "sandbox"] {
        let line = daemon
            .next_line_with(&format!("key=\"{key}\""), LIMIT)
            .unwrap();
        assert!(line.contains("after a restart"), "{line}");
    }
}

/// A policy file in a folder that did not exist at start, and how that is distinguished from one without permission.
#[test]
fn a_policy_out_of_reach() {
    if !needs::met(needs::root()) {
        return;
    }
    let (folder, other) = (Folder::new().unwrap(), Folder::new().unwrap());
    let policy = "<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"1\"/></cross-domain-policy>";
    let (near, far) = (
        folder.file("p.xml", policy).unwrap(),
        other.file("p.xml", policy).unwrap(),
    );
    let text = |file: &PathBuf| {
        format!(
            "[policy.p]\nfile = \"{}\"\n[[listen]]\naddress = \"127.0.0.1:0\"\npublic-port = 843\n",
            file.display()
        )
    };
    let path = folder.file("flashgate.toml", text(&near)).unwrap();
    let mut daemon = serve(&path);
    folder.file("flashgate.toml", text(&far)).unwrap();
    let line = daemon
        .next_line_with("help: restart flashgate: its sandbox", LIMIT)
        .unwrap();
    assert!(
        line.contains(&folder.path().display().to_string()),
        "{line}"
    );
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
    fs::set_permissions(&near, fs::Permissions::from_mode(0o600)).unwrap();
    folder.file("flashgate.toml", text(&near)).unwrap();
    daemon
        .next_line_with("help: make it readable for user 65534", LIMIT)
        .unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
}

/// A folder that only root can enter: losing access to it is not a change of the file, and no reason to reload.
#[test]
fn a_folder_that_only_root_can_enter() {
    if !needs::met(needs::root()) {
        return;
    }
    let folder = Folder::new().unwrap();
    let inner = folder.path().join("secret");
    fs::create_dir(&inner).unwrap();
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o700)).unwrap();
    let path = inner.join("flashgate.toml");
    fs::write(&path, config("\"127.0.0.1:0\"", "")).unwrap();
    let mut daemon = serve(&path);
    // Several times as long as the daemon waits after a change.
    let soon = Duration::from_millis(500);
    let line = daemon.wait_for_line("a file has changed", soon);
    assert!(line.is_err(), "{line:?}");
    daemon.hang_up().unwrap();
    daemon
        .next_line_with("make it readable for user 65534", LIMIT)
        .unwrap();
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
}

/// A file that only root can read is served, but its reload would fail, so that is reported at start.
#[test]
fn a_file_that_only_root_can_read() {
    if !needs::met(needs::root()) {
        return;
    }
    let folder = Folder::new().unwrap();
    let path = folder
        .file("flashgate.toml", config("\"127.0.0.1:0\"", ""))
        .unwrap();
    let mut daemon = serve(&path);
    assert!(
        !daemon.log().iter().any(|line| line.contains("WARN")),
        "{:?}",
        daemon.log()
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let mut daemon = serve(&path);
    let line = daemon
        .wait_for_line("can't read a file in the sandbox", LIMIT)
        .unwrap();
    assert!(line.contains("flashgate.toml"), "{line}");
    assert_eq!(fetch(daemon.address()).unwrap().end, StreamEnd::Fin);
}

/// Signals go to threads that can wake the event loop; in the one that opens sockets they would be lost.
#[test]
fn the_opener_takes_no_signals() {
    let daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    let tasks = fs::read_dir(format!("/proc/{}/task", daemon.pid())).unwrap();
    let statuses =
        tasks.map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap());
    let opener = statuses
        .into_iter()
        .find(|status| status.starts_with("Name:\topener\n"));
    let opener = opener.expect("a thread");
    let blocked = opener
        .lines()
        .find_map(|line| line.strip_prefix("SigBlk:\t"));
    let blocked = u64::from_str_radix(blocked.unwrap(), 16).unwrap();
    for signal in [1, 2, 15] {
        assert!(
            blocked & (1 << (signal - 1)) != 0,
            "signal {signal}: {blocked:x}"
        );
    }
}
