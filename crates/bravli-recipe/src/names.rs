//! What the generations of the builder recipe call a thing: XML (with its older spellings) and version 1 (JSON or YAML).

/// How a file spells its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Builder recipe XML of any generation.
    Xml,
    /// JSON or YAML, version 1.
    Version1,
}

/// One thing under all its names; the first spelling in XML is the one we write.
#[derive(Debug)]
pub(crate) struct Name {
    /// Spellings in XML, the newest first; none where XML has no such thing.
    pub(crate) xml: &'static [&'static str],
    /// The name in version 1; none where it has no such thing.
    pub(crate) version1: &'static [&'static str],
    /// Whether the spellings are not names of one thing but a list that is passed over.
    pub(crate) is_list: bool,
}

impl Name {
    pub(crate) fn spellings(&self, dialect: Dialect) -> &'static [&'static str] {
        match dialect {
            Dialect::Xml => self.xml,
            Dialect::Version1 => self.version1,
        }
    }
}

const fn name(xml: &'static [&'static str], version1: &'static [&'static str]) -> Name {
    Name { xml, version1, is_list: false }
}

/// Attributes of XML that are known and passed over.
pub(crate) const fn passed_over(spellings: &'static [&'static str]) -> Name {
    Name { xml: spellings, version1: &[], is_list: true }
}

/// A name that only XML has.
pub(crate) const fn xml(spellings: &'static [&'static str]) -> Name {
    name(spellings, &[])
}

/// A mean and its standard deviation; what is called Var is a standard deviation in every generation.
#[derive(Debug)]
pub(crate) struct MeanSdName {
    pub(crate) mean: Name,
    pub(crate) sd: Name,
}

const fn mean_sd(
    mean: &'static [&'static str],
    sd: &'static [&'static str],
    mean1: &'static [&'static str],
    sd1: &'static [&'static str],
) -> MeanSdName {
    MeanSdName { mean: name(mean, mean1), sd: name(sd, sd1) }
}

// Synapse classes.
pub(crate) const CLASS_ID: Name = name(&["id"], &["class"]);
pub(crate) const GSYN: MeanSdName =
    mean_sd(&["gsyn"], &["gsynSD", "gsynVar"], &["conductance_mu"], &["conductance_sd"]);
pub(crate) const U_SYN: MeanSdName = mean_sd(&["u"], &["uSD", "uVar"], &["u_syn_mu"], &["u_syn_sd"]);
pub(crate) const TAU_REC: MeanSdName =
    mean_sd(&["d"], &["dSD", "dVar"], &["depression_time_mu"], &["depression_time_sd"]);
pub(crate) const TAU_FACIL: MeanSdName =
    mean_sd(&["f"], &["fSD", "fVar"], &["facilitation_time_mu"], &["facilitation_time_sd"]);
pub(crate) const TAU_DECAY: MeanSdName =
    mean_sd(&["dtc"], &["dtcSD", "dtcVar"], &["decay_time_mu"], &["decay_time_sd"]);
pub(crate) const N_RRP: Name = name(&["nrrp", "ase"], &["n_rrp_vesicles_mu"]);
pub(crate) const CONDUCTANCE_RATIO: Name = name(&["gsynSRSF"], &["conductance_scale_factor"]);
pub(crate) const U_HILL: Name = name(&["uHillCoefficient"], &["u_hill_coefficient"]);
/// Contacts per connection of the oldest recipes, which nothing uses.
pub(crate) const NSYN: MeanSdName = mean_sd(&["nsyn"], &["nsynSD", "nsynVar"], &[], &[]);

// Ends of rules, and what a synapse rule gives.
pub(crate) const FROM_SCLASS: Name = name(&["fromSClass"], &["src_synapse_class"]);
pub(crate) const TO_SCLASS: Name = name(&["toSClass"], &["dst_synapse_class"]);
pub(crate) const FROM_MTYPE: Name = name(&["fromMType", "from"], &["src_mtype"]);
pub(crate) const TO_MTYPE: Name = name(&["toMType", "to"], &["dst_mtype"]);
pub(crate) const FROM_ETYPE: Name = name(&["fromEType"], &["src_etype"]);
pub(crate) const TO_ETYPE: Name = name(&["toEType"], &["dst_etype"]);
pub(crate) const FROM_REGION: Name = name(&["fromRegion"], &["src_region"]);
pub(crate) const TO_REGION: Name = name(&["toRegion"], &["dst_region"]);
pub(crate) const RULE_CLASS: Name = name(&["type"], &["class"]);
pub(crate) const RELEASE_DELAY: Name = name(&["neuralTransmitterReleaseDelay"], &["neural_transmitter_release_delay"]);
pub(crate) const CONDUCTION_VELOCITY: Name = name(&["axonalConductionVelocity"], &["axonal_conduction_velocity"]);

