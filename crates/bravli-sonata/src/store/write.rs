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
        self.make_room(name, 0)?;
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
        self.make_room(name, size_of_val(values))?;
        self.group
            .new_dataset_builder()
            .with_data(values)
            .create(name)
            .map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Writes `n` times one value, which takes no space: it is stored once, as what absent entries read as.
    pub(crate) fn write_constant<T: H5Type>(&self, name: &str, value: T, n: usize) -> Result<(), SonataError> {
        self.make_room(name, 0)?;
        let written = self.group.new_dataset::<T>().fill_value(value).shape(n).create(name);
        written.map(drop).map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Gives a dataset here a second name.
    pub(crate) fn link(&self, name: &str, second: &str) -> Result<(), SonataError> {
        self.make_room(second, 0)?;
        let linked = self.group.link_hard(name, second);
        linked.map_err(|error| write_error(self.file, &self.path(second), &error))
    }

    /// Writes a table of two columns in half the width.
    pub(crate) fn write_narrow_pairs(&self, name: &str, values: &[[u32; 2]]) -> Result<(), SonataError> {
        self.make_room(name, size_of_val(values))?;
        let created = self.group.new_dataset::<u32>().shape((values.len(), 2)).create(name);
        let written = created.and_then(|dataset| dataset.write_raw(values.as_flattened()));
        written.map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Writes a table of two columns.
    pub(crate) fn write_pairs(&self, name: &str, values: &[[u64; 2]]) -> Result<(), SonataError> {
        self.make_room(name, size_of_val(values))?;
        let created = self.group.new_dataset::<u64>().shape((values.len(), 2)).create(name);
        let written = created.and_then(|dataset| dataset.write_raw(values.as_flattened()));
        written.map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Writes `n` times −1, which takes no space: the value is stored once, as what absent entries read as.
    pub(crate) fn write_untyped(&self, name: &str, n: usize) -> Result<(), SonataError> {
        self.write_constant(name, -1_i64, n)
    }

    /// Writes a text attribute of `location`, called `of` in errors.
    pub(crate) fn write_text(&self, location: &Location, of: &str, name: &str, text: &str) -> Result<(), SonataError> {
        self.make_room(name, text.len())?;
        let failed =
            |error: &dyn std::fmt::Display| write_error(self.file, &format!("{}@{name}", self.path(of)), error);
        let text = VarLenUnicode::from_str(text).map_err(|error| failed(&error))?;
        let attribute = location.new_attr::<VarLenUnicode>().create(name).map_err(|error| failed(&error))?;
        attribute.write_scalar(&text).map_err(|error| failed(&error))
    }

    /// Writes an attribute of this group.
    pub(crate) fn write_attribute<T: H5Type>(&self, name: &str, value: &T) -> Result<(), SonataError> {
        self.make_room(name, 0)?;
        let written = self.group.new_attr::<T>().create(name).and_then(|attribute| attribute.write_scalar(value));
        written.map_err(|error| write_error(self.file, &format!("{}@{name}", self.at), &error))
    }

    /// Writes a column of names: indices here, the names in `@library`.
    pub(crate) fn write_named(&self, name: &str, codes: &[u16], names: &[&str]) -> Result<(), SonataError> {
        if let Some(row) = codes.iter().position(|code| usize::from(*code) >= names.len()) {
            return Err(self.value(name, row, format!("an index below {}", names.len()), codes[row].to_string()));
        }
        self.write_names(name, names)?;
        self.write(name, codes).map(drop)
    }

    /// Writes what the numbers of a column stand for.
    pub(crate) fn write_names(&self, name: &str, names: &[&str]) -> Result<(), SonataError> {
        self.make_room(name, texts_in_heaps(names.iter().map(|text| text.len())))?;
        let texts = names.iter().map(|text| VarLenUnicode::from_str(text)).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|error| write_error(self.file, &self.path(name), &error))?;
        let library = if self.has(LIBRARY) { self.open(LIBRARY)? } else { self.create(LIBRARY)? };
        library.write(name, &texts).map(drop)
    }

    /// Writes a column that holds one name only.
    pub(crate) fn write_one_name(&self, name: &str, text: &str, n: usize) -> Result<(), SonataError> {
        self.write_names(name, &[text])?;
        self.write_constant(name, 0_u8, n)
    }
}

/// Bytes that texts take at most in the heaps of a file: a header each, and what is left of a heap that the next does not fit.
pub(super) fn texts_in_heaps(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.map(|length| 2 * length + 64).sum()
}
