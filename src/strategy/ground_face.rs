//! The assignments of a ground as an optimal face: the walk of all strategies goes over them as over those of a flow.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::bound::{Bound, shared};
use super::cycles::{Keeper, Kept, Rule, finish};
use super::goals::{Aim, Objective};
use super::ground::{Ground, OpenPair, place};
use super::matching::seeded_optimum;
use super::max_affinity::MaxAffinity;
use super::optimum::{OptimalFace, Optimum, used_edges};
use super::{AssignError, Run, Strategy as _};
use crate::assignment::Assignment;
use crate::flow::{Circuit, Common};
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// So many pairs are looked at for a better assignment that keeps a rule.
const CLIMBED: usize = 20_000_000;

/// A walk over the assignments of a ground; an edge is a place among its pairs.
struct GroundFace {
    circuit: Circuit,
    pairs: Vec<OpenPair>,
    /// Left node -> its first pair; one more entry than left nodes.
    starts: Vec<usize>,
    used: Vec<bool>,
}

impl<'p> Ground<'p> {
    /// All assignments of a ground in whole reviews, and one of them.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn into_optimum(self, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
        let start = self.greatest("matching", |_| 0, run)?;
        let face = GroundFace::new(&self, &start.units);
        Ok(Optimum { model: self.nodes, face: Box::new(face), count: None })
    }

    /// Ends a run of a strategy whose optima are no face: from its choice, the walk goes to assignments alone that are
    /// worth no less, as far as forbidden cycles and reciprocal reviews ask for it. `worth` is told for each pair of the
    /// ground whether it is used. Where the rule on cycles cannot be kept so, the strategy's own goal gives way.
    ///
    /// # Errors
    /// What ends a run, and what becomes of problems with rules that are no network.
    pub(super) fn settle<W: Ord + 'static>(
        self,
        units: &[u32],
        worth: impl Fn(&[bool]) -> W + 'static,
        seed: u64,
        run: &mut Run<'_>,
    ) -> Result<Kept, AssignError> {
        let (problem, worth) = (self.nodes.problem, Rc::new(worth));
        let inner = GroundFace::new(&self, units);
        let least = worth(&inner.used);
        let beyond = Rule::of(problem).map(|rule| {
            let goals = shared(problem, Aim::Own, &self.assignment(|pair| units[pair]));
            (Ascent { ground: self.clone(), goals, rule, worth: Rc::clone(&worth) }, worth(&inner.used))
        });
        let face = Guarded { inner, worth, least };
        let optimum = Optimum { model: self.nodes, face: Box::new(face), count: None };
        let mut kept = finish(optimum, Aim::Own, &own, &own, seed, run)?;
        if let Some((ascent, most)) = beyond {
            ascent.enrich(&mut kept, &most, run)?;
            if let Some(better) = ascent.climb(&kept.assignment, &mut Random::new(seed, Purpose::Shake), run)? {
                kept.assignment = better;
            }
        }
        Ok(kept)
    }
}

/// The way from an assignment that keeps a rule to one of the ground that is worth more and keeps it too.
struct Ascent<'p, F> {
    ground: Ground<'p>,
    /// What all assignments of the ground reach.
    goals: Objective,
    rule: Rule<'p>,
    worth: Rc<F>,
}

