//! What the input says of single pairs: rules, history and scores, as rows of submissions per student.

use alloc::vec::Vec;

use super::ids::IdIndex;
use super::people::People;
use super::rows::{Rows, index};
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{Input, RuleKind, RuleTarget};
use crate::parallel::join;

/// What the should rules that cover one pair say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wish {
    pub(crate) submission: u32,
    /// Weights of `should_review` minus weights of `should_not_review`.
    pub(crate) gain: i64,
    pub(crate) should: bool,
    pub(crate) should_not: bool,
}

/// A `must_review` rule, and its place among the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Must<T> {
    pub(crate) student: u32,
    pub(crate) target: T,
    pub(crate) place: u32,
}

/// Everything said of single pairs.
#[derive(Debug, Clone)]
pub(crate) struct Pairs {
    /// Student -> submissions under a `must_not_review`.
    pub(crate) forbidden: Rows<u32>,
    /// Student -> submissions whose author the student has reviewed before.
    pub(crate) history: Rows<u32>,
    /// Whether there are should rules, though they may cover no pair.
    pub(crate) should_rules: bool,
    /// Student -> what the should rules say, by submission.
    pub(crate) wishes: Rows<Wish>,
    /// Student -> scored submissions with the score in 10^-6.
    pub(crate) scores: Units,
    /// Student -> scored submissions that have a limit of their own, with that limit in 10^-6.
    pub(crate) limits: Units,
    /// Musts on a submission.
    pub(crate) submission_musts: Vec<Must<u32>>,
    /// Musts on the only handed-in work of an author.
    pub(crate) work_musts: Vec<Must<u32>>,
}

/// Finds ids in the input, remembering the last answers.
struct Finder<'a> {
    people: &'a People,
    student: usize,
    submission: usize,
    person: usize,
}

impl<'a> Finder<'a> {
    const fn new(people: &'a People) -> Self {
        Self { people, student: 0, submission: 0, person: 0 }
    }

    fn student(&mut self, id: &Id, at: impl core::fmt::Display, found: &mut Diagnostics) -> Option<u32> {
        self.people.students.resolve(id, &mut self.student, at, found)
    }

    fn submission(&mut self, id: &Id, at: impl core::fmt::Display, found: &mut Diagnostics) -> Option<u32> {
        self.people.submissions.resolve(id, &mut self.submission, at, found)
    }

    /// All submissions of all works of a person, or none where nobody has the id.
    fn works_of(&mut self, id: &Id, at: impl core::fmt::Display, found: &mut Diagnostics) -> Option<&'a [u32]> {
        let person = self.people.person(id, &mut self.person, at, found)?;
        Some(self.people.works_by.row(person as usize))
    }
}

impl Pairs {
    pub(crate) fn new(input: &Input, people: &People, handed_in: &[bool], found: &mut Diagnostics) -> Self {
        let students = people.students.len();
        let history = read_history(input, people, found);
        let (scores, limits) = read_scores(input, people, found);
        let mut pairs = Self {
            forbidden: Rows::empty(students),
            history,
            should_rules: false,
            wishes: Rows::empty(students),
            scores,
            limits,
            submission_musts: Vec::new(),
            work_musts: Vec::new(),
        };
        pairs.read_rules(input, people, handed_in, found);
        pairs
    }

    /// Whether there is neither a wish nor history nor a score.
    pub(crate) fn says_nothing(&self) -> bool {
        self.wishes.values().is_empty() && self.history.values().is_empty() && self.scores.values().is_empty()
    }

    /// Whether a `must_not_review` covers a pair.
    pub(crate) fn is_forbidden(&self, student: usize, submission: usize) -> bool {
        self.forbidden.row(student).binary_search(&index(submission)).is_ok()
    }

    /// Whether a history row covers a pair.
    pub(crate) fn is_repeat(&self, student: usize, submission: usize) -> bool {
        self.history.row(student).binary_search(&index(submission)).is_ok()
    }

