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
//! let cell = CellClass::new("L4_SSC", "cADpyr", "EXC");
//! assert_eq!(reading.recipe.resolve_synapse(&cell, &cell)?.class.tau_rec_ms.sd, 17.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atlas;
mod bioname;
mod calcium;
mod change;
mod check;
mod composition;
mod convert;
mod diff;
mod drafts;
mod explain;
mod files;
mod generations;
mod lint;
mod lookup;
mod model;
mod names;
mod number_walk;
mod numbers;
mod pathway;
mod pathways;
mod pattern;
mod problem;
mod published;
mod range;
mod read;
mod resolve;
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
pub use calcium::{REFERENCE_CALCIUM_MM, calcium_factor};
pub use convert::{Converted, Form, Loss, convert};
pub use diff::{
    ClassChange, Diff, LayerChange, MtypeMap, NameChange, ParameterChange, PathwayChange, PathwayDiff,
    PopulationChange, PopulationDiff, diff,
};
pub use explain::Explanation;
pub use files::{MAX_FILE_BYTES, RecipeFiles};
pub use generations::{RENAMED, Renamed, renamed};
pub use lookup::{CellClass, ConnectionIndex, Resolved, SourceIndex, UnmatchedPair};
pub use model::*;
pub use numbers::{NumberRef, numbers, numbers_with, unsourced};
pub use pathway::{Amount, Falloff, PathwaySpec};
pub use pattern::{path_match, shell_match};
pub use problem::{Problem, Reading, Rejected, Severity, Uncarried};
pub use read::{read, read_with};
pub use resolve::{CellType, CellTypes, RuleTally, SynapseTable};
pub use select::is_builder_name;
