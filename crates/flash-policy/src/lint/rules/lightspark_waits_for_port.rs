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
        finds = "A master policy, the one on port 843, that grants something and does not say `master-only`
(`--client lightspark`).",
        matters = "Whatever port 843 grants, Lightspark also asks the port that the movie connects to, and every port that the movie
loaded a policy from. It waits for their answers without end. A game that accepts the connection and does not
understand the question hangs the movie. With `master-only` nothing else is asked.

Ports behind a gate answer the question. Where all of them do, nothing needs to change.",
        flash = "Flash Player stops at the first policy that grants, and waits 3 seconds for each. No version is known to differ;
port 843 is asked since 9.0.115.",
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
        RULE.finding("Lightspark also asks the port that the movie connects to, and waits without end for its answer")
            .at(span, "")
            .note("a game that does not answer the policy request hangs the movie, whatever port 843 grants")
            .help("set `site-control` to `master-only`, or put a gate in front of each game"),
    );
}
