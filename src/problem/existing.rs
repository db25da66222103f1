//! What stands already: existing reviews and musts, sorted into what is fixed and what may move.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::Problem;
use super::eligibility::Exclusion;
use super::pairs::Must;
use super::rows::{Rows, index};
use super::sides::Lazy;
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{CopyRule, Existing, Input, WorkflowState};

/// What may become of an existing review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Stays, and uses up bounds on both sides.
    Fixed,
    /// Stays, but nobody will write it: it counts for nobody.
    Idle,
    /// Stays if the assignment has the pair, else is deleted.
    Movable,
    /// Is deleted: its pair is no longer eligible (or, without a reason here, its assessor is no student).
    Void(Option<Exclusion>),
}

/// A review that exists already.
#[derive(Debug, Clone)]
pub struct ExistingReview {
    /// Its place among the `peer_reviews` of the input.
    pub place: u32,
    /// The reviewing student; none who has left.
    pub student: Option<u32>,
    /// The submission.
    pub submission: u32,
    /// What may become of it.
    pub standing: Standing,
    pub(crate) id: Option<Id>,
    /// The owner as the review names it.
    pub(crate) user_id: Option<Id>,
    pub(crate) assessor_id: Id,
    pub(crate) workflow_state: WorkflowState,
}

impl ExistingReview {
    /// Whether it is written.
    pub(crate) fn is_completed(&self) -> bool {
        self.workflow_state == WorkflowState::Completed
    }
}

impl ExistingReview {
    /// Whether it stays and counts though whoever gave it has left.
    pub(crate) fn is_completed_by_leaver(&self) -> bool {
        self.standing == Standing::Fixed && self.student.is_none()
    }
}

/// A student who must review a work, any one of several copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WorkMust {
    pub(crate) student: u32,
    pub(crate) work: u32,
}

/// Everything that is settled before a strategy begins.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    /// Sorted by submission, then assessor.
    pub(crate) reviews: Vec<ExistingReview>,
    /// Student -> submissions of fixed pairs: completed, kept, musts.
    pub(crate) fixed: Rows<u32>,
    /// Student -> submissions of existing reviews that may move.
    pub(crate) movable: Rows<u32>,
    /// Fixed reviews each student gives.
    pub(crate) given: Vec<u32>,
    /// Fixed reviews each submission receives, those by assessors who have left among them.
    pub(crate) received: Vec<u32>,
    /// Musts for which several copies would do.
    pub(crate) work_musts: Vec<WorkMust>,
    /// How many reviews there are in all, where a search has settled that before.
    pub(crate) total: Option<u64>,
}

impl Settled {
    /// Nothing is settled.
    pub(crate) fn nothing(students: usize, submissions: usize) -> Self {
        Self {
            reviews: Vec::new(),
            fixed: Rows::empty(students),
            movable: Rows::empty(students),
            given: alloc::vec![0; students],
            received: alloc::vec![0; submissions],
            work_musts: Vec::new(),
            total: None,
        }
    }

    /// Whether a pair is fixed.
    pub(crate) fn is_fixed(&self, student: usize, submission: usize) -> bool {
        self.fixed.row(student).binary_search(&index(submission)).is_ok()
    }

    /// Whether a pair is an existing review that may move.
    pub(crate) fn is_movable(&self, student: usize, submission: usize) -> bool {
        self.movable.row(student).binary_search(&index(submission)).is_ok()
    }
}

/// Reports ids of existing reviews that are given twice.
fn check_review_ids(input: &Input, found: &mut Diagnostics) {
    let mut ids: Vec<(&Id, usize)> = Vec::with_capacity(input.peer_reviews.len());
    ids.extend(input.peer_reviews.iter().enumerate().filter_map(|(place, review)| Some((review.id.as_ref()?, place))));
    ids.sort_unstable();
    for pair in ids.windows(2) {
        if pair[0].0 == pair[1].0 {
            found.error(
                "duplicate_id",
                format_args!("/peer_reviews/{}/id", pair[1].1),
                format_args!("the id {} is given twice; it stands first at /peer_reviews/{}", pair[0].0, pair[0].1),
                "give each its own id, or remove one of them",
            );
        }
    }
}

