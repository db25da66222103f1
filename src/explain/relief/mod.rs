//! Single changes that make an infeasible problem feasible, each tried.
//!
//! Bounds, pairs, rules and values are tried on the flows of [`Supply`]; changes of people and of the policy on the
//! problem compiled anew. Where rules are no network the flows are no more than a sieve: what passes is compiled and
//! decided like any other problem. So they are where the strategy draws by lot within limits.

mod bounds;
mod edit;
mod pairs;
mod people;
mod policy;
mod values;

pub use edit::{Edit, Setting};
pub(super) use pairs::targets;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::is_feasible;
use super::supply::{Delta, Reach, Side, Supply, Unmet};
use crate::input::{Input, Reciprocal, Unscored};
use crate::problem::Problem;
use crate::strategy::by_name;

/// A change that has been tried: with it, a valid plan exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relief {
    /// What to do, to be read after "it would help to".
    pub change: String,
    /// How much it relaxes, by which changes are ranked: the reviews by which bounds are moved, each bound for itself,
    /// and the pairs that may be chosen then and could not before.
    pub size: u64,
    /// The change of the input.
    #[serde(flatten)]
    pub edit: Edit,
}

/// How many changes of a kind are offered: the smallest.
pub(super) const OFFERED: usize = 5;

/// With more pairs than this, the flows would take too much memory and time; only changes for all are tried then.
const PAIRS: usize = 1 << 28;

/// The changes that help, smallest first; what allows shortfalls comes last.
pub(super) fn reliefs(input: &Input, problem: &Problem) -> Vec<Relief> {
    let mut finder = Finder::new(input, problem);
    if finder.scope.is_some() {
        finder.bounds_of_one();
        finder.rules_and_scores();
        finder.values();
        finder.people();
    }
    finder.bounds_of_all();
    finder.limit();
    finder.policies();
    let mut found = finder.found;
    let last = |relief: &Relief| relief.edit == Edit::Policy(Setting::Partial);
    found.sort_by(|a, b| (last(a), a.size, &a.change).cmp(&(last(b), b.size, &b.change)));
    found
}

/// A change worth trying.
struct Candidate {
    size: u64,
    words: String,
    edit: Edit,
}

/// The flows, and the cuts they are at: the sieve through which candidates go.
struct Scope<'p> {
    supply: Supply<'p>,
    cuts: [Cuts; 2],
    /// Students with a must on one of several copies: their pairs with the work may cross a cut whose other pairs of
    /// theirs do not.
    musts: Vec<bool>,
}

/// The two outermost minimum cuts of a side.
struct Cuts {
    deficit: u64,
    reach: Reach,
    demand: Reach,
}

/// Looks for changes that help.
struct Finder<'a> {
    input: &'a Input,
    /// The input with nothing that has no say in what is feasible, for changes that are compiled.
    lean: Input,
    problem: &'a Problem,
    /// None where the problem is too large.
    scope: Option<Scope<'a>>,
    /// Whether the flows decide: the rules form a network without bounds on works, and no pair is limited.
    exact: bool,
    /// How many changes of a kind are compiled and decided.
    compiled: usize,
    found: Vec<Relief>,
}

impl<'a> Finder<'a> {
    fn new(input: &'a Input, problem: &'a Problem) -> Self {
        let pairs = problem.students().saturating_mul(problem.submissions());
        let scope = (pairs <= PAIRS).then(|| {
            let mut supply = Supply::new(problem);
            let cuts = [Side::Submissions, Side::Students].map(|side| Cuts {
                deficit: supply.deficit(side),
                reach: supply.reach(side),
                demand: supply.demand(side),
            });
            let mut musts = alloc::vec![false; problem.students()];
            problem.settled.work_musts.iter().for_each(|must| musts[must.student as usize] = true);
            Scope { supply, cuts, musts }
        });
        let policy = problem.policy();
        let limited = is_limited(problem);
        let cycles = matches!(policy.reciprocal, Reciprocal::Forbid | Reciprocal::ForbidCycles(_));
        Self {
            input,
            lean: lean(input, problem),
            problem,
            scope,
            exact: !limited && !cycles && policy.panel.is_empty() && policy.reviews_per_work.is_none(),
            // To look for a lottery where rules are no network takes long.
            compiled: if limited && !problem.is_network() { 4 } else { (4_000_000 / pairs.max(1)).clamp(8, 200) },
            found: Vec::new(),
        }
    }

