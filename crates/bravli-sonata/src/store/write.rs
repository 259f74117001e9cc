//! Writing columns, names and attributes.

use super::{Place, write_error};
use crate::error::SonataError;
use crate::names::LIBRARY;
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, H5Type, Location};
use hdf5_metno as hdf5;
use std::str::FromStr;

impl Place<'_> {
    /// Creates a group.
    pub(crate) fn create(&self, name: &str) -> Result<Self, SonataError> {
        let group = self
            .group
            .create_group_builder()
            .obj_track_times(false)
            .create(name)
            .map_err(|error| write_error(self.file, &self.path(name), &error))?;
        Ok(self.at(name, group))
    }

    /// Writes a column.
    pub(crate) fn write<T: H5Type>(&self, name: &str, values: &[T]) -> Result<Dataset, SonataError> {
        self.group
            .new_dataset_builder()
            .with_data(values)
            .create(name)
            .map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Writes a table of two columns.
    pub(crate) fn write_pairs(&self, name: &str, values: &[[u64; 2]]) -> Result<(), SonataError> {
        let created = self.group.new_dataset::<u64>().shape((values.len(), 2)).create(name);
        let written = created.and_then(|dataset| dataset.write_raw(values.as_flattened()));
        written.map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Writes `n` times −1, which takes no space: the value is stored once, as what absent entries read as.
    pub(crate) fn write_untyped(&self, name: &str, n: usize) -> Result<(), SonataError> {
        let written = self.group.new_dataset::<i64>().fill_value(-1_i64).shape(n).create(name);
        written.map(drop).map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Writes a text attribute of `location`, called `of` in errors.
    pub(crate) fn write_text(&self, location: &Location, of: &str, name: &str, text: &str) -> Result<(), SonataError> {
        let failed =
            |error: &dyn std::fmt::Display| write_error(self.file, &format!("{}@{name}", self.path(of)), error);
        let text = VarLenUnicode::from_str(text).map_err(|error| failed(&error))?;
        let attribute = location.new_attr::<VarLenUnicode>().create(name).map_err(|error| failed(&error))?;
        attribute.write_scalar(&text).map_err(|error| failed(&error))
    }

    /// Writes an attribute of this group.
    pub(crate) fn write_attribute<T: H5Type>(&self, name: &str, value: &T) -> Result<(), SonataError> {
        let written = self.group.new_attr::<T>().create(name).and_then(|attribute| attribute.write_scalar(value));
        written.map_err(|error| write_error(self.file, &format!("{}@{name}", self.at), &error))
    }

    /// Writes a column of names: indices here, the names in `@library`.
    pub(crate) fn write_named(&self, name: &str, codes: &[u16], names: &[&str]) -> Result<(), SonataError> {
        if let Some(row) = codes.iter().position(|code| usize::from(*code) >= names.len()) {
            return Err(self.value(name, row, format!("an index below {}", names.len()), codes[row].to_string()));
        }
        let texts = names.iter().map(|text| VarLenUnicode::from_str(text)).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|error| write_error(self.file, &self.path(name), &error))?;
        let library = if self.has(LIBRARY) { self.open(LIBRARY)? } else { self.create(LIBRARY)? };
        library.write(name, &texts)?;
        self.write(name, codes).map(drop)
    }
}
