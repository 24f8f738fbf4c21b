//! Chains whose names look right, but that no client accepts.

use rcgen::{
    BasicConstraints, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose,
    NameConstraints,
};
use testkit::folder::Folder;

use super::certificates::{Authority, replace};
use super::config::{check, pair, says};

/// The names are right, and something else is wrong that clients notice when they verify the chain.
#[test]
fn refused_for_a_link() {
    let folder = Folder::new().unwrap();
    let root = Authority::new("Root One");
    let inner = root.authority("Inner");
    let pathlen = root.authority_with("Pathlen", |it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let below = pathlen.authority("Below");
    let nobody = root.authority_with("Nobody", |it| it.is_ca = IsCa::ExplicitNoCa);
    let no_signer = root.authority_with("No Signer", |it| {
        it.key_usages = vec![KeyUsagePurpose::CrlSign];
    });
    let mail = root.authority_with("Mail", |it| {
        it.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    });
    let others = root.authority_with("Others", |it| {
        it.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("other.test".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let other_inner = Authority::new("Other").authority("Inner");
    let other_root = Authority::new("Root One");
    let signs = inner.issue(|it| it.key_usages = vec![KeyUsagePurpose::KeyCertSign]);
    let cases = [
        (
            inner.issue(|_| {}),
            vec![&other_inner],
            "the server's certificate",
            "not signed",
        ),
        (
            inner.issue(|_| {}),
            vec![&inner, &other_root],
            "`CN=Inner`",
            "not signed",
        ),
        (
            below.issue(|_| {}),
            vec![&below, &pathlen],
            "`CN=Pathlen`",
            "`pathlen`",
        ),
        (
            nobody.issue(|_| {}),
            vec![&nobody],
            "`CN=Nobody`",
            "`CA:TRUE`",
        ),
        (
            nobody.issue(|_| {}),
            vec![&nobody, &root],
            "`CN=Nobody`",
            "`CA:TRUE`",
        ),
        (
            no_signer.issue(|_| {}),
            vec![&no_signer],
            "`CN=No Signer`",
            "`keyCertSign`",
        ),
        (mail.issue(|_| {}), vec![&mail], "`CN=Mail`", "`serverAuth`"),
        (
            others.issue(|_| {}),
            vec![&others],
            "`CN=Others`",
            "`nameConstraints`",
        ),
        (
            others.issue(|_| {}),
            vec![&others, &root],
            "`CN=Others`",
            "`nameConstraints`",
        ),
        (
            signs,
            vec![&inner],
            "this certificate",
            "`digitalSignature`",
        ),
    ];
    for (leaf, chain, subject, fault) in cases {
        let chain: String = chain.iter().map(|it| &*it.pem).collect();
        replace(&folder, "a.pem", &(leaf.pem.clone() + &chain));
        replace(&folder, "a.key", &leaf.key);
        let tls = pair("a.pem", "a.key");
        says(&folder, &tls, 0, &["warning[", subject, fault, "help: "]);
        let (_, said) = check(&folder, &tls);
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
    }
}

/// One link more than necessary, and limits that hold.
#[test]
fn not_refused() {
    let folder = Folder::new().unwrap();
    let root = Authority::new("Root One");
    let allowed = root.authority_with("Allowed", |it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        it.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        it.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("test".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let leaf = allowed.issue(|it| it.key_usages = vec![KeyUsagePurpose::DigitalSignature]);
    replace(
        &folder,
        "a.pem",
        &[&*leaf.pem, &allowed.pem, &root.pem].concat(),
    );
    replace(&folder, "a.key", &leaf.key);
    assert_eq!(
        check(&folder, &pair("a.pem", "a.key")),
        (Some(0), String::new())
    );
}
