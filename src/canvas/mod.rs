//! The adapter for Canvas LMS: its protocol as data, without a socket and without a clock.
//!
//! [`request`] makes every request, [`decide`] judges every answer, and a [`Session`] strings them together. `http` (feature
//! `canvas-http`) is the only room with a socket; asynchronous programs drive the same sessions with a client of their own.
//!
//! `docs/canvas.md` walks from a token to an applied plan.

mod allocation;
mod apply;
mod base;
#[allow(dead_code, reason = "what only writing sessions need is taken into use with them")]
mod calls;
mod decision;
#[cfg(feature = "canvas-http")]
pub mod http;
mod journal;
mod link;
mod live;
mod pages;
mod pull;
mod records;
pub mod request;
mod response;
mod session;
mod task;

pub use allocation::{Allocated, allocated};
pub use apply::{Apply, Ending, LeftStep, Options as ApplyOptions, Summary, Trouble, Why};
pub use base::{BadBase, Base};
pub use calls::{IN_FLIGHT, MOST_IN_FLIGHT};
pub use decision::{ATTEMPTS, Cause, Decision, Refusal, decide, wait};
pub use journal::{BadJournal, Header, Journal, Mode};
pub use link::next_link;
pub use live::{Change, Difference};
pub use pull::{Pull, PullFailure, PullFrom, PullOptions, Pulled, Reading};
pub use request::{AssignmentPath, Context, Method, Request};
pub use response::{Loss, Outcome, Response};
pub use session::{Reached, Session, Step, Ticket};
pub use task::{BadTask, Op, Pair, Task, TaskStep};
