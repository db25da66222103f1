//! From proofs to words: why there is no plan, what would help, and why a pair may or may not be chosen.

mod bottleneck;
mod cost;
mod lottery;
mod pair;
mod panel;
mod relief;
mod shut_out;
mod supply;

pub use bottleneck::{Bottleneck, ExcludedPairs};
pub use cost::PairCost;
pub use pair::{ExcludedBy, Fate, PairExplanation, pair, review};
pub use relief::{Edit, Relief, Setting};
pub use shut_out::ShutOut;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::certificate::Refutation;
use crate::input::{Bound, Input};
use crate::problem::Problem;
use crate::strategy::{AssignError, Run, refute, refute_limits};

/// Whether a problem has a valid assignment, and if not, why not and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whether a valid assignment exists that meets every minimum.
    pub feasible: bool,
    /// The proof that none exists.
    pub certificate: Option<Refutation>,
    /// The proof in numbers a reader can follow.
    pub bottleneck: Option<Bottleneck>,
    /// Who could help but takes no part.
    pub shut_out: Vec<ShutOut>,
    /// The same in words, one sentence each.
    pub sentences: Vec<String>,
    /// Single changes that would help, the smallest first; each has been tried.
    pub relief: Vec<Relief>,
}

/// Explains a problem. `input` is what the problem was made from; changes that might help are tried on it.
///
/// Complexity: that of one matching, and of one more for each rule of the policy; all other changes are tried on two
/// maximum flows, in O(n·m / 64) for each unit of each.
#[must_use]
pub fn explain(input: &Input, problem: &Problem) -> Explanation {
    let refutation = match refutation_of(problem) {
        Ok(Some(refutation)) => refutation,
        Ok(None) => {
            let mut sentences = alloc::vec![String::from("a valid plan exists: every minimum can be met")];
            sentences.extend(nothing_to_spare(problem));
            return Explanation::without_proof(true, sentences);
        }
        Err(undecided) => {
            let text = alloc::format!("whether a valid plan exists is not decided: {undecided}");
            return Explanation::without_proof(false, alloc::vec![text]);
        }
    };
    let mut sentences = sentences(problem, &refutation);
    let plain = refutation.cut().filter(|cut| cut.panel.is_none());
    let bottleneck = plain.map(|cut| Bottleneck::new(problem, cut));
    let mut shut_out = Vec::new();
    if let (Some(cut), Some(bottleneck)) = (plain, &bottleneck) {
        shut_out = shut_out::shut_out(input, problem, cut, bottleneck);
        sentences.extend(shut_out::settled(problem, cut, bottleneck));
        sentences.extend(shut_out.iter().map(shut_out::sentence));
    }
    let relief = relief::reliefs(input, problem);
    sentences.extend(relief.iter().map(|relief| alloc::format!("it would help to {}", relief.change)));
    Explanation { feasible: false, certificate: Some(refutation), bottleneck, shut_out, sentences, relief }
}

impl Explanation {
    fn without_proof(feasible: bool, sentences: Vec<String>) -> Self {
        let (shut_out, relief) = (Vec::new(), Vec::new());
        Self { feasible, certificate: None, bottleneck: None, shut_out, sentences, relief }
    }
}

/// What is tight by numbers alone, in a sentence.
fn nothing_to_spare(problem: &Problem) -> Option<String> {
    let students = || (0..problem.students()).map(|student| problem.student_bound(student));
    let submissions = || (0..problem.submissions()).map(|submission| problem.submission_bound(submission));
    let most = |max: u64, bound: Bound| max.checked_add(bound.max?);
    let least = |min: u64, bound: Bound| min.saturating_add(bound.min);
    let asked = (students().fold(0, least), submissions().fold(0, least));
    let whole = |most: Option<u64>, asked: u64| most == Some(asked) && asked > 0;
    if whole(students().try_fold(0, most), asked.1) {
        return Some(alloc::format!("nothing is to spare: submissions need all {} that students may give", asked.1));
    }
    whole(submissions().try_fold(0, most), asked.0)
        .then(|| alloc::format!("nothing is to spare: students must give all {} that submissions may receive", asked.0))
}

/// An infeasible problem in words, without looking for what would help.
#[must_use]
pub fn sentences(problem: &Problem, refutation: &Refutation) -> Vec<String> {
    match refutation {
        Refutation::Cut(cut) if cut.panel.is_some() => panel::sentences(problem, cut),
        Refutation::Cut(cut) => Bottleneck::new(problem, cut).sentences(cut),
        Refutation::Search(_) => alloc::vec![alloc::format!("{refutation}")],
        Refutation::Lottery(proof) => lottery::sentences(proof),
    }
}

/// The proof that a problem has no valid assignment that meets every minimum, or none that the strategy it names may draw
/// within its limits, if so: the one place where this is decided.
///
/// # Errors
/// When it is not decided, or the search was stopped.
fn refutation_of(problem: &Problem) -> Result<Option<Refutation>, AssignError> {
    // Nobody watches this run, so nobody stops it.
    match refute(problem, &mut Run::new(0))? {
        Some(refutation) => Ok(Some(refutation)),
        None => refute_limits(problem, &mut Run::new(0)),
    }
}

/// Whether a problem is known to have a valid assignment that meets every minimum.
fn is_feasible(problem: &Problem) -> bool {
    matches!(refutation_of(problem), Ok(None))
}
