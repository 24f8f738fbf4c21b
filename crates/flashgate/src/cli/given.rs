//! Values of `serve`, given by a flag or by its environment variable. Messages name the one that was used.

use std::env;
use std::ffi::OsString;
use std::fmt::Display;

use flashgate_config::config::ConfigFindings;
use flashgate_config::config::flags::FlagText;
use flashgate_config::snapshot::SetIn;

/// A setting, by the names of its flag and its variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlagSetting {
    flag: &'static str,
    pub(super) variable: &'static str,
}

impl FlagSetting {
    const fn new(flag: &'static str, variable: &'static str) -> Self {
        Self { flag, variable }
    }

    /// The value of its variable, unless it is empty.
    pub(super) fn of_environment(self) -> Option<OsString> {
        env::var_os(self.variable).filter(|value| !value.is_empty())
    }

    /// Whether its variable is set. One that is empty counts as unset.
    pub(super) fn is_in_variable(self) -> bool {
        let value = self.of_environment();
        value.is_some_and(|value| !value.to_string_lossy().trim().is_empty())
    }
}

pub(super) const ALLOW: FlagSetting = FlagSetting::new("--allow", "FLASHGATE_ALLOW");
pub(super) const POLICY: FlagSetting = FlagSetting::new("--policy", "FLASHGATE_POLICY");
pub(super) const LISTEN: FlagSetting = FlagSetting::new("--listen", "FLASHGATE_LISTEN");
pub(super) const PUBLIC_PORT: FlagSetting =
    FlagSetting::new("--public-port", "FLASHGATE_PUBLIC_PORT");
pub(super) const GATE: FlagSetting = FlagSetting::new("--gate", "FLASHGATE_GATE");
pub(super) const BRIDGE: FlagSetting = FlagSetting::new("--bridge", "FLASHGATE_BRIDGE");
pub(super) const PUBLIC_URL: FlagSetting = FlagSetting::new("--public-url", "FLASHGATE_PUBLIC_URL");
pub(super) const HOST: FlagSetting = FlagSetting::new("--host", "FLASHGATE_HOST");
pub(super) const ADMIN: FlagSetting = FlagSetting::new("--admin", "FLASHGATE_ADMIN");
pub(super) const CONFIG: FlagSetting = FlagSetting::new("--config", "FLASHGATE_CONFIG");
pub(super) const LOG_FORMAT: FlagSetting = FlagSetting::new("--log-format", "FLASHGATE_LOG_FORMAT");

/// The settings that a config file replaces. (`FLASHGATE_ADMIN` is used if the file has no `[admin]`.)
pub(super) const REPLACED: [FlagSetting; 8] = [
    ALLOW,
    POLICY,
    LISTEN,
    PUBLIC_PORT,
    GATE,
    BRIDGE,
    PUBLIC_URL,
    HOST,
];

/// How a value was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenBy {
    Flag,
    Variable,
}

/// A value, and how it was given. A list without values was not given.
#[derive(Clone, Debug)]
pub(super) struct GivenValue<T> {
    pub(super) value: T,
    pub(super) setting: FlagSetting,
    pub(super) by: GivenBy,
}

impl<T> GivenValue<T> {
    pub(super) fn by_flag(setting: FlagSetting, value: T) -> Self {
        Self {
            value,
            setting,
            by: GivenBy::Flag,
        }
    }

    pub(super) fn by_variable(setting: FlagSetting, value: T) -> Self {
        Self {
            value,
            setting,
            by: GivenBy::Variable,
        }
    }

    /// The name of the flag or the variable.
    pub(super) fn name(&self) -> &'static str {
        match self.by {
            GivenBy::Flag => self.setting.flag,
            GivenBy::Variable => self.setting.variable,
        }
    }

    pub(super) fn set_in(&self) -> SetIn {
        match self.by {
            GivenBy::Flag => SetIn::Flag,
            GivenBy::Variable => SetIn::Variable,
        }
    }

    /// One of its values as the user gave it: `--listen 843`, or `843` in the variable.
    pub(super) fn quote(&self, value: impl Display) -> String {
        let name = self.name();
        match self.by {
            GivenBy::Flag => format!("`{name} {value}`"),
            GivenBy::Variable => format!("`{value}` in `{name}`"),
        }
    }

    /// How to leave it out.
    pub(super) fn without(&self) -> String {
        let name = self.name();
        match self.by {
            GivenBy::Flag => format!("leave out `{name}`"),
            GivenBy::Variable => format!("unset `{name}`"),
        }
    }

    /// Help for a path that can't be read.
    pub(super) fn where_set(&self) -> Option<String> {
        let name = self.name();
        (self.by == GivenBy::Variable).then(|| format!("the path is in `{name}`"))
    }

    /// Findings about a file, with the variable's name if its path is wrong.
    pub(super) fn about_path(&self, faults: ConfigFindings) -> ConfigFindings {
        match self.where_set() {
            Some(help) => faults.help_for_errors(&help),
            None => faults,
        }
    }

    /// A text in which findings have their place.
    pub(super) fn flag_text(&self, text: String) -> FlagText {
        FlagText {
            name: self.name(),
            text,
            set_in: self.set_in(),
        }
    }
}

impl<T: Display> GivenValue<T> {
    pub(super) fn text(&self) -> FlagText {
        self.flag_text(self.value.to_string())
    }
}

impl<T: Display> GivenValue<Vec<T>> {
    /// All values: a flag's one per line, a variable's on one line.
    pub(super) fn texts(&self) -> FlagText {
        let texts: Vec<_> = self.value.iter().map(ToString::to_string).collect();
        let separator = match self.by {
            GivenBy::Flag => "\n",
            GivenBy::Variable => " ",
        };
        self.flag_text(texts.join(separator))
    }
}
