//! What a terminal can show, and what its user wants of it.

use std::io::IsTerminal;

use annotate_snippets::Renderer;

/// Coloured for terminals, unless the user wants none; as wide as the terminal, so that no caret is wrapped away.
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

/// Whether the user wants no colours, or the terminal has none.
pub fn wants_plain() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb()
}

/// A terminal that knows no escape sequences.
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Where a terminal says that it is narrower, it most likely does not know.
const NARROWEST: u16 = 40;
