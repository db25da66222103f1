//! From proofs to words: why there is no plan, what would help, and why a pair may or may not be chosen.

mod bottleneck;
mod pair;
mod relief;

pub use bottleneck::{Bottleneck, ExcludedPairs};
pub use pair::{PairExplanation, pair};
pub use relief::Relief;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::certificate::{Infeasible, Refutation};
use crate::input::Input;
use crate::problem::Problem;
use crate::strategy::{Run, find_cut, refute};

/// Whether a problem has a valid assignment, and if not, why not and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whether a valid assignment exists that meets every minimum.
    pub feasible: bool,
    /// The proof that none exists.
    pub certificate: Option<Refutation>,
    /// The proof in numbers a reader can follow.
    pub bottleneck: Option<Bottleneck>,
    /// The same in words, one sentence each.
    pub sentences: Vec<String>,
    /// Single changes that would help, the smallest first; each has been tried.
    pub relief: Vec<Relief>,
}

/// Explains a problem. `input` is what the problem was made from; changes that might help are tried on it.
///
/// Complexity: that of one matching, and of one more for each change tried.
#[must_use]
pub fn explain(input: &Input, problem: &Problem) -> Explanation {
    match certificate_of(problem) {
        None => without_cut(problem),
        Some(certificate) => {
            let bottleneck = Bottleneck::new(problem, &certificate);
            let relief = relief::reliefs(input, problem, &certificate, &bottleneck);
            let mut sentences = bottleneck.sentences(&certificate);
            sentences.extend(relief.iter().map(|relief| alloc::format!("it would help to {}", relief.change)));
            Explanation {
                feasible: false,
                certificate: Some(Refutation::Cut(certificate)),
                bottleneck: Some(bottleneck),
                sentences,
                relief,
            }
        }
    }
}

/// Explains a problem that no cut refutes: a search may.
fn without_cut(problem: &Problem) -> Explanation {
    let (feasible, certificate, sentences) = match refute(problem, &mut Run::new(0)) {
        Ok(None) => (true, None, alloc::vec![String::from("a valid plan exists: every minimum can be met")]),
        Ok(Some(refutation)) => (false, Some(refutation.clone()), sentences(problem, &refutation)),
        Err(undecided) => (false, None, alloc::vec![alloc::format!("{undecided}")]),
    };
    Explanation { feasible, certificate, bottleneck: None, sentences, relief: Vec::new() }
}

/// An infeasible problem in words, without looking for what would help.
#[must_use]
pub fn sentences(problem: &Problem, refutation: &Refutation) -> Vec<String> {
    match refutation {
        Refutation::Cut(cut) => Bottleneck::new(problem, cut).sentences(cut),
        Refutation::Search(_) => alloc::vec![alloc::format!("{refutation}")],
    }
}

/// The proof that the minima of a problem cannot be met, if so.
fn certificate_of(problem: &Problem) -> Option<Infeasible> {
    // Nobody watches this run, so nobody stops it.
    find_cut(problem, &mut Run::new(0)).unwrap_or(None)
}
