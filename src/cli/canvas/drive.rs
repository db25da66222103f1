//! Runs a session: shows how far it is, and lets Ctrl-C stop it between two requests.

use std::io;
use std::ops::ControlFlow;

use crate::canvas::http::{self, Client};
use crate::canvas::{Reached, Session};
use crate::cli::interrupt;
use crate::cli::progress::Bar;

/// How a session came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself.
    Whole,
    /// After Ctrl-C: what was under way has ended, the rest was not begun.
    Stopped,
}

/// Runs a session to its end; each line goes to `record` before anything else is sent.
///
/// The error is that of `record`, or that of a system that gives no threads.
pub(super) fn run(
    session: &mut dyn Session,
    client: &Client,
    record: &mut dyn FnMut(&str) -> io::Result<()>,
) -> io::Result<Ended> {
    let gentle = interrupt::gently();
    let mut bar = Bar::new();
    let mut watch = |reached: Reached| {
        bar.at(reached.stage, reached.done, reached.total);
        if gentle.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    http::drive(session, client, record, &mut watch)?;
    Ok(if gentle.asked() { Ended::Stopped } else { Ended::Whole })
}

/// Runs a session that keeps no journal.
pub(super) fn run_unrecorded(session: &mut dyn Session, client: &Client) -> io::Result<Ended> {
    run(session, client, &mut |_| Ok(()))
}
