//! The same graph whenever asked: arcs that lead so and so many places on in a ring.

use alloc::vec::Vec;

use super::exchange::LOOK;
use super::ring::Ring;
use super::rows::{BATCH, of_degree, sort, touched};
use super::{Classes, Regular, index};

impl Regular<'_> {
    /// The same graph whenever asked: the heads of each tail, ascending, tail by tail.
    ///
    /// First the ring of all tails by number, from 1 place on. If that meets classes, the ring in which each class (of
    /// the first kind) stands in one piece, from as many places on as the longest class has members; or, where all
    /// classes are equal and that is not enough, the ring in which their members take turns. What other kinds of
    /// classes and forbidden pairs are in the way of exchanges heads with the next in the ring.
    ///
    /// Without parts, with heads in the classes of those who own them, with one kind of classes and no forbidden pair, it
    /// finds a graph of `n` vertices and a longest class of `l` exactly if `degree ≤ n − 2l + 1`, or all classes have
    /// `l` members and `degree ≤ n − l`, or the plain ring has no conflict. (No graph has `degree > n − l` or `2l > n`.)
    /// With parts, that holds in each of them.
    #[must_use]
    pub fn deterministic(&self) -> Option<Vec<u32>> {
        let parts = self.parts()?;
        if self.within.is_some_and(|within| !self.are_owners_in(within)) {
            return None;
        }
        let plain = self.plain_ring(&parts).filter(|ring| self.is_free_of_classes(ring));
        let (ring, sure) = match plain {
            Some(ring) => (ring, true),
            None => {
                let classes = *self.apart.first()?;
                (self.block_ring(&parts, classes)?, self.apart.len() == 1 && self.are_owners_in(classes))
            }
        };
        let (mut rows, mut conflicts) = of_degree!(self.degree, self.rotated(&ring, sure));
        self.add_forbidden(&rows, &mut conflicts);
        if conflicts.is_empty() {
            return Some(rows);
        }
        conflicts.sort_unstable_by_key(|&tail| ring.place(tail as usize));
        let order = ring.order(self.vertices);
        let degree = self.degree;
        let repaired = self.repair(&mut rows, &conflicts, |rows, tail, slot| {
            let part = &ring.span(tail).part;
            let here = ring.place(tail) - part.start;
            let mut next = (1..part.len()).flat_map(|on| {
                let other = order[part.start + (here + on) % part.len()] as usize;
                (0..degree).map(move |slot| (other, slot))
            });
            next.by_ref().take(LOOK).find(|&other| self.may_exchange(rows, (tail, slot), other))
        });
        repaired.then_some(rows)
    }

    /// Whether a ring leads to no class-mate.
    fn is_free_of_classes(&self, ring: &Ring<'_>) -> bool {
        self.apart.is_empty()
            || (0..self.vertices).all(|tail| {
                let (span, here) = (ring.span(tail), ring.place(tail));
                span.shifts.iter().all(|&shift| self.is_apart(tail, ring.head(span.after(here, shift))))
            })
    }

    /// Whether every tail is in the same class as its own head.
    fn are_owners_in(&self, classes: Classes<'_>) -> bool {
        match self.own {
            None => classes.tails == classes.heads,
            Some(own) => own.iter().zip(classes.tails).all(|(&own, &class)| classes.heads[own as usize] == class),
        }
    }

    /// The arcs of a ring, and, unless there are surely none, the tails with arcs that are not allowed.
    fn rotated<const DEGREE: usize>(&self, ring: &Ring<'_>, sure: bool) -> (Vec<u32>, Vec<u32>) {
        let degree = if DEGREE > 0 { DEGREE } else { self.degree };
        let mut rows = touched(self.vertices * degree);
        let mut conflicts = Vec::new();
        for (batch, rows) in rows.chunks_mut(BATCH * degree.max(1)).enumerate() {
            let first = batch * BATCH;
            let mut at = [0; BATCH];
            for (place, tail) in at.iter_mut().zip(first..self.vertices) {
                *place = ring.place(tail);
            }
            for column in 0..degree {
                let places = at.iter().zip(rows.chunks_exact_mut(degree));
                match (&ring.spans[..], ring.part_of, &ring.heads) {
                    ([span], None, Some(heads)) => {
                        let shift = span.shifts[column];
                        places.for_each(|(&place, row)| row[column] = heads[span.after(place, shift)]);
                    }
                    _ => places.zip(first..).for_each(|((&place, row), tail)| {
                        let span = ring.span(tail);
                        row[column] = ring.head(span.after(place, span.shifts[column]));
                    }),
                }
            }
            for (tail, row) in (first..).zip(rows.chunks_exact_mut(degree)) {
                sort::<DEGREE>(row);
                if !sure && row.iter().any(|&head| !self.is_apart(tail, head)) {
                    conflicts.push(index(tail));
                }
            }
        }
        (rows, conflicts)
    }
}
