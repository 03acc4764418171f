//! What a `--known` file knows. The findings themselves stand above, known or not.

use crate::report::known::matching::KnownCount;
use crate::report::wire::known::RuleFinding;
use crate::report::wire::report::Report;
use crate::text::number::grouped;
use crate::text::quote;

/// A line for each rule, and one for all; none without rules.
pub(crate) fn known(report: &Report) -> String {
    if report.known.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for known in &report.known {
        let finding = match known.finding {
            None => "",
            Some(RuleFinding::Unused) => ", a rule that matched nothing",
            Some(RuleFinding::Expired) => ", a rule that has expired",
        };
        let aside = known.bug.iter().chain(&known.reason);
        let aside = aside.map(|text| format!("  {}", quote(text.as_bytes())));
        out.push_str(&format!(
            "known: {} ({}){finding}{}\n",
            known.rule,
            grouped(known.count),
            aside.collect::<String>()
        ));
    }
    let count = KnownCount::from(report);
    let findings = if count.all == 1 {
        "finding"
    } else {
        "findings"
    };
    out.push_str(&format!(
        "known: {} of {} {findings}\n",
        grouped(count.known),
        grouped(count.all)
    ));
    out
}
