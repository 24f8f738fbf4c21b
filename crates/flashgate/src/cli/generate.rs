//! What the program can tell about itself: shell completions and the manual page.

use clap::{Args, Command};
use clap_complete::Shell;

use super::Exit;

/// Print completions for a shell
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell to print them for
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, mut command: Command) -> Exit {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut command, "flashgate", &mut out);
        super::print(&out)
    }
}

/// Prints one page: the program, then each subcommand.
pub(super) fn man(command: Command) -> Exit {
    let mut out = Vec::new();
    let rendered = render(command, &mut out);
    if rendered.is_err() {
        Exit::Internal
    } else {
        super::print(&out)
    }
}

fn render(mut command: Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    command.build();
    let page = clap_mangen::Man::new(command.clone()).section("8");
    page.render(out)?;
    for subcommand in command
        .get_subcommands()
        .filter(|subcommand| subcommand.get_name() != "help")
    {
        let name = format!("flashgate {}", subcommand.get_name());
        out.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
        let page = clap_mangen::Man::new(subcommand.clone().display_name(name));
        page.render_synopsis_section(out)?;
        page.render_description_section(out)?;
        page.render_options_section(out)?;
    }
    Ok(())
}
