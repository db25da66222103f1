//! Which pairs the flow is told of: all of them where they are few, else a random sample that grows.
//!
//! A large class has far more pairs than any plan needs. The flow then starts from a few candidates per student, and
//! its potentials tell which of all other pairs could improve it: those of negative reduced cost. They are added until
//! there are none, and then the flow is optimal over all pairs (column generation; P. Gilmore and R. Gomory, "A linear
//! programming approach to the cutting-stock problem", 1961).

use alloc::vec::Vec;

use super::goals::{Goal, Goals};
use super::network::Model;
use crate::flow::{Flow, NONE, Network, Weight};
use crate::input::{Relation, Unscored};
use crate::problem::Problem;
use crate::problem::rows::{Rows, index};
use crate::random::Random;

/// Up to this many pairs of students and submissions, all are looked at.
pub(super) const ALL_PAIRS: usize = 250_000;
/// Candidates per student beyond twice the reviews asked for.
const SAMPLE: usize = 12;
/// Candidates per student in the mean for those who lack reviews where some exist, on each side.
const EXTRA: usize = 6;

/// Where pairs come from that are not listed yet.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    /// The dimension by whose values submissions are looked up: one that must be the same, else one that is wished
    /// to be.
    lookup: Option<Lookup>,
    /// The most a pair can gain by wishes; pairs that should rules name are listed from the start.
    pub(crate) largest_gain: i64,
    /// How many pairs a student gets per round; doubles.
    step: usize,
}

#[derive(Debug, Clone)]
struct Lookup {
    /// The place of the dimension in the problem.
    dimension: usize,
    /// Whether pairs without a common value are not eligible.
    hard: bool,
    /// Value -> right nodes.
    rights: Rows<u32>,
}

impl<'p> Model<'p> {
    /// The open part of a problem in the given orders, with all pairs or with a sample of them.
    pub(crate) fn new(problem: &'p Problem, students: &[u32], submissions: &[u32], random: &mut Random) -> Self {
        Self::nodes(problem, students, submissions).with_pairs(random, ALL_PAIRS)
    }

    /// The same nodes with pairs: all of them up to a limit, else a sample.
    pub(super) fn with_pairs(mut self, random: &mut Random, limit: usize) -> Self {
        if self.problem.policy.unscored == Unscored::Forbid {
            self.list_scored();
        } else if self.left.len().saturating_mul(self.right.len()) <= limit {
            self.list_all();
        } else {
            self.pool = Some(Pool::new(&self));
            self.list_sample(random);
        }
        self
    }

    /// All free pairs. O(n · m).
    fn list_all(&mut self) {
        self.pairs = (0..self.left.len())
            .map(|left| {
                let free = (0..self.right.len()).filter(|&right| self.is_free(left, right));
                free.map(|right| self.pair(left, right)).collect()
            })
            .collect();
    }

    /// All free pairs that have a score, where no others are eligible.
    fn list_scored(&mut self) {
        self.pairs = (0..self.left.len())
            .map(|left| {
                let scored = self.problem.pairs.scores.row(self.students[left] as usize).iter();
                let mut rights: Vec<u32> = scored.map(|&(submission, _)| self.right_of[submission as usize]).collect();
                rights.sort_unstable();
                let free = rights.into_iter().filter(|&right| right != NONE && self.is_free(left, right as usize));
                free.map(|right| self.pair(left, right as usize)).collect()
            })
            .collect();
    }

