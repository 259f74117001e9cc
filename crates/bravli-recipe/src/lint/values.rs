//! Numbers that are allowed and look like something else than what was meant.

use crate::problem::Notes;
use crate::{Location, Problem, Recipe, SynapseClass};
use std::collections::BTreeMap;

/// Half-activation of release lies within these many mM; published values are 1.09 to 2.79.
const U_HILL_MM: std::ops::RangeInclusive<f64> = 0.5..=3.9;
/// Peak conductances of a single contact above this many nS are likely sums over contacts, or pS.
const LARGE_GSYN_NS: f64 = 20.0;
/// Time constants of depression below this many ms are likely in seconds.
const SHORT_TAU_REC_MS: f64 = 2.0;
/// A layer thinner than this many µm is likely in mm.
const THIN_LAYER_UM: f64 = 5.0;
/// More contacts per connection than this are unlikely between cortical cells.
const MANY_SYNAPSES: f64 = 100.0;
/// Fewest classes of one sign for which an odd one out means something.
const MIN_CLASSES: usize = 5;

/// Tells of them all.
pub(crate) fn values(recipe: &Recipe, notes: &mut Notes) {
    for class in recipe.synapse_classes.values() {
        synapse_class(class, notes);
    }
    for sign in ['E', 'I'] {
        odd_one_out(recipe, sign, notes);
    }
    for rule in &recipe.connection_rules {
        let name = format!("connection rule {}->{}", rule.from, rule.to);
        if let Some(mean) = rule.mean_synapses.filter(|mean| *mean < 1.0 || *mean > MANY_SYNAPSES) {
            let message = format!("{name} has {mean} synapses per connection, expected 1 to {MANY_SYNAPSES}");
            odd(message, &rule.at, "a connection has at least one synapse; check the column", notes);
        }
        if let Some(cv) = rule.cv().filter(|cv| *cv > 2.0) {
            let message = format!("{name} has a coefficient of variation of {cv}");
            odd(message, &rule.at, "divide a percentage by 100, a standard deviation by the mean", notes);
        }
    }
}

/// Tells of a layer whose thickness looks like another unit.
pub(crate) fn thin_layer(layer: &str, thickness_um: f64, at: Location, notes: &mut Notes) {
    if thickness_um < THIN_LAYER_UM {
        let message = format!("layer {layer} is {thickness_um} um thick, which looks like mm");
        odd(message, &at, "multiply by 1000", notes);
    }
}

fn odd(message: String, at: &Location, remedy: &str, notes: &mut Notes) {
    notes.add(Problem::warning("suspicious_value", message).at(at.clone()).remedy(remedy));
}

fn synapse_class(class: &SynapseClass, notes: &mut Notes) {
    let name = format!("class {:?}", class.name);
    let at = &class.at;
    if let Some(hill) = class.u_hill_mm.filter(|hill| !U_HILL_MM.contains(hill)) {
        let message = format!("{name} has uHillCoefficient {hill}, expected 0.5 to 3.9");
        odd(message, at, "it is the calcium at half activation in mM; the exponent is always 4", notes);
    }
    if class.gsyn_ns.mean > LARGE_GSYN_NS {
        let message = format!("{name} has gsyn {} nS per contact", class.gsyn_ns.mean);
        odd(message, at, "give the conductance of one contact, and divide pS by 1000", notes);
    }
    if class.tau_rec_ms.mean < SHORT_TAU_REC_MS {
        let message = format!("{name} recovers from depression in {} ms", class.tau_rec_ms.mean);
        odd(message, at, "multiply seconds by 1000", notes);
    }
    if class.u_syn.mean == 0.0 {
        let message = format!("{name} has u = 0 and releases only by its spread");
        odd(message, at, "give the mean utilisation", notes);
    } else if class.u_syn.sd > class.u_syn.mean {
        let message = format!("{name} has u {} with a spread of {}", class.u_syn.mean, class.u_syn.sd);
        let remedy = "negative draws are drawn again, so that the mean of what is drawn lies above the one stated";
        notes.add(Problem::note("skewed_draws", message).at(at.clone()).remedy(remedy));
    }
    if class.n_rrp < 1.0 {
        let message = format!("{name} has {} vesicles; every contact is given one", class.n_rrp);
        notes.add(Problem::note("vesicles_raised", message).at(at.clone()).remedy("write 1 to say so"));
    }
}

/// One class among equals whose half-activation differs looks like a slip; the value is kept.
fn odd_one_out(recipe: &Recipe, sign: char, notes: &mut Notes) {
    let classes: Vec<&SynapseClass> = recipe.synapse_classes.values().filter(|c| c.name.starts_with(sign)).collect();
    let mut by_value: BTreeMap<u64, Vec<&SynapseClass>> = BTreeMap::new();
    for class in &classes {
        if let Some(value) = class.u_hill_mm {
            by_value.entry(value.to_bits()).or_default().push(class);
        }
    }
    let groups: Vec<&Vec<&SynapseClass>> = by_value.values().collect();
    let (odd_class, others) = match groups.as_slice() {
        [one, many] | [many, one] if one.len() == 1 && many.len() + 1 >= MIN_CLASSES => (one, many),
        _ => return,
    };
    let (Some(class), Some(other)) = (odd_class.first(), others.first()) else { return };
    let (Some(own), Some(common)) = (class.u_hill_mm, other.u_hill_mm) else { return };
    let kind = if sign == 'E' { "excitatory" } else { "inhibitory" };
    let message = format!(
        "class {:?} has uHillCoefficient {own} and the {} other {kind} classes have {common}",
        class.name,
        others.len()
    );
    odd(message, &class.at, "looks like a slip; kept as written", notes);
}
