//! SIGHUP: all of the new plan or all of the old one, and clients that are being served notice nothing.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::scale::{is_long, short_or_long};
use testkit::{SetAtEnd, figure};

const LIMIT: Duration = Duration::from_secs(20);

/// A policy with its number at both ends, so that a mixture of two would be detected.
fn numbered(number: u32) -> String {
    format!(
        "<cross-domain-policy><!-- {number:06} --><allow-access-from domain=\"n{number:06}.test\" to-ports=\"9339\"/>\
         <!-- {number:06} --></cross-domain-policy>"
    )
}

/// The number in a reply, if the reply is complete and consistent.
fn number_in(reply: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(reply.strip_suffix(b"\0")?).ok()?;
    let number = text.get(26..32)?.parse().ok()?;
    (text == numbered(number)).then_some(number)
}

fn served(address: SocketAddr) -> u32 {
    let heard = fetch(address).expect("a fetch");
    assert_eq!(heard.end, StreamEnd::Fin);
    number_in(&heard.bytes).unwrap_or_else(|| {
        panic!(
            "incomplete policy: {}",
            String::from_utf8_lossy(&heard.bytes)
        )
    })
}

/// Replaces a file as editors and tools do: writes a new one and renames it.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, path).unwrap();
}

/// Two policies, each with a number and its name at both ends.
fn numbered_config(number: u32) -> String {
    let policy = |name| {
        format!(
            "[policy.{name}]\nrules = [\n{{ domain = \"n{number:06}.{name}.test\", ports = \"9339\" }},\n\
             {{ domain = \"m{number:06}.{name}.test\", ports = \"9339\" }},\n]\n\
             [[listen]]\naddress = \"127.0.0.1:0\"\npolicy = \"{name}\"\n"
        )
    };
    format!("{}{}", policy("a"), policy("b"))
}

/// The number in the reply of one of these listeners, if the reply is complete, consistent, and from the right policy.
fn number_in_config(listener: usize, reply: &[u8]) -> Option<u32> {
    let name = ["a", "b"][listener];
    let text = std::str::from_utf8(reply).ok()?;
    let start = text.find("domain=\"n")? + "domain=\"n".len();
    let number: u32 = text.get(start..start + 6)?.parse().ok()?;
    let rule = |letter| {
        format!("<allow-access-from domain=\"{letter}{number:06}.{name}.test\" to-ports=\"9339\"/>")
    };
    let (first, second) = (rule('n'), rule('m'));
    let whole = format!(
        "<?xml version=\"1.0\"?><cross-domain-policy>{first}{second}</cross-domain-policy>\0"
    );
    (text == whole).then_some(number)
}

/// A daemon under load, and what its listeners serve.
struct Loaded {
    daemon: Daemon,
    /// The file to replace.
    path: PathBuf,
    text: fn(u32) -> String,
    /// The number in a reply of one of the listeners, if the reply is right.
    number: fn(usize, &[u8]) -> Option<u32>,
}

impl Loaded {
    /// Its listeners and what they serve.
    fn listeners(&self) -> Vec<Listener> {
        let listener = |(index, address): (usize, &SocketAddr)| Listener {
            index,
            address: *address,
            number: self.number,
        };
        let addresses = self.daemon.addresses().iter();
        addresses.enumerate().map(listener).collect()
    }
}

#[derive(Clone, Copy)]
struct Listener {
    index: usize,
    address: SocketAddr,
    number: fn(usize, &[u8]) -> Option<u32>,
}

impl Listener {
    fn served(&self) -> u32 {
        let heard = fetch(self.address).expect("a fetch");
        assert_eq!(heard.end, StreamEnd::Fin);
        (self.number)(self.index, &heard.bytes).unwrap_or_else(|| {
            let text = String::from_utf8_lossy(&heard.bytes);
            panic!("incomplete policy from listener {}: {text}", self.index)
        })
    }
}

