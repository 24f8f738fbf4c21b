//! What every public type can do: be sent to another thread, be shared, and be shown.

#![cfg(test)]

use core::error::Error;
use core::fmt::{Debug, Display};
use core::hash::Hash;
use core::ops::Range;
use std::net::TcpStream;

use flash_policy::decide::{
    Allowed, Ask, Decision, Denied, Grant, Ignored, Known, Location, LocationError, Movie,
    NearestMiss, PageDenied, PageOriginError, Place, PolicyAnswer, RefusalReason, Request, Sandbox,
    UrlDenied, decide_alone,
};
use flash_policy::diagnostic::{Column, Edit, Fix, Label, LineIndex, Position, Repeat};
use flash_policy::domain::{DomainError, DomainErrorKind};
use flash_policy::lint::{
    Fixed, Hints, LintRule, Omitted, Options, PolicyKind, PolicyReader, RuleGroup,
};
use flash_policy::near_request::Slip;
use flash_policy::origin::{HostError, OriginError, SchemeError};
use flash_policy::parse::{PolicyPlaces, RulePlaces};
use flash_policy::player_version::PlayerVersionError;
use flash_policy::policy::{
    HeaderRule, HeaderRuleError, HeaderSet, HeaderSetError, HeaderSetErrorKind, RuleError,
    SiteControlError,
};
use flash_policy::ports::{PortError, PortSetError, PortSetErrorKind};
use flash_policy::reply::{PolicyFileError, ReplyError};
use flash_policy::silverlight::{
    Access, AccessDenied, AccessPolicy, ParsedAccess, Resource, ToFlashError, Uri,
};
use flash_policy::write::{Layout, SilverlightError, WriteError};
use flash_policy::{
    Diagnostic, DomainPattern, Host, LintReport, Moment, Origin, Parsed, PlayerVersion, Policy,
    Port, PortRange, PortSet, Profile, Recognition, Recognizer, Reply, Rule, Scheme, Secure,
    Serving, Severity, SiteControl, Span, accept, player,
};

const fn shared<T: Debug + Send + Sync + 'static>() {}
const fn value<T: Debug + Clone + PartialEq + Eq + Send + Sync + 'static>() {}
const fn hashed<T: Hash + Ord>() {}
const fn error<T: Error + Clone + Hash + Eq + Send + Sync + 'static>() {}

macro_rules! all {
    ($check:ident: $($type:ty),* $(,)?) => {
        $(const _: () = $check::<$type>();)*
    };
}

all!(shared: Recognizer, LintRule, PolicyFileError, player::Player, player::AttemptError);
all!(shared: accept::Opening, accept::LingeringClose, accept::ServerSide, accept::AcceptConfig);
all!(shared: accept::PolicyAcceptor, accept::Prefixed<TcpStream>);
all!(value: accept::Linger, accept::LingerWhen, accept::First, accept::Rest, accept::Timing);
all!(value: accept::AbortReason, accept::CloseReason, accept::Closing, accept::Completion);
all!(value: accept::Accepted<u8>, accept::StreamKind);
all!(value: accept::IfDropped, accept::Operation, accept::HttpDetection, accept::OpeningTimer);
all!(value: Grant, NearestMiss, Ignored, Allowed, Denied, RefusalReason, Location, Movie, Place);
all!(value: Request, Sandbox, PolicyAnswer, Known, Decision, Ask);
all!(value: Span, Severity, Label, Fix, Edit, Diagnostic, Repeat, DomainErrorKind, DomainPattern);
all!(value: Fixed, PolicyKind, Hints, Options, PolicyReader, Serving, RuleGroup, LintReport);
all!(value: LineIndex, Column, Position, Omitted, Slip, Host, Scheme, Origin);
all!(value: Parsed, PolicyPlaces, RulePlaces, Profile, PlayerVersion, Policy, Rule, Secure);
all!(value: SiteControl, PortSetErrorKind, Port, PortRange, PortSet, Recognition, Reply);
all!(value: HeaderRule, HeaderSet, HeaderSetErrorKind);
all!(error: HeaderRuleError, HeaderSetError, UrlDenied, AccessDenied, ToFlashError);
all!(value: AccessPolicy, Access, Resource, Uri, ParsedAccess, Layout);
all!(value: player::Action, player::Event<'static>, player::Fetch, player::FetchId);
all!(value: player::Protocol, player::Purpose, player::Transport, player::Attempt);
all!(value: player::Client, player::Config, player::SocketClass, player::DecidedBy);
all!(value: player::Notification, player::Outcome, player::Reason, player::RuleAt);
all!(value: player::Verdict, player::Afterwards, player::Close, player::ConnectionEnd);
all!(value: player::Learnt, player::Step, player::Choice);
all!(hashed: Moment, Span, Host, Origin, Scheme, Port, PlayerVersion, Severity, SiteControl, Position);
all!(error: LocationError, Denied, PageDenied, PageOriginError, DomainError, HostError, OriginError, SchemeError);
all!(error: PlayerVersionError, RuleError, SiteControlError, PortError, PortSetError);
all!(error: ReplyError, SilverlightError, WriteError);

#[test]
fn a_span_is_a_range() {
    let span = Span::from(1..4);
    assert_eq!(Range::from(span), 1..4);
    assert!(span < Span::from(1..5) && span < Span::from(2..3));
}

#[track_caller]
fn check(shown: impl Display, expected: &str) {
    assert_eq!(shown.to_string(), expected);
}

#[test]
fn findings_are_one_line() {
    check(Severity::Hint, "hint");
    check(format!("{:>8}", Severity::Error), "   error");
    let finding = Diagnostic::warning("some-rule", "expected this").help("write it");
    check(finding, "warning[some-rule]: expected this");
}

#[test]
fn a_denial_is_an_error_that_says_why_and_where() {
    let port = |number: u16| Port::new(number).unwrap();
    let movie = Movie::Remote("http://a.test/".parse().unwrap());
    let denied = |rule: &str, at: u16| -> String {
        let file = format!("<cross-domain-policy>{rule}</cross-domain-policy>");
        let policy = flash_policy::parse(file.as_bytes(), Profile::Socket).policy;
        let denied = decide_alone(&policy.unwrap(), &movie, port(at)).unwrap_err();
        Box::<dyn Error>::from(denied).to_string()
    };
    check(
        denied(r#"<allow-access-from domain="b.test" to-ports="*"/>"#, 843),
        "no rule matches the movie's host and the port (policy of port 843)",
    );
    check(
        denied(
            r#"<allow-access-from domain="*" to-ports="*" secure="true"/>"#,
            5000,
        ),
        "a rule matches, but it allows only movies loaded over HTTPS (policy of the destination port, rule 1)",
    );
}
