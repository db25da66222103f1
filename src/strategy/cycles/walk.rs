//! Local search on the optimal assignments: exchanges and cycles that leave fewer reviews on forbidden cycles.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::rule::Rule;
use crate::random::Random;
use crate::strategy::network::Model;
use crate::strategy::optimum::{OptimalFace, Optimum, used_edges};
use crate::strategy::{AssignError, Run};

/// Every so many steps go round a random cycle instead of exchanging two reviews.
const CYCLE_EVERY: usize = 16;
/// Beyond so many reviews exchanges alone will do, and a cycle would take as long as a thousand of them.
const FEW: usize = 10_000;

/// Walks until no review is on a forbidden cycle, or for so many steps. Whether there is none.
///
/// `rule` has the reviews that are in every result and no others.
pub(crate) fn untangle(
    Optimum { model, face, .. }: &mut Optimum<'_>,
    rule: &Rule<'_>,
    steps: usize,
    random: &mut Random,
    run: &mut Run<'_>,
) -> Result<bool, AssignError> {
    let mut walk = Walk { model, rule: rule.clone() };
    let mut used = used_edges(face.as_ref());
    for &edge in &used {
        walk.put(face.as_ref(), edge);
    }
    let mut bad = walk.closing(face.as_ref(), &used);
    for step in 0..steps {
        if bad.is_empty() {
            return Ok(true);
        }
        if step % 1024 == 0 {
            run.report("cycles", step as u64, steps as u64)?;
        }
        if step % CYCLE_EVERY == 0 && used.len() < FEW {
            if let Some(changed) = face.turn(random)
                && walk.accepts(face, &changed)
            {
                used = used_edges(face.as_ref());
                bad.retain(|edge| used.binary_search(edge).is_ok());
                bad.extend(changed);
            }
        } else {
            let place = random.index(bad.len());
            let first = bad[place];
            if !face.used()[first as usize] || !walk.closes(face.as_ref(), first) {
                bad.swap_remove(place);
            } else {
                let second = used[random.index(used.len())];
                let Some(changed) = face.exchange(first, second) else { continue };
                if walk.accepts(face, &changed) {
                    for (old, new) in [(changed[0], changed[2]), (changed[1], changed[3])] {
                        if let Some(place) = used.iter().position(|&edge| edge == old) {
                            used[place] = new;
                        }
                    }
                    bad.extend([changed[2], changed[3]]);
                }
            }
        }
        if bad.is_empty() {
            // What was looked at is in order; so must be all the rest.
            bad = walk.closing(face.as_ref(), &used);
        }
    }
    // What is still listed need not be on a cycle any more.
    Ok(walk.closing(face.as_ref(), &used_edges(face.as_ref())).is_empty())
}

struct Walk<'m, 'p, 'r> {
    model: &'m Model<'p>,
    rule: Rule<'r>,
}

impl Walk<'_, '_, '_> {
    fn put(&mut self, face: &dyn OptimalFace, edge: u32) {
        let (student, submission) = self.model.members(face.ends(edge));
        self.rule.put(student, submission);
    }

    fn take(&mut self, face: &dyn OptimalFace, edge: u32) {
        let (student, submission) = self.model.members(face.ends(edge));
        self.rule.take(student, submission);
    }

    fn closes(&mut self, face: &dyn OptimalFace, edge: u32) -> bool {
        let (student, submission) = self.model.members(face.ends(edge));
        self.rule.closes(student, submission)
    }

    fn closing(&mut self, face: &dyn OptimalFace, edges: &[u32]) -> Vec<u32> {
        edges.iter().copied().filter(|&edge| self.closes(face, edge)).collect()
    }

    /// Follows a change of the face, unless more of the reviews that came close a cycle than of those that went: then
    /// it is taken back.
    fn accepts(&mut self, face: &mut Box<dyn OptimalFace>, changed: &[u32]) -> bool {
        let (mut before, mut after) = (0, 0);
        for &edge in changed.iter().filter(|&&edge| !face.used()[edge as usize]) {
            before += u32::from(self.closes(face.as_ref(), edge));
            self.take(face.as_ref(), edge);
        }
        for &edge in changed.iter().filter(|&&edge| face.used()[edge as usize]) {
            self.put(face.as_ref(), edge);
            after += u32::from(self.closes(face.as_ref(), edge));
        }
        if after <= before {
            return true;
        }
        for &edge in changed {
            if face.used()[edge as usize] {
                self.take(face.as_ref(), edge);
            } else {
                self.put(face.as_ref(), edge);
            }
        }
        face.undo(changed);
        false
    }
}
