//! Spikes of a run.

use crate::error::SonataError;
use crate::names::{MS, SORTING, SPIKES, UNITS, sonata};
use crate::spikes::SortedBy;
use crate::spool::{Mark, Spool};
use crate::store::write_file;
use bravli_sim::network::Spike;
use std::path::{Path, PathBuf};

/// Spikes of a run, in order of time.
#[derive(Debug)]
pub struct SpikeWriter {
    dt_ms: f64,
    populations: Vec<(String, Spool)>,
}

impl SpikeWriter {
    /// Starts with no spikes of any population; what is not yet in its file lies in `folder`.
    ///
    /// # Errors
    /// [`SonataError::Write`] when the folder cannot be written to.
    pub fn create(folder: &Path, dt_ms: f64, populations: &[String]) -> Result<Self, SonataError> {
        let spool = |(index, name): (usize, &String)| Ok((name.clone(), Spool::create(&spikes_spool(folder, index))?));
        Ok(Self { dt_ms, populations: populations.iter().enumerate().map(spool).collect::<Result<_, SonataError>>()? })
    }

    /// Goes on after marks, one per population; nothing where the folder does not hold what they were made of. `visit` gets
    /// the spikes before them, population by population.
    ///
    /// # Errors
    /// [`SonataError`] when the folder cannot be read or written to.
    pub fn resume(
        folder: &Path,
        dt_ms: f64,
        populations: &[String],
        marks: &[Mark],
        visit: &mut dyn FnMut(usize, &[Spike]),
    ) -> Result<Option<Self>, SonataError> {
        if marks.len() != populations.len() {
            return Ok(None);
        }
        let mut spools = Vec::with_capacity(marks.len());
        for (index, (name, mark)) in populations.iter().zip(marks).enumerate() {
            let mut see = |words: &[u32]| visit(index, &pairs(words).collect::<Vec<_>>());
            match Spool::resume(&spikes_spool(folder, index), *mark, &mut see)? {
                Some(spool) => spools.push((name.clone(), spool)),
                None => return Ok(None),
            }
        }
        Ok(Some(Self { dt_ms, populations: spools }))
    }

    /// Appends spikes of a population, sorted by time, then cell, and not before those it has.
    ///
    /// # Errors
    /// [`SonataError::Write`] when they cannot be kept.
    pub fn append(&mut self, population: usize, spikes: &[Spike]) -> Result<(), SonataError> {
        self.populations[population].1.push(spikes.iter().flat_map(|spike| [spike.step, spike.cell]))
    }

    /// How far each population is written.
    ///
    /// # Errors
    /// [`SonataError::Write`] when that cannot be ensured.
    pub fn marks(&mut self) -> Result<Vec<Mark>, SonataError> {
        self.populations.iter_mut().map(|(_, spool)| spool.mark()).collect()
    }

    /// Writes the file, a group per population.
    ///
    /// # Errors
    /// [`SonataError::Write`] when it cannot be written.
    ///
    /// # Repeatability
    /// Equal spikes give equal bytes, however often the run was stopped and resumed.
    pub fn finish(mut self, path: &Path) -> Result<(), SonataError> {
        let dt_ms = self.dt_ms;
        // times are whole steps; rounding to 1e-6 ms keeps 0.1·3 from printing as 0.30000000000000004
        let time = |spike: Spike| (f64::from(spike.step) * dt_ms * 1e6).round() / 1e6;
        write_file(path, |root| {
            let all = root.create(SPIKES)?;
            for (name, spool) in &mut self.populations {
                let place = all.create(name)?;
                place.write_attribute(SORTING, &SortedBy::by_time)?;
                let n = (spool.len() / 2) as usize;
                let times = place.column::<f64>(sonata("time_ms"), n)?;
                place.write_text(&times.dataset, sonata("time_ms"), UNITS, MS)?;
                in_parts(spool, |row, words| times.write(row, &pairs(words).map(time).collect::<Vec<f64>>()))?;
                let ids = place.column::<u64>(sonata("node"), n)?;
                let id = |spike: Spike| u64::from(spike.cell);
                in_parts(spool, |row, words| ids.write(row, &pairs(words).map(id).collect::<Vec<u64>>()))?;
            }
            Ok(())
        })
    }
}

fn spikes_spool(folder: &Path, population: usize) -> PathBuf {
    folder.join(format!("spikes-{population}.raw"))
}

fn pairs(words: &[u32]) -> impl Iterator<Item = Spike> + '_ {
    words.as_chunks::<2>().0.iter().map(|[step, cell]| Spike { step: *step, cell: *cell })
}

/// Calls `write` with the first row and the words of each part of spikes.
fn in_parts(
    spool: &mut Spool,
    mut write: impl FnMut(usize, &[u32]) -> Result<(), SonataError>,
) -> Result<(), SonataError> {
    let mut row = 0;
    spool.read(&mut |words| {
        write(row, words)?;
        row += words.len() / 2;
        Ok(())
    })
}
