//! As much JSON as the measurements need to print.

use std::fmt;
use std::time::Duration;

/// A JSON value.
#[derive(Debug)]
pub(super) enum Json {
    Text(String),
    Number(f64),
    Count(u64),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A duration as microseconds.
    pub(super) fn micros(duration: Duration) -> Self {
        Self::Number(duration.as_secs_f64() * 1e6)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quote(f, text),
            Self::Number(number) if number.is_finite() => write!(f, "{number:.4}"),
            Self::Number(_) => f.write_str("null"),
            Self::Count(count) => write!(f, "{count}"),
            Self::List(items) => {
                separated(f, '[', items, |f, item| write!(f, "{item}"))?;
                f.write_str("]")
            }
            Self::Object(members) => {
                separated(f, '{', members, |f, (name, value)| {
                    write!(f, "\"{name}\":{value}")
                })?;
                f.write_str("}")
            }
        }
    }
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    open: char,
    items: &[T],
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    write!(f, "{open}")?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        write(f, item)?;
    }
    Ok(())
}

fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(character))?,
            _ => write!(f, "{character}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_nest_and_text_is_escaped() {
        let value = Json::Object(vec![
            (
                "a",
                Json::List(vec![
                    Json::Count(1),
                    Json::Number(0.5),
                    Json::Number(f64::NAN),
                ]),
            ),
            ("b", Json::text("say \"\\\n\"")),
        ]);
        assert_eq!(
            value.to_string(),
            r#"{"a":[1,0.5000,null],"b":"say \"\\\u000a\""}"#
        );
    }
}
