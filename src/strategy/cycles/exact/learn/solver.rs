//! Clauses and bounds on numbers of literals: search that learns from its conflicts.
//!
//! From every conflict follows a clause that all assignments meet: the first unique implication point (J. Marques-Silva
//! and K. Sakallah, "GRASP: a search algorithm for propositional satisfiability", IEEE Transactions on Computers, 1999).
//! Clauses watch two of their literals, and the variables of the last conflicts are decided first (M. Moskewicz et al.,
//! "Chaff: engineering an efficient SAT solver", DAC 2001); the search starts again as often as M. Luby, A. Sinclair and
//! D. Zuckerman say ("Optimal speedup of Las Vegas algorithms", 1993), every variable as it was last. Bounds count their
//! literals, and explain by these what they imply.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// Conflicts between two starts, times the terms of Luby's sequence.
const START_AFTER: u64 = 64;
/// Learned clauses kept at first, and how many more each time they are too many.
const KEPT: usize = 2_000;
const KEPT_MORE: usize = 500;
/// Where the weights of variables are made smaller.
const HEAVY: u64 = 1 << 58;

/// A variable, or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal(u32);

impl Literal {
    pub(super) const fn new(variable: u32, holds: bool) -> Self {
        Self(variable * 2 + !holds as u32)
    }

    pub(super) const fn opposite(self) -> Self {
        Self(self.0 ^ 1)
    }

    const fn variable(self) -> usize {
        (self.0 / 2) as usize
    }

    /// Whether it says that its variable holds.
    const fn holds(self) -> bool {
        self.0 & 1 == 0
    }

    const fn place(self) -> usize {
        self.0 as usize
    }
}

/// Why a literal is true, or what contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Decided,
    Clause(u32),
    Bound(u32),
}

#[derive(Debug, Clone)]
struct Clause {
    /// The first two are watched; of one that implies something, the first is what it implies.
    literals: Vec<Literal>,
    learned: bool,
    /// Of how many levels its literals were when it was learned.
    levels: u32,
}

/// At most so many of some literals are true.
#[derive(Debug, Clone)]
struct Bound {
    literals: Vec<Literal>,
    most: usize,
    /// How many are.
    count: usize,
}

/// What a part of the search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// All variables have values that meet all clauses and bounds.
    Complete,
    /// There are no such values.
    Refuted,
    /// So many conflicts have been met.
    Paused,
}

/// One search.
///
/// Invariant: what is true is on the trail, in the order in which it became true; the trail up to `followed` has been
/// followed to all that it implies.
#[derive(Debug, Clone, Default)]
pub(super) struct Solver {
    clauses: Vec<Clause>,
    bounds: Vec<Bound>,
    /// Literal -> clauses that watch its opposite.
    watches: Vec<Vec<u32>>,
    /// Literal -> bounds that count it.
    counted: Vec<Vec<u32>>,
    value: Vec<Option<bool>>,
    /// Variable -> the value it had last.
    last: Vec<bool>,
    level: Vec<u32>,
    reason: Vec<Reason>,
    /// Variable -> its place on the trail.
    place: Vec<usize>,
    trail: Vec<Literal>,
    /// Level -> the length of the trail before its decision.
    starts: Vec<usize>,
    followed: usize,
    weight: Vec<u64>,
    heavier: u64,
    /// Variables without a value, and perhaps some with one, by weight.
    order: BTreeSet<(u64, u32)>,
    conflicts: u64,
    next_start: u64,
    begun: u64,
    learned: usize,
    most_learned: usize,
    refuted: bool,
}

impl Solver {
    pub(super) fn new() -> Self {
        Self { heavier: 1 << 10, next_start: START_AFTER, most_learned: KEPT, ..Self::default() }
    }

    /// A new variable, tried with this value first.
    pub(super) fn variable(&mut self, first: bool) -> u32 {
        let variable = crate::problem::rows::index(self.value.len());
        self.watches.extend([Vec::new(), Vec::new()]);
        self.counted.extend([Vec::new(), Vec::new()]);
        self.value.push(None);
        self.last.push(first);
        self.level.push(0);
        self.reason.push(Reason::Decided);
        self.place.push(0);
        self.weight.push(0);
        self.order.insert((0, variable));
        variable
    }

    /// How many conflicts have been met.
    pub(super) const fn conflicts(&self) -> u64 {
        self.conflicts
    }

    /// Whether a variable holds; none while it has no value.
    pub(super) fn value(&self, variable: u32) -> Option<bool> {
        self.value[variable as usize]
    }

    fn truth(&self, literal: Literal) -> Option<bool> {
        self.value[literal.variable()].map(|value| value == literal.holds())
    }

