use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "ports-in-crossdomain-xml",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "A file called `crossdomain.xml` whose rules all have `to-ports`, where neither `--as` nor `--port` says what it is.
It is judged as a socket policy.",
        matters = "`crossdomain.xml` is what web servers send. There `to-ports` counts for nothing, and the file opens no socket. If a
socket policy server sends it, it is right, whatever its name is.",
        flash = "From 9.0.124 on only policies that were sent over the socket protocol, from port 843 or from the port itself, open
sockets. Older players took `crossdomain.xml` for ports from 1024 up, and ignored `to-ports` in it.",
        remedy = "If a web server sends the file, serve it over the socket protocol as well, as with
`flashgate serve --policy crossdomain.xml`. If a socket policy server sends it already, say so with `--as socket`.",
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
        RULE.finding("taken for a socket policy because of `to-ports`; on a web server this file opens no socket")
            .note("`crossdomain.xml` is what web servers send, and there `to-ports` counts for nothing")
            .help("serve it over the socket protocol, as with `flashgate serve --policy FILE`")
            .help("`--as socket` says that it is served so; `--as url` judges it as a web server's file"),
    );
}
