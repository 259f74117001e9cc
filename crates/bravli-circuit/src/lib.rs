//! Recipe → column → circuit: geometry, placement, wiring, and descriptions of boundaries and protocols.
//!
//! Invariant: nothing here runs a model. A circuit is columns of numbers, a boundary and a protocol are descriptions;
//! every random draw depends on (seed, purpose, entity, index) alone.

mod boundary;
mod column;
mod contact;
mod edges;
mod edit;
mod fibres;
mod geometry;
mod neurons;
mod place;
mod protocol;
mod rounding;
mod run;
mod trial;
mod wire;

pub use boundary::{
    Background, Boundary, BoundaryError, BoundarySpec, Condition, FibreRate, FibreTarget, MAX_BACKGROUNDS,
    read_boundary,
};
pub use column::{Cells, Column, ColumnHeader, PlacedColumn, PlacedGround, PlacedLayer, PlacedPopulation, World};
pub use contact::{Contact, ContactLaw};
pub use edges::{
    Connection, Connections, EdgeHeader, Edges, EdgesBuilder, Ends, Interval, NO_PATHWAY, OutOfOrder, Pathway,
};
pub use edit::{
    CutRow, Edit, EditError, EditGround, Edited, MAX_SWAPS, NodeExpression, NodeTest, NodeValue, Order, Remove, Rewire,
    SCALE_RANGE, Scale, Shuffle, apply,
};
pub use fibres::{FibrePopulation, wire_fibres};
pub use geometry::{
    ColumnLayout, Draws, Geometry, LayerSpan, LayoutError, MAX_COLUMNS, Part, Prism, RegionError, RegionPart, Site,
    Spot, VoxelRegion,
};
pub use neurons::{NeuronColumns, NeuronError, neuron_columns, scale};
pub use place::{
    Deviation, Ground, GroundRegion, MAX_CELLS, MAX_EXCLUSION_UM, PlaceError, PlaceRequest, Placed, PlacementReport,
    PlacementRow, place, place_on,
};
pub use protocol::{ContextSpan, GaussianBlocks, MAX_DURATION_MS, Protocol, ProtocolError, Schedule};
pub use rounding::{apportion, apportion_near};
pub use run::Spikes;
pub use trial::{Trial, TrialKind};
pub use wire::{
    Afferent, Check, Checked, Circuit, Degrees, DistanceBin, MAX_COUNT, PairOdds, PathwayReport, PathwaySummary,
    Reciprocity, UnusedRule, Verdict, What, WireError, WiringReport, pair_odds, peak_probability, wire, wiring_report,
};