    /// One of these must be true. Starts the search again.
    pub(super) fn clause(&mut self, mut literals: Vec<Literal>) {
        self.back_to(0);
        literals.sort_unstable();
        literals.dedup();
        if literals.windows(2).any(|two| two[0].opposite() == two[1]) {
            return;
        }
        literals.retain(|&literal| self.truth(literal) != Some(false));
        if literals.iter().any(|&literal| self.truth(literal) == Some(true)) {
            return;
        }
        match literals[..] {
            [] => self.refuted = true,
            [one] => self.assign(one, Reason::Decided),
            _ => _ = self.watch(Clause { literals, learned: false, levels: 0 }),
        }
    }

    /// At least and at most so many of these are true, each named once. To be said before the search begins.
    pub(super) fn window(&mut self, literals: &[Literal], min: usize, max: usize) {
        if min > literals.len() {
            self.refuted = true;
            return;
        }
        if min == 1 && max >= literals.len() {
            return self.clause(literals.to_vec());
        }
        if max < literals.len() {
            self.at_most(literals.to_vec(), max);
        }
        if min > 0 {
            self.at_most(literals.iter().map(|literal| literal.opposite()).collect(), literals.len() - min);
        }
    }

    fn at_most(&mut self, literals: Vec<Literal>, most: usize) {
        let place = crate::problem::rows::index(self.bounds.len());
        let mut count = 0;
        for &literal in &literals {
            self.counted[literal.place()].push(place);
            count += usize::from(self.truth(literal) == Some(true));
        }
        self.refuted |= count > most;
        if count == most {
            let open = literals.iter().copied().filter(|&literal| self.truth(literal).is_none()).collect::<Vec<_>>();
            self.bounds.push(Bound { literals, most, count });
            for literal in open {
                self.assign(literal.opposite(), Reason::Bound(place));
            }
        } else {
            self.bounds.push(Bound { literals, most, count });
        }
    }

    fn watch(&mut self, clause: Clause) -> u32 {
        let place = crate::problem::rows::index(self.clauses.len());
        self.watches[clause.literals[0].opposite().place()].push(place);
        self.watches[clause.literals[1].opposite().place()].push(place);
        self.learned += usize::from(clause.learned);
        self.clauses.push(clause);
        place
    }

    fn assign(&mut self, literal: Literal, reason: Reason) {
        let variable = literal.variable();
        debug_assert!(self.value[variable].is_none());
        self.value[variable] = Some(literal.holds());
        self.level[variable] = crate::problem::rows::index(self.starts.len());
        self.reason[variable] = reason;
        self.place[variable] = self.trail.len();
        self.trail.push(literal);
        for &bound in &self.counted[literal.place()] {
            self.bounds[bound as usize].count += 1;
        }
    }

    fn back_to(&mut self, level: usize) {
        let Some(&start) = self.starts.get(level) else { return };
        for literal in self.trail.drain(start..) {
            let variable = literal.variable();
            self.last[variable] = literal.holds();
            self.value[variable] = None;
            self.order.insert((self.weight[variable], crate::problem::rows::index(variable)));
            for &bound in &self.counted[literal.place()] {
                self.bounds[bound as usize].count -= 1;
            }
        }
        self.starts.truncate(level);
        self.followed = start;
    }

    /// Follows what is true to all that it implies; what contradicts it, if anything does.
    fn follow(&mut self) -> Option<Reason> {
        while let Some(&literal) = self.trail.get(self.followed) {
            self.followed += 1;
            if let Some(clause) = self.follow_clauses(literal) {
                return Some(Reason::Clause(clause));
            }
            for at in 0..self.counted[literal.place()].len() {
                let place = self.counted[literal.place()][at];
                let bound = &self.bounds[place as usize];
                if bound.count > bound.most {
                    return Some(Reason::Bound(place));
                }
                if bound.count == bound.most {
                    for at in 0..bound.literals.len() {
                        let other = self.bounds[place as usize].literals[at];
                        if self.truth(other).is_none() {
                            self.assign(other.opposite(), Reason::Bound(place));
                        }
                    }
                }
            }
        }
        None
    }

