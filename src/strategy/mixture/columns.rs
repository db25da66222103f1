//! The weights of whole assignments as a linear program, which asks for one assignment after the other.
//!
//! Prices of pairs that no mixture keeps within limits are a proof that there is none, once no valid assignment is cheaper
//! than limits allow for on average (Farkas' lemma).

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::tableau::Tableau;
use super::{List, caps, found, pairs};
use crate::assignment::Assignment;
use crate::certificate::{Exhausted, NoLottery, PairWeight, Refutation};
use crate::input::{Micros, Shortfall};
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::strategy::bound::{scores, shared};
use crate::strategy::goals::{Aim, Objective};
use crate::strategy::limits::Limits;
use crate::strategy::{AssignError, Effort, MaxAffinity, Run, Strategy as _};

/// So many assignments are looked for until limits are kept, and so many until the expected total is the greatest.
const COLUMNS: usize = 400;
/// So many steps of the run may pass in looking for limits to be kept, and in making the expected total greater after that.
const STEPS: [u64; 2] = [120_000, 20_000];
/// Prices have fewer bits than this.
const BITS: u32 = 38;

/// The linear program of a lottery; its members are valid assignments.
pub(super) struct Columns<'p> {
    problem: &'p Problem,
    whole: u32,
    /// The pairs that may not be certain, with their rows.
    rows: BTreeMap<(u32, u32), usize>,
    /// How many parts of the whole each row has.
    caps: Vec<u32>,
    tableau: Tableau,
    members: Vec<Assignment>,
    /// What each member adds to what is to be greatest.
    values: Vec<i64>,
    /// What the goals before the scores come to at best.
    goals: Objective,
}

impl<'p> Columns<'p> {
    /// The program of one assignment that is best in the goals before the scores; none where numbers are too large.
    pub(super) fn new(problem: &'p Problem, limits: Limits, first: Assignment) -> Option<Self> {
        let whole = limits.whole(problem);
        let (pairs, caps): (Vec<_>, Vec<_>) = caps(problem, limits, whole).unzip();
        let rows = pairs.into_iter().zip(1..).collect();
        let tableau = Tableau::new(whole, &caps, rows_of(&rows, &first)).ok()?;
        let (goals, values) = (shared(problem, Aim::Affinity, &first), alloc::vec![scores(problem, &first)]);
        Some(Self { problem, whole, rows, caps, tableau, members: alloc::vec![first], values, goals })
    }

    /// The lottery of the greatest expected total over assignments that reach all that comes before their scores, as far as
    /// `max_affinity` finds what improves it; none where limits are not kept, or numbers grow too large.
    pub(super) fn mix(&mut self, steps: &mut u64, run: &mut Run<'_>) -> Result<Option<List>, AssignError> {
        let (mut best, mut begun) = (None, run.steps());
        for _ in 0..COLUMNS {
            run.report("mixing assignments", self.members.len() as u64, 0)?;
            let within = !self.tableau.exceeds();
            if run.steps() - begun > STEPS[usize::from(within)] {
                break;
            }
            let values = &self.values;
            let Ok((prices, denominator)) = self.tableau.best(&|member| values[member]) else { break };
            if !self.tableau.exceeds() {
                best = self.list().or(best);
                if !within {
                    begun = run.steps();
                    continue;
                }
            }
            *steps += 1;
            let times = if within { denominator } else { 0 };
            let reduced = self.problem.rescored(self.rounded(&prices, times));
            let Some(member) = found(MaxAffinity.assign(&reduced, run))? else { break };
            let keeps = !within || shared(self.problem, Aim::Affinity, &member) == self.goals;
            if !keeps || !self.improves(&member, &prices, times) {
                break;
            }
            self.add(member);
        }
        Ok(best)
    }

    /// Any lottery at all, where there is none over assignments that are best in the goals before the scores: these give way
    /// to limits, each assignment that falls short of them being as unlikely as the others allow, those that fall short
    /// the most before all. None where that is not decided.
    ///
    /// # Errors
    /// The proof that no lottery keeps the limits.
    pub(super) fn any(
        &mut self,
        limits: Limits,
        steps: &mut u64,
        run: &mut Run<'_>,
    ) -> Result<Option<List>, AssignError> {
        let bare = self.problem.without_goals();
        if bare.policy.shortfall == Shortfall::Partial || bare.asks_nothing() {
            return Ok(None);
        }
        let begun = run.steps();
        for _ in 0..COLUMNS {
            run.report("mixing assignments", self.members.len() as u64, 0)?;
            let Ok((prices, _)) = self.tableau.best(&|_| 0) else { return Ok(None) };
            if !self.tableau.exceeds() {
                self.rank();
                return self.mix(steps, run);
            }
            if run.steps() - begun > STEPS[0] {
                return Ok(None);
            }
            *steps += 1;
            let (score, least) = (self.rounded(&prices, 0), |of: i64| of.checked_neg());
            let cheapest = run.at(Effort::Exhaustive, |run| MaxAffinity.assign(&bare.rescored(&score), run));
            let proven = cheapest.as_ref().ok().and_then(|found| found.bound?.scores).and_then(least);
            if let Some(refutation) = proven.and_then(|least| self.refutation(&score, least, limits, *steps)) {
                return Err(AssignError::Infeasible(Box::new(refutation)));
            }
            let Some(member) = found(cheapest)?.filter(|member| self.improves(member, &prices, 0)) else {
                return Ok(None);
            };
            self.add(member);
        }
        Ok(None)
    }

