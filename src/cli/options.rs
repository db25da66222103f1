//! Values of options that are words.

use crate::generate::IdStyle;
use crate::input::{Existing, Relation, Unscored};

/// Words and what they mean.
pub(super) type Words<T> = &'static [(&'static str, T)];

/// How the sets of a student and a submission relate.
pub(super) const RELATIONS: Words<Relation> = &[
    ("any", Relation::Any),
    ("same", Relation::Same),
    ("different", Relation::Different),
    ("prefer_same", Relation::PreferSame),
    ("prefer_different", Relation::PreferDifferent),
];
/// What may become of existing reviews.
pub(super) const EXISTING: Words<Existing> =
    &[("keep", Existing::Keep), ("rebalance", Existing::Rebalance), ("replace", Existing::Replace)];
/// What is said of pairs without a score.
pub(super) const UNSCORED: Words<Unscored> = &[("allow", Unscored::Allow), ("forbid", Unscored::Forbid)];
/// What ids look like.
pub(super) const IDS: Words<IdStyle> =
    &[("sequential", IdStyle::Sequential), ("shuffled", IdStyle::Shuffled), ("cross_shard", IdStyle::CrossShard)];

/// The words alone.
pub(super) fn names<T>(words: Words<T>) -> impl Iterator<Item = &'static str> {
    words.iter().map(|(word, _)| *word)
}

/// What a word means; one that the parser let through is among them.
pub(super) fn chosen<T: Copy>(words: Words<T>, word: &str) -> T {
    words.iter().find(|(known, _)| *known == word).unwrap_or(&words[0]).1
}
