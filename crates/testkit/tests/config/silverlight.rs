//! `dialect = "silverlight"`: what such a listener can serve, and what is refused at its place.

use testkit::folder::Folder;

use super::{check, config, refused, valid};

const LISTEN: &str = "[[listen]]\naddress = \"127.0.0.1:943\"\ndialect = \"silverlight\"\n";
const FLASH: &str = "[[listen]]\naddress = \"127.0.0.1:843\"\n";

fn rules(rules: &str, listeners: &str) -> String {
    format!("[policy.p]\nrules = [{rules}]\n{listeners}")
}

fn rule(ports: &str) -> String {
    format!("{{ domain = \"www.a.test\", ports = \"{ports}\" }}")
}

/// What is printed for a config that is served with warnings.
#[track_caller]
fn warned(text: &str, count: usize) -> String {
    let folder = Folder::new().unwrap();
    let (code, _, said) = check(&config(&folder, text));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("warning[").count(), count, "{said}");
    said
}

#[test]
fn served() {
    let said = valid(&rules(&rule("4502-4534"), LISTEN));
    assert!(
        said.starts_with("ok: 127.0.0.1:943 serves policy p to Silverlight, "),
        "{said}"
    );
    // One policy for both. Ports that only Flash players reach are left out for Silverlight.
    let said = valid(&rules(&rule("843,4502"), &format!("{LISTEN}{FLASH}")));
    assert_eq!(
        said.matches("policy p to Silverlight, ").count(),
        1,
        "{said}"
    );
    assert_eq!(said.matches("policy p, ").count(), 1, "{said}");
    // The ports of the gates, where those are in Silverlight's range.
    let gate =
        |port| format!("[[gate]]\naddress = \"127.0.0.1:{port}\"\nbackend = \"127.0.0.1:9\"\n");
    let of_gates = |port| {
        rules(
            "{ domain = \"www.a.test\" }",
            &format!("{LISTEN}{}", gate(port)),
        )
    };
    valid(&of_gates(4510));
    let place = ["silverlight-port-out-of-range", "flashgate.toml:2:10"];
    refused(&of_gates(9339), 1, &place);
}

#[test]
fn ports_that_silverlight_never_reaches() {
    refused(
        &rules(
            &format!("{},{}", rule("80"), rule("9339,4501-4501")),
            LISTEN,
        ),
        2,
        &[
            "expected a port from 4502 to 4534, found `80`",
            "expected a port from 4502 to 4534, found `9339,4501`",
            "flashgate.toml:2:43",
            "a policy of its own",
        ],
    );
    // A rule for Flash alone can't be in a policy that Silverlight gets too.
    refused(
        &rules(&rule("9339"), &format!("{FLASH}{LISTEN}")),
        1,
        &["a policy of its own"],
    );
    let said = warned(&rules(&rule("4500-4502,9339"), LISTEN), 1);
    for text in [
        "warning[silverlight-port-out-of-range]",
        "found `4500-4502,9339`",
        "leaves others out",
        "flashgate.toml:2:43",
    ] {
        assert!(said.contains(text), "expected {text:?} in:\n{said}");
    }
    // All that is possible.
    valid(&rules(&rule("*"), LISTEN));
}

#[test]
fn rules_without_an_equivalent() {
    let rule = "{ domain = \"http://a.test\", ports = \"4502\", secure = true }";
    let place = [
        "not-for-silverlight",
        "flashgate.toml:2:10",
        "requires HTTPS",
    ];
    refused(&rules(rule, LISTEN), 1, &place);
}

#[test]
fn what_has_no_effect() {
    let text = rules(&rule("4502"), LISTEN);
    let controlled = text.replace("rules", "site-control = \"master-only\"\nrules");
    let said = warned(&controlled, 1);
    assert!(said.contains("no meta-policies"), "{said}");
    let said = warned(&rules("{ domain = \"*\", ports = \"4502\" }", LISTEN), 1);
    assert!(said.contains("warning[wildcard-domain]"), "{said}");
    for (port, public) in [("8943", ""), ("943", "public-port = 8943\n")] {
        let said = warned(&(text.replace("943", port) + public), 1);
        assert!(said.contains("Silverlight doesn't ask port 8943"), "{said}");
    }
    valid(&(text.replace("943", "8943") + "public-port = 943\n"));
    valid(&text.replace("943", "0"));
}

