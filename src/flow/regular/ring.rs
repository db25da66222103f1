//! The places of everybody in a ring, and the orders in which classes do not meet.
//!
//! Each part is a ring of its own, over the places that [`Parts`] gives it. The shifts of a ring differ and are less than
//! its length, so that each of them leads to every place of it once, and no head is met twice from one place.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use super::parts::{Parts, starts};
use super::rows::touched;
use super::{Classes, Regular, index};

/// A part of a ring, and how many places on its arcs lead.
pub(super) struct Span {
    pub(super) part: Range<usize>,
    pub(super) shifts: Vec<usize>,
}

impl Span {
    /// None if there are more shifts than others in the part.
    fn new(part: Range<usize>, shifts: impl IntoIterator<Item = usize>) -> Option<Self> {
        if part.is_empty() {
            return Some(Self { part, shifts: Vec::new() });
        }
        let shifts: Vec<usize> = shifts.into_iter().collect();
        shifts.iter().all(|&shift| shift < part.len()).then_some(Self { part, shifts })
    }

    /// The place so many places on.
    #[inline]
    pub(super) fn after(&self, place: usize, shift: usize) -> usize {
        let on = place + shift;
        if on >= self.part.end { on - self.part.len() } else { on }
    }
}

/// Everybody's place; each part is a ring of its own.
pub(super) struct Ring<'a> {
    pub(super) spans: Vec<Span>,
    pub(super) part_of: Option<&'a [u32]>,
    /// Tail -> place; by number if there is none.
    places: Option<Vec<u32>>,
    /// Place -> the own head of the tail there; by number if there is none.
    pub(super) heads: Option<Cow<'a, [u32]>>,
}

impl Ring<'_> {
    #[inline]
    pub(super) fn place(&self, tail: usize) -> usize {
        self.places.as_ref().map_or(tail, |places| places[tail] as usize)
    }

    #[inline]
    pub(super) fn span(&self, tail: usize) -> &Span {
        &self.spans[self.part_of.map_or(0, |part_of| part_of[tail] as usize)]
    }

    #[inline]
    pub(super) fn head(&self, place: usize) -> u32 {
        self.heads.as_ref().map_or(index(place), |heads| heads[place])
    }

    /// Place -> tail.
    pub(super) fn order(&self, vertices: usize) -> Vec<u32> {
        let mut order = touched(vertices);
        for tail in 0..index(vertices) {
            order[self.place(tail as usize)] = tail;
        }
        order
    }
}

