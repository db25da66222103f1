//! `plan --marginals`: how likely each pair was.

use std::io::{self, Write};

use crate::cli::failure::Failure;
use crate::cli::strategies;
use crate::formats;
use crate::strategy::by_name;
use crate::{Marginals, Problem};

/// Refuses strategies that do not tell how likely pairs are.
pub(super) fn are_told(problem: &Problem) -> Result<(), Failure> {
    let name = &problem.strategy().name;
    if by_name(name).is_some_and(|strategy| strategy.guarantees().by_lot) {
        return Ok(());
    }
    let lots = strategies::by_lot();
    Err(Failure::Usage(format!("--marginals: {name} does not draw by lot; the strategies that do are {lots}")))
}

/// Writes them.
pub(super) fn write(problem: &Problem, marginals: &Marginals, output: &mut dyn Write) -> io::Result<()> {
    let rows = marginals.pairs().iter().map(|&(student, submission, share)| {
        (problem.student_id(student as usize), problem.submission_id(submission as usize), share)
    });
    formats::marginals::write_csv(marginals.whole(), rows, output)
}
