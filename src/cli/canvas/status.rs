//! `canvas status`: a plan beside what stands in Canvas.

use std::fs;
use std::path::PathBuf;

use super::connect::Connection;
use super::job::{self, Way, conclude, journal_path, print, refused};
use crate::canvas::{Ending, Journal};
use crate::cli::Console;
use crate::cli::failure::{Exit, Failure};

const HELP: &str = "\
Examples:
  peerplan canvas status plan.json
  peerplan canvas status plan.json --json";

/// Compare a plan with its assignment in Canvas
///
/// Exit code 0 when all is as planned, 4 when changes are pending, 5 when something is not as it was when the plan was made. Nothing is
/// written.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The plan file; - is standard input
    plan: PathBuf,
    /// The journal of the runs so far; beside the plan by default
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    way: Way,
    #[command(flatten)]
    connection: Connection,
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let path = journal_path(&self.plan, self.journal.as_deref()).ok().filter(|path| path.is_file());
        let job = job::of_plan(&self.plan, &self.way, &self.connection, false)?;
        let mut earlier = Journal::default();
        if let Some(path) = path {
            // It is only looked at, while a run may be writing it.
            let text = fs::read(&path).map_err(|error| Failure::read(&path.display().to_string(), error))?;
            earlier = Journal::read(&text).map_err(|error| Failure::Refused {
                code: "bad_journal",
                message: format!("{} is no journal: {error}", path.display()),
            })?;
            job.task.continues(&earlier).map_err(|error| refused(&error))?;
        }
        let summary = job.look(&earlier)?;
        let exit = match summary.ending {
            Ending::Complete => Exit::Done,
            Ending::Pending => Exit::Pending,
            Ending::Drift => Exit::Drift,
            _ => return conclude(summary, false, ""),
        };
        print(console, &summary)?;
        Ok(exit)
    }
}
