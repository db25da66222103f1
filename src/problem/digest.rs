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
use super::people::People;
use crate::input::{Demand, Input, Reciprocal, Relation, RuleTarget, Student, Submission};

/// The digest, in hexadecimal.
pub(super) fn digest(input: &Input, people: &People) -> String {
    let mut lines = Lines { hash: hmac_sha256::Hash::new(), buffer: Line(Vec::with_capacity(1 << 16)) };
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
    for student in 0..people.students.len() {
        lines.put(|line| write_student(line, people.student(input, student)));
    }
    for submission in 0..people.submissions.len() {
        lines.put(|line| write_submission(line, people.submission(input, submission)));
    }
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
    lines.sorted(&input.affinities, |line, affinity| {
        line.plain("[\"affinity\",");
        line.id(&affinity.asset_id);
        line.plain(",");
        line.id(&affinity.assessor_id);
        line.plain(",");
        line.signed(affinity.score.0);
        line.plain(",");
        line.maybe(affinity.limit, |line, limit| line.signed(limit.0));
        line.plain("]");
    });
    lines.sorted(&input.history, |line, past| {
        line.plain("[\"history\",");
        line.id(&past.assessor_id);
        line.plain(",");
        line.id(&past.user_id);
        line.plain("]");
    });
    lines.finish()
}

/// Lines on their way into the hash.
struct Lines {
    hash: hmac_sha256::Hash,
    buffer: Line,
}

impl Lines {
    fn put(&mut self, write: impl FnOnce(&mut Line)) {
        write(&mut self.buffer);
        self.buffer.plain("\n");
        if self.buffer.0.len() > 60_000 {
            self.hash.update(&self.buffer.0);
            self.buffer.0.clear();
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
        for place in places {
            self.put(|line| line.0.extend_from_slice(&text.0[place]));
        }
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
