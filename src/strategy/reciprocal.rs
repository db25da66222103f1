//! `reciprocal: avoid`: fewer reviews that go both ways, everything else staying optimal.
//!
//! Not a flow: first a local search by random cycles over the optimal assignments, then, up to a size, the exact
//! searches for none at all, and one that forbids one direction of a pair after the other (branch and bound with the flow
//! as its bound). Beyond that size [`cycles`](super::cycles) looks for none at all as where they are forbidden.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::cycles::{Asked, Decided, Rule, is_searched};
use super::goals::Aim;
use super::network::Model;
use super::optimum::{OptimalFace, Optimum, assignment_of, optimal_face, used_edges};
use super::pairing::Pairing;
use super::{AssignError, Objective, Run, objective, scores};
use crate::assignment::Assignment;
use crate::input::Reciprocal;
use crate::problem::rows::index;
use crate::problem::{Problem, Standing};
use crate::random::{Purpose, Random};

/// Up to this many students the exact search is tried.
pub(super) const EXACT_UP_TO: usize = 40;
/// Every so many steps of the local search go round a random cycle instead of exchanging two reviews.
const CYCLE_EVERY: usize = 16;
/// How many flows the exact search may solve.
const EXACT_BUDGET: usize = 3_000;
/// How many partial assignments the search for none at all may look at, and conflicts it may learn from.
const EXACT_NODES: u64 = 40_000;

