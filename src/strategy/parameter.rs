//! Numbers that strategies can be given.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::diagnostic::Diagnostics;
use crate::input::{Micros, StrategyChoice};

use super::{Strategy, by_name};

/// A number that a strategy can be given, in problem files as `"strategy": {"name": …, "limit": 0.5}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it does, and what holds where it is not given.
    pub summary: &'static str,
    /// The least value.
    pub least: Micros,
    /// The greatest value.
    pub most: Micros,
}

/// How likely a pair without a limit of its own may be.
pub(super) const LIMIT: Parameter = Parameter {
    name: "limit",
    summary: "how likely a pair without a limit of its own may be at most; 1",
    least: Micros(1),
    most: Micros(1_000_000),
};

/// How strongly probabilities are evened out: `x − β·x²`.
pub(super) const PERTURBATION: Parameter = Parameter {
    name: "perturbation",
    summary: "how strongly probabilities are evened out: x − perturbation · x²; 0.5",
    least: Micros(0),
    most: Micros(1_000_000),
};

/// The same by `1 − e^(−α·x)`.
pub(super) const DECAY: Parameter = Parameter {
    name: "decay",
    summary: "the same by 1 − e^(−decay · x), in place of perturbation; none",
    least: Micros(1),
    most: Micros(10_000_000),
};

/// What share of the optimum is to be kept.
pub(super) const QUALITY: Parameter = Parameter {
    name: "quality",
    summary: "the share of the greatest expected total to keep: limit and perturbation are chosen for it; none",
    least: Micros(0),
    most: Micros(1_000_000),
};

/// Parameters that say the same thing in two ways.
const CONTRADICTING: [(&str, &str); 3] =
    [(PERTURBATION.name, DECAY.name), (PERTURBATION.name, QUALITY.name), (DECAY.name, QUALITY.name)];

/// The values of parameters, by name.
pub(super) type Values = BTreeMap<String, Micros>;

/// Reports the parameters of a choice that its strategy does not have, as warnings, and values out of range, as errors.
/// Says nothing of a strategy that is not in the registry.
pub fn check_parameters(choice: &StrategyChoice, found: &mut Diagnostics) {
    let Some(strategy) = by_name(&choice.name) else { return };
    for (name, &value) in &choice.parameters {
        match strategy.parameters().iter().find(|parameter| parameter.name == name) {
            None => found.warning(
                "unused_parameter",
                format_args!("/strategy/{name}"),
                format_args!("{} has no parameter {name:?}", choice.name),
                "remove it, or name the strategy it is for",
            ),
            Some(parameter) if value < parameter.least || value > parameter.most => found.error(
                "out_of_range",
                format_args!("/strategy/{name}"),
                format_args!(
                    "{name} of {} is from {} to {}, not {value}",
                    choice.name, parameter.least, parameter.most
                ),
                "write a number within the range",
            ),
            Some(_) => {}
        }
    }
    let is_given = |name| choice.parameters.contains_key(name) && has(strategy, name);
    for (one, other) in CONTRADICTING.into_iter().filter(|&(one, other)| is_given(one) && is_given(other)) {
        found.error(
            "contradicting_parameters",
            format_args!("/strategy/{other}"),
            format_args!("{one} and {other} of {} cannot both be given", choice.name),
            "remove one of them",
        );
    }
}

fn has(strategy: &dyn Strategy, name: &str) -> bool {
    strategy.parameters().iter().any(|parameter| parameter.name == name)
}
