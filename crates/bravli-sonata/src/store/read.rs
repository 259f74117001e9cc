//! Reading columns and names, checked before they are believed.

use super::Place;
use crate::error::SonataError;
use crate::names::LIBRARY;
use hdf5::dataset::Layout;
use hdf5::types::TypeDescriptor;
use hdf5::{Dataset, H5Type};
use hdf5_metno as hdf5;

/// Most that a compressed file can grow in memory: deflate's limit of 1032, and partly filled chunks.
const MAX_EXPANSION: u64 = 1_100;

/// Most bytes of one dataset in memory: 16 GiB.
const MAX_DATASET_BYTES: u64 = 16 << 30;

/// Most bytes of one chunk, which is read as a whole: 128 MiB; files in use have chunks of up to 1 MiB.
const MAX_CHUNK_BYTES: u64 = 128 << 20;

impl Place<'_> {
    /// Reads a column of decimal numbers.
    pub(crate) fn read_f32(&self, name: &str, n: usize) -> Result<Vec<f32>, SonataError> {
        self.read_floats(name, Some(n))
    }

    /// Reads a column of decimal numbers of any length.
    pub(crate) fn read_f64(&self, name: &str) -> Result<Vec<f64>, SonataError> {
        self.read_floats(name, None)
    }

    fn read_floats<T: H5Type + Copy + Default>(&self, name: &str, n: Option<usize>) -> Result<Vec<T>, SonataError> {
        let dataset = self.dataset(name)?;
        match self.kind(name, &dataset)? {
            TypeDescriptor::Float(_) => self.values(name, &dataset, n),
            other => Err(self.wrong_type(name, "decimal numbers", &other)),
        }
    }

    /// Reads a column of whole numbers; `n` entries where given.
    pub(crate) fn read_whole<T: TryFrom<i64>>(&self, name: &str, n: Option<usize>) -> Result<Vec<T>, SonataError> {
        let dataset = self.dataset(name)?;
        match self.kind(name, &dataset)? {
            TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => {}
            other => return Err(self.wrong_type(name, "whole numbers", &other)),
        }
        // HDF5 clamps what does not fit, so widen first and check here
        let wide: Vec<i64> = self.values(name, &dataset, n)?;
        let fits = |(row, value): (usize, i64)| {
            T::try_from(value)
                .map_err(|_| self.value(name, row, format!("{} bits", 8 * size_of::<T>()), value.to_string()))
        };
        wide.into_iter().enumerate().map(fits).collect()
    }

    /// Reads a column of names as indices into `names`.
    pub(crate) fn read_named(&self, name: &str, n: usize, names: &[&str]) -> Result<Vec<u16>, SonataError> {
        let library = self.open(LIBRARY)?;
        let dataset = library.dataset(name)?;
        let there = library.texts(name, &dataset, None)?;
        let mut codes = Vec::with_capacity(there.len());
        for text in there {
            match names.iter().position(|known| *known == text) {
                Some(code) => codes.push(code as u16),
                None => {
                    return Err(SonataError::UnknownName {
                        file: self.file.to_owned(),
                        dataset: library.path(name),
                        name: text,
                        known: names.join(", "),
                    });
                }
            }
        }
        let indices: Vec<u16> = self.read_whole(name, Some(n))?;
        let decode = |(row, index): (usize, u16)| {
            codes
                .get(usize::from(index))
                .copied()
                .ok_or_else(|| self.value(name, row, format!("an index below {}", codes.len()), index.to_string()))
        };
        indices.into_iter().enumerate().map(decode).collect()
    }

    /// Checks a text attribute of a dataset where there is one.
    pub(crate) fn expect_text(&self, of: &str, name: &str, expected: &str) -> Result<(), SonataError> {
        let dataset = self.dataset(of)?;
        match self.text_attribute(of, &dataset, name)? {
            Some(text) if text != expected => Err(SonataError::UnknownName {
                file: self.file.to_owned(),
                dataset: format!("{}@{name}", self.path(of)),
                name: text,
                known: expected.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn values<T: H5Type + Copy + Default>(
        &self,
        name: &str,
        dataset: &Dataset,
        n: Option<usize>,
    ) -> Result<Vec<T>, SonataError> {
        let n = self.check_size(name, dataset, n)?;
        self.filled(name, dataset, n)
    }

    /// All `n` values of a dataset whose size is checked.
    pub(super) fn filled<T: H5Type + Copy + Default>(
        &self,
        name: &str,
        dataset: &Dataset,
        n: usize,
    ) -> Result<Vec<T>, SonataError> {
        let mut values = Vec::new();
        values.try_reserve_exact(n).map_err(|error| self.read_error(name, &error))?;
        values.resize(n, T::default());
        if n > 0 {
            dataset.read_into_raw(&mut values).map_err(|error| self.read_error(name, &error))?;
        }
        Ok(values)
    }

    /// Reads a table of decimal numbers with `N` columns.
    pub(crate) fn read_table_f32<const N: usize>(&self, name: &str) -> Result<Vec<[f32; N]>, SonataError> {
        let dataset = self.dataset(name)?;
        match self.kind(name, &dataset)? {
            TypeDescriptor::Float(_) => self.table(name, &dataset),
            other => Err(self.wrong_type(name, "decimal numbers", &other)),
        }
    }

    /// Reads a table of whole numbers with `N` columns.
    pub(crate) fn read_table_whole<const N: usize>(&self, name: &str) -> Result<Vec<[i64; N]>, SonataError> {
        let dataset = self.dataset(name)?;
        match self.kind(name, &dataset)? {
            TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => self.table(name, &dataset),
            other => Err(self.wrong_type(name, "whole numbers", &other)),
        }
    }

    fn table<T: H5Type + Copy + Default, const N: usize>(
        &self,
        name: &str,
        dataset: &Dataset,
    ) -> Result<Vec<[T; N]>, SonataError> {
        let shape = self.check_shape(name, dataset, 2)?;
        if shape[1] != N {
            return Err(self.read_error(name, &format!("it has {} columns, expected {N}", shape[1])));
        }
        let mut rows = Vec::new();
        rows.try_reserve_exact(shape[0]).map_err(|error| self.read_error(name, &error))?;
        rows.resize(shape[0], [T::default(); N]);
        if !rows.is_empty() {
            dataset.read_into_raw(rows.as_flattened_mut()).map_err(|error| self.read_error(name, &error))?;
        }
        Ok(rows)
    }

    /// Number of entries, once it is known to be one column, of the expected length, and of a possible size.
    pub(super) fn check_size(
        &self,
        name: &str,
        dataset: &Dataset,
        expected: Option<usize>,
    ) -> Result<usize, SonataError> {
        let n = self.check_shape(name, dataset, 1)?[0];
        if let Some(expected) = expected
            && n != expected
        {
            return Err(SonataError::Length {
                file: self.file.to_owned(),
                dataset: self.path(name),
                expected,
                actual: n,
            });
        }
        Ok(n)
    }

    /// The shape, once it is known to have `n_dims` dimensions and to be possible in a file of this size.
    ///
    /// Values that lie in other files are refused: a file that is read must not choose what else is.
    pub(crate) fn check_shape(&self, name: &str, dataset: &Dataset, n_dims: usize) -> Result<Vec<usize>, SonataError> {
        let failed = |error: hdf5::Error| self.read_error(name, &error);
        let shape = dataset.get_shape().map_err(failed)?;
        if shape.len() != n_dims {
            return Err(match dataset.space() {
                Ok(space) if space.is_null() => self.left_out(name, "it holds nothing"),
                _ => self.read_error(name, &format!("it has {} dimensions, expected {n_dims}", shape.len())),
            });
        }
        let width = dataset.dtype().map_err(failed)?.size() as u64;
        let bytes = |sizes: &[usize]| sizes.iter().fold(width, |bytes, size| bytes.saturating_mul(*size as u64));
        let too_large = |what: &str, actual: u64, limit: u64| {
            Err(self.read_error(name, &format!("{what} takes {actual} bytes, expected at most {limit}")))
        };
        let whole = bytes(&shape);
        if whole > self.file_bytes.saturating_mul(MAX_EXPANSION) {
            let reason = format!("{whole} bytes cannot come from a file of {}", self.file_bytes);
            return Err(self.read_error(name, &reason));
        }
        // narrow numbers are widened while they are read
        let in_memory = whole / width.max(1) * width.max(8);
        if in_memory > MAX_DATASET_BYTES {
            return too_large("it", in_memory, MAX_DATASET_BYTES);
        }
        let layout = dataset.dcpl().map_err(failed)?;
        if let Some(chunk) = layout.chunk() {
            let chunk = bytes(&chunk);
            if chunk > MAX_CHUNK_BYTES {
                return too_large("a chunk of it", chunk, MAX_CHUNK_BYTES);
            }
        }
        if layout.layout() == Layout::Virtual || !layout.external().is_empty() {
            return Err(self.read_error(name, &"its values lie in another file"));
        }
        Ok(shape)
    }

    pub(super) fn kind(&self, name: &str, dataset: &Dataset) -> Result<TypeDescriptor, SonataError> {
        dataset.dtype().and_then(|kind| kind.to_descriptor()).map_err(|error| self.read_error(name, &error))
    }

    pub(super) fn wrong_type(&self, name: &str, expected: &'static str, actual: &TypeDescriptor) -> SonataError {
        SonataError::Type { file: self.file.to_owned(), dataset: self.path(name), expected, actual: actual.to_string() }
    }
}
