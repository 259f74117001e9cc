//! Reconstructed neurons: a soma, and sections of points between branchings.
//!
//! Reads Neurolucida ASC and SWC from bytes it is given; opens no file and knows no HDF5 (`bravli-sonata` reads h5 files
//! into the same type). Acceptance follows the reference reader of the Blue Brain files, MorphIO: what it refuses is
//! refused, what it warns of is warned of. Where it silently makes something up (samples in a cycle, points after a
//! branching), this crate refuses.
//!
//! Invariant: a [`Morphology`] has every parent before its children, at least one point in every section, and only finite
//! numbers. No input makes a reader panic, and none makes it recurse.
//!
//! ```
//! use bravli_morphology::{SectionType, read_swc};
//!
//! let text = b"1 1 0 0 0 5 -1\n2 3 0 5 0 1 1\n3 3 0 25 0 1 2\n";
//! let read = read_swc("cell.swc", text)?;
//! assert!(read.warnings.is_empty());
//! assert_eq!(read.morphology.n_sections(), 1);
//! assert_eq!(read.morphology.length_of_um(SectionType::BasalDendrite), 20.0);
//! # Ok::<(), bravli_morphology::MorphologyError>(())
//! ```

mod asc;
mod measure;
mod morphology;
mod problem;
mod read;
mod swc;

pub use asc::{MAX_DEPTH, read_asc};
pub use measure::TypeTotal;
pub use morphology::{Morphology, Point, Section, SectionType, ShapeError, Soma, SomaShape};
pub use problem::{MAX_WARNINGS, MorphologyError, MorphologyErrorKind, Place, Warning, WarningKind};
pub use read::{MAX_BYTES, MorphologyRead, read_morphology};
pub use swc::read_swc;
