//! The vocabulary of quantities: their unit, what is plausible, and what a record must say besides.

/// What a record of a quantity must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Nothing in particular.
    Any,
    /// The cell.
    Cell,
    /// Both ends of the connection.
    Ends,
}

/// A quantity that facts may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Name, for example `synapse.gsyn`.
    pub name: &'static str,
    /// Usual unit; others of its dimension are fine.
    pub unit: &'static str,
    /// Lowest plausible value, in the usual unit.
    pub low: f64,
    /// Highest plausible value, in the usual unit.
    pub high: f64,
    /// What a record must name.
    pub context: Context,
}

impl Quantity {
    /// Finds a quantity by name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        QUANTITIES.binary_search_by(|known| known.name.cmp(name)).ok().and_then(|index| QUANTITIES.get(index))
    }
}

const fn row(name: &'static str, unit: &'static str, low: f64, high: f64, context: Context) -> Quantity {
    Quantity { name, unit, low, high, context }
}

/// All quantities, by name.
#[rustfmt::skip]
pub const QUANTITIES: &[Quantity] = &[
    row("activity.composite_epsp", "mV", 0.0, 60.0, Context::Any),
    row("activity.decay_time", "ms", 0.0, 10000.0, Context::Any),
    row("activity.discriminating_fraction", "1", 0.0, 1.0, Context::Any),
    row("activity.fano_factor", "1", 0.0, 50.0, Context::Any),
    row("activity.firing_rate", "Hz", 0.0, 1000.0, Context::Any),
    row("activity.fraction_above_rate", "1", 0.0, 1.0, Context::Any),
    row("activity.interspike_interval_cv", "1", 0.0, 10.0, Context::Any),
    row("activity.membrane_potential_mean", "mV", -100.0, -20.0, Context::Any),
    row("activity.membrane_potential_sd", "mV", 0.0, 30.0, Context::Any),
    row("activity.mini_frequency", "Hz", 0.0, 1000.0, Context::Any),
    row("activity.most_active_interneuron", "category", 0.0, 0.0, Context::Any),
    row("activity.noise_correlation", "1", -1.0, 1.0, Context::Any),
    row("activity.response_latency", "ms", 0.0, 10000.0, Context::Any),
    row("activity.rise_time", "ms", 0.0, 10000.0, Context::Any),
    row("activity.spike_probability", "1", 0.0, 1.0, Context::Any),
    row("activity.spikes_per_column", "spikes", 0.0, 1e9, Context::Any),
    row("activity.spikes_per_stimulus", "spikes", 0.0, 1e9, Context::Any),
    row("anatomy.cell_count", "cells", 0.0, 1e12, Context::Any),
    row("anatomy.column_count_range_ratio", "1", 1.0, 20.0, Context::Any),
    row("anatomy.column_diameter", "um", 0.0, 10000.0, Context::Any),
    row("anatomy.column_height", "um", 0.0, 10000.0, Context::Any),
    row("anatomy.column_radius", "um", 0.0, 10000.0, Context::Any),
    row("anatomy.excitatory_fraction", "1", 0.0, 1.0, Context::Any),
    row("anatomy.gabaergic_fraction", "1", 0.0, 1.0, Context::Any),
    row("anatomy.interneuron_expansion", "1", 0.0, 20.0, Context::Any),
    row("anatomy.interneuron_fraction", "1", 0.0, 1.0, Context::Any),
    row("anatomy.layer_bottom_depth", "um", 0.0, 10000.0, Context::Any),
    row("anatomy.layer_thickness", "um", 0.0, 10000.0, Context::Any),
    row("anatomy.layer_top_depth", "um", 0.0, 10000.0, Context::Any),
    row("anatomy.neuron_count", "neurons", 0.0, 1e12, Context::Any),
    row("anatomy.neuron_density", "1/mm3", 0.0, 1e6, Context::Any),
    row("anatomy.spine_length", "um", 0.0, 10.0, Context::Any),
    row("anatomy.synapse_count", "synapses", 0.0, 1e12, Context::Any),
    row("anatomy.volume", "mm3", 0.0, 1e6, Context::Any),
    row("axon.conduction_velocity", "um/ms", 1.0, 1e5, Context::Any),
    row("channel.Ih_slope", "mV", -50.0, 50.0, Context::Any),
    row("channel.Ih_v_half", "mV", -150.0, 0.0, Context::Any),
    row("channel.T_current_peak", "pA", -1000.0, 5000.0, Context::Any),
    row("composition.etype_fraction", "1", 0.0, 1.0, Context::Any),
    row("composition.mtype_fraction", "1", 0.0, 1.0, Context::Any),
    row("conductance.inh_exc_ratio", "1", 0.0, 50.0, Context::Any),
    row("conductance.mean", "nS", 0.0, 1000.0, Context::Any),
    row("conductance.ou_cv", "1", 0.0, 3.0, Context::Any),
    row("conductance.ou_tau", "ms", 0.0, 10000.0, Context::Any),
    row("conductance.sd", "nS", 0.0, 1000.0, Context::Any),
    row("connectivity.bouton_reduction_factor", "1", 0.0, 1.0, Context::Ends),
    row("connectivity.convergence", "neurons", 0.0, 1e12, Context::Ends),
    row("connectivity.distance_scale", "um", 0.0, 10000.0, Context::Any),
    row("connectivity.external_indegree", "synapses", 0.0, 1e12, Context::Any),
    row("connectivity.external_synapse_fraction", "1", 0.0, 1.0, Context::Any),
    row("connectivity.fibre_count", "fibres", 0.0, 1e6, Context::Ends),
    row("connectivity.functional_similarity_variance_explained", "1", 0.0, 1.0, Context::Any),
    row("connectivity.gap_junction_probability", "1", 0.0, 1.0, Context::Any),
    row("connectivity.probability", "1", 0.0, 1.0, Context::Ends),
    row("connectivity.reciprocal_fraction", "1", 0.0, 1.0, Context::Any),
    row("connectivity.reciprocity_ratio", "1", 0.0, 100.0, Context::Any),
    row("connectivity.synapses_per_connection", "synapses", 0.0, 100.0, Context::Ends),
    row("connectivity.synapses_per_connection_cv", "1", 0.0, 5.0, Context::Ends),
    row("connectivity.thalamic_synapse_fraction", "1", 0.0, 1.0, Context::Ends),
    row("connectivity.thalamic_target_layers", "category", 0.0, 0.0, Context::Any),
    row("connectivity.total_synapses_per_neuron", "synapses", 0.0, 1e6, Context::Any),
    row("kinetics.decay_time_constant", "ms", 0.0, 10000.0, Context::Any),
    row("kinetics.external_calcium", "mM", 0.0, 10.0, Context::Any),
    row("kinetics.external_magnesium", "mM", 0.0, 10.0, Context::Any),
    row("kinetics.mg_block_constant", "mM", 0.0, 20.0, Context::Any),
    row("kinetics.mg_block_slope", "1/mV", 0.0, 1.0, Context::Any),
    row("kinetics.rise_time_constant", "ms", 0.0, 10000.0, Context::Any),
    row("membrane.adaptation_conductance", "nS", -100.0, 100.0, Context::Cell),
    row("membrane.adaptation_increment", "pA", -1000.0, 5000.0, Context::Cell),
    row("membrane.adaptation_index", "1", -1.0, 1.0, Context::Cell),
    row("membrane.adaptation_time_constant", "ms", 0.0, 10000.0, Context::Cell),
    row("membrane.afterhyperpolarization", "mV", -10.0, 60.0, Context::Cell),
    row("membrane.area", "um2", 0.0, 1e6, Context::Cell),
    row("membrane.axial_resistivity", "ohm*cm", 10.0, 1000.0, Context::Cell),
    row("membrane.capacitance", "pF", 1.0, 2000.0, Context::Cell),
    row("membrane.input_resistance", "MOhm", 1.0, 5000.0, Context::Cell),
    row("membrane.input_resistance_reduction", "1", 1.0, 50.0, Context::Any),
    row("membrane.leak_conductance", "nS", 0.0, 1000.0, Context::Cell),
    row("membrane.leak_reversal", "mV", -100.0, -30.0, Context::Cell),
    row("membrane.refractory_period", "ms", 0.0, 10000.0, Context::Cell),
    row("membrane.reset_potential", "mV", -100.0, 0.0, Context::Cell),
    row("membrane.resting_potential", "mV", -100.0, -30.0, Context::Cell),
    row("membrane.rheobase", "pA", 0.0, 5000.0, Context::Cell),
    row("membrane.sag_ratio", "1", 0.0, 2.0, Context::Cell),
    row("membrane.specific_capacitance", "uF/cm2", 0.1, 10.0, Context::Cell),
    row("membrane.spike_half_width", "ms", 0.0, 10000.0, Context::Cell),
    row("membrane.spike_threshold", "mV", -75.0, 0.0, Context::Cell),
    row("membrane.threshold_slope", "mV", 0.0, 20.0, Context::Cell),
    row("membrane.time_constant", "ms", 0.5, 200.0, Context::Cell),
    row("model.celltype_count", "types", 0.0, 1e6, Context::Any),
    row("model.connection_count", "connections", 0.0, 1e12, Context::Any),
    row("model.imaged_neuron_count", "neurons", 0.0, 1e12, Context::Any),
    row("model.metype_count", "types", 0.0, 1e6, Context::Any),
    row("model.mtype_count", "types", 0.0, 1e6, Context::Any),
    row("model.neuron_count", "neurons", 0.0, 1e12, Context::Any),
    row("model.region_count", "regions", 0.0, 1e6, Context::Any),
    row("model.synapse_count", "synapses", 0.0, 1e15, Context::Any),
    row("model.volume", "mm3", 0.0, 1e6, Context::Any),
    row("model.w_syn", "mV", 0.0, 10.0, Context::Any),
    row("plasticity.ltd_window", "ms", -500.0, 500.0, Context::Any),
    row("plasticity.ltp_window", "ms", -500.0, 500.0, Context::Any),
    row("plasticity.stdp_timing", "ms", -200.0, 200.0, Context::Any),
    row("synapse.U_SE", "1", 0.0, 1.0, Context::Ends),
    row("synapse.conductance_ratio", "1", 0.0, 10.0, Context::Ends),
    row("synapse.cv", "1", 0.0, 5.0, Context::Ends),
    row("synapse.decay_time", "ms", 0.0, 10000.0, Context::Ends),
    row("synapse.delay", "ms", 0.0, 10000.0, Context::Any),
    row("synapse.ei_delay", "ms", 0.0, 10000.0, Context::Ends),
    row("synapse.failure_rate", "1", 0.0, 1.0, Context::Ends),
    row("synapse.gsyn", "nS", 0.0, 100.0, Context::Ends),
    row("synapse.latency", "ms", 0.0, 10000.0, Context::Ends),
    row("synapse.n_rrp", "vesicles", 0.0, 100.0, Context::Ends),
    row("synapse.nmda_ampa_ratio", "1", 0.0, 10.0, Context::Any),
    row("synapse.nmda_fraction_epsp_integral", "1", 0.0, 1.0, Context::Ends),
    row("synapse.paired_pulse_ratio", "1", 0.0, 10.0, Context::Ends),
    row("synapse.quantal_size", "mV", 0.0, 10.0, Context::Ends),
    row("synapse.relative_inhibitory_weight", "1", -20.0, 0.0, Context::Any),
    row("synapse.release_delay", "ms", 0.0, 10000.0, Context::Any),
    row("synapse.release_probability", "1", 0.0, 1.0, Context::Ends),
    row("synapse.reversal_potential", "mV", -110.0, 20.0, Context::Any),
    row("synapse.rise_time", "ms", 0.0, 10000.0, Context::Ends),
    row("synapse.tau_decay", "ms", 0.0, 10000.0, Context::Any),
    row("synapse.tau_facil", "ms", 0.0, 10000.0, Context::Ends),
    row("synapse.tau_inact", "ms", 0.0, 10000.0, Context::Ends),
    row("synapse.tau_rec", "ms", 0.0, 10000.0, Context::Ends),
    row("synapse.thalamic_epsp_amplitude", "mV", -5.0, 60.0, Context::Ends),
    row("synapse.thalamic_epsp_relative", "1", -1.0, 10.0, Context::Ends),
    row("synapse.thalamic_epsp_slope_relative", "1", -1.0, 20.0, Context::Ends),
    row("synapse.u_hill", "mM", 0.0, 10.0, Context::Ends),
    row("synapse.uepsc_amplitude", "pA", -5000.0, 5000.0, Context::Ends),
    row("synapse.uepsp_amplitude", "mV", 0.0, 20.0, Context::Any),
    row("synapse.uipsc_amplitude", "pA", -5000.0, 5000.0, Context::Ends),
    row("synapse.uipsp_amplitude", "mV", -20.0, 20.0, Context::Ends),
];

#[cfg(test)]
mod tests {
    use super::*;
    use bravli_units::Unit;

    #[test]
    fn the_table_is_sorted_and_its_units_exist() {
        assert!(QUANTITIES.is_sorted_by(|a, b| a.name < b.name));
        assert!(QUANTITIES.iter().all(|quantity| Unit::parse(quantity.unit).is_ok() && quantity.low <= quantity.high));
        assert_eq!(Quantity::find("synapse.U_SE").map(|found| found.high), Some(1.0));
        assert!(Quantity::find("synapse.weight").is_none());
    }
}
