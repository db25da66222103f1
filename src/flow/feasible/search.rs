//! From a first matching to the best.
//!
//! Rows that are short first grow trees side by side until each finds an end, a tree never entering another: a phase
//! reads little where ends are near, and little is left when it reads much. Such phases go on while each settles a
//! good part of the rows; then come shortest paths, all of one length at a time, which bound the number of phases.

use alloc::vec::Vec;

use super::greedy::Windows;
use super::links::{Bits, Links};
use super::{Loads, Watch};
use crate::flow::matching::Unmatched;
use crate::flow::{NONE, number};

/// Not reached yet.
const UNSEEN: u32 = u32::MAX;

/// Not reached yet, and takes one more: paths end here.
const END: u32 = u32::MAX - 1;

/// Leads nowhere in this phase.
const DEAD: u32 = u32::MAX - 2;

/// Trees are grown as long as one in so many finds an end.
const WORTHWHILE: usize = 8;

/// So many columns of trees are read together.
const WAVE: usize = 32;

/// Where the rows that hold a column stand.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    start: usize,
    len: u32,
    /// Holders before this one lead nowhere in this phase.
    cursor: u32,
}

/// A row on a path: it takes `column`, in place of the next row of the path.
#[derive(Debug, Clone, Copy)]
struct Step {
    row: u32,
    slot: usize,
    column: u32,
}

/// The residual graph of a matching: from a row to the columns it could take, from a column to the rows that hold it.
#[derive(Debug)]
pub(super) struct Search<'a, L> {
    pub(super) links: &'a L,
    pub(super) windows: Windows<'a>,
    pub(super) loads: Loads,
    places: Vec<Place>,
    /// Per column the length of its stretch of `holders`.
    capacities: Vec<u32>,
    holders: Vec<u32>,
    /// How many rows may hold each column in this stage.
    limits: Vec<u32>,
    /// 0 for sources, `d + 1` for the columns that rows of level `d` could take; `d` for the rows that hold these. Of
    /// trees: the row through which a column was reached.
    row_levels: Vec<u32>,
    column_levels: Vec<u32>,
    /// Per row: slots before this one lead nowhere in this phase. Of trees: the column through which a row was reached.
    cursors: Vec<u32>,
    /// Rows whose tree found an end.
    settled: Bits,
    /// Rows that are part of a tree.
    entered: Bits,
    /// Columns of trees, each with the row at the root.
    leaves: Vec<(u32, u32)>,
    queue: Vec<u32>,
    /// Columns not reached yet, where going through them is cheaper than going through rows.
    unseen: Vec<u32>,
    path: Vec<Step>,
    /// The level of the ends.
    last: u32,
}

impl<'a, L: Links> Search<'a, L> {
    pub(super) fn new(
        links: &'a L,
        windows: Windows<'a>,
        loads: Loads,
        watch: &mut Watch<'_>,
    ) -> Result<Self, Unmatched> {
        let (rows, columns) = (windows.rows.len(), windows.columns.len());
        let mut places = Vec::with_capacity(columns);
        let mut capacities = Vec::with_capacity(columns);
        let mut start = 0_usize;
        for (window, &load) in windows.columns.iter().zip(&loads.columns) {
            places.push(Place { start, len: load, cursor: 0 });
            let capacity = window.max.min(load.saturating_add(1));
            capacities.push(capacity);
            start += capacity as usize;
        }
        let mut holders = alloc::vec![0; start];
        // Ends of the stretches so far, alone: they are read at random.
        let mut ends: Vec<usize> = places.iter().map(|place| place.start).collect();
        for row in 0..rows {
            watch.tick(loads.rows[row] as usize)?;
            loads.used.each_in(links.slots(row), |slot| {
                let end = &mut ends[links.column(row, slot) as usize];
                holders[*end] = number(row);
                *end += 1;
            });
        }
        Ok(Self {
            links,
            windows,
            loads,
            places,
            capacities,
            holders,
            limits: Vec::new(),
            row_levels: alloc::vec![UNSEEN; rows],
            column_levels: alloc::vec![UNSEEN; columns],
            cursors: alloc::vec![0; rows],
            settled: Bits::none(rows),
            entered: Bits::none(rows),
            leaves: Vec::new(),
            queue: Vec::new(),
            unseen: Vec::new(),
            path: Vec::new(),
            last: 0,
        })
    }

