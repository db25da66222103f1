//! Bounds: the least by which one, or all of a side, must move.

use alloc::format;
use alloc::vec::Vec;

use super::super::bottleneck::count;
use super::super::supply::{Delta, Room, Side, Unmet};
use super::edit::{Edit, Setting};
use super::{Candidate, Finder, OFFERED};
use crate::input::{Bound, Demand};

/// Whose bound moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Student,
    Submission,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The maximum goes up.
    Up,
    /// The minimum goes down.
    Down,
}

/// The four ways, each with the side whose minima it helps to meet.
const WAYS: [(Whose, Way, Side); 4] = [
    (Whose::Student, Way::Up, Side::Submissions),
    (Whose::Submission, Way::Down, Side::Submissions),
    (Whose::Student, Way::Down, Side::Students),
    (Whose::Submission, Way::Up, Side::Students),
];

impl Finder<'_> {
    /// Bounds of single students and submissions.
    pub(super) fn bounds_of_one(&mut self) {
        for (whose, way, side) in WAYS {
            if !self.exact || self.scope().cuts(side.other()).deficit == 0 {
                self.bounds_one_by_one(whose, way, side);
            }
        }
    }

    fn bounds_one_by_one(&mut self, whose: Whose, way: Way, side: Side) {
        let deficit = self.scope().cuts(side).deficit;
        if self.exact && deficit == 0 {
            return;
        }
        let mut members: Vec<(u64, usize)> = match whose {
            Whose::Student => (0..self.problem.students()).map(|who| (self.beyond(whose, way, who), who)).collect(),
            Whose::Submission => {
                (0..self.problem.submissions()).map(|who| (self.beyond(whose, way, who), who)).collect()
            }
        };
        members.retain(|&(_, who)| self.is_bound(whose, way, who) && self.in_every_cut(whose, side, who));
        let pairs = |who| match whose {
            Whose::Student => self.scope().supply.pairs_of_student(who),
            Whose::Submission => self.scope().supply.pairs_of_submission(who),
        };
        // No more can pass than there are pairs.
        members.retain(|&(_, who)| way == Way::Down || pairs(who) >= deficit);
        members.sort_unstable();
        // Nothing more than this can be given or received beyond what there is.
        let limit = (self.problem.students() + self.problem.submissions()) as u64;
        let mut hopeless = alloc::vec![false; self.problem.students().max(self.problem.submissions())];
        let (mut offered, mut compiled) = (0, 0);
        for (beyond, who) in members {
            if offered == OFFERED || compiled >= self.compiled {
                return;
            }
            // With flows alone, what does not help by the deficit does not help by any amount.
            let most = if self.exact { deficit } else { limit };
            for amount in deficit.max(1)..=most {
                if hopeless[who] {
                    break;
                }
                let Some(room) = moved(self.room(whose, who), way, amount) else { break };
                match self.flows(&delta(whose, who, room)) {
                    Ok(()) => {}
                    Err(unmet) => {
                        hopeless_too(&mut hopeless, whose, side, &unmet);
                        break;
                    }
                }
                let candidate = self.of_one(whose, way, who, beyond + amount);
                if !self.exact {
                    compiled += 1;
                    if !self.decided(&candidate.edit) {
                        if compiled >= self.compiled {
                            break;
                        }
                        continue;
                    }
                }
                offered += 1;
                self.offer(candidate);
                break;
            }
        }
    }

    /// How far the reviews that stay are beyond the maximum already, which comes first.
    fn beyond(&self, whose: Whose, way: Way, who: usize) -> u64 {
        let max = self.bound(whose, who).max.filter(|_| way == Way::Up);
        max.map_or(0, |max| self.fixed(whose, who).saturating_sub(max))
    }

    fn bound(&self, whose: Whose, who: usize) -> Bound {
        match whose {
            Whose::Student => self.problem.student_bound(who),
            Whose::Submission => self.problem.submission_bound(who),
        }
    }

    fn fixed(&self, whose: Whose, who: usize) -> u64 {
        u64::from(match whose {
            Whose::Student => self.problem.settled.given[who],
            Whose::Submission => self.problem.settled.received[who],
        })
    }

    fn room(&self, whose: Whose, who: usize) -> Room {
        match whose {
            Whose::Student => self.scope().supply.student(who),
            Whose::Submission => self.scope().supply.submission(who),
        }
    }

    /// Whether there is a bound to move, of somebody who takes part.
    fn is_bound(&self, whose: Whose, way: Way, who: usize) -> bool {
        let takes_part = match whose {
            Whose::Student => self.problem.may_review(who),
            Whose::Submission => self.problem.is_handed_in(who),
        };
        takes_part
            && match way {
                Way::Up => self.bound(whose, who).max.is_some(),
                Way::Down => self.room(whose, who).min > 0,
            }
    }

    /// Whether what is missing could pass here, as far as the outermost minimum cuts tell.
    fn in_every_cut(&self, whose: Whose, side: Side, who: usize) -> bool {
        let cuts = self.scope().cuts(side);
        let outermost = if side == Side::Submissions { &cuts.demand } else { &cuts.reach };
        cuts.deficit == 0
            || match whose {
                Whose::Student => outermost.students[who],
                Whose::Submission => outermost.submissions[who],
            }
    }

    fn of_one(&self, whose: Whose, way: Way, who: usize, amount: u64) -> Candidate {
        let bound = self.bound(whose, who);
        let reviews = match way {
            Way::Up => Bound { max: bound.max.map(|max| max.saturating_add(amount)), ..bound },
            Way::Down => Bound { min: bound.min - amount, ..bound },
        };
        let most = || count(reviews.max.unwrap_or(0), "review");
        let (words, edit) = match whose {
            Whose::Student => {
                let student = self.problem.student_id(who).clone();
                let words = match way {
                    Way::Up => format!("let student {student} give up to {}", most()),
                    Way::Down => format!("ask student {student} for {}", count(reviews.min, "review")),
                };
                (words, Edit::StudentReviews { student, reviews })
            }
            Whose::Submission => {
                let submission = self.problem.submission_id(who).clone();
                let words = match way {
                    Way::Up => format!("let submission {submission} receive up to {}", most()),
                    Way::Down => format!("ask for {} of submission {submission}", count(reviews.min, "review")),
                };
                (words, Edit::SubmissionReviews { submission, reviews })
            }
        };
        Candidate { size: amount, words, edit }
    }

    /// Bounds of the policy, as far as they are not those of single ones.
    pub(super) fn bounds_of_all(&mut self) {
        for (whose, way, side) in WAYS {
            if let Some(scope) = self.scope.as_ref().filter(|_| self.exact)
                && (scope.cuts(side).deficit == 0 || scope.cuts(side.other()).deficit > 0)
            {
                continue;
            }
            if let Some(candidate) = self.least_for_all(whose, way) {
                self.offer(candidate);
            }
        }
        self.bounds_of_works();
    }

    /// The least amount by which the bound for all must move.
    fn least_for_all(&mut self, whose: Whose, way: Way) -> Option<Candidate> {
        let general = self.general(whose)?;
        let members: Vec<usize> = match whose {
            Whose::Student => {
                let own = |who: usize| self.problem.people.student(self.input, who).reviews.is_some();
                (0..self.problem.students()).filter(|&who| self.problem.may_review(who) && !own(who)).collect()
            }
            Whose::Submission => {
                let own = |who: usize| self.problem.people.submission(self.input, who).reviews.is_some();
                (0..self.problem.submissions()).filter(|&who| self.problem.is_handed_in(who) && !own(who)).collect()
            }
        };
        let most = match way {
            Way::Down => general.min,
            Way::Up => {
                let fixed = members.iter().map(|&who| self.fixed(whose, who)).max()?;
                let all = (self.problem.students() + self.problem.submissions()) as u64;
                fixed.saturating_sub(general.max?) + all
            }
        };
        if members.is_empty() || most == 0 || !self.all_by(whose, way, general, &members, most) {
            return None;
        }
        // More helps where less does.
        let (mut too_little, mut enough) = (0, most);
        while too_little + 1 < enough {
            let middle = too_little + (enough - too_little) / 2;
            if self.all_by(whose, way, general, &members, middle) {
                enough = middle;
            } else {
                too_little = middle;
            }
        }
        let bound = for_all(general, way, enough);
        let size = enough.saturating_mul(members.len() as u64);
        let (max, min) = (count(bound.max.unwrap_or(0), "review"), count(bound.min, "review"));
        let words = match (whose, way) {
            (Whose::Student, Way::Up) => format!("let every student give up to {max}"),
            (Whose::Student, Way::Down) => format!("ask every student for {min} at least"),
            (Whose::Submission, Way::Up) => format!("let every submission receive up to {max}"),
            (Whose::Submission, Way::Down) => format!("ask for {min} of every submission"),
        };
        Some(Candidate { size, words, edit: setting(whose, bound) })
    }

    fn general(&self, whose: Whose) -> Option<Bound> {
        match (whose, self.problem.policy().reviews_per_submission) {
            (Whose::Student, _) => Some(self.problem.policy().reviews_per_student),
            (Whose::Submission, Demand::Within(bound)) => Some(bound),
            (Whose::Submission, Demand::Balanced) => None,
        }
    }

    /// Whether it helps to move the bound for all by so much.
    fn all_by(&mut self, whose: Whose, way: Way, general: Bound, members: &[usize], amount: u64) -> bool {
        let bound = for_all(general, way, amount);
        if self.scope.is_some() {
            let rooms = members.iter().map(|&who| {
                let fixed = self.fixed(whose, who);
                let max = bound.max.map_or(u64::MAX, |max| max.saturating_sub(fixed));
                (who, Room { min: bound.min.saturating_sub(fixed), max })
            });
            let rooms: Vec<(usize, Room)> = rooms.collect();
            let delta = match whose {
                Whose::Student => Delta { students: rooms, ..Delta::default() },
                Whose::Submission => Delta { submissions: rooms, ..Delta::default() },
            };
            let met = self.flows(&delta).is_ok();
            if self.exact || !met {
                return met;
            }
        }
        self.decided(&setting(whose, bound))
    }

    /// The bound on all copies of a work, of which flows know nothing.
    fn bounds_of_works(&mut self) {
        let Some(bound) = self.problem.policy().reviews_per_work else { return };
        let count_of_works = self.problem.people.copies.len() as u64;
        let limit = (self.problem.students() + self.problem.submissions()) as u64;
        for (way, most) in [(Way::Down, bound.min.min(limit)), (Way::Up, bound.max.map_or(0, |_| limit))] {
            let edit = |amount| Edit::Policy(Setting::ReviewsPerWork(for_all(bound, way, amount)));
            if most == 0 || !self.decided(&edit(most)) {
                continue;
            }
            let (mut too_little, mut enough) = (0, most);
            while too_little + 1 < enough {
                let middle = too_little + (enough - too_little) / 2;
                if self.decided(&edit(middle)) { enough = middle } else { too_little = middle }
            }
            let new = for_all(bound, way, enough);
            let words = match way {
                Way::Down => format!("ask for {} of every work", count(new.min, "review")),
                Way::Up => format!("let every work receive up to {}", count(new.max.unwrap_or(0), "review")),
            };
            self.offer(Candidate { size: enough.saturating_mul(count_of_works), words, edit: edit(enough) });
        }
    }
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Submissions => Self::Students,
            Self::Students => Self::Submissions,
        }
    }
}