    /// The pairs that rules and existing reviews name, and a random sample of the others; where reviews exist, more
    /// between those who have fewer than they should.
    fn list_sample(&mut self, random: &mut Random) {
        let problem = self.problem;
        let lacking = Lacking::new(self);
        let mut met = alloc::vec![NONE; self.right.len()];
        let mut pairs = Vec::with_capacity(self.left.len());
        for left in 0..self.left.len() {
            let student = self.students[left] as usize;
            let mut rights: Vec<u32> = Vec::new();
            let named = problem.settled.movable.row(student).iter().copied();
            let named = named.chain(problem.pairs.wishes.row(student).iter().map(|wish| wish.submission));
            let musts = problem.settled.work_musts.iter().filter(|must| must.student as usize == student);
            let named = named.chain(musts.flat_map(|must| problem.people.copies.row(must.work as usize)).copied());
            rights.extend(named.map(|submission| self.right_of[submission as usize]).filter(|&right| right != NONE));
            let asked = self.left[left].min.max(4.min(self.left[left].max)) as usize;
            let asked = asked.min(self.right.len());
            for _ in 0..2 * asked + SAMPLE {
                rights.extend(self.draw(left, random));
            }
            if lacking.left[left] {
                if lacking.of_left >= self.right.len() {
                    rights.extend(0..index(self.right.len()));
                } else {
                    for _ in 0..lacking.of_left {
                        rights.extend(self.draw(left, random));
                    }
                }
                if lacking.rights.len() <= 2 * asked + SAMPLE {
                    rights.extend(&lacking.rights);
                } else {
                    let likely = (0..2 * asked + SAMPLE).map(|_| random.index(lacking.rights.len()));
                    rights.extend(likely.map(|place| lacking.rights[place]));
                }
            } else if lacking.of_right >= self.left.len() {
                rights.extend(&lacking.rights);
            } else if !lacking.rights.is_empty() {
                // Each of them is met by about as many left nodes as it should.
                let expected = lacking.rights.len() * lacking.of_right;
                let more = usize::from(random.below(self.left.len() as u64) < (expected % self.left.len()) as u64);
                for _ in 0..expected / self.left.len() + more {
                    rights.push(lacking.rights[random.index(lacking.rights.len())]);
                }
            }
            // Each once, where it comes first.
            rights.retain(|&right| {
                core::mem::replace(&mut met[right as usize], index(left)) != index(left)
                    && self.is_free(left, right as usize)
            });
            pairs.push(rights.into_iter().map(|right| self.pair(left, right as usize)).collect());
        }
        self.pairs = pairs;
    }

    /// A random right node that the lookup suggests for a left node, half of the time where it only wishes.
    fn draw(&self, left: usize, random: &mut Random) -> Option<u32> {
        if let Some(lookup) = self.pool.as_ref().and_then(|pool| pool.lookup.as_ref())
            && (lookup.hard || random.chance(1, 2))
        {
            let values = self.problem.dimensions[lookup.dimension].students.row(self.students[left] as usize);
            let value = *values.get(random.index(values.len()))?;
            let rights = lookup.rights.row(value as usize);
            return rights.get(random.index(rights.len())).copied();
        }
        Some(index(random.index(self.right.len())))
    }

    /// Adds pairs of negative reduced cost, a few per student. False when there are none in the whole problem.
    pub(super) fn add_improving<W: Weight>(&mut self, network: &Network<W>, flow: &Flow<W>, goals: &Goals) -> bool {
        let Some(mut pool) = self.pool.take() else { return false };
        let mut scan = Scan::new(self, &pool, network, flow, goals);
        let open = (0..self.left.len()).filter(|&left| network.left[left].max > 0 || self.left[left].max > 0);
        let mut found: Vec<(usize, Vec<u32>)> = open.map(|left| (left, scan.improving(left, pool.step))).collect();
        // Where only a few students have more than that, they get as many as all together might.
        let more = found.iter().filter(|(_, rights)| rights.len() >= pool.step).count();
        let step = (2 * self.left.len()).checked_div(more).unwrap_or(0);
        if step > pool.step {
            for (left, rights) in found.iter_mut().filter(|(_, rights)| rights.len() >= pool.step) {
                *rights = scan.improving(*left, step);
            }
        }
        found.retain(|(_, rights)| !rights.is_empty());
        for (left, rights) in &found {
            let pairs: Vec<_> = rights.iter().map(|&right| self.pair(*left, right as usize)).collect();
            self.pairs[*left].extend(pairs);
        }
        pool.step *= 2;
        self.pool = Some(pool);
        !found.is_empty()
    }

