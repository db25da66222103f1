//! Rules on panels whose classes cross, by exchanges: of two reviews at a time, one of them of a submission whose reviewers
//! break a rule (min-conflicts; S. Minton, M. Johnston, A. Philips and P. Laird, "Minimizing conflicts", Artificial
//! Intelligence, 1992).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::rule::Rule;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::Random;
use crate::strategy::optimum::{OptimalFace, Optimum, used_edges};
use crate::strategy::{AssignError, Run};

/// How many reviewers of each loose class the submissions have, and how far that is from what rules ask.
pub(super) struct Seats<'p> {
    problem: &'p Problem,
    loose: Vec<u32>,
    /// Submission and place of the class -> fewest and most that may be chosen, and how many are.
    places: Vec<(u32, u32, u32)>,
}

impl<'p> Seats<'p> {
    pub(super) fn new(problem: &'p Problem) -> Self {
        let loose: Vec<u32> = problem.panels.loose().collect();
        let fixed: BTreeMap<(u32, u32), u32> = problem.fixed_of_classes();
        let mut places = Vec::with_capacity(problem.submissions() * loose.len());
        for submission in 0..index(problem.submissions()) {
            for &class in &loose {
                let rule = &problem.panels.classes[class as usize];
                let before = fixed.get(&(submission, class)).copied().unwrap_or(0);
                let asked = problem.is_handed_in(submission as usize);
                let least = if asked { rule.min.saturating_sub(before) } else { 0 };
                places.push((least, rule.max.map_or(u32::MAX, |max| max.saturating_sub(before)), 0));
            }
        }
        Self { problem, loose, places }
    }

    /// One reviewer more, or less.
    pub(super) fn count(&mut self, (student, submission): (u32, u32), more: bool) {
        let classes = self.problem.panels.of_student.row(student as usize);
        for (place, class) in self.loose.iter().enumerate() {
            if classes.binary_search(class).is_ok() {
                let (.., count) = &mut self.places[submission as usize * self.loose.len() + place];
                *count = if more { *count + 1 } else { *count - 1 };
            }
        }
    }

    /// How many reviewers a submission has too many or too few.
    pub(super) fn wrong(&self, submission: u32) -> u64 {
        let start = submission as usize * self.loose.len();
        let of = |&(least, most, count): &(u32, u32, u32)| {
            u64::from(count.saturating_sub(most)) + u64::from(least.saturating_sub(count))
        };
        self.places[start..start + self.loose.len()].iter().map(of).sum()
    }
}

/// Walks over the optimal assignments to one in which loose classes of panels and forbidden cycles are in order; false
/// where it meets none. `rule` has the reviews that are in every result.
pub(super) fn seat(
    Optimum { model, face, .. }: &mut Optimum<'_>,
    rule: &Rule<'_>,
    steps: usize,
    random: &mut Random,
    run: &mut Run<'_>,
) -> Result<bool, AssignError> {
    let problem = model.problem;
    let (mut seats, mut rule) = (Seats::new(problem), rule.clone());
    if seats.loose.is_empty() {
        return Ok(true);
    }
    let pair = |face: &dyn OptimalFace, edge: u32| model.members(face.ends(edge));
    let mut used = used_edges(face.as_ref());
    for &edge in &used {
        let (student, submission) = pair(face.as_ref(), edge);
        seats.count((student, submission), true);
        rule.put(student, submission);
    }
    let mut wrong: Vec<u32> = (0..index(problem.submissions())).filter(|&j| seats.wrong(j) > 0).collect();
    for step in 0..steps {
        if step % 1024 == 0 {
            run.report("panels", step as u64, steps as u64)?;
        }
        if wrong.is_empty() {
            break;
        }
        let place = random.index(wrong.len());
        let submission = wrong[place];
        if seats.wrong(submission) == 0 {
            wrong.swap_remove(place);
            continue;
        }
        let of = (0..used.len()).filter(|&at| pair(face.as_ref(), used[at]).1 == submission).collect::<Vec<_>>();
        if of.is_empty() || used.len() < 2 {
            return Ok(false);
        }
        let (first, second) = (of[random.index(of.len())], random.index(used.len()));
        let Some(changed) = face.exchange(used[first], used[second]) else { continue };
        let [old, other, new, back] = changed.map(|edge| pair(face.as_ref(), edge));
        let touched = [old.1, other.1];
        let before: u64 = touched.iter().map(|&j| seats.wrong(j)).sum();
        for gone in [old, other] {
            seats.count(gone, false);
            rule.take(gone.0, gone.1);
        }
        for come in [new, back] {
            seats.count(come, true);
            rule.put(come.0, come.1);
        }
        let after: u64 = touched.iter().map(|&j| seats.wrong(j)).sum();
        if after > before || [new, back].iter().any(|come| rule.closes(come.0, come.1)) {
            for come in [new, back] {
                seats.count(come, false);
                rule.take(come.0, come.1);
            }
            for gone in [old, other] {
                seats.count(gone, true);
                rule.put(gone.0, gone.1);
            }
            face.undo(&changed);
            continue;
        }
        (used[first], used[second]) = (changed[2], changed[3]);
        wrong.extend(touched.into_iter().filter(|&j| seats.wrong(j) > 0));
    }
    Ok((0..index(problem.submissions())).all(|j| seats.wrong(j) == 0))
}
