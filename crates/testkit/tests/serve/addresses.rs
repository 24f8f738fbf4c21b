//! Listening addresses: both families by default, one if there is only one, and a clear error if it cannot listen.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::process::Command;
use std::time::Duration;

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::Daemon;
use testkit::namespace::Namespace;
use testkit::{namespace, needs};

const RULE: [&str; 3] = ["serve", "--allow", "a.test:80"];

fn answers(address: SocketAddr) -> bool {
    fetch(address).is_ok_and(|heard| heard.end == StreamEnd::Fin && heard.bytes.last() == Some(&0))
}

#[test]
fn both_families_on_one_socket() {
    for listen in ["0", "[::]:0"] {
        let mut daemon = Daemon::builder()
            .args(RULE)
            .args(["-v", "--listen", listen])
            .start()
            .unwrap();
        assert_eq!(daemon.addresses().len(), 1);
        let bound = daemon.addresses()[0];
        assert!(bound.is_ipv6(), "{bound}");
        assert!(answers((Ipv4Addr::LOCALHOST, bound.port()).into()));
        assert!(answers((Ipv6Addr::LOCALHOST, bound.port()).into()));
        // Logs show the family, also of clients that were not answered at once.
        let mut client = TestClient::connect((Ipv4Addr::LOCALHOST, bound.port()).into()).unwrap();
        assert!(client.send(b"<pol"));
        client.half_close().unwrap();
        for peer in [
            "peer=127.0.0.1:",
            "peer=[::1]:",
            "outcome=\"closed-early\" received=\"<pol\"",
        ] {
            let line = daemon.wait_for_line(peer, Duration::from_secs(30)).unwrap();
            assert!(!line.contains("ffff"), "{line}");
        }
    }
}

#[test]
fn several_listeners() {
    let listen = [
        "--listen",
        "127.0.0.1:0",
        "--listen",
        "[::1]:0",
        "--listen",
        "127.0.0.2:0",
    ];
    let daemon = Daemon::builder().args(RULE).args(listen).start().unwrap();
    assert_eq!(daemon.addresses().len(), 3);
    for address in daemon.addresses() {
        assert!(answers(*address), "{address}");
    }
}

/// Both wildcards by name: each gets its own family.
#[test]
fn both_wildcards() {
    if !needs::met(namespace::missing()) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    network
        .run(|| {
            for listen in [["0.0.0.0:843", "[::]:843"], ["843", "0.0.0.0:843"]] {
                let listen = ["--listen", listen[0], "--listen", listen[1]];
                let daemon = Daemon::builder().args(RULE).args(listen).start().unwrap();
                assert_eq!(daemon.addresses().len(), 2);
                assert!(
                    answers("127.0.0.1:843".parse().unwrap())
                        && answers("[::1]:843".parse().unwrap())
                );
            }
        })
        .unwrap();
}

/// On 843 itself, as it starts without an address, in its own network, with and without IPv6.
#[test]
fn port_843_with_and_without_ipv6() {
    if !needs::met(namespace::missing()) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    network
        .run(|| {
            let daemon = Daemon::builder().args(RULE).start().unwrap();
            assert_eq!(
                daemon.addresses(),
                ["[::]:843".parse::<SocketAddr>().unwrap()]
            );
            assert!(
                answers("127.0.0.1:843".parse().unwrap()) && answers("[::1]:843".parse().unwrap())
            );
        })
        .unwrap();
    let network = Namespace::new().unwrap().without_ipv6().unwrap();
    network
        .run(|| {
            let daemon = Daemon::builder().args(RULE).start().unwrap();
            assert!(
                answers("127.0.0.1:843".parse().unwrap()),
                "{:?}",
                daemon.addresses()
            );
        })
        .unwrap();
}

/// A kernel without IPv6 support.
#[test]
fn a_kernel_without_ipv6() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    let trace = testkit::trace::SyscallTrace::of("socket")
        .unwrap()
        .inject("socket:error=EAFNOSUPPORT:when=1");
    let daemon = Daemon::builder()
        .through(trace.program())
        .args(RULE)
        .args(["--listen", "0"])
        .start()
        .unwrap();
    assert_eq!(daemon.addresses()[0].ip(), Ipv4Addr::UNSPECIFIED);
    assert!(answers(daemon.address()));
}

