//! Numbers that strategies can be given.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::diagnostic::Diagnostics;
use crate::input::{Micros, StrategyChoice};

use super::by_name;

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
                format_args!("{name} of {} is from {} to {}", choice.name, parameter.least, parameter.most),
                "write a number within the range",
            ),
            Some(_) => {}
        }
    }
}
