//! Each kind of policy, checked as each other kind: a finding says what it is, and its help what is needed.

#![cfg(test)]

use flash_policy::lint::{Options, PolicyKind, PolicyReader, lint_with};
use flash_policy::{Port, Serving, Severity};

const FLASH_SOCKET: &str = "<cross-domain-policy>\n<allow-access-from domain=\"a.test\" to-ports=\"4502\"/>\n</cross-domain-policy>";
const FLASH_URL: &str =
    "<cross-domain-policy>\n<allow-access-from domain=\"a.test\"/>\n</cross-domain-policy>";
const SILVERLIGHT: &str = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from><grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
const SILVERLIGHT_HTTP: &str = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from><grant-to><resource path=\"/api\"/></grant-to></policy></cross-domain-access></access-policy>";
const PAGE: &str = "<!DOCTYPE html>\n<html><body><p>Not found</body></html>";

/// How a file is checked: as this kind, or by its name.
#[derive(Clone, Copy, Debug)]
enum Way {
    As(PolicyKind),
    Named(&'static str),
}

const SOCKET: Way = Way::As(PolicyKind::Socket);
const URL: Way = Way::As(PolicyKind::Url);
const ACCESS: Way = Way::As(PolicyKind::Silverlight);
const CROSSDOMAIN: Way = Way::Named("crossdomain.xml");
const CLIENTACCESS: Way = Way::Named("ClientAccessPolicy.xml");

const IS_SILVERLIGHT: &str = "this is a Silverlight policy; Flash Player expects";
const IS_FLASH: &str = "this is a Flash policy; Silverlight expects `<access-policy>`";
const IS_PAGE: &str = "expected a policy, found a web page";
const IS_EMPTY: &str = "expected a policy, found an empty file";

const FLASH_HELP: &str = "to-ports=\"9339\"/></cross-domain-policy>`";
const URL_HELP: &str = "domain=\"www.example.com\"/></cross-domain-policy>`";
const ACCESS_HELP: &str = "start from `<access-policy>";

/// The document, the way, the rule that reports it, words of the message, and words of its notes and help.
type Cell = (&'static str, Way, &'static str, &'static str, &'static str);

const CELLS: [Cell; 25] = [
    (
        FLASH_SOCKET,
        URL,
        "to-ports-in-url-policy",
        "no effect in a URL policy",
        "serve the file over the socket protocol",
    ),
    (
        FLASH_SOCKET,
        ACCESS,
        "wrong-root-element",
        IS_FLASH,
        ACCESS_HELP,
    ),
    (
        FLASH_SOCKET,
        CROSSDOMAIN,
        "ports-in-crossdomain-xml",
        "on a web server this file opens no socket",
        "serve it over the socket protocol",
    ),
    (
        FLASH_SOCKET,
        CLIENTACCESS,
        "wrong-root-element",
        IS_FLASH,
        "port 943, or a web server for `/clientaccesspolicy.xml`",
    ),
    (
        FLASH_URL,
        SOCKET,
        "missing-to-ports",
        "expected `to-ports`",
        "for URLs, in a web server's `/crossdomain.xml`",
    ),
    (
        FLASH_URL,
        ACCESS,
        "wrong-root-element",
        IS_FLASH,
        ACCESS_HELP,
    ),
    (
        FLASH_URL,
        CLIENTACCESS,
        "wrong-root-element",
        IS_FLASH,
        "Flash asks port 843, or for `/crossdomain.xml`",
    ),
    (
        SILVERLIGHT,
        SOCKET,
        "wrong-root-element",
        IS_SILVERLIGHT,
        "on ports 943 and 843",
    ),
    (
        SILVERLIGHT,
        URL,
        "wrong-root-element",
        IS_SILVERLIGHT,
        "Silverlight's policy as `/clientaccesspolicy.xml`",
    ),
    (
        SILVERLIGHT,
        CROSSDOMAIN,
        "silverlight-in-crossdomain-xml",
        "clients expect Flash's format",
        "rename the file to `clientaccesspolicy.xml`",
    ),
    (
        SILVERLIGHT_HTTP,
        SOCKET,
        "wrong-root-element",
        IS_SILVERLIGHT,
        FLASH_HELP,
    ),
    (
        SILVERLIGHT_HTTP,
        URL,
        "wrong-root-element",
        IS_SILVERLIGHT,
        URL_HELP,
    ),
    (
        SILVERLIGHT_HTTP,
        ACCESS,
        "silverlight-no-socket-resource",
        "opens no socket",
        "only for HTTP requests",
    ),
    (
        SILVERLIGHT_HTTP,
        CROSSDOMAIN,
        "silverlight-in-crossdomain-xml",
        "clients expect Flash's format",
        "rename the file",
    ),
    (
        SILVERLIGHT_HTTP,
        CLIENTACCESS,
        "silverlight-no-socket-resource",
        "opens no socket",
        "add `<socket-resource",
    ),
    (PAGE, SOCKET, "html-page", IS_PAGE, FLASH_HELP),
    (PAGE, URL, "html-page", IS_PAGE, URL_HELP),
    (PAGE, ACCESS, "html-page", IS_PAGE, ACCESS_HELP),
    (PAGE, CROSSDOMAIN, "html-page", IS_PAGE, URL_HELP),
    (PAGE, CLIENTACCESS, "html-page", IS_PAGE, ACCESS_HELP),
    ("", SOCKET, "empty-file", IS_EMPTY, FLASH_HELP),
    ("", URL, "empty-file", IS_EMPTY, URL_HELP),
    ("", ACCESS, "empty-file", IS_EMPTY, ACCESS_HELP),
    ("", CROSSDOMAIN, "empty-file", IS_EMPTY, URL_HELP),
    ("", CLIENTACCESS, "empty-file", IS_EMPTY, ACCESS_HELP),
];

/// The files that are right. They have none of the findings above.
const RIGHT: [(&str, Way); 5] = [
    (FLASH_SOCKET, SOCKET),
    (FLASH_URL, URL),
    (FLASH_URL, CROSSDOMAIN),
    (SILVERLIGHT, ACCESS),
    (SILVERLIGHT, CLIENTACCESS),
];

fn findings(document: &str, way: Way) -> Vec<flash_policy::Diagnostic> {
    let options = Options::new(Serving::from_port(Port::MASTER));
    let bytes = document.as_bytes();
    let options = match way {
        Way::As(kind) => options.kind(kind),
        Way::Named(name) => options.detected_kind(bytes, Some(name)),
    };
    lint_with(bytes, &options).findings
}

#[test]
fn each_kind_as_each_other() {
    for (document, way, rule, message, advice) in CELLS {
        let found = findings(document, way);
        let finding = found.iter().find(|finding| finding.rule == rule);
        let finding = finding.unwrap_or_else(|| panic!("{way:?} {document}: {found:#?}"));
        assert!(finding.message.contains(message), "{way:?}: {finding:#?}");
        let mut texts = finding.notes.iter().chain(&finding.help);
        assert!(
            texts.any(|text| text.contains(advice)),
            "{way:?}: {finding:#?}"
        );
    }
    for (document, way) in RIGHT {
        let found = findings(document, way);
        let is_wrong = |rule: &str| CELLS.iter().any(|(_, _, wrong, ..)| *wrong == rule);
        assert!(
            !found.iter().any(|finding| is_wrong(finding.rule)),
            "{way:?}: {found:#?}"
        );
    }
    assert_eq!(CELLS.len() + RIGHT.len(), 6 * 5);
}

/// Every client with the other format's file, and with its own. A file with neither format is reported above.
#[test]
fn each_kind_for_each_client() {
    use PolicyReader::{Flash, Lightspark, Silverlight, Unity};
    let readers = [
        (Flash, "Flash Player"),
        (Unity, "Unity's web player"),
        (Lightspark, "Lightspark"),
    ];
    let found = |document: &str, kind, clients: &[PolicyReader]| {
        let options = Options::new(Serving::from_port(Port::MASTER)).clients(clients);
        lint_with(document.as_bytes(), &options.kind(kind)).findings
    };
    for document in [SILVERLIGHT, SILVERLIGHT_HTTP] {
        for (client, name) in readers {
            let found = found(document, PolicyKind::Silverlight, &[client]);
            let finding = found.iter().find(|it| it.rule == "wrong-root-element");
            let finding = finding.unwrap_or_else(|| panic!("{client:?}: {found:#?}"));
            let message =
                format!("this is a Silverlight policy; {name} expects `<cross-domain-policy>`");
            assert_eq!(finding.message, message);
            assert_eq!(finding.severity, Severity::Error);
            assert!(finding.help[0].starts_with("start from `<cross-domain-policy>"));
            let domain = if client == Unity { "\"*\"" } else { "www." };
            assert!(finding.help[0].contains(domain), "{finding:#?}");
        }
        let all = found(
            document,
            PolicyKind::Silverlight,
            &[Flash, Unity, Lightspark],
        );
        let is_one = |it: &&flash_policy::Diagnostic| it.rule == "wrong-root-element";
        assert_eq!(all.iter().filter(is_one).count(), 1, "{all:#?}");
        let own = found(document, PolicyKind::Silverlight, &[Silverlight]);
        assert!(!own.iter().any(|it| is_one(&it)), "{own:#?}");
    }
    for client in [Flash, Unity, Lightspark, Silverlight] {
        let found = found(FLASH_SOCKET, PolicyKind::Socket, &[client]);
        let wrong = found.iter().any(|it| it.rule == "silverlight-flash-policy");
        assert_eq!(wrong, client == Silverlight, "{found:#?}");
        assert!(!found.iter().any(|it| it.rule == "wrong-root-element"));
    }
}

/// An element that is there but empty is not reported as missing.
#[test]
fn empty_parts_of_a_silverlight_policy() {
    let document = "<access-policy><cross-domain-access><policy><allow-from/><grant-to/></policy></cross-domain-access></access-policy>";
    let found = findings(document, ACCESS);
    let messages: Vec<_> = found.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        messages[..2],
        [
            "expected `<domain>` in `<allow-from>`, found none",
            "expected `<socket-resource>` in `<grant-to>`, found none",
        ]
    );
    let found = findings(&document.replace("<allow-from/><grant-to/>", ""), ACCESS);
    let messages: Vec<_> = found.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        messages[..2],
        [
            "expected `<allow-from>` in `<policy>`, found none",
            "expected `<grant-to>` in `<policy>`, found none",
        ]
    );
}
