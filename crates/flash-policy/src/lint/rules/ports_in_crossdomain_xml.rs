use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "ports-in-crossdomain-xml",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "files called `crossdomain.xml` in which every rule has `to-ports`, if neither `--as` nor
`--port` is given. The file is checked as a socket policy.",
        matters = "`crossdomain.xml` is what web servers send. There, `to-ports` has no effect and the file opens
no socket. If a socket policy server sends the file, it is correct, whatever its name.",
        flash = "From 9.0.124 on, only policies sent over the socket protocol open sockets, from port 843 or from
the port itself. Older players accepted `crossdomain.xml` for ports from 1024 up, and ignored `to-ports` in it.",
        remedy = "If a web server sends the file, serve it over the socket protocol as well:
`flashgate serve --policy crossdomain.xml`. If a socket policy server already does, pass `--as socket`.",
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let is_guessed = subject
        .options
        .was_taken_for_a_socket_policy_despite_its_name();
    if !is_guessed || subject.rules().next().is_none() {
        return;
    }
    findings.push(
        RULE.finding("checked as a socket policy because of `to-ports`; on a web server this file opens no socket")
            .note("`crossdomain.xml` is what web servers send, and there `to-ports` has no effect")
            .help("serve it over the socket protocol; if it already is, check it as a socket policy")
            .help("if only a web server sends it, check it as a URL policy"),
    );
}
