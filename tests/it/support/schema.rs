//! The schema of reports that is shipped, `docs/report.schema.json`.

use serde_json::Value;
use twinroot::report::Report;

/// Holds a report against the schema.
pub(crate) fn validate(report: &Report) {
    let text = twinroot::report::json(report).expect("a report can be written");
    validate_json(&serde_json::from_str(&text).expect("a report is JSON"));
}

/// Holds a report against the schema, as it was written.
pub(crate) fn validate_json(report: &Value) {
    let schema = include_str!("../../../docs/report.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<_> = validator
        .iter_errors(report)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