impl<W: Ord, F: Fn(&[bool]) -> W> Ascent<'_, F> {
    /// Takes the assignment of the greatest sum of scores that keeps all rules in place of one that has lost some of the
    /// most it could be worth, if it is worth more: a walk seldom comes upon the rare ones that are good and free of
    /// cycles too, and where the sum is great few are badly off.
    fn enrich(&self, kept: &mut Kept, most: &W, run: &mut Run<'_>) -> Result<(), AssignError> {
        let problem = self.ground.nodes.problem;
        let now = self.used(&kept.assignment).map(|used| (self.worth)(&used));
        if now.as_ref().is_some_and(|now| now >= most) {
            return Ok(());
        }
        let count = kept.assignment.pairs().count() as u64;
        let rich = match MaxAffinity.assign(&problem.with_total(count), run) {
            Ok(solution) => solution.assignment,
            Err(AssignError::Infeasible(_) | AssignError::Undecided { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let goals = shared(problem, Aim::Own, &rich);
        let loses = goals != self.goals && goals != shared(problem, Aim::Own, &kept.assignment);
        if !loses && self.used(&rich).map(|used| (self.worth)(&used)) > now {
            kept.assignment = rich;
            if goals == self.goals {
                kept.bound = Some(Bound::met(problem, Aim::Own, &kept.assignment));
            }
        }
        Ok(())
    }

    /// Which pairs of the ground an assignment has; none where it has others, because shared goals gave way to the rule.
    fn used(&self, assignment: &Assignment) -> Option<Vec<bool>> {
        let Ground { nodes, pairs, .. } = &self.ground;
        let used = pairs.iter().map(|pair| {
            let (student, submission) = nodes.members((pair.left as usize, pair.right as usize));
            assignment.contains(student as usize, submission as usize)
        });
        let used: Vec<bool> = used.collect();
        let is_whole = self.ground.assignment(|pair| u32::from(used[pair])) == *assignment;
        is_whole.then_some(used)
    }

    /// Walks over assignments that keep the rule, from one of the ground, as long as they are worth no less; the last one.
    fn climb(
        &self,
        first: &Assignment,
        random: &mut Random,
        run: &mut Run<'_>,
    ) -> Result<Option<Assignment>, AssignError> {
        let Self { ground, rule, worth, .. } = self;
        let Some(used) = self.used(first) else { return Ok(None) };
        let units: Vec<u32> = used.iter().map(|&used| u32::from(used)).collect();
        let mut face = GroundFace::new(ground, &units);
        let mut used = used_edges(&face);
        let ends = |pair: u32| {
            let OpenPair { left, right, .. } = ground.pairs[pair as usize];
            ground.nodes.members((left as usize, right as usize))
        };
        let mut keeper = Keeper::new(ground.nodes.problem, rule, used.iter().map(|&pair| ends(pair)));
        let mut best = worth(&face.used);
        let steps = (CLIMBED / (ground.pairs.len() + ground.nodes.problem.students() + 1)).clamp(64, 20_000);
        for step in 0..steps {
            if step % 64 == 0 {
                run.report("exchanging", step as u64, steps as u64)?;
            }
            let changed = if used.len() < 2 || random.chance(1, 2) {
                face.turn(random)
            } else {
                let [first, second] = [0; 2].map(|_: u32| used[random.index(used.len())]);
                face.exchange(first, second).map(Vec::from)
            };
            let Some(changed) = changed else { continue };
            let now = worth(&face.used);
            let (come, gone): (Vec<u32>, Vec<u32>) = changed.iter().partition(|&&pair| face.used[pair as usize]);
            let pairs = |edges: &[u32]| edges.iter().map(|&pair| ends(pair)).collect::<Vec<_>>();
            if now >= best && keeper.change(&pairs(&gone), &pairs(&come)) {
                best = now;
                // In order, so that a choice by place is the same as in a list made anew.
                used.retain(|pair| !gone.contains(pair));
                for pair in come {
                    used.insert(used.partition_point(|&other| other < pair), pair);
                }
            } else {
                face.undo(&changed);
            }
        }
        Ok(Some(ground.assignment(|pair| u32::from(face.used[pair]))))
    }
}

/// All assignments that meet the shared goals.
fn own<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    seeded_optimum(problem, Aim::Own, run)
}

/// A walk that stays where assignments are worth no less than at first.
struct Guarded<W, F> {
    inner: GroundFace,
    worth: Rc<F>,
    least: W,
}

impl<W: Ord, F: Fn(&[bool]) -> W> OptimalFace for Guarded<W, F> {
    fn turn(&mut self, random: &mut Random) -> Option<Vec<u32>> {
        let changed = self.inner.turn(random)?;
        if (self.worth)(&self.inner.used) < self.least {
            self.inner.undo(&changed);
            return None;
        }
        Some(changed)
    }

    fn exchange(&mut self, a: u32, b: u32) -> Option<[u32; 4]> {
        let changed = self.inner.exchange(a, b)?;
        if (self.worth)(&self.inner.used) < self.least {
            self.inner.undo(&changed);
            return None;
        }
        Some(changed)
    }

    fn undo(&mut self, changed: &[u32]) {
        self.inner.undo(changed);
    }

    fn ends(&self, edge: u32) -> (usize, usize) {
        self.inner.ends(edge)
    }

    fn used(&self) -> &[bool] {
        self.inner.used()
    }

    fn is_open(&self, edge: u32) -> bool {
        self.inner.is_open(edge)
    }

    fn common(&self, _: Option<u64>) -> Option<Common> {
        None
    }
}

impl GroundFace {
    fn new(ground: &Ground<'_>, units: &[u32]) -> Self {
        Self {
            circuit: Circuit::new(&ground.program, units),
            used: units.iter().map(|&units| units > 0).collect(),
            pairs: ground.pairs.clone(),
            starts: ground.starts.clone(),
        }
    }

    fn follow(&mut self, changed: &[(u32, bool)]) -> Vec<u32> {
        for &(pair, more) in changed {
            self.used[pair as usize] = more;
        }
        changed.iter().map(|&(pair, _)| pair).collect()
    }
}

impl OptimalFace for GroundFace {
    fn turn(&mut self, random: &mut Random) -> Option<Vec<u32>> {
        let changed = self.circuit.turn(random)?;
        Some(self.follow(&changed))
    }

    fn exchange(&mut self, a: u32, b: u32) -> Option<[u32; 4]> {
        let (first, second) = (self.pairs[a as usize], self.pairs[b as usize]);
        if first.left == second.left || first.right == second.right {
            return None;
        }
        let find = |left, right| place(&self.pairs, &self.starts, left, right).map(index);
        let new_a = find(first.left, second.right)?;
        let new_b = find(second.left, first.right)?;
        if self.used[new_a as usize] || self.used[new_b as usize] {
            return None;
        }
        let changed = [(a, false), (b, false), (new_a, true), (new_b, true)];
        self.circuit.exchange(&changed).then(|| {
            self.follow(&changed);
            [a, b, new_a, new_b]
        })
    }

    fn undo(&mut self, changed: &[u32]) {
        let back: Vec<(u32, bool)> = changed.iter().map(|&pair| (pair, self.used[pair as usize])).collect();
        self.circuit.undo(&back);
        for pair in changed {
            self.used[*pair as usize] = !self.used[*pair as usize];
        }
    }

    fn ends(&self, edge: u32) -> (usize, usize) {
        let OpenPair { left, right, .. } = self.pairs[edge as usize];
        (left as usize, right as usize)
    }

    fn used(&self) -> &[bool] {
        &self.used
    }

    fn is_open(&self, edge: u32) -> bool {
        let window = self.circuit.window(edge as usize);
        window.min < window.max
    }

    fn common(&self, _: Option<u64>) -> Option<Common> {
        None
    }
}