impl<'a> Regular<'a> {
    /// The ring of each part by number, from 1 place on.
    pub(super) fn plain_ring(&self, parts: &Parts) -> Option<Ring<'a>> {
        let spans = parts.ranges().map(|part| Span::new(part, 1..=self.degree)).collect::<Option<_>>()?;
        let Some(within) = self.within else {
            return Some(Ring { spans, part_of: None, places: None, heads: self.own.map(Cow::Borrowed) });
        };
        let mut next = parts.starts.clone();
        let mut places = touched(self.vertices);
        let mut heads = touched(self.vertices);
        for (tail, &part) in within.tails.iter().enumerate() {
            let place = &mut next[part as usize];
            heads[*place as usize] = self.own_head(tail);
            places[tail] = *place;
            *place += 1;
        }
        Some(Ring { spans, part_of: Some(within.tails), places: Some(places), heads: Some(Cow::Owned(heads)) })
    }

    /// The ring in which classes stand in one piece.
    pub(super) fn block_ring(&self, parts: &Parts, classes: Classes<'_>) -> Option<Ring<'a>> {
        let n = self.vertices;
        let part_of = self.within.map(|within| within.tails);
        let class = classes.tails;
        let (mut runs, places, heads);
        if part_of.is_none() && class.is_sorted() {
            let mut run = Runs::default();
            for &class in class {
                run.add(class);
            }
            (runs, places, heads) = (alloc::vec![run], None, self.own.map(Cow::Borrowed));
        } else {
            // A counting sort by class; then, if there are parts, one by part, which keeps that order.
            let mut next = starts(class, classes.count);
            let mut place_of = touched(n);
            let mut ring = touched(n);
            if part_of.is_none() {
                runs = alloc::vec![Runs::of_counts(&next, n)];
            } else {
                runs = alloc::vec![Runs::default(); parts.starts.len() - 1];
            }
            let last = next.len() - 1;
            for (tail, &class) in class.iter().enumerate() {
                let place = &mut next[(class as usize).min(last)];
                ring[*place as usize] = if part_of.is_none() { self.own_head(tail) } else { index(tail) };
                place_of[tail] = *place;
                *place += 1;
            }
            if let Some(part_of) = part_of {
                let mut next = parts.starts.clone();
                let by_class = core::mem::replace(&mut ring, touched(n));
                for tail in by_class {
                    let part = part_of[tail as usize] as usize;
                    runs[part].add(class[tail as usize]);
                    ring[next[part] as usize] = self.own_head(tail as usize);
                    place_of[tail as usize] = next[part];
                    next[part] += 1;
                }
            }
            (places, heads) = (Some(place_of), Some(Cow::Owned(ring)));
        }
        runs.iter_mut().for_each(Runs::close);
        let mut mixed = Vec::new();
        let spans = parts.ranges().zip(&runs).map(|(part, run)| {
            let n = part.len();
            if n == 0 || self.degree + 2 * run.longest <= n + 1 {
                mixed.push(0);
                return Span::new(part, run.longest..run.longest + self.degree);
            }
            if run.shortest < run.longest || self.degree + run.longest > n {
                return None;
            }
            // Equal classes whose members take turns: nobody stands a multiple of their number on.
            let count = n / run.longest;
            mixed.push(run.longest);
            Span::new(part, (1..n).filter(|shift| shift % count > 0).take(self.degree))
        });
        let spans = spans.collect::<Option<_>>()?;
        let mut ring = Ring { spans, part_of, places, heads };
        if mixed.iter().any(|&length| length > 0) {
            self.take_turns(&mut ring, &mixed);
        }
        Some(ring)
    }

    /// Puts the first members of all classes first, then the second ones and so on, in parts with equal classes of the
    /// given lengths.
    fn take_turns(&self, ring: &mut Ring<'_>, lengths: &[usize]) {
        let mut heads = touched(self.vertices);
        let places = (0..self.vertices).map(|tail| {
            let (span, here) = (ring.span(tail), ring.place(tail));
            let length = lengths[ring.part_of.map_or(0, |part_of| part_of[tail] as usize)];
            let here = here - span.part.start;
            let turned = if length > 0 { here % length * (span.part.len() / length) + here / length } else { here };
            heads[span.part.start + turned] = self.own_head(tail);
            index(span.part.start + turned)
        });
        let places = places.collect();
        (ring.places, ring.heads) = (Some(places), Some(Cow::Owned(heads)));
    }
}

/// The lengths of classes that come one after the other.
#[derive(Debug, Clone, Default)]
struct Runs {
    last: u32,
    length: usize,
    longest: usize,
    shortest: usize,
}

impl Runs {
    /// The classes between the starts that [`starts`] gives.
    fn of_counts(starts: &[u32], vertices: usize) -> Self {
        let mut runs = Self::default();
        for bounds in starts.windows(2).filter(|bounds| bounds[0] < bounds[1]) {
            runs.note((bounds[1] - bounds[0]) as usize);
        }
        if starts.last() < Some(&index(vertices)) {
            runs.note(1);
        }
        runs
    }

    #[inline]
    fn add(&mut self, class: u32) {
        if self.length > 0 && self.last == class && class != Regular::NONE {
            self.length += 1;
            return;
        }
        self.close();
        (self.last, self.length) = (class, 1);
    }

    fn close(&mut self) {
        if self.length > 0 {
            self.note(self.length);
            self.length = 0;
        }
    }

    fn note(&mut self, length: usize) {
        self.longest = self.longest.max(length);
        self.shortest = if self.shortest == 0 { length } else { self.shortest.min(length) };
    }
}