/// Reloads under load, every second one with a broken file: of a policy file, and of a config with two policies.
#[test]
fn under_load() {
    let good = short_or_long(50, 250);
    let folder = Folder::new().unwrap();
    let path = folder.file("policy.xml", numbered(0)).unwrap();
    let file = Loaded {
        daemon: Daemon::serve(["--policy".into(), path.clone().into_os_string()]).unwrap(),
        path,
        text: numbered,
        number: |_, reply| number_in(reply),
    };
    let path = folder.file("flashgate.toml", numbered_config(0)).unwrap();
    let config = Loaded {
        daemon: with_config(&path),
        path,
        text: numbered_config,
        number: number_in_config,
    };
    let start = Instant::now();
    let (mut fetches, mut longest) = (0, Duration::ZERO);
    for mut loaded in [file, config] {
        let (more, took) = reload_under_load(&mut loaded, good);
        fetches += more;
        longest = longest.max(took);
    }
    let rate = f64::from(fetches) / start.elapsed().as_secs_f64();
    figure::report(
        "R13",
        format!(
            "{} reloads of a policy file and of a config with two policies, half of them broken, at {rate:.0} fetches/s: \
             0 of {fetches} failed, 0 mixtures, a new policy served within {longest:.0?}",
            4 * good
        ),
    );
    assert!(fetches > 1_000, "{fetches} fetches during {good} reloads");
    if is_long() {
        assert!(rate >= 5_000.0, "{rate:.0} fetches/s");
        assert!(longest <= Duration::from_millis(100), "{longest:?}");
    }
}

/// The number of fetches during the reloads, and the time of the slowest good reload.
fn reload_under_load(loaded: &mut Loaded, good: u32) -> (u32, Duration) {
    let listeners = loaded.listeners();
    let (done, newest) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|scope| {
        let client = |index: usize| {
            let listener = listeners[index % listeners.len()];
            let (done, newest) = (&done, &newest);
            scope.spawn(move || fetch_until(done, newest, &listener))
        };
        let clients: Vec<_> = (0..4).map(client).collect();
        let stop = SetAtEnd(&done);
        let reload = |number| reload_both(loaded, &listeners, number, &newest);
        let longest = (1..=good).map(reload).max();
        drop(stop);
        let fetches = clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .sum();
        (fetches, longest.unwrap_or_default())
    })
}

/// Fetches, and checks that no reply is older than what was served when it was requested; returns the number of
/// fetches.
fn fetch_until(done: &AtomicBool, newest: &AtomicU32, listener: &Listener) -> u32 {
    let mut fetches = 0;
    while !done.load(Ordering::Acquire) {
        let least = newest.load(Ordering::Acquire);
        let number = listener.served();
        assert!(
            number >= least,
            "policy {number} was served after the reload of {least}"
        );
        fetches += 1;
    }
    fetches
}

/// A good reload, and one with half a file; returns how long the good one took.
fn reload_both(
    loaded: &mut Loaded,
    listeners: &[Listener],
    number: u32,
    newest: &AtomicU32,
) -> Duration {
    let text = (loaded.text)(number);
    let everywhere = || listeners.iter().all(|listener| listener.served() == number);
    replace(&loaded.path, &text);
    let start = Instant::now();
    loaded.daemon.hang_up().unwrap();
    // The log line could be the watcher's, which also looks at the file.
    assert!(
        testkit::until(LIMIT, everywhere),
        "policy {number} is not served"
    );
    let took = start.elapsed();
    newest.store(number, Ordering::Release);
    replace(&loaded.path, &text[..60]);
    loaded.daemon.hang_up().unwrap();
    loaded.daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert!(everywhere(), "the old policy stays after a broken file");
    took
}

/// Mistakes are reported with their places, and nothing of the new file is used, however much of it is right.
#[test]
fn a_broken_config_changes_nothing() {
    let folder = Folder::new().unwrap();
    let config = |rules: &str| {
        format!(
            "[policy.default]\nrules = [{{ domain = \"a.test\", {rules} }}]\n[[listen]]\naddress = \"127.0.0.1:0\"\n"
        )
    };
    let path = folder
        .file("flashgate.toml", config("ports = \"9339\""))
        .unwrap();
    let arguments = [
        "serve".into(),
        "--config".into(),
        path.clone().into_os_string(),
    ];
    let mut daemon = Daemon::builder().args(arguments).start().unwrap();
    let before = fetch(daemon.address()).unwrap().bytes;
    replace(&path, &config("ports = \"80-\""));
    daemon.hang_up().unwrap();
    daemon.next_line_with("flashgate.toml:2:", LIMIT).unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert_eq!(fetch(daemon.address()).unwrap().bytes, before);
    std::fs::remove_file(&path).unwrap();
    daemon.hang_up().unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert_eq!(fetch(daemon.address()).unwrap().bytes, before);
    replace(&path, &config("ports = \"9400\""));
    daemon.hang_up().unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    assert!(String::from_utf8_lossy(&fetch(daemon.address()).unwrap().bytes).contains("9400"));
}

