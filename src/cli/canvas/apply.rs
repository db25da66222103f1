//! `canvas apply`: a plan becomes reviews in Canvas.

use std::path::PathBuf;

use super::connect::Connection;
use super::job::{self, Way, agreed, conclude, describe, finish, journal_path, print, refused, resume, usage};
use super::journal::JournalFile;
use crate::canvas::{Ending, Summary};
use crate::cli::failure::{Exit, Failure};
use crate::cli::{Console, load};

const HELP: &str = "\
Examples:
  peerplan canvas apply plan.json
  peerplan canvas apply plan.json --yes --journal run-1.jsonl";

/// Apply a plan to its assignment in Canvas
///
/// Reads the peer reviews of the assignment, compares them with what the plan was made from, shows what will happen and asks. Where they
/// differ nothing is written (exit code 5). Each step is written to a journal before it is sent; a run that was cut off goes on with the
/// same command. No completed review is ever deleted, and no review that is there is created.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The plan file; - is standard input
    plan: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// The journal; beside the plan by default
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Go on though something is not as it was when the plan was made
    #[arg(long)]
    allow_drift: bool,
    #[command(flatten)]
    way: Way,
    #[command(flatten)]
    connection: Connection,
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let stdin = load::is_stdin(&self.plan);
        if stdin && !self.yes {
            return Err(usage("a plan from standard input leaves nobody to ask; add --yes"));
        }
        let path = journal_path(&self.plan, self.journal.as_deref())?;
        let job = job::of_plan(&self.plan, &self.way, &self.connection, self.allow_drift)?;
        let mut journal = JournalFile::open(&path, true)?;
        job.task.continues(journal.earlier()).map_err(|error| refused(&error))?;
        if !self.yes {
            let seen = job.look(journal.earlier())?;
            if seen.trouble.is_some()
                || seen.ending == Ending::Stopped
                || (seen.ending == Ending::Drift && !self.allow_drift)
            {
                return conclude(seen, journal.is_open(), &resume(&path));
            }
            if seen.pending == 0 {
                // What differs was allowed.
                let seen = Summary { ending: Ending::Complete, ..seen };
                print(console, &seen)?;
                return Ok(Exit::Done);
            }
            describe(&job.task, &seen, journal.is_open());
            if !agreed(console, "Apply this to Canvas?", &seen)? {
                return Ok(Exit::Done);
            }
        }
        let summary = job.carry_out(&mut journal)?;
        finish(console, summary, &journal)
    }
}
