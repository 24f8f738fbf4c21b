//! `flashgate policy --config` prints the policies of a config file.

use std::process::Command;

use testkit::folder::Folder;

use super::{config, valid};

const TWO: &str = "[policy.default]
site-control = \"master-only\"
rules = [{ domain = \"www.example.com\" }, { domain = \"*.example.org\", ports = \"9400-9410\", secure = true }]
[policy.lobby]
file = \"lobby.xml\"
[[listen]]
address = \"127.0.0.1:8430\"
policy = \"lobby\"
[[gate]]
address = \"127.0.0.1:9339\"
public-port = 10339
backend = \"127.0.0.1:9340\"
policy = \"default\"
";

const LOBBY: &str = "<!-- ours -->\n<cross-domain-policy>\n<allow-access-from to-ports='1234' domain='b.test'/>\n\
                     </cross-domain-policy>\n";

/// The result for a config file: exit code, standard output, standard error.
fn print(text: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = Folder::new().unwrap();
    folder.file("lobby.xml", LOBBY).unwrap();
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["policy", "--config"])
        .arg(config(&folder, text))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Checks what is printed, without any messages.
#[track_caller]
fn prints(text: &str, arguments: &[&str], policy: &str) {
    let (code, stdout, stderr) = print(text, arguments);
    assert_eq!(
        (code, stdout.as_str()),
        (Some(0), policy),
        "{text}\n{stderr}"
    );
}

#[test]
fn by_name() {
    let rules = "<allow-access-from domain=\"www.example.com\" to-ports=\"10339\"/>\
                 <allow-access-from domain=\"*.example.org\" to-ports=\"9400-9410\" secure=\"true\"/>";
    let whole = |body: &str| {
        format!("<?xml version=\"1.0\"?><cross-domain-policy>{body}</cross-domain-policy>\n")
    };
    prints(TWO, &["--name", "default"], &whole(rules));
    // As on 843, if it is served there.
    let master = format!("{TWO}[[listen]]\naddress = \"127.0.0.1:843\"\npolicy = \"default\"\n");
    let element = "<site-control permitted-cross-domain-policies=\"master-only\"/>";
    prints(
        &master,
        &["--name", "default"],
        &whole(&format!("{element}{rules}")),
    );
    let lobby = "<allow-access-from domain=\"b.test\" to-ports=\"1234\"/>";
    prints(TWO, &["--name", "lobby"], &whole(lobby));
    let pretty = format!(
        "<?xml version=\"1.0\"?>\n<cross-domain-policy>\n  {lobby}\n</cross-domain-policy>\n"
    );
    prints(TWO, &["--name", "lobby", "--pretty"], &pretty);
}

#[test]
fn which_one() {
    for (arguments, text) in [
        (&[][..], "use one of `default`, `lobby`"),
        (&["--name", "loby"], "has no policy named `loby`"),
        (&["--name", "loby"], "its policies are `default`, `lobby`"),
    ] {
        let (code, stdout, stderr) = print(TWO, arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
    // A single policy needs no name.
    prints(
        super::LEAST,
        &[],
        &String::from_utf8(super::policy(
            "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>",
        ))
        .unwrap()
        .replace('\0', "\n"),
    );
    valid(super::LEAST);
    let (code, stdout, stderr) = print(super::LEAST, &["--dialect", "silverlight"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert!(stderr.contains("4502 to 4534"), "{stderr}");
    let (_, stdout, _) = print(
        &super::LEAST.replace("9339", "4502"),
        &["--dialect", "silverlight"],
    );
    assert!(stdout.contains("<access-policy>"), "{stdout}");
}

/// What has no effect for Silverlight is left out, with a warning.
#[test]
fn left_out_for_silverlight() {
    let none = super::LEAST
        .replace("9339", "4502")
        .replace("rules", "site-control = \"none\"\nrules");
    let (code, stdout, stderr) = print(&none, &["--dialect", "silverlight"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stdout.contains("<policy>"), "{stdout}");
    assert!(
        stderr.contains("warning[site-control-none-with-rules]"),
        "{stderr}"
    );
    let ports = super::LEAST.replace("9339", "80,4502");
    let (_, stdout, stderr) = print(&ports, &["--dialect", "silverlight"]);
    assert!(stdout.contains("port=\"4502\""), "{stdout}");
    assert!(
        stderr.contains("found `80`") && stderr.contains("left out"),
        "{stderr}"
    );
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["policy", "--dialect", "silverlight"])
        .args(["--allow", "a.test:4510", "--allow", "b.test:80,4502"])
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.matches("warning[").count(), 1, "{stderr}");
    assert!(
        stderr.contains("silverlight-port-out-of-range") && stderr.contains("--allow:2:8"),
        "{stderr}"
    );
}

/// The same rules as a file over HTTP: without ports, and `secure` only where it is set.
#[test]
fn for_urls() {
    let url = |name| ["--dialect", "url", "--name", name];
    let whole = |body: &str| {
        format!("<?xml version=\"1.0\"?><cross-domain-policy>{body}</cross-domain-policy>\n")
    };
    let rules = "<site-control permitted-cross-domain-policies=\"master-only\"/>\
                 <allow-access-from domain=\"www.example.com\"/>\
                 <allow-access-from domain=\"*.example.org\" secure=\"true\"/>";
    prints(TWO, &url("default"), &whole(rules));
    let of_flags = |arguments: &[&str]| {
        let output = Command::new(testkit::binary::flashgate().unwrap())
            .args(["policy", "--dialect", "url"])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    };
    let expected = whole("<allow-access-from domain=\"*.a.test\"/>");
    for rule in ["*.a.test", "*.a.test:9339"] {
        let printed = of_flags(&["--allow", rule]);
        assert_eq!(printed, (expected.clone(), String::new()));
    }
    let (_, said) = of_flags(&["--allow", "*"]);
    assert!(
        said.contains("warning[wildcard-domain]") && said.contains("--allow:1:1"),
        "{said}"
    );
}

/// A file keeps a meta-policy that sockets don't have.
#[test]
fn for_urls_with_its_meta_policy() {
    let folder = Folder::new().unwrap();
    let body = "<site-control permitted-cross-domain-policies=\"by-content-type\"/><allow-access-from domain=\"a.test\"/>";
    let file = format!("<cross-domain-policy>{body}</cross-domain-policy>");
    folder.file("own.xml", &file).unwrap();
    let text =
        "[policy.p]\nfile = \"own.xml\"\n[http]\naddress = \"127.0.0.1:0\"\ncrossdomain = \"p\"\n";
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["policy", "--dialect", "url", "--config"])
        .arg(config(&folder, text))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, format!("<?xml version=\"1.0\"?>{file}\n"));
}

/// A file for Silverlight, in every dialect.
#[test]
fn of_silverlight() {
    let folder = Folder::new().unwrap();
    let file = "<!-- ours -->\n<access-policy><cross-domain-access><policy><allow-from><domain uri='*'/></allow-from>\
                <grant-to><socket-resource port='4502' protocol='tcp'/></grant-to></policy></cross-domain-access></access-policy>";
    folder.file("sl.xml", file).unwrap();
    let text = "[policy.p]\nfile = \"sl.xml\"\n[[listen]]\naddress = \"127.0.0.1:943\"\ndialect = \"silverlight\"\n";
    let path = config(&folder, text);
    let print = |dialect| {
        let output = Command::new(testkit::binary::flashgate().unwrap())
            .args(["policy", "--dialect", dialect, "--config"])
            .arg(&path)
            .output()
            .unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert!(
        print("silverlight")
            .contains("<domain uri=\"*\"/></allow-from><grant-to><socket-resource port=\"4502\"")
    );
    assert!(print("flash").contains("<allow-access-from domain=\"*\" to-ports=\"4502\"/>"));
    let said = print("url");
    assert!(
        said.contains("means nothing in this dialect: it has Silverlight's format"),
        "{said}"
    );
}

/// Only what a client gets is printed.
#[test]
fn of_files_over_http() {
    let folder = Folder::new().unwrap();
    let policy =
        "[policy.p]\nrules = [{ domain = \"a.test\" }]\n[http]\naddress = \"127.0.0.1:0\"\n";
    let print = |files: &str, dialect| {
        let output = Command::new(testkit::binary::flashgate().unwrap())
            .args(["policy", "--dialect", dialect, "--config"])
            .arg(config(&folder, &format!("{policy}{files}")))
            .output()
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), text)
    };
    let (flash, silverlight) = ("crossdomain = \"p\"\n", "clientaccesspolicy = \"p\"\n");
    for (files, dialect, help) in [
        (flash, "flash", "`--dialect url`"),
        (flash, "silverlight", "`--dialect url`"),
        (silverlight, "flash", "`--dialect silverlight`"),
    ] {
        let (code, said) = print(files, dialect);
        assert_eq!(code, Some(2), "{said}");
        for part in ["is served only over HTTP, as /c", help] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    let (code, said) = print(silverlight, "silverlight");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("<resource path=\"/\""), "{said}");
    assert!(!said.contains("socket-resource"), "{said}");
}

/// A config that cannot be served is explained, and none of it is printed. The user to run as does not matter here.
#[test]
fn what_can_not_be_served() {
    let (code, stdout, stderr) = print("[policy.p]\nrulez = []\n", &[]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert!(stderr.contains("did you mean `rules`?"), "{stderr}");
    let user = format!("{}[process]\nuser = \"nosuchuser\"\n", super::LEAST);
    assert_eq!(print(&user, &[]).0, Some(0));
}
