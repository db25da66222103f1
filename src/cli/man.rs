//! `man`: the manual in roff.

use clap_mangen::Man;

use super::failure::{Exit, Failure};
use super::{command, output};

const HELP: &str = "\
Examples:
  peerplan man
  peerplan man plan > peerplan-plan.1";

/// Print the manual pages, or that of one verb, in roff
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The verb
    verb: Option<String>,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut root = command().disable_help_subcommand(true);
        root.build();
        let pages: Vec<clap::Command> = match &self.verb {
            None => std::iter::once(root.clone()).chain(root.get_subcommands().cloned()).collect(),
            Some(verb) => root.find_subcommand(verb).cloned().into_iter().collect(),
        };
        if pages.is_empty() {
            let verbs: Vec<&str> = root.get_subcommands().map(clap::Command::get_name).collect();
            return Err(Failure::Usage(format!("there is no such verb; the verbs are {}", verbs.join(", "))));
        }
        output::stdout(|output| pages.into_iter().try_for_each(|page| Man::new(page).render(output)))?;
        Ok(Exit::Done)
    }
}
