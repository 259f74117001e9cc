//! The same network for other engines: scripts that NEST and Brian2 run, with the identical wiring beside them.
//!
//! A translation is a folder of files: `simulate.py` and arrays in `data/`. Connections are written one by one, as
//! [`crate::network::Wiring`] gives them, so the outside engine draws none. What an engine cannot express is refused, all of it
//! at once; what it expresses in its own way is told in the script's header and in [`Files::notes`].
//!
//! ```
//! use bravli_sim::network::{Distribution, Effect, Kinetics, Lif, Network, NeuronModel, Pairing, Population};
//! use bravli_sim::network::{Connectivity, Projection, Receptor, Recording, Release, Rule};
//! let lif = Lif {
//!     c_m_pf: 250.0.into(), g_l_ns: 25.0.into(), e_l_mv: (-65.0).into(), v_th_mv: (-50.0).into(),
//!     v_reset_mv: (-65.0).into(), t_ref_ms: 2.0.into(), i_e_pa: 400.0.into(),
//! };
//! let fast = Receptor { name: "AMPA".into(), kinetics: Kinetics::Exponential { tau_ms: 2.0 }, effect: Effect::Current };
//! let cells = Population {
//!     name: "L4".into(), n_cells: 20, model: NeuronModel::Lif(lif), receptors: vec![fast], v_init_mv: (-65.0).into(),
//! };
//! let rule = Rule::new(Pairing::OutDegree(5), Distribution::Constant(30.0), Distribution::Constant(1.5));
//! let recurrent = Projection {
//!     name: "L4-L4".into(), source: 0, target: 0, receptor: 0, slow: None, connections: Connectivity::Rule(rule),
//!     release: Release::Static, plasticity: None,
//! };
//! let network = Network {
//!     dt_ms: 0.1, seed: 1, populations: vec![cells], projections: vec![recurrent], drives: vec![],
//!     recording: Recording::default(),
//! };
//! let files = bravli_sim::outside::nest(&network, 1_000.0).expect("NEST knows all of it");
//! assert!(files.script().contains("iaf_psc_exp"));
//! ```

mod brian2;
mod columns;
mod minis;
mod nest;
mod npy;
mod script;
#[cfg(test)]
mod tests;

pub use brian2::brian2;
pub use nest::nest;

/// A network for another engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Files {
    /// `simulate.py`, then its arrays; names are relative, with `/` between folder and file.
    pub files: Vec<File>,
    /// What the other engine does in its own way, one sentence each; the script's header has them too.
    pub notes: Vec<String>,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Name relative to the folder.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Name of the script in a translation.
pub const SCRIPT: &str = "simulate.py";

/// Connections that a translation may list; beyond them the arrays alone take gigabytes.
pub const MAX_CONNECTIONS: f64 = 1e8;

impl Files {
    /// The script's text.
    #[must_use]
    pub fn script(&self) -> &str {
        let script = self.files.iter().find(|file| file.name == SCRIPT);
        script.and_then(|file| std::str::from_utf8(&file.bytes).ok()).unwrap_or_default()
    }
}

/// A part of a network that an engine cannot express.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} cannot be written for {engine}: {message}")]
pub struct Untranslated {
    /// The engine.
    pub engine: &'static str,
    /// The part, such as `projections[1].plasticity`.
    pub field: String,
    /// Why not.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}
