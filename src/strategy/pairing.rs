//! Pairing of places: given how many reviews everybody gives and receives, who reviews what?
//!
//! The configuration model (B. Bollobás, "A probabilistic proof of an asymptotic formula for the number of labelled
//! regular graphs", 1980): each review to give and each review to receive is a place; the places of both sides are
//! paired, and pairs that are not allowed are repaired by exchanging submissions with another place. Counts do not
//! change by exchanges, so a pairing without conflicts reaches the counts it was made for. With exclusions that touch
//! few pairs the number of repairs does not grow with the class.

use alloc::vec::Vec;
use core::ops::Range;

use super::cycles::Rule;
use super::ideal::{Component, Ideal};
use crate::assignment::Assignment;
use crate::input::CopyRule;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::Random;

/// How often a random partner is tried for one conflict.
const TRIES: usize = 200;
/// How many places in a row are looked at for a partner.
const LOOK: usize = 20_000;

/// How often all places that break a rule on persons are gone through.
const ROUNDS: usize = 20;

/// Places of both sides, paired.
///
/// Invariant: the places of one student stand together, those of one component too; exchanges stay within a
/// component.
#[derive(Debug, Clone)]
pub(super) struct Pairing<'p> {
    problem: &'p Problem,
    /// Place -> student.
    giver: Vec<u32>,
    /// Place -> submission.
    asset: Vec<u32>,
    /// Student -> first place and the place after the last.
    places: Vec<(u32, u32)>,
    components: Vec<Range<usize>>,
}

impl<'p> Pairing<'p> {
    /// Places for ideal counts; `arrange` pairs the places of one component: it returns the submissions in the order
    /// of the places, which is that of the giving students.
    pub(super) fn new(problem: &'p Problem, ideal: &Ideal, mut arrange: impl FnMut(&Component) -> Vec<u32>) -> Self {
        let mut pairing = Self {
            problem,
            giver: Vec::new(),
            asset: Vec::new(),
            places: alloc::vec![(0, 0); problem.students()],
            components: Vec::new(),
        };
        for component in &ideal.components {
            let start = pairing.giver.len();
            for &(student, count) in &component.giving {
                let first = index(pairing.giver.len());
                pairing.places[student as usize] = (first, first + count);
                pairing.giver.extend(core::iter::repeat_n(student, count as usize));
            }
            pairing.asset.extend(arrange(component));
            debug_assert_eq!(pairing.asset.len(), pairing.giver.len());
            pairing.components.push(start..pairing.giver.len());
        }
        pairing
    }

    /// The places of an assignment, all in one component.
    pub(super) fn of_assignment(problem: &'p Problem, assignment: &Assignment) -> Self {
        let mut pairing = Self {
            problem,
            giver: Vec::with_capacity(assignment.len()),
            asset: Vec::with_capacity(assignment.len()),
            places: Vec::with_capacity(problem.students()),
            components: Vec::new(),
        };
        for student in 0..problem.students() {
            let first = index(pairing.giver.len());
            let free =
                assignment.of(student).iter().filter(|&&asset| !problem.settled.is_fixed(student, asset as usize));
            pairing.asset.extend(free);
            pairing.giver.resize(pairing.asset.len(), index(student));
            pairing.places.push((first, index(pairing.giver.len())));
        }
        pairing.components.push(0..pairing.giver.len());
        pairing
    }

    /// The places whose pair is not allowed, component by component.
    pub(super) fn conflicts(&self) -> Vec<u32> {
        (0..self.giver.len()).filter(|&place| !self.fits(place, self.asset[place])).map(index).collect()
    }

    /// Whether a place may have a submission beside what the other places of its student have. Of two places of one
    /// student in conflict with each other, only the later one does not fit.
    fn fits(&self, place: usize, asset: u32) -> bool {
        let student = self.giver[place] as usize;
        self.problem.is_free(student, asset as usize)
            && !self.clashes(place, asset, self.places[student].0, index(place))
    }

    /// The same, looking at all places of the student.
    fn fits_fully(&self, place: usize, asset: u32) -> bool {
        let student = self.giver[place] as usize;
        let (first, end) = self.places[student];
        self.problem.is_free(student, asset as usize) && !self.clashes(place, asset, first, end)
    }

    fn clashes(&self, place: usize, asset: u32, first: u32, end: u32) -> bool {
        let once = self.problem.policy.same_work_once == CopyRule::Once;
        let work = |asset: u32| self.problem.work(asset as usize);
        (first as usize..end as usize).any(|other| {
            other != place && (self.asset[other] == asset || (once && work(self.asset[other]) == work(asset)))
        })
    }

    /// Whether two places may exchange their submissions.
    fn may_exchange(&self, a: usize, b: usize) -> bool {
        self.asset[a] != self.asset[b]
            && self.giver[a] != self.giver[b]
            && self.fits_fully(a, self.asset[b])
            && self.fits_fully(b, self.asset[a])
    }

    fn component_of(&self, place: usize) -> Range<usize> {
        let at = self.components.partition_point(|component| component.end <= place);
        self.components[at].clone()
    }

