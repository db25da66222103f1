//! From a cut of the network to a certificate in terms of the problem.

use alloc::vec::Vec;

use super::goals::Goals;
use super::ground::Ground;
use super::limits::Limits;
use super::network::Model;
use super::panel_seats::Seats;
use super::stages::ClassNode;
use crate::certificate::{CutSide, Infeasible, PanelClass};
use crate::flow::{self, ColumnNode, GroupCut, Obstacle};
use crate::input::CopyRule;
use crate::problem::panels::{Class, Place};
use crate::problem::rows::index;
use crate::problem::{Problem, WorkMust};

/// A pair that may be certain, in millionths.
const CERTAIN: u64 = 1_000_000;

/// What a certificate names.
struct Members {
    side: CutSide,
    students: Vec<bool>,
    submissions: Vec<bool>,
    /// Works, in the order of the problem.
    works: Vec<u32>,
    /// Submissions and classes that are asked for themselves, sorted.
    classes: Vec<(u32, u32)>,
}

/// The certificate of a model whose minima cannot all be met.
///
/// A cut of the listed pairs need not be one of all pairs: pairs that cross it are added until it holds.
pub(super) fn certificate(model: &mut Model<'_>) -> Infeasible {
    if let Some(certificate) = contradiction(model.problem) {
        return certificate;
    }
    loop {
        let goals = Goals::compose(&[], &model.sizes());
        let cut = model.network::<i64>(&goals).cut().expect("minima that cannot be met have a cut");
        let members = members(model, &cut);
        let certificate = weigh(model.problem, &members, None);
        if certificate.required > certificate.available {
            return certificate;
        }
        model.add_crossing(&members.students, &members.submissions);
    }
}

/// The certificate that a cut among the nodes of a model comes to, if it holds for all pairs of the problem.
pub(super) fn certified(nodes: &Model<'_>, cut: &flow::Cut) -> Option<Infeasible> {
    certified_under(nodes, &GroupCut { cut: cut.clone(), groups: Vec::new() }, None)
}

/// The same where each free pair counts no more than its limit.
pub(super) fn certified_under(nodes: &Model<'_>, cut: &GroupCut, limits: Option<Limits>) -> Option<Infeasible> {
    let certificate = weigh(nodes.problem, &members(nodes, cut), limits);
    (certificate.required > certificate.available).then_some(certificate)
}

/// A submission that is its whole work, and of which the one bound asks for more than the other allows for.
fn contradiction(problem: &Problem) -> Option<Infeasible> {
    let submission = (0..problem.submissions()).find(|&submission| {
        let (min, max) = (submission_min(problem, submission), submission_max(problem, submission));
        problem.submission_bound(submission).max.is_some_and(|bound| bound < problem.submission_bound(submission).min)
            && min > max
    })?;
    let works = alloc::vec![problem.people.work_of[submission]];
    // Either the work asks for more than its copy may receive, or the copy for more than the work may.
    [CutSide::Submissions, CutSide::Students].into_iter().find_map(|side| {
        let all = side == CutSide::Students;
        let (students, submissions) = (alloc::vec![all; problem.students()], alloc::vec![all; problem.submissions()]);
        let certificate =
            weigh(problem, &Members { side, students, submissions, works: works.clone(), classes: Vec::new() }, None);
        (certificate.required > certificate.available).then_some(certificate)
    })
}

/// Whom and what a certificate names for a cut.
fn members(model: &Model<'_>, GroupCut { cut, groups }: &GroupCut) -> Members {
    let problem = model.problem;
    let (side, named) = match cut.side {
        flow::CutSide::Right => (CutSide::Submissions, true),
        // A certificate names the students and submissions on the other side of this cut.
        flow::CutSide::Left => (CutSide::Students, false),
    };
    // Submissions that can receive nothing more bound the cut outside it, and students who can give nothing more
    // inside it; they are named only where they have a free pair that would count otherwise.
    let mut submissions = alloc::vec![false; problem.submissions()];
    for &submission in &model.submissions {
        submissions[submission as usize] = !named;
    }
    for &right in &cut.right {
        submissions[model.submissions[right as usize] as usize] = named;
    }
    let mut students = alloc::vec![false; problem.students()];
    let members: Vec<usize> = (0..problem.submissions()).filter(|&submission| submissions[submission]).collect();
    let mut open = alloc::vec![false; problem.students()];
    for &student in &model.students {
        open[student as usize] = true;
        students[student as usize] = !named;
    }
    for student in (0..problem.students()).filter(|&student| !open[student]) {
        students[student] = members.iter().any(|&submission| problem.is_free(student, submission));
    }
    for &left in &cut.left {
        students[model.students[left as usize] as usize] = named;
    }
    let works = groups.iter().map(|&group| problem.shared_works[group as usize]).collect();
    Members { side, students, submissions, works, classes: Vec::new() }
}