impl Problem {
    /// Sorts out existing reviews and musts. Everything else of the problem is in place already.
    pub(super) fn settle(&mut self, input: &Input, found: &mut Diagnostics) {
        let mut settled = Settled::nothing(self.students(), self.submissions());
        settled.reviews = self.read_reviews(input, found);
        let mut fixed: Vec<(u32, u32)> = Vec::new();
        for review in &settled.reviews {
            if review.standing == Standing::Fixed {
                settled.received[review.submission as usize] += 1;
                if let Some(student) = review.student {
                    settled.given[student as usize] += 1;
                    fixed.push((student, review.submission));
                }
            }
        }
        settled.fixed = Rows::sorted(self.students(), fixed.clone());
        self.settled = settled;
        self.report_kept(found);
        let musts = self.settle_musts(input, found);
        for &(student, submission) in &musts {
            self.settled.given[student as usize] += 1;
            self.settled.received[submission as usize] += 1;
        }
        for must in &self.settled.work_musts {
            self.settled.given[must.student as usize] += 1;
        }
        self.check_must_maxima(&musts, input, found);
        self.check_panel_musts(&musts, input, found);
        for must in &self.settled.work_musts {
            self.settled.given[must.student as usize] -= 1;
        }
        let new: BTreeSet<(u32, u32)> = musts.into_iter().collect();
        fixed.extend(new.iter().copied());
        let mut movable = Vec::new();
        for review in &mut self.settled.reviews {
            if let (Standing::Movable, Some(student)) = (&review.standing, review.student) {
                if new.contains(&(student, review.submission)) {
                    review.standing = Standing::Fixed;
                } else {
                    movable.push((student, review.submission));
                }
            }
        }
        self.settled.fixed = Rows::sorted(self.students(), fixed);
        self.settled.movable = Rows::sorted(self.students(), movable);
    }

    fn read_reviews(&self, input: &Input, found: &mut Diagnostics) -> Vec<ExistingReview> {
        check_review_ids(input, found);
        let (mut last_student, mut last_submission) = (0, 0);
        let mut reviews = Vec::with_capacity(input.peer_reviews.len());
        for (place, review) in input.peer_reviews.iter().enumerate() {
            let at = format_args!("/peer_reviews/{place}/assessor_id");
            let student = self.people.students.resolve(&review.assessor_id, &mut last_student, at, found);
            let at = format_args!("/peer_reviews/{place}/asset_id");
            let Some(submission) = self.people.submissions.resolve(&review.asset_id, &mut last_submission, at, found)
            else {
                found.error(
                    "unknown_id",
                    at,
                    format_args!("no submission has the id {}", review.asset_id),
                    "correct the id (asset_id is the id of the submission, not of the student), or remove the review",
                );
                continue;
            };
            let owner = self.owners[submission as usize].as_ref();
            if review.user_id.as_ref().is_some_and(|user| Some(user) != owner) {
                found.error(
                    "user_mismatch",
                    format_args!("/peer_reviews/{place}/user_id"),
                    format_args!("the submission {} belongs to somebody else", review.asset_id),
                    "user_id is the owner of the submission; correct it or leave it out",
                );
            } else if let (Some(user), Some(owner)) = (&review.user_id, owner) {
                super::ids::check_form(owner, user, format_args!("/peer_reviews/{place}/user_id"), found);
            }
            reviews.push(ExistingReview {
                place: index(place),
                student,
                submission,
                standing: self.standing(student, submission, review.workflow_state),
                id: review.id.clone(),
                user_id: review.user_id.clone(),
                assessor_id: review.assessor_id.clone(),
                workflow_state: review.workflow_state,
            });
        }
        reviews.sort_by(|a, b| (a.submission, &a.assessor_id, a.place).cmp(&(b.submission, &b.assessor_id, b.place)));
        for pair in reviews.windows(2) {
            if pair[0].submission == pair[1].submission && pair[0].assessor_id == pair[1].assessor_id {
                found.error(
                    "duplicate_pair",
                    format_args!("/peer_reviews/{}", pair[1].place),
                    format_args!("the pair exists already at /peer_reviews/{}", pair[0].place),
                    "keep one of the two",
                );
            }
        }
        reviews
    }