const fn for_all(general: Bound, way: Way, amount: u64) -> Bound {
    match (way, general.max) {
        (Way::Up, Some(max)) => Bound { max: Some(max.saturating_add(amount)), ..general },
        (Way::Up, None) => general,
        (Way::Down, _) => Bound { min: general.min - amount, ..general },
    }
}

const fn setting(whose: Whose, bound: Bound) -> Edit {
    Edit::Policy(match whose {
        Whose::Student => Setting::ReviewsPerStudent(bound),
        Whose::Submission => Setting::ReviewsPerSubmission(bound),
    })
}

/// A room once its bound has moved; none where the minimum is not so large.
fn moved(room: Room, way: Way, amount: u64) -> Option<Room> {
    Some(match way {
        Way::Up => Room { max: room.max.saturating_add(amount), ..room },
        Way::Down => Room { min: room.min.checked_sub(amount)?, ..room },
    })
}

fn delta(whose: Whose, who: usize, room: Room) -> Delta {
    let rooms = alloc::vec![(who, room)];
    match whose {
        Whose::Student => Delta { students: rooms, ..Delta::default() },
        Whose::Submission => Delta { submissions: rooms, ..Delta::default() },
    }
}

/// The cut that is left when one does not help is left by others too: those on the same side of it.
fn hopeless_too(hopeless: &mut [bool], whose: Whose, side: Side, unmet: &Unmet) {
    if unmet.side != side {
        return;
    }
    let reach = match whose {
        Whose::Student => &unmet.reach.students,
        Whose::Submission => &unmet.reach.submissions,
    };
    let lost = side == Side::Submissions;
    for (hopeless, &reached) in hopeless.iter_mut().zip(reach) {
        *hopeless |= reached == lost;
    }
}
