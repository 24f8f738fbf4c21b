use crate::Port;
use crate::lint::rule::{
    Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
};
use crate::policy::SiteControl;

pub(crate) static RULE: LintRule = LintRule {
    name: "lightspark-waits-for-port",
    severity: Severity::Hint,
    group: RuleGroup::Clients,
    page: page!(
        finds = "master policies (on port 843) that grant something and are not `master-only`
(`--client lightspark`).",
        matters = "Lightspark also asks the port that the movie connects to, and every port that the movie loaded a
policy from, whatever port 843 grants. It waits for their replies without a limit, so a game server that accepts
the connection and does not answer makes the movie hang. With `master-only`, Lightspark asks nothing else.

Ports behind a gate answer the request. If all your ports do, you don't need to change anything.",
        flash = "Flash Player stops at the first policy that allows the connection, and waits up to 3 seconds for
each. Port 843 is asked since 9.0.115. No version is known to differ.",
        example = rules("port=843 client=lightspark", r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules("port=843 client=lightspark", r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let serves_master = subject.options.serving.port() == Some(Port::MASTER);
    let judges =
        subject.options.judges_for(PolicyReader::Lightspark) && subject.is(PolicyKind::Socket);
    let Some(policy) = subject.policy.filter(|_| judges && serves_master) else {
        return;
    };
    let asks_others = matches!(policy.site_control, None | Some(SiteControl::All));
    let Some((_, places)) = subject.rules().next().filter(|_| asks_others) else {
        return;
    };
    let span = subject.places.site_control.unwrap_or(places.tag);
    findings.push(
        RULE.finding("Lightspark also asks the port that the movie connects to, and waits for its reply without a limit")
            .at(span, "")
            .note("if the game server does not answer the policy request, the movie hangs, whatever port 843 grants")
            .help("set `site-control` to `master-only`, or put a gate in front of each game server"),
    );
}
