//! The facts of a problem, read from the input alone: persons, works, who may review, what is handed in.

use alloc::vec::Vec;

use super::index::{Index, NONE, Rows, at, dense, key};
use crate::id::Id;
use crate::input::{Admission, Bound, Demand, Input, Student, Submission};

/// The facts. A *person* is anybody named as student, author or existing reviewer; persons and submissions are the
/// ranks of their ids.
///
/// Built in O(n log n); about 40 bytes for a student with a submission.
pub(super) struct Facts<'a> {
    pub(super) input: &'a Input,
    pub(super) persons: Index<'a>,
    pub(super) submissions: Index<'a>,
    /// Place of each person among the students of the input; [`NONE`] for those who are not listed.
    student_at: Vec<u32>,
    /// Place of each submission in the input.
    submission_at: Vec<u32>,
    /// The work of each submission.
    work_of: Vec<u32>,
    /// The authors of each work, over all its copies.
    authors: Rows,
    /// How many copies of each work are handed in.
    handed_copies: Vec<u32>,
    /// Whether any work has several copies.
    pub(super) has_copies: bool,
    handed_in: Vec<bool>,
    may_review: Vec<bool>,
}

impl<'a> Facts<'a> {
    /// Reads an input, whether or not it is free of errors; where an id is given twice the first one counts.
    pub(super) fn new(input: &'a Input) -> Self {
        let persons = Index::new(
            (input.students.iter().map(|student| &student.id))
                .chain(input.submissions.iter().flat_map(own_authors))
                .chain(input.peer_reviews.iter().map(|review| &review.assessor_id)),
        );
        let submissions = Index::new(input.submissions.iter().map(|submission| &submission.id));
        let student_at = first_places(&persons, input.students.iter().map(|student| &student.id));
        let submission_at = first_places(&submissions, input.submissions.iter().map(|submission| &submission.id));
        let (work_of, works) = works(input, &submission_at);
        let mut facts = Self {
            input,
            authors: Rows::new(0, Vec::new()),
            handed_copies: alloc::vec![0; works],
            has_copies: works < submission_at.len(),
            handed_in: Vec::with_capacity(submission_at.len()),
            may_review: Vec::new(),
            persons,
            submissions,
            student_at,
            submission_at,
            work_of,
        };
        facts.read_submissions(works);
        facts.read_students();
        facts
    }

    /// Which submissions are handed in, and the authors of each work.
    fn read_submissions(&mut self, works: usize) {
        let late_counts = self.input.policy.late == Admission::Include;
        let mut authorship = Vec::with_capacity(self.submission_at.len());
        for submission in 0..dense(self.submission_at.len()) {
            let work = self.work(submission);
            let (mut handed, mut of) = (false, None);
            if let Some(given) = self.submission(submission) {
                handed = given.submitted && (late_counts || !given.late);
                of = Some(given);
            }
            self.handed_in.push(handed);
            if handed && let Some(copies) = self.handed_copies.get_mut(at(work)) {
                *copies += 1;
            }
            for author in of.into_iter().flat_map(own_authors) {
                authorship.extend(self.persons.find(author).map(|person| key(work, person)));
            }
        }
        self.authors = Rows::new(works, authorship);
    }

    /// Who may review: rule 1. A submission counts here for its own authors, not for those of other copies.
    fn read_students(&mut self) {
        let everybody = self.input.policy.unsubmitted_reviewers == Admission::Include;
        let mut admitted = alloc::vec![everybody; self.persons.len()];
        for submission in 0..dense(self.submission_at.len()) {
            if everybody || !self.handed_in(submission) {
                continue;
            }
            for author in self.submission(submission).into_iter().flat_map(own_authors) {
                if let Some(person) = self.persons.find(author)
                    && let Some(entry) = admitted.get_mut(at(person))
                {
                    *entry = true;
                }
            }
        }
        for (person, entry) in admitted.iter_mut().enumerate() {
            *entry &= self.student(dense(person)).is_some_and(|student| student.can_review);
        }
        self.may_review = admitted;
    }

    /// The student that a person is, if listed.
    pub(super) fn student(&self, person: u32) -> Option<&'a Student> {
        self.input.students.get(at(*self.student_at.get(at(person))?))
    }

    /// A submission as it stands in the input.
    pub(super) fn submission(&self, submission: u32) -> Option<&'a Submission> {
        self.input.submissions.get(at(*self.submission_at.get(at(submission))?))
    }

    /// The work of a submission.
    pub(super) fn work(&self, submission: u32) -> u32 {
        self.work_of.get(at(submission)).copied().unwrap_or(NONE)
    }

    /// How many works there are.
    pub(super) fn works(&self) -> usize {
        self.handed_copies.len()
    }

    /// How many copies of a work are handed in.
    pub(super) fn handed_copies(&self, work: u32) -> u32 {
        self.handed_copies.get(at(work)).copied().unwrap_or(0)
    }

    /// The authors of the work of a submission, over all its copies, sorted.
    pub(super) fn authors(&self, submission: u32) -> &[u32] {
        self.authors.row(self.work(submission))
    }

    /// Whether a submission counts as handed in: rule 2.
    pub(super) fn handed_in(&self, submission: u32) -> bool {
        self.handed_in.get(at(submission)).copied().unwrap_or(false)
    }

    /// Whether a person may review at all: rule 1.
    pub(super) fn may_review(&self, person: u32) -> bool {
        self.may_review.get(at(person)).copied().unwrap_or(false)
    }

    /// How many reviews a person gives.
    pub(super) fn student_bound(&self, person: u32) -> Bound {
        if !self.may_review(person) {
            return Bound::exactly(0);
        }
        let own = self.student(person).and_then(|student| student.reviews);
        own.unwrap_or(self.input.policy.reviews_per_student)
    }

    /// How many reviews a submission receives.
    pub(super) fn submission_bound(&self, submission: u32) -> Bound {
        if !self.handed_in(submission) {
            return Bound::exactly(0);
        }
        let own = self.submission(submission).and_then(|given| given.reviews);
        own.unwrap_or(match self.input.policy.reviews_per_submission {
            Demand::Balanced => Bound::default(),
            Demand::Within(bound) => bound,
        })
    }

    /// A listed student by id.
    pub(super) fn find_student(&self, id: &Id) -> Option<u32> {
        self.persons.find(id).filter(|&person| self.student(person).is_some())
    }
}

