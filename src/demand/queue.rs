//! What is due first: submissions in the order in which they are to be given out.

use alloc::collections::BTreeSet;
use alloc::collections::btree_set::Iter;
use alloc::vec::Vec;

use super::shelves::Shelves;

/// The place of a submission in the order: how many reviews it has beyond what it is to get (less is sooner), when it
/// came, the seeded hash, and which one it is.
pub(super) type Key = (i64, i64, u64, u32);

/// The submissions that have room, shelf by shelf.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    shelves: Vec<BTreeSet<Key>>,
    keys: Vec<Option<Key>>,
}

impl Queue {
    pub(super) fn new(shelves: usize, submissions: usize) -> Self {
        Self { shelves: alloc::vec![BTreeSet::new(); shelves], keys: alloc::vec![None; submissions] }
    }

    /// Puts a submission in its place, or takes it out. O(log m).
    pub(super) fn place(&mut self, on: u32, submission: usize, key: Option<Key>) {
        let before = core::mem::replace(&mut self.keys[submission], key);
        if before != key {
            let keys = &mut self.shelves[on as usize];
            if let Some(before) = before {
                keys.remove(&before);
            }
            keys.extend(key);
        }
    }

    pub(super) fn key(&self, submission: u32) -> Option<Key> {
        self.keys[submission as usize]
    }

    /// All that has room and is on a shelf the student sees, the first choice first. `singled` are the submissions
    /// whose gain is their own, with it; they are sorted by this.
    pub(super) fn choices<'q>(
        &'q self,
        shelves: &'q Shelves,
        student: usize,
        singled: &'q mut Vec<(i64, Key)>,
        members: &'q [u32],
    ) -> Choices<'q> {
        singled.sort_unstable_by_key(|&(gain, key)| (-gain, key));
        let seen = if shelves.scored.is_some() { &[][..] } else { shelves.seen_by(student) };
        Choices { queue: self, seen, singled, members, gain: i64::MAX, streams: Vec::new() }
    }
}

/// Choices in their order: greatest gain first, then by key.
pub(super) struct Choices<'q> {
    queue: &'q Queue,
    /// Shelves that were not reached yet.
    seen: &'q [(i64, u32)],
    /// Singled out submissions that were not reached yet.
    singled: &'q [(i64, Key)],
    /// All that are singled out, sorted: on their shelves they are passed over.
    members: &'q [u32],
    /// The gain that is being gone through.
    gain: i64,
    streams: Vec<(Key, Iter<'q, Key>)>,
}

impl Choices<'_> {
    fn open(&mut self) -> bool {
        let gains = [self.seen.first().map(|next| next.0), self.singled.first().map(|next| next.0)];
        let Some(gain) = gains.into_iter().flatten().max() else { return false };
        self.gain = gain;
        while let Some(&(_, shelf)) = self.seen.first().filter(|next| next.0 == gain) {
            self.seen = &self.seen[1..];
            let mut stream = self.queue.shelves[shelf as usize].iter();
            if let Some(key) = next_of(&mut stream, self.members) {
                self.streams.push((key, stream));
            }
        }
        true
    }
}

fn next_of(stream: &mut Iter<'_, Key>, members: &[u32]) -> Option<Key> {
    stream.find(|key| members.binary_search(&key.3).is_err()).copied()
}

impl Iterator for Choices<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            let single = self.singled.first().filter(|next| next.0 == self.gain).map(|next| next.1);
            let least = self.streams.iter().enumerate().min_by_key(|(_, stream)| stream.0);
            match (least.map(|(at, stream)| (stream.0, at)), single) {
                (Some((key, at)), single) if single.is_none_or(|single| key < single) => {
                    match next_of(&mut self.streams[at].1, self.members) {
                        Some(next) => self.streams[at].0 = next,
                        None => _ = self.streams.swap_remove(at),
                    }
                    return Some(key.3);
                }
                (_, Some(key)) => {
                    self.singled = &self.singled[1..];
                    return Some(key.3);
                }
                _ => {
                    if !self.open() {
                        return None;
                    }
                }
            }
        }
    }
}