    fn standing(&self, student: Option<u32>, submission: u32, state: WorkflowState) -> Standing {
        if state == WorkflowState::Completed {
            return Standing::Fixed;
        }
        let writer = student.filter(|&student| self.may_review[student as usize]);
        if self.policy.existing == Existing::Keep {
            return if writer.is_some() { Standing::Fixed } else { Standing::Idle };
        }
        let Some(student) = student else { return Standing::Void(None) };
        match self.exclusion(student as usize, submission as usize) {
            Some(exclusion) => Standing::Void(Some(exclusion)),
            None => Standing::Movable,
        }
    }

    /// Warns of kept reviews that go beyond a maximum or take two copies of one work.
    fn report_kept(&self, found: &mut Diagnostics) {
        for (student, &given) in self.settled.given.iter().enumerate() {
            if let Some(max) = self.student_bound(student).max
                && u64::from(given) > max
            {
                found.warning(
                    "kept_over_maximum",
                    format_args!("/students/{}", self.people.student_places[student]),
                    format_args!(
                        "{} gives {given} reviews that stay, more than the maximum of {max}",
                        self.student_id(student)
                    ),
                    "nothing is added there",
                );
            }
            let works = self.settled.fixed.row(student).iter().map(|&s| self.people.work_of[s as usize]);
            let mut works: Vec<u32> = works.collect();
            works.sort_unstable();
            if self.policy.same_work_once == CopyRule::Once && works.windows(2).any(|pair| pair[0] == pair[1]) {
                found.warning(
                    "kept_breaks_rule",
                    format_args!("/students/{}", self.people.student_places[student]),
                    format_args!("{} has two copies of one work among the reviews that stay", self.student_id(student)),
                    "they stay as they are",
                );
            }
        }
        for (submission, &received) in self.settled.received.iter().enumerate() {
            if let Some(max) = self.submission_bound(submission).max
                && u64::from(received) > max
            {
                found.warning(
                    "kept_over_maximum",
                    format_args!("/submissions/{}", self.people.submission_places[submission]),
                    format_args!(
                        "{} has {received} reviews that stay, more than the maximum of {max}",
                        self.submission_id(submission)
                    ),
                    "nothing is added there",
                );
            }
        }
        for (work, received) in self.by_shared_work(&self.settled.received) {
            if let Some(max) = self.work_bound().max
                && received > max
            {
                found.warning(
                    "kept_over_maximum",
                    "/policy/reviews_per_work",
                    format_args!(
                        "the copies of the work {} have {received} reviews that stay, more than the maximum of {max}",
                        self.work_name(work)
                    ),
                    "nothing is added there",
                );
            }
        }
    }

