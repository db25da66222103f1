//! Regular graphs between two equal sides: every tail has `degree` arcs, every head receives `degree`, no arc twice,
//! and none inside a class.
//!
//! Tails and heads are numbered from 0 to `vertices`; each tail has an *own* head, which it has no arc to. Each side
//! may be cut into *classes*, in several ways: there is no arc from a tail to a head of the same class. Both may be
//! cut into *parts* too, which arcs stay inside. Single pairs may be forbidden.
//!
//! * [`deterministic`](Regular::deterministic): a ring in which classes stand in one piece, and arcs to those who
//!   stand so and so many places on: circulant graphs, O(n · degree).
//! * [`random`](Regular::random): one random permutation for each arc of a tail, and arcs that are not allowed
//!   exchange heads with random others, O(n · degree) expected. Where the rules treat all alike, every allowed arc is
//!   equally likely; not every graph is, though each can come up.
//!
//! Both may find nothing where there is a graph (the flow of this module decides that), and say so.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use crate::random::Random;

/// How often a graph is drawn anew when it cannot be repaired.
const ATTEMPTS: usize = 4;
/// How often a random partner is tried for one exchange.
const TRIES: usize = 200;
/// How many arcs in a row are looked at for a partner.
const LOOK: usize = 20_000;
/// So many tails are seen to together, step by step: reads from all over the place overlap when little stands between
/// them, and what was read stays in the nearest cache for the next step.
const BATCH: usize = 256;

/// Calls a method with the degree as a constant where it is small: loops of known length are several times as fast.
macro_rules! of_degree {
    ($degree:expr, $graph:ident.$method:ident($($argument:expr),*)) => {
        match $degree {
            1 => $graph.$method::<1>($($argument),*),
            2 => $graph.$method::<2>($($argument),*),
            3 => $graph.$method::<3>($($argument),*),
            4 => $graph.$method::<4>($($argument),*),
            5 => $graph.$method::<5>($($argument),*),
            6 => $graph.$method::<6>($($argument),*),
            _ => $graph.$method::<0>($($argument),*),
        }
    };
}

/// What graph is asked for.
///
/// ```
/// use peerplan::flow::Regular;
/// use peerplan::random::{Purpose, Random};
///
/// // Six vertices in classes of two, two arcs each.
/// let classes = [0, 0, 1, 1, 2, 2];
/// let regular = Regular::new(6, 2).apart(&classes, &classes);
/// assert_eq!(regular.deterministic(), Some(vec![2, 3, 3, 4, 4, 5, 0, 5, 0, 1, 1, 2]));
/// let drawn = regular.random(&mut Random::new(42, Purpose::Regular)).expect("possible");
/// assert!(drawn.chunks(2).zip(classes).all(|(heads, class)| heads.iter().all(|&head| classes[head as usize] != class)));
/// ```
#[derive(Debug, Clone)]
pub struct Regular<'a> {
    vertices: usize,
    degree: usize,
    own: Option<&'a [u32]>,
    apart: Vec<Classes<'a>>,
    within: Option<Classes<'a>>,
    forbidden: &'a [(u32, u32)],
}

/// A number for each tail and each head.
#[derive(Debug, Clone, Copy)]
struct Classes<'a> {
    tails: &'a [u32],
    heads: &'a [u32],
    /// How many classes there are at most.
    count: usize,
}

impl<'a> Regular<'a> {
    /// The class of a vertex that is in none.
    pub const NONE: u32 = u32::MAX;

    /// Graphs of so many vertices on either side, each of the same degree; the own head of a tail has its number.
    ///
    /// # Panics
    /// If there are 2^32 − 1 vertices or more.
    #[must_use]
    pub fn new(vertices: usize, degree: usize) -> Self {
        assert!(u32::try_from(vertices).is_ok_and(|vertices| vertices < Self::NONE), "fewer than 2^32 - 1 vertices");
        Self { vertices, degree, own: None, apart: Vec::new(), within: None, forbidden: &[] }
    }

    /// With other own heads: a permutation.
    ///
    /// # Panics
    /// If there is not one for each tail.
    #[must_use]
    pub fn own(mut self, own: &'a [u32]) -> Self {
        assert!(own.len() == self.vertices, "an own head for each tail");
        self.own = Some(own);
        self
    }

    /// With classes that arcs do not stay inside, beside those that were given before.
    ///
    /// # Panics
    /// If a side does not have a class for each of its vertices, [`NONE`](Self::NONE) or below four times their number.
    #[must_use]
    pub fn apart(mut self, tails: &'a [u32], heads: &'a [u32]) -> Self {
        self.apart.push(self.classes(tails, heads));
        self
    }