    /// Fills rows that are below their minimum; columns keep their maximum. Afterwards as many units of the rows'
    /// minima are met as can be; what is reached from a row that stays short is closed.
    pub(super) fn fill_rows(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        self.limits = self.windows.columns.iter().map(|window| window.max).collect();
        let mut trees = true;
        loop {
            let short = (0_u32..).zip(self.windows.rows).zip(&self.loads.rows);
            let short = short.filter(|((_, window), load)| **load < window.min).map(|((row, _), _)| row);
            self.queue.clear();
            self.queue.extend(short);
            let sources = self.queue.len();
            if trees && sources > 0 {
                trees = self.grow(watch)? >= sources.div_ceil(WORTHWHILE);
                continue;
            }
            if sources == 0 || !self.layers(watch)? {
                return Ok(());
            }
            for place in 0..sources {
                let row = self.queue[place];
                while self.loads.rows[row as usize] < self.windows.rows[row as usize].min && self.send(row, watch)? {
                    self.loads.rows[row as usize] += 1;
                }
            }
        }
    }

    /// Fills columns that are below their minimum, from rows below their maximum and columns above their minimum; no
    /// row loses anything. Afterwards as many units of the columns' minima are met as can be; what does not lead to
    /// a column that stays short is closed.
    pub(super) fn fill_columns(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        self.limits.clear();
        self.limits.extend(self.windows.columns.iter().map(|window| window.min));
        loop {
            if self.limits.iter().zip(&self.loads.columns).all(|(limit, load)| load >= limit) {
                return Ok(());
            }
            let open = (0_u32..).zip(self.windows.rows).zip(&self.loads.rows);
            let open = open.filter(|((_, window), load)| **load < window.max).map(|((row, _), _)| row);
            self.queue.clear();
            self.queue.extend(open);
            let sources = self.queue.len();
            if !self.layers(watch)? {
                return Ok(());
            }
            for place in 0..sources {
                let row = self.queue[place];
                while self.loads.rows[row as usize] < self.windows.rows[row as usize].max && self.send(row, watch)? {
                    self.loads.rows[row as usize] += 1;
                }
            }
            for column in 0..self.places.len() {
                self.drain(column, watch)?;
            }
        }
    }

    /// Moves rows away from a column that is above its minimum, as far as this helps columns below theirs.
    fn drain(&mut self, column: usize, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        let mut holder = 0;
        while self.loads.columns[column] > self.limits[column] && holder < self.places[column].len {
            let at = self.places[column].start + holder as usize;
            let row = self.holders[at];
            if self.row_levels[row as usize] == 0 && self.send(row, watch)? {
                self.places[column].len -= 1;
                self.holders[at] = self.holders[self.places[column].start + self.places[column].len as usize];
                self.loads.columns[column] -= 1;
                self.give_up(row, number(column));
            } else {
                holder += 1;
            }
        }
        Ok(())
    }

    /// Grows a tree from each row in the queue until it finds an end, and sends one unit there at once; returns how
    /// many were sent. Trees have nothing in common, so that no unit stands in another's way.
    fn grow(&mut self, watch: &mut Watch<'_>) -> Result<usize, Unmatched> {
        self.settled.clear();
        self.entered.clear();
        self.leaves.clear();
        for (level, (load, limit)) in self.column_levels.iter_mut().zip(self.loads.columns.iter().zip(&self.limits)) {
            *level = if load < limit { END } else { UNSEEN };
        }
        if L::DENSE {
            self.unseen.clear();
            self.unseen.extend(0..number(self.places.len()));
        }
        let sources = self.queue.len();
        let (mut sent, mut work) = (0, sources);
        for place in 0..sources {
            let row = self.queue[place];
            self.entered.add(row as usize);
            self.cursors[row as usize] = NONE;
        }
        for place in 0..sources {
            let row = self.queue[place];
            sent += usize::from(self.branch(row, row, watch)?);
        }
        // Once most trees have found an end, the others may grow for as long again; then better all start anew.
        let most = sources - sources / 4;
        let mut stop = usize::MAX;
        let mut next = 0;
        let mut spans = Vec::with_capacity(WAVE);
        let mut wave: Vec<(u32, u32, u32)> = Vec::new();
        // Rows wait in their columns until they are wanted, for most never are. Those of some columns are read
        // together, step by step, so that reads do not wait for one another.
        while next < self.leaves.len() && sent < sources && work < stop {
            let leaves = &self.leaves[next..self.leaves.len().min(next + WAVE)];
            next += leaves.len();
            spans.clear();
            let open = leaves.iter().filter(|(_, root)| !self.settled.has(*root as usize));
            spans.extend(open.map(|&(column, root)| (self.places[column as usize], column, root)));
            wave.clear();
            for &(Place { start, len, .. }, column, root) in &spans {
                wave.extend(self.holders[start..start + len as usize].iter().map(|&row| (row, column, root)));
            }
            wave.retain(|&(row, _, _)| !self.entered.has(row as usize));
            let touched = wave.iter().fold(0, |touched, &(row, _, _)| touched ^ self.links.touch(row as usize));
            core::hint::black_box(touched);
            for &(row, column, root) in &wave {
                if self.settled.has(root as usize) || self.entered.has(row as usize) {
                    continue;
                }
                self.entered.add(row as usize);
                self.cursors[row as usize] = column;
                work += 1;
                if self.branch(row, root, watch)? {
                    sent += 1;
                    if sent == most {
                        stop = 2 * work;
                    }
                }
            }
        }
        Ok(sent)
    }