    /// Turns musts into fixed pairs (returned, without those that stand already) and musts on works with several
    /// eligible copies.
    fn settle_musts(&mut self, input: &Input, found: &mut Diagnostics) -> Vec<(u32, u32)> {
        let mut new: BTreeSet<(u32, u32)> = BTreeSet::new();
        let musts = core::mem::take(&mut self.pairs.submission_musts);
        for &Must { student, target, place } in &musts {
            if let Some(exclusion) = self.exclusion(student as usize, target as usize) {
                self.must_not_eligible((student, target), place, &exclusion, input, found);
            } else if let Some(copy) = self.has_other_copy(student, target, &new) {
                self.must_same_work((student, target), copy, place, &musts, found);
            } else if !self.settled.is_fixed(student as usize, target as usize) {
                new.insert((student, target));
            }
        }
        let work_musts = core::mem::take(&mut self.pairs.work_musts);
        let mut open: BTreeSet<WorkMust> = BTreeSet::new();
        for &Must { student, target: work, place } in &work_musts {
            let copies = self.people.copies.row(work as usize);
            let stands =
                |&copy: &u32| self.settled.is_fixed(student as usize, copy as usize) || new.contains(&(student, copy));
            // A copy that is not handed in is nobody's work to review.
            if copies.iter().any(|copy| self.handed_in[*copy as usize] && stands(copy)) {
                continue;
            }
            let eligible: Vec<u32> =
                copies.iter().copied().filter(|&copy| self.eligible(student as usize, copy as usize)).collect();
            match eligible[..] {
                [] => {
                    let copy = copies.iter().copied().find(|&copy| self.handed_in[copy as usize]).unwrap_or(copies[0]);
                    let exclusion = self.exclusion(student as usize, copy as usize).unwrap_or(Exclusion::NotHandedIn);
                    self.must_not_eligible((student, copy), place, &exclusion, input, found);
                }
                [copy, ..] if let Some(other) = self.has_other_copy(student, copy, &new) => {
                    self.must_same_work((student, copy), other, place, &musts, found);
                }
                [copy] => {
                    new.insert((student, copy));
                }
                _ => {
                    open.insert(WorkMust { student, work });
                }
            }
        }
        self.settled.work_musts = open.into_iter().collect();
        self.pairs.submission_musts = musts;
        self.pairs.work_musts = work_musts;
        new.into_iter().collect()
    }

    fn must_same_work(
        &self,
        (student, target): (u32, u32),
        copy: u32,
        place: u32,
        musts: &[Must<u32>],
        found: &mut Diagnostics,
    ) {
        found.error(
            "must_same_work",
            format_args!("/rules/{place}"),
            format_args!(
                "{} must review {}, and has {}, another copy of the same work, {}",
                self.student_id(student as usize),
                self.submission_id(target as usize),
                self.submission_id(copy as usize),
                Lazy(|| self.source_of(musts, student, copy))
            ),
            "remove one of them, or set same_work_once to false",
        );
    }

    fn must_not_eligible(
        &self,
        (student, submission): (u32, u32),
        place: u32,
        exclusion: &Exclusion,
        input: &Input,
        found: &mut Diagnostics,
    ) {
        let code = if *exclusion == Exclusion::MustNot { "must_and_must_not" } else { "must_not_eligible" };
        found.error(
            code,
            format_args!("/rules/{place}"),
            format_args!(
                "{} must review {}, but {}",
                self.student_id(student as usize),
                self.submission_id(submission as usize),
                Lazy(|| self.against(input, student, submission, exclusion))
            ),
            "remove the must_review rule, or what stands against it",
        );
    }

    /// Another copy of the work of a submission on which a student has a fixed review, or a new must.
    fn has_other_copy(&self, student: u32, submission: u32, new: &BTreeSet<(u32, u32)>) -> Option<u32> {
        let copies = self.people.copies.row(self.people.work_of[submission as usize] as usize);
        let mut others = copies.iter().copied().filter(|&copy| copy != submission);
        let held =
            |&copy: &u32| self.settled.is_fixed(student as usize, copy as usize) || new.contains(&(student, copy));
        others.find(held).filter(|_| self.policy.same_work_once == CopyRule::Once)
    }

