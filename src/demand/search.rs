//! Searching the witness for exchanges: where a review too many could go, and where one too few could come from.
//!
//! Both searches are exact: they end when they reach what they look for, when nothing in this part of the problem could
//! be better, or when all that can be reached is seen. Which pairs are allowed is never listed: whoever is reached looks
//! through those not reached yet, first through the few that would end the search at once.

use alloc::vec::Vec;

use super::witness::Witness;

pub(super) const NONE: u32 = u32::MAX;

/// So many of the best ends are tried at each step, before everybody is.
pub(super) const LOOK: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Student(u32),
    Submission(u32),
}

/// What a search was made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    /// Who is to give up a planned review.
    pub(super) student: u32,
    /// Which one; any that may be given up if none.
    pub(super) only: Option<u32>,
}

impl Goal {
    fn is_met(self, witness: &Witness<'_>, student: u32, submission: u32) -> bool {
        student == self.student
            && match self.only {
                Some(only) => only == submission,
                None => !witness.pinned(student, submission),
            }
    }
}

/// Where a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// The goal gives up this submission.
    Goal(u32),
    /// The best end, and what it costs.
    End(i64, Node),
    Nothing,
}

/// Who was reached in the current epoch, and from where.
#[derive(Debug, Clone)]
pub(super) struct Search {
    epoch: u32,
    submissions: Vec<u32>,
    students: Vec<u32>,
    /// Submission -> the student whose review moves, and the submission at the other side of the move.
    pub(super) via_submission: Vec<(u32, u32)>,
    /// Student -> the submission of the move that reached him.
    pub(super) via_student: Vec<u32>,
    /// Places of a part that are passed over, each with the place to go on from: a union-find by epochs.
    links: Vec<(u32, u32)>,
    todo: Vec<u32>,
    frames: Vec<(u32, u32)>,
    best: Option<(i64, Node)>,
    enough: i64,
}

impl Search {
    pub(super) fn new(students: usize, submissions: usize) -> Self {
        Self {
            epoch: 0,
            submissions: alloc::vec![0; submissions],
            students: alloc::vec![0; students],
            via_submission: alloc::vec![(NONE, NONE); submissions],
            via_student: alloc::vec![NONE; students],
            links: alloc::vec![(0, 0); students.max(submissions) + 1],
            todo: Vec::new(),
            frames: Vec::new(),
            best: None,
            enough: i64::MIN,
        }
    }

    /// Forgets who was reached. Without it a search passes over all that earlier ones saw.
    pub(super) fn begin(&mut self) {
        if self.epoch == u32::MAX {
            self.epoch = 0;
            self.submissions.fill(0);
            self.students.fill(0);
            self.links.fill((0, 0));
        }
        self.epoch += 1;
    }

    pub(super) fn has_seen(&self, node: Node) -> bool {
        match node {
            Node::Student(student) => self.students[student as usize] == self.epoch,
            Node::Submission(submission) => self.submissions[submission as usize] == self.epoch,
        }
    }

    fn reach_submission(&mut self, submission: u32, via: (u32, u32)) {
        self.submissions[submission as usize] = self.epoch;
        self.via_submission[submission as usize] = via;
        self.todo.push(submission);
    }

    fn reach_student(&mut self, student: u32, via: u32) {
        self.students[student as usize] = self.epoch;
        self.via_student[student as usize] = via;
    }

    /// Takes note of an end; whether it is good enough to stop.
    fn consider(&mut self, cost: Option<i64>, node: Node) -> bool {
        if let Some(cost) = cost
            && self.best.is_none_or(|(best, _)| cost < best)
        {
            self.best = Some((cost, node));
        }
        self.best.is_some_and(|(best, _)| best <= self.enough)
    }

    fn could_help(&self, cost: Option<i64>) -> bool {
        cost.is_some_and(|cost| self.best.is_none_or(|(best, _)| cost < best))
    }

    fn reached(&self) -> Reached {
        self.best.map_or(Reached::Nothing, |(cost, node)| Reached::End(cost, node))
    }

    /// The first place from `place` on that is not passed over.
    fn next_place(&mut self, mut place: u32) -> u32 {
        while self.links[place as usize].0 == self.epoch {
            let next = self.links[place as usize].1;
            if self.links[next as usize].0 == self.epoch {
                self.links[place as usize].1 = self.links[next as usize].1;
            }
            place = next;
        }
        place
    }

    fn pass_over(&mut self, place: u32) {
        self.links[place as usize] = (self.epoch, place + 1);
    }

    fn start(&mut self, enough: i64) {
        self.todo.clear();
        self.frames.clear();
        self.best = None;
        self.enough = enough;
    }

