//! The settings of `serve`: its flags, and the environment variables of those that are not given.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;

use clap::{Args, ValueEnum};
use flash_policy::Port;
use flashgate_config::config::{ConfigFindings, flags, own_host};
use flashgate_config::snapshot::{ListenAddress, OwnHost};
use flashgate_report::render::PlainError;

use super::gate::{GateFlag, GateRange};
use super::given::{self, FlagSetting, GivenBy, GivenValue};
use super::port;
use super::variables::Variables;

/// The flags that have a variable.
#[derive(Debug, Args)]
#[expect(
    clippy::doc_markdown,
    reason = "clap shows variables in this form, without backticks"
)]
pub(super) struct SettingFlags {
    /// Allow content from DOMAIN to connect to PORTS [env: FLASHGATE_ALLOW]
    ///
    /// DOMAIN is a host name, an address, `*.example.com` (which covers example.com too) or `*`. PORTS is a list such
    /// as `9339,9400-9410`, or `*`. Without PORTS, the rule covers the ports of the gates. Can be repeated.
    #[arg(
        id = "rules",
        long = "allow",
        value_name = "DOMAIN[:PORTS]",
        required = false
    )]
    allow: Vec<String>,
    /// Serve this policy file unchanged, followed by one NUL [env: FLASHGATE_POLICY]
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    policy: Option<PathBuf>,
    /// Answer on this address: `843`, `127.0.0.1:843`, `[::1]:843`. Port 0 takes a free port. Can be repeated
    /// [default: the sockets passed by systemd; otherwise, without --gate, port 843 on every address]
    /// [env: FLASHGATE_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    listen: Vec<ListenAddress>,
    /// The port that players connect to, if it isn't the one in --listen: 843 for a container's `-p 843:8843`
    /// [env: FLASHGATE_PUBLIC_PORT]
    #[arg(long, value_name = "PORT", value_parser = port::parse)]
    public_port: Option<Port>,
    /// Put a gate in front of a server: `9339=127.0.0.1:9340` answers policy requests on port 9339 and forwards
    /// everything else to port 9340, including WebSockets from pages that the policy allows. A range such
    /// as `9875-9878=127.0.0.1:6112-6115` is one gate per port. Can be repeated
    /// [env: FLASHGATE_GATE]
    #[arg(long, value_name = "LISTEN=BACKEND")]
    gate: Vec<GateRange>,
    /// Also accept WebSockets for every gate on this address. The path is the gate's port, as in `/9339`. Can be
    /// repeated [env: FLASHGATE_BRIDGE]
    #[arg(long, value_name = "ADDRESS", value_parser = flags::bridge_address)]
    bridge: Vec<ListenAddress>,
    /// The URL at which pages reach the bridge, as in `wss://play.example.com` [env: FLASHGATE_PUBLIC_URL]
    #[arg(long, value_name = "URL", value_parser = flags::public_url)]
    public_url: Option<String>,
    /// A name or address that movies use for this machine, spelled as in the movies. /ruffle.js has an entry for each.
    /// Can be repeated [env: FLASHGATE_HOST]
    #[arg(long, value_name = "HOST", value_parser = own_host::parse)]
    host: Vec<OwnHost>,
    /// Serve health, metrics and status on this loopback address, as in `127.0.0.1:9843` [env: FLASHGATE_ADMIN]
    #[arg(long, value_name = "ADDRESS", value_parser = flags::admin_address)]
    admin: Option<ListenAddress>,
    /// Read all settings from this TOML file instead of the flags above [env: FLASHGATE_CONFIG]
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "rules", "policy", "listen", "public_port", "gate", "bridge", "public_url", "host", "admin",
        ]
    )]
    config: Option<PathBuf>,
    /// The log format on standard error [default: text] [env: FLASHGATE_LOG_FORMAT]
    #[arg(long, value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// One line per event, readable
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

/// Everything that is set, and by what.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) allow: GivenValue<Vec<String>>,
    pub(super) policy: Option<GivenValue<PathBuf>>,
    pub(super) listen: GivenValue<Vec<ListenAddress>>,
    pub(super) public_port: Option<GivenValue<Port>>,
    pub(super) pages: PageSettings,
    pub(super) admin: Option<GivenValue<ListenAddress>>,
    pub(super) config: Option<GivenValue<PathBuf>>,
    pub(super) log_format: LogFormat,
}

/// What a Ruffle page needs to know.
#[derive(Debug)]
pub(super) struct PageSettings {
    pub(super) gate: GivenValue<Vec<GateFlag>>,
    pub(super) bridge: GivenValue<Vec<ListenAddress>>,
    pub(super) public_url: Option<GivenValue<String>>,
    pub(super) host: GivenValue<Vec<OwnHost>>,
}

