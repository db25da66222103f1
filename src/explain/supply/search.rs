//! Searches for paths on which a flow can be increased.

use alloc::vec::Vec;

use super::flow::Flow;
use super::{Net, Reach};
use crate::problem::rows::index;

/// The memory of a search. Students are the nodes 0 … n − 1, submissions those from n on.
pub(super) struct Search {
    /// How many students there are.
    students: usize,
    /// A bit for each submission not seen.
    unseen: Vec<u64>,
    /// A bit for each submission where a path may end.
    ends: Vec<u64>,
    seen: Vec<bool>,
    /// The node before, or [`START`].
    before: Vec<u32>,
    /// For a copy that was reached from another one: the student who would change from that to this.
    by: Vec<u32>,
    queue: Vec<u32>,
}

pub(super) const START: u32 = u32::MAX;

impl Flow {
    /// Sends what can be sent. Afterwards what was seen is the source's side of a minimum cut.
    pub(super) fn augment(&mut self, net: &Net<'_>) {
        loop {
            self.search.clear();
            self.search.ends.fill(0);
            for right in 0..self.holders.len() {
                if self.is_end(net, self.used.len() + right) {
                    self.search.ends[right / 64] |= 1 << (right % 64);
                }
            }
            let mut sent = false;
            for start in 0..self.used.len() + self.holders.len() {
                if self.is_start(net, start)
                    && let Some(end) = self.path(net, start)
                {
                    self.send(end);
                    sent = true;
                    if let Some(right) = end.checked_sub(self.used.len())
                        && !self.is_end(net, end)
                    {
                        self.search.ends[right / 64] &= !(1 << (right % 64));
                    }
                }
            }
            if !sent {
                return;
            }
        }
    }

    /// A path from a node to an end through nodes not seen yet.
    fn path(&mut self, net: &Net<'_>, start: usize) -> Option<usize> {
        let n = self.used.len();
        if !self.search.see(start, START, START) {
            return None;
        }
        self.search.queue.clear();
        self.search.queue.push(index(start));
        let mut looked_at = 0;
        while let Some(&node) = self.search.queue.get(looked_at) {
            looked_at += 1;
            let node = node as usize;
            if self.is_end(net, node) {
                return Some(node);
            }
            match node.checked_sub(n) {
                None => {
                    if let Some(right) = self.end_beside(net, node) {
                        self.search.visit(n + right, node, START);
                        return Some(n + right);
                    }
                    for word in 0..net.words {
                        let mut open = net.row(node)[word] & self.search.unseen[word];
                        while open != 0 {
                            let right = word * 64 + open.trailing_zeros() as usize;
                            open &= open - 1;
                            if self.takes(net, node, right) {
                                self.search.visit(n + right, node, START);
                            }
                        }
                    }
                }
                Some(right) => {
                    for place in 0..self.holders[right].len() {
                        let student = self.holders[right][place] as usize;
                        if self.gives_back(net, student, right) {
                            self.search.visit(student, node, START);
                        }
                        let copies = net.problem.people.copies.row(net.problem.people.work_of[right] as usize);
                        for &copy in copies {
                            if !self.search.seen[n + copy as usize] && self.changes(net, student, copy as usize) {
                                self.search.visit(n + copy as usize, node, index(student));
                            }
                        }
                    }
                }
            }
        }
        None
    }

    /// A submission that a student could take and where a path ends: looked for first, so that a short path leaves
    /// the rest to others.
    fn end_beside(&self, net: &Net<'_>, student: usize) -> Option<usize> {
        for (word, row) in net.row(student).iter().enumerate() {
            let mut open = row & self.search.unseen[word] & self.search.ends[word];
            while open != 0 {
                let right = word * 64 + open.trailing_zeros() as usize;
                open &= open - 1;
                if self.takes(net, student, right) {
                    return Some(right);
                }
            }
        }
        None
    }

    /// Sends one unit along the path to a node.
    fn send(&mut self, end: usize) {
        let n = self.used.len();
        let mut node = end;
        while self.search.before[node] != START {
            let before = self.search.before[node] as usize;
            match (node.checked_sub(n), before.checked_sub(n)) {
                (Some(to), Some(from)) => {
                    let student = self.search.by[node];
                    self.toggle(student, index(from));
                    self.toggle(student, index(to));
                }
                (Some(to), None) => self.toggle(index(before), index(to)),
                (None, Some(from)) => self.toggle(index(node), index(from)),
                (None, None) => unreachable!("students are not linked"),
            }
            node = before;
        }
    }

    /// What the last search has seen.
    pub(super) fn reach(&self) -> Reach {
        let (students, submissions) = self.search.seen.split_at(self.used.len());
        Reach { students: students.to_vec(), submissions: submissions.to_vec() }
    }

    /// From where an end can be reached.
    pub(super) fn leading(&self, net: &Net<'_>) -> Reach {
        let (n, m) = (self.used.len(), self.holders.len());
        let mut leads: Vec<bool> = (0..n + m).map(|node| self.is_end(net, node)).collect();
        let mut queue: Vec<usize> = (0..n + m).filter(|&node| leads[node]).collect();
        while let Some(node) = queue.pop() {
            let mut add = |node: usize| {
                if !leads[node] {
                    leads[node] = true;
                    queue.push(node);
                }
            };
            match node.checked_sub(n) {
                None => {
                    let given = self.used[node].iter().map(|&submission| submission as usize);
                    given.filter(|&submission| self.gives_back(net, node, submission)).for_each(|right| add(n + right));
                }
                Some(right) => {
                    let work = net.problem.people.work_of[right];
                    for student in (0..n).filter(|&student| net.has(student, right)) {
                        if self.takes(net, student, right) {
                            add(student);
                        }
                        if self.changes(net, student, right) {
                            let copies = self.used[student].iter().map(|&copy| copy as usize);
                            copies
                                .filter(|&copy| net.problem.people.work_of[copy] == work)
                                .for_each(|copy| add(n + copy));
                        }
                    }
                }
            }
        }
        let submissions = leads.split_off(n);
        Reach { students: leads, submissions }
    }
}

impl Search {
    pub(super) fn new(n: usize, m: usize) -> Self {
        let mut search = Self {
            students: n,
            unseen: alloc::vec![0; m.div_ceil(64)],
            ends: alloc::vec![0; m.div_ceil(64)],
            seen: alloc::vec![false; n + m],
            before: alloc::vec![START; n + m],
            by: alloc::vec![START; n + m],
            queue: Vec::new(),
        };
        search.clear();
        search
    }

    pub(super) fn clear(&mut self) {
        self.unseen.fill(u64::MAX);
        self.seen.fill(false);
    }

    /// Marks a node; false if it was marked.
    pub(super) fn see(&mut self, node: usize, before: u32, by: u32) -> bool {
        if self.seen[node] {
            return false;
        }
        self.seen[node] = true;
        (self.before[node], self.by[node]) = (before, by);
        if let Some(right) = node.checked_sub(self.students) {
            self.unseen[right / 64] &= !(1 << (right % 64));
        }
        true
    }

    fn visit(&mut self, node: usize, before: usize, by: u32) {
        if self.see(node, index(before), by) {
            self.queue.push(index(node));
        }
    }
}