    /// What the should rules say of a pair.
    pub(crate) fn wish(&self, student: usize, submission: usize) -> Option<&Wish> {
        let row = self.wishes.row(student);
        row.binary_search_by_key(&index(submission), |wish| wish.submission).ok().map(|at| &row[at])
    }

    /// The score of a pair, where it has one.
    pub(crate) fn score(&self, student: usize, submission: usize) -> Option<i64> {
        let row = self.scores.row(student);
        row.binary_search_by_key(&index(submission), |&(scored, _)| scored).ok().map(|at| row[at].1)
    }

    /// The own limit of a pair, where it has one.
    pub(crate) fn limit(&self, student: usize, submission: usize) -> Option<i64> {
        let row = self.limits.row(student);
        row.binary_search_by_key(&index(submission), |&(limited, _)| limited).ok().map(|at| row[at].1)
    }

    fn read_rules(&mut self, input: &Input, people: &People, handed_in: &[bool], found: &mut Diagnostics) {
        let mut finder = Finder::new(people);
        let mut forbidden = Vec::new();
        let mut wishes: Vec<(u32, Wish)> = Vec::new();
        for (place, rule) in input.rules.iter().enumerate() {
            let place = index(place);
            let student = finder.student(&rule.assessor_id, format_args!("/rules/{place}/assessor_id"), found);
            if student.is_none() {
                unknown_in_rule(rule.kind, "assessor_id", place, &rule.assessor_id, found);
            }
            let targets = match &rule.target {
                RuleTarget::Asset(id) => {
                    let at = format_args!("/rules/{place}/asset_id");
                    let submission = finder.submission(id, at, found);
                    if submission.is_none() {
                        unknown_in_rule(rule.kind, "asset_id", place, id, found);
                    }
                    submission.map(|submission| alloc::vec![submission])
                }
                RuleTarget::User(id) => {
                    let works = finder.works_of(id, format_args!("/rules/{place}/user_id"), found);
                    if works.is_none() {
                        unknown_in_rule(rule.kind, "user_id", place, id, found);
                    }
                    works.map(|works| all_copies(people, works))
                }
            };
            if rule.weight == 0 {
                found.error(
                    "out_of_range",
                    format_args!("/rules/{place}/weight"),
                    "a weight of 0 means nothing",
                    "give a whole number from 1, or remove the rule",
                );
            }
            let (Some(student), Some(targets)) = (student, targets) else { continue };
            match (rule.kind, &rule.target) {
                (RuleKind::MustNotReview, _) => forbidden.extend(targets.iter().map(|&target| (student, target))),
                (RuleKind::ShouldReview | RuleKind::ShouldNotReview, _) => {
                    self.should_rules = true;
                    let should = rule.kind == RuleKind::ShouldReview;
                    let gain = if should { i64::from(rule.weight) } else { -i64::from(rule.weight) };
                    wishes.extend(
                        targets
                            .iter()
                            .map(|&submission| (student, Wish { submission, gain, should, should_not: !should })),
                    );
                }
                (RuleKind::MustReview, RuleTarget::Asset(_)) => {
                    self.submission_musts.push(Must { student, target: targets[0], place });
                }
                (RuleKind::MustReview, RuleTarget::User(id)) => {
                    let mut works: Vec<u32> = targets
                        .iter()
                        .filter(|&&submission| handed_in[submission as usize])
                        .map(|&submission| people.work_of[submission as usize])
                        .collect();
                    works.dedup();
                    if let [work] = works[..] {
                        self.work_musts.push(Must { student, target: work, place });
                    } else {
                        found.error(
                            "must_unclear_work",
                            format_args!("/rules/{place}/user_id"),
                            format_args!(
                                "a must_review with user_id needs exactly one handed-in work of that author; {id} has {}",
                                works.len()
                            ),
                            "name the submission with asset_id, or remove the rule",
                        );
                    }
                }
            }
        }
        self.forbidden = Rows::sorted(people.students.len(), forbidden);
        self.wishes = merge_wishes(people.students.len(), wishes);
    }
}