/// A listener on Silverlight's port without `dialect` answers Flash players.
#[test]
fn its_port_without_its_dialect() {
    let listen = |more: &str| LISTEN.replace("dialect = \"silverlight\"\n", more);
    let fix = "for Silverlight, write `dialect = \"silverlight\"`";
    let said = warned(&rules(&rule("4502"), &listen("")), 1);
    assert!(
        said.contains("[unasked-policy-port]") && said.contains(fix),
        "{said}"
    );
    let public = listen("public-port = 943\n").replace(":943", ":8943");
    let said = warned(&rules(&rule("4502"), &public), 1);
    assert!(
        said.contains("[unasked-policy-port]") && said.contains(fix),
        "{said}"
    );
    valid(&rules(&rule("4502"), &(public + "dialect = \"flash\"\n")));
    let other = rules(&rule("4502"), &listen("").replace(":943", ":944"));
    assert!(!warned(&other, 1).contains("Silverlight"));
}

/// `none` grants nothing, and the advice says what removing it would grant.
#[test]
fn none_grants_nothing() {
    let none = |listeners: &str| {
        rules(&rule("80,4502"), listeners).replace("rules", "site-control = \"none\"\nrules")
    };
    let said = warned(&none(LISTEN), 1);
    for text in [
        "warning[site-control-none-with-rules]",
        "flashgate.toml:2:16",
        "from `www.a.test` could connect to `4502`",
    ] {
        assert!(said.contains(text), "expected {text:?} in:\n{said}");
    }
    let elsewhere = format!("{LISTEN}[[listen]]\naddress = \"127.0.0.1:4502\"\n");
    let said = warned(&none(&elsewhere).replace("80,", ""), 1);
    assert!(said.contains("the rules apply there too"), "{said}");
    assert!(!said.contains("help: remove it"), "{said}");
}

/// A file is checked as the clients of its listeners read it, and the other one's file is refused.
#[test]
fn files() {
    let folder = Folder::new().unwrap();
    let ours = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://www.a.test\"/></allow-from>\
                <grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
    let bad = ours.replace("4502", "80");
    let flash = "<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"4502\"/></cross-domain-policy>";
    let text = |listeners: &str| format!("[policy.p]\nfile = \"policy.xml\"\n{listeners}");
    for (file, listeners, code, texts) in [
        (ours, LISTEN, 0, &[][..]),
        (flash, FLASH, 0, &[]),
        (
            &bad,
            LISTEN,
            2,
            &["silverlight-port-out-of-range", "policy.xml:1:"],
        ),
        (
            flash,
            LISTEN,
            2,
            &[
                "this is a Flash policy",
                "write `dialect = \"flash\"`",
                "policy.xml:1:2",
            ],
        ),
        (
            ours,
            FLASH,
            2,
            &[
                "this is a Silverlight policy",
                "write `dialect = \"silverlight\"`",
            ],
        ),
        (
            ours,
            &format!("{FLASH}{LISTEN}"),
            2,
            &["this is a Silverlight policy"],
        ),
    ] {
        folder.file("policy.xml", file).unwrap();
        let (found, stdout, said) = check(&config(&folder, &text(listeners)));
        assert_eq!(found, Some(code), "{said}");
        assert_eq!(said.is_empty(), texts.is_empty(), "{said}");
        assert!(
            code != 0
                || stdout.contains(&format!(
                    "{} bytes",
                    file.len() + usize::from(file == flash)
                ))
        );
        for text in texts {
            assert!(said.contains(text), "expected {text:?} in:\n{said}");
        }
    }
}

/// A file that opens no socket is of no use where Silverlight asks for sockets, as on Flash's port.
#[test]
fn a_file_without_sockets() {
    let folder = Folder::new().unwrap();
    let file = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from>\
                <grant-to><resource path=\"/\"/></grant-to></policy></cross-domain-access></access-policy>";
    folder.file("own.xml", file).unwrap();
    let policy = "[policy.p]\nfile = \"own.xml\"\n";
    let http = "[http]\naddress = \"127.0.0.1:80\"\nclientaccesspolicy = \"p\"\n";
    let (code, _, said) = check(&config(&folder, &format!("{policy}{LISTEN}{http}")));
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(said.matches("error[").count(), 1, "{said}");
    for text in [
        "silverlight-no-socket-resource",
        "`clientaccesspolicy` in `[http]` is enough",
    ] {
        assert!(said.contains(text), "expected {text:?} in:\n{said}");
    }
    let (code, _, said) = check(&config(&folder, &format!("{policy}{http}")));
    assert_eq!((code, said.as_str()), (Some(0), ""));
}
