//! `canvas allocate`: ask Canvas itself for work to review.

use std::time::Duration;

use serde::Serialize;

use super::connect::Connection;
use super::{drive, ids, refused};
use crate::canvas::request;
use crate::canvas::{
    Allocated, Cause, Decision, Loss, Outcome, Reached, Refusal, Request, Response, Session, Step, Ticket, allocated,
    decide,
};
use crate::cli::failure::{Exit, Failure};
use crate::cli::table::{shown, table};
use crate::cli::{Console, output};
use crate::id::Id;

const HELP: &str = "\
Examples:
  peerplan canvas allocate --course 101 --assignment 501
  peerplan canvas allocate --course 101 --assignment 501 --json";

/// Ask Canvas for work to review, for the user of the token
///
/// Canvas itself chooses, by the rules of the assignment. It allocates to the student whose token it is and to nobody else: a teacher
/// cannot allocate for a class in this way. One request is sent, and never a second one: where its answer is lost, look in Canvas.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The course
    #[arg(long, value_name = "ID", value_parser = ids::read)]
    course: Id,
    /// The assignment
    #[arg(long, value_name = "ID", value_parser = ids::read)]
    assignment: Id,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Document<'a> {
    peer_reviews: &'a [Allocated],
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let (_, client) = self.connection.open()?;
        let request = request::allocate(&self.course, &self.assignment);
        let mut once = Once::new(request.clone());
        drive::run_unrecorded(&mut once, &client).map_err(|error| Failure::Bug(error.to_string()))?;
        // Without an outcome it was stopped before anything was sent.
        let outcome = once.outcome.ok_or(Failure::Interrupted)?;
        let reviews = judge(&request, &outcome)?;
        if console.json {
            output::json(&Document { peer_reviews: &reviews })?;
        } else {
            print(&reviews)?;
        }
        Ok(Exit::Done)
    }
}

/// The reviews that were allocated, or why it is not known, or why there are none.
fn judge(request: &Request, outcome: &Outcome) -> Result<Vec<Allocated>, Failure> {
    let remote = |message: &str, status| Failure::Remote { message: message.to_owned(), status, unclear: false };
    let decision = decide(request, outcome, 1, 0);
    match (decision, outcome) {
        (Decision::Done, Outcome::Answer(answer)) => allocated(answer).map_err(|error| unclear(&error.to_string())),
        (Decision::GiveUp(Refusal::Refused(400)), _) => Err(remote(NOTHING, Some(400))),
        (Decision::GiveUp(Refusal::Permission), Outcome::Answer(answer)) => Err(remote(FORBIDDEN, Some(answer.status))),
        (Decision::GiveUp(refusal), Outcome::Answer(Response { status, .. })) => {
            Err(remote(&refusal.to_string(), Some(*status)))
        }
        (Decision::GiveUp(refusal), Outcome::Lost(_)) => Err(refused(&refusal)),
        // These two are certain: the request was turned away at the door, or there was no door.
        (Decision::ReadBack { cause: cause @ Cause::Throttled, .. }, Outcome::Answer(answer)) => {
            Err(remote(&format!("{cause}; nothing was allocated, try again in a minute"), Some(answer.status)))
        }
        (Decision::ReadBack { cause: cause @ Cause::Lost(Loss::Unreachable), .. }, _) => {
            Err(remote(&format!("{cause}; nothing was allocated, check CANVAS_BASE_URL and the network"), None))
        }
        (Decision::ReadBack { cause, .. } | Decision::Again { cause, .. }, _) => Err(unclear(&cause.to_string())),
        (Decision::Done, Outcome::Lost(_)) => Err(unclear("there is no answer")),
    }
}

const NOTHING: &str = "Canvas has nothing to allocate just now: everything handed in may have been given out, or nothing has been handed in \
     yet; try again later";

const FORBIDDEN: &str = "Canvas does not allocate here: the feature or the assignment's peer reviews may be off, your own work may not be \
     handed in, reviewing may not have started or be locked, you may have as many reviews as the assignment asks for, or \
     the token may not be a student's (a teacher's cannot allocate for a class)";

/// Nobody knows what the request did.
fn unclear(why: &str) -> Failure {
    let message = format!("it is not known whether work was allocated: {why}; look in Canvas before asking again");
    Failure::Remote { message, status: None, unclear: true }
}

fn print(reviews: &[Allocated]) -> Result<(), Failure> {
    output::stdout(|output| {
        if reviews.is_empty() {
            return writeln!(output, "Canvas allocated nothing");
        }
        let mut table = table(&["asset_id", "user_id", "workflow_state"]);
        for Allocated { asset_id, user_id, workflow_state, .. } in reviews {
            let author = user_id.as_ref().map(Id::to_string).unwrap_or_default();
            let state = workflow_state.as_deref().unwrap_or_default();
            table.add_row([shown(&asset_id.to_string()), shown(&author), shown(state)]);
        }
        writeln!(output, "{table}")
    })
}

/// A session of one request that is sent once, whatever becomes of it.
#[derive(Debug)]
struct Once {
    request: Option<Request>,
    under_way: bool,
    outcome: Option<Outcome>,
}

impl Once {
    fn new(request: Request) -> Self {
        Self { request: Some(request), under_way: false, outcome: None }
    }
}

impl Session for Once {
    fn poll(&mut self, _: Duration) -> Step {
        match self.request.take() {
            Some(request) => {
                self.under_way = true;
                Step::Send(Ticket(0), request)
            }
            None if self.under_way => Step::Wait(None),
            None => Step::Done,
        }
    }

    fn handle(&mut self, _: Ticket, outcome: Outcome, _: Duration) {
        self.under_way = false;
        self.outcome = Some(outcome);
    }

    fn stop(&mut self) {
        self.request = None;
    }

    fn reached(&self) -> Reached {
        Reached { stage: "asking Canvas", done: 0, total: 0 }
    }
}
