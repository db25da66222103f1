//! The bound on all copies of a work together.
//!
//! A work of one copy needs no bound of its own: those of its submission take it up, so that the tighter one of each
//! pair counts ([`Problem::submission_bound`]). What remains are the *shared* works: those of several copies of which one
//! at least is handed in.

use alloc::vec::Vec;

use super::people::People;
use super::rows::index;
use super::{Problem, bound};
use crate::id::Id;
use crate::input::{Bound, Demand, Policy};

/// The shared works under a policy, ascending; none where it has no bound on works.
pub(super) fn shared(policy: &Policy, people: &People, handed_in: &[bool]) -> Vec<u32> {
    if policy.reviews_per_work.is_none() {
        return Vec::new();
    }
    let copies = |work: u32| people.copies.row(work as usize);
    let is_shared = |&work: &u32| copies(work).len() > 1 && copies(work).iter().any(|&copy| handed_in[copy as usize]);
    (0..index(people.copies.len())).filter(is_shared).collect()
}

impl Problem {
    /// How many reviews a submission receives in all; without bounds under `balanced` unless it has its own. Where it is
    /// its whole work, within the bound on works too; its minimum may be above its maximum then.
    #[must_use]
    pub fn submission_bound(&self, submission: usize) -> Bound {
        if self.handed_in[submission] { self.stated_submission_bound(submission) } else { Bound::exactly(0) }
    }

    /// The same as if the submission were handed in.
    pub(crate) fn stated_submission_bound(&self, submission: usize) -> Bound {
        let general = match self.policy.reviews_per_submission {
            Demand::Balanced => Bound::default(),
            Demand::Within(bound) => bound,
        };
        let own = bound(true, &self.submission_bounds, submission, general);
        match self.policy.reviews_per_work {
            Some(whole) if self.is_whole_work(submission) => {
                let max = own.max.into_iter().chain(whole.max).min();
                Bound { min: own.min.max(whole.min), max }
            }
            _ => own,
        }
    }

    fn is_whole_work(&self, submission: usize) -> bool {
        self.people.copies.row(self.people.work_of[submission] as usize).len() == 1
    }

    /// How many reviews all copies of a work that is handed in receive together.
    pub(crate) fn work_bound(&self) -> Bound {
        self.policy.reviews_per_work.unwrap_or_default()
    }

    /// The fixed reviews of all copies of a work.
    pub(crate) fn fixed_of_work(&self, work: u32) -> u32 {
        self.people.copies.row(work as usize).iter().map(|&copy| self.settled.received[copy as usize]).sum()
    }

    /// A number for all copies of a shared work together, from one for each submission; by shared work.
    pub(crate) fn by_shared_work<'a>(&'a self, counts: &'a [u32]) -> impl Iterator<Item = (u32, u64)> + 'a {
        self.shared_works.iter().map(|&work| {
            let copies = self.people.copies.row(work as usize).iter();
            (work, copies.map(|&copy| u64::from(counts[copy as usize])).sum())
        })
    }

    /// Whether received reviews are spread over the copies of works last of all: works share a bound, and nothing else
    /// evens out what submissions receive.
    pub(crate) fn spreads_copies(&self) -> bool {
        !self.balanced() && !self.shared_works.is_empty()
    }

    /// What a work is called: its id, or that of its submission where it has none.
    pub(crate) fn work_name(&self, work: u32) -> &Id {
        self.people.work_ids.get(&work).unwrap_or_else(|| {
            let copies = self.people.copies.row(work as usize);
            self.submission_id(copies[0] as usize)
        })
    }

    /// The work with a name.
    pub(crate) fn find_work(&self, name: &Id) -> Option<u32> {
        let stated = self.people.work_ids.iter().find(|(_, id)| *id == name).map(|(&work, _)| work);
        stated.or_else(|| self.find_submission(name).map(|submission| self.people.work_of[submission]))
    }
}
