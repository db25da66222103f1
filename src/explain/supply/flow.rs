//! One flow: what it uses, what it may use beside that, and how a change of it is taken back.

use alloc::vec::Vec;

use super::search::{START, Search};
use super::{Delta, Net, Room, Side};
use crate::problem::rows::index;

/// A flow, and what was done to it since the last [`Supply::undo`].
pub(super) struct Flow {
    pub(super) side: Side,
    /// Student -> submissions.
    pub(super) used: Vec<Vec<u32>>,
    /// Submission -> students.
    pub(super) holders: Vec<Vec<u32>>,
    log: Vec<(u32, u32)>,
    pub(super) search: Search,
}

impl Flow {
    /// As much as can be sent, the musts in place.
    pub(super) fn new(side: Side, net: &Net<'_>) -> Self {
        let (n, m) = (net.left.len(), net.right.len());
        let mut flow = Self {
            side,
            used: alloc::vec![Vec::new(); n],
            holders: alloc::vec![Vec::new(); m],
            log: Vec::new(),
            search: Search::new(n, m),
        };
        flow.place_musts(net);
        flow.greedy(net);
        flow.augment(net);
        flow.log.clear();
        flow
    }

    /// Gives each must on a work with several copies one of them (H. W. Kuhn, "The Hungarian method", 1955); whoever
    /// compiled the problem has seen that there is room for all.
    fn place_musts(&mut self, net: &Net<'_>) {
        for must in &net.problem.settled.work_musts {
            self.search.clear();
            let student = must.student as usize;
            let placed = self.place(net, student, must.work);
            debug_assert!(placed, "musts have room");
        }
    }

    fn place(&mut self, net: &Net<'_>, student: usize, work: u32) -> bool {
        for &copy in net.problem.people.copies.row(work as usize) {
            let to = copy as usize;
            if !net.has(student, to) || !self.search.see(self.used.len() + to, START, START) {
                continue;
            }
            let full = self.holders[to].len() as u64 >= net.right[to].max;
            let others = if full { self.holders[to].clone() } else { Vec::new() };
            let gives_way = |flow: &mut Self, other: u32| {
                flow.place(net, other as usize, work) && {
                    flow.toggle(other, copy);
                    true
                }
            };
            if !full || others.into_iter().any(|other| gives_way(self, other)) {
                self.toggle(index(student), copy);
                return true;
            }
        }
        false
    }

    /// A first flow: each student in turn takes what is missing most.
    fn greedy(&mut self, net: &Net<'_>) {
        let m = self.holders.len();
        let mut first = 0;
        for student in 0..self.used.len() {
            let room = net.left[student];
            let wanted = if self.side == Side::Submissions { room.max } else { room.min };
            for step in 0..m {
                if self.used[student].len() as u64 >= wanted {
                    break;
                }
                let submission = (first + step) % m;
                let limit = match self.side {
                    Side::Submissions => net.right[submission].min,
                    Side::Students => net.right[submission].max,
                };
                let taken = self.holders[submission].len() as u64;
                if taken < limit && net.has(student, submission) && self.takes(net, student, submission) {
                    self.toggle(index(student), index(submission));
                }
            }
            // Students begin one after the other, so that they do not all ask for the same.
            first = (first + self.used[student].len()) % m.max(1);
        }
    }

    pub(super) fn deficit(&self, net: &Net<'_>) -> u64 {
        let short = |rooms: &[Room], loads: &[Vec<u32>]| {
            let short = rooms.iter().zip(loads).map(|(room, load)| room.min.saturating_sub(load.len() as u64));
            short.fold(0, u64::saturating_add)
        };
        match self.side {
            Side::Submissions => short(&net.right, &self.holders),
            Side::Students => short(&net.left, &self.used),
        }
    }

    /// Where a path may begin: something is left over, or missing.
    pub(super) fn is_start(&self, net: &Net<'_>, node: usize) -> bool {
        let n = self.used.len();
        match (self.side, node.checked_sub(n)) {
            (Side::Submissions, None) => (self.used[node].len() as u64) < net.left[node].max,
            (Side::Submissions, Some(right)) => self.holders[right].len() as u64 > net.right[right].min,
            (Side::Students, None) => (self.used[node].len() as u64) < net.left[node].min,
            (Side::Students, Some(_)) => false,
        }
    }

    /// Where a path may end.
    pub(super) fn is_end(&self, net: &Net<'_>, node: usize) -> bool {
        let n = self.used.len();
        match (self.side, node.checked_sub(n)) {
            (Side::Submissions, None) => false,
            (Side::Submissions, Some(right)) => (self.holders[right].len() as u64) < net.right[right].min,
            (Side::Students, None) => self.used[node].len() as u64 > net.left[node].min,
            (Side::Students, Some(right)) => (self.holders[right].len() as u64) < net.right[right].max,
        }
    }

    /// Whether a student could take a submission beside what is taken: no other copy of a work that counts once.
    pub(super) fn takes(&self, net: &Net<'_>, student: usize, submission: usize) -> bool {
        let work = net.problem.people.work_of[submission];
        !self.used[student].iter().any(|&other| {
            other as usize == submission || (net.once && net.problem.people.work_of[other as usize] == work)
        })
    }

    /// Whether a student may give a submission back: not the only copy of a work that is a must.
    pub(super) fn gives_back(&self, net: &Net<'_>, student: usize, submission: usize) -> bool {
        let work = net.problem.people.work_of[submission];
        if !net.is_must(student, work) {
            return true;
        }
        let copies = self.used[student].iter().filter(|&&other| net.problem.people.work_of[other as usize] == work);
        copies.count() > 1
    }

    /// Whether a student may change from one copy of a work to another.
    pub(super) fn changes(&self, net: &Net<'_>, student: usize, copy: usize) -> bool {
        net.has(student, copy) && !self.used[student].contains(&index(copy))
    }

    pub(super) fn toggle(&mut self, student: u32, submission: u32) {
        self.log.push((student, submission));
        self.flip(student, submission);
    }

    fn flip(&mut self, student: u32, submission: u32) {
        let (used, holders) = (&mut self.used[student as usize], &mut self.holders[submission as usize]);
        if let Some(place) = used.iter().position(|&other| other == submission) {
            used.swap_remove(place);
            holders.retain(|&other| other != student);
        } else {
            used.push(submission);
            holders.push(student);
        }
    }

    /// Takes back everything since the log was empty.
    pub(super) fn undo(&mut self) {
        while let Some((student, submission)) = self.log.pop() {
            self.flip(student, submission);
        }
    }

    /// Takes units away where a change leaves less room than there are.
    pub(super) fn trim(&mut self, net: &Net<'_>, delta: &Delta) {
        for &(student, room) in &delta.students {
            for submission in self.used[student].clone() {
                if self.used[student].len() as u64 > room.max && self.gives_back(net, student, submission as usize) {
                    self.toggle(index(student), submission);
                }
            }
        }
        for &(submission, room) in &delta.submissions {
            for student in self.holders[submission].clone() {
                if self.holders[submission].len() as u64 > room.max
                    && self.gives_back(net, student as usize, submission)
                {
                    self.toggle(student, index(submission));
                }
            }
        }
    }
}
