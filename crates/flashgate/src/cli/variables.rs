//! Environment variables for the flags of `serve`: each is read if its flag isn't given. One that is empty counts as
//! unset.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;

use flashgate_config::config::ConfigFindings;
use flashgate_report::render::PlainError;

use super::given::{FlagSetting, GivenValue};

/// Reads variables, and collects the mistakes in them.
#[derive(Debug, Default)]
pub(super) struct Variables {
    faults: Vec<PlainError>,
}

impl Variables {
    /// The flag's values, or those in the variable, which are separated by whitespace.
    pub(super) fn list<T, E: Display>(
        &mut self,
        setting: FlagSetting,
        flag: Vec<T>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> GivenValue<Vec<T>> {
        let text = if flag.is_empty() {
            self.text(setting)
        } else {
            None
        };
        let Some(text) = text else {
            return GivenValue::by_flag(setting, flag);
        };
        let values = text.split_whitespace();
        let values = values.filter_map(|value| self.value(setting, value, &read));
        GivenValue::by_variable(setting, values.collect())
    }

    /// The flag's value, or the variable's.
    pub(super) fn one<T, E: Display>(
        &mut self,
        setting: FlagSetting,
        flag: Option<T>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<GivenValue<T>> {
        if let Some(value) = flag {
            return Some(GivenValue::by_flag(setting, value));
        }
        let text = self.text(setting)?;
        let value = self.value(setting, text.trim(), read)?;
        Some(GivenValue::by_variable(setting, value))
    }

    /// The flag's path, or the variable's.
    pub(super) fn path(
        &mut self,
        setting: FlagSetting,
        flag: Option<PathBuf>,
    ) -> Option<GivenValue<PathBuf>> {
        if let Some(path) = flag {
            return Some(GivenValue::by_flag(setting, path));
        }
        let path = setting.of_environment()?;
        self.faults.extend(in_quotes(setting, &path));
        Some(GivenValue::by_variable(setting, path.into()))
    }

    /// Returns every mistake, if there is one.
    pub(super) fn finish(self) -> Result<(), ConfigFindings> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(self.faults.into_iter().collect())
        }
    }

    fn text(&mut self, setting: FlagSetting) -> Option<String> {
        let value = setting.of_environment()?;
        if let Some(fault) = in_quotes(setting, &value) {
            self.faults.push(fault);
            return None;
        }
        match value.into_string() {
            Ok(text) => Some(text).filter(|text| !text.trim().is_empty()),
            Err(other) => {
                let (variable, found) = (setting.variable, other.display());
                let message = format!("expected UTF-8 in `{variable}`, found `{found}`");
                self.faults.push(PlainError::new(&message, &[]));
                None
            }
        }
    }

    fn value<T, E: Display>(
        &mut self,
        setting: FlagSetting,
        text: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let wrong = |error: E| {
            let variable = setting.variable;
            let message = format!("invalid value '{text}' for '{variable}': {error}");
            let help = text.contains([',', ';']).then_some(SPACES);
            PlainError::new(&message, help.as_slice())
        };
        let value = read(text).map_err(|error| self.faults.push(wrong(error)));
        value.ok()
    }
}

const SPACES: &str = "separate several values with spaces";

/// `docker run --env-file` and lists in Compose keep quotes.
fn in_quotes(setting: FlagSetting, value: &OsString) -> Option<PlainError> {
    let text = value.to_string_lossy();
    let text = text.trim();
    let quote = text.chars().next().filter(|first| "\"'".contains(*first));
    quote.map(|quote| {
        let variable = setting.variable;
        // Each value of a list may have its own quotes.
        let bare = text.replace(quote, "");
        PlainError::new(
            &format!("invalid value '{text}' for '{variable}': the quotes are part of it"),
            &[&format!("write it without quotes: `{variable}={bare}`")],
        )
    })
}
