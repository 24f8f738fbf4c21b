//! What a terminal supports, and what the user wants.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::sync::OnceLock;

use annotate_snippets::Renderer;

/// When text is colored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the environment says; otherwise on terminals.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The user's choice, for the whole process.
static CHOICE: OnceLock<ColorChoice> = OnceLock::new();

/// Sets when text is colored. Only the first call has an effect. Without one, it is [`ColorChoice::Auto`].
pub fn choose_color(choice: ColorChoice) {
    let _ = CHOICE.set(choice);
}

/// Whether text for this stream is colored.
///
/// `NO_COLOR` wins over `CLICOLOR_FORCE` and `FORCE_COLOR`, these over `CLICOLOR=0`, and all of them over what the
/// stream is. A variable that is empty counts as unset.
pub fn has_color(stream: &impl IsTerminal) -> bool {
    match CHOICE.get().copied().unwrap_or_default() {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => by_environment(|name| std::env::var_os(name))
            .unwrap_or_else(|| !is_dumb() && stream.is_terminal()),
    }
}

/// What the environment says about colors, if anything. Sources: no-color.org, force-color.org, bixense.com/clicolors.
fn by_environment(variable: impl Fn(&str) -> Option<OsString>) -> Option<bool> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    // Node's tools take FORCE_COLOR=0 for a no.
    let is_no = |value: &OsString| value == "0" || value == "false";
    if set("NO_COLOR").is_some() {
        return Some(false);
    }
    let forced = ["CLICOLOR_FORCE", "FORCE_COLOR"].map(set);
    if forced.iter().flatten().any(|value| !is_no(value)) {
        return Some(true);
    }
    set("CLICOLOR")
        .is_some_and(|value| value == "0")
        .then_some(false)
}

/// Removes colors (`ESC [ … m`) from a text that was made for a terminal.
pub fn without_color(text: &str) -> String {
    let mut pieces = text.split('\x1b');
    let first = pieces.next().unwrap_or_default();
    let rest = pieces.filter_map(|piece| piece.split_once('m'));
    std::iter::once(first)
        .chain(rest.map(|(_, text)| text))
        .collect()
}

/// Colored if wanted, and as wide as the terminal, so that no caret is wrapped.
pub(super) fn renderer(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Renderer {
    let renderer = if has_color(stream) {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    if !stream.is_terminal() {
        return renderer;
    }
    match rustix::termios::tcgetwinsize(stream) {
        Ok(size) if size.ws_col > NARROWEST => renderer.term_width(size.ws_col.into()),
        Ok(_) | Err(_) => renderer,
    }
}

/// Whether the terminal supports no escape sequences.
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// A terminal that reports a smaller width probably does not know it.
const NARROWEST: u16 = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_removed() {
        let colored = "\x1b[1m\x1b[91merror\x1b[0m: m\x1b[1;94m|\x1b[0m\n";
        assert_eq!(without_color(colored), "error: m|\n");
        assert_eq!(without_color("plain m\n"), "plain m\n");
    }

    #[test]
    fn what_the_environment_says() {
        for (set, expected) in [
            (&[][..], None),
            (&[("NO_COLOR", "1")], Some(false)),
            (&[("NO_COLOR", "")], None),
            (&[("FORCE_COLOR", "1")], Some(true)),
            (&[("FORCE_COLOR", "3")], Some(true)),
            (&[("FORCE_COLOR", "0")], None),
            (&[("CLICOLOR_FORCE", "1")], Some(true)),
            (&[("CLICOLOR_FORCE", "0")], None),
            (&[("CLICOLOR", "0")], Some(false)),
            (&[("CLICOLOR", "1")], None),
            (&[("CLICOLOR", "0"), ("FORCE_COLOR", "1")], Some(true)),
            (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], Some(false)),
        ] {
            let value = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            assert_eq!(by_environment(value), expected, "{set:?}");
        }
    }
}