/// Listeners are added and removed. One that stays is not bound again: clients that are queued or half done are
/// answered.
#[test]
fn listeners_come_and_go() {
    let folder = Folder::new().unwrap();
    let config = |addresses: &str| {
        format!(
            "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n\
             [[listen]]\naddress = [{addresses}]\n"
        )
    };
    let path = folder
        .file("flashgate.toml", config("\"127.0.0.1:0\""))
        .unwrap();
    let arguments = [
        "serve".into(),
        "--config".into(),
        path.clone().into_os_string(),
    ];
    let mut daemon = Daemon::builder().args(arguments).start().unwrap();
    let first = daemon.address();
    let mut half_way = TestClient::connect(first).unwrap();
    half_way.send(b"<policy");

    replace(&path, &config("\"127.0.0.1:0\", \"127.0.0.2:0\""));
    daemon.hang_up().unwrap();
    let line = daemon
        .next_line_with("listening address=127.0.0.2", LIMIT)
        .unwrap();
    let second: SocketAddr = line
        .split("address=")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    for address in [first, second] {
        assert_eq!(fetch(address).unwrap().end, StreamEnd::Fin, "{address}");
    }

    replace(&path, &config("\"127.0.0.2:0\""));
    daemon.hang_up().unwrap();
    daemon.next_line_with("no longer listening", LIMIT).unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    assert_eq!(fetch(second).unwrap().end, StreamEnd::Fin);
    assert!(
        testkit::until(LIMIT, || fetch(first).is_err()),
        "{first} is still open"
    );
    replace(&path, &config(&format!("\"127.0.0.2:0\", \"{first}\"")));
    daemon.hang_up().unwrap();
    daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
    assert_eq!(fetch(first).unwrap().end, StreamEnd::Fin, "back at once");
    half_way.send(b"-file-request/>\0");
    assert_eq!(
        half_way.hear().bytes.last(),
        Some(&0),
        "accepted before, answered after"
    );

    // An address that cannot be bound refuses the whole reload.
    let taken = TcpListener::bind(("127.0.0.3", first.port())).unwrap();
    replace(
        &path,
        &config(&format!(
            "\"127.0.0.4:0\", \"{}\"",
            taken.local_addr().unwrap()
        )),
    );
    daemon.hang_up().unwrap();
    daemon
        .next_line_with("address already in use", LIMIT)
        .unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert_eq!(fetch(second).unwrap().end, StreamEnd::Fin);
}

/// A pipe is not a policy file, and delays nothing.
#[test]
fn a_pipe_in_place_of_the_policy() {
    let folder = Folder::new().unwrap();
    let path = folder.file("policy.xml", numbered(1)).unwrap();
    let mut daemon = Daemon::serve(["--policy".into(), path.clone().into_os_string()]).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    daemon.hang_up().unwrap();
    assert_eq!(served(daemon.address()), 1);
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    assert_eq!(served(daemon.address()), 1);
    // It does not delay a stop either.
    daemon.hang_up().unwrap();
    let start = Instant::now();
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(LIMIT).unwrap().code(), Some(0));
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

/// Files are watched: no signal is needed, however they are replaced.
#[test]
fn a_change_of_the_file_is_enough() {
    let folder = Folder::new().unwrap();
    let path = folder.file("policy.xml", numbered(1)).unwrap();
    let mut daemon = Daemon::serve(["--policy".into(), path.clone().into_os_string()]).unwrap();
    let address = daemon.address();
    std::fs::write(&path, numbered(2)).unwrap();
    assert!(
        testkit::until(LIMIT, || served(address) == 2),
        "writing in place"
    );
    replace(&path, &numbered(3));
    assert!(
        testkit::until(LIMIT, || served(address) == 3),
        "renaming a new file"
    );
    std::fs::remove_file(&path).unwrap();
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    std::fs::write(&path, numbered(4)).unwrap();
    assert!(
        testkit::until(LIMIT, || served(address) == 4),
        "removing and writing again"
    );
}

/// As Kubernetes mounts a config map: a link to a file below a link to a folder, and the folder's link is replaced.
#[test]
fn a_swapped_link() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new().unwrap();
    let root = folder.path();
    for version in ["v1", "v2"] {
        std::fs::create_dir(root.join(version)).unwrap();
        std::fs::write(
            root.join(version).join("policy.xml"),
            numbered(version[1..].parse().unwrap()),
        )
        .unwrap();
    }
    symlink("v1", root.join("..data")).unwrap();
    symlink("..data/policy.xml", root.join("policy.xml")).unwrap();
    let daemon =
        Daemon::serve(["--policy".into(), root.join("policy.xml").into_os_string()]).unwrap();
    assert_eq!(served(daemon.address()), 1);
    symlink("v2", root.join("..new")).unwrap();
    std::fs::rename(root.join("..new"), root.join("..data")).unwrap();
    assert!(testkit::until(LIMIT, || served(daemon.address()) == 2));
}

