//! A pathway rule with some of its fields changed.

use crate::pathways::pathways;
use crate::problem::Notes;
use crate::{PathwaySpec, Problem, RecipeFiles, Severity, yaml};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The file whose reader checks a change.
const FILE: &str = "pathways.yaml";

/// Fields of which a rule states one: a change of one takes the place of the others.
const RIVALS: [&[&str]; 4] = [
    &["probability", "peak_probability", "in_degree", "total"],
    &["sigma_um", "lambda_um", "reach_um"],
    &["vertical_sigma_um", "vertical_lambda_um", "vertical_reach_um"],
    &["reciprocity", "common_neighbour_gain"],
];

impl PathwaySpec {
    /// This rule for the pair of populations `pre` and `post`, with `changes` by the names of `pathways.yaml`.
    ///
    /// Fields that are not named stay, but for those that a change takes the place of: another way to say how many
    /// connections there are, another shape of the fall-off, and what needs a probability where a number is fixed.
    ///
    /// # Errors
    /// All problems that a recipe file with such a rule would have; unknown fields are told with those there are.
    pub fn changed(&self, pre: &str, post: &str, changes: &[(String, f64)]) -> Result<Self, Vec<Problem>> {
        let is_changed = |name: &str| changes.iter().any(|(changed, _)| changed == name);
        let fixes_number = is_changed("in_degree") || is_changed("total");
        let is_replaced = |name: &str| {
            let by_rival = RIVALS.iter().any(|rivals| rivals.contains(&name) && rivals.iter().any(|r| is_changed(r)));
            let needs_measured = name == "within_um" && RIVALS[0][1..].iter().any(|amount| is_changed(amount));
            let needs_probability = fixes_number && RIVALS[3].contains(&name);
            by_rival || needs_measured || needs_probability || is_changed(name)
        };
        let kept = self.fields().into_iter().filter_map(|(name, value)| Some((name, value?)));
        let kept: Vec<(&str, f64)> = kept.filter(|(name, _)| !is_replaced(name)).collect();
        let changed = changes.iter().map(|(name, value)| (name.as_str(), *value));
        let mut text = format!("pathways:\n- pre: {pre:?}\n  post: {post:?}\n");
        for (name, value) in kept.into_iter().chain(changed) {
            // writing to a String cannot fail; a NaN is read as text and told
            let _ = writeln!(text, "  {name:?}: {value}");
        }
        let mut notes = Notes::default();
        let files = RecipeFiles(BTreeMap::from([(FILE.to_owned(), text.into_bytes())]));
        let read = yaml::parse(FILE, &files, &mut notes).map(|node| pathways(&node, &mut notes)).unwrap_or_default();
        let problems = match notes.finish() {
            Ok(problems) => problems,
            Err(rejected) => rejected.problems,
        };
        let mut errors: Vec<Problem> = problems.into_iter().filter(|p| p.severity == Severity::Error).collect();
        for error in &mut errors {
            // the place is in a text that nobody wrote
            error.at = None;
        }
        match (read.into_iter().next(), errors.is_empty()) {
            (Some(rule), true) => Ok(Self { at: self.at.clone(), ..rule }),
            (None, true) => Err(vec![Problem::error("not_a_rule", "the changed fields make no rule")]),
            (_, false) => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Amount, Falloff, Location, PathwaySpec};

    fn rule() -> PathwaySpec {
        PathwaySpec {
            pre: "*_E".into(),
            post: "*".into(),
            amount: Amount::Mean { probability: 0.1, within_um: 100.0 },
            horizontal: Falloff::Gaussian { sigma_um: 150.0 },
            vertical: Falloff::Flat,
            reciprocity: Some(2.0),
            common_neighbour_gain: None,
            attenuation: 0.5,
            mean_synapses: Some(3.4),
            at: Location { file: "pathways.yaml".into(), line: 12, column: 5 },
        }
    }

    fn change(fields: &[(&str, f64)]) -> Result<PathwaySpec, String> {
        let fields: Vec<(String, f64)> = fields.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        rule()
            .changed("L4_E", "L4_PV", &fields)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn fields_not_named_stay_and_rivals_give_way() {
        let same = change(&[]).unwrap();
        assert_eq!(same, PathwaySpec { pre: "L4_E".into(), post: "L4_PV".into(), ..rule() });
        let rarer = change(&[("probability", 0.05)]).unwrap();
        assert_eq!(rarer.amount, Amount::Mean { probability: 0.05, within_um: 100.0 });
        assert_eq!(rarer.reciprocity, Some(2.0));
        let fixed = change(&[("in_degree", 20.0), ("lambda_um", 90.0)]).unwrap();
        assert_eq!((fixed.amount, fixed.reciprocity), (Amount::InDegree(20), None));
        assert_eq!(fixed.horizontal, Falloff::Exponential { lambda_um: 90.0 });
        let clustered = change(&[("common_neighbour_gain", 1.5)]).unwrap();
        assert_eq!((clustered.reciprocity, clustered.common_neighbour_gain), (None, Some(1.5)));
    }

    #[test]
    fn what_a_file_may_not_say_no_change_may() {
        for (fields, part) in [
            (&[("probabilty", 0.1)][..], "unknown key"),
            (&[("probability", 1.5)], "probability must"),
            (&[("probability", f64::NAN)], "probability must"),
            (&[("sigma_um", -1.0)], "sigma_um must"),
            (&[("in_degree", 2.5)], "whole number"),
            (&[("in_degree", 2.0), ("total", 5.0)], "state one of"),
            (&[("total", 5.0), ("reciprocity", 2.0)], "needs a probability"),
        ] {
            let told = change(fields).unwrap_err();
            assert!(told.contains(part), "{told}");
        }
    }
}
