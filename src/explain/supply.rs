//! What can be given and received: two maximum flows over all free pairs, and what a change does to them.
//!
//! With hard minima on both sides an assignment exists exactly when one exists that meets the minima of the submissions
//! and one that meets those of the students, each within the maxima of the other side (N. Mendelsohn and A. Dulmage,
//! 1958; A. Hoffman, 1960). So two flows are kept, one for each [`Side`]; both are as large as can be, and what they
//! miss is the *deficit*. A change is tried on top of them: what it adds is put in, both flows are augmented (L. R. Ford
//! and D. R. Fulkerson, 1956), and everything is taken back. Nothing is compiled or solved anew.
//!
//! A maximum flow as a function of one capacity is min(c + a, b). So a single bound that helps helps by exactly the
//! deficit and not by less, however many cuts there are.
//!
//! Free pairs are bits, 64 in a word: a search looks at a word of pairs at a time, and takes O(n·m / 64 + n + m).

use alloc::vec::Vec;

use crate::problem::rows::index;
use crate::problem::{Problem, WorkMust};

/// Whose minima a flow meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Submissions,
    Students,
}

/// What remains of a bound once what is fixed is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) min: u64,
    pub(super) max: u64,
}

/// A change of the open part of a problem.
#[derive(Debug, Clone, Default)]
pub(super) struct Delta {
    /// Pairs that become free, none twice.
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) students: Vec<(usize, Room)>,
    pub(super) submissions: Vec<(usize, Room)>,
}

/// The nodes that more can be sent to from where something is left over (the minima of submissions), or from where
/// something is missing (the minima of students): the source's side of a minimum cut.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) students: Vec<bool>,
    pub(super) submissions: Vec<bool>,
}

/// Why a change does not help: the minima of one side are still not met, and this is the cut that is left.
#[derive(Debug, Clone)]
pub(super) struct Unmet {
    pub(super) side: Side,
    pub(super) reach: Reach,
}

/// The open part of a problem with two maximum flows.
pub(super) struct Supply<'p> {
    net: Net<'p>,
    flows: [Flow; 2],
}

/// Students on the left, submissions on the right, and the free pairs.
struct Net<'p> {
    problem: &'p Problem,
    /// How many words a row has.
    words: usize,
    /// Row by row a bit for each submission.
    pairs: Vec<u64>,
    left: Vec<Room>,
    right: Vec<Room>,
    /// Whether a student takes one copy of a work.
    once: bool,
}

/// A flow, and what was done to it since the last [`Supply::undo`].
struct Flow {
    side: Side,
    /// Student -> submissions.
    used: Vec<Vec<u32>>,
    /// Submission -> students.
    holders: Vec<Vec<u32>>,
    log: Vec<(u32, u32)>,
    search: Search,
}

/// The memory of a search. Students are the nodes 0 … n − 1, submissions those from n on.
struct Search {
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

const START: u32 = u32::MAX;

impl<'p> Supply<'p> {
    /// The two flows of a problem. O(n·m) to list the pairs, and in practice a few searches.
    pub(super) fn new(problem: &'p Problem) -> Self {
        let (n, m) = (problem.students(), problem.submissions());
        let room = |bound: crate::input::Bound, fixed: u32| Room {
            min: bound.min.saturating_sub(fixed.into()),
            max: bound.max.map_or(u64::MAX, |max| max.saturating_sub(fixed.into())),
        };
        let words = m.div_ceil(64);
        let mut net = Net {
            problem,
            words,
            pairs: alloc::vec![0; n * words],
            left: (0..n).map(|i| room(problem.student_bound(i), problem.settled.given[i])).collect(),
            right: (0..m).map(|j| room(problem.submission_bound(j), problem.settled.received[j])).collect(),
            once: problem.policy.same_work_once == crate::input::CopyRule::Once,
        };
        for student in (0..n).filter(|&student| problem.may_review(student)) {
            for submission in (0..m).filter(|&submission| problem.is_free(student, submission)) {
                net.set(student, submission, true);
            }
        }
        let flow = |side| Flow {
            side,
            used: alloc::vec![Vec::new(); n],
            holders: alloc::vec![Vec::new(); m],
            log: Vec::new(),
            search: Search::new(n, m),
        };
        let mut supply = Self { net, flows: [flow(Side::Submissions), flow(Side::Students)] };
        for flow in &mut supply.flows {
            flow.place_musts(&supply.net);
            flow.greedy(&supply.net);
            flow.augment(&supply.net);
            flow.log.clear();
        }
        supply
    }

    /// How many units of the minima of a side are missed at least.
    pub(super) fn deficit(&self, side: Side) -> u64 {
        self.flow(side).deficit(&self.net)
    }

    /// The source's side of the minimum cut next to the source.
    pub(super) fn reach(&mut self, side: Side) -> Reach {
        let flow = &mut self.flows[usize::from(side == Side::Students)];
        flow.augment(&self.net);
        flow.reach()
    }

    /// The nodes from which more can be sent to where something is missing (or can be taken up): what is not on the
    /// source's side of the minimum cut next to the sink. O(n·m).
    pub(super) fn demand(&self, side: Side) -> Reach {
        self.flow(side).leading(&self.net)
    }

    /// What remains of the bound of a student.
    pub(super) fn student(&self, student: usize) -> Room {
        self.net.left[student]
    }

    /// What remains of the bound of a submission.
    pub(super) fn submission(&self, submission: usize) -> Room {
        self.net.right[submission]
    }

