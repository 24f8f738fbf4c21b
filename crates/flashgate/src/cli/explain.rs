//! `flashgate explain`: what a rule of the linter is about.

use clap::Args;
use flash_policy::lint::{nearest_rule, rule};
use flashgate_report::explain;
use flashgate_report::render;

use crate::exit::Exit;

/// Print what a rule of lint finds, why it matters and what to write instead
///
/// Without a rule, all of them are listed with their level.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  flashgate explain missing-to-ports")]
pub(super) struct Explain {
    /// The rule, as findings name it
    rule: Option<String>,
    /// The index of the rules' pages, in Markdown
    #[arg(long, hide = true, conflicts_with = "rule")]
    index: bool,
}

impl Explain {
    pub(super) fn run(self) -> Exit {
        if self.index {
            return super::print(explain::index().as_bytes());
        }
        let Some(name) = self.rule else {
            return super::print(explain::list().as_bytes());
        };
        if let Some(rule) = rule(&name) {
            return super::print(explain::page(rule).as_bytes());
        }
        let help = match nearest_rule(&name) {
            Some(near) => format!("did you mean `{}`?", near.name),
            None => "`flashgate explain` lists them".to_owned(),
        };
        let name = render::printable(&name);
        render::plain_error(&format!("no rule is called `{name}`"), &[&help]);
        Exit::Usage
    }
}
