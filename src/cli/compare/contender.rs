//! Strategies as the command line names them: `NAME:parameter=value:parameter=value`.

use std::fmt::Write as _;

use crate::cli::failure::Failure;
use crate::cli::strategies::names;
use crate::diagnostic::Diagnostics;
use crate::formats::problem;
use crate::input::{Input, StrategyChoice};
use crate::strategy::{Strategy, by_name, check_parameters, registry};

/// A strategy with its parameters.
pub(super) struct Contender {
    /// Name and parameters in one form, whatever their order.
    pub(super) label: String,
    pub(super) strategy: &'static dyn Strategy,
    /// Its seed is that of each run.
    pub(super) choice: StrategyChoice,
}

impl Contender {
    /// One without parameters.
    pub(super) fn plain(strategy: &'static dyn Strategy) -> Self {
        let name = String::from(strategy.name());
        Self { label: name.clone(), strategy, choice: StrategyChoice { name, ..StrategyChoice::default() } }
    }

    fn new(text: &str) -> Result<Self, Failure> {
        let usage = |message: String| Failure::Usage(format!("--strategies {text}: {message}"));
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let strategy = by_name(name)
            .ok_or_else(|| usage(format!("there is no strategy {name:?}; the strategies are {}", names())))?;
        let mut input = Input { strategy: Some(Self::plain(strategy).choice), ..Input::default() };
        for part in parts {
            let key = part.split_once('=').map_or(part, |(key, _)| key);
            if ["", "name", "seed"].contains(&key) || key == part {
                let message = "write parameters as in NAME:limit=0.5; seeds are those of --seeds";
                return Err(usage(String::from(message)));
            }
            if input.strategy.as_ref().is_some_and(|choice| choice.parameters.contains_key(key)) {
                return Err(usage(format!("{key} is given twice; remove one of them")));
            }
            problem::set(&mut input, &format!("strategy.{part}")).map_err(|found| usage(worded(&found)))?;
        }
        let choice = input.strategy.unwrap_or_default();
        let mut found = Diagnostics::new();
        check_parameters(&choice, &mut found);
        if !found.is_empty() {
            return Err(usage(worded(&found)));
        }
        let mut label = choice.name.clone();
        for (parameter, value) in &choice.parameters {
            // Writing to a text does not fail.
            let _ = write!(label, ":{parameter}={value}");
        }
        Ok(Self { label, strategy, choice })
    }
}

/// The strategies of a list.
pub(super) fn contenders(texts: &[String]) -> Result<Vec<Contender>, Failure> {
    let contenders = texts.iter().map(|text| Contender::new(text)).collect::<Result<Vec<_>, _>>()?;
    for (place, contender) in contenders.iter().enumerate() {
        if contenders[..place].iter().any(|other| other.label == contender.label) {
            return Err(Failure::Usage(format!("--strategies names {} twice", contender.label)));
        }
    }
    Ok(contenders)
}

/// All there are, without parameters.
pub(super) fn all() -> Vec<Contender> {
    registry().iter().map(|&strategy| Contender::plain(strategy)).collect()
}

/// The first of what is wrong.
fn worded(found: &Diagnostics) -> String {
    found.items().first().map(|item| format!("{}; {}", item.message, item.help)).unwrap_or_default()
}
