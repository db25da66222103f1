//! Graphs by chance: a permutation for each arc of a tail, and exchanges with random arcs for what is not allowed.

use alloc::vec::Vec;

use super::exchange::LOOK;
use super::parts::Parts;
use super::rows::{BATCH, of_degree, sort, touched};
use super::{Classes, Regular, index};
use crate::random::Random;

/// How often a graph is drawn anew when it cannot be repaired.
const ATTEMPTS: usize = 4;
/// How often a random partner is tried for one exchange.
const TRIES: usize = 200;

impl Regular<'_> {
    /// A graph by chance: the heads of each tail, ascending, tail by tail.
    #[must_use]
    pub fn random(&self, random: &mut Random) -> Option<Vec<u32>> {
        let parts = self.parts()?;
        if parts.ranges().any(|part| !part.is_empty() && part.len() < self.degree) {
            return None;
        }
        let members = self.within.map(|within| (parts.members(within.tails), parts.members(within.heads)));
        (0..ATTEMPTS).find_map(|_| self.drawn(&parts, members.as_ref(), random))
    }

    /// One attempt: permutations, then exchanges.
    fn drawn(&self, parts: &Parts, members: Option<&(Vec<u32>, Vec<u32>)>, random: &mut Random) -> Option<Vec<u32>> {
        let mut rows = touched(self.vertices * self.degree);
        let mut dealt = touched(parts.ranges().map(|part| part.len()).max().unwrap_or(0));
        let mut conflicts = Vec::new();
        let tags = Tags::new(self.vertices, self.apart.first().copied());
        for column in 0..self.degree {
            for part in parts.ranges().filter(|part| !part.is_empty()) {
                let dealt = &mut dealt[..part.len()];
                match members {
                    None => {
                        random.deal(dealt, |at| tags.mark(index(at)));
                        of_degree!(self.degree, self.put(&mut rows, column, index, dealt, tags, &mut conflicts));
                    }
                    Some((tails, heads)) => {
                        let (tails, heads) = (&tails[part.clone()], &heads[part]);
                        random.deal(dealt, |at| tags.mark(heads[at]));
                        let tail = |at: usize| tails[at];
                        of_degree!(self.degree, self.put(&mut rows, column, tail, dealt, tags, &mut conflicts));
                    }
                }
            }
        }
        self.add_forbidden(&rows, &mut conflicts);
        if conflicts.is_empty() {
            return Some(rows);
        }
        // In a random order, so that nothing depends on how vertices are numbered.
        conflicts.sort_unstable();
        conflicts.dedup();
        random.shuffle(&mut conflicts);
        let repaired = self.repair(&mut rows, &conflicts, |rows, tail, slot| {
            let part = self.within.map_or(0..self.vertices, |within| parts.range(within.tails[tail]));
            let length = part.len() * self.degree;
            let at = |arc: usize| {
                let place = part.start + arc / self.degree;
                (members.map_or(place, |(tails, _)| tails[place] as usize), arc % self.degree)
            };
            let fits = |&other: &(usize, usize)| self.may_exchange(rows, (tail, slot), other);
            (0..TRIES).map(|_| at(random.index(length))).find(fits).or_else(|| {
                let start = random.index(length);
                (0..length.min(LOOK)).map(|on| at((start + on) % length)).find(fits)
            })
        });
        repaired.then_some(rows)
    }

    /// Writes a column of the heads of some tails, notes what is not allowed, and sorts what is complete.
    #[allow(clippy::needless_bitwise_bool, reason = "one branch for all that is rare")]
    fn put<const DEGREE: usize>(
        &self,
        rows: &mut [u32],
        column: usize,
        tail: impl Fn(usize) -> u32,
        dealt: &[u32],
        tags: Tags<'_>,
        conflicts: &mut Vec<u32>,
    ) {
        let degree = if DEGREE > 0 { DEGREE } else { self.degree };
        let last = column + 1 == degree;
        let others = self.apart.get(1..).unwrap_or(&[]);
        for (batch, dealt) in dealt.chunks(BATCH).enumerate() {
            let tail = |at: usize| tail(batch * BATCH + at) as usize;
            let mut inside = [false; BATCH];
            for classes in others {
                for (at, (&marked, inside)) in dealt.iter().zip(&mut inside).enumerate() {
                    let class = classes.tails[tail(at)];
                    *inside |= (classes.heads[tags.head(marked)] == class) & (class != Self::NONE);
                }
            }
            for (at, (&marked, inside)) in dealt.iter().zip(inside).enumerate() {
                let tail = tail(at);
                let head = index(tags.head(marked));
                let row = &mut rows[tail * degree..][..degree];
                let known = row.iter().enumerate();
                let twice = known.fold(false, |twice, (at, &known)| twice | ((known == head) & (at < column)));
                row[column] = head;
                if twice | inside | (self.own_head(tail) == head) || tags.collide(tail, marked) {
                    conflicts.push(index(tail));
                }
                if last {
                    sort::<DEGREE>(row);
                }
            }
        }
    }
}

/// Heads marked with the last bits of their class, as many as there is room for: where these differ, nobody needs to
/// look the class up.
#[derive(Debug, Clone, Copy)]
struct Tags<'a> {
    /// The bits of the head.
    mask: u32,
    bits: u32,
    classes: Option<Classes<'a>>,
}

impl<'a> Tags<'a> {
    fn new(vertices: usize, classes: Option<Classes<'a>>) -> Self {
        let bits = u32::BITS - index(vertices).leading_zeros();
        Self { mask: u32::MAX.checked_shl(bits).map_or(u32::MAX, |tag| !tag), bits, classes }
    }

    #[inline]
    fn tag(self, class: u32) -> u32 {
        class.checked_shl(self.bits).unwrap_or(0)
    }

    #[inline]
    fn mark(self, head: u32) -> u32 {
        self.classes.map_or(head, |classes| head | self.tag(classes.heads[head as usize]))
    }

    #[inline]
    const fn head(self, marked: u32) -> usize {
        (marked & self.mask) as usize
    }

    /// Whether a tail and a head are in the same class.
    #[inline]
    fn collide(self, tail: usize, marked: u32) -> bool {
        self.classes.is_some_and(|classes| {
            let class = classes.tails[tail];
            (marked ^ self.tag(class)) <= self.mask
                && class != Regular::NONE
                && classes.heads[self.head(marked)] == class
        })
    }
}