/// Counts what a cut asks for and what there is, over all pairs of the problem.
fn weigh(problem: &Problem, members: &Members, limits: Option<Limits>) -> Infeasible {
    let Members { side, students: in_students, submissions: in_submissions, works, classes } = members;
    let is_listed = |submission: &usize| works.binary_search(&problem.people.work_of[*submission]).is_ok();
    let students = |inside: bool| (0..problem.students()).filter(move |&student| in_students[student] == inside);
    let submissions =
        |inside: bool| (0..problem.submissions()).filter(move |&submission| in_submissions[submission] == inside);
    // Of the works listed, the bounds of the work count in place of those of its copies.
    let of_works = |of: &dyn Fn(&Problem, u32) -> u64| sum(works.iter().map(|&work| of(problem, work)));
    let of_copies = |inside: bool, listed: bool, of: &dyn Fn(&Problem, usize) -> u64| {
        let copies = submissions(inside).filter(|submission| is_listed(submission) == listed);
        sum(copies.map(|submission| of(problem, submission)))
    };
    let (required, available) = match side {
        CutSide::Submissions => {
            let required = of_copies(true, false, &submission_min).saturating_add(of_works(&work_min));
            let from_students = sum(students(true).map(|student| student_max(problem, student)));
            let available = from_students.saturating_add(of_copies(false, true, &submission_max));
            (required.saturating_sub(musts_into(problem, in_submissions)), available)
        }
        CutSide::Students => {
            let from_students = sum(students(false).map(|student| student_min(problem, student)));
            let required = from_students.saturating_add(of_copies(true, true, &submission_min));
            let available = of_copies(false, false, &submission_max).saturating_add(of_works(&work_max));
            (required, available.saturating_sub(musts_beside(problem, in_submissions)))
        }
    };
    let all = sum(students(false).map(|student| match limits {
        None => CERTAIN * crossing(problem, student, submissions(true)),
        Some(limits) => crossing_under(problem, limits, student, submissions(true)),
    }));
    let (mut required, mut crossing, mut panel) = (required, all, None);
    if !problem.panels.is_empty() {
        let seats = Seats::new(problem, in_students);
        let wanted = classes.iter().map(|&(submission, class)| seats.of_class(submission as usize, class));
        let (wanted, taken): (Vec<u64>, Vec<u64>) = wanted.unzip();
        required = required.saturating_add(sum(wanted.into_iter()));
        let seated = CERTAIN.saturating_mul(sum(submissions(true).map(|submission| seats.of(submission))));
        crossing = all.min(seated).saturating_add(CERTAIN.saturating_mul(sum(taken.into_iter())));
        if seated < all || !classes.is_empty() {
            let named = classes.iter().map(|&(submission, class)| {
                let Class { label, value, .. } = &problem.panels.classes[class as usize];
                let asset_id = problem.submission_id(submission as usize).clone();
                PanelClass { asset_id, label: label.clone(), value: value.clone() }
            });
            panel = Some(named.collect());
        }
    }
    Infeasible {
        side: *side,
        panel,
        students: students(true).map(|student| problem.student_id(student).clone()).collect(),
        submissions: submissions(true).map(|submission| problem.submission_id(submission).clone()).collect(),
        works: works.iter().map(|&work| problem.work_name(work).clone()).collect(),
        required,
        available: available.saturating_add(crossing / CERTAIN),
        available_millionths: u32::try_from(crossing % CERTAIN).expect("below a million"),
        within_limits: limits.is_some(),
    }
}

/// The certificate that an obstacle of a ground comes to, if it can be told as a cut; `classes` are those of its columns.
pub(super) fn blocked(
    ground: &Ground<'_>,
    classes: &[ClassNode],
    limits: Option<Limits>,
    obstacle: &Obstacle,
) -> Option<Infeasible> {
    let nodes = &ground.nodes;
    let problem = nodes.problem;
    if let Some(certificate) = contradiction(problem) {
        return Some(certificate);
    }
    let cut = ground.cut(obstacle)?;
    let has = |node: ColumnNode| match obstacle {
        Obstacle::Column(column) => *column == node,
        Obstacle::Cut(blockade) => blockade.columns.binary_search(&node).is_ok(),
        _ => false,
    };
    let mut alone: Vec<(u32, u32)> = Vec::new();
    if cut.cut.side == flow::CutSide::Right {
        let classes =
            classes.iter().filter(|class| has(class.node) && cut.cut.right.binary_search(&class.right).is_err());
        alone = classes.map(|class| (nodes.submissions[class.right as usize], class.class)).collect();
    }
    // Of nested classes the outermost one asks for all that is asked of those within.
    let around = |&(submission, class): &(u32, u32)| match problem.panels.classes[class as usize].place {
        Place::Nested(Some(around)) => alone.contains(&(submission, around)),
        _ => false,
    };
    let mut classes: Vec<(u32, u32)> = alone.iter().copied().filter(|class| !around(class)).collect();
    classes.sort_unstable();
    let certificate = weigh(problem, &Members { classes, ..members(nodes, &cut) }, limits);
    (certificate.required > certificate.available).then_some(certificate)
}

