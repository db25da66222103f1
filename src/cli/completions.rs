//! `completions`: for shells.

use clap_complete::Shell;

use super::failure::{Exit, Failure};
use super::{command, output};

const HELP: &str = "\
Examples:
  peerplan completions bash
  peerplan completions fish > peerplan.fish";

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(), "peerplan", &mut script);
        output::stdout(|output| output.write_all(&script))?;
        Ok(Exit::Done)
    }
}
