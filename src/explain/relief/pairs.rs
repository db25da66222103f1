//! Rules, rows of the history and scores: what single entries of the input shut out.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use super::super::supply::{Delta, Side};
use super::edit::Edit;
use super::{Candidate, Finder, OFFERED};
use crate::id::Id;
use crate::input::{RuleKind, RuleTarget, Stance, Unscored};
use crate::problem::rows::index;
use crate::problem::{Hindrance, Problem};

/// The submissions that a rule or a row of the history speaks of, ascending.
pub(in crate::explain) fn targets(problem: &Problem, target: &RuleTarget) -> Vec<u32> {
    match target {
        RuleTarget::Asset(id) => problem.people.submissions.find(id).into_iter().collect(),
        RuleTarget::User(id) => {
            let person = problem.people.students.find(id).or_else(|| problem.people.other(id));
            let works = person.map_or(&[][..], |person| problem.people.works_by.row(person as usize));
            let mut copies: Vec<u32> =
                works.iter().flat_map(|&work| problem.people.copies.row(work as usize)).copied().collect();
            copies.sort_unstable();
            copies
        }
    }
}

/// An entry that shuts pairs out: its place, the student, the submissions.
struct Entry {
    place: usize,
    student: u32,
    submissions: Vec<u32>,
}

impl Finder<'_> {
    /// Single `must_not_review` rules, single rows of the history, single pairs without a score.
    pub(super) fn rules_and_scores(&mut self) {
        let problem = self.problem;
        let entry = |(place, student, submissions): (usize, &Id, Vec<u32>)| {
            Some(Entry { place, student: problem.people.students.find(student)?, submissions })
        };
        let input = self.input;
        let rules = input.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::MustNotReview);
        let rules = rules.map(|(place, rule)| (place, &rule.assessor_id, targets(problem, &rule.target)));
        let rules: Vec<Entry> = rules.filter_map(entry).collect();
        self.entries(&rules, Hindrance::MustNot, |finder, place| {
            let rule = &finder.input.rules[place];
            let target = match &rule.target {
                RuleTarget::Asset(id) => format!("submission {id}"),
                RuleTarget::User(id) => format!("the work of {id}"),
            };
            let assessor = &rule.assessor_id;
            let words = format!("drop the must_not_review rule at /rules/{place}: student {assessor}, {target}");
            (words, Edit::DropRule { rule: place })
        });
        if problem.policy().history == Stance::Forbid {
            let rows = input.history.iter().enumerate().map(|(place, row)| {
                (place, &row.assessor_id, targets(problem, &RuleTarget::User(row.user_id.clone())))
            });
            let rows: Vec<Entry> = rows.filter_map(entry).collect();
            self.entries(&rows, Hindrance::History, |finder, place| {
                let row = &finder.input.history[place];
                let words = format!(
                    "drop the row of the history at /history/{place}: student {}, the work of {}",
                    row.assessor_id, row.user_id
                );
                (words, Edit::DropHistory { history: place })
            });
        }
        if problem.policy().unscored == Unscored::Forbid {
            self.scores();
        }
    }

    fn entries(
        &mut self,
        entries: &[Entry],
        hindrance: Hindrance,
        describe: impl Fn(&Self, usize) -> (alloc::string::String, Edit),
    ) {
        let problem = self.problem;
        // How many entries shut a pair out: one of several changes nothing by going.
        let mut covered: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for entry in entries {
            for &submission in &entry.submissions {
                *covered.entry((entry.student, submission)).or_insert(0) += 1;
            }
        }
        let freed = |entry: &Entry| -> Vec<(u32, u32)> {
            let pairs = entry.submissions.iter().map(|&submission| (entry.student, submission));
            let only = |&(student, submission): &(u32, u32)| {
                covered[&(student, submission)] == 1
                    && problem.only_hindrance(student as usize, submission as usize) == Some(hindrance)
            };
            pairs.filter(only).collect()
        };
        let mut candidates = Vec::new();
        let mut deltas: BTreeMap<usize, Delta> = BTreeMap::new();
        for entry in entries {
            let eligible = freed(entry);
            let free = self.free(&eligible);
            if !eligible.is_empty() && self.scope().crossed_by(&free) {
                let (words, edit) = describe(self, entry.place);
                candidates.push(Candidate { size: eligible.len() as u64, words, edit });
                deltas.insert(entry.place, Delta { pairs: free, ..Delta::default() });
            }
        }
        self.offer_smallest(candidates, |_, edit| match edit {
            Edit::DropRule { rule: place } | Edit::DropHistory { history: place } => deltas.get(place).cloned(),
            _ => None,
        });
    }

    /// Those of some pairs that could be chosen once they are eligible.
    pub(super) fn free(&self, pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let problem = self.problem;
        let open = |&&(student, submission): &&(u32, u32)| {
            !problem.blocked_by_fixed(student as usize, submission as usize)
                && !self.scope().supply.is_free(student as usize, submission as usize)
        };
        pairs.iter().filter(open).copied().collect()
    }

    /// Pairs that lack a score and nothing else. One pair repairs one unit of each side at most.
    fn scores(&mut self) {
        let scope = self.scope();
        if [Side::Submissions, Side::Students].into_iter().any(|side| scope.cuts(side).deficit > 1) {
            return;
        }
        let problem = self.problem;
        let (mut offered, mut compiled) = (0, 0);
        for student in 0..problem.students() {
            if !self.scope().may_help_student(student) {
                continue;
            }
            for submission in 0..problem.submissions() {
                if offered == OFFERED || compiled == self.compiled {
                    return;
                }
                if !self.scope().may_help_submission(submission)
                    || problem.only_hindrance(student, submission) != Some(Hindrance::Unscored)
                {
                    continue;
                }
                let pairs = self.free(&[(index(student), index(submission))]);
                if pairs.is_empty() || self.flows(&Delta { pairs, ..Delta::default() }).is_err() {
                    continue;
                }
                let assessor_id = problem.student_id(student).clone();
                let asset_id = problem.submission_id(submission).clone();
                let words = format!("give student {assessor_id} a score for submission {asset_id}");
                let edit = Edit::Score { assessor_id, asset_id };
                if !self.exact {
                    compiled += 1;
                    if !self.decided(&edit) {
                        continue;
                    }
                }
                offered += 1;
                self.offer(Candidate { size: 1, words, edit });
            }
        }
    }
}