    /// Values by which the goals come before the scores.
    fn rank(&mut self) {
        let reached: Vec<Objective> =
            self.members.iter().map(|member| shared(self.problem, Aim::Affinity, member)).collect();
        let mut ranks: Vec<Objective> = reached.iter().copied().chain([self.goals]).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let largest =
            self.members.iter().map(|member| scores(self.problem, member).saturating_abs()).max().unwrap_or(0);
        let step = largest.saturating_mul(2).saturating_add(1);
        for ((value, member), reached) in self.values.iter_mut().zip(&self.members).zip(&reached) {
            let rank = i64::try_from(ranks.partition_point(|other| other < reached)).unwrap_or(i64::MAX);
            *value = scores(self.problem, member).saturating_sub(rank.saturating_mul(step));
        }
    }

    /// Whether prices of pairs are what no lottery within limits can pay, if no assignment is cheaper than `least`.
    fn refutation(
        &self,
        score: &impl Fn(u32, u32) -> i64,
        least: i64,
        limits: Limits,
        nodes: u64,
    ) -> Option<Refutation> {
        let prices = || self.rows.iter().map(|(&pair, &row)| (pair, row, -i128::from(score(pair.0, pair.1))));
        let paid: i128 = prices().map(|(_, row, price)| price * i128::from(self.caps[row - 1])).sum();
        if i128::from(least) * i128::from(self.whole) <= paid {
            return None;
        }
        let common = prices().fold(0, |common, (.., price)| gcd(common, price)).max(1);
        let limit = |(student, submission): (u32, u32)| limits.of(self.problem, student as usize, submission as usize);
        let available: i128 = prices().map(|(pair, _, price)| price / common * i128::from(limit(pair))).sum();
        let weights = prices().filter(|&(.., price)| price > 0).map(|((student, submission), _, price)| {
            let assessor_id = self.problem.student_id(student as usize).clone();
            let asset_id = self.problem.submission_id(submission as usize).clone();
            Some(PairWeight { assessor_id, asset_id, value: u64::try_from(price / common).ok()? })
        });
        // A sum of multiples is one too, so what is needed at least is rounded up.
        let required = u64::try_from((i128::from(least) + common - 1).div_euclid(common)).ok();
        let available = i64::try_from(available).ok().filter(|&available| available < 1 << 53);
        let told = weights.collect::<Option<Vec<_>>>().zip(required.zip(available));
        Some(told.map_or(Refutation::Search(Exhausted::new(nodes)), |(weights, (required, available))| {
            Refutation::Lottery(NoLottery::new(nodes, weights, required, Micros(available)))
        }))
    }

    /// Whether an assignment makes the program's value greater. One that takes the same rows as a member may, by its scores.
    fn improves(&self, member: &Assignment, prices: &[i128], times: i128) -> bool {
        let rows = rows_of(&self.rows, member);
        let gain = i128::from(scores(self.problem, member)).checked_mul(times);
        let price = rows.iter().try_fold(prices[0], |sum, &row| sum.checked_add(prices[row]));
        gain.zip(price).is_some_and(|(gain, price)| gain > price) && !self.members.contains(member)
    }

    fn add(&mut self, member: Assignment) {
        self.tableau.add(rows_of(&self.rows, &member));
        self.values.push(scores(self.problem, &member));
        self.members.push(member);
    }

    /// The scores of pairs, `times` each, less their prices, in as many bits as searches are fast with.
    fn rounded(&self, prices: &[i128], times: i128) -> impl Fn(u32, u32) -> i64 + use<> {
        let (problem, rows) = (self.problem, &self.rows);
        let exact = |student: u32, submission: u32| {
            let own = i128::from(problem.score(student as usize, submission as usize).unwrap_or(0));
            let price = rows.get(&(student, submission)).map_or(0, |&row| prices[row]);
            own.saturating_mul(times).saturating_sub(price)
        };
        let submissions = index(problem.submissions());
        let ends = (0..index(problem.students())).flat_map(|i| (0..submissions).map(move |j| (i, j)));
        let all: Vec<i128> = ends.map(|(student, submission)| exact(student, submission)).collect();
        let largest = all.iter().map(|score| score.unsigned_abs()).max().unwrap_or(0);
        let shift = (u128::BITS - largest.leading_zeros()).saturating_sub(BITS);
        move |student, submission| {
            i64::try_from(all[student as usize * submissions as usize + submission as usize] >> shift).unwrap_or(0)
        }
    }

    /// The list of a program without excess; none where its weights are parts of too many.
    fn list(&self) -> Option<List> {
        let (weights, denominator) = self.tableau.weights();
        let common = weights.iter().fold(0, |common, &(_, weight)| gcd(common, weight));
        let whole = denominator.checked_mul(self.whole.into())? / common;
        let listed = weights
            .into_iter()
            .map(|(member, weight)| Some((u32::try_from(weight / common).ok()?, self.members[member].clone())));
        Some((u32::try_from(whole).ok()?, listed.collect::<Option<_>>()?))
    }
}

/// The rows that an assignment takes a place in.
fn rows_of(rows: &BTreeMap<(u32, u32), usize>, assignment: &Assignment) -> Vec<usize> {
    pairs(assignment).filter_map(|pair| rows.get(&pair)).copied().collect()
}

/// The greatest common divisor; of 0 and a number that number.
const fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