/// Starts, and expects exit code 1 and one error that contains these texts.
#[track_caller]
fn fails(program: &mut Command, texts: &[&str]) {
    let output = program.output().expect("a run");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.matches("error: ").count(), 1, "{stderr}");
    for text in texts {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
}

#[test]
fn an_address_in_use() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap();
    let mut program = Command::new(testkit::binary::flashgate().unwrap());
    let text = format!("can't listen on {taken}: address already in use");
    fails(
        program.args(RULE).args(["--listen", &taken.to_string()]),
        &[&text, "ss --listening", "--listen"],
    );
}

/// The advice names the address in the way it was given: by its flag, or by its place in the config file.
#[test]
fn an_address_in_use_by_whom_it_is_asked_for() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().to_string();
    let flashgate = || Command::new(testkit::binary::flashgate().unwrap());
    let gate = format!("{taken}=127.0.0.1:9");
    fails(
        flashgate().args(["serve", "--allow", "a.test", "--gate", &gate]),
        &["the gate's own server"],
    );
    let folder = testkit::folder::Folder::new().unwrap();
    for (asks, text) in [
        ("[[listen]]\n", "another `address` in `[[listen]]`"),
        (
            "[[gate]]\nbackend = \"127.0.0.1:9\"\n",
            "the gate's own server",
        ),
        (
            "[[gate]]\naddress = \"127.0.0.1:0\"\nbackend = \"127.0.0.1:9\"\npublic-port = 9339\n[bridge]\n",
            "another `address` in `[bridge]`",
        ),
        (
            "[[listen]]\naddress = \"127.0.0.1:0\"\n[admin]\n",
            "another `address` in `[admin]`",
        ),
    ] {
        let text_of = format!(
            "[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n{asks}address = \"{taken}\"\n"
        );
        let path = folder.file("flashgate.toml", text_of).unwrap();
        let mut program = flashgate();
        let program = program.args(["serve", "--config"]).arg(&path);
        fails(program, &[text]);
        let said = program.output().unwrap().stderr;
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("--listen "), "{said}");
    }
}

#[test]
fn an_address_of_another_machine() {
    let mut program = Command::new(testkit::binary::flashgate().unwrap());
    fails(
        program.args(RULE).args(["--listen", "192.0.2.1:8430"]),
        &["192.0.2.1:8430", "ip address"],
    );
}

/// Port 843 without privileges: the message says what helps, and in a container what helps there.
#[test]
fn a_missing_privilege() {
    if !needs::met(
        needs::root()
            .or_else(|| needs::program("setpriv"))
            .or_else(namespace::missing),
    ) {
        return;
    }
    let binary = testkit::binary::flashgate().unwrap();
    let folder = testkit::folder::Folder::new().unwrap();
    let copy = folder.path().join("flashgate");
    std::fs::copy(binary, &copy).unwrap();
    let network = Namespace::new().unwrap();
    network
        .set_sysctl("net.ipv4.ip_unprivileged_port_start", "1024")
        .unwrap();
    network
        .run(|| {
            let unprivileged = [
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--bounding-set=-all",
            ];
            let mut program = Command::new("setpriv");
            let remedies = [
                "permission denied",
                "ip_unprivileged_port_start=843",
                "--listen 8843",
            ];
            program.args(unprivileged).arg(&copy).args(RULE);
            fails(&mut program, &remedies);
            // Inside a container, other things help than outside.
            fails(
                program.env("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
                &["-p 843:8843", "NET_BIND_SERVICE"],
            );
            // A user with a config file changes that file.
            let text = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n[[listen]]\naddress = \"843\"\n";
            let path = folder.file("flashgate.toml", text).unwrap();
            let mut program = Command::new("setpriv");
            let program = program.args(unprivileged).arg(&copy);
            fails(
                program.args(["serve", "--config"]).arg(path),
                &["`address = \"[::]:8843\"` in `[[listen]]` with `public-port = 843`"],
            );
        })
        .unwrap();
}
