//! HDF5 with paths in its errors: one writer or reader at a time, and sizes checked before anything is reserved.

mod any;
mod column;
mod heaps;
mod read;
mod space;
mod write;

use crate::error::SonataError;
use crate::names::{MAGIC, VERSION};
use hdf5::file::LibraryVersion;
use hdf5::{Dataset, File, Group, IndexType, IterationOrder, LinkType, LocationType};
use hdf5_metno as hdf5;
use space::{OF_OBJECT, Space};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

pub(crate) use column::Column;

/// Root attribute `magic` of the SONATA specification.
const MAGIC_NUMBER: u32 = 0x0A7A;

/// Root attribute `version`: 0.1.
const FORMAT_VERSION: [u32; 2] = [0, 1];

/// The HDF5 library is built without threads; a whole file is written or read under this lock.
static LIBRARY_LOCK: Mutex<()> = Mutex::new(());

/// A group with the names its errors need.
pub(crate) struct Place<'a> {
    file: &'a Path,
    file_bytes: u64,
    /// Where the first heap of texts starts that must not be read, once looked for.
    bad_heap: Rc<OnceCell<Option<u64>>>,
    at: String,
    group: Group,
    /// Room on the disk, of a file that is written.
    space: Option<Rc<Space>>,
}

/// Writes a file under a temporary name and moves it into place, so that `path` never holds half a file.
pub(crate) fn write_file(
    path: &Path,
    content: impl FnOnce(&Place<'_>) -> Result<(), SonataError>,
) -> Result<(), SonataError> {
    let _guard = LIBRARY_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let part = part_of(path);
    let written = write_content(path, &part, content)
        .and_then(|()| std::fs::rename(&part, path).map_err(|error| write_error(path, "", &error)));
    if written.is_err() {
        // the first error is the one worth reporting
        std::fs::remove_file(&part).ok();
    }
    written
}

fn write_content(
    path: &Path,
    part: &Path,
    content: impl FnOnce(&Place<'_>) -> Result<(), SonataError>,
) -> Result<(), SonataError> {
    let failed = |error: hdf5::Error| write_error(path, "", &error);
    // before the file is there, for one that is open has to be closed; making it empties it, so it is asked for twice
    let room = || Space::of(part).map_err(|error| write_error(path, "", &error));
    drop(room()?);
    let file = File::with_options()
        // headers of this format carry checksums, and only as much history as HDF5 1.8 can read
        .with_fapl(|access| access.libver_bounds(LibraryVersion::V18, LibraryVersion::V18))
        .with_fcpl(|create| create.obj_track_times(false))
        .create(part)
        .map_err(failed)?;
    let space = Rc::new(room()?);
    let root = Place::root(path, 0, file.as_group().map_err(failed)?, Some(Rc::clone(&space)));
    root.group.new_attr::<u32>().create(MAGIC).and_then(|a| a.write_scalar(&MAGIC_NUMBER)).map_err(failed)?;
    root.group.new_attr_builder().with_data(&FORMAT_VERSION).create(VERSION).map_err(failed)?;
    content(&root)?;
    drop(root);
    file.close().map_err(failed)?;
    let space = Rc::into_inner(space);
    space.map_or(Ok(()), |space| space.finish(part)).map_err(|error| write_error(path, "", &error))
}

/// Writes a text under a temporary name and moves it into place.
pub(crate) fn write_text_file(path: &Path, text: &str) -> Result<(), SonataError> {
    let part = part_of(path);
    let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| {
        std::fs::remove_file(&part).ok();
        write_error(path, "", &error)
    })
}

fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".part-{}", std::process::id()));
    PathBuf::from(part)
}

