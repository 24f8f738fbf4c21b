//! Findings about a config and the files that it names, as values. They become text when they are shown.

use std::fmt::{self, Display, Formatter};

use flash_policy::diagnostic::{Column, LineIndex, Position, any_error};
use flash_policy::{Diagnostic, Severity};
use flashgate_report::render::{self, PlainError, Source};

/// All findings, in order. Their text is for the terminal or the log.
#[derive(Debug, Default)]
pub struct ConfigFindings(Vec<ConfigFinding>);

#[derive(Debug)]
enum ConfigFinding {
    Error(PlainError),
    WithoutPlace(Diagnostic),
    /// In a file, or in a flag's value.
    In {
        name: String,
        bytes: Vec<u8>,
        found: Vec<Diagnostic>,
    },
}

impl ConfigFindings {
    /// Findings without a place in a text.
    pub fn without_place(found: impl IntoIterator<Item = Diagnostic>) -> Self {
        Self(found.into_iter().map(ConfigFinding::WithoutPlace).collect())
    }

    /// Adds findings in the text with this name.
    pub fn add(&mut self, name: &dyn Display, bytes: &[u8], found: Vec<Diagnostic>) {
        if !found.is_empty() {
            self.0.push(ConfigFinding::In {
                name: name.to_string(),
                bytes: bytes.to_owned(),
                found,
            });
        }
    }

    /// These findings followed by others.
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// Adds a help text to each error that has no place in a text.
    #[must_use]
    pub fn help_for_errors(self, help: &str) -> Self {
        let helped = self.0.into_iter().map(|found| match found {
            ConfigFinding::Error(error) => ConfigFinding::Error(error.help(help)),
            ConfigFinding::WithoutPlace(_) | ConfigFinding::In { .. } => found,
        });
        Self(helped.collect())
    }

    /// What each error says, in one line, after the place of its mistake: `flashgate.toml:3:1: …`.
    pub fn messages(&self) -> Vec<String> {
        let each = self.0.iter().flat_map(|finding| match finding {
            ConfigFinding::Error(error) => vec![error.message().to_owned()],
            ConfigFinding::WithoutPlace(finding) => errors(std::slice::from_ref(finding))
                .map(|error| error.message.clone())
                .collect(),
            ConfigFinding::In { name, bytes, found } => {
                let lines = LineIndex::new(bytes);
                let told = |error: &Diagnostic| {
                    let message = &error.message;
                    let Some(label) = &error.label else {
                        return format!("{name}: {message}");
                    };
                    let Position { line, column } =
                        lines.position(label.span.start, Column::Characters);
                    format!("{name}:{line}:{column}: {message}")
                };
                errors(found).map(told).collect()
            }
        });
        each.collect()
    }

    /// The help texts of the errors.
    pub fn helps(&self) -> Vec<String> {
        let each = self.0.iter().flat_map(|finding| match finding {
            ConfigFinding::Error(error) => error.helps().to_vec(),
            ConfigFinding::WithoutPlace(finding) => helps(std::slice::from_ref(finding)),
            ConfigFinding::In { found, .. } => helps(found),
        });
        each.collect()
    }

    /// Whether there are no findings.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any finding is an error.
    pub fn any_error(&self) -> bool {
        self.0.iter().any(|found| match found {
            ConfigFinding::Error(_) => true,
            ConfigFinding::WithoutPlace(finding) => any_error(std::slice::from_ref(finding)),
            ConfigFinding::In { found, .. } => any_error(found),
        })
    }
}

fn errors(found: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    let is_error = |finding: &&Diagnostic| finding.severity == Severity::Error;
    found.iter().filter(is_error)
}

fn helps(found: &[Diagnostic]) -> Vec<String> {
    errors(found).flat_map(|error| error.help.clone()).collect()
}

impl From<PlainError> for ConfigFindings {
    fn from(error: PlainError) -> Self {
        Self(vec![ConfigFinding::Error(error)])
    }
}

impl FromIterator<PlainError> for ConfigFindings {
    fn from_iter<I: IntoIterator<Item = PlainError>>(errors: I) -> Self {
        Self(errors.into_iter().map(ConfigFinding::Error).collect())
    }
}

impl Display for ConfigFindings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|found| {
            f.write_str(&match found {
                ConfigFinding::Error(error) => error.text(),
                ConfigFinding::WithoutPlace(finding) => render::without_place(finding),
                ConfigFinding::In { name, bytes, found } => {
                    render::findings(found, &Source::new(name, bytes))
                }
            })
        })
    }
}