/// All submissions of some works, work by work.
fn all_copies(people: &People, works: &[u32]) -> Vec<u32> {
    works.iter().flat_map(|&work| people.copies.row(work as usize)).copied().collect()
}

/// Adds up what is said of each pair.
fn merge_wishes(students: usize, mut wishes: Vec<(u32, Wish)>) -> Rows<Wish> {
    wishes.sort_unstable();
    wishes.dedup_by(|next, kept| {
        let same = next.0 == kept.0 && next.1.submission == kept.1.submission;
        if same {
            kept.1.gain += next.1.gain;
            kept.1.should |= next.1.should;
            kept.1.should_not |= next.1.should_not;
        }
        same
    });
    Rows::grouped(students, &wishes)
}

fn unknown_in_rule(kind: RuleKind, field: &str, place: u32, id: &Id, found: &mut Diagnostics) {
    let pointer = format_args!("/rules/{place}/{field}");
    let who = if field == "asset_id" { "submission" } else { "student or author" };
    let message = format_args!("no {who} has the id {id}");
    if kind == RuleKind::MustNotReview {
        found.warning("unknown_id", pointer, message, "the rule is not needed; check the id");
    } else {
        found.error("unknown_id", pointer, message, "correct the id, or remove the rule");
    }
}

fn read_history(input: &Input, people: &People, found: &mut Diagnostics) -> Rows<u32> {
    let mut finder = Finder::new(people);
    let mut entries = Vec::new();
    for (place, past) in input.history.iter().enumerate() {
        let student = finder.student(&past.assessor_id, format_args!("/history/{place}/assessor_id"), found);
        let works = finder.works_of(&past.user_id, format_args!("/history/{place}/user_id"), found);
        for (field, id, unknown) in
            [("assessor_id", &past.assessor_id, student.is_none()), ("user_id", &past.user_id, works.is_none())]
        {
            if unknown {
                found.warning(
                    "unknown_id",
                    format_args!("/history/{place}/{field}"),
                    format_args!("nobody has the id {id} now"),
                    "the row has no effect",
                );
            }
        }
        if let (Some(student), Some(works)) = (student, works) {
            entries.extend(all_copies(people, works).into_iter().map(|submission| (student, submission)));
        }
    }
    Rows::sorted(people.students.len(), entries)
}

/// Scores beyond this would no longer add up exactly.
const MAX_SCORE: i64 = 1_000_000_000_000;

/// For each student submissions with a number of millionths.
type Units = Rows<(u32, i64)>;

/// So many scores are worth a thread.
const MANY: usize = if cfg!(test) { 8 } else { 1 << 15 };

/// A score on its way to its row.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    submission: u32,
    /// Its place among all scores: those with ids first, then the rows of the table.
    source: u32,
    score: i64,
}

/// A pointer to a score by its place among all scores.
struct Pointer {
    /// How many scores have ids.
    with_ids: usize,
    source: usize,
}

impl Pointer {
    const fn of(input: &Input, source: usize) -> Self {
        Self { with_ids: input.affinities.len(), source }
    }
}

impl core::fmt::Display for Pointer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.source.checked_sub(self.with_ids) {
            None => write!(f, "/affinities/{}", self.source),
            Some(row) => write!(f, "/scores/{row}"),
        }
    }
}

