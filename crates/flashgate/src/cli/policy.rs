//! `flashgate policy`: prints a policy that works, from rules or from a config file.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr as _;

use clap::{Args, ValueEnum};
use flash_policy::lint::{Options, PolicyKind, lint_with};
use flash_policy::write::{self, Layout, SilverlightError};
use flash_policy::{Policy, Port, PortSet, Profile, Secure, Serving};
use flashgate_config::config::{self, ConfigFindings, ConfiguredPolicy};
use flashgate_config::snapshot::MasterFileKind;
use flashgate_report::render::{self, PlainError};

use super::allow::{self, NoPorts};
use super::gate::{self, GateRange};
use super::given::{self, GivenBy, GivenValue};
use super::settings;
use super::variables::Variables;
use crate::exit::Exit;

mod for_silverlight;

/// Print the policy made from rules or a config file
///
/// A policy file named in a config file is printed as flashgate understands it: without comments, and without
/// what has no effect.
///
/// For sockets, `site-control` is printed only if players reach one of the policy's listeners on port 843.
///
/// Without --allow and --config, it reads the variables that `serve` reads: `FLASHGATE_CONFIG`, or `FLASHGATE_ALLOW`
/// and `FLASHGATE_GATE`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "flashgate policy [OPTIONS]")]
pub(super) struct Print {
    /// Allow content from DOMAIN to connect to PORTS
    ///
    /// DOMAIN is a host name, an address, `*.example.com` (which covers example.com too) or `*`. PORTS is a list such
    /// as `9339,9400-9410`, or `*`; a policy for URLs has none. Can be repeated.
    #[arg(long = "allow", value_name = "DOMAIN:PORTS")]
    rules: Vec<String>,
    /// Print a policy of this config file, read and checked as `serve` does
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    config: Option<PathBuf>,
    /// The name of the policy in the config file. Optional if there is only one
    #[arg(long, value_name = "NAME", conflicts_with = "rules")]
    name: Option<String>,
    /// The client that the policy is for
    #[arg(long, value_enum, value_name = "DIALECT", default_value_t)]
    dialect: PolicyFormat,
    /// Print one element per line
    #[arg(long)]
    pretty: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate policy --pretty --allow '*.example.com:9339,9400-9410'
  flashgate policy --pretty --config /etc/flashgate/flashgate.toml --name default
  flashgate policy --dialect url --allow '*.example.com' > crossdomain.xml

Exit codes: 0 printed, 2 flags, config or policy are wrong";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PolicyFormat {
    /// Flash Player, Lightspark, Unity's web player
    #[default]
    Flash,
    /// Silverlight and Moonlight (only ports 4502 to 4534)
    Silverlight,
    /// Flash Player's /crossdomain.xml over HTTP, without ports
    Url,
}

/// What the policy is made from.
enum PolicySource {
    Config(GivenValue<PathBuf>),
    Rules {
        rules: GivenValue<Vec<String>>,
        gates: Result<Vec<Port>, NoPorts>,
    },
}

impl PolicySource {
    fn policy(
        &self,
        name: Option<&str>,
        format: PolicyFormat,
        layout: Layout,
    ) -> Result<ToPrint, ConfigFindings> {
        let policy = match (self, format) {
            (Self::Config(path), _) => {
                let chosen = configured(path, name)?;
                return to_print(chosen, format, layout).map_err(ConfigFindings::from);
            }
            (Self::Rules { rules, .. }, PolicyFormat::Url) => {
                // The ports are left out, so it doesn't matter which a rule has.
                let policy = allow::policy(&rules.value, rules.name(), Ok(&[Port::MASTER]))?;
                for_urls(policy)
            }
            (Self::Rules { rules, gates }, _) => {
                let gates = gates.as_deref().map_err(|reason| *reason);
                allow::policy(&rules.value, rules.name(), gates)?
            }
        };
        let meta_policy = None;
        Ok(ToPrint::Policy(WantedPolicy {
            policy,
            meta_policy,
        }))
    }
}

/// What to print.
enum ToPrint {
    Policy(WantedPolicy),
    /// This text, which has no equal among policies for sockets.
    AsServed(String),
}

