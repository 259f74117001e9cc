//! Atlases: volumes, a hierarchy of regions, and what they say about a composition.
//!
//! A [`Volume`] keeps the type of its file, so a hundred megabytes of labels stay a hundred megabytes. Sizes are checked
//! against stated limits before anything is set aside for them, and a compressed stream is read no further than its header
//! says.

mod decode;
mod density;
mod error;
mod header;
mod hierarchy;
mod mask;
mod open;
mod resolve;
mod volume;

pub use density::{GroupCells, MeanDensity};
pub use error::{AtlasError, VolumeError, VolumeErrorKind};
pub use header::MAX_VOLUME_BYTES;
pub use hierarchy::{MAX_HIERARCHY_BYTES, Region, RegionMap};
pub use mask::Mask;
pub use open::Atlas;
pub(crate) use resolve::resolve;
pub use volume::{Volume, VolumeData, VoxelKind, VoxelValue};
