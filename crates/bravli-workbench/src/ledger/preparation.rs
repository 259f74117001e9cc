//! Whether a fact was measured in the preparation that a recipe describes.

use bravli_facts::{Fact, KnowledgeBase};
use bravli_recipe::TargetSpec;
use std::collections::BTreeSet;

/// In what a fact's preparation differs from the target's; `None` where it agrees.
pub(crate) fn difference(knowledge: &KnowledgeBase, target: &TargetSpec, fact: &Fact) -> Option<String> {
    let mut differences = Vec::new();
    match fact.species.as_deref() {
        None => differences.push("species not stated".to_owned()),
        Some(species) if !species.eq_ignore_ascii_case(&target.species) => {
            differences.push(format!("{species}, not {}", target.species));
        }
        Some(_) => {}
    }
    match fact.region.as_deref() {
        None if !target.regions.is_empty() => differences.push("region not stated".to_owned()),
        // a value pooled over several regions is of the target only where all of them are
        Some(region) if !region.split([',', ';']).all(|part| lies_in(knowledge, part.trim(), &target.regions)) => {
            differences.push(format!("{region}, not {}", target.regions.join(" or ")));
        }
        _ => {}
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// Whether a region is one of `wanted` or lies in one; no wish is fulfilled by any.
fn lies_in(knowledge: &KnowledgeBase, region: &str, wanted: &[String]) -> bool {
    if wanted.is_empty() || wanted.iter().any(|name| name.eq_ignore_ascii_case(region)) {
        return true;
    }
    let wanted: BTreeSet<&str> = wanted.iter().filter_map(|name| region_term(knowledge, name)).collect();
    let mut at = region_term(knowledge, region);
    // a chain of terms is short; the bound keeps a circle from holding us
    for _ in 0..16 {
        let Some(key) = at else { return false };
        if wanted.contains(key) {
            return true;
        }
        at = knowledge.term(key).and_then(|term| term.broader.as_deref());
    }
    false
}

/// Key of the region that goes by a name.
fn region_term<'a>(knowledge: &'a KnowledgeBase, name: &str) -> Option<&'a str> {
    let goes_by = |known: &str| known.eq_ignore_ascii_case(name);
    let found = knowledge
        .terms()
        .filter(|term| term.kind == "region")
        .find(|term| goes_by(&term.key) || goes_by(&term.label) || term.exact.iter().any(|exact| goes_by(exact)));
    found.map(|term| term.key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn species_and_region_decide_and_a_region_within_another_agrees() {
        let terms = "schema: bravli-terms/1\nterms:\n- {key: cortex, kind: region, label: cortex, exact: []}\n\
                     - {key: s1, kind: region, label: primary somatosensory cortex, exact: [S1], broader: cortex}\n\
                     - {key: barrel_cortex, kind: region, label: barrel cortex, exact: [barrel field], broader: s1}\n";
        let papers = "schema: bravli-papers/1\npapers:\n- {id: a, authors: A, year: 2000, title: T}\n";
        let fact = |species: &str, region: &str| {
            let facts = format!(
                "schema: bravli-facts/1\nfacts:\n- {{id: \"a:membrane.time_constant:x\", quantity: membrane.time_constant, \
                 value: 10, unit: ms, {species} {region} cell: PV, evidence: measured, source: a, locator: T1, verification: seen}}\n"
            );
            let texts = [("papers/a.yaml", papers), ("facts/a.yaml", &facts), ("terms/a.yaml", terms)];
            let (base, problems) = KnowledgeBase::from_texts(texts).unwrap_or_default();
            assert!(problems.is_empty(), "{problems:?}");
            base
        };
        let target = TargetSpec { species: "rat".into(), regions: vec!["S1".into()], age: None };
        let differs = |species: &str, region: &str| {
            let base = fact(species, region);
            base.fact("a:membrane.time_constant:x").and_then(|fact| difference(&base, &target, fact))
        };
        assert_eq!(differs("species: rat,", "region: barrel cortex,"), None);
        assert_eq!(differs("species: rat,", "region: S1,"), None);
        assert_eq!(differs("species: mouse,", "region: barrel field,").as_deref(), Some("mouse, not rat"));
        assert_eq!(differs("species: rat,", "region: cortex,").as_deref(), Some("cortex, not S1"));
        assert_eq!(differs("species: rat,", "region: \"S1, V1\",").as_deref(), Some("S1, V1, not S1"));
        assert_eq!(differs("", "").as_deref(), Some("species not stated; region not stated"));
    }
}
