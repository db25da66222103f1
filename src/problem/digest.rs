//! The digest of a problem: SHA-256 over a canonical form without names.
//!
//! The canonical form is a sequence of lines, each a JSON array without spaces, in this order:
//! `["peerplan/problem",1]`, the source, the policy, the students and the submissions in canonical order, then the
//! existing reviews, rules, affinities and history rows in the order of their lines' bytes. Defaults are written
//! out, sets are sorted, names and the strategy are left out. `docs/formats.md` shows every line.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::people::People;
use crate::id::Id;
use crate::input::{Bound, Demand, Input, Labels, Reciprocal, RuleTarget, Student, Submission};

/// The digest, in hexadecimal.
pub(super) fn digest(input: &Input, people: &People) -> String {
    let mut lines = Lines { hash: hmac_sha256::Hash::new(), buffer: String::with_capacity(1 << 16) };
    lines.put(|line| line.write_str("[\"peerplan/problem\",1]"));
    lines.put(|line| {
        let source = input.source.clone().unwrap_or_default();
        write!(line, "[\"source\",{},", Text(source.base_url.as_deref()))?;
        write!(line, "{},{}]", MaybeId(source.course_id.as_ref()), MaybeId(source.assignment_id.as_ref()))
    });
    lines.put(|line| policy(line, input));
    for student in 0..people.students.len() {
        lines.put(|line| write_student(line, people.student(input, student)));
    }
    for submission in 0..people.submissions.len() {
        lines.put(|line| write_submission(line, people.submission(input, submission)));
    }
    lines.sorted(input.peer_reviews.iter().map(|review| {
        let (asset, assessor) = (JsonId(&review.asset_id), JsonId(&review.assessor_id));
        let (id, user) = (MaybeId(review.id.as_ref()), MaybeId(review.user_id.as_ref()));
        format!("[\"peer_review\",{asset},{assessor},{id},{user},\"{:?}\"]", review.workflow_state)
    }));
    lines.sorted(input.rules.iter().map(|rule| {
        let target = match &rule.target {
            RuleTarget::Asset(id) => format!("\"asset_id\",{}", JsonId(id)),
            RuleTarget::User(id) => format!("\"user_id\",{}", JsonId(id)),
        };
        format!("[\"rule\",\"{:?}\",{},{target},{}]", rule.kind, JsonId(&rule.assessor_id), rule.weight)
    }));
    lines.sorted(input.affinities.iter().map(|affinity| {
        let (asset, assessor) = (JsonId(&affinity.asset_id), JsonId(&affinity.assessor_id));
        let limit = affinity.limit.map_or_else(|| String::from("null"), |limit| format!("{}", limit.0));
        format!("[\"affinity\",{asset},{assessor},{},{limit}]", affinity.score.0)
    }));
    lines.sorted(
        input
            .history
            .iter()
            .map(|past| format!("[\"history\",{},{}]", JsonId(&past.assessor_id), JsonId(&past.user_id))),
    );
    lines.finish()
}

/// Lines on their way into the hash.
struct Lines {
    hash: hmac_sha256::Hash,
    buffer: String,
}

impl Lines {
    fn put(&mut self, write: impl FnOnce(&mut String) -> core::fmt::Result) {
        // Writing into a `String` does not fail.
        let _ = write(&mut self.buffer);
        self.buffer.push('\n');
        if self.buffer.len() > 60_000 {
            self.hash.update(self.buffer.as_bytes());
            self.buffer.clear();
        }
    }

    fn sorted(&mut self, lines: impl Iterator<Item = String>) {
        let mut lines: Vec<String> = lines.collect();
        lines.sort_unstable();
        for text in lines {
            self.put(|line| line.write_str(&text));
        }
    }

