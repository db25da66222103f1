//! Malformed problem files: what cannot be read, and what can be read and makes no sense.

mod compiled;
mod hostile;
mod people;
mod sides;
mod texts;

use peerplan::formats::{locate, problem};
use peerplan::{Diagnostics, Problem};

/// Everything that is wrong with a problem file, with its places: first what cannot be read, else what makes no sense.
fn found(text: &[u8]) -> Diagnostics {
    let (input, _) = match problem::read(text, false) {
        Ok(read) => read,
        Err(found) => return found,
    };
    let mut found = Problem::new(&input).expect_err("something is wrong");
    locate(text, &mut found);
    found
}
