//! Who takes part: students who may not review, submissions that are not handed in, and what somebody must do.
//!
//! Each of these changes what is fixed, so it is compiled and decided once the flows let it pass.

use alloc::format;
use alloc::vec::Vec;

use super::super::supply::{Delta, Room};
use super::edit::Edit;
use super::pairs::targets;
use super::{Candidate, Finder};
use crate::input::{Admission, Bound, Demand, RuleKind, RuleTarget};
use crate::problem::rows::index;
use crate::problem::{Hindrance, Standing};

impl Finder<'_> {
    /// Lets somebody take part, or not have to.
    pub(super) fn people(&mut self) {
        self.reviewers();
        self.submissions();
        self.musts();
    }

    /// Students with `can_review: false`.
    fn reviewers(&mut self) {
        let problem = self.problem;
        let shut_out = |&student: &usize| {
            !problem.people.student(self.input, student).can_review
                && (!self.needs_work() || self.has_work(student, None))
        };
        let students: Vec<usize> = (0..problem.students()).filter(shut_out).collect();
        let candidates = students.into_iter().filter_map(|student| {
            let pairs = self.pairs_of_reviewer(student);
            let id = problem.student_id(student);
            let words = format!("let student {id} review, who has can_review false");
            let size = pairs.len() as u64;
            (size > 0).then(|| Candidate { size, words, edit: Edit::CanReview { student: id.clone() } })
        });
        let candidates = candidates.collect();
        self.offer_compiled(candidates, |finder, edit| {
            let Edit::CanReview { student } = edit else { return None };
            let student = finder.problem.find_student(student)?;
            let mut delta = Delta::default();
            finder.add_reviewer(student, &mut delta)?;
            Some(delta)
        });
    }

    /// Submissions that are not handed in, or late.
    fn submissions(&mut self) {
        let problem = self.problem;
        let missing: Vec<usize> =
            (0..problem.submissions()).filter(|&submission| !problem.is_handed_in(submission)).collect();
        let candidates = missing.into_iter().map(|submission| {
            let pairs = self.pairs_of_submission(submission).len()
                + self.new_reviewers(submission).into_iter().map(|i| self.pairs_of_reviewer(i).len()).sum::<usize>();
            let id = problem.submission_id(submission).clone();
            let words = format!("count submission {id} as handed in");
            Candidate { size: pairs as u64, words, edit: Edit::HandedIn { submission: id } }
        });
        let candidates = candidates.filter(|candidate| candidate.size > 0).collect();
        // A must on an author's only work may find several copies then, or several works.
        let musts = self.input.rules.iter().any(|rule| rule.kind == RuleKind::MustReview);
        self.offer_compiled(candidates, |finder, edit| {
            let Edit::HandedIn { submission } = edit else { return None };
            let submission = finder.problem.find_submission(submission).filter(|_| !musts)?;
            let mut delta = Delta { pairs: finder.pairs_of_submission(submission), ..Delta::default() };
            delta.pairs = finder.free(&delta.pairs);
            let bound = finder.stated_of_submission(submission);
            let fixed = u64::from(finder.problem.settled.received[submission]);
            delta.submissions.push((submission, left(bound, fixed)));
            for student in finder.new_reviewers(submission) {
                finder.add_reviewer(student, &mut delta)?;
            }
            Some(delta)
        });
    }

    /// `must_review` rules of a student or on a submission that a cut names.
    fn musts(&mut self) {
        let problem = self.problem;
        let near = |student: usize, submissions: &[u32]| {
            let scope = self.scope();
            scope.cuts.iter().any(|cuts| {
                let of = |outermost: &super::Reach| {
                    outermost.students[student] || submissions.iter().any(|&j| outermost.submissions[j as usize])
                };
                of(&cuts.reach) || of(&cuts.demand)
            })
        };
        let musts = self.input.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::MustReview);
        let candidates = musts.filter_map(|(place, rule)| {
            let student = problem.find_student(&rule.assessor_id)?;
            near(student, &targets(problem, &rule.target)).then(|| {
                let target = match &rule.target {
                    RuleTarget::Asset(id) => format!("submission {id}"),
                    RuleTarget::User(id) => format!("the work of {id}"),
                };
                let words =
                    format!("drop the must_review rule at /rules/{place}: student {}, {target}", rule.assessor_id);
                Candidate { size: 1, words, edit: Edit::DropRule { rule: place } }
            })
        });
        let candidates = candidates.collect();
        self.offer_compiled(candidates, |_, _| None);
    }

    /// Offers the smallest of some changes that help, all of them compiled and decided once they have passed the flows.
    fn offer_compiled(&mut self, candidates: Vec<Candidate>, delta: impl Fn(&Self, &Edit) -> Option<Delta>) {
        let exact = core::mem::replace(&mut self.exact, false);
        self.offer_smallest(candidates, delta);
        self.exact = exact;
    }

    /// Whether those without a submission that counts do not review.
    fn needs_work(&self) -> bool {
        self.problem.policy().unsubmitted_reviewers == Admission::Exclude
    }

    /// Whether a student is an author of a submission that counts, or would if another one did.
    fn has_work(&self, student: usize, another: Option<usize>) -> bool {
        let people = &self.problem.people;
        let works = people.works_by.row(student).iter().flat_map(|&work| people.copies.row(work as usize));
        works.map(|&copy| copy as usize).any(|copy| {
            (self.problem.is_handed_in(copy) || Some(copy) == another)
                && people.own_authors.row(copy).contains(&index(student))
        })
    }

    /// The students who would review if a submission counted.
    fn new_reviewers(&self, submission: usize) -> Vec<usize> {
        let problem = self.problem;
        let authors = problem.people.own_authors.row(submission).iter().map(|&author| author as usize);
        let news = authors.filter(|&author| {
            self.needs_work()
                && author < problem.students()
                && !problem.may_review(author)
                && problem.people.student(self.input, author).can_review
        });
        news.collect()
    }

    /// The pairs of one who may not review that nothing else excludes.
    fn pairs_of_reviewer(&self, student: usize) -> Vec<(u32, u32)> {
        let only =
            |&submission: &usize| self.problem.only_hindrance(student, submission) == Some(Hindrance::CannotReview);
        let submissions = (0..self.problem.submissions()).filter(only);
        submissions.map(|submission| (index(student), index(submission))).collect()
    }

    /// The pairs of a submission that does not count that nothing else excludes.
    fn pairs_of_submission(&self, submission: usize) -> Vec<(u32, u32)> {
        let only = |&student: &usize| self.problem.only_hindrance(student, submission) == Some(Hindrance::NotHandedIn);
        (0..self.problem.students()).filter(only).map(|student| (index(student), index(submission))).collect()
    }

    /// Adds one who may not review yet. None where reviews exist that would count then: only compiling tells how.
    fn add_reviewer(&self, student: usize, delta: &mut Delta) -> Option<()> {
        let problem = self.problem;
        let waiting = problem
            .existing_reviews()
            .iter()
            .any(|review| review.student == Some(index(student)) && matches!(review.standing, Standing::Idle));
        if waiting {
            return None;
        }
        let own = problem.people.student(self.input, student).reviews;
        let bound = own.unwrap_or(problem.policy().reviews_per_student);
        delta.students.push((student, left(bound, problem.settled.given[student].into())));
        delta.pairs.extend(self.free(&self.pairs_of_reviewer(student)));
        Some(())
    }

    fn stated_of_submission(&self, submission: usize) -> Bound {
        let general = match self.problem.policy().reviews_per_submission {
            Demand::Balanced => Bound::default(),
            Demand::Within(bound) => bound,
        };
        self.problem.people.submission(self.input, submission).reviews.unwrap_or(general)
    }
}

/// What fixed reviews leave of a bound.
fn left(bound: Bound, fixed: u64) -> Room {
    Room { min: bound.min.saturating_sub(fixed), max: bound.max.map_or(u64::MAX, |max| max.saturating_sub(fixed)) }
}
