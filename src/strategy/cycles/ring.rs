//! Persons around a ring, each of whom reviews only those who come soon after.
//!
//! Reviews that each go on by less than one part of the ring, of as many parts as the longest forbidden cycle has
//! persons, never come back to where they began: so whatever is chosen among such pairs keeps the rule. (The circulants
//! that show the bound of L. Caccetta and R. Haggkvist, "On minimal digraphs with given girth", 1978, to be tight are of
//! this kind.) Where groups hand in together exchanges of two reviews do not get there, for a group reviews another one
//! as soon as any of its members does.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use petgraph::unionfind::UnionFind;

use super::rule::Rule;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::Random;

/// Once around.
const AROUND: u64 = 1 << 32;
/// How many exchanges are tried for each block with a standing review that goes too far.
const TRIES_PER_BLOCK: usize = 50;

/// The free pairs that go too far around a random ring; all others close no forbidden cycle with each other.
/// O(n · m + authors).
pub(super) fn too_far(problem: &Problem, rule: &Rule<'_>, random: &mut Random) -> Vec<(u32, u32)> {
    let ring = Ring::new(problem, rule, random);
    let mut without = Vec::new();
    for student in 0..index(problem.students()) {
        for submission in 0..index(problem.submissions()) {
            if problem.is_free(student as usize, submission as usize)
                && !rule.has_to_be(student, submission)
                && !problem.authors(submission as usize).iter().all(|&author| ring.is_near(student, author))
            {
                without.push((student, submission));
            }
        }
    }
    without
}

/// Where each person is.
struct Ring {
    place: Vec<u64>,
    parts: u64,
}

impl Ring {
    fn new(problem: &Problem, rule: &Rule<'_>, random: &mut Random) -> Self {
        let persons = problem.people.persons();
        let parts = rule.longest() as u64;
        let mut together: UnionFind<u32> = UnionFind::new(persons);
        for submission in 0..problem.submissions() {
            problem.authors(submission).windows(2).for_each(|two| _ = together.union(two[0], two[1]));
        }
        // Who never meet share no ring, so that each of them is filled evenly.
        let mut meeting = together.clone();
        for student in 0..problem.students() {
            let free = (0..problem.submissions()).filter(|&submission| problem.is_free(student, submission));
            let authors = free.filter_map(|submission| problem.authors(submission).first());
            authors.for_each(|&author| _ = meeting.union(index(student), author));
        }
        let mut ring = Self { place: alloc::vec![0; persons], parts };
        for members in sets((0..index(persons)).collect(), &meeting) {
            let length = members.len() as u64;
            let (mut blocks, wide): (Vec<_>, Vec<_>) = sets(members, &together)
                .into_iter()
                // Who are too many for one place stand side by side.
                .partition(|block| 2 * parts * (block.len() as u64) <= length);
            blocks.extend(wide.into_iter().flatten().map(|person| alloc::vec![person]));
            random.shuffle(&mut blocks);
            ring.put(&blocks, length);
            ring.suit_standing(&mut blocks, length, rule, random);
        }
        ring
    }

    /// Gives each block a place, as wide as it has members, in a ring of so many persons.
    fn put(&mut self, blocks: &[Vec<u32>], length: u64) {
        let mut before = 0;
        for block in blocks {
            for &person in block {
                self.place[person as usize] = before * (AROUND / length);
            }
            before += block.len() as u64;
        }
    }

    /// Exchanges blocks so that more of the reviews that are in every result are to somebody near.
    fn suit_standing(&mut self, blocks: &mut [Vec<u32>], length: u64, rule: &Rule<'_>, random: &mut Random) {
        let far = |ring: &Self, blocks: &[Vec<u32>]| -> Vec<usize> {
            let from = blocks.iter().enumerate().flat_map(|(at, block)| block.iter().map(move |&person| (at, person)));
            let far = |&(_, person): &(usize, u32)| {
                rule.arcs().out(person).iter().chain(rule.arcs().back(person)).any(|&other| {
                    let to = rule.arcs().out(person).contains(&other);
                    if to { !ring.is_near(person, other) } else { !ring.is_near(other, person) }
                })
            };
            from.filter(far).map(|(at, _)| at).collect()
        };
        let mut wrong = far(self, blocks);
        for _ in 0..TRIES_PER_BLOCK * wrong.len() {
            if wrong.is_empty() {
                break;
            }
            let (one, other) = (wrong[random.index(wrong.len())], random.index(blocks.len()));
            blocks.swap(one, other);
            self.put(blocks, length);
            let now = far(self, blocks);
            if now.len() <= wrong.len() {
                wrong = now;
            } else {
                blocks.swap(one, other);
                self.put(blocks, length);
            }
        }
    }

    /// Whether another person comes after one within less than a part of the ring.
    fn is_near(&self, from: u32, to: u32) -> bool {
        let [from, to] = [from, to].map(|person| self.place[person as usize]);
        let way = (to + AROUND - from) % AROUND;
        way > 0 && way * self.parts < AROUND
    }
}

/// The sets of some persons, each ascending, by their first persons.
fn sets(persons: Vec<u32>, of: &UnionFind<u32>) -> Vec<Vec<u32>> {
    let mut sets: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for person in persons {
        sets.entry(of.find(person)).or_default().push(person);
    }
    let mut sets: Vec<_> = sets.into_values().collect();
    sets.sort_unstable();
    sets
}
