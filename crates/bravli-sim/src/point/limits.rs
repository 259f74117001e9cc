//! What a network may describe and this engine does not do, and what rows can show alone.

use super::filters::Filters;
use crate::network::{Bounds, Flaw, Kinetics, Network, Projection};

/// Every part of a sound network that is refused; `filters` by population, `bounds` by projection.
pub(crate) fn limits(network: &Network<'_>, filters: &[Filters], bounds: &[Bounds]) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (index, (projection, bounds)) in network.projections.iter().zip(bounds).enumerate() {
        let mut flaw = |field: &str, message: String, remedy: &str| {
            let field = format!("projections[{index}].{field}");
            flaws.push(Flaw { field, message, remedy: remedy.to_owned() });
        };
        let has_ladder = |receptor: usize| filters[projection.target].filters[receptor].ladder.is_some();
        if projection.slow.is_some_and(|slow| has_ladder(slow.receptor)) {
            flaw(
                "slow",
                "the slow receptor is the first of other connections that have decays of their own".into(),
                "give those connections a receptor of their own",
            );
        }
        if projection.plasticity.is_some() && (has_ladder(projection.receptor) || bounds.has_ratios) {
            flaw(
                "receptor",
                "connections that learn share it with connections that have decays or ratios of their own".into(),
                "give those that learn a receptor of their own, with the same kinetics",
            );
        }
        if projection.plasticity.is_some() && bounds.has_minis {
            flaw(
                "plasticity",
                "connections that release spontaneously do not learn in this engine".into(),
                "leave their mini_hz out, or keep their weights",
            );
        }
        if let Some((decay_ms, rise_ms)) = short_decay(network, projection, bounds) {
            flaw(
                "decay_ms",
                format!("a decay of {decay_ms} ms is no longer than the rise of {rise_ms} ms"),
                "give longer decays, or a receptor with a shorter rise",
            );
        }
    }
    flaws
}

/// A connection's own decay that is no longer than its receptor's rise, and the rise, ms.
fn short_decay(network: &Network<'_>, projection: &Projection<'_>, bounds: &Bounds) -> Option<(f32, f64)> {
    let receptor = &network.populations[projection.target].receptors[projection.receptor];
    let Kinetics::Biexponential { rise_ms, .. } = receptor.kinetics else { return None };
    let (shortest_ms, _) = bounds.decay_ms?;
    (f64::from(shortest_ms) <= rise_ms).then_some((shortest_ms, rise_ms))
}