// Connection rules.
pub(crate) const MEAN_SYNAPSES: Name = name(&["mean_syns_connection"], &["mean_syns_connection"]);
pub(crate) const SD_SYNAPSES: Name = name(&["stdev_syns_connection"], &["stdev_syns_connection"]);
pub(crate) const CV_SYNAPSES: Name = name(&["cv_syns_connection"], &["cv_syns_connection"]);
pub(crate) const BOUTON_REDUCTION: Name = name(&["bouton_reduction_factor"], &["bouton_reduction_factor"]);
pub(crate) const ACTIVE_FRACTION: Name = name(&["active_fraction"], &["active_fraction"]);
pub(crate) const PROBABILITY: Name = name(&["probability"], &["probability"]);
pub(crate) const P_A: Name = name(&["p_A"], &["p_A"]);
pub(crate) const P_MU_A: Name = name(&["pMu_A"], &["pMu_A"]);

// Touches and their filters.
pub(crate) const AFFERENT_SECTION: Name = name(&["toBranchType", "type"], &["afferent_section_type"]);
pub(crate) const EFFERENT_SECTION: Name = name(&["fromBranchType"], &["efferent_section_type"]);
pub(crate) const REPOSITION_CLASS: Name = name(&["type"], &["class"]);
pub(crate) const MIN_DISTANCE: Name = name(&["minDistance"], &["min_distance"]);
pub(crate) const MAX_DISTANCE: Name = name(&["maxDistance"], &["max_distance"]);
pub(crate) const REGION_GAP: Name = name(&["regionGap"], &["region_gap"]);
pub(crate) const INH_DISTANCE: Name =
    name(&["defaultInhSynapsesDistance", "inhibitorySynapsesDistance"], &["inhibitory_synapse_distance"]);
pub(crate) const EXC_DISTANCE: Name =
    name(&["defaultExcSynapsesDistance", "excitatorySynapsesDistance"], &["excitatory_synapse_distance"]);
pub(crate) const GAP_CONDUCTANCE: Name = name(&["gsyn"], &["conductance"]);
pub(crate) const SURVIVAL_RATE: Name = name(&["survival_rate"], &["survival_rate"]);
pub(crate) const SYNAPSE_SEED: Name = name(&["synapseSeed"], &["seed"]);

// m-types.
pub(crate) const MTYPE_ID: Name = name(&["id"], &["mtype"]);
pub(crate) const SPINE_LENGTH: Name = name(&["spineLength"], &["spine_length"]);

// Column and composition, which version 1 leaves to other files.
pub(crate) const THICKNESS: Name = xml(&["thickness"]);
pub(crate) const X: Name = xml(&["x"]);
pub(crate) const Z: Name = xml(&["z"]);
pub(crate) const TOTAL_NEURONS: Name = xml(&["totalNeurons"]);
pub(crate) const PERCENTAGE: Name = xml(&["percentage"]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_element_spells_two_things_alike() {
        let classes: Vec<&Name> = [&GSYN, &U_SYN, &TAU_REC, &TAU_FACIL, &TAU_DECAY, &NSYN]
            .into_iter()
            .flat_map(|pair| [&pair.mean, &pair.sd])
            .chain([&CLASS_ID, &N_RRP, &CONDUCTANCE_RATIO, &U_HILL])
            .collect();
        let rules = vec![
            &FROM_SCLASS,
            &TO_SCLASS,
            &FROM_MTYPE,
            &TO_MTYPE,
            &FROM_ETYPE,
            &TO_ETYPE,
            &FROM_REGION,
            &TO_REGION,
            &RULE_CLASS,
            &RELEASE_DELAY,
            &CONDUCTION_VELOCITY,
        ];
        let connections = vec![
            &FROM_MTYPE,
            &TO_MTYPE,
            &MEAN_SYNAPSES,
            &SD_SYNAPSES,
            &CV_SYNAPSES,
            &BOUTON_REDUCTION,
            &ACTIVE_FRACTION,
            &PROBABILITY,
            &P_A,
            &P_MU_A,
        ];
        for names in [classes, rules, connections] {
            for dialect in [Dialect::Xml, Dialect::Version1] {
                let mut all: Vec<&str> = names.iter().flat_map(|n| n.spellings(dialect)).copied().collect();
                let n = all.len();
                all.sort_unstable();
                all.dedup();
                assert_eq!(all.len(), n, "{dialect:?}");
            }
        }
    }
}