    /// Refuses musts that, with the reviews that stay, go beyond a maximum.
    fn check_must_maxima(&self, musts: &[(u32, u32)], input: &Input, found: &mut Diagnostics) {
        let mut students: BTreeSet<u32> = musts.iter().map(|&(student, _)| student).collect();
        students.extend(self.settled.work_musts.iter().map(|must| must.student));
        for student in students {
            let (given, bound) = (self.settled.given[student as usize], self.student_bound(student as usize));
            if bound.max.is_some_and(|max| u64::from(given) > max) {
                found.error(
                    "must_over_maximum",
                    format_args!("/students/{}", self.people.student_places[student as usize]),
                    format_args!(
                        "{} has {given} reviews by {}, more than the maximum of {} ({})",
                        self.student_id(student as usize),
                        Lazy(|| self.sides(|by, _| by == student)),
                        bound.max.unwrap_or(0),
                        Lazy(|| self.place_of_student_bound(input, student))
                    ),
                    "remove a must_review rule, or raise the maximum",
                );
            }
        }
        let submissions: BTreeSet<u32> = musts.iter().map(|&(_, submission)| submission).collect();
        for submission in submissions {
            let (received, bound) =
                (self.settled.received[submission as usize], self.submission_bound(submission as usize));
            if bound.max.is_some_and(|max| u64::from(received) > max) {
                found.error(
                    "must_over_maximum",
                    format_args!("/submissions/{}", self.people.submission_places[submission as usize]),
                    format_args!(
                        "{} has {received} reviews by {}, more than the maximum of {} ({})",
                        self.submission_id(submission as usize),
                        Lazy(|| self.sides(|_, of| of == submission)),
                        bound.max.unwrap_or(0),
                        Lazy(|| self.place_of_submission_bound(input, submission))
                    ),
                    "remove a must_review rule, or raise the maximum",
                );
            }
        }
        self.check_works(musts, found);
        self.check_work_musts(input, found);
    }

    /// Refuses musts that, with the reviews that stay, go beyond the maximum of all copies of a work together.
    fn check_works(&self, musts: &[(u32, u32)], found: &mut Diagnostics) {
        let Some(max) = self.work_bound().max else { return };
        for (work, received) in self.by_shared_work(&self.settled.received) {
            let open = self.settled.work_musts.iter().filter(|must| must.work == work).count() as u64;
            let asked =
                open > 0 || musts.iter().any(|&(_, submission)| self.people.work_of[submission as usize] == work);
            if asked && received + open > max {
                found.error(
                    "must_over_maximum",
                    "/policy/reviews_per_work",
                    format_args!(
                        "the copies of the work {} have {} reviews by {}, more than the maximum of {max} \
                         (/policy/reviews_per_work)",
                        self.work_name(work),
                        received + open,
                        Lazy(|| self.sides(|_, submission| self.people.work_of[submission as usize] == work))
                    ),
                    "remove a must_review rule, or raise the maximum",
                );
            }
        }
    }

    /// Musts on works with several copies need places on the copies: augmenting paths (H. W. Kuhn, "The Hungarian
    /// method", 1955) place them one by one; one that cannot be placed is refused.
    fn check_work_musts(&self, input: &Input, found: &mut Diagnostics) {
        let mut holders: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for must in 0..self.settled.work_musts.len() {
            if !self.place_work_must(must, &mut BTreeSet::new(), &mut holders) {
                let WorkMust { student, work } = self.settled.work_musts[must];
                let place = self.pairs.work_musts.iter().find(|m| (m.student, m.target) == (student, work));
                found.error(
                    "must_over_maximum",
                    format_args!("/rules/{}", place.map_or(0, |must| must.place)),
                    format_args!(
                        "{} must review a work of which no copy has room left: {}",
                        self.student_id(student as usize),
                        Lazy(|| self.room_of(work, input))
                    ),
                    "remove a must_review rule, or raise the maximum of a copy",
                );
            }
        }
    }

    fn place_work_must(
        &self,
        must: usize,
        visited: &mut BTreeSet<u32>,
        holders: &mut BTreeMap<u32, Vec<usize>>,
    ) -> bool {
        let WorkMust { student, work } = self.settled.work_musts[must];
        for &copy in self.people.copies.row(work as usize) {
            if !self.eligible(student as usize, copy as usize) || !visited.insert(copy) {
                continue;
            }
            let held = holders.get(&copy).map_or(0, Vec::len);
            let received = u64::from(self.settled.received[copy as usize]) + held as u64;
            if self.submission_bound(copy as usize).max.is_none_or(|max| received < max) {
                holders.entry(copy).or_default().push(must);
                return true;
            }
            for slot in 0..held {
                let other = holders[&copy][slot];
                if self.place_work_must(other, visited, holders) {
                    if let Some(held) = holders.get_mut(&copy) {
                        held[slot] = must;
                    }
                    return true;
                }
            }
        }
        false
    }
}
