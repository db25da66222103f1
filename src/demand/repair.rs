//! Keeping the witness best: exchanges along the paths that the searches find.
//!
//! Each change opens or closes arcs at one end of the flow only. So every exchange that has become worth while passes
//! that end, and taking the best one first, again and again, leads back to an optimum (successive shortest paths;
//! R. Busacker and P. Gowen, 1961). Where nothing is worth while, the extremes of the part say so at once.

use super::search::{Goal, LOOK, NONE, Node, Reached, Search};
use super::shelves::Shelves;
use super::witness::{End, SHORT, Witness};
use crate::problem::{Problem, WorkMust};

/// The witness, and what it takes to repair it.
#[derive(Debug, Clone)]
pub(super) struct Completion<'p> {
    pub(super) witness: Witness<'p>,
    out: Search,
    back: Search,
    /// For the one who asks: the least cost at which a review comes from elsewhere and where from, once that is known.
    source: Option<Reached>,
}

impl<'p> Completion<'p> {
    pub(super) fn new(problem: &'p Problem) -> Self {
        let (n, m) = (problem.students(), problem.submissions());
        Self { witness: Witness::new(problem), out: Search::new(n, m), back: Search::new(n, m), source: None }
    }

    pub(super) fn shelves(&self) -> &Shelves {
        &self.witness.shelves
    }

    fn end(&self, node: Node) -> &End {
        match node {
            Node::Student(student) => &self.witness.students[student as usize],
            Node::Submission(submission) => &self.witness.submissions[submission as usize],
        }
    }

    fn part(&self, node: Node) -> u32 {
        let parts = &self.witness.shelves.parts;
        match node {
            Node::Student(student) => parts.of_student[student as usize],
            Node::Submission(submission) => parts.of_submission[submission as usize],
        }
    }

    /// Makes the exchanges that a change at one end has made worth while.
    pub(super) fn settle(&mut self, node: Node) {
        while self.end(node).excess() {
            self.expel(node);
        }
        let part = self.part(node);
        loop {
            let (least_in, least_out) = (self.witness.least_in(part), self.witness.least_out(part));
            if least_in.saturating_add(least_out) >= 0 {
                return;
            }
            self.out.begin();
            let Reached::End(out, to) = self.out.forward(&self.witness, node, None, least_out) else {
                return self.witness.find_stuck(part, LOOK);
            };
            if least_in.saturating_add(out) >= 0 {
                return self.doubt(part, out > least_out);
            }
            self.back.begin();
            let Reached::End(cost, from) = self.back.backward(&self.witness, node, least_in) else {
                return self.witness.find_stuck(part, LOOK);
            };
            if cost.saturating_add(out) >= 0 {
                return self.doubt(part, out > least_out || cost > least_in);
            }
            self.flow_in(from);
            self.flow_out(to);
        }
    }

    /// After a search that saw everything in vain, what led it astray is set aside.
    fn doubt(&mut self, part: u32, in_vain: bool) {
        if in_vain {
            self.witness.find_stuck(part, LOOK);
        }
    }

    /// Moves one planned review away from an end that may not have it, wherever that costs least.
    fn expel(&mut self, node: Node) {
        let part = self.part(node);
        match node {
            Node::Submission(_) => {
                self.out.begin();
                let enough = self.witness.least_out(part);
                if let Reached::End(_, to) = self.out.forward(&self.witness, node, None, enough) {
                    return self.flow_out(to);
                }
            }
            Node::Student(_) => {
                self.back.begin();
                let enough = self.witness.least_in(part);
                if let Reached::End(_, from) = self.back.backward(&self.witness, node, enough) {
                    return self.flow_in(from);
                }
            }
        }
        // Only what is pinned has no way out; then it goes without one.
        let (student, submission) = match node {
            Node::Student(student) => (student, self.end(node).planned[0]),
            Node::Submission(submission) => (self.end(node).planned[0], submission),
        };
        self.witness.unplan(student, submission);
    }