/// The policy to print.
struct WantedPolicy {
    policy: Policy,
    /// The name of its meta-policy for URLs. Some of them, the policy has only as `master-only`.
    meta_policy: Option<&'static str>,
}

impl WantedPolicy {
    fn as_url(&self, layout: Layout) -> Result<String, ConfigFindings> {
        let text = write::url(&self.policy, layout).map_err(|error| plain(&error))?;
        let (Some(general), Some(name)) = (self.policy.site_control, self.meta_policy) else {
            return Ok(text);
        };
        let value = |name: &str| format!("permitted-cross-domain-policies=\"{name}\"");
        Ok(text.replacen(&value(general.as_str()), &value(name), 1))
    }
}

/// The same movies, for files.
fn for_urls(policy: Policy) -> Policy {
    let mut urls = Policy::for_urls();
    for mut rule in policy.rules {
        rule.ports = PortSet::All;
        rule.secure = Secure::AsServed;
        urls = urls.with_rule(rule);
    }
    urls
}

impl Print {
    pub(super) fn run(&self) -> Exit {
        match self.text() {
            Ok(text) => super::print(format!("{text}\n").as_bytes()),
            Err(faults) => {
                render::to_stderr(&faults.to_string());
                Exit::Usage
            }
        }
    }

    /// Builds the text, and prints warnings to standard error.
    fn text(&self) -> Result<String, ConfigFindings> {
        let source = self.source()?;
        let wanted = match source.policy(self.name.as_deref(), self.dialect, self.layout())? {
            ToPrint::Policy(wanted) => wanted,
            ToPrint::AsServed(text) => return Ok(text),
        };
        let text = match self.dialect {
            PolicyFormat::Flash => write::flash_unchecked(&wanted.policy, self.layout()),
            PolicyFormat::Url => wanted.as_url(self.layout())?,
            PolicyFormat::Silverlight => {
                let text = write::silverlight(&wanted.policy, self.layout());
                let text = text.map_err(|error| not_for_silverlight(&error))?;
                render::to_stderr(
                    &for_silverlight::judged(&wanted.policy, &text, &source).to_string(),
                );
                return Ok(text);
            }
        };
        render::to_stderr(&self.judged(&text, &source).to_string());
        Ok(text)
    }

    /// What the flags name, or else the variables.
    fn source(&self) -> Result<PolicySource, ConfigFindings> {
        let mut variables = Variables::default();
        let config = if self.rules.is_empty() {
            variables.path(given::CONFIG, self.config.clone())
        } else {
            None
        };
        if let Some(config) = config {
            variables.finish()?;
            settings::only_config(&config, [])?;
            return Ok(PolicySource::Config(config));
        }
        let rules = variables.list(given::ALLOW, self.rules.clone(), String::from_str);
        let gates = match rules.by {
            GivenBy::Flag => Err(NoPorts::NotServed),
            GivenBy::Variable => {
                let gates = variables.list(given::GATE, Vec::new(), GateRange::from_str);
                gate::ports(&gates.each().value)
            }
        };
        variables.finish()?;
        settings::only_rules(&rules)?;
        if rules.value.is_empty() {
            return Err(nothing_to_print().into());
        }
        Ok(PolicySource::Rules { rules, gates })
    }

    /// The findings for the printed policy, with places in the rules or in the printed text.
    fn judged(&self, text: &str, source: &PolicySource) -> ConfigFindings {
        let (kind, profile) = match self.dialect {
            PolicyFormat::Url => (PolicyKind::Url, Profile::Url),
            PolicyFormat::Flash | PolicyFormat::Silverlight => {
                (PolicyKind::Socket, Profile::Socket)
            }
        };
        let options = Options::for_service(Serving::from_unknown_port()).kind(kind);
        let found = lint_with(text.as_bytes(), &options).findings;
        let mut findings = ConfigFindings::default();
        match source {
            PolicySource::Config(_) => {
                findings.add(&"policy as printed", text.as_bytes(), found);
            }
            PolicySource::Rules { rules, .. } => {
                allow::add(&mut findings, found, (text, profile), rules);
            }
        }
        findings
    }

    fn layout(&self) -> Layout {
        if self.pretty {
            Layout::Pretty
        } else {
            Layout::Compact
        }
    }
}

