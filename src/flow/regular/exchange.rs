//! Arcs that are not allowed, and the exchange of heads that puts them right.
//!
//! An exchange is between two arcs that are both allowed afterwards, so it never makes an arc wrong, and every head
//! keeps the number of arcs it receives.

use alloc::vec::Vec;

use super::{Regular, index};

/// How many arcs in a row are looked at for a partner.
pub(super) const LOOK: usize = 20_000;

impl Regular<'_> {
    /// Notes the tails with forbidden arcs.
    pub(super) fn add_forbidden(&self, rows: &[u32], conflicts: &mut Vec<u32>) {
        let degree = self.degree;
        let found =
            self.forbidden.iter().filter(|(tail, head)| rows[*tail as usize * degree..][..degree].contains(head));
        conflicts.extend(found.map(|&(tail, _)| tail));
    }

    /// Whether a tail may have an arc to a head beside what its other arcs lead to.
    fn fits(&self, rows: &[u32], tail: usize, slot: usize, head: u32) -> bool {
        let row = &rows[tail * self.degree..][..self.degree];
        self.is_apart(tail, head)
            && row.iter().enumerate().all(|(other, &known)| other == slot || known != head)
            && (self.forbidden.is_empty() || self.forbidden.binary_search(&(index(tail), head)).is_err())
    }

    pub(super) fn may_exchange(&self, rows: &[u32], a: (usize, usize), b: (usize, usize)) -> bool {
        let (at_a, at_b) = (rows[a.0 * self.degree + a.1], rows[b.0 * self.degree + b.1]);
        a.0 != b.0 && at_a != at_b && self.fits(rows, a.0, a.1, at_b) && self.fits(rows, b.0, b.1, at_a)
    }

    /// Exchanges heads until the arcs of these tails are allowed; `partner` finds with which arc. False when some arc
    /// has no partner.
    pub(super) fn repair(
        &self,
        rows: &mut [u32],
        conflicts: &[u32],
        mut partner: impl FnMut(&[u32], usize, usize) -> Option<(usize, usize)>,
    ) -> bool {
        let mut touched = Vec::new();
        for &tail in conflicts {
            let tail = tail as usize;
            for slot in 0..self.degree {
                let here = tail * self.degree + slot;
                if self.fits(rows, tail, slot, rows[here]) {
                    continue;
                }
                let Some(other) = partner(rows, tail, slot) else { return false };
                rows.swap(here, other.0 * self.degree + other.1);
                touched.extend([tail, other.0]);
            }
        }
        for tail in touched {
            rows[tail * self.degree..][..self.degree].sort_unstable();
        }
        true
    }
}