/// Opens a file and reads from it.
pub(crate) fn read_file<T>(
    path: &Path,
    content: impl FnOnce(&Place<'_>) -> Result<T, SonataError>,
) -> Result<T, SonataError> {
    let _guard = LIBRARY_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let failed = |reason: String| SonataError::Open { file: path.to_owned(), reason };
    let metadata = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !metadata.is_file() {
        return Err(failed("it is no file".to_owned()));
    }
    let file_bytes = metadata.len();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let group = file.as_group().map_err(|error| failed(error.to_string()))?;
    content(&Place::root(path, file_bytes, group, None))
}

fn write_error(file: &Path, dataset: &str, error: &dyn std::fmt::Display) -> SonataError {
    SonataError::Write { file: file.to_owned(), dataset: dataset.to_owned(), reason: error.to_string() }
}

impl<'a> Place<'a> {
    /// The file this place is in.
    pub(crate) fn file(&self) -> &'a Path {
        self.file
    }

    /// Path of `name` here.
    pub(crate) fn path(&self, name: &str) -> String {
        if name.is_empty() { self.at.clone() } else { format!("{}/{name}", self.at) }
    }

    fn root(file: &'a Path, file_bytes: u64, group: Group, space: Option<Rc<Space>>) -> Self {
        Self { file, file_bytes, bad_heap: Rc::default(), at: String::new(), group, space }
    }

    fn at(&self, name: &str, group: Group) -> Self {
        let bad_heap = Rc::clone(&self.bad_heap);
        let space = self.space.clone();
        Self { file: self.file, file_bytes: self.file_bytes, bad_heap, at: self.path(name), group, space }
    }

    /// Asks the disk for room for an object of as many bytes, before HDF5 is handed it.
    fn make_room(&self, name: &str, bytes: usize) -> Result<(), SonataError> {
        let grown = self.space.as_ref().map_or(Ok(()), |space| space.grow(OF_OBJECT + bytes as u64));
        grown.map_err(|error| write_error(self.file, &self.path(name), &error))
    }

    /// Checks, once per file, that HDF5 can read its texts of variable length.
    fn check_heaps(&self, name: &str) -> Result<(), SonataError> {
        let bad = match self.bad_heap.get() {
            Some(bad) => *bad,
            None => {
                let bad = heaps::first_bad_heap(self.file).map_err(|error| self.read_error(name, &error))?;
                *self.bad_heap.get_or_init(|| bad)
            }
        };
        match bad {
            Some(at) => Err(self.read_error(name, &format!("texts of the file are damaged at byte {at}"))),
            None => Ok(()),
        }
    }

    /// Whether `name` is here.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.group.link_exists(name)
    }

    /// Names of groups here, sorted; links to other files are left out.
    pub(crate) fn groups(&self) -> Result<Vec<String>, SonataError> {
        self.members(|name, link| link != LinkType::External && self.is_a(name, LocationType::Group))
    }

    /// Names of datasets here, sorted; links to other files among them, which are refused when read.
    pub(crate) fn datasets(&self) -> Result<Vec<String>, SonataError> {
        self.members(|name, link| link == LinkType::External || self.is_a(name, LocationType::Dataset))
    }

    fn is_a(&self, name: &str, kind: LocationType) -> bool {
        self.group.loc_type_by_name(name).is_ok_and(|there| there == kind)
    }

    fn members(&self, is_wanted: impl Fn(&str, LinkType) -> bool) -> Result<Vec<String>, SonataError> {
        let links = self.group.links(IndexType::Name, IterationOrder::Increasing);
        let mut links = links.map_err(|error| self.read_error("", &error))?;
        links.retain(|(name, info)| is_wanted(name, info.link_type));
        let mut names: Vec<String> = links.into_iter().map(|(name, _)| name).collect();
        names.sort();
        Ok(names)
    }

    /// Refuses a link to another file: a file that is read must not choose what else is.
    fn check_link(&self, name: &str) -> Result<(), SonataError> {
        let is_external =
            |link: &str, info: hdf5::LinkInfo| Ok((link == name).then_some(info.link_type == hdf5::LinkType::External));
        match self.group.find_link(hdf5::IndexType::Name, hdf5::IterationOrder::Native, is_external) {
            Ok(Some(true)) => Err(self.read_error(name, &"it is a link to another file")),
            // what is absent or damaged is told by whoever opens it
            _ => Ok(()),
        }
    }

    /// Opens a group.
    pub(crate) fn open(&self, name: &str) -> Result<Self, SonataError> {
        self.check_link(name)?;
        let group = self.group.group(name).map_err(|error| self.absent(name, &error))?;
        Ok(self.at(name, group))
    }

    fn dataset(&self, name: &str) -> Result<Dataset, SonataError> {
        self.check_link(name)?;
        self.group.dataset(name).map_err(|error| self.absent(name, &error))
    }

    /// An error about one row.
    pub(crate) fn value(&self, name: &str, row: usize, expected: String, actual: String) -> SonataError {
        SonataError::Value { file: self.file.to_owned(), dataset: self.path(name), row, expected, actual }
    }

    /// A problem: something that is there and is not kept.
    pub(crate) fn left_out(&self, name: &str, reason: &'static str) -> SonataError {
        SonataError::LeftOut { file: self.file.to_owned(), dataset: self.path(name), reason }
    }

    /// An error that a column has another length than its neighbours.
    pub(crate) fn length(&self, name: &str, expected: usize, actual: usize) -> SonataError {
        SonataError::Length { file: self.file.to_owned(), dataset: self.path(name), expected, actual }
    }

    fn read_error(&self, name: &str, error: &dyn std::fmt::Display) -> SonataError {
        SonataError::Read { file: self.file.to_owned(), dataset: self.path(name), reason: error.to_string() }
    }

    fn absent(&self, name: &str, error: &hdf5::Error) -> SonataError {
        if self.has(name) {
            return self.read_error(name, error);
        }
        self.missing(name)
    }

    /// An error that something is not here.
    pub(crate) fn missing(&self, name: &str) -> SonataError {
        let found = self.group.member_names().unwrap_or_default().join(", ");
        SonataError::Missing { file: self.file.to_owned(), dataset: self.path(name), found }
    }
}