    /// Adds all free pairs between the other students and some submissions.
    pub(super) fn add_crossing(&mut self, students: &[bool], submissions: &[bool]) {
        for left in 0..self.left.len() {
            if students[self.students[left] as usize] {
                continue;
            }
            let listed: alloc::collections::BTreeSet<u32> = self.pairs[left].iter().map(|pair| pair.right).collect();
            let crossing = (0..self.right.len()).filter(|&right| submissions[self.submissions[right] as usize]);
            let missing: Vec<_> = crossing
                .filter(|&right| !listed.contains(&index(right)) && self.is_free(left, right))
                .map(|right| self.pair(left, right))
                .collect();
            self.pairs[left].extend(missing);
        }
    }
}

/// Looks for pairs of negative reduced cost.
struct Scan<'a, 'p, W> {
    model: &'a Model<'p>,
    pool: &'a Pool,
    network: &'a Network<W>,
    flow: &'a Flow<W>,
    goals: &'a Goals,
    /// Right nodes, those of the highest potential first.
    by_potential: Vec<u32>,
    /// The same by value of the dimension that is looked up.
    by_value: Option<Rows<u32>>,
    /// Per right node, the search that last listed it.
    met: Vec<u32>,
    search: u32,
}

impl<'a, 'p, W: Weight> Scan<'a, 'p, W> {
    fn new(model: &'a Model<'p>, pool: &'a Pool, network: &'a Network<W>, flow: &'a Flow<W>, goals: &'a Goals) -> Self {
        let mut by_potential: Vec<u32> = (0..index(model.right.len())).collect();
        by_potential.sort_by_key(|&right| core::cmp::Reverse(flow.right_potential(network, right as usize)));
        let by_value = pool.lookup.as_ref().map(|lookup| lookup.ordered(&by_potential));
        let met = alloc::vec![0; model.right.len()];
        Self { model, pool, network, flow, goals, by_potential, by_value, met, search: 0 }
    }

    fn cost(&self, gain: i64) -> W {
        W::ZERO - W::compose(self.goals.weight(Goal::Gain) * i128::from(gain))
    }

    /// Up to `step` right nodes that are not listed for a left node and would improve the flow.
    fn improving(&mut self, left: usize, step: usize) -> Vec<u32> {
        self.search += 1;
        let mut works: Vec<(u32, W)> = Vec::new();
        for (right, potential) in self.flow.tails(self.network, left) {
            self.met[right] = self.search;
            let work = self.model.bundle(left, right);
            if work != NONE {
                works.push((work, potential));
            }
        }
        let mut found: Vec<u32> = Vec::new();
        let best = self.cost(self.pool.largest_gain);
        match (self.by_value.take(), &self.pool.lookup) {
            (Some(rows), Some(lookup)) => {
                let student = self.model.students[left] as usize;
                for &value in self.model.problem.dimensions[lookup.dimension].students.row(student) {
                    self.scan(left, rows.row(value as usize), &works, best, step, &mut found);
                }
                self.by_value = Some(rows);
                if !lookup.hard {
                    // All others miss one wish at least.
                    let best = self.cost(self.pool.largest_gain - 1);
                    self.scan_all(left, &works, best, step, &mut found);
                }
            }
            _ => self.scan_all(left, &works, best, step, &mut found),
        }
        found
    }

    fn scan_all(&mut self, left: usize, works: &[(u32, W)], best: W, step: usize, found: &mut Vec<u32>) {
        let rights = core::mem::take(&mut self.by_potential);
        self.scan(left, &rights, works, best, step, found);
        self.by_potential = rights;
    }

    /// Goes through right nodes as long as one could improve the flow that costs `best`, the least that any can.
    fn scan(&mut self, left: usize, rights: &[u32], works: &[(u32, W)], best: W, step: usize, found: &mut Vec<u32>) {
        let here = self.flow.left_potential(left);
        let floor = works.iter().map(|&(_, potential)| potential).fold(here, W::min);
        for &right in rights {
            let there = self.flow.right_potential(self.network, right as usize);
            if found.len() >= step || floor + best >= there {
                break;
            }
            if self.met[right as usize] == self.search || !self.model.is_free(left, right as usize) {
                continue;
            }
            let pair = self.model.pair(left, right as usize);
            let work = self.model.bundle(left, right as usize);
            let tail = works.iter().find(|&&(listed, _)| listed == work && work != NONE);
            if self.cost(pair.gain) + tail.map_or(here, |&(_, potential)| potential) < there {
                self.met[right as usize] = self.search;
                found.push(right);
            }
        }
    }
}