/// A sum that stays at 2^64 − 1, which stands for no bound.
fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}

/// The free pairs of a student with some submissions; copies of one work count once where they do.
fn crossing(problem: &Problem, student: usize, submissions: impl Iterator<Item = usize>) -> u64 {
    let once = problem.policy.same_work_once == CopyRule::Once;
    let mut works: Vec<u32> = Vec::new();
    for submission in submissions {
        let work = problem.people.work_of[submission];
        if problem.is_free(student, submission) && !(once && has_must(problem, student, work)) {
            works.push(work);
        }
    }
    if once {
        works.sort_unstable();
        works.dedup();
        return works.len() as u64;
    }
    // A must on one of several copies takes one of the student's pairs with the work.
    let taken = problem.settled.work_musts.iter().filter(|must| must.student as usize == student);
    let taken = taken.filter(|must| works.contains(&must.work)).count();
    (works.len() - taken) as u64
}

/// The same in millionths, where each pair counts its limit; a pair of a must with several copies counts in full.
fn crossing_under(problem: &Problem, limits: Limits, student: usize, submissions: impl Iterator<Item = usize>) -> u64 {
    let once = problem.policy.same_work_once == CopyRule::Once;
    let mut works: Vec<(u32, u64)> = Vec::new();
    let mut taken: Vec<u32> = Vec::new();
    for submission in submissions.filter(|&submission| problem.is_free(student, submission)) {
        let work = problem.people.work_of[submission];
        match has_must(problem, student, work) {
            false => works.push((work, limits.of(problem, student, submission).into())),
            true if once => {}
            true => {
                works.push((work, CERTAIN));
                taken.push(work);
            }
        }
    }
    taken.sort_unstable();
    taken.dedup();
    works.sort_unstable();
    let of_works = works.chunk_by(|one, next| one.0 == next.0).map(|copies| {
        let all = copies.iter().map(|(_, limit)| limit).sum::<u64>();
        if once { all.min(CERTAIN) } else { all }
    });
    of_works.sum::<u64>() - CERTAIN * taken.len() as u64
}

fn has_must(problem: &Problem, student: usize, work: u32) -> bool {
    let must = WorkMust { student: index(student), work };
    problem.settled.work_musts.binary_search(&must).is_ok()
}

/// Musts for which several copies would do, with a copy among the given submissions.
fn musts_into(problem: &Problem, submissions: &[bool]) -> u64 {
    let meets = |must: &&WorkMust| {
        let copies = problem.people.copies.row(must.work as usize).iter();
        copies.copied().any(|copy| submissions[copy as usize] && problem.eligible(must.student as usize, copy as usize))
    };
    problem.settled.work_musts.iter().filter(meets).count() as u64
}

/// Musts for which several copies would do, none of them among the given submissions.
fn musts_beside(problem: &Problem, submissions: &[bool]) -> u64 {
    problem.settled.work_musts.len() as u64 - musts_into(problem, submissions)
}

fn fixed_given(problem: &Problem, student: usize) -> u64 {
    let open = problem.settled.work_musts.iter().filter(|must| must.student as usize == student).count();
    u64::from(problem.settled.given[student]) + open as u64
}

fn student_min(problem: &Problem, student: usize) -> u64 {
    problem.student_bound(student).min.saturating_sub(fixed_given(problem, student))
}

/// What a student may still give: the remaining maximum, or all there is without one.
fn student_max(problem: &Problem, student: usize) -> u64 {
    match problem.student_bound(student).max {
        Some(max) => max.saturating_sub(fixed_given(problem, student)),
        None => u64::MAX,
    }
}

fn submission_min(problem: &Problem, submission: usize) -> u64 {
    problem.submission_bound(submission).min.saturating_sub(u64::from(problem.settled.received[submission]))
}

fn submission_max(problem: &Problem, submission: usize) -> u64 {
    match problem.submission_bound(submission).max {
        Some(max) => max.saturating_sub(u64::from(problem.settled.received[submission])),
        None => u64::MAX,
    }
}

fn work_min(problem: &Problem, work: u32) -> u64 {
    problem.work_bound().min.saturating_sub(u64::from(problem.fixed_of_work(work)))
}

fn work_max(problem: &Problem, work: u32) -> u64 {
    match problem.work_bound().max {
        Some(max) => max.saturating_sub(u64::from(problem.fixed_of_work(work))),
        None => u64::MAX,
    }
}
