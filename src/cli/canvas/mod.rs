//! `canvas`: what is done to an installation of Canvas LMS.
//!
//! One file per sub-verb. `connect` is the way to the installation, `drive` runs a session, `ids` reads ids.

mod allocate;
mod apply;
mod connect;
mod drive;
mod ids;
mod job;
mod journal;
mod pull;
mod rollback;
mod status;

pub(super) use job::lines;

use clap::Subcommand;

use super::Console;
use super::failure::{Exit, Failure};
use crate::canvas::Refusal;

const HELP: &str = "\
Environment:
  CANVAS_BASE_URL   the address of Canvas, as in https://canvas.example.edu; /api/v1 may follow
  CANVAS_API_TOKEN  an access token, made in Canvas under Account, Settings, New access token;
                    it is never shown and never kept, and --token-file FILE goes before it

Examples:
  peerplan canvas pull --course 101 --assignment 501 -o problem.json
  peerplan canvas status plan.json
  peerplan canvas apply plan.json
  peerplan canvas rollback plan.json.journal.jsonl";

/// Talk to Canvas LMS
///
/// Every sub-verb needs the address of Canvas and an access token. A request that changes something is never repeated before it is
/// known what became of it. The first Ctrl-C lets what is under way come to its end and begins nothing new; the second ends at once.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Pull(pull::Args),
    Apply(apply::Args),
    Status(status::Args),
    Rollback(rollback::Args),
    Allocate(allocate::Args),
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        match self.verb {
            Verb::Apply(args) => args.run(console),
            Verb::Status(args) => args.run(console),
            Verb::Rollback(args) => args.run(console),
            Verb::Pull(args) => args.run(console),
            Verb::Allocate(args) => args.run(console),
        }
    }
}

/// The failure of something that Canvas refuses.
fn refused(refusal: &Refusal) -> Failure {
    Failure::Remote { message: refusal.to_string(), status: None, unclear: false }
}
