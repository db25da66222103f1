//! The digest of a problem: SHA-256 over a canonical form without names.
//!
//! The canonical form is a sequence of lines, each a JSON array without spaces, in this order:
//! `["peerplan/problem",1]`, the source, the policy, the students and the submissions in canonical order, then the
//! existing reviews, rules, affinities and history rows in the order of their lines' bytes. Defaults are written
//! out, sets are sorted, names and the strategy are left out. `docs/reproducibility.md` shows every line.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::line::Line;
use super::pairs::Pairs;
use super::people::People;
use super::rows::{Rows, index};
use crate::id::Id;
use crate::input::{Demand, Input, Reciprocal, Relation, RuleTarget, Student, Submission};
use crate::parallel::join;

/// The digest of an input without errors, in hexadecimal.
pub(super) fn digest(input: &Input, people: &People, pairs: &Pairs) -> String {
    let mut lines = Lines::new();
    lines.put(|line| line.plain("[\"peerplan/problem\",1]"));
    lines.put(|line| {
        let source = input.source.clone().unwrap_or_default();
        line.plain("[\"source\",");
        line.maybe(source.base_url.as_deref(), Line::text);
        for id in [&source.course_id, &source.assignment_id] {
            line.plain(",");
            line.maybe(id.as_ref(), Line::id);
        }
        line.plain("]");
    });
    lines.put(|line| policy(line, input));
    lines.all(0..people.students.len(), |line, student| write_student(line, people.student(input, student)));
    lines.all(0..people.submissions.len(), |line, submission| {
        write_submission(line, people.submission(input, submission));
    });
    lines.sorted(&input.peer_reviews, |line, review| {
        line.plain("[\"peer_review\",");
        line.id(&review.asset_id);
        line.plain(",");
        line.id(&review.assessor_id);
        line.plain(",");
        line.maybe(review.id.as_ref(), Line::id);
        line.plain(",");
        line.maybe(review.user_id.as_ref(), Line::id);
        line.plain(",");
        line.named(&review.workflow_state);
        line.plain("]");
    });
    lines.sorted(&input.rules, |line, rule| {
        line.plain("[\"rule\",");
        line.named(&rule.kind);
        line.plain(",");
        line.id(&rule.assessor_id);
        let (field, id) = match &rule.target {
            RuleTarget::Asset(id) => (",\"asset_id\",", id),
            RuleTarget::User(id) => (",\"user_id\",", id),
        };
        line.plain(field);
        line.id(id);
        line.plain(",");
        line.number(rule.weight.into());
        line.plain("]");
    });
    lines.scores(people, pairs);
    lines.sorted(&input.history, |line, past| {
        line.plain("[\"history\",");
        line.id(&past.assessor_id);
        line.plain(",");
        line.id(&past.user_id);
        line.plain("]");
    });
    lines.finish()
}

/// How many bytes are hashed at a time.
const BLOCK: usize = if cfg!(test) { 1 << 10 } else { 1 << 18 };

/// Lines on their way into the hash.
struct Lines {
    hash: hmac_sha256::Hash,
    buffer: Line,
    /// What comes after the buffer, while that is hashed.
    next: Line,
}

impl Lines {
    fn new() -> Self {
        Self { hash: hmac_sha256::Hash::new(), buffer: Line::default(), next: Line::default() }
    }
}

impl Lines {
    fn put(&mut self, write: impl FnOnce(&mut Line) + Send) {
        self.all([write], |line, write| write(line));
    }

    /// One line for each item. Hashing takes several times as long as writing, so it is done beside it.
    fn all<T>(
        &mut self,
        items: impl IntoIterator<Item = T, IntoIter: Send>,
        write: impl Fn(&mut Line, T) + Send + Sync,
    ) {
        let mut items = items.into_iter();
        let mut fill = |line: &mut Line| {
            while line.0.len() < BLOCK
                && let Some(item) = items.next()
            {
                write(line, item);
                line.plain("\n");
            }
        };
        fill(&mut self.buffer);
        while self.buffer.0.len() >= BLOCK {
            self.next.0.clear();
            join(true, || self.hash.update(&self.buffer.0), || fill(&mut self.next));
            core::mem::swap(&mut self.buffer, &mut self.next);
        }
    }

    /// One line for each item, in the order of their bytes.
    fn sorted<T>(&mut self, items: &[T], write: impl Fn(&mut Line, &T)) {
        let mut text = Line::default();
        let mut places = Vec::with_capacity(items.len());
        for item in items {
            let start = text.0.len();
            write(&mut text, item);
            places.push(start..text.0.len());
        }
        places.sort_unstable_by(|a, b| text.0[a.clone()].cmp(&text.0[b.clone()]));
        self.all(places, |line, place| line.0.extend_from_slice(&text.0[place]));
    }