    fn follow_clauses(&mut self, literal: Literal) -> Option<u32> {
        let wrong = literal.opposite();
        let mut watching = core::mem::take(&mut self.watches[literal.place()]);
        let (mut kept, mut conflict) = (0, None);
        for at in 0..watching.len() {
            let place = watching[at];
            watching[kept] = place;
            kept += 1;
            if conflict.is_some() {
                continue;
            }
            let mut literals = core::mem::take(&mut self.clauses[place as usize].literals);
            if literals[0] == wrong {
                literals.swap(0, 1);
            }
            let first = self.truth(literals[0]);
            if first != Some(true) {
                match (2..literals.len()).find(|&other| self.truth(literals[other]) != Some(false)) {
                    Some(other) => {
                        literals.swap(1, other);
                        self.watches[literals[1].opposite().place()].push(place);
                        kept -= 1;
                    }
                    None if first.is_none() => self.assign(literals[0], Reason::Clause(place)),
                    None => conflict = Some(place),
                }
            }
            self.clauses[place as usize].literals = literals;
        }
        watching.truncate(kept);
        self.watches[literal.place()] = watching;
        conflict
    }

    /// The true literals from which something follows: a contradiction, or a literal.
    fn causes(&self, reason: Reason, of: Option<Literal>) -> Vec<Literal> {
        match reason {
            Reason::Decided => Vec::new(),
            Reason::Clause(clause) => {
                let others = self.clauses[clause as usize].literals.iter().filter(|&&literal| Some(literal) != of);
                others.map(|literal| literal.opposite()).collect()
            }
            Reason::Bound(bound) => {
                let bound = &self.bounds[bound as usize];
                let before = of.map_or(usize::MAX, |literal| self.place[literal.variable()]);
                let held =
                    |literal: &Literal| self.truth(*literal) == Some(true) && self.place[literal.variable()] < before;
                // One more than there may be is enough for a contradiction.
                bound.literals.iter().copied().filter(held).take(bound.most + usize::from(of.is_none())).collect()
            }
        }
    }

    /// Learns from a contradiction, and goes back to where what was learned implies something; false when it follows
    /// from nothing.
    fn learn(&mut self, conflict: Reason) -> bool {
        self.conflicts += 1;
        let mut causes = self.causes(conflict, None);
        let newest = causes.iter().map(|literal| self.level[literal.variable()]).max().unwrap_or(0);
        if newest == 0 {
            return false;
        }
        self.back_to(newest as usize);
        let mut seen = alloc::vec![false; self.value.len()];
        let mut clause = Vec::new();
        let (mut open, mut at) = (0, self.trail.len());
        let point = loop {
            for cause in causes {
                let variable = cause.variable();
                if !seen[variable] && self.level[variable] > 0 {
                    seen[variable] = true;
                    self.weigh(variable);
                    if self.level[variable] == newest {
                        open += 1;
                    } else {
                        clause.push(cause.opposite());
                    }
                }
            }
            at = (0..at).rev().find(|&at| seen[self.trail[at].variable()]).unwrap_or(0);
            let literal = self.trail[at];
            open -= 1;
            if open == 0 {
                break literal.opposite();
            }
            causes = self.causes(self.reason[literal.variable()], Some(literal));
        };
        self.heavier += self.heavier >> 4;
        self.lighten();
        // What follows from the rest of the clause need not be said.
        let follows = |literal: &Literal| {
            let reason = self.reason[literal.variable()];
            reason != Reason::Decided
                && self.causes(reason, Some(literal.opposite())).iter().all(|cause| {
                    let variable = cause.variable();
                    seen[variable] || self.level[variable] == 0
                })
        };
        let mut kept: Vec<Literal> = clause.iter().copied().filter(|literal| !follows(literal)).collect();
        kept.sort_unstable_by_key(|literal| (core::cmp::Reverse(self.level[literal.variable()]), *literal));
        let mut levels: Vec<u32> = kept.iter().map(|literal| self.level[literal.variable()]).collect();
        levels.dedup();
        let back = levels.first().copied().unwrap_or(0);
        kept.insert(0, point);
        self.back_to(back as usize);
        if kept.len() == 1 {
            self.assign(point, Reason::Decided);
        } else {
            let levels = crate::problem::rows::index(levels.len());
            let place = self.watch(Clause { literals: kept, learned: true, levels });
            self.assign(point, Reason::Clause(place));
        }
        true
    }

    fn weigh(&mut self, variable: usize) {
        let number = crate::problem::rows::index(variable);
        let waits = self.order.remove(&(self.weight[variable], number));
        self.weight[variable] += self.heavier;
        if waits {
            self.order.insert((self.weight[variable], number));
        }
    }

    fn lighten(&mut self) {
        if self.heavier < HEAVY >> 8 && self.weight.iter().all(|&weight| weight < HEAVY) {
            return;
        }
        self.heavier = (self.heavier >> 40).max(1 << 10);
        self.weight.iter_mut().for_each(|weight| *weight >>= 40);
        let waiting = core::mem::take(&mut self.order);
        self.order = waiting.into_iter().map(|(_, variable)| (self.weight[variable as usize], variable)).collect();
    }

