//! Writing a recipe in another form, with a list of what that form cannot hold.

mod fields;
mod ours;
mod version1;
mod xml;

use crate::{Reading, RecipeFiles};
use serde::Serialize;
use std::collections::BTreeMap;

/// A form to write a recipe in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A folder as bravli keeps it: `builderRecipe.xml` of the 2020 generation with tables and sidecars beside it.
    Ours,
    /// The builder recipe alone, as JSON of version 1.
    Version1,
}

/// Something that the new form does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Loss {
    /// What, with how many of it.
    pub what: String,
    /// Why, or where it can be kept.
    pub why: String,
}

/// A recipe in another form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// File name → text.
    pub files: BTreeMap<String, String>,
    /// What is not in them; sorted.
    pub losses: Vec<Loss>,
}

/// Writes a recipe in another form. Reading the result gives the same recipe but for the losses.
///
/// ```
/// # use bravli_recipe::{Form, RecipeFiles, convert, read};
/// # let xml = r#"<blueColumn><SynapsesProperties><synapse fromSClass="EXC" type="E2"/></SynapsesProperties>
/// # <SynapsesClassification><class id="E2" gsynVar="0.44" gsyn="0.68" u="0.5" uVar="0.02" d="671" dVar="17" f="17" fVar="5"
/// # dtc="1.74" dtcVar="0.18" ase="2.8"/></SynapsesClassification></blueColumn>"#;
/// # let files = RecipeFiles([("builderRecipe.xml".to_string(), xml.into())].into());
/// let reading = read("old", &files)?;
/// let converted = convert(&reading, &files, Form::Version1);
/// assert!(converted.files["recipe.json"].contains("\"conductance_sd\": 0.44"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn convert(reading: &Reading, files: &RecipeFiles, form: Form) -> Converted {
    let mut converted = match form {
        Form::Ours => ours::write(reading, files),
        Form::Version1 => {
            let text = version1::write(&reading.recipe);
            let losses = version1::losses(&reading.recipe);
            Converted { files: [(version1::FILE.to_owned(), text)].into(), losses }
        }
    };
    converted.losses.extend(
        reading.uncarried.iter().map(|u| Loss {
            what: format!("{} ({})", u.what, u.n),
            why: format!("nothing reads it; first at {}", u.at),
        }),
    );
    converted.losses.sort();
    converted.losses.dedup();
    converted
}

fn loss(what: impl Into<String>, why: &str) -> Loss {
    Loss { what: what.into(), why: why.to_owned() }
}