    /// One line for each score, in the order of their bytes, without sorting them.
    ///
    /// A line begins with the ids of submission and student, and no two lines have both in common. The bytes of an id
    /// never begin those of another, but for a number that goes on with digits, all of which come after the comma; so
    /// lines are in order where submissions and then students are in the order of the bytes of their ids. Takes 16
    /// bytes a score.
    fn scores(&mut self, people: &People, pairs: &Pairs) {
        if pairs.scores.values().is_empty() {
            return;
        }
        let (students, submissions) = (Written::new(people.students.ids()), Written::new(people.submissions.ids()));
        let by_student = students.order.iter().flat_map(|&student| {
            let row = pairs.scores.row(student as usize).iter();
            row.map(move |&(submission, score)| (submission, (student, score)))
        });
        let by_submission = Rows::counted(people.submissions.len(), by_student);
        let all = submissions.order.iter().flat_map(|&submission| {
            by_submission.row(submission as usize).iter().map(move |&(student, score)| (submission, student, score))
        });
        self.all(all, |line, (submission, student, score)| {
            line.plain("[\"affinity\",");
            line.0.extend_from_slice(submissions.id(submission));
            line.plain(",");
            line.0.extend_from_slice(students.id(student));
            line.plain(",");
            line.signed(score);
            match pairs.limit(student as usize, submission as usize) {
                None => line.plain(",null]"),
                Some(limit) => {
                    line.plain(",");
                    line.signed(limit);
                    line.plain("]");
                }
            }
        });
    }

