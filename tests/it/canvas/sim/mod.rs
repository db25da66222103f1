//! An installation of Canvas as a value, as far as peer reviews go: what the server does, not what one would wish it did.
//!
//! [`Course::answer`] is a pure function of the state and a request. [`World`] puts it behind an unreliable network in virtual
//! time, [`run`] drives a session through that and checks what every driver may rely on, and `serve` puts it behind a socket.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod course;
mod faults;
mod lists;
mod query;
mod reviews;
mod route;
mod run;
mod serve;
mod teacher;
mod world;

#[cfg(all(unix, feature = "canvas-http", feature = "cli"))]
pub(crate) use course::TEACHER;
pub(crate) use course::{ASSIGNMENT, COURSE, Course, Enrolled, Pair, Role, student, submission};
pub(crate) use faults::Faults;
pub(crate) use run::{Trace, Until, run};
pub(crate) use serve::{Server, Weather};
pub(crate) use teacher::Edit;
pub(crate) use world::{Sent, World};
