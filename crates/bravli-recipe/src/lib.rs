//! Circuit recipes: the Blue Brain builder recipe, its companion tables and our own sidecar files.
//!
//! The caller reads the files; this crate turns their bytes into a [`Recipe`] and never touches the disk. Everything
//! that is wrong is collected and returned at once, each with file, line and column.
//!
//! Invariant: a recipe that was read refers to nothing undefined. Every synapse rule's class exists, every m-type of the
//! composition has a class, every number lies in its range; what is odd but usable is told as a warning.
//!
//! ```
//! use bravli_recipe::{CellClass, RecipeFiles, read};
//! let xml = r#"<blueColumn>
//!   <SynapsesProperties><synapse fromSClass="EXC" toSClass="*" type="E2"/></SynapsesProperties>
//!   <SynapsesClassification>
//!     <class id="E2" gsyn="0.68" gsynSD="0.44" u="0.5" uSD="0.02" d="671" dSD="017" f="017" fSD="5"
//!            dtc="1.74" dtcSD="0.18" nrrp="2.8"/>
//!   </SynapsesClassification></blueColumn>"#;
//! let files = RecipeFiles([("builderRecipe.xml".to_string(), xml.into())].into());
//! let reading = read("tiny", &files)?;
//! let cell = CellClass { mtype: "L4_SSC", etype: "cADpyr", synapse_class: "EXC" };
//! assert_eq!(reading.recipe.resolve_synapse(&cell, &cell)?.class.tau_rec_ms.sd, 17.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atlas;
mod bioname;
mod check;
mod composition;
mod files;
mod lookup;
mod model;
mod number_walk;
mod numbers;
mod pattern;
mod problem;
mod range;
mod read;
mod select;
mod sidecars;
mod sources;
mod table;
mod xml;
mod yaml;

pub use atlas::{
    Atlas, AtlasError, GroupCells, MAX_HIERARCHY_BYTES, MAX_VOLUME_BYTES, Mask, MeanDensity, Region, RegionMap, Volume,
    VolumeData, VolumeError, VolumeErrorKind, VoxelKind, VoxelValue,
};
pub use bioname::*;
pub use bravli_facts::nearest;
pub use files::{MAX_FILE_BYTES, RecipeFiles};
pub use lookup::{CellClass, ConnectionIndex, Resolved, SourceIndex, UnmatchedPair};
pub use model::*;
pub use numbers::{NumberRef, numbers, numbers_with, unsourced};
pub use pattern::{path_match, shell_match};
pub use problem::{Problem, Reading, Rejected, Severity};
pub use read::{read, read_with};