/// Ends a run: with `reciprocal: avoid`, looks for an equally good assignment with fewer reciprocal pairs.
pub(super) fn fewer_reciprocal(
    mut optimum: Optimum<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Assignment, AssignError> {
    let problem = optimum.model.problem;
    let mut best = optimum.assignment();
    if problem.policy.reciprocal != Reciprocal::Avoid {
        return Ok(best);
    }
    let mut random = Random::new(seed, Purpose::Reciprocal);
    let mut floor = fixed_reciprocal(problem);
    let chosen = optimum.chosen();
    let effort = Effort { floor, steps: 100_000, patience: (40 * chosen).clamp(500, 20_000) };
    let mut left = descend(&optimum.model, &mut optimum.face, effort, &mut random, &mut best, run)?;
    if left > floor
        && problem.students() <= EXACT_UP_TO
        && let Some(none) = without_choice(&optimum, run)?
    {
        left = problem.reciprocal_pairs(&none).len();
        (floor, best) = (left, none);
    }
    // The flow of that search knows no rules on panels.
    if left > floor && problem.students() <= EXACT_UP_TO && problem.panels.is_empty() {
        let wanted = worth(problem, optimum.model.aim, &best);
        let mut search = Exact { model: &optimum.model, wanted, floor, budget: EXACT_BUDGET, random, best, left };
        search.branch(&BTreeSet::new(), &mut Vec::new(), run)?;
        best = search.best;
        left = search.left;
    }
    debug_assert!(left >= floor);
    Ok(best)
}

/// An optimum in which no review goes both ways that could be left out, if a search within its budget finds one: none
/// has fewer.
fn without_choice(optimum: &Optimum<'_>, run: &mut Run<'_>) -> Result<Option<Assignment>, AssignError> {
    let problem = optimum.model.problem;
    let mut rule = Rule::new(problem, 2);
    for (person, submission) in problem.persons_reviews(|review| review.standing == Standing::Idle) {
        rule.put(person, submission);
    }
    let Some(asked) = Asked::of_optimum(optimum, &rule) else { return Ok(None) };
    Ok(match asked.answer(Some(EXACT_NODES), &mut 0, run)? {
        Decided::Found(assignment) => Some(assignment),
        Decided::Refuted | Decided::Open => None,
    })
}

/// What comes of a pairing.
pub(super) enum Paired {
    /// The end of the run.
    Settled(Assignment),
    /// As good as any but for the reviews that go both ways, of which searches from the flow may leave fewer.
    Open(Assignment),
}

/// Ends a run by pairing, unless searches should follow; none when the assignment must come from the flow.
pub(super) fn settles_reciprocal(pairing: &mut Pairing<'_>, problem: &Problem, seed: u64) -> Option<Paired> {
    if let Some(rule) = Rule::of(problem) {
        let kept = pairing.untangle(rule, &mut Random::new(seed, Purpose::Reciprocal));
        return kept.then(|| Paired::Settled(pairing.assignment()));
    }
    if problem.policy.reciprocal != Reciprocal::Avoid {
        return Some(Paired::Settled(pairing.assignment()));
    }
    let mut strict = pairing.clone();
    pairing.fewer_reciprocal(&mut Random::new(seed, Purpose::Reciprocal));
    let mut best = pairing.assignment();
    let mut left = problem.reciprocal_pairs(&best).len();
    let floor = fixed_reciprocal(problem);
    // As if they were forbidden.
    if left > floor && strict.untangle(Rule::new(problem, 2), &mut Random::new(seed, Purpose::Reciprocal)) {
        let found = strict.assignment();
        let both_ways = problem.reciprocal_pairs(&found).len();
        if both_ways < left {
            (left, best) = (both_ways, found);
        }
    }
    let settled = left <= floor || !is_searched(problem);
    Some(if settled { Paired::Settled(best) } else { Paired::Open(best) })
}

/// What was found, unless another assignment that is as good in all goals before has fewer reviews that go both ways.
pub(super) fn fewer_both_ways(problem: &Problem, found: Assignment, other: Option<Assignment>) -> Assignment {
    let both_ways = |assignment: &Assignment| problem.reciprocal_pairs(assignment).len();
    match other {
        Some(other) if both_ways(&other) < both_ways(&found) => other,
        _ => found,
    }
}

/// Reciprocal pairs among the fixed reviews alone.
fn fixed_reciprocal(problem: &Problem) -> usize {
    let fixed = super::optimum::fixed_pairs(problem).collect();
    problem.reciprocal_pairs(&Assignment::new(problem.students(), fixed)).len()
}

/// How hard the local search tries.
#[derive(Clone, Copy)]
struct Effort {
    /// Reciprocal pairs that no search can remove.
    floor: usize,
    /// Steps in all.
    steps: usize,
    /// Steps without improvement after which it ends.
    patience: usize,
}

/// Local search: exchanges of two reviews, one of them reciprocal, and now and then a random cycle; what does not add
/// reciprocal pairs is kept. Returns how many are left.
fn descend(
    model: &Model<'_>,
    face: &mut Box<dyn OptimalFace>,
    effort: Effort,
    random: &mut Random,
    best: &mut Assignment,
    run: &mut Run<'_>,
) -> Result<usize, AssignError> {
    let mut count = Count::new(model, face.as_ref());
    let mut least = count.reciprocal;
    let mut used = used_edges(face.as_ref());
    // Places among the used edges that were reciprocal when last looked at.
    let mut both: Vec<usize> = Vec::new();
    let mut last_gain = 0;
    for step in 0..effort.steps {
        if least <= effort.floor || used.is_empty() || step - last_gain > effort.patience {
            break;
        }
        if step % 1024 == 0 {
            run.report("reciprocal", step as u64, effort.steps as u64)?;
        }
        let before = count.reciprocal;
        if step % CYCLE_EVERY == 0 {
            if let Some(changed) = face.turn(random) {
                count.flip(face.as_ref(), &changed);
                if count.reciprocal > before {
                    face.undo(&changed);
                    count.flip(face.as_ref(), &changed);
                } else {
                    used = used_edges(face.as_ref());
                }
            }
            both = (0..used.len()).filter(|&k| count.goes_both_ways(face.as_ref(), used[k])).collect();
        } else if !both.is_empty() {
            let (first, second) = (both[random.index(both.len())], random.index(used.len()));
            let Some(changed) = face.exchange(used[first], used[second]) else { continue };
            count.flip(face.as_ref(), &changed);
            if count.reciprocal > before {
                face.undo(&changed);
                count.flip(face.as_ref(), &changed);
            } else {
                (used[first], used[second]) = (changed[2], changed[3]);
            }
        }
        if count.reciprocal < least {
            (least, last_gain) = (count.reciprocal, step);
            *best = assignment_of(model, face.as_ref());
        }
    }
    Ok(least)
}

/// How often each person reviews works of each other person, and how many pairs go both ways.
struct Count<'m, 'p> {
    model: &'m Model<'p>,
    times: alloc::collections::BTreeMap<(u32, u32), u32>,
    reciprocal: usize,
}

impl<'m, 'p> Count<'m, 'p> {
    fn new(model: &'m Model<'p>, face: &dyn OptimalFace) -> Self {
        let mut count = Self { model, times: alloc::collections::BTreeMap::new(), reciprocal: 0 };
        for (student, submission) in super::optimum::fixed_pairs(model.problem).chain(model.problem.other_reviews()) {
            count.change(student, submission, true);
        }
        for edge in 0..face.used().len() {
            if face.used()[edge] {
                let (student, submission) = model.members(face.ends(index(edge)));
                count.change(student, submission, true);
            }
        }
        count
    }

    /// Brings the count up to date once edges have changed.
    fn flip(&mut self, face: &dyn OptimalFace, changed: &[u32]) {
        for &edge in changed {
            let (student, submission) = self.model.members(face.ends(edge));
            self.change(student, submission, face.used()[edge as usize]);
        }
    }

    /// Whether an author of the work of an edge reviews a work of its student.
    fn goes_both_ways(&self, face: &dyn OptimalFace, edge: u32) -> bool {
        let (student, submission) = self.model.members(face.ends(edge));
        let work = self.model.problem.people.work_of[submission as usize] as usize;
        let authors = self.model.problem.people.authors.row(work).iter();
        authors.copied().any(|author| self.times.get(&(author, student)).is_some_and(|&times| times > 0))
    }

    fn change(&mut self, student: u32, submission: u32, more: bool) {
        let problem = self.model.problem;
        let work = problem.people.work_of[submission as usize] as usize;
        for &author in problem.people.authors.row(work) {
            let times = self.times.entry((student, author)).or_insert(0);
            let before = *times;
            *times = if more { before + 1 } else { before - 1 };
            let now = *times;
            if author != student
                && (before == 0) != (now == 0)
                && self.times.get(&(author, student)).is_some_and(|&t| t > 0)
            {
                self.reciprocal = if now > 0 { self.reciprocal + 1 } else { self.reciprocal - 1 };
            }
        }
    }
}

/// The exact search. `(a, b)` among the forbidden means that student a reviews no work of person b beyond what is
/// fixed.
struct Exact<'m, 'p> {
    model: &'m Model<'p>,
    wanted: (Objective, i64),
    floor: usize,
    budget: usize,
    random: Random,
    best: Assignment,
    left: usize,
}

impl Exact<'_, '_> {
    /// Goes through the assignments in which nothing forbidden is reviewed and the accepted pairs go both ways: of the
    /// next pair that does, either direction is forbidden, or it is accepted.
    fn branch(
        &mut self,
        forbidden: &BTreeSet<(u32, u32)>,
        accepted: &mut Vec<(u32, u32)>,
        run: &mut Run<'_>,
    ) -> Result<(), AssignError> {
        if self.budget == 0 || self.left <= self.floor + accepted.len() {
            return Ok(());
        }
        self.budget -= 1;
        let problem = self.model.problem;
        let mut model = self.model.clone();
        // What is forbidden must not come back from there.
        model.pool = None;
        let students = &self.model.students;
        for (left, pairs) in model.pairs.iter_mut().enumerate() {
            pairs.retain(|pair| {
                let submission = self.model.submissions[pair.right as usize] as usize;
                let authors = problem.people.authors.row(problem.people.work_of[submission] as usize);
                !authors.iter().any(|&author| forbidden.contains(&(students[left], author)))
            });
        }
        let mut face = optimal_face(&mut model, false, run)?;
        let mut found = assignment_of(&model, face.as_ref());
        if worth(problem, self.model.aim, &found) != self.wanted || !meets_work_musts(problem, &found) {
            return Ok(());
        }
        let effort = Effort { floor: self.floor, steps: 100, patience: 100 };
        let left = descend(&model, &mut face, effort, &mut self.random, &mut found, run)?;
        if left < self.left {
            self.left = left;
            self.best = found.clone();
        }
        let fixed = |a: u32, b: u32| {
            let fixed = super::optimum::fixed_pairs(problem).chain(problem.other_reviews());
            fixed.filter(|&(person, _)| person == a).any(|(_, submission)| {
                let work = problem.people.work_of[submission as usize] as usize;
                problem.people.authors.row(work).contains(&b)
            })
        };
        let open = problem
            .reciprocal_pairs(&found)
            .into_iter()
            .find(|&(a, b)| !accepted.contains(&(a, b)) && (!fixed(a, b) || !fixed(b, a)));
        let Some((a, b)) = open else { return Ok(()) };
        for (from, to) in [(a, b), (b, a)] {
            if !fixed(from, to) {
                let mut more = forbidden.clone();
                more.insert((from, to));
                self.branch(&more, accepted, run)?;
            }
        }
        accepted.push((a, b));
        self.branch(forbidden, accepted, run)?;
        accepted.pop();
        Ok(())
    }
}

/// What an assignment reaches of the goals that come before reciprocal reviews: the shared ones, and the sum of scores where
/// that is aimed at. The number of reviews is among them even where it is free: of equal sums the fewest are taken.
pub(super) fn worth(problem: &Problem, aim: Aim, assignment: &Assignment) -> (Objective, i64) {
    let shared = objective(problem, assignment);
    if aim == Aim::Even {
        return (shared, 0);
    }
    (Objective { given_squares: 0, spread_squares: 0, ..shared }, scores(problem, assignment))
}

/// Whether every must for which several copies would do is met.
pub(crate) fn meets_work_musts(problem: &Problem, assignment: &Assignment) -> bool {
    problem.settled.work_musts.iter().all(|must| {
        let of = assignment.of(must.student as usize).iter();
        of.copied().any(|submission| {
            problem.is_handed_in(submission as usize) && problem.people.work_of[submission as usize] == must.work
        })
    })
}
