//! The optimum among what is left once some pairs are taken out and others demanded.

use alloc::vec::Vec;

use super::super::decide::{Asked, Decided};
use super::super::settled;
use super::worth::Worth;
use super::{Rule, Search};
use crate::assignment::Assignment;
use crate::input::CopyRule;
use crate::strategy::optimum::Optimum;
use crate::strategy::reciprocal::meets_work_musts;
use crate::strategy::{AssignError, Run};

/// Partial assignments that the exact search looks at in each node.
const IN_NODE: u64 = 200;

/// Pairs that are taken out (sorted) and pairs that are demanded, and the optimum of what is left, or what keeps the rule there.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// What nothing in it goes below.
    pub(super) worth: Worth,
    pub(super) tangles: usize,
    pub(super) without: Vec<(u32, u32)>,
    pub(super) with: Vec<(u32, u32)>,
    pub(super) assignment: Assignment,
}

impl Search<'_, '_> {
    /// A node; none where nothing is left. What is found on the way is offered.
    pub(super) fn node(
        &mut self,
        mut without: Vec<(u32, u32)>,
        with: Vec<(u32, u32)>,
        run: &mut Run<'_>,
    ) -> Result<Option<Node>, AssignError> {
        run.report("cycles", self.nodes, 0)?;
        self.nodes += 1;
        let mut rule = self.rule.clone();
        for &(student, submission) in &with {
            rule.put(student, submission);
        }
        if with.iter().any(|&(student, submission)| rule.closes(student, submission)) {
            return Ok(None);
        }
        let barred = rule.barred();
        without.extend(barred.into_iter().filter(|pair| !with.contains(pair)));
        without.sort_unstable();
        without.dedup();
        if with.iter().any(|pair| without.binary_search(pair).is_ok()) {
            return Ok(None);
        }
        if !self.problem.panels.is_empty() && !self.fit(&with) {
            return Ok(None);
        }
        let mut narrowed = self.problem.narrowed(&without, &with);
        if !self.prices.are_zero() {
            narrowed = narrowed.discounted(&self.prices.by_pair(&without));
        }
        let mut optimum = match (self.relax)(&narrowed, run) {
            Ok(optimum) => optimum,
            Err(AssignError::Infeasible(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let first = optimum.assignment();
        let worth = self.bound(&self.prices, &first, &without);
        if !self.promises(&worth) || !meets_work_musts(self.problem, &first) {
            return Ok(None);
        }
        let found = self.look_around(&mut optimum, &rule, Some(IN_NODE), run)?;
        let assignment = optimum.assignment();
        drop(optimum);
        let Some(found) = found else {
            let tangles = self.rule.broken(&assignment).len() + self.rule.unseated(&assignment).len();
            return Ok(Some(Node { worth, tangles, without, with, assignment }));
        };
        // As good as anything in this node, unless pairs pay for cycles that the rest of it does not get back.
        let is_best = self.worth(&found) <= worth;
        self.offer(found.clone());
        Ok((!is_best).then_some(Node { worth, tangles: 0, without, with, assignment: found }))
    }

    /// What keeps the rule among optima, if a walk over them meets any, or an exact search within a budget.
    pub(super) fn look_around(
        &mut self,
        optimum: &mut Optimum<'_>,
        rule: &Rule<'_>,
        budget: Option<u64>,
        run: &mut Run<'_>,
    ) -> Result<Option<Assignment>, AssignError> {
        let steps = (4 * optimum.chosen()).clamp(100, 20_000);
        let found = if settled(optimum, rule, steps, &mut self.random, run)? {
            Some(optimum.assignment())
        } else if let Some(budget) = budget
            && let Some(asked) = Asked::of_optimum(optimum, rule)
            && let Decided::Found(found) = asked.answer(Some(budget), &mut 0, run)?
        {
            Some(found)
        } else {
            None
        };
        Ok(found.filter(|found| self.rule.unseated(found).is_empty()))
    }

    /// Whether pairs can be chosen together, as far as maxima and works with several copies tell.
    pub(super) fn fit(&self, with: &[(u32, u32)]) -> bool {
        let problem = self.problem;
        let count = |of: &dyn Fn(&(u32, u32)) -> bool| with.iter().filter(|pair| of(pair)).count() as u64;
        let fixed = problem.fixed_of_classes();
        with.iter().all(|&(student, submission)| {
            let (i, j) = (student as usize, submission as usize);
            let given = u64::from(problem.settled.given[i]) + count(&|pair| pair.0 == student);
            let received = u64::from(problem.settled.received[j]) + count(&|pair| pair.1 == submission);
            let within = |max: Option<u64>, count: u64| max.is_none_or(|max| count <= max);
            let once = problem.policy.same_work_once == CopyRule::Once;
            let work = problem.work(j);
            let copies = count(&|pair| pair.0 == student && problem.work(pair.1 as usize) == work);
            let shared = problem.shared_works.binary_search(&work).is_ok();
            let of_work =
                || u64::from(problem.fixed_of_work(work)) + count(&|pair| problem.work(pair.1 as usize) == work);
            (!shared || within(problem.work_bound().max, of_work()))
                && within(problem.student_bound(i).max, given)
                && within(problem.submission_bound(j).max, received)
                && !(once && copies > 1)
                && problem.panels.of_student.row(i).iter().all(|&class| {
                    let belongs = |pair: &(u32, u32)| {
                        let classes = problem.panels.of_student.row(pair.0 as usize);
                        pair.1 == submission && classes.binary_search(&class).is_ok()
                    };
                    let before = fixed.get(&(submission, class)).copied().unwrap_or(0);
                    let max = problem.panels.classes[class as usize].max;
                    max.is_none_or(|max| count(&belongs) <= u64::from(max.saturating_sub(before)))
                })
        })
    }
}