    /// Moves reviews along the path of the forward search that ends here.
    fn flow_out(&mut self, to: Node) {
        let mut at = match to {
            Node::Submission(submission) => submission,
            Node::Student(student) => {
                let held = self.out.via_student[student as usize];
                if held == NONE {
                    return;
                }
                self.witness.unplan(student, held);
                held
            }
        };
        loop {
            let (student, gave_up) = self.out.via_submission[at as usize];
            if student == NONE {
                return;
            }
            if gave_up != NONE {
                self.witness.unplan(student, gave_up);
            }
            self.witness.plan(student, at);
            if gave_up == NONE {
                return;
            }
            at = gave_up;
        }
    }

    /// Moves reviews along the path of the backward search that begins here.
    fn flow_in(&mut self, from: Node) {
        let mut at = match from {
            Node::Submission(submission) => submission,
            Node::Student(student) => {
                let wanted = self.back.via_student[student as usize];
                if wanted == NONE {
                    return;
                }
                self.witness.plan(student, wanted);
                wanted
            }
        };
        loop {
            let (student, wanted) = self.back.via_submission[at as usize];
            if student == NONE {
                return;
            }
            self.witness.unplan(student, at);
            if wanted == NONE {
                return;
            }
            self.witness.plan(student, wanted);
            at = wanted;
        }
    }

    /// Somebody who has all that is planned for him asks for one more: it is planned, unless somebody else would then
    /// miss one in his stead. Returns whether there is one.
    pub(super) fn add_one(&mut self, student: u32) -> bool {
        let Some(cost) = self.witness.more_cost(student) else { return false };
        let node = Node::Student(student);
        self.out.begin();
        match self.out.forward(&self.witness, node, None, self.witness.least_out(self.part(node))) {
            // One who misses one himself may take the place of another.
            Reached::End(out, to) if out < SHORT || cost.saturating_add(out) <= 0 => {
                self.flow_out(to);
                true
            }
            _ => false,
        }
    }

    /// Begins to look for what a student may be given.
    pub(super) fn begin(&mut self) {
        self.out.begin();
        self.source = None;
    }

    /// Takes a submission for a student out of the witness, if what remains is as good then as it was; the student has
    /// something planned. The caller puts the review in its place on both sides.
    ///
    /// Planned already: nothing is lost. Otherwise a review too many at the submission has to go where the student gives
    /// one up, or to an end from which one may come back at no cost.
    pub(super) fn take(&mut self, student: u32, submission: u32) -> bool {
        if self.witness.plans(student, submission) {
            self.witness.unplan(student, submission);
            return true;
        }
        let only = self.witness.planned_copy(student, submission);
        if only.is_some() {
            // Another goal than for all others: what they saw is no refusal here.
            self.begin();
        }
        let taken = self.exchange(student, submission, only);
        if only.is_some() && !taken {
            self.begin();
        }
        taken
    }

    fn exchange(&mut self, student: u32, submission: u32, only: Option<u32>) -> bool {
        if self.out.has_seen(Node::Submission(submission)) {
            return false;
        }
        let goal = Goal { student, only };
        let to = only.map_or(Node::Student(student), Node::Submission);
        let source = match self.source {
            Some(source) => source,
            None => {
                let enough = self.witness.least_in(self.part(to));
                self.back.begin();
                let source = self.back.backward(&self.witness, to, enough);
                let part = self.part(to);
                self.doubt(part, !matches!(source, Reached::End(cost, _) if cost <= enough));
                *self.source.insert(source)
            }
        };
        // No cycle costs less than nothing: an end that costs what a review from elsewhere saves is as good as the best.
        let wanted = if let Reached::End(cost, _) = source { -cost } else { i64::MIN };
        match (self.out.forward(&self.witness, Node::Submission(submission), Some(goal), wanted), source) {
            (Reached::Goal(held), _) => {
                self.witness.unplan(student, held);
                self.flow_out(Node::Submission(held));
                true
            }
            (Reached::End(cost, end), Reached::End(_, from)) if cost <= wanted => {
                debug_assert_eq!(cost, wanted, "the witness was the best");
                self.join(from, end);
                if let Some(copy) = only {
                    self.witness.unplan(student, copy);
                }
                true
            }
            _ => false,
        }
    }