    /// With parts that arcs stay inside; whoever is in none may have no arc.
    ///
    /// # Panics
    /// As [`apart`](Self::apart).
    #[must_use]
    pub fn within(mut self, tails: &'a [u32], heads: &'a [u32]) -> Self {
        self.within = Some(self.classes(tails, heads));
        self
    }

    /// Without these pairs of tail and head, which ascend. Few of them, or no graph may be found.
    #[must_use]
    pub const fn forbidding(mut self, pairs: &'a [(u32, u32)]) -> Self {
        self.forbidden = pairs;
        self
    }

    fn classes(&self, tails: &'a [u32], heads: &'a [u32]) -> Classes<'a> {
        assert!(tails.len() == self.vertices && heads.len() == self.vertices, "a class for each vertex");
        // One more than the greatest, where none is the least.
        let count = |side: &[u32]| side.iter().map(|class| class.wrapping_add(1)).max().unwrap_or(0) as usize;
        let count = count(tails).max(if core::ptr::eq(tails, heads) { 0 } else { count(heads) });
        assert!(count <= self.vertices.saturating_mul(4), "classes are numbered from 0");
        Classes { tails, heads, count }
    }

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

    /// Whether an arc is neither to the own head nor inside a class.
    #[inline]
    fn is_apart(&self, tail: usize, head: u32) -> bool {
        self.own_head(tail) != head
            && self.apart.iter().all(|classes| {
                let class = classes.tails[tail];
                class != classes.heads[head as usize] || class == Self::NONE
            })
    }

    #[inline]
    fn own_head(&self, tail: usize) -> u32 {
        self.own.map_or(index(tail), |own| own[tail])
    }

    /// Whether every tail is in the same class as its own head.
    fn are_owners_in(&self, classes: Classes<'_>) -> bool {
        match self.own {
            None => classes.tails == classes.heads,
            Some(own) => own.iter().zip(classes.tails).all(|(&own, &class)| classes.heads[own as usize] == class),
        }
    }

    /// Notes the tails with forbidden arcs.
    fn add_forbidden(&self, rows: &[u32], conflicts: &mut Vec<u32>) {
        let degree = self.degree;
        let found =
            self.forbidden.iter().filter(|(tail, head)| rows[*tail as usize * degree..][..degree].contains(head));
        conflicts.extend(found.map(|&(tail, _)| tail));
    }

    /// Whether a tail may have an arc to a head beside what its other arcs lead to.
    fn fits(&self, rows: &[u32], tail: usize, slot: usize, head: u32) -> bool {
        let row = &rows[tail * self.degree..][..self.degree];
        self.is_apart(tail, head)
            && row.iter().enumerate().all(|(other, &known)| other == slot || known != head)
            && (self.forbidden.is_empty() || self.forbidden.binary_search(&(index(tail), head)).is_err())
    }

    fn may_exchange(&self, rows: &[u32], a: (usize, usize), b: (usize, usize)) -> bool {
        let (at_a, at_b) = (rows[a.0 * self.degree + a.1], rows[b.0 * self.degree + b.1]);
        a.0 != b.0 && at_a != at_b && self.fits(rows, a.0, a.1, at_b) && self.fits(rows, b.0, b.1, at_a)
    }

    /// Exchanges heads until the arcs of these tails are allowed; `partner` finds with which arc. False when some arc
    /// has no partner.
    fn repair(
        &self,
        rows: &mut [u32],
        conflicts: &[u32],
        mut partner: impl FnMut(&[u32], usize, usize) -> Option<(usize, usize)>,
    ) -> bool {
        let mut touched = Vec::new();
        for &tail in conflicts {
            let tail = tail as usize;
            for slot in 0..self.degree {
                let here = tail * self.degree + slot;
                if self.fits(rows, tail, slot, rows[here]) {
                    continue;
                }
                let Some(other) = partner(rows, tail, slot) else { return false };
                rows.swap(here, other.0 * self.degree + other.1);
                touched.extend([tail, other.0]);
            }
        }
        for tail in touched {
            rows[tail * self.degree..][..self.degree].sort_unstable();
        }
        true
    }

    /// Where the parts begin, if they have as many tails as heads.
    fn parts(&self) -> Option<Parts> {
        let Some(within) = self.within else { return Some(Parts { starts: alloc::vec![0, index(self.vertices)] }) };
        let starts = starts(within.tails, within.count);
        let whole = starts.last() == Some(&index(self.vertices)) && starts == self::starts(within.heads, within.count);
        whole.then_some(Parts { starts })
    }

    /// The ring of each part by number, from 1 place on.
    fn plain_ring(&self, parts: &Parts) -> Option<Ring<'a>> {
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

    /// Whether a ring leads to no class-mate.
    fn is_free_of_classes(&self, ring: &Ring<'_>) -> bool {
        self.apart.is_empty()
            || (0..self.vertices).all(|tail| {
                let (span, here) = (ring.span(tail), ring.place(tail));
                span.shifts.iter().all(|&shift| self.is_apart(tail, ring.head(span.after(here, shift))))
            })
    }

    /// The ring in which classes stand in one piece.
    fn block_ring(&self, parts: &Parts, classes: Classes<'_>) -> Option<Ring<'a>> {
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

/// A part of a ring, and how many places on its arcs lead.
struct Span {
    part: Range<usize>,
    shifts: Vec<usize>,
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
    fn after(&self, place: usize, shift: usize) -> usize {
        let on = place + shift;
        if on >= self.part.end { on - self.part.len() } else { on }
    }
}

/// Everybody's place; each part is a ring of its own.
struct Ring<'a> {
    spans: Vec<Span>,
    part_of: Option<&'a [u32]>,
    /// Tail -> place; by number if there is none.
    places: Option<Vec<u32>>,
    /// Place -> the own head of the tail there; by number if there is none.
    heads: Option<Cow<'a, [u32]>>,
}

impl Ring<'_> {
    #[inline]
    fn place(&self, tail: usize) -> usize {
        self.places.as_ref().map_or(tail, |places| places[tail] as usize)
    }

    #[inline]
    fn span(&self, tail: usize) -> &Span {
        &self.spans[self.part_of.map_or(0, |part_of| part_of[tail] as usize)]
    }

    #[inline]
    fn head(&self, place: usize) -> u32 {
        self.heads.as_ref().map_or(index(place), |heads| heads[place])
    }

    /// Place -> tail.
    fn order(&self, vertices: usize) -> Vec<u32> {
        let mut order = touched(vertices);
        for tail in 0..index(vertices) {
            order[self.place(tail as usize)] = tail;
        }
        order
    }
}