    /// Where a review too many at `from` could go: to a submission that has one more then, to a student who gives one
    /// less, or to the goal, who has given one up. O(what is reached, and the pairs that are not allowed among that).
    pub(super) fn forward(&mut self, witness: &Witness<'_>, from: Node, goal: Option<Goal>, enough: i64) -> Reached {
        self.start(enough);
        match from {
            Node::Submission(submission) => {
                self.reach_submission(submission, (NONE, NONE));
                if self.consider(witness.next_cost(submission), from) {
                    return self.reached();
                }
            }
            Node::Student(student) => {
                self.reach_student(student, NONE);
                if witness.students[student as usize].planned.is_empty() {
                    // He has nothing to give up: what he is to give goes on to a submission.
                } else if self.consider(Some(witness.less_cost(student)), from) {
                    return self.reached();
                }
                if let Some(reached) = self.takes(witness, student, goal) {
                    return reached;
                }
            }
        }
        loop {
            let step = if let Some(submission) = self.todo.pop() {
                self.leaves(witness, submission, goal)
            } else if let Some(&(student, place)) = self.frames.last() {
                self.looks_on(witness, student, place)
            } else {
                return self.reached();
            };
            if let Some(reached) = step {
                return reached;
            }
        }
    }

    /// The holders of a submission with one too many: each may move to another.
    fn leaves(&mut self, witness: &Witness<'_>, submission: u32, goal: Option<Goal>) -> Option<Reached> {
        for &holder in &witness.submissions[submission as usize].planned {
            if goal.is_some_and(|goal| goal.is_met(witness, holder, submission)) {
                return Some(Reached::Goal(submission));
            }
            for &copy in witness.copies_of(holder, submission) {
                if copy != submission && !self.has_seen(Node::Submission(copy)) && witness.may_have(holder, copy) {
                    self.reach_submission(copy, (holder, submission));
                    if self.consider(witness.next_cost(copy), Node::Submission(copy)) {
                        return Some(self.reached());
                    }
                }
            }
            if self.has_seen(Node::Student(holder)) || witness.pinned(holder, submission) {
                continue;
            }
            self.reach_student(holder, submission);
            if self.consider(Some(witness.less_cost(holder)), Node::Student(holder)) {
                return Some(self.reached());
            }
            if let Some(reached) = self.takes(witness, holder, goal) {
                return Some(reached);
            }
        }
        None
    }

    /// A student takes another submission than the one given up: first what would end the search.
    fn takes(&mut self, witness: &Witness<'_>, student: u32, goal: Option<Goal>) -> Option<Reached> {
        let gave_up = self.via_student[student as usize];
        if let Some(goal) = goal {
            for &wanted in &witness.students[goal.student as usize].planned {
                if goal.is_met(witness, goal.student, wanted)
                    && !self.has_seen(Node::Submission(wanted))
                    && witness.may_take(student, wanted)
                {
                    self.reach_submission(wanted, (student, gave_up));
                    return Some(Reached::Goal(wanted));
                }
            }
        }
        let part = witness.shelves.parts.of_student[student as usize];
        for (cost, submission) in witness.room(part).take(LOOK) {
            if !self.could_help(Some(cost)) {
                break;
            }
            if !self.has_seen(Node::Submission(submission)) && witness.may_take(student, submission) {
                self.reach_submission(submission, (student, gave_up));
                if self.consider(Some(cost), Node::Submission(submission)) {
                    return Some(self.reached());
                }
                break;
            }
        }
        let place =
            if witness.shelves.scored.is_some() { 0 } else { witness.shelves.parts.submission_starts[part as usize] };
        self.frames.push((student, place));
        None
    }

    /// The next submission that a student may take, of those not reached yet.
    fn looks_on(&mut self, witness: &Witness<'_>, student: u32, mut place: u32) -> Option<Reached> {
        let parts = &witness.shelves.parts;
        loop {
            let submission = match &witness.shelves.scored {
                Some((rows, _)) => rows.row(student as usize).get(place as usize).copied(),
                None => {
                    place = self.next_place(place);
                    let end = parts.submission_starts[parts.of_student[student as usize] as usize + 1];
                    (place < end).then(|| parts.submissions[place as usize])
                }
            };
            let Some(submission) = submission else {
                self.frames.pop();
                return None;
            };
            let (dense, here) = (witness.shelves.scored.is_none(), place);
            place += 1;
            if self.has_seen(Node::Submission(submission)) {
                if dense {
                    self.pass_over(here);
                }
                continue;
            }
            let cost = witness.next_cost(submission);
            let useful = !witness.submissions[submission as usize].planned.is_empty() || self.could_help(cost);
            if !useful || !witness.may_take(student, submission) {
                continue;
            }
            if dense {
                self.pass_over(here);
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.1 = place;
            }
            self.reach_submission(submission, (student, self.via_student[student as usize]));
            return self.consider(cost, Node::Submission(submission)).then(|| self.reached());
        }
    }