    /// Moves reviews along both paths. Where they meet, what lies beyond is cut off.
    fn join(&mut self, from: Node, end: Node) {
        let mut meeting = None;
        let mut node = from;
        loop {
            if self.out.has_seen(node) {
                meeting = Some(node);
            }
            node = match node {
                Node::Student(student) => match self.back.via_student[student as usize] {
                    NONE => break,
                    wanted => Node::Submission(wanted),
                },
                Node::Submission(submission) => {
                    let (student, wanted) = self.back.via_submission[submission as usize];
                    if student == NONE {
                        break;
                    }
                    // A student whose copies of one work are exchanged is not himself on the path.
                    let himself =
                        self.back.via_student[student as usize] == wanted && self.back.has_seen(Node::Student(student));
                    match (himself, wanted) {
                        (true, _) => Node::Student(student),
                        (false, wanted) => Node::Submission(wanted),
                    }
                }
            };
        }
        let (out, back) = meeting.map_or((end, from), |meeting| (meeting, meeting));
        self.flow_out(out);
        self.flow_in(back);
    }

    /// A review stands that the witness may not have known of.
    pub(super) fn stand(&mut self, student: u32, submission: u32) {
        let planned = self.witness.plans(student, submission);
        let copy = self.witness.planned_copy(student, submission);
        if planned {
            self.witness.unplan(student, submission);
        } else if let Some(copy) = copy {
            self.witness.unplan(student, copy);
        }
        self.witness.standing[student as usize].push(submission);
        if planned {
            self.witness.at_student(student, |end| end.base += 1);
            self.witness.at_submission(submission, |end| end.base += 1);
            return;
        }
        if let Some(copy) = copy {
            self.witness.at_student(student, |end| end.base += 1);
            self.settle(Node::Submission(copy));
        }
        self.witness.at_submission(submission, |end| end.base += 1);
        self.settle(Node::Submission(submission));
        if copy.is_none() {
            self.witness.at_student(student, |end| end.base += 1);
        }
        self.settle(Node::Student(student));
    }

    /// A review that stood is taken back.
    pub(super) fn free(&mut self, student: u32, submission: u32) {
        self.witness.at_submission(submission, |end| end.base -= 1);
        self.settle(Node::Submission(submission));
        self.witness.standing[student as usize].retain(|&other| other != submission);
        self.witness.loosen_copies(submission);
        self.witness.at_student(student, |end| end.base -= 1);
        self.settle(Node::Student(student));
    }

    pub(super) fn open(&mut self, node: Node, open: bool) {
        match node {
            Node::Student(student) => self.witness.at_student(student, |end| end.open = open),
            Node::Submission(submission) => self.witness.at_submission(submission, |end| end.open = open),
        }
        self.settle(node);
    }

    /// Plans a review of one of several copies for a student who must have one, where that costs least.
    pub(super) fn plan_must(&mut self, must: WorkMust) {
        let WorkMust { student, work } = must;
        let copies = self.witness.problem.people.copies.row(work as usize);
        if copies.iter().any(|&copy| self.witness.plans(student, copy)) {
            return;
        }
        let cost_of = |this: &mut Self, copy: u32| {
            this.out.begin();
            match this.out.forward(&this.witness, Node::Submission(copy), None, i64::MIN) {
                Reached::End(cost, end) => Some((cost, end)),
                _ => None,
            }
        };
        let mut best: Option<(i64, u32)> = None;
        for &copy in copies {
            if self.witness.may_take(student, copy)
                && let Some((cost, _)) = cost_of(self, copy)
                && best.is_none_or(|(least, _)| cost < least)
            {
                best = Some((cost, copy));
            }
        }
        let Some((_, copy)) = best else { return };
        if let Some((_, end)) = cost_of(self, copy) {
            self.flow_out(end);
            self.witness.plan(student, copy);
            self.settle(Node::Student(student));
        }
    }
}
