//! What drives the adapter: sessions that say what to send, and are told what became of it.
//!
//! A session has no socket and no clock. Its driver, ours ([`http`](super::http)) or that of an asynchronous program, does three things:
//!
//! ```text
//! loop {
//!     match session.poll(now) {
//!         Step::Record(line)         => append the line to the journal and flush it to the disk
//!         Step::Send(ticket, request) => send it, beside others; when it ends: session.handle(ticket, outcome, now)
//!         Step::Wait(until)           => wait for an outcome, but no longer than until
//!         Step::Done                  => break
//!     }
//! }
//! ```

use std::time::Duration;

use super::request::Request;
use super::response::Outcome;

/// The number of a request within a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a driver is to do next. Times are counted from any moment the driver chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Append this line to the journal and flush it to the disk, before anything else is sent. It ends without a line feed.
    Record(String),
    /// Send this; what becomes of it goes to [`Session::handle`].
    Send(Ticket, Request),
    /// Nothing to do until something that was sent has ended, or until this time.
    Wait(Option<Duration>),
    /// There is nothing to do any more, and nothing under way.
    Done,
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// What is being done, in a word or two.
    pub stage: &'static str,
    /// So much is done.
    pub done: u64,
    /// So much is to be done; 0 where that is not known.
    pub total: u64,
}

/// A dialogue with an installation.
pub trait Session {
    /// What to do next.
    fn poll(&mut self, now: Duration) -> Step;
    /// What became of a request; a ticket that is not under way is ignored.
    fn handle(&mut self, ticket: Ticket, outcome: Outcome, now: Duration);
    /// Begins nothing new; what is under way is waited for.
    fn stop(&mut self);
    /// How far the work is.
    fn reached(&self) -> Reached;
}
