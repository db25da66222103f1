//! From a node to those that follow from it.

use alloc::vec::Vec;

use super::super::rule::Clause;
use super::node::Node;
use super::{Key, Search};
use crate::strategy::{AssignError, Run};

/// So many reviews on cycles are looked at for the shortest cycle.
const LOOK: usize = 24;

impl Search<'_, '_> {
    /// Opens the nodes that follow from one; returns the best of them.
    pub(super) fn branch(&mut self, node: &Node, run: &mut Run<'_>) -> Result<Option<Key>, AssignError> {
        let arcs = self.arcs(node);
        if arcs.is_empty() {
            let loose = self.prices.loosest(&node.assignment, &node.without).map(<[_]>::to_vec);
            return match loose {
                Some(cycle) if self.rule.kept(&node.assignment) => self.branch_price(node, &cycle, run),
                _ => self.branch_panel(node, run),
            };
        }
        let mut with = node.with.clone();
        let mut best = None;
        for arc in arcs {
            let pairs = self.pairs_of(arc);
            let mut without = node.without.clone();
            without.extend_from_slice(&pairs);
            best = self.open(node, best, without, with.clone(), run)?;
            // From here on the arc is there: by the one pair that makes it, where there is no other.
            let open: Vec<_> = pairs.into_iter().filter(|pair| !node.without.contains(pair)).collect();
            if let [pair] = open[..]
                && !with.contains(&pair)
            {
                with.push(pair);
            }
        }
        Ok(best)
    }

    /// Opens the nodes without the pairs of a cycle: without the first, or with it but without the second, and so on. There
    /// the cycle is broken, and costs nothing any more.
    fn branch_price(
        &mut self,
        node: &Node,
        cycle: &[(u32, u32)],
        run: &mut Run<'_>,
    ) -> Result<Option<Key>, AssignError> {
        let mut with = node.with.clone();
        let mut best = None;
        for &pair in cycle.iter().filter(|pair| !node.with.contains(pair)) {
            let mut without = node.without.clone();
            without.push(pair);
            best = self.open(node, best, without, with.clone(), run)?;
            with.push(pair);
            // The optimum of the node need not have the pair.
            if !self.fit(&with) {
                break;
            }
        }
        Ok(best)
    }

    /// Opens a node that follows from another one, if it promises anything; returns the better of it and a third.
    fn open(
        &mut self,
        from: &Node,
        best: Option<Key>,
        without: Vec<(u32, u32)>,
        with: Vec<(u32, u32)>,
        run: &mut Run<'_>,
    ) -> Result<Option<Key>, AssignError> {
        let child = self.node(without, with, run)?;
        // With fewer prices its own bound may be weaker.
        let key = child.and_then(|child| self.push(Node { worth: child.worth.max(from.worth), ..child }));
        Ok(match (best, key) {
            (Some(best), Some(key)) => Some(best.min(key)),
            (best, key) => key.or(best),
        })
    }

    /// Opens the nodes in which one of the pairs is chosen, or not, that a rule on panels asks for: the first, or not the
    /// first but the second, and so on.
    fn branch_panel(&mut self, node: &Node, run: &mut Run<'_>) -> Result<Option<Key>, AssignError> {
        let clauses = self.rule.unseated(&node.assignment).into_iter().map(|Clause { mut pairs, wanted }| {
            let settled = if wanted { &node.without } else { &node.with };
            pairs.retain(|pair| !settled.contains(pair));
            Clause { pairs, wanted }
        });
        let Some(Clause { pairs, wanted }) = clauses.min_by_key(|clause| clause.pairs.len()) else { return Ok(None) };
        let (mut with, mut without) = (node.with.clone(), node.without.clone());
        let mut best = None;
        for pair in pairs {
            let (mut chosen, mut left_out) = (with.clone(), without.clone());
            let change = if wanted { &mut chosen } else { &mut left_out };
            change.push(pair);
            best = self.open(node, best, left_out, chosen, run)?;
            let refuted = if wanted { &mut without } else { &mut with };
            refuted.push(pair);
        }
        Ok(best)
    }

    /// The arcs of a short forbidden cycle that could be missing, as persons.
    fn arcs(&self, node: &Node) -> Vec<(u32, u32)> {
        let mut standing = self.rule.clone();
        for &(student, submission) in &node.with {
            standing.put(student, submission);
        }
        let mut graph = self.rule.clone();
        graph.put_all(&node.assignment);
        let mut broken = self.rule.broken(&node.assignment);
        broken.truncate(LOOK);
        let arcs = broken.into_iter().filter_map(|(student, submission)| {
            let cycle = graph.cycle(student, submission)?;
            let next = cycle.iter().copied().cycle().skip(1);
            let arcs = cycle.iter().copied().zip(next);
            let open = arcs.filter(|&(from, to)| !standing.arcs().out(from).contains(&to));
            Some(open.collect::<Vec<_>>())
        });
        arcs.filter(|arcs| !arcs.is_empty()).min_by_key(Vec::len).unwrap_or_default()
    }

    /// The free pairs that make an arc and could be left out.
    fn pairs_of(&self, (student, author): (u32, u32)) -> Vec<(u32, u32)> {
        let people = &self.problem.people;
        let works = people.works_by.row(author as usize).iter();
        let copies = works.flat_map(|&work| people.copies.row(work as usize)).copied();
        let mut pairs: Vec<_> = copies
            .filter(|&copy| {
                self.problem.is_free(student as usize, copy as usize) && !self.rule.has_to_be(student, copy)
            })
            .map(|copy| (student, copy))
            .collect();
        pairs.sort_unstable();
        pairs
    }
}
