//! Columns written and read in parts.

use super::{Place, write_error};
use crate::error::SonataError;
use hdf5::plist::dataset_create::FillTime;
use hdf5::types::TypeDescriptor;
use hdf5::{Dataset, H5Type};
use hdf5_metno as hdf5;
use ndarray::{ArrayView1, ArrayView2};
use std::ops::Range;

/// One column of a file.
pub(crate) struct Column<'a> {
    place: &'a Place<'a>,
    name: &'a str,
    pub(crate) n: usize,
    pub(crate) dataset: Dataset,
}

impl Place<'_> {
    /// Creates a column of `n` values, all of which must then be written.
    pub(crate) fn column<'a, T: H5Type>(&'a self, name: &'a str, n: usize) -> Result<Column<'a>, SonataError> {
        self.reserved::<T>(name, n, n.saturating_mul(size_of::<T>()), n)
    }

    /// Creates a table of two columns and `n` rows, all of which must then be written.
    pub(crate) fn pairs<'a>(&'a self, name: &'a str, n: usize) -> Result<Column<'a>, SonataError> {
        self.reserved::<u32>(name, n, n.saturating_mul(2 * size_of::<u32>()), (n, 2))
    }

    /// Creates a table of `n` rows of single-precision numbers, all of which must then be written.
    pub(crate) fn matrix<'a>(&'a self, name: &'a str, n: usize, n_columns: usize) -> Result<Column<'a>, SonataError> {
        let bytes = n.saturating_mul(n_columns).saturating_mul(size_of::<f32>());
        self.reserved::<f32>(name, n, bytes, (n, n_columns))
    }

    fn reserved<'a, T: H5Type>(
        &'a self,
        name: &'a str,
        n: usize,
        bytes: usize,
        shape: impl Into<hdf5::Extents>,
    ) -> Result<Column<'a>, SonataError> {
        self.make_room(name, bytes)?;
        // every value is written: filling first would write them twice
        let made = self.group.new_dataset::<T>().fill_time(FillTime::Never).shape(shape).create(name);
        let dataset = made.map_err(|error| write_error(self.file, &self.path(name), &error))?;
        Ok(Column { place: self, name, n, dataset })
    }

    /// Opens a column of whole numbers; `n` entries where given.
    pub(crate) fn whole_column<'a>(&'a self, name: &'a str, n: Option<usize>) -> Result<Column<'a>, SonataError> {
        let is_whole = |kind: &TypeDescriptor| matches!(kind, TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_));
        self.open_column(name, n, "whole numbers", is_whole)
    }

    /// Opens a column of decimal numbers; `n` entries where given.
    pub(crate) fn decimal_column<'a>(&'a self, name: &'a str, n: Option<usize>) -> Result<Column<'a>, SonataError> {
        self.open_column(name, n, "decimal numbers", |kind| matches!(kind, TypeDescriptor::Float(_)))
    }

    fn open_column<'a>(
        &'a self,
        name: &'a str,
        n: Option<usize>,
        expected: &'static str,
        fits: impl Fn(&TypeDescriptor) -> bool,
    ) -> Result<Column<'a>, SonataError> {
        let dataset = self.dataset(name)?;
        let kind = self.kind(name, &dataset)?;
        if !fits(&kind) {
            return Err(self.wrong_type(name, expected, &kind));
        }
        let n = self.check_size(name, &dataset, n)?;
        Ok(Column { place: self, name, n, dataset })
    }
}

impl Column<'_> {
    /// Writes values from `row` on.
    pub(crate) fn write<T: H5Type>(&self, row: usize, values: &[T]) -> Result<(), SonataError> {
        if values.is_empty() {
            return Ok(());
        }
        let written = self.dataset.write_slice(ArrayView1::from(values), row..row + values.len());
        written.map_err(|error| write_error(self.place.file, &self.place.path(self.name), &error))
    }

    /// Writes pairs from `row` on.
    pub(crate) fn write_pairs(&self, row: usize, values: &[[u32; 2]]) -> Result<(), SonataError> {
        if values.is_empty() {
            return Ok(());
        }
        let view = ArrayView2::from(values);
        let written = self.dataset.write_slice(view, (row..row + values.len(), ..));
        written.map_err(|error| write_error(self.place.file, &self.place.path(self.name), &error))
    }

    /// Writes whole rows of a table from `row` on.
    pub(crate) fn write_rows(&self, row: usize, n_columns: usize, values: &[f32]) -> Result<(), SonataError> {
        let n = values.len().checked_div(n_columns).unwrap_or_default();
        if n == 0 {
            return Ok(());
        }
        let failed = |error: &dyn std::fmt::Display| write_error(self.place.file, &self.place.path(self.name), error);
        let view = ArrayView2::from_shape((n, n_columns), values).map_err(|error| failed(&error))?;
        self.dataset.write_slice(view, (row..row + n, ..)).map_err(|error| failed(&error))
    }

    /// Reads whole numbers, each of which must fit.
    pub(crate) fn read<T: TryFrom<i64>>(&self, rows: Range<usize>) -> Result<Vec<T>, SonataError> {
        let first = rows.start;
        // HDF5 clamps what does not fit, so widen first and check here
        let wide: Vec<i64> = self.slice(rows)?;
        let fits = |(row, value): (usize, i64)| {
            T::try_from(value).map_err(|_| {
                let expected = format!("{} bits", 8 * size_of::<T>());
                self.place.value(self.name, first + row, expected, value.to_string())
            })
        };
        wide.into_iter().enumerate().map(fits).collect()
    }

    /// Reads decimal numbers.
    pub(crate) fn read_decimals(&self, rows: Range<usize>) -> Result<Vec<f32>, SonataError> {
        self.slice(rows)
    }

    fn slice<T: H5Type + Clone>(&self, rows: Range<usize>) -> Result<Vec<T>, SonataError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let read = self.dataset.read_slice_1d::<T, _>(rows);
        read.map(|values| values.to_vec()).map_err(|error| self.place.read_error(self.name, &error))
    }
}