    /// Forgets half of the learned clauses: those of the most levels. At the start of a search only.
    fn forget(&mut self) {
        self.most_learned += KEPT_MORE;
        let mut by_worth: Vec<(u32, usize, usize)> = (self.clauses.iter().enumerate())
            .filter(|(_, clause)| clause.learned && clause.levels > 2)
            .map(|(place, clause)| (clause.levels, clause.literals.len(), place))
            .collect();
        by_worth.sort_unstable();
        let mut gone = alloc::vec![false; self.clauses.len()];
        by_worth[by_worth.len() / 2..].iter().for_each(|&(.., place)| gone[place] = true);
        self.watches.iter_mut().for_each(Vec::clear);
        let before = core::mem::take(&mut self.clauses);
        self.learned = 0;
        // What is certain needs no reason any more.
        self.trail.iter().for_each(|literal| self.reason[literal.variable()] = Reason::Decided);
        for (_, clause) in before.into_iter().enumerate().filter(|(place, _)| !gone[*place]) {
            if !clause.literals.iter().any(|&literal| self.truth(literal) == Some(true)) {
                self.watch(clause);
            }
        }
    }

    /// Searches until so many more conflicts have been met.
    pub(super) fn search(&mut self, conflicts: u64) -> Step {
        let end = self.conflicts.saturating_add(conflicts);
        while !self.refuted {
            if let Some(conflict) = self.follow() {
                self.refuted = !self.learn(conflict);
                continue;
            }
            if self.conflicts >= end {
                return Step::Paused;
            }
            if self.conflicts >= self.next_start {
                self.begun += 1;
                self.next_start = self.conflicts + START_AFTER * luby(self.begun);
                self.back_to(0);
                if self.learned > self.most_learned {
                    self.forget();
                }
                continue;
            }
            let open = loop {
                match self.order.pop_last() {
                    Some((_, variable)) if self.value[variable as usize].is_some() => {}
                    next => break next,
                }
            };
            let Some((_, variable)) = open else { return Step::Complete };
            self.starts.push(self.trail.len());
            self.assign(Literal::new(variable, self.last[variable as usize]), Reason::Decided);
        }
        Step::Refuted
    }
}

/// 1, 1, 2, 1, 1, 2, 4, and so on, from 1.
fn luby(mut number: u64) -> u64 {
    loop {
        let power = (number + 1).next_power_of_two();
        if power == number + 1 {
            return power / 2;
        }
        number -= power / 2 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Random};

    #[test]
    fn starts_follow_the_sequence_of_luby() {
        let first: Vec<u64> = (1..=15).map(luby).collect();
        assert_eq!(first, [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
    }

    #[test]
    fn small_questions_are_answered_as_by_trying_all() {
        let mut random = Random::new(3, Purpose::Generate);
        let (mut met, mut refuted) = (0, 0);
        for _ in 0..2_000 {
            let variables = crate::problem::rows::index(4 + random.index(7));
            let mut literals = |count: usize| -> Vec<Literal> {
                let mut order: Vec<u32> = (0..variables).collect();
                random.shuffle(&mut order);
                order.truncate(count);
                order.into_iter().map(|variable| Literal::new(variable, random.chance(1, 2))).collect()
            };
            let clauses: Vec<Vec<Literal>> = (0..2 * variables).map(|_| literals(3)).collect();
            let windows: Vec<(Vec<Literal>, usize)> = (0..3).map(|least| (literals(4), least)).collect();
            let mut solver = Solver::new();
            for _ in 0..variables {
                solver.variable(false);
            }
            for (literals, least) in &windows {
                solver.window(literals, *least, least + 1);
            }
            for clause in &clauses {
                solver.clause(clause.clone());
            }
            let holds = |set: u32, literal: Literal| (set >> literal.variable() & 1 == 1) == literal.holds();
            let meets = |set: u32| {
                clauses.iter().all(|clause| clause.iter().any(|&literal| holds(set, literal)))
                    && windows.iter().all(|(literals, least)| {
                        let count = literals.iter().filter(|&&literal| holds(set, literal)).count();
                        (*least..=least + 1).contains(&count)
                    })
            };
            let expected = (0..1 << variables).any(meets);
            let found = loop {
                match solver.search(2) {
                    Step::Paused => {}
                    step => break step,
                }
            };
            if expected {
                assert_eq!(found, Step::Complete);
                let values = (0..variables).filter(|&variable| solver.value(variable) == Some(true));
                assert!(meets(values.fold(0, |set, variable| set | 1 << variable)));
                met += 1;
            } else {
                assert_eq!(found, Step::Refuted);
                refuted += 1;
            }
        }
        assert!(met > 200 && refuted > 200, "{met} {refuted}");
    }
}
