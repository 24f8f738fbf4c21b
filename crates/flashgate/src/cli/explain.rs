//! `flashgate explain`: prints the page of a lint rule or a check finding.

use clap::Args;
use flash_policy::lint::{nearest_rule, rule};
use flash_policy::spelling::nearest;
use flashgate_check::findings::{self, FindingId};
use flashgate_config::config::explain as config_findings;
use flashgate_report::explain;
use flashgate_report::render;

use crate::exit::Exit;

/// Print what a lint rule or a check finding means, and how to fix it
///
/// Without a name, lists all of them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  flashgate explain missing-to-ports")]
pub(super) struct Explain {
    /// The name of the rule or finding, as shown in messages
    rule: Option<String>,
}

impl Explain {
    pub(super) fn run(self) -> Exit {
        let Some(name) = self.rule else {
            let lists = [explain::list(), findings::list(), config_findings::list()];
            let list = lists.join("\n");
            return super::print(list.as_bytes());
        };
        // Some ids have several pages. A lint rule's page says more than that of the same finding of `check`.
        let pages = [
            rule(&name)
                .map(explain::page)
                .or_else(|| FindingId::named(&name).map(FindingId::page)),
            config_findings::page(&name),
        ];
        let pages: Vec<_> = pages.into_iter().flatten().collect();
        if !pages.is_empty() {
            return super::print(pages.join("\n").as_bytes());
        }
        let rule = nearest_rule(&name).map(|rule| rule.name);
        let known: Vec<_> = rule
            .into_iter()
            .chain(findings::ids())
            .chain(config_findings::ids())
            .collect();
        let help = match nearest(&name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`flashgate explain` lists them".to_owned(),
        };
        let name = render::printable(&name);
        render::plain_error(&format!("no rule or finding is called `{name}`"), &[&help]);
        Exit::Usage
    }
}