    /// Where a review could come from that is missing at `to`: from a submission that has one less then, or from a
    /// student who gives one more.
    pub(super) fn backward(&mut self, witness: &Witness<'_>, to: Node, enough: i64) -> Reached {
        self.start(enough);
        match to {
            Node::Submission(submission) => {
                self.reach_submission(submission, (NONE, NONE));
                if self.consider(witness.last_cost(submission).map(|cost| -cost), to) {
                    return self.reached();
                }
            }
            Node::Student(student) => {
                if self.gives_up(witness, student, NONE) {
                    return self.reached();
                }
            }
        }
        loop {
            let stop = if let Some(submission) = self.todo.pop() {
                self.is_wanted(witness, submission)
            } else if let Some(&(submission, place)) = self.frames.last() {
                self.asks_on(witness, submission, place)
            } else {
                return self.reached();
            };
            if stop {
                return self.reached();
            }
        }
    }

    /// A student who takes `wanted` gives one more, or gives up one that is planned.
    fn gives_up(&mut self, witness: &Witness<'_>, student: u32, wanted: u32) -> bool {
        self.reach_student(student, wanted);
        if self.consider(witness.more_cost(student), Node::Student(student)) {
            return true;
        }
        for &held in &witness.students[student as usize].planned {
            if !self.has_seen(Node::Submission(held)) && !witness.pinned(student, held) {
                self.reach_submission(held, (student, wanted));
                if self.consider(witness.last_cost(held).map(|cost| -cost), Node::Submission(held)) {
                    return true;
                }
            }
        }
        false
    }

    /// Who could take a submission: first those who hold what would end the search.
    fn is_wanted(&mut self, witness: &Witness<'_>, submission: u32) -> bool {
        let problem = witness.problem;
        let copies = problem.people.copies.row(problem.work(submission as usize) as usize);
        for &copy in copies.iter().filter(|&&copy| copy != submission) {
            for &holder in &witness.submissions[copy as usize].planned {
                if !self.has_seen(Node::Submission(copy))
                    && !witness.copies_of(holder, copy).is_empty()
                    && witness.may_have(holder, submission)
                {
                    self.reach_submission(copy, (holder, submission));
                    if self.consider(witness.last_cost(copy).map(|cost| -cost), Node::Submission(copy)) {
                        return true;
                    }
                }
            }
        }
        let part = witness.shelves.parts.of_submission[submission as usize];
        for student in witness.short(part).take(LOOK) {
            if !self.has_seen(Node::Student(student)) && witness.may_take(student, submission) {
                if self.gives_up(witness, student, submission) {
                    return true;
                }
                break;
            }
        }
        'look: for (cost, held) in witness.held(part).take(LOOK) {
            if !self.could_help(Some(-cost)) {
                break;
            }
            if self.has_seen(Node::Submission(held)) {
                continue;
            }
            for &holder in &witness.submissions[held as usize].planned {
                if !witness.pinned(holder, held)
                    && !self.has_seen(Node::Student(holder))
                    && witness.may_take(holder, submission)
                {
                    if self.gives_up(witness, holder, submission) {
                        return true;
                    }
                    break 'look;
                }
            }
        }
        let place =
            if witness.shelves.scored.is_some() { 0 } else { witness.shelves.parts.student_starts[part as usize] };
        self.frames.push((submission, place));
        false
    }

    /// The next student who may take a submission, of those not reached yet.
    fn asks_on(&mut self, witness: &Witness<'_>, submission: u32, mut place: u32) -> bool {
        let parts = &witness.shelves.parts;
        loop {
            let student = match &witness.shelves.scored {
                Some((_, columns)) => columns.row(submission as usize).get(place as usize).copied(),
                None => {
                    place = self.next_place(place);
                    let end = parts.student_starts[parts.of_submission[submission as usize] as usize + 1];
                    (place < end).then(|| parts.students[place as usize])
                }
            };
            let Some(student) = student else {
                self.frames.pop();
                return false;
            };
            let (dense, here) = (witness.shelves.scored.is_none(), place);
            place += 1;
            if self.has_seen(Node::Student(student)) {
                if dense {
                    self.pass_over(here);
                }
                continue;
            }
            let useful =
                !witness.students[student as usize].planned.is_empty() || self.could_help(witness.more_cost(student));
            if !useful || !witness.may_take(student, submission) {
                continue;
            }
            if dense {
                self.pass_over(here);
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.1 = place;
            }
            return self.gives_up(witness, student, submission);
        }
    }
}
