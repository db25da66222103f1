//! What it costs to choose a pair, or to do without it: the best plan with it settled, beside the best plan.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::sentences;
use crate::assignment::Assignment;
use crate::input::Existing;
use crate::problem::Problem;
use crate::strategy::{AssignError, Objective, Run, by_name, meets_work_musts, objective};

/// By how much the best plan with a pair settled differs from the best plan, goal by goal. The first goal that differs
/// is worse; goals after it may be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PairCost {
    /// More reviews short of the minima.
    pub missing: i128,
    /// More in the sum of squares of what is missing.
    pub missing_squares: i128,
    /// More reviews.
    pub reviews: i128,
    /// More in the sum of squares of received counts; 0 unless `balanced`.
    pub received_squares: i128,
    /// More deletes; 0 unless they are counted.
    pub deletes: i128,
    /// Less in the sum of should rules, wishes and history.
    pub wishes: i128,
    /// Less in the total score, in 10^-6; 0 unless the strategy is `max_affinity`.
    pub score_units: i128,
    /// More in the sum of squares of given counts; 0 where the score decides.
    pub given_squares: i128,
}

/// The best that a problem allows, in the order in which goals come.
#[derive(Debug, Clone)]
pub(super) struct Best {
    pub(super) assignment: Assignment,
    reached: Reached,
    /// Whether the strategy has proven that there is nothing better.
    pub(super) exact: bool,
}

/// Why there is no best assignment, in words.
#[derive(Debug, Clone)]
pub(super) enum Refused {
    /// No assignment is valid.
    Proven(String),
    /// None was found, and none was ruled out.
    Undecided(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reached {
    objective: Objective,
    score: i128,
}

/// Which goals there are, and by which strategy they are reached.
pub(super) struct Judge<'p> {
    /// The problem in whose terms everything is counted.
    problem: &'p Problem,
    by_score: bool,
}

impl<'p> Judge<'p> {
    /// By the strategy that the problem names, where that has a goal of its own.
    pub(super) fn new(problem: &'p Problem) -> Self {
        Self { problem, by_score: problem.strategy().name == "max_affinity" }
    }

    /// The best assignment of the problem or of a variant of it.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn best(&self, variant: &Problem) -> Result<Best, Refused> {
        let name = if self.by_score { "max_affinity" } else { "matching" };
        let missing = || Refused::Undecided(format!("there is no strategy {name}"));
        let strategy = by_name(name).ok_or_else(missing)?;
        // Nobody watches this run, so nobody stops it.
        let solution = strategy.assign(variant, &mut Run::new(0)).map_err(|error| match error {
            AssignError::Infeasible(refutation) => Refused::Proven(sentences(variant, &refutation).swap_remove(0)),
            other => Refused::Undecided(format!("{other}")),
        })?;
        // Where a variant leaves no copy for a must, it is missed like a minimum, but no cut tells.
        if !meets_work_musts(variant, &solution.assignment) {
            return Err(Refused::Proven(String::from("a must_review rule could not be kept: no copy is left for it")));
        }
        let reached = self.reached(&solution.assignment);
        Ok(Best { assignment: solution.assignment, reached, exact: solution.bound.is_none_or(|bound| bound.reached) })
    }

    /// The best assignment of a variant at the number of reviews that the best of all has, where there is one; else
    /// that at its own. Only where deletes are counted does the number depend on what is settled first.
    pub(super) fn best_like(&self, variant: &Problem, best: &Best) -> Result<Best, Refused> {
        let own = self.best(variant)?;
        let total = best.reached.objective.count;
        if own.reached.objective.count == total || !self.problem.counts_deletes() || self.number_is_free() {
            return Ok(own);
        }
        let variant = variant.with_total(total);
        let even = Judge { problem: self.problem, by_score: false };
        let reachable = |found: &Best| {
            let (reached, wanted) = (found.reached.objective, own.reached.objective);
            reached.count == total
                && (reached.missing, reached.missing_squares) == (wanted.missing, wanted.missing_squares)
        };
        match even.best(&variant) {
            Ok(found) if reachable(&found) => {
                if self.by_score {
                    self.best(&variant)
                } else {
                    Ok(found)
                }
            }
            _ => Ok(own),
        }
    }

