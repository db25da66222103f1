//! JSON Schemas (draft 2020-12) of the formats, for editors and for other programs.

/// The schema of a problem file.
pub const PROBLEM: &str = include_str!("problem.json");

/// The schema of a plan file.
pub const PLAN: &str = include_str!("plan.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::formats::{plan, problem, shared};

    fn check(schema: &str, known: &[(&str, &[&str])], open: &[&str]) {
        let schema: Value = serde_json::from_str(schema).unwrap();
        for (definition, names) in known {
            let place = definition_of(&schema, definition);
            let stated: BTreeSet<&str> = place["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(stated, names.iter().copied().collect(), "fields of `{definition}`");
            if !open.contains(definition) {
                assert_eq!(place["additionalProperties"], false, "`{definition}`");
            }
        }
        let definitions = schema["$defs"].as_object().unwrap();
        let objects = definitions.iter().filter(|(_, value)| value.get("properties").is_some());
        let stated: BTreeSet<&str> = objects.map(|(name, _)| name.as_str()).collect();
        let read = known.iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
        assert_eq!(stated, read, "objects of the schema");
    }

    fn definition_of<'s>(schema: &'s Value, name: &str) -> &'s Value {
        if name.is_empty() { schema } else { &schema["$defs"][name] }
    }

    #[test]
    fn the_schema_of_problems_has_the_fields_that_are_read() {
        let known: &[(&str, &[&str])] = &[
            ("", problem::PROBLEM),
            ("source", shared::SOURCE),
            ("strategy", shared::STRATEGY),
            ("student", problem::STUDENT),
            ("submission", problem::SUBMISSION),
            ("boundObject", problem::BOUND),
            ("peerReview", shared::PEER_REVIEW),
            ("policy", problem::POLICY),
            ("reciprocalObject", problem::RECIPROCAL),
            ("panel", problem::PANEL),
            ("rule", problem::RULE),
            ("affinity", problem::AFFINITY),
            ("affinityColumns", problem::AFFINITY),
            ("past", problem::PAST),
        ];
        check(super::PROBLEM, known, &["strategy"]);
    }

    #[test]
    fn the_schema_of_plans_has_the_fields_that_are_read() {
        let known: &[(&str, &[&str])] = &[
            ("", plan::PLAN),
            ("source", shared::SOURCE),
            ("strategy", shared::STRATEGY),
            ("create", plan::OPERATION),
            ("delete", plan::OPERATION),
            ("newPeerReview", &shared::PEER_REVIEW[1..]),
            ("peerReview", shared::PEER_REVIEW),
            ("shortfall", plan::SHORTFALL),
            ("spread", plan::SPREAD),
            ("affinityReport", plan::AFFINITY_REPORT),
            ("report", plan::REPORT),
            ("bound", plan::BOUND),
            ("alternates", plan::ALTERNATES),
            ("optimal", plan::OPTIMAL),
            ("worstOff", plan::WORST_OFF),
            ("dual", plan::DUAL),
            ("workDual", plan::WORK_DUAL),
        ];
        check(super::PLAN, known, &["strategy"]);
    }
}