    fn finish(mut self) -> String {
        self.hash.update(self.buffer.as_bytes());
        let mut text = String::with_capacity(64);
        for byte in self.hash.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

fn policy(line: &mut String, input: &Input) -> core::fmt::Result {
    let policy = &input.policy;
    write!(line, "[\"policy\",{},", Between(policy.reviews_per_student))?;
    match policy.reviews_per_submission {
        Demand::Balanced => line.write_str("\"balanced\"")?,
        Demand::Within(bound) => write!(line, "{}", Between(bound))?,
    }
    match policy.reviews_per_work {
        None => line.write_str(",null")?,
        Some(bound) => write!(line, ",{}", Between(bound))?,
    }
    write!(line, ",\"{:?}\",\"{:?}\",[", policy.section, policy.group)?;
    for (label, relation) in &policy.labels {
        write!(line, "[{},\"{relation:?}\"]", Text(Some(label)))?;
    }
    match policy.reciprocal {
        Reciprocal::ForbidCycles(length) => write!(line, "],{length},")?,
        other => write!(line, "],\"{other:?}\",")?,
    }
    let mut panels: Vec<String> = Vec::new();
    for panel in &policy.panel {
        let value = MaybeId(panel.value.as_ref());
        panels.push(format!("[{},{value},{:?},{:?}]", Text(Some(&panel.label)), panel.min, panel.max));
    }
    panels.sort_unstable();
    write!(line, "[{}],\"{:?}\",", panels.join(","), policy.same_work_once)?;
    write!(line, "\"{:?}\",\"{:?}\",", policy.unsubmitted_reviewers, policy.late)?;
    write!(line, "\"{:?}\",\"{:?}\",", policy.existing, policy.history)?;
    write!(line, "\"{:?}\",\"{:?}\"]", policy.shortfall, policy.unscored)
}

fn write_student(line: &mut String, student: &Student) -> core::fmt::Result {
    write!(line, "[\"student\",{},{},", JsonId(&student.id), Set(&student.sections))?;
    write!(line, "{},{},{},", Set(&student.groups), LabelSets(&student.labels), student.can_review)?;
    write!(line, "{}]", MaybeBetween(student.reviews))
}

fn write_submission(line: &mut String, submission: &Submission) -> core::fmt::Result {
    write!(line, "[\"submission\",{},{},", JsonId(&submission.id), MaybeId(submission.user_id.as_ref()))?;
    write!(line, "{},{},", Set(&submission.authors), MaybeId(submission.work_id.as_ref()))?;
    for set in [&submission.sections, &submission.groups] {
        match set {
            None => line.write_str("null,")?,
            Some(ids) => write!(line, "{},", Set(ids))?,
        }
    }
    write!(line, "{},{},{},", LabelSets(&submission.labels), submission.submitted, submission.late)?;
    write!(line, "{},{}]", Text(submission.submitted_at.as_deref()), MaybeBetween(submission.reviews))
}

/// An id as JSON.
struct JsonId<'a>(&'a Id);

impl core::fmt::Display for JsonId<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (self.0.is_number(), self.0.value()) {
            (true, Some(value)) => write!(f, "{value}"),
            (_, Some(value)) => write!(f, "\"{value}\""),
            (_, None) => write!(f, "{}", Text(Some(&format!("{}", self.0)))),
        }
    }
}

struct MaybeId<'a>(Option<&'a Id>);

impl core::fmt::Display for MaybeId<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            None => f.write_str("null"),
            Some(id) => JsonId(id).fmt(f),
        }
    }
}

/// A text as JSON: quotes, backslashes and control characters escaped, everything else as it is.
struct Text<'a>(Option<&'a str>);

impl core::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Some(text) = self.0 else { return f.write_str("null") };
        f.write_char('"')?;
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if (c as u32) < 0x20 => write!(f, "\\u{:04x}", c as u32)?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// Ids as a sorted JSON array, each once.
struct Set<'a>(&'a [Id]);

impl core::fmt::Display for Set<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let [id] = self.0 {
            return write!(f, "[{}]", JsonId(id));
        }
        let mut ids: Vec<&Id> = self.0.iter().collect();
        ids.sort_unstable();
        ids.dedup();
        f.write_char('[')?;
        for (position, id) in ids.into_iter().enumerate() {
            if position > 0 {
                f.write_char(',')?;
            }
            JsonId(id).fmt(f)?;
        }
        f.write_char(']')
    }
}

struct LabelSets<'a>(&'a Labels);

impl core::fmt::Display for LabelSets<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_char('{')?;
        for (position, (label, ids)) in self.0.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            write!(f, "{comma}{}:{}", Text(Some(label)), Set(ids))?;
        }
        f.write_char('}')
    }
}

/// A bound as `[min,max]`, `max` null where there is none.
struct Between(Bound);

impl core::fmt::Display for Between {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0.max {
            None => write!(f, "[{},null]", self.0.min),
            Some(max) => write!(f, "[{},{max}]", self.0.min),
        }
    }
}

struct MaybeBetween(Option<Bound>);

impl core::fmt::Display for MaybeBetween {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            None => f.write_str("null"),
            Some(bound) => Between(bound).fmt(f),
        }
    }
}