/// Who has fewer existing reviews than there will be.
struct Lacking {
    /// Per left node.
    left: Vec<bool>,
    /// The right nodes.
    rights: Vec<u32>,
    /// How many pairs each of the left nodes and each of the right nodes gets beside the sample: all where they are few.
    of_left: usize,
    of_right: usize,
}

impl Lacking {
    /// Nobody where nothing exists.
    fn new(model: &Model<'_>) -> Self {
        let movable = &model.problem.settled.movable;
        if movable.values().is_empty() {
            return Self { left: alloc::vec![false; model.left.len()], rights: Vec::new(), of_left: 0, of_right: 0 };
        }
        let mut received: Vec<u64> = model.right.iter().map(|node| node.base.into()).collect();
        for &submission in movable.values() {
            let right = model.right_of[submission as usize];
            if right != NONE {
                received[right as usize] += 1;
            }
        }
        let gives = |left: usize| movable.row(model.students[left] as usize).len() as u64;
        let least = |left: usize| u64::from(model.left[left].min);
        let all_given: u64 = (0..model.left.len()).map(|left| gives(left).max(least(left))).sum();
        let fixed: u64 = model.right.iter().map(|node| u64::from(node.base)).sum();
        let even = if model.problem.balanced() { (all_given + fixed) / (model.right.len() as u64).max(1) } else { 0 };
        let wanted = |right: usize| even.max(u64::from(model.right[right].base) + u64::from(model.right[right].min));
        let left: Vec<bool> = (0..model.left.len()).map(|left| gives(left) < least(left)).collect();
        let rights: Vec<u32> =
            (0..index(model.right.len())).filter(|&j| received[j as usize] < wanted(j as usize)).collect();
        let share = |of: usize, among: usize| (EXTRA * of.max(among) / among.max(1)).max(SAMPLE);
        let lefts = left.iter().filter(|&&lacks| lacks).count();
        Self { of_left: share(model.left.len(), lefts), of_right: share(model.left.len(), rights.len()), left, rights }
    }
}

impl Pool {
    fn new(model: &Model<'_>) -> Self {
        let dimensions = &model.problem.dimensions;
        let find = |wanted| dimensions.iter().position(|dimension| dimension.relation == wanted);
        let lookup = find(Relation::Same).map(|place| (place, true));
        let lookup = lookup.or_else(|| find(Relation::PreferSame).map(|place| (place, false)));
        let lookup = lookup.map(|(dimension, hard)| {
            let sets = &dimensions[dimension].submissions;
            let entries = model.submissions.iter().enumerate().flat_map(|(right, &submission)| {
                sets.row(submission as usize).iter().map(move |&value| (value, index(right)))
            });
            Lookup { dimension, hard, rights: Rows::sorted(dimensions[dimension].values.len(), entries.collect()) }
        });
        let wishes = |relation| matches!(relation, Relation::PreferSame | Relation::PreferDifferent);
        let largest_gain = dimensions.iter().filter(|dimension| wishes(dimension.relation)).count();
        Self { lookup, largest_gain: i64::try_from(largest_gain).unwrap_or(i64::MAX), step: 8 }
    }
}

impl Lookup {
    /// The right nodes of each value in the order of a list of all right nodes.
    fn ordered(&self, order: &[u32]) -> Rows<u32> {
        let mut place = alloc::vec![0_u32; order.len()];
        for (at, &right) in order.iter().enumerate() {
            place[right as usize] = index(at);
        }
        let entries = self.rights.entries().map(|(value, right)| (index(value), (place[right as usize], right)));
        let sorted = Rows::sorted(self.rights.len(), entries.collect());
        Rows::written(sorted.len(), sorted.values().len(), |value, rights| {
            rights.extend(sorted.row(value).iter().map(|&(_, right)| right));
        })
    }
}

#[cfg(test)]
#[path = "candidates_tests.rs"]
mod tests;