/// A link into another folder: the linked file counts, also if it is written in place.
#[test]
fn behind_a_link() {
    let (links, files) = (Folder::new().unwrap(), Folder::new().unwrap());
    let file = files.file("real.xml", numbered(1)).unwrap();
    let link = links.path().join("policy.xml");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let daemon = Daemon::serve(["--policy".into(), link.into_os_string()]).unwrap();
    assert_eq!(served(daemon.address()), 1);
    std::fs::write(&file, numbered(2)).unwrap();
    assert!(
        testkit::until(LIMIT, || served(daemon.address()) == 2),
        "written in place"
    );
    replace(&file, &numbered(3));
    assert!(
        testkit::until(LIMIT, || served(daemon.address()) == 3),
        "a new file renamed over it"
    );
}

/// Files that change one after the other, at any moment of a reload: no change is lost.
#[test]
fn changes_while_files_are_read() {
    let folder = Folder::new().unwrap();
    let first = folder.file("first.xml", numbered(1)).unwrap();
    let second = folder.file("second.xml", numbered(1)).unwrap();
    let text = "[policy.first]\nfile = \"first.xml\"\n[policy.second]\nfile = \"second.xml\"\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\npolicy = \"first\"\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\npolicy = \"second\"\n";
    let path = folder.file("flashgate.toml", text).unwrap();
    let mut daemon = with_config(&path);
    let addresses = daemon.addresses().to_vec();
    for round in 1..=10 {
        for number in 10 * round..10 * round + 9 {
            replace(&first, &numbered(number));
            replace(&second, &numbered(number));
            daemon.hang_up().unwrap();
        }
        let last = 10 * round + 9;
        replace(&second, &numbered(last));
        replace(&first, &numbered(last));
        let serves = |address: &SocketAddr| served(*address) == last;
        assert!(
            testkit::until(LIMIT, || addresses.iter().all(serves)),
            "{:?}",
            daemon.log()
        );
    }
}

/// A config that serves one policy file.
fn of_file(file: &str) -> String {
    format!("[policy.p]\nfile = \"{file}\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n")
}

fn with_config(path: &Path) -> Daemon {
    Daemon::builder()
        .args(["serve", "--config"])
        .args([path])
        .start()
        .unwrap()
}

/// Waits until a policy is served, without sending a signal.
#[track_caller]
fn by_itself(daemon: &mut Daemon, number: u32, what: &str) {
    let address = daemon.address();
    let reloaded = testkit::until(LIMIT, || served(address) == number);
    assert!(reloaded, "{what}: {:?}", daemon.log());
}

/// Waits until a reload was refused and has ended. One thread does both reloading and answering.
#[track_caller]
fn refused(daemon: &mut Daemon) {
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    served(daemon.address());
}

/// A reload was refused because of a file that was not read before: fixing that file is enough.
#[test]
fn a_refusal_mended_where_it_was_refused_for() {
    let folder = Folder::new().unwrap();
    folder.file("old.xml", numbered(1)).unwrap();
    let path = folder.file("flashgate.toml", of_file("old.xml")).unwrap();
    let mut daemon = with_config(&path);
    by_itself(&mut daemon, 1, "at start");

    // First it is missing, then it is invalid.
    replace(&path, &of_file("new.xml"));
    refused(&mut daemon);
    folder.file("new.xml", &numbered(2)[..60]).unwrap();
    refused(&mut daemon);
    std::fs::write(folder.path().join("new.xml"), numbered(2)).unwrap();
    by_itself(&mut daemon, 2, "written in place");

    // Its folder is missing too.
    replace(&path, &of_file("policies/a/new.xml"));
    refused(&mut daemon);
    let inner = folder.path().join("policies/a");
    std::fs::create_dir_all(&inner).unwrap();
    std::fs::write(inner.join("new.xml"), numbered(3)).unwrap();
    by_itself(&mut daemon, 3, "in a new folder");

    // A file that was served before counts as well: undoing the change is a change.
    replace(&path, &of_file("none.xml"));
    refused(&mut daemon);
    replace(&inner.join("new.xml"), &numbered(4));
    refused(&mut daemon);
    replace(&path, &of_file("policies/a/new.xml"));
    by_itself(&mut daemon, 4, "taken back");
}

