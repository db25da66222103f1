//! Who reviews whom: a graph of persons that changes review by review.

use alloc::vec::Vec;

/// Arcs from assessors to authors. An arc that several reviews make stands as often as that, and goes with the last.
#[derive(Debug, Clone)]
pub(crate) struct Arcs {
    out: Vec<Vec<u32>>,
    back: Vec<Vec<u32>>,
    /// The search that came last to each person, onward and back.
    seen: [Vec<u32>; 2],
    /// The number of the search.
    round: u32,
    frontiers: [Vec<u32>; 2],
    next: Vec<u32>,
}

impl Arcs {
    /// No arcs yet.
    pub(crate) fn new(persons: usize) -> Self {
        Self {
            out: alloc::vec![Vec::new(); persons],
            back: alloc::vec![Vec::new(); persons],
            seen: [alloc::vec![0; persons], alloc::vec![0; persons]],
            round: 0,
            frontiers: [Vec::new(), Vec::new()],
            next: Vec::new(),
        }
    }

    /// Whom a person reviews.
    pub(crate) fn out(&self, person: u32) -> &[u32] {
        &self.out[person as usize]
    }

    /// By whom a person is reviewed.
    pub(crate) fn back(&self, person: u32) -> &[u32] {
        &self.back[person as usize]
    }

    /// Adds an arc; nobody has one to themselves.
    pub(crate) fn add(&mut self, from: u32, to: u32) {
        if from != to {
            self.out[from as usize].push(to);
            self.back[to as usize].push(from);
        }
    }

    /// Takes an arc away, once.
    pub(crate) fn remove(&mut self, from: u32, to: u32) {
        if from != to {
            take(&mut self.out[from as usize], to);
            take(&mut self.back[to as usize], from);
        }
    }

    /// Whether `to` is at most so many steps from `from`. Goes from both ends, always on from where fewer wait:
    /// O(degree^(steps / 2)).
    pub(crate) fn reaches(&mut self, from: u32, to: u32, steps: usize) -> bool {
        if from == to {
            return true;
        }
        if self.round == u32::MAX {
            self.seen.iter_mut().for_each(|seen| seen.fill(0));
            self.round = 0;
        }
        self.round += 1;
        for (side, start) in [from, to].into_iter().enumerate() {
            self.seen[side][start as usize] = self.round;
            self.frontiers[side].clear();
            self.frontiers[side].push(start);
        }
        for _ in 0..steps {
            let side = usize::from(self.frontiers[1].len() < self.frontiers[0].len());
            let edges = if side == 0 { &self.out } else { &self.back };
            self.next.clear();
            for &person in &self.frontiers[side] {
                for &other in &edges[person as usize] {
                    if self.seen[1 - side][other as usize] == self.round {
                        return true;
                    }
                    if self.seen[side][other as usize] != self.round {
                        self.seen[side][other as usize] = self.round;
                        self.next.push(other);
                    }
                }
            }
            core::mem::swap(&mut self.frontiers[side], &mut self.next);
            if self.frontiers[side].is_empty() {
                return false;
            }
        }
        false
    }
}

fn take(list: &mut Vec<u32>, value: u32) {
    let place = list.iter().rposition(|&other| other == value);
    debug_assert!(place.is_some(), "an arc that is there");
    if let Some(place) = place {
        list.swap_remove(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_and_arcs_stand_as_often_as_added() {
        let mut arcs = Arcs::new(6);
        for person in 0..5 {
            arcs.add(person, person + 1);
        }
        for (from, to, steps, expected) in
            [(0, 5, 5, true), (0, 5, 4, false), (5, 0, 9, false), (2, 2, 0, true), (1, 2, 1, true), (1, 2, 0, false)]
        {
            assert_eq!(arcs.reaches(from, to, steps), expected, "{from} {to} {steps}");
        }
        arcs.add(2, 3);
        arcs.remove(2, 3);
        assert!(arcs.reaches(0, 5, 5));
        arcs.remove(2, 3);
        assert!(!arcs.reaches(0, 5, 5));
        assert!(arcs.out(2).is_empty());
    }
}