impl SettingFlags {
    /// Adds what the variables set, or returns every mistake in them.
    pub(super) fn with_variables(self) -> Result<Settings, ConfigFindings> {
        let mut variables = Variables::default();
        let vars = &mut variables;
        let settings = Settings {
            allow: vars.list(given::ALLOW, self.allow, String::from_str),
            policy: vars.path(given::POLICY, self.policy),
            listen: vars.list(given::LISTEN, self.listen, ListenAddress::from_str),
            public_port: vars.one(given::PUBLIC_PORT, self.public_port, port::parse),
            pages: PageSettings {
                gate: vars
                    .list(given::GATE, self.gate, GateRange::from_str)
                    .each(),
                bridge: vars.list(given::BRIDGE, self.bridge, flags::bridge_address),
                public_url: vars.one(given::PUBLIC_URL, self.public_url, flags::public_url),
                host: vars.list(given::HOST, self.host, own_host::parse),
            },
            admin: vars.one(given::ADMIN, self.admin, flags::admin_address),
            config: vars.path(given::CONFIG, self.config),
            log_format: vars
                .one(given::LOG_FORMAT, self.log_format, LogFormat::read)
                .map_or(LogFormat::default(), |given| given.value),
        };
        variables.finish()?;
        let conflicts = settings.conflicts();
        if conflicts.is_empty() {
            Ok(settings)
        } else {
            Err(conflicts)
        }
    }
}

impl LogFormat {
    fn read(text: &str) -> Result<Self, NoLogFormat> {
        Self::from_str(text, false).map_err(|_| NoLogFormat)
    }
}

/// A text that is not a log format.
#[derive(Debug)]
struct NoLogFormat;

impl fmt::Display for NoLogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `text` or `json`")
    }
}

/// The name of a setting, how it was given, and how to leave it out.
struct Used {
    name: &'static str,
    by: GivenBy,
    without: String,
}

impl<T> From<&GivenValue<T>> for Used {
    fn from(given: &GivenValue<T>) -> Self {
        Self {
            name: given.name(),
            by: given.by,
            without: given.without(),
        }
    }
}

impl Settings {
    /// An error for each setting that excludes another one. `clap` reports two flags.
    fn conflicts(&self) -> ConfigFindings {
        let mut faults = Vec::new();
        if let Some(config) = &self.config {
            let config = Used::from(config);
            let others = self.used().into_iter();
            faults.extend(others.map(|other| beside_config(&other, &config)));
        } else if let (Some(policy), [_, ..]) = (&self.policy, &*self.allow.value) {
            faults.push(beside_policy(&Used::from(&self.allow), &Used::from(policy)));
        }
        faults.into_iter().collect()
    }

    /// The settings that a config file replaces. A config without `[admin]` is served with the variable's address.
    fn used(&self) -> Vec<Used> {
        fn of<T>(list: &GivenValue<Vec<T>>) -> Option<Used> {
            (!list.value.is_empty()).then(|| list.into())
        }
        let admin = self.admin.as_ref().map(Used::from);
        let settings = [
            of(&self.allow),
            self.policy.as_ref().map(Used::from),
            of(&self.listen),
            self.public_port.as_ref().map(Used::from),
            of(&self.pages.gate),
            of(&self.pages.bridge),
            self.pages.public_url.as_ref().map(Used::from),
            of(&self.pages.host),
            admin.filter(|admin| admin.by == GivenBy::Flag),
        ];
        settings.into_iter().flatten().collect()
    }
}

/// For commands that read the variables of `serve`: an error for each setting in another variable, or in one of these
/// flags, if the config file is named by a variable. `serve` refuses them too.
pub(super) fn only_config(
    config: &GivenValue<PathBuf>,
    flags: impl IntoIterator<Item = FlagSetting>,
) -> Result<(), ConfigFindings> {
    if config.by == GivenBy::Flag {
        return Ok(());
    }
    let config = Used::from(config);
    let flags = flags.into_iter().map(|it| GivenValue::by_flag(it, ()));
    let variables = given::REPLACED.into_iter().filter(|it| it.is_in_variable());
    let variables = variables.map(|it| GivenValue::by_variable(it, ()));
    let others = flags.chain(variables).map(|it| Used::from(&it));
    let faults: ConfigFindings = others.map(|it| beside_config(&it, &config)).collect();
    none(faults)
}

/// The error for rules in a variable next to a policy file in another one.
pub(super) fn only_rules(rules: &GivenValue<Vec<String>>) -> Result<(), ConfigFindings> {
    if rules.by == GivenBy::Flag || rules.value.is_empty() || !given::POLICY.is_in_variable() {
        return Ok(());
    }
    let policy = Used::from(&GivenValue::by_variable(given::POLICY, ()));
    Err(beside_policy(&Used::from(rules), &policy).into())
}

fn none(faults: ConfigFindings) -> Result<(), ConfigFindings> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

fn beside_config(other: &Used, config: &Used) -> PlainError {
    let help = format!(
        "write the setting into the config file, and {}; or {}",
        other.without, config.without
    );
    together(other, config, &help)
}

fn beside_policy(allow: &Used, policy: &Used) -> PlainError {
    let help = format!(
        "add the rule to the policy file, and {}; or {}",
        allow.without, policy.without
    );
    together(allow, policy, &help)
}

fn together(one: &Used, other: &Used, help: &str) -> PlainError {
    let message = format!(
        "`{}` can't be used together with `{}`",
        one.name, other.name
    );
    PlainError::new(&message, &[help])
}
