//! The fast engine.
//!
//! Cells are cut into partitions, one or more per thread. A partition owns its cells' state and the connections onto them,
//! so threads never write to each other's memory. Connections of a source are sorted by delay: at each step a partition adds
//! the runs that are due to accumulators of whole numbers, which fit a core's cache and whose sums depend on no order. Then
//! membranes advance, sixty-four side by side. Spikes are exchanged as often as the shortest delay demands.
//!
//! ```
//! use bravli_sim::network::{Kept, Lif, Network, NeuronModel, Population, Recording};
//! use bravli_sim::point::{Engine, Options, Simd};
//! use std::ops::ControlFlow;
//!
//! let lif = Lif {
//!     c_m_pf: 250.0.into(), g_l_ns: 25.0.into(), e_l_mv: (-65.0).into(), v_th_mv: (-50.0).into(),
//!     v_reset_mv: (-65.0).into(), t_ref_ms: 2.0.into(), i_e_pa: 500.0.into(),
//! };
//! let cells = Population {
//!     name: "cells".into(), n_cells: 3, model: NeuronModel::Lif(lif), receptors: vec![], v_init_mv: (-65.0).into(),
//! };
//! let network = Network {
//!     dt_ms: 0.1, seed: 1, populations: vec![cells], projections: vec![], drives: vec![], recording: Recording::default(),
//! };
//! let mut kept = Kept::default();
//! let mut engine = Engine::new(&network, Options { threads: 1, simd: Simd::Best })?;
//! engine.run(1_000, &mut kept, &mut |_| ControlFlow::Continue(()))?;
//! // V reaches −50 mV after τ ln 4 = 13.86 ms, in the step that ends at 13.9 ms
//! assert_eq!(kept.of(0)[0].step, 139);
//! # Ok::<(), bravli_sim::SimError>(())
//! ```

mod checkpoint;
mod drives;
mod engine;
mod estimate;
mod filters;
mod group;
mod layout;
mod limits;
mod math;
mod membrane;
mod memory;
mod partition;
mod plan;
mod simd;
mod source;
mod synapses;
mod team;
mod units;

pub use checkpoint::Checkpoint;
pub use engine::{Engine, MAX_STEPS, Options, Stats};
pub use estimate::{Estimate, estimate};
pub use simd::Simd;