    fn reached(&self, assignment: &Assignment) -> Reached {
        let problem = self.problem;
        let mut objective = objective(problem, assignment);
        if problem.asks_nothing() && problem.policy().existing != Existing::Keep {
            let movable = problem.settled.movable.entries();
            objective.deletes = movable.filter(|&(i, j)| !assignment.contains(i, j as usize)).count() as u64;
        }
        let score = assignment.pairs().map(|(i, j)| i128::from(problem.score(i, j).unwrap_or(0))).sum();
        Reached { objective, score: if self.by_score { score } else { 0 } }
    }

    /// Whether the room up to the maxima may be used, so that fewer reviews count among equal sums only.
    fn number_is_free(&self) -> bool {
        self.by_score && !self.problem.balanced() && !self.problem.asks_nothing()
    }

    /// What one best is above another, in the order of goals.
    pub(super) fn cost(&self, with: &Best, best: &Best) -> PairCost {
        let (a, b) = (with.reached, best.reached);
        let more = |a: u64, b: u64| i128::from(a) - i128::from(b);
        PairCost {
            missing: more(a.objective.missing, b.objective.missing),
            missing_squares: more(a.objective.missing_squares, b.objective.missing_squares),
            reviews: more(a.objective.count, b.objective.count),
            received_squares: more(a.objective.received_squares, b.objective.received_squares),
            deletes: more(a.objective.deletes, b.objective.deletes),
            wishes: i128::from(a.objective.lost) - i128::from(b.objective.lost),
            score_units: b.score - a.score,
            given_squares: if self.by_score { 0 } else { more(a.objective.given_squares, b.objective.given_squares) },
        }
    }

    /// The first goal that is worse, in words; none where a plan is as good as the best.
    pub(super) fn words(&self, cost: &PairCost, with: &Best, best: &Best) -> Option<String> {
        let squares = |of: fn(&Objective) -> u64| {
            format!("(sum of squares {} instead of {})", of(&with.reached.objective), of(&best.reached.objective))
        };
        let reviews = || match cost.reviews {
            1 => String::from("would take 1 review more"),
            // Where nothing is asked for, fewer are worse.
            less @ ..=-1 => format!("would keep {} fewer", many(-less, "review")),
            more => format!("would take {} more", many(more, "review")),
        };
        let deletes = || format!("would cost {} more", many(cost.deletes, "delete"));
        let mut goals: Vec<(i128, &dyn Fn() -> String)> = Vec::new();
        let missing = || format!("would leave {} more missing", many(cost.missing, "review"));
        let spread = || format!("would spread what is missing less evenly {}", squares(|of| of.missing_squares));
        let received = || format!("would make received reviews less even {}", squares(|of| of.received_squares));
        let wishes = || format!("would lose {} of what wishes weigh", cost.wishes);
        let score = || format!("would make the total score {} lower", units(cost.score_units));
        let given = || format!("would make given reviews less even {}", squares(|of| of.given_squares));
        goals.push((cost.missing, &missing));
        goals.push((cost.missing_squares, &spread));
        if self.problem.asks_nothing() {
            goals.push((cost.deletes, &deletes));
        }
        if !self.number_is_free() {
            goals.push((cost.reviews, &reviews));
        }
        goals.push((cost.received_squares, &received));
        goals.push((cost.deletes, &deletes));
        goals.push((cost.wishes, &wishes));
        goals.push((cost.score_units, &score));
        if self.number_is_free() {
            goals.push((cost.reviews, &reviews));
        }
        goals.push((cost.given_squares, &given));
        goals.into_iter().find(|(more, _)| *more != 0).map(|(_, words)| words())
    }
}

fn many(number: i128, noun: &str) -> String {
    super::bottleneck::count(u64::try_from(number).unwrap_or(u64::MAX), noun)
}

/// Millionths as a decimal.
fn units(units: i128) -> String {
    let (whole, rest) = (units / 1_000_000, units % 1_000_000);
    let text = format!("{whole}.{:06}", rest.unsigned_abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    String::from(text)
}