    /// Adds the columns that a row could take to its tree, up to the first column that takes one more: then a unit is
    /// sent there, and the tree has done its work.
    #[inline]
    fn branch(&mut self, row: u32, root: u32, watch: &mut Watch<'_>) -> Result<bool, Unmatched> {
        let Self { links, loads, column_levels, leaves, unseen, .. } = self;
        let mut end = None;
        let at = row as usize;
        // Whether the column is now seen.
        let mut see = |slot: Option<usize>, column: u32| {
            let seen = &mut column_levels[column as usize];
            if *seen < END {
                return true;
            }
            if end.is_some() || slot.is_none_or(|slot| loads.used.has(slot)) {
                return false;
            }
            if *seen == END {
                end = Some(column);
                return false;
            }
            *seen = row;
            leaves.push((column, root));
            true
        };
        if L::DENSE {
            watch.tick(unseen.len())?;
            unseen.retain(|&column| !see(links.find(at, column), column));
        } else {
            watch.tick(links.slots(at).len())?;
            for (slot, column) in links.row(at, 0) {
                see(Some(slot), column);
            }
        }
        let Some(end) = end else { return Ok(false) };
        self.settled.add(root as usize);
        self.climb(row, end);
        self.loads.rows[root as usize] += 1;
        Ok(true)
    }

    /// A row takes a column that has room, and so on up its tree: the row above takes what the row below gives up.
    fn climb(&mut self, mut row: u32, end: u32) {
        self.hold_more(end, row);
        self.take(row, end);
        if self.loads.columns[end as usize] == self.limits[end as usize] {
            self.column_levels[end as usize] = row;
        }
        while self.cursors[row as usize] != NONE {
            let column = self.cursors[row as usize];
            let above = self.column_levels[column as usize];
            let place = self.places[column as usize];
            let stretch = &mut self.holders[place.start..place.start + place.len as usize];
            if let Some(holder) = stretch.iter_mut().find(|holder| **holder == row) {
                *holder = above;
            }
            self.give_up(row, column);
            self.take(above, column);
            row = above;
        }
    }

    /// Levels from the rows in the queue, and from columns above their limit, up to the first that has ends. Without
    /// ends, what has a level is what can be reached.
    fn layers(&mut self, watch: &mut Watch<'_>) -> Result<bool, Unmatched> {
        self.row_levels.fill(UNSEEN);
        self.cursors.fill(0);
        for &row in &self.queue {
            self.row_levels[row as usize] = 0;
        }
        for (column, place) in self.places.iter_mut().enumerate() {
            place.cursor = 0;
            let (load, limit) = (self.loads.columns[column], self.limits[column]);
            self.column_levels[column] = if load < limit { END } else { UNSEEN };
            if load > limit {
                self.column_levels[column] = 0;
                for &row in &self.holders[place.start..place.start + place.len as usize] {
                    reach(&mut self.row_levels, &mut self.queue, row, 0);
                }
            }
        }
        if L::DENSE {
            let columns = (0_u32..).zip(&self.column_levels);
            self.unseen.clear();
            self.unseen.extend(columns.filter(|&(_, &level)| level >= END).map(|(column, _)| column));
        }
        let mut begin = 0;
        let mut level = 0;
        let mut found = false;
        while begin < self.queue.len() && !found {
            level += 1;
            let end = self.queue.len();
            for place in begin..end {
                found |= self.expand(self.queue[place] as usize, level, found, watch)?;
            }
            begin = end;
        }
        self.last = level;
        Ok(found)
    }

    /// Gives the columns that a row could take their level, and the rows that hold them; returns whether there are
    /// ends among them. Once there are, rows are no longer of interest.
    #[inline]
    fn expand(&mut self, row: usize, level: u32, mut found: bool, watch: &mut Watch<'_>) -> Result<bool, Unmatched> {
        let Self { links, loads, places, holders, row_levels, column_levels, queue, unseen, .. } = self;
        // Whether the column is now seen.
        let mut see = |slot: Option<usize>, column: u32| {
            let seen = &mut column_levels[column as usize];
            let end = *seen == END;
            if *seen < END || (found && !end) || slot.is_none_or(|slot| loads.used.has(slot)) {
                return false;
            }
            *seen = level;
            found |= end;
            if !end {
                let place = places[column as usize];
                for &holder in &holders[place.start..place.start + place.len as usize] {
                    reach(row_levels, queue, holder, level);
                }
            }
            true
        };
        if L::DENSE {
            watch.tick(unseen.len())?;
            unseen.retain(|&column| !see(links.find(row, column), column));
        } else {
            watch.tick(links.slots(row).len())?;
            for (slot, column) in links.row(row, 0) {
                see(Some(slot), column);
            }
        }
        Ok(found)
    }