    fn finish(mut self) -> String {
        self.hash.update(&self.buffer.0);
        let mut text = String::with_capacity(64);
        for byte in self.hash.finalize() {
            // Writing into a `String` does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// Ids as they stand in lines, and in which order their bytes are.
struct Written {
    bytes: Vec<u8>,
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Written {
    fn new(ids: &[Id]) -> Self {
        let mut line = Line::default();
        let mut written = Self { bytes: Vec::new(), starts: Vec::with_capacity(ids.len() + 1), order: Vec::new() };
        for id in ids {
            written.starts.push(index(line.0.len()));
            line.id(id);
        }
        written.starts.push(index(line.0.len()));
        written.bytes = line.0;
        let mut order: Vec<u32> = (0..index(ids.len())).collect();
        order.sort_unstable_by_key(|&id| written.id(id));
        written.order = order;
        written
    }

    fn id(&self, id: u32) -> &[u8] {
        &self.bytes[self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize]
    }
}

fn policy(line: &mut Line, input: &Input) {
    let policy = &input.policy;
    line.plain("[\"policy\",");
    line.bound(policy.reviews_per_student);
    line.plain(",");
    match policy.reviews_per_submission {
        Demand::Balanced => line.plain("\"balanced\""),
        Demand::Within(bound) => line.bound(bound),
    }
    line.plain(",");
    line.maybe(policy.reviews_per_work, Line::bound);
    line.plain(",");
    line.named(&policy.section);
    line.plain(",");
    line.named(&policy.group);
    line.plain(",");
    // `any` is what a label without a relation has.
    let relations = policy.labels.iter().filter(|(_, relation)| **relation != Relation::Any);
    line.array(relations, |line, (label, relation)| {
        line.plain("[");
        line.text(label);
        line.plain(",");
        line.named(relation);
        line.plain("]");
    });
    line.plain(",");
    match policy.reciprocal {
        Reciprocal::ForbidCycles(length) => line.number(length),
        other => line.named(&other),
    }
    // Writing into memory does not fail.
    let mut panels: Vec<Vec<u8>> = Vec::new();
    for panel in &policy.panel {
        let mut line = Line::default();
        line.plain("[");
        line.text(&panel.label);
        line.plain(",");
        line.maybe(panel.value.as_ref(), Line::id);
        for bound in [panel.min, panel.max] {
            line.plain(",");
            line.maybe(bound, Line::number);
        }
        line.plain("]");
        panels.push(line.0);
    }
    panels.sort_unstable();
    line.plain(",");
    line.array(panels, |line, panel| line.0.extend(panel));
    let _ = write!(line, ",\"{:?}\",", policy.same_work_once);
    let _ = write!(line, "\"{:?}\",\"{:?}\",", policy.unsubmitted_reviewers, policy.late);
    let _ = write!(line, "\"{:?}\",\"{:?}\",", policy.existing, policy.history);
    let _ = write!(line, "\"{:?}\",\"{:?}\"]", policy.shortfall, policy.unscored);
}

fn write_student(line: &mut Line, student: &Student) {
    line.plain("[\"student\",");
    line.id(&student.id);
    line.plain(",");
    line.set(&student.sections);
    line.plain(",");
    line.set(&student.groups);
    line.plain(",");
    line.labels(&student.labels);
    line.plain(",");
    line.flag(student.can_review);
    line.plain(",");
    line.maybe(student.reviews, Line::bound);
    line.plain("]");
}

fn write_submission(line: &mut Line, submission: &Submission) {
    line.plain("[\"submission\",");
    line.id(&submission.id);
    line.plain(",");
    line.maybe(submission.user_id.as_ref(), Line::id);
    line.plain(",");
    line.set(&submission.authors);
    line.plain(",");
    line.maybe(submission.work_id.as_ref(), Line::id);
    for set in [&submission.sections, &submission.groups] {
        line.plain(",");
        line.maybe(set.as_deref(), Line::set);
    }
    line.plain(",");
    line.labels(&submission.labels);
    line.plain(",");
    line.flag(submission.submitted);
    line.plain(",");
    line.flag(submission.late);
    line.plain(",");
    line.maybe(submission.submitted_at.as_deref(), Line::text);
    line.plain(",");
    line.maybe(submission.reviews, Line::bound);
    line.plain("]");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::input::{Affinity, Micros, Score};
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    /// Numbers of several lengths, the same as texts, and texts that begin each other or need escapes.
    fn ids() -> impl Strategy<Value = Vec<Id>> {
        let number = prop_oneof![0_u64..30, 90_u64..210, any::<u64>()];
        let id = prop_oneof![
            number.clone().prop_map(Id::from),
            number.prop_map(|value| Id::text(&alloc::format!("{value}")).expect("not empty")),
            "[\"\\\\,\u{1}a0-2é]{1,3}".prop_map(|text| Id::text(&text).expect("not empty")),
        ];
        prop::collection::btree_set(id, 1..12).prop_map(|ids| ids.into_iter().collect())
    }

    proptest! {
        #[test]
        fn lines_of_scores_are_in_the_order_of_their_bytes_wherever_scores_stand(
            (students, submissions) in (ids(), ids()),
            drawn in prop::collection::btree_map(
                (any::<u16>(), any::<u16>()).prop_map(|(student, submission)| (student.into(), submission.into())),
                (-1200_i64..1200, prop::option::of(0_i64..1000), any::<bool>(), any::<u32>()),
                0..40,
            ),
        ) {
            let mut input = Input::default();
            input.students.extend(students.iter().rev().cloned().map(Student::new));
            input.submissions.extend(submissions.iter().rev().cloned().map(Submission::new));
            let mut pairs = BTreeMap::new();
            for ((student, submission), said) in drawn {
                let pair: (usize, usize) = (student, submission);
                pairs.insert((pair.0 % students.len(), pair.1 % submissions.len()), said);
            }
            let mut pairs: Vec<_> = pairs.into_iter().collect();
            pairs.sort_unstable_by_key(|pair| pair.1.3);
            let mut expected = Vec::new();
            for (line, ((student, submission), (score, limit, with_ids, _))) in (1..).zip(pairs) {
                let (assessor_id, asset_id) = (&input.students[student].id, &input.submissions[submission].id);
                let mut text = Line::default();
                text.plain("[\"affinity\",");
                text.id(asset_id);
                text.plain(",");
                text.id(assessor_id);
                let limit_text = limit.map_or(String::from("null"), |limit| alloc::format!("{limit}"));
                text.plain(&alloc::format!(",{score},{limit_text}]\n"));
                expected.push(text.0);
                let (score, limit) = (Micros(score), limit.map(Micros));
                if with_ids {
                    let (assessor_id, asset_id) = (assessor_id.clone(), asset_id.clone());
                    input.affinities.push(Affinity { assessor_id, asset_id, score, limit });
                } else {
                    let [student, submission] = [student, submission].map(index);
                    input.scores.push(line, Score { student, submission, score, limit });
                }
            }
            expected.sort_unstable();
            let mut found = Diagnostics::new();
            let people = People::new(&input, &mut found);
            let handed_in = alloc::vec![true; submissions.len()];
            let pairs = Pairs::new(&input, &people, &handed_in, &mut found);
            prop_assert!(found.is_empty(), "{found}");
            let mut lines = Lines::new();
            lines.scores(&people, &pairs);
            let mut expected_hash = hmac_sha256::Hash::new();
            expected_hash.update(expected.concat());
            lines.hash.update(&lines.buffer.0);
            prop_assert_eq!(lines.hash.finalize(), expected_hash.finalize());
        }
    }
}