/// The owner and the further authors of one submission.
fn own_authors(submission: &Submission) -> impl Iterator<Item = &Id> {
    submission.user_id.iter().chain(&submission.authors)
}

/// For each id of an index the first place at which `ids` has it; [`NONE`] where it does not.
fn first_places<'a>(index: &Index<'a>, ids: impl Iterator<Item = &'a Id>) -> Vec<u32> {
    let mut places = alloc::vec![NONE; index.len()];
    for (place, id) in ids.enumerate() {
        if let Some(rank) = index.find(id)
            && let Some(entry) = places.get_mut(at(rank))
            && *entry == NONE
        {
            *entry = dense(place);
        }
    }
    places
}

/// The work of each submission, and how many works there are: those with a `work_id` first, then the others.
fn works(input: &Input, submission_at: &[u32]) -> (Vec<u32>, usize) {
    let given = |place: u32| input.submissions.get(at(place)).and_then(|submission| submission.work_id.as_ref());
    let shared = Index::new(submission_at.iter().filter_map(|&place| given(place)));
    let mut works = shared.len();
    let work_of = submission_at.iter().map(|&place| {
        given(place).and_then(|id| shared.find(id)).unwrap_or_else(|| {
            works += 1;
            dense(works - 1)
        })
    });
    let work_of = work_of.collect();
    (work_of, works)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::PeerReview;
    use crate::input::WorkflowState;

    fn person(facts: &Facts<'_>, id: u64) -> u32 {
        facts.persons.find(&Id::from(id)).expect("named in the input")
    }

    /// Students 1, 2, 3; copies 10 (of 1 and 8) and 11 (of 2, late) of one work; 12 of 3, not handed in; 9 has left.
    fn input() -> Input {
        let mut input = Input { students: [1, 2, 3].map(Student::new).to_vec(), ..Input::default() };
        let mut first = Submission::by(10, 1);
        first.authors.push(Id::from(8));
        first.work_id = Some(Id::from(77));
        let mut second = Submission::by(11, 2);
        second.late = true;
        second.work_id = Id::text("77").ok();
        let mut third = Submission::by(12, 3);
        third.submitted = false;
        input.submissions = [first, second, third].to_vec();
        input.peer_reviews.push(PeerReview {
            id: None,
            user_id: None,
            assessor_id: Id::from(9),
            asset_id: Id::from(10),
            workflow_state: WorkflowState::Completed,
        });
        input
    }

    #[test]
    fn authors_of_a_work_are_those_of_all_copies() {
        let input = input();
        let facts = Facts::new(&input);
        assert_eq!(facts.persons.len(), 5);
        assert_eq!(facts.works(), 2);
        assert!(facts.has_copies);
        assert_eq!(facts.work(0), facts.work(1));
        assert_ne!(facts.work(0), facts.work(2));
        assert_eq!(facts.authors(1), [person(&facts, 1), person(&facts, 2), person(&facts, 8)]);
        assert_eq!(facts.handed_copies(facts.work(0)), 2);
    }

    #[test]
    fn only_authors_of_a_submission_that_counts_may_review_under_exclude() {
        let mut input = input();
        input.policy.unsubmitted_reviewers = Admission::Exclude;
        input.policy.late = Admission::Exclude;
        let facts = Facts::new(&input);
        let may: Vec<bool> = [1, 2, 3, 8, 9].into_iter().map(|id| facts.may_review(person(&facts, id))).collect();
        assert_eq!(may, [true, false, false, false, false], "student 2 handed in late; 8 and 9 are not listed");
        assert_eq!(facts.handed_copies(facts.work(0)), 1);
        input.policy.late = Admission::Include;
        let facts = Facts::new(&input);
        assert!(facts.may_review(person(&facts, 2)));
        assert!(!facts.may_review(person(&facts, 3)));
    }

    #[test]
    fn bounds_are_own_or_of_the_policy_or_nothing() {
        let mut input = input();
        input.students[0].reviews = Some(Bound::exactly(4));
        input.students[1].can_review = false;
        input.students[1].reviews = Some(Bound::exactly(4));
        input.submissions[0].reviews = Some(Bound::between(1, 2));
        input.submissions[2].reviews = Some(Bound::between(1, 2));
        input.policy.reviews_per_student = Bound::exactly(3);
        let facts = Facts::new(&input);
        assert_eq!(facts.student_bound(person(&facts, 1)), Bound::exactly(4));
        assert_eq!(facts.student_bound(person(&facts, 2)), Bound::exactly(0));
        assert_eq!(facts.student_bound(person(&facts, 3)), Bound::exactly(3));
        assert_eq!(facts.submission_bound(0), Bound::between(1, 2));
        assert_eq!(facts.submission_bound(1), Bound::default());
        assert_eq!(facts.submission_bound(2), Bound::exactly(0));
    }
}