/// The scores of each student, and the limits that some of them have.
///
/// Takes 16 bytes a score, which are those of the result, and time O(n + s log d) for s scores of which a student has d;
/// where the rows come in the order of the submissions, O(n + s).
fn read_scores(input: &Input, people: &People, found: &mut Diagnostics) -> (Units, Units) {
    let students = people.students.len();
    if input.affinities.len() + input.scores.len() >= u32::MAX as usize {
        found.error("too_many_scores", "", "there are more than 4294967294 scores", "leave out those that are 0");
        return (Rows::empty(students), Rows::empty(students));
    }
    let pairs = resolve_affinities(input, people, found);
    let student_at = dense(input.students.iter().map(|student| &student.id), &people.students);
    let submission_at = dense(input.submissions.iter().map(|submission| &submission.id), &people.submissions);
    check_table(input, found);
    let with_ids = (0..).zip(&input.affinities).zip(&pairs).filter_map(|((source, affinity), pair)| {
        let (student, submission) = (*pair)?;
        Some((student, Entry { submission, source, score: affinity.score.0 }, affinity.limit))
    });
    let rows = (index(input.affinities.len())..).zip(input.scores.iter()).filter_map(|(source, row)| {
        let student = *student_at.get(row.student as usize)?;
        let submission = *submission_at.get(row.submission as usize)?;
        Some((student, Entry { submission, source, score: row.score.0 }, row.limit))
    });
    let all = with_ids.chain(rows);
    let limited = all.clone().filter_map(|(student, entry, limit)| Some((student, (entry.submission, limit?.0))));
    let by_student = all.map(|(student, entry, _)| (student, entry));
    let many = input.affinities.len() + input.scores.len() >= MANY;
    let (limits, scores) = join(
        many,
        || Rows::counted(students, limited).sorted_by_key(|limit| limit.0),
        || Rows::counted(students, by_student).sorted_by_key(|entry| (entry.submission, entry.source)),
    );
    for student in 0..students {
        for pair in scores.row(student).windows(2).filter(|pair| pair[0].submission == pair[1].submission) {
            found.error(
                "duplicate_pair",
                Pointer::of(input, pair[1].source as usize),
                format_args!("the pair has a score already at {}", Pointer::of(input, pair[0].source as usize)),
                "keep one score for each pair",
            );
        }
    }
    (scores.map(|entry| (entry.submission, entry.score)), limits)
}

/// The pairs of the scores that have ids.
fn resolve_affinities(input: &Input, people: &People, found: &mut Diagnostics) -> Vec<Option<(u32, u32)>> {
    let mut finder = Finder::new(people);
    let pairs = input.affinities.iter().enumerate().map(|(place, affinity)| {
        let student = finder.student(&affinity.assessor_id, format_args!("/affinities/{place}/assessor_id"), found);
        let submission = finder.submission(&affinity.asset_id, format_args!("/affinities/{place}/asset_id"), found);
        for (field, id, unknown) in [
            ("assessor_id", &affinity.assessor_id, student.is_none()),
            ("asset_id", &affinity.asset_id, submission.is_none()),
        ] {
            if unknown {
                found.error(
                    "unknown_id",
                    format_args!("/affinities/{place}/{field}"),
                    format_args!("no {} has the id {id}", if field == "asset_id" { "submission" } else { "student" }),
                    "correct the id, or remove the row",
                );
            }
        }
        check_score(affinity.score.0, format_args!("/affinities/{place}/score"), found);
        student.zip(submission)
    });
    pairs.collect()
}

/// Checks rows that were made by other hands than those of the reader.
fn check_table(input: &Input, found: &mut Diagnostics) {
    for (row, score) in input.scores.iter().enumerate() {
        check_score(score.score.0, format_args!("/scores/{row}/score"), found);
        for (field, place, length) in [
            ("student", score.student, input.students.len()),
            ("submission", score.submission, input.submissions.len()),
        ] {
            if place as usize >= length {
                found.error(
                    "unknown_id",
                    format_args!("/scores/{row}/{field}"),
                    format_args!("no {field} stands at place {place}"),
                    "read the scores again for the students and submissions as they are now",
                );
            }
        }
    }
}

fn check_score(score: i64, at: impl core::fmt::Display, found: &mut Diagnostics) {
    if score.abs() > MAX_SCORE {
        found.error("out_of_range", at, "a score lies between -1000000 and 1000000", "scale the scores down");
    }
}

/// The dense index of each id of an array of the input.
fn dense<'a>(ids: impl Iterator<Item = &'a Id>, index: &IdIndex) -> Vec<u32> {
    let mut last = 0;
    // Every id is found; one given twice is found where it stands first.
    ids.filter_map(|id| index.find_near(id, &mut last)).collect()
}