fn plain(error: &dyn Display) -> ConfigFindings {
    PlainError::new(&error.to_string(), &[]).into()
}

fn not_for_silverlight(error: &SilverlightError) -> ConfigFindings {
    let help = matches!(error, SilverlightError::NoPorts { .. })
        .then_some("add a port from 4502 to 4534 to the rule, or remove the rule");
    PlainError::new(&error.to_string(), help.as_slice()).into()
}

fn nothing_to_print() -> PlainError {
    PlainError::new(
        "nothing to print: no rules and no config file given",
        &[
            "allow a domain and its ports: `flashgate policy --allow 'www.example.com:9339'`",
            "or pass a config file: `flashgate policy --config /etc/flashgate/flashgate.toml`",
        ],
    )
}

/// The error for a file that can't be read in this format. The files of a valid config are for Flash or Silverlight, so
/// this one is for Silverlight.
fn not_in_format(name: &str, format: PolicyFormat) -> PlainError {
    let (reason, help) = match format {
        PolicyFormat::Url => (
            "it has Silverlight's format, and `/crossdomain.xml` is for Flash Player",
            "print it with `--dialect silverlight`, or write `rules`, which flashgate prints in every dialect",
        ),
        PolicyFormat::Flash | PolicyFormat::Silverlight => (
            "it has Silverlight's format, and allows applications that no Flash rule can name",
            "name the hosts that the applications are loaded from",
        ),
    };
    let message = format!("the file of policy `{name}` means nothing in this dialect: {reason}");
    PlainError::new(&message, &[help])
}

/// Reads a policy from a config file.
fn configured(
    given: &GivenValue<PathBuf>,
    name: Option<&str>,
) -> Result<ConfiguredPolicy, ConfigFindings> {
    let path = &given.value;
    let policies = config::policies(path).map_err(|faults| given.about_path(faults))?;
    let names: Vec<_> = policies
        .iter()
        .map(|policy| format!("`{}`", policy.name))
        .collect();
    let names = names.join(", ");
    let wanted = |policy: &ConfiguredPolicy| name.is_none_or(|name| name == policy.name);
    let mut chosen = policies.into_iter().filter(wanted);
    match (chosen.next(), chosen.next(), name) {
        (Some(policy), None, _) => Ok(policy),
        (None, _, Some(name)) => Err(PlainError::new(
            &format!("{} has no policy named `{name}`", path.display()),
            &[&format!("its policies are {names}")],
        )
        .into()),
        (_, _, _) => Err(PlainError::new(
            &format!("{} has several policies; pass `--name`", path.display()),
            &[&format!("use one of {names}")],
        )
        .into()),
    }
}

/// A configured policy in this format. What is served nowhere is not printed.
fn to_print(
    policy: ConfiguredPolicy,
    format: PolicyFormat,
    layout: Layout,
) -> Result<ToPrint, PlainError> {
    if format == PolicyFormat::Silverlight
        && let Some(text) = policy.silverlight_file(layout)
    {
        return Ok(ToPrint::AsServed(text));
    }
    if format != PolicyFormat::Url && !policy.only_files.is_empty() {
        return Err(only_over_http(&policy));
    }
    let found = match format {
        PolicyFormat::Url => policy.urls,
        PolicyFormat::Flash => policy.sockets,
        PolicyFormat::Silverlight => policy.silverlight,
    };
    let meta_policy = policy.meta_policy;
    let wanted = found.map(|policy| WantedPolicy {
        policy,
        meta_policy,
    });
    let wanted = wanted.map(ToPrint::Policy);
    wanted.ok_or_else(|| not_in_format(&policy.name, format))
}

/// The error for a format that no client gets.
fn only_over_http(policy: &ConfiguredPolicy) -> PlainError {
    let paths: Vec<_> = policy.only_files.iter().map(|file| file.path()).collect();
    let (name, paths) = (&policy.name, paths.join(" and "));
    let dialect = match policy.only_files.as_slice() {
        [MasterFileKind::ClientAccessPolicy] => "silverlight",
        _ => "url",
    };
    PlainError::new(
        &format!("the policy `{name}` is served only over HTTP, as {paths}"),
        &[&format!("print that with `--dialect {dialect}`")],
    )
}
