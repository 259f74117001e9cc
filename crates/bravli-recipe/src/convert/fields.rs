//! What rules and classes hold, under the names of [`crate::names`]: one list for every form that is written.

use crate::names::{
    ACTIVE_FRACTION, BOUTON_REDUCTION, CV_SYNAPSES, FROM_ETYPE, FROM_MTYPE, FROM_REGION, FROM_SCLASS, GSYN,
    MEAN_SYNAPSES, MeanSdName, Name, P_A, P_MU_A, PROBABILITY, SD_SYNAPSES, TAU_DECAY, TAU_FACIL, TAU_REC, TO_ETYPE,
    TO_MTYPE, TO_REGION, TO_SCLASS, U_SYN,
};
use crate::{ConnectionRule, EndPattern, MeanSd, SynapseClass};

/// Numbers of a connection rule, absent ones too.
pub(super) fn of_connection(rule: &ConnectionRule) -> [(&'static Name, Option<f64>); 8] {
    [
        (&MEAN_SYNAPSES, rule.mean_synapses),
        (&SD_SYNAPSES, rule.sd_synapses),
        (&CV_SYNAPSES, rule.cv_synapses),
        (&BOUTON_REDUCTION, rule.bouton_reduction_factor),
        (&ACTIVE_FRACTION, rule.active_fraction),
        (&PROBABILITY, rule.probability),
        (&P_A, rule.p_a),
        (&P_MU_A, rule.p_mu_a),
    ]
}

/// Means and standard deviations of a synapse class.
pub(super) fn of_class(class: &SynapseClass) -> [(&'static MeanSdName, MeanSd); 5] {
    [
        (&GSYN, class.gsyn_ns),
        (&TAU_DECAY, class.tau_decay_ms),
        (&U_SYN, class.u_syn),
        (&TAU_REC, class.tau_rec_ms),
        (&TAU_FACIL, class.tau_facil_ms),
    ]
}

/// Patterns of the two ends of a rule, those that ask for nothing left out.
pub(super) fn of_ends<'a>(from: &'a EndPattern, to: &'a EndPattern) -> impl Iterator<Item = (&'static Name, &'a str)> {
    let ends: [(&EndPattern, [&Name; 4]); 2] = [
        (from, [&FROM_SCLASS, &FROM_MTYPE, &FROM_ETYPE, &FROM_REGION]),
        (to, [&TO_SCLASS, &TO_MTYPE, &TO_ETYPE, &TO_REGION]),
    ];
    ends.into_iter()
        .flat_map(|(end, names)| end.parts().into_iter().zip(names))
        .filter_map(|((_, pattern), name)| Some((name, pattern?)))
}
