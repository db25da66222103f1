//! What the checker answers.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::id::Id;

/// How many violations of each code are kept in full; past that only [`Verdict::omitted`] grows.
pub const KEPT_PER_CODE: usize = 100;

/// One promise that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// A stable code in `snake_case`; the [module documentation](crate::verify) lists them.
    pub code: &'static str,
    /// What is wrong, in words. Ids stand in it, names never do.
    pub message: String,
    /// The place as a JSON pointer (RFC 6901) into the plan, such as `/operations/3`; empty for the whole.
    pub pointer: String,
    /// The reviewing student concerned, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessor_id: Option<Id>,
    /// The submission concerned, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_id: Option<Id>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "violation[{}]", self.code)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The answer of [`verify`](crate::verify::verify()): every promise that a plan breaks.
///
/// Serialised it is `{"valid": bool, "violations": […]}`, with the number `omitted` beside them where it is not 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The violations, the first [`KEPT_PER_CODE`] of each code, in the order of the checks.
    pub violations: Vec<Violation>,
    /// How many more there are.
    pub omitted: u64,
}

impl Verdict {
    /// Whether the plan keeps every promise that was checked.
    #[must_use]
    pub fn valid(&self) -> bool {
        self.violations.is_empty()
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut verdict = serializer.serialize_struct("Verdict", 2 + usize::from(self.omitted > 0))?;
        verdict.serialize_field("valid", &self.valid())?;
        verdict.serialize_field("violations", &self.violations)?;
        if self.omitted > 0 {
            verdict.serialize_field("omitted", &self.omitted)?;
        }
        verdict.end()
    }
}

/// A place in one of the lists of a plan, as a JSON pointer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(pub(super) &'static str, pub(super) usize);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.0, self.1)
    }
}

/// The violations found so far. Texts are made only for those that are kept.
#[derive(Default)]
pub(super) struct Findings {
    verdict: Verdict,
    counts: Vec<(&'static str, usize)>,
}

impl Findings {
    /// Adds a violation that concerns no single pair.
    pub(super) fn add(&mut self, code: &'static str, pointer: impl fmt::Display, message: impl fmt::Display) {
        self.add_for(code, pointer, message, None, None);
    }

    /// Adds a violation of one pair.
    pub(super) fn add_pair(
        &mut self,
        code: &'static str,
        pointer: impl fmt::Display,
        message: impl fmt::Display,
        assessor: &Id,
        asset: &Id,
    ) {
        self.add_for(code, pointer, message, Some(assessor), Some(asset));
    }

    /// Adds a violation of a student, a submission, both or neither.
    pub(super) fn add_for(
        &mut self,
        code: &'static str,
        pointer: impl fmt::Display,
        message: impl fmt::Display,
        assessor: Option<&Id>,
        asset: Option<&Id>,
    ) {
        if self.count(code) > KEPT_PER_CODE {
            self.verdict.omitted += 1;
            return;
        }
        self.verdict.violations.push(Violation {
            code,
            message: message.to_string(),
            pointer: pointer.to_string(),
            assessor_id: assessor.cloned(),
            asset_id: asset.cloned(),
        });
    }

    /// Counts one more of `code` and returns how many there are now.
    fn count(&mut self, code: &'static str) -> usize {
        if let Some(entry) = self.counts.iter_mut().find(|entry| entry.0 == code) {
            entry.1 += 1;
            return entry.1;
        }
        self.counts.push((code, 1));
        1
    }

    /// The answer.
    pub(super) fn into_verdict(self) -> Verdict {
        self.verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_of_a_code_are_kept_and_the_rest_is_counted() {
        let mut findings = Findings::default();
        for k in 0..250 {
            findings.add("not_handed_in", format_args!("/operations/{k}"), "no");
        }
        findings.add("own_work", "", "no");
        let verdict = findings.into_verdict();
        assert_eq!(verdict.violations.len(), 101);
        assert_eq!(verdict.omitted, 150);
        assert!(!verdict.valid());
        assert_eq!(verdict.violations[1].to_string(), "violation[not_handed_in] at /operations/1: no");
    }
}