    /// How many pairs a student has.
    pub(super) fn pairs_of_student(&self, student: usize) -> u64 {
        self.net.row(student).iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many pairs a submission has.
    pub(super) fn pairs_of_submission(&self, submission: usize) -> u64 {
        (0..self.net.left.len()).filter(|&student| self.net.has(student, submission)).count() as u64
    }

    /// Whether a pair is free.
    pub(super) fn is_free(&self, student: usize, submission: usize) -> bool {
        self.net.has(student, submission)
    }

    /// Whether all minima can be met once a change is made.
    pub(super) fn with(&mut self, delta: &Delta) -> Result<(), Unmet> {
        let students: Vec<(usize, Room)> = delta.students.iter().map(|&(i, _)| (i, self.net.left[i])).collect();
        let submissions: Vec<(usize, Room)> = delta.submissions.iter().map(|&(j, _)| (j, self.net.right[j])).collect();
        for &(student, submission) in &delta.pairs {
            debug_assert!(!self.net.has(student as usize, submission as usize), "a new pair");
            self.net.set(student as usize, submission as usize, true);
        }
        for &(student, room) in &delta.students {
            self.net.left[student] = room;
        }
        for &(submission, room) in &delta.submissions {
            self.net.right[submission] = room;
        }
        let mut met = Ok(());
        for flow in &mut self.flows {
            flow.trim(&self.net, delta);
            flow.augment(&self.net);
            if flow.deficit(&self.net) > 0 {
                met = Err(Unmet { side: flow.side, reach: flow.reach() });
            }
            flow.undo();
            if met.is_err() {
                break;
            }
        }
        for &(student, submission) in &delta.pairs {
            self.net.set(student as usize, submission as usize, false);
        }
        for (student, room) in students {
            self.net.left[student] = room;
        }
        for (submission, room) in submissions {
            self.net.right[submission] = room;
        }
        met
    }

    fn flow(&self, side: Side) -> &Flow {
        &self.flows[usize::from(side == Side::Students)]
    }
}

impl Net<'_> {
    fn has(&self, student: usize, submission: usize) -> bool {
        self.pairs[student * self.words + submission / 64] >> (submission % 64) & 1 == 1
    }

    fn set(&mut self, student: usize, submission: usize, free: bool) {
        let word = &mut self.pairs[student * self.words + submission / 64];
        let bit = 1 << (submission % 64);
        *word = if free { *word | bit } else { *word & !bit };
    }

    fn row(&self, student: usize) -> &[u64] {
        &self.pairs[student * self.words..(student + 1) * self.words]
    }

    fn is_must(&self, student: usize, work: u32) -> bool {
        let must = WorkMust { student: index(student), work };
        self.problem.settled.work_musts.binary_search(&must).is_ok()
    }
}

impl Flow {
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

    fn deficit(&self, net: &Net<'_>) -> u64 {
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
    fn is_start(&self, net: &Net<'_>, node: usize) -> bool {
        let n = self.used.len();
        match (self.side, node.checked_sub(n)) {
            (Side::Submissions, None) => (self.used[node].len() as u64) < net.left[node].max,
            (Side::Submissions, Some(right)) => self.holders[right].len() as u64 > net.right[right].min,
            (Side::Students, None) => (self.used[node].len() as u64) < net.left[node].min,
            (Side::Students, Some(_)) => false,
        }
    }

    /// Where a path may end.
    fn is_end(&self, net: &Net<'_>, node: usize) -> bool {
        let n = self.used.len();
        match (self.side, node.checked_sub(n)) {
            (Side::Submissions, None) => false,
            (Side::Submissions, Some(right)) => (self.holders[right].len() as u64) < net.right[right].min,
            (Side::Students, None) => self.used[node].len() as u64 > net.left[node].min,
            (Side::Students, Some(right)) => (self.holders[right].len() as u64) < net.right[right].max,
        }
    }

    /// Whether a student could take a submission beside what is taken: no other copy of a work that counts once.
    fn takes(&self, net: &Net<'_>, student: usize, submission: usize) -> bool {
        let work = net.problem.people.work_of[submission];
        !self.used[student].iter().any(|&other| {
            other as usize == submission || (net.once && net.problem.people.work_of[other as usize] == work)
        })
    }

    /// Whether a student may give a submission back: not the only copy of a work that is a must.
    fn gives_back(&self, net: &Net<'_>, student: usize, submission: usize) -> bool {
        let work = net.problem.people.work_of[submission];
        if !net.is_must(student, work) {
            return true;
        }
        let copies = self.used[student].iter().filter(|&&other| net.problem.people.work_of[other as usize] == work);
        copies.count() > 1
    }

    /// Whether a student may change from one copy of a work to another.
    fn changes(&self, net: &Net<'_>, student: usize, copy: usize) -> bool {
        net.has(student, copy) && !self.used[student].contains(&index(copy))
    }

    /// Sends what can be sent. Afterwards what was seen is the source's side of a minimum cut.
    fn augment(&mut self, net: &Net<'_>) {
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

    fn toggle(&mut self, student: u32, submission: u32) {
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
    fn undo(&mut self) {
        while let Some((student, submission)) = self.log.pop() {
            self.flip(student, submission);
        }
    }

    /// Takes units away where a change leaves less room than there are.
    fn trim(&mut self, net: &Net<'_>, delta: &Delta) {
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

    fn reach(&self) -> Reach {
        let (students, submissions) = self.search.seen.split_at(self.used.len());
        Reach { students: students.to_vec(), submissions: submissions.to_vec() }
    }

    fn leading(&self, net: &Net<'_>) -> Reach {
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
    fn new(n: usize, m: usize) -> Self {
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

    fn clear(&mut self) {
        self.unseen.fill(u64::MAX);
        self.seen.fill(false);
    }

    /// Marks a node; false if it was marked.
    fn see(&mut self, node: usize, before: u32, by: u32) -> bool {
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