/// Where the members of each part stand, when sorted by part.
struct Parts {
    starts: Vec<u32>,
}

impl Parts {
    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + Clone + '_ {
        self.starts.windows(2).map(|bounds| bounds[0] as usize..bounds[1] as usize)
    }

    fn range(&self, part: u32) -> Range<usize> {
        self.starts[part as usize] as usize..self.starts[part as usize + 1] as usize
    }

    /// Vertices sorted by part.
    fn members(&self, part_of: &[u32]) -> Vec<u32> {
        let mut next = self.starts.clone();
        let mut members = touched(part_of.len());
        for (vertex, &part) in part_of.iter().enumerate() {
            members[next[part as usize] as usize] = index(vertex);
            next[part as usize] += 1;
        }
        members
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

/// Class -> where it begins when sorted by class; one more entry than classes, and those in none from there on.
fn starts(classes: &[u32], count: usize) -> Vec<u32> {
    let mut starts = alloc::vec![0; count + 2];
    for &class in classes {
        starts[(class as usize).min(count) + 1] += 1;
    }
    starts.pop();
    for class in 0..count {
        starts[class + 1] += starts[class];
    }
    starts
}

/// Sorts the heads of a tail; without branches where there are `DEGREE`.
#[inline]
fn sort<const DEGREE: usize>(row: &mut [u32]) {
    let Some(few) = row.first_chunk_mut::<DEGREE>().filter(|_| DEGREE > 0) else { return row.sort_unstable() };
    let mut sorted = *few;
    for end in (1..DEGREE).rev() {
        for at in 0..end {
            let (a, b) = (sorted[at], sorted[at + 1]);
            (sorted[at], sorted[at + 1]) = (a.min(b), a.max(b));
        }
    }
    *few = sorted;
}

/// Memory to be written in any order, which the system has been made to give out already: where it does so bit by bit in
/// between reads from all over the place, each time the processor forgets where their pages are.
fn touched(len: usize) -> Vec<u32> {
    alloc::vec![Regular::NONE; len]
}

/// A number of a vertex: there are fewer than 2^32.
#[inline]
const fn index(value: usize) -> u32 {
    debug_assert!(value < u32::MAX as usize);
    #[allow(clippy::cast_possible_truncation, reason = "checked when the graph is stated, asserted above")]
    let index = value as u32;
    index
}

#[cfg(test)]
#[path = "regular_tests.rs"]
mod tests;
