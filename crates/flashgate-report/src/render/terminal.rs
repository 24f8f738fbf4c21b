//! What a terminal supports, and what the user wants.

use std::io::IsTerminal;

use annotate_snippets::Renderer;

/// Colored for terminals unless turned off, and as wide as the terminal, so that no caret is wrapped.
pub(super) fn renderer(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Renderer {
    if !stream.is_terminal() {
        return Renderer::plain();
    }
    let renderer = if wants_plain() {
        Renderer::plain()
    } else {
        Renderer::styled()
    };
    match rustix::termios::tcgetwinsize(stream) {
        Ok(size) if size.ws_col > NARROWEST => renderer.term_width(size.ws_col.into()),
        Ok(_) | Err(_) => renderer,
    }
}

/// Whether the user turned colors off, or the terminal has none.
pub fn wants_plain() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb()
}

/// Whether the terminal supports no escape sequences.
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// A terminal that reports a smaller width probably does not know it.
const NARROWEST: u16 = 40;
