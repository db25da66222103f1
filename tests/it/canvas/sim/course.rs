//! The state of a course with one assignment, and what has happened to its reviews.

use std::collections::BTreeMap;

use peerplan::canvas::Base;
use peerplan::random::{Purpose, Random};

/// A reviewed submission and who reviews it.
pub(crate) type Pair = (u64, u64);

/// How far an enrolment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Enrolled {
    Active,
    Invited,
    Inactive,
    Concluded,
}

impl Enrolled {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Inactive => "inactive",
            Self::Concluded => "completed",
        }
    }

    /// Whether reviews may be asked of such a student, and of their work.
    pub(crate) const fn counts(self) -> bool {
        matches!(self, Self::Active | Self::Invited)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Student {
    pub(crate) state: Enrolled,
    /// One enrolment each.
    pub(crate) sections: Vec<u64>,
    pub(crate) group: Option<u64>,
    /// The one that Canvas makes for the view of a student.
    pub(crate) is_test: bool,
    pub(crate) submission: u64,
    pub(crate) handed_in: bool,
    /// Graded, which does not mean that something was handed in.
    pub(crate) graded: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Review {
    pub(crate) id: u64,
    /// The owner of the submission.
    pub(crate) owner: u64,
    pub(crate) pair: Pair,
    pub(crate) completed: bool,
}

/// The settings of the assignment.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) id: u64,
    pub(crate) peer_reviews: bool,
    /// How many each student reviews; none where reviews are assigned by hand.
    pub(crate) automatic: Option<u64>,
    pub(crate) anonymous: bool,
}

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Teacher,
    Student(u64),
}

/// In what releases and installations differ.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
pub(crate) struct Manner {
    /// Ids as texts.
    pub(crate) string_ids: bool,
    /// `while(1);` before every JSON.
    pub(crate) guard: bool,
    /// 401 where a right is missing, as before 2026.
    pub(crate) old_errors: bool,
    /// No page is longer, whatever is asked for.
    pub(crate) page: usize,
    /// What is given on request is a list, not one review.
    pub(crate) allocates_lists: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { string_ids: false, guard: false, old_errors: false, page: 100, allocates_lists: true }
    }
}

/// What has happened, for each pair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// Requests to create that came as far as the course.
    pub(crate) posts: BTreeMap<Pair, u32>,
    /// Those that made a review.
    pub(crate) created: BTreeMap<Pair, u32>,
    /// Those that sent a message to the student: for a review that is there already, it is sent again.
    pub(crate) messages: BTreeMap<Pair, u32>,
    /// Requests to delete that took a review away.
    pub(crate) deleted: BTreeMap<Pair, u32>,
    /// The work of a student that was lost.
    pub(crate) completed_deleted: Vec<Review>,
}

#[derive(Debug, Clone)]
pub(crate) struct Course {
    /// Stands in links.
    pub(crate) base: Base,
    pub(crate) id: u64,
    pub(crate) assignment: Assignment,
    pub(crate) students: BTreeMap<u64, Student>,
    pub(crate) sections: Vec<u64>,
    pub(crate) category: u64,
    pub(crate) groups: Vec<u64>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) tokens: BTreeMap<String, Role>,
    pub(crate) manner: Manner,
    pub(crate) ledger: Ledger,
    pub(super) chance: Random,
    next: u64,
}

/// The token of the teacher.
pub(crate) const TEACHER: &str = "teacher-token";
pub(crate) const COURSE: u64 = 101;
pub(crate) const ASSIGNMENT: u64 = 501;
/// Past what a double can tell apart, as in installations of many shards.
const FIRST_SUBMISSION: u64 = 21_070_000_000_040_001;
const FIRST_STUDENT: u64 = 1001;

/// The n-th student's id.
pub(crate) const fn student(n: u64) -> u64 {
    FIRST_STUDENT + n
}

/// The id of the n-th student's submission.
pub(crate) const fn submission(n: u64) -> u64 {
    FIRST_SUBMISSION + 2 * n
}

impl Course {
    /// A course of students who have all handed in, in two sections and groups of three.
    pub(crate) fn of(students: u64, seed: u64) -> Self {
        let student_of = |n: u64| Student {
            state: Enrolled::Active,
            sections: vec![11 + n % 2],
            group: Some(701 + n / 3),
            is_test: false,
            submission: submission(n),
            handed_in: true,
            graded: false,
        };
        Self {
            base: Base::parse("https://canvas.example").unwrap(),
            id: COURSE,
            assignment: Assignment { id: ASSIGNMENT, peer_reviews: true, automatic: None, anonymous: false },
            students: (0..students).map(|n| (student(n), student_of(n))).collect(),
            sections: vec![11, 12],
            category: 61,
            groups: (0..students.div_ceil(3)).map(|n| 701 + n).collect(),
            reviews: Vec::new(),
            tokens: BTreeMap::from([(TEACHER.to_owned(), Role::Teacher)]),
            manner: Manner::default(),
            ledger: Ledger::default(),
            chance: Random::new(seed, Purpose::Generate),
            next: 5001,
        }
    }

    /// The owner of a submission of the assignment.
    pub(crate) fn owner_of(&self, submission: u64) -> Option<u64> {
        self.students.iter().find(|(_, student)| student.submission == submission).map(|(&id, _)| id)
    }

    /// A review comes to be, though there may be one of the same pair.
    pub(crate) fn add(&mut self, pair: Pair, completed: bool) -> &Review {
        let owner = self.owner_of(pair.0).unwrap();
        self.reviews.push(Review { id: self.next, owner, pair, completed });
        self.next += 1;
        self.reviews.last().unwrap()
    }

    /// Takes away the first review of a pair.
    pub(crate) fn remove(&mut self, pair: Pair) -> Option<Review> {
        let place = self.reviews.iter().position(|review| review.pair == pair)?;
        Some(self.reviews.remove(place))
    }

    /// The pairs that are there, sorted, with copies.
    pub(crate) fn pairs(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = self.reviews.iter().map(|review| review.pair).collect();
        pairs.sort_unstable();
        pairs
    }

    /// Those of them that are completed.
    pub(crate) fn completed(&self) -> Vec<Pair> {
        let completed = self.reviews.iter().filter(|review| review.completed);
        let mut pairs: Vec<Pair> = completed.map(|review| review.pair).collect();
        pairs.sort_unstable();
        pairs
    }
}
