//! Random policies, and the movies that their rules tell apart.

use flash_policy::policy::HeaderRule;
use flash_policy::{DomainPattern, Movie, Policy, PortSet, Rule, Secure, SiteControl};
use proptest::prelude::*;

pub(crate) fn domain() -> impl Strategy<Value = DomainPattern> {
    let name = prop_oneof![
        "(https?://)?\\*\\.([ab]\\.)?[ab]\\.test",
        "(https?://)?([ab]\\.)?[ab]\\.test"
    ];
    let address = "(https?://)?(192\\.0\\.2\\.[12]|2001:db8::[12])";
    let text = prop_oneof![2 => Just(String::from("*")), 8 => name, 2 => address];
    text.prop_map(|text| text.parse().unwrap())
}

fn secure() -> impl Strategy<Value = Secure> {
    prop_oneof![
        Just(Secure::Any),
        Just(Secure::HttpsOnly),
        Just(Secure::AsServed)
    ]
}

pub(crate) fn url_policy() -> impl Strategy<Value = Policy> {
    let rule = (domain(), secure()).prop_map(|(domain, secure)| {
        let mut rule = Rule::new(domain, PortSet::All);
        rule.secure = secure;
        rule
    });
    let headers = "[A-Za-z&'!-]{1,4}\\*?(,[A-Za-z&'!-]{1,4}\\*?){0,3}|\\*";
    let header_rule = (domain(), headers, secure()).prop_map(|(domain, headers, secure)| {
        let mut rule = HeaderRule::new(domain, headers.parse().unwrap());
        rule.secure = secure;
        rule
    });
    let site_control = prop::option::of(prop_oneof![
        Just(SiteControl::All),
        Just(SiteControl::MasterOnly),
        Just(SiteControl::None)
    ]);
    let rules = prop::collection::vec(rule, 0..6);
    let header_rules = prop::collection::vec(header_rule, 0..4);
    (site_control, rules, header_rules).prop_map(|(site_control, rules, header_rules)| {
        let mut policy = Policy::for_urls();
        policy.site_control = site_control;
        policy.rules = rules;
        policy.header_rules = header_rules;
        policy
    })
}

/// Hosts that the domains of the policies match, and others that are like them.
pub(crate) const HOSTS: [&str; 13] = [
    "a.a.test",
    "b.a.test",
    "a.b.test",
    "b.b.test",
    "a.test",
    "x.a.test",
    "y.x.b.test",
    "xa.test",
    "test",
    "192.0.2.1",
    "192.0.2.3",
    "[2001:db8::1]",
    "[2001:db8::3]",
];

/// Movies from all of these hosts, over both schemes, and a movie from a file.
pub(crate) fn movies() -> Vec<Movie> {
    let remote = HOSTS.iter().flat_map(|host| {
        ["http", "https"].map(|scheme| format!("{scheme}://{host}/a.swf").parse().unwrap())
    });
    remote.chain([Movie::Hostless]).collect()
}