    /// Sends one unit from a row along the levels to an end, if there is a way.
    fn send(&mut self, source: u32, watch: &mut Watch<'_>) -> Result<bool, Unmatched> {
        self.path.clear();
        let mut row = source;
        loop {
            match self.step(row, watch)? {
                Next::End(slot, column) => {
                    self.hold_more(column, row);
                    self.loads.used.add(slot);
                    self.shift();
                    return Ok(true);
                }
                Next::Row(slot, column, next) => {
                    self.path.push(Step { row, slot, column });
                    row = next;
                }
                Next::Nothing => {
                    self.row_levels[row as usize] = DEAD;
                    let Some(step) = self.path.pop() else { return Ok(false) };
                    row = step.row;
                }
            }
        }
    }

    /// Where a path goes on from a row.
    #[inline]
    fn step(&mut self, row: u32, watch: &mut Watch<'_>) -> Result<Next, Unmatched> {
        let at = row as usize;
        let (start, level) = (self.links.slots(at).start, self.row_levels[at].wrapping_add(1));
        let skip = self.cursors[at];
        for (slot, column) in self.links.row(at, skip) {
            let to = column as usize;
            if self.column_levels[to] != level || self.loads.used.has(slot) {
                continue;
            }
            if level == self.last {
                if self.loads.columns[to] < self.limits[to] {
                    self.cursors[at] = number(slot - start);
                    return Ok(Next::End(slot, column));
                }
                continue;
            }
            let place = &mut self.places[to];
            let stretch = &self.holders[place.start..place.start + place.len as usize];
            let holds = |holder: &u32| self.row_levels[*holder as usize] == level;
            match stretch[place.cursor as usize..].iter().position(holds) {
                Some(skipped) => {
                    place.cursor += number(skipped);
                    self.cursors[at] = number(slot - start);
                    return Ok(Next::Row(slot, column, stretch[place.cursor as usize]));
                }
                None => self.column_levels[to] = DEAD,
            }
        }
        let slots = self.links.slots(at).len();
        self.cursors[at] = number(slots);
        watch.tick(slots - skip as usize)?;
        Ok(Next::Nothing)
    }

    /// Each row of the path takes its column from the row after it.
    fn shift(&mut self) {
        while let Some(Step { row, slot, column }) = self.path.pop() {
            let place = &mut self.places[column as usize];
            let at = place.start + place.cursor as usize;
            place.cursor += 1;
            let from = core::mem::replace(&mut self.holders[at], row);
            self.loads.used.add(slot);
            self.give_up(from, column);
        }
    }

    fn take(&mut self, row: u32, column: u32) {
        if let Some(slot) = self.links.find(row as usize, column) {
            self.loads.used.add(slot);
        }
    }

    fn give_up(&mut self, row: u32, column: u32) {
        if let Some(slot) = self.links.find(row as usize, column) {
            self.loads.used.remove(slot);
        }
    }

    /// One more row holds a column; a stretch that is full moves to the end, twice as long.
    fn hold_more(&mut self, column: u32, row: u32) {
        let at = column as usize;
        let place = &mut self.places[at];
        let len = place.len as usize;
        if place.len == self.capacities[at] {
            self.capacities[at] = place.len.saturating_mul(2).max(2);
            let start = self.holders.len();
            self.holders.extend_from_within(place.start..place.start + len);
            self.holders.resize(start + self.capacities[at] as usize, 0);
            place.start = start;
        }
        self.holders[place.start + len] = row;
        place.len += 1;
        self.loads.columns[at] += 1;
    }

    /// The rows and columns with a level.
    pub(super) fn seen(&self) -> (Vec<bool>, Vec<bool>) {
        let seen = |levels: &[u32]| levels.iter().map(|&level| level < END).collect();
        (seen(&self.row_levels), seen(&self.column_levels))
    }

    /// The rows that hold a column.
    pub(super) fn holders(&self, column: usize) -> &[u32] {
        let place = self.places[column];
        &self.holders[place.start..place.start + place.len as usize]
    }
}

/// How a path goes on.
enum Next {
    End(usize, u32),
    Row(usize, u32, u32),
    Nothing,
}

#[inline]
fn reach(levels: &mut [u32], queue: &mut Vec<u32>, row: u32, level: u32) {
    let seen = &mut levels[row as usize];
    if *seen == UNSEEN {
        *seen = level;
        queue.push(row);
    }
}