    /// Repairs conflicts by exchanges with random places. False when some conflict found no partner.
    pub(super) fn repair_at_random(&mut self, random: &mut Random) -> bool {
        let mut conflicts = self.conflicts();
        // In a random order, so that nothing depends on how students are numbered.
        random.shuffle(&mut conflicts);
        conflicts.into_iter().all(|place| {
            let place = place as usize;
            let component = self.component_of(place);
            let length = component.len();
            if self.fits_fully(place, self.asset[place]) {
                return true;
            }
            let partner = (0..TRIES)
                .map(|_| component.start + random.index(length))
                .find(|&other| self.may_exchange(place, other))
                .or_else(|| {
                    let start = random.index(length);
                    let look = (0..length.min(LOOK)).map(|k| component.start + (start + k) % length);
                    look.into_iter().find(|&other| self.may_exchange(place, other))
                });
            if let Some(other) = partner {
                self.asset.swap(place, other);
            }
            partner.is_some()
        })
    }

    /// Repairs the conflicts by exchanges with the next place in the ring that fits.
    pub(super) fn repair_in_order(&mut self, conflicts: Vec<u32>) -> bool {
        conflicts.into_iter().all(|place| {
            let place = place as usize;
            let component = self.component_of(place);
            let length = component.len();
            if self.fits_fully(place, self.asset[place]) {
                return true;
            }
            let ring = (1..length.min(LOOK)).map(|k| component.start + (place - component.start + k) % length);
            let partner = ring.into_iter().find(|&other| self.may_exchange(place, other));
            if let Some(other) = partner {
                self.asset.swap(place, other);
            }
            partner.is_some()
        })
    }

    /// Exchanges places so that fewer reviews go both ways; best effort.
    pub(super) fn fewer_reciprocal(&mut self, random: &mut Random) {
        for _ in 0..ROUNDS {
            let both = |place: &usize| self.reciprocal_at(*place) > 0;
            let found: Vec<usize> = (0..self.giver.len()).filter(both).collect();
            if found.is_empty() {
                return;
            }
            for place in found {
                let component = self.component_of(place);
                for _ in 0..TRIES {
                    let other = component.start + random.index(component.len());
                    if self.may_exchange(place, other) && self.lowers_reciprocal(place, other) {
                        break;
                    }
                }
            }
        }
    }

    /// Exchanges two places if fewer persons are met both ways by them afterwards.
    fn lowers_reciprocal(&mut self, a: usize, b: usize) -> bool {
        let before = self.reciprocal_at(a) + self.reciprocal_at(b);
        self.asset.swap(a, b);
        let lower = self.reciprocal_at(a) + self.reciprocal_at(b) < before;
        if !lower {
            self.asset.swap(a, b);
        }
        lower
    }

    /// Exchanges places until no review is on a forbidden cycle; false when some are left. `rule` has the reviews that
    /// are in every result and no others.
    pub(super) fn untangle(&mut self, mut rule: Rule<'_>, random: &mut Random) -> bool {
        let closes = |rule: &mut Rule<'_>, giver: &[u32], asset: &[u32], place: usize| {
            u32::from(rule.closes(giver[place], asset[place]))
        };
        for (&student, &submission) in self.giver.iter().zip(&self.asset) {
            rule.put(student, submission);
        }
        for _ in 0..ROUNDS {
            let bad = |place: &usize| rule.closes(self.giver[*place], self.asset[*place]);
            let found: Vec<usize> = (0..self.giver.len()).filter(bad).collect();
            if found.is_empty() {
                return true;
            }
            for place in found {
                let component = self.component_of(place);
                for _ in 0..TRIES {
                    if closes(&mut rule, &self.giver, &self.asset, place) == 0 {
                        break;
                    }
                    let other = component.start + random.index(component.len());
                    if !self.may_exchange(place, other) {
                        continue;
                    }
                    let places = [place, other];
                    let before: u32 = places.iter().map(|&at| closes(&mut rule, &self.giver, &self.asset, at)).sum();
                    self.exchange(&mut rule, place, other);
                    let after: u32 = places.iter().map(|&at| closes(&mut rule, &self.giver, &self.asset, at)).sum();
                    if after >= before {
                        self.exchange(&mut rule, place, other);
                    }
                }
            }
        }
        false
    }

    /// Exchanges two places, and tells the rule.
    fn exchange(&mut self, rule: &mut Rule<'_>, a: usize, b: usize) {
        for at in [a, b] {
            rule.take(self.giver[at], self.asset[at]);
        }
        self.asset.swap(a, b);
        for at in [a, b] {
            rule.put(self.giver[at], self.asset[at]);
        }
    }

    /// How many authors of the work at a place review a work of its student.
    fn reciprocal_at(&self, place: usize) -> usize {
        let (student, asset) = (self.giver[place], self.asset[place]);
        let authors = self.problem.people.authors.row(self.problem.people.work_of[asset as usize] as usize);
        let listed = authors.iter().filter(|&&author| (author as usize) < self.problem.students());
        let back = listed.filter(|&&author| {
            let (first, end) = self.places[author as usize];
            let fixed = self.problem.settled.fixed.row(author as usize);
            let mut reviewed = self.asset[first as usize..end as usize].iter().chain(fixed);
            reviewed.any(|&back| self.problem.is_author(student as usize, back as usize))
        });
        back.count()
    }

    /// The assignment, with the fixed reviews.
    pub(super) fn assignment(&self) -> Assignment {
        Assignment::from_rows(self.problem.students(), self.giver.len(), |student, row| {
            let (first, end) = self.places[student];
            row.extend_from_slice(&self.asset[first as usize..end as usize]);
            row.extend_from_slice(self.problem.settled.fixed.row(student));
        })
    }
}
