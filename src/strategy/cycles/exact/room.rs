//! Whether there are persons enough for all reviews: what is known of digraphs without short cycles.

use alloc::vec::Vec;

use super::state::State;
use super::{Question, bits};

impl Question {
    /// Whether there are persons enough for all whom one reaches, and all from whom one is reached.
    ///
    /// On a set of at most as many persons as the longest forbidden cycle has there is no cycle, so one of them reviews
    /// nobody in the set: from any such set one step more leads to as many others as everybody reviews at least.
    /// Those met within some steps onward and within the remaining steps back are not the same (after L. Caccetta and
    /// R. Haggkvist, "On minimal digraphs with given girth", 1978).
    pub(super) fn has_room(&self, state: &State) -> bool {
        let persons = self.standing.len();
        if self.longest < 3 || !self.is_simple() {
            return true;
        }
        let open: Vec<u64> = state.yes.iter().zip(&state.may).map(|(yes, may)| yes | may).collect();
        let (mut gives, mut gets) = (alloc::vec![0; persons], alloc::vec![0; persons]);
        for (row, person) in self.person.iter().enumerate() {
            let (Some(person), Some(column)) = (*person, self.own_column[row]) else { continue };
            let beside = bits(open[row]).filter(|&column| self.own_row[column].is_none()).count();
            gives[person] = (self.rows[row].min as usize).saturating_sub(beside);
            let reviewers = state.yes_by_column[column] | state.may_by_column[column];
            let beside = bits(reviewers).filter(|&row| self.own_column[row].is_none()).count();
            gets[person] = (self.columns[column].min as usize).saturating_sub(beside);
        }
        let least = |counts: &[usize]| counts.iter().copied().min().unwrap_or(0);
        let (least_given, least_got) = (least(&gives), least(&gets));
        if least_given == 0 && least_got == 0 {
            return true;
        }
        let (known, possible) = (self.graph(&state.yes), self.graph(&open));
        let (known_back, possible_back) = (turned(&known), turned(&possible));
        if self.is_crowded(&possible, &gives) || self.is_crowded(&possible_back, &gets) {
            return false;
        }
        let forward = self.longest.div_ceil(2);
        (0..persons).all(|person| {
            [(forward, self.longest - forward), (self.longest - forward, forward)].into_iter().all(|(onward, back)| {
                let after = self.grown(gives[person], least_given, onward);
                let before = self.grown(gets[person], least_got, back);
                let (met, from) = (ball(&known, person, onward), ball(&known_back, person, back));
                let after_most = ball(&possible, person, onward) & !from;
                let before_most = ball(&possible_back, person, back) & !met;
                let count = |set: u64| (set & !(1 << person)).count_ones() as usize;
                after <= count(after_most)
                    && before <= count(before_most)
                    && after + before <= count(after_most | before_most)
            })
        })
    }

    /// Whether some persons each have so many of each other to review that a forbidden cycle follows.
    ///
    /// Where each of n has d arcs to others of them, there is a cycle of at most n / d, rounded up: the conjecture of
    /// Caccetta and Haggkvist, proven by them for d = 2, by Y. O. Hamidoune for d = 3 ("A note on minimal directed graphs
    /// with given girth", 1987) and by C. T. Hoang and B. Reed for d up to 5 ("A note on short cycles in digraphs", 1987).
    fn is_crowded(&self, possible: &[u64], degrees: &[usize]) -> bool {
        let all = bits(u64::MAX).take(possible.len()).fold(0_u64, |set, person| set | 1 << person);
        let mut set = all;
        (1..=5).any(|degree| {
            loop {
                let within =
                    |&person: &usize| degrees[person] >= degree + (possible[person] & !set).count_ones() as usize;
                let next = bits(set).filter(within).fold(0_u64, |set, person| set | 1 << person);
                if next == set {
                    break;
                }
                set = next;
            }
            set != 0 && (set.count_ones() as usize).div_ceil(degree) <= self.longest
        })
    }

    /// How many persons are met at least within so many steps, `first` of them in the first one.
    fn grown(&self, first: usize, least: usize, steps: usize) -> usize {
        (1..steps).fold(if steps == 0 { 0 } else { first }, |met, _| {
            // More than the longest cycle has may be cycles among themselves.
            if met > 0 && met <= self.longest { (met + least).min(self.longest + 1) } else { met }
        })
    }

    /// Whether nothing stands already and everybody has one work at most, so that bounds count persons.
    fn is_simple(&self) -> bool {
        self.standing.iter().all(|&others| others == 0)
            && self.exempt.iter().all(|&columns| columns == 0)
            && self.works.is_empty()
            && self.shared.is_empty()
    }
}

/// Whom a person reaches within so many steps.
fn ball(graph: &[u64], person: usize, steps: usize) -> u64 {
    let mut met = 0_u64;
    let mut frontier = 1_u64 << person;
    for _ in 0..steps {
        let next = bits(frontier).fold(0, |set, person| set | graph[person]) & !met;
        met |= next;
        frontier = next;
    }
    met
}

/// The same graph with all arcs turned round.
fn turned(graph: &[u64]) -> Vec<u64> {
    let mut back = alloc::vec![0_u64; graph.len()];
    for (person, &others) in graph.iter().enumerate() {
        bits(others).for_each(|other| back[other] |= 1 << person);
    }
    back
}
