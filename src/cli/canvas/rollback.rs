//! `canvas rollback`: what was applied is undone.

use std::path::PathBuf;

use super::connect::Connection;
use super::job::{Job, Speed, agreed, conclude, describe, finish, refused, resume};
use super::journal::JournalFile;
use crate::canvas::{ApplyOptions, Ending, Task};
use crate::cli::Console;
use crate::cli::failure::{Exit, Failure};

const HELP: &str = "\
Examples:
  peerplan canvas rollback plan.json.journal.jsonl
  peerplan canvas rollback plan.json.journal.jsonl --yes";

/// Undo what a journal says was done
///
/// Deletes the reviews that were created, where they are still the same and nobody has completed them, and asks again for those that were
/// deleted. What was there before stays. The steps are written to the same journal: it can be cut off and started again too.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The journal of `canvas apply`
    journal: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    speed: Speed,
    #[command(flatten)]
    connection: Connection,
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let (base, client) = self.connection.open()?;
        let mut journal = JournalFile::open(&self.journal, false)?;
        let task = Task::of_rollback(&base, journal.earlier()).map_err(|error| refused(&error))?;
        let options = ApplyOptions { most_in_flight: self.speed.most_in_flight(), ..ApplyOptions::default() };
        let job = Job { base, client, task, options };
        if !self.yes {
            let seen = job.look(journal.earlier())?;
            if seen.trouble.is_some() || seen.ending == Ending::Stopped {
                return conclude(seen, journal.is_open(), &resume(journal.path()));
            }
            describe(&job.task, &seen, false);
            if !agreed(console, "Undo this in Canvas?", &seen)? {
                return Ok(Exit::Done);
            }
        }
        let summary = job.carry_out(&mut journal)?;
        finish(console, summary, &journal)
    }
}