/// A file without read permission at first.
#[test]
fn a_refusal_mended_by_permission() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().unwrap();
    folder.file("old.xml", numbered(1)).unwrap();
    let path = folder.file("flashgate.toml", of_file("old.xml")).unwrap();
    let mut daemon = with_config(&path);
    let new = folder.file("new.xml", numbered(2)).unwrap();
    let permit = |mode| std::fs::set_permissions(&new, PermissionsExt::from_mode(mode)).unwrap();
    permit(0o000);
    replace(&path, &of_file("new.xml"));
    refused(&mut daemon);
    permit(0o644);
    by_itself(&mut daemon, 2, "readable now");
}

/// A link is switched to an invalid config, which is then fixed in place.
#[test]
fn a_refusal_mended_behind_a_link() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new().unwrap();
    let root = folder.path();
    for (version, number) in [("v1", 1), ("v2", 2)] {
        std::fs::create_dir(root.join(version)).unwrap();
        std::fs::write(root.join(version).join("policy.xml"), numbered(number)).unwrap();
    }
    std::fs::write(root.join("v1/f.toml"), of_file("v1/policy.xml")).unwrap();
    std::fs::write(root.join("v2/f.toml"), "[policy.p]\nrulez = []\n").unwrap();
    let path = root.join("f.toml");
    symlink("v1/f.toml", &path).unwrap();
    let mut daemon = with_config(&path);
    by_itself(&mut daemon, 1, "at start");
    symlink("v2/f.toml", root.join("new")).unwrap();
    std::fs::rename(root.join("new"), &path).unwrap();
    refused(&mut daemon);
    // Also after the watcher has stopped looking at the switch itself.
    for attempt in 1..=4 {
        let text = format!("[policy.p]\nrulez = [] # {attempt} ").repeat(attempt);
        std::fs::write(root.join("v2/f.toml"), text).unwrap();
        refused(&mut daemon);
    }
    std::fs::write(root.join("v2/f.toml"), of_file("v2/policy.xml")).unwrap();
    by_itself(&mut daemon, 2, "fixed in place");
}

/// Links in the path: one of its folders is a link, and one link leads to another.
#[test]
fn a_swapped_link_on_the_way() {
    use std::os::unix::fs::symlink;
    for (file, chain) in [
        // The folder is a link.
        ("current/policy.xml", &[("current", "VERSION")][..]),
        // The file is a link, through a folder that is a link.
        (
            "here/policy.xml",
            &[("here/policy.xml", "../now/policy.xml"), ("now", "VERSION")],
        ),
        // The file is a link to a link.
        (
            "policy.xml",
            &[
                ("policy.xml", "m/policy.xml"),
                ("m/policy.xml", "../VERSION/policy.xml"),
            ],
        ),
    ] {
        let folder = Folder::new().unwrap();
        let root = folder.path().join("site");
        for (version, number) in [("v1", 1), ("v2", 2)] {
            std::fs::create_dir_all(root.join(version)).unwrap();
            std::fs::write(root.join(version).join("policy.xml"), numbered(number)).unwrap();
        }
        for (link, target) in chain {
            let link = root.join(link);
            std::fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(target.replace("VERSION", "v1"), link).unwrap();
        }
        let path = root.join(file).into_os_string();
        let mut daemon = Daemon::serve(["--policy".into(), path]).unwrap();
        by_itself(&mut daemon, 1, file);
        let (link, target) = chain[chain.len() - 1];
        symlink(
            target.replace("VERSION", "v2"),
            root.join(link).with_extension("new"),
        )
        .unwrap();
        std::fs::rename(root.join(link).with_extension("new"), root.join(link)).unwrap();
        by_itself(&mut daemon, 2, file);
    }
}

/// The level of findings in the JSON log is that of the worst of them. A stop says how long it may take.
#[test]
fn levels_of_logged_findings() {
    let folder = Folder::new().unwrap();
    let config = |rules: &str| {
        format!(
            "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"{rules}\" }}]\n[[listen]]\naddress = \"127.0.0.1:0\"\n"
        )
    };
    let path = folder.file("flashgate.toml", config("9339")).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "--log-format", "json", "--config"])
        .args([&path])
        .start()
        .unwrap();
    for (ports, level) in [("80-", "ERROR"), ("*", "WARN")] {
        replace(&path, &config(ports));
        daemon.hang_up().unwrap();
        let line = daemon.next_line_with("\"findings\"", LIMIT).unwrap();
        assert!(line.contains(&format!("\"level\":\"{level}\"")), "{line}");
    }
    daemon.terminate().unwrap();
    let line = daemon.next_line_with("stopping: answering", LIMIT).unwrap();
    for field in ["\"drain\":\"", "a second signal stops it at once"] {
        assert!(line.contains(field), "{line}");
    }
}