    fn scope(&self) -> &Scope<'a> {
        self.scope.as_ref().expect("asked for where there is one")
    }

    /// Whether all minima can be met with a change, as far as flows tell.
    fn flows(&mut self, delta: &Delta) -> Result<(), Unmet> {
        self.scope.as_mut().expect("asked for where there is one").supply.with(delta)
    }

    /// Whether the problem has a valid assignment with a change: compiled and decided.
    fn decided(&self, edit: &Edit) -> bool {
        let mut edited = self.lean.clone();
        edit.apply(&mut edited);
        Problem::new(&edited).is_ok_and(|problem| is_feasible(&problem))
    }

    fn offer(&mut self, candidate: Candidate) {
        let Candidate { size, words: change, edit } = candidate;
        self.found.push(Relief { change, size, edit });
    }

    /// Offers the smallest of some candidates that help.
    fn offer_smallest(&mut self, mut candidates: Vec<Candidate>, delta: impl Fn(&Self, &Edit) -> Option<Delta>) {
        candidates.sort_by(|a, b| (a.size, &a.words).cmp(&(b.size, &b.words)));
        let (mut offered, mut compiled) = (0, 0);
        for candidate in candidates {
            if offered == OFFERED || compiled == self.compiled {
                return;
            }
            let delta = delta(self, &candidate.edit);
            if delta.as_ref().is_some_and(|delta| self.flows(delta).is_err()) {
                continue;
            }
            if !self.exact || delta.is_none() {
                compiled += 1;
                if !self.decided(&candidate.edit) {
                    continue;
                }
            }
            offered += 1;
            self.offer(candidate);
        }
    }
}

impl Scope<'_> {
    fn cuts(&self, side: Side) -> &Cuts {
        &self.cuts[usize::from(side == Side::Students)]
    }

    /// Whether pairs cross the outermost minimum cuts of both sides often enough that they could help together.
    fn crossed_by(&self, pairs: &[(u32, u32)]) -> bool {
        self.cuts.iter().all(|cuts| {
            let count = |crosses: &dyn Fn(usize, usize) -> bool| {
                pairs.iter().filter(|&&(student, submission)| crosses(student as usize, submission as usize)).count()
            };
            cuts.deficit == 0
                || (count(&|i, j| (self.musts[i] || cuts.reach.students[i]) && !cuts.reach.submissions[j]) as u64
                    >= cuts.deficit
                    && count(&|i, j| (self.musts[i] || !cuts.demand.students[i]) && cuts.demand.submissions[j]) as u64
                        >= cuts.deficit)
        })
    }

    /// Whether a new pair of a student could be of use.
    fn may_help_student(&self, student: usize) -> bool {
        self.musts[student] || self.cuts.iter().all(|cuts| cuts.deficit == 0 || cuts.reach.students[student])
    }

    /// Whether a way along new pairs could begin with one of a student.
    fn may_begin(&self, student: usize) -> bool {
        let nothing_missing = self.cuts.iter().all(|cuts| cuts.deficit == 0);
        nothing_missing
            || self.musts[student]
            || self.cuts.iter().any(|cuts| cuts.deficit > 0 && cuts.reach.students[student])
    }

    /// Whether a new pair of a submission could be of use.
    fn may_help_submission(&self, submission: usize) -> bool {
        self.cuts.iter().all(|cuts| cuts.deficit == 0 || cuts.demand.submissions[submission])
    }
}

/// Whether the strategy that a problem names draws by lot within limits.
fn is_limited(problem: &Problem) -> bool {
    let choice = problem.strategy();
    let by_lot = by_name(&choice.name).is_some_and(|strategy| strategy.guarantees().by_lot);
    by_lot && (choice.parameters.contains_key(LIMIT) || !problem.pairs.limits.values().is_empty())
}

/// The parameter that limits how likely pairs are.
pub(super) const LIMIT: &str = "limit";

/// An input without names, and without scores where they have no say.
fn lean(input: &Input, problem: &Problem) -> Input {
    let limited = is_limited(problem);
    let scored = input.policy.unscored == Unscored::Forbid || limited;
    let mut lean = Input {
        source: None,
        students: input.students.clone(),
        submissions: input.submissions.clone(),
        peer_reviews: input.peer_reviews.clone(),
        policy: input.policy.clone(),
        rules: input.rules.clone(),
        affinities: if scored { input.affinities.clone() } else { Vec::new() },
        scores: if scored { input.scores.clone() } else { crate::input::ScoreTable::default() },
        history: input.history.clone(),
        strategy: input.strategy.clone().filter(|_| limited),
    };
    lean.students.iter_mut().for_each(|student| student.name = None);
    lean
}
