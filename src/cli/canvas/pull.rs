//! `canvas pull`: an assignment as a problem file.

use std::path::PathBuf;

use super::connect::Connection;
use super::drive::{self, Ended};
use super::ids;
use crate::canvas::{IN_FLIGHT, MOST_IN_FLIGHT, Pull, PullFailure, PullFrom, PullOptions, Refusal};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Target;
use crate::cli::{Console, load, output};
use crate::formats::{Layout, problem};
use crate::id::Id;

const HELP: &str = "\
Examples:
  peerplan canvas pull --course 101 --assignment 501 -o problem.json
  peerplan canvas pull --course 101 --assignment 501 --section 11 --names -o section.json";

/// Read an assignment from Canvas as a problem file
///
/// Students are those who are active or invited and see the assignment; those who handed in nothing do not review. What the members
/// of a group hand in are copies of one work. Nothing in Canvas is changed. Everything is read or nothing is written, and the same
/// course gives the same file. The token's user needs the right to grade.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The course
    #[arg(long, value_name = "ID", value_parser = ids::read)]
    course: Id,
    /// The assignment
    #[arg(long, value_name = "ID", value_parser = ids::read)]
    assignment: Id,
    /// Only the students of this section
    #[arg(long, value_name = "ID", value_parser = ids::read)]
    section: Option<Id>,
    /// Write the names of the students into the file too
    #[arg(long)]
    names: bool,
    /// Work of students who are excused counts as handed in
    #[arg(long)]
    include_excused: bool,
    /// Send so many requests at a time
    #[arg(long, value_name = "N", default_value_t = IN_FLIGHT, value_parser = in_flight)]
    max_in_flight: usize,
    /// Write the problem to a file rather than standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

/// What the warnings are about, as there is no file yet.
const SOURCE: &str = "canvas";

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let target = Target::new(self.output);
        let (base, client) = self.connection.open()?;
        let place = PullFrom { course_id: self.course, assignment_id: self.assignment, section_id: self.section };
        let options = PullOptions {
            names: self.names,
            include_excused: self.include_excused,
            most_in_flight: self.max_in_flight,
            // Waits need not be the same from run to run, only from one who waits to the next.
            seed: u64::from(std::process::id()),
        };
        let mut pull = Pull::new(base, place, options);
        let ended = drive::run_unrecorded(&mut pull, &client).map_err(|error| Failure::Bug(error.to_string()))?;
        let pulled = match pull.finish() {
            Ok(_) if ended == Ended::Stopped => return Err(Failure::Interrupted),
            Ok(pulled) => pulled,
            Err(failure) => return Err(failed(&failure)),
        };
        load::warn(SOURCE, &pulled.warnings);
        target.write(|output| problem::write(&pulled.input, Layout::Lines, output))?;
        if let (true, Target::File(path)) = (console.json, &target) {
            output::json(&serde_json::json!({ "written": path, "warnings": pulled.warnings.items() }))?;
        }
        Ok(Exit::Done)
    }
}

fn in_flight(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MOST_IN_FLIGHT).contains(number));
    number.ok_or_else(|| format!("give a number from 1 to {MOST_IN_FLIGHT}"))
}

fn failed(failure: &PullFailure) -> Failure {
    let status = match failure {
        PullFailure::Stopped => return Failure::Interrupted,
        PullFailure::Refused { refusal: Refusal::Refused(status) | Refusal::Redirected(status), .. } => Some(*status),
        PullFailure::Refused { .. } => None,
    };
    Failure::Remote { message: failure.to_string(), status, unclear: false }
}
