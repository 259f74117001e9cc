//! Spikes over time, a row per cell, by population.

use crate::Figure;
use crate::error::FigureError;
use crate::palette::colour;
use crate::scale::Scale;
use crate::svg::{Anchor, Page, Plot, WIDTH};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most populations: below this, a band still holds its name.
const MOST_POPULATIONS: usize = 24;

/// Space between bands.
const GAP: f64 = 3.0;

/// Spikes of one population.
#[derive(Debug, Clone, PartialEq)]
pub struct RasterPopulation {
    /// Its name.
    pub label: String,
    /// Cells in it, also the silent ones.
    pub n_cells: u32,
    /// Spikes: time in ms, cell from 0 to `n_cells − 1`.
    pub spikes: Vec<(f64, u32)>,
}

/// A spike raster, populations from top to bottom.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// What it shows, as a sentence.
    pub title: String,
    /// Start of the time axis, ms.
    pub start_ms: f64,
    /// End of the time axis, ms.
    pub end_ms: f64,
    /// The populations.
    pub populations: Vec<RasterPopulation>,
    /// Most cells to show in all; each population gets its share, evenly picked, and at least one row.
    pub max_cells: u32,
}

impl Raster {
    /// Draws the raster.
    ///
    /// Cells beyond `max_cells`, and spikes that are not finite or not of the population, are left out, which the notes say.
    ///
    /// # Errors
    /// [`FigureError`] when there is no cell to show, the time axis has no length, or there are too many populations.
    ///
    /// # Repeatability
    /// Equal rasters give equal bytes.
    pub fn render(&self) -> Result<Figure, FigureError> {
        let shown: Vec<&RasterPopulation> =
            self.populations.iter().filter(|population| population.n_cells > 0).collect();
        let n = shown.len();
        if n > MOST_POPULATIONS {
            return Err(FigureError::TooMany {
                title: self.title.clone(),
                what: "populations",
                n,
                most: MOST_POPULATIONS,
            });
        }
        let n_cells: u64 = shown.iter().map(|population| u64::from(population.n_cells)).sum();
        if n_cells == 0 || self.max_cells == 0 {
            return Err(FigureError::Empty { title: self.title.clone() });
        }
        let plot = Plot { left: 110.0, right: WIDTH - 18.0, top: 38.0, bottom: 338.0 };
        let time = Scale::new(self.start_ms, self.end_ms, plot.left, plot.right).ok_or_else(|| FigureError::Range {
            title: self.title.clone(),
            axis: "time",
            low: self.start_ms.to_string(),
            high: self.end_ms.to_string(),
        })?;
        let rows: Vec<u32> = shown.iter().map(|population| self.rows(population.n_cells, n_cells)).collect();
        let n_rows: u32 = rows.iter().sum();

        let mut page = Page::new(&self.title);
        page.heading(&self.title);
        page.x_axis(&time, plot, "time (ms)");
        page.frame(plot);
        // a band has room for its name first, then shares the rest by rows
        let least = 11.0_f64.min((plot.bottom - plot.top) / n as f64 - GAP);
        let free = plot.bottom - plot.top - n as f64 * (least + GAP);
        let mut top = plot.top;
        for (index, (population, n_shown)) in shown.iter().zip(&rows).enumerate() {
            let height = least + free * f64::from(*n_shown) / f64::from(n_rows);
            self.band(&mut page, index, population, *n_shown, (top, height), &time);
            page.text((plot.left - 8.0, top + height / 2.0 + 4.0), Anchor::End, 15, "", &population.label);
            top += height + GAP;
        }
        let mut notes = Vec::new();
        if u64::from(n_rows) < n_cells {
            notes.push(format!("{n_rows} of {n_cells} cells shown"));
        }
        notes.extend(shown.iter().filter_map(|population| bad_spikes(population)));
        Ok(page.finish(notes))
    }

    /// Rows of a population: its share of `max_cells`, at least one.
    fn rows(&self, n_cells: u32, of: u64) -> u32 {
        let most = u64::from(self.max_cells).min(of);
        ((u64::from(n_cells) * most / of) as u32).clamp(1, n_cells)
    }

    fn band(
        &self,
        page: &mut Page,
        index: usize,
        population: &RasterPopulation,
        n_shown: u32,
        (top, height): (f64, f64),
        time: &Scale,
    ) {
        let row_height = height / f64::from(n_shown);
        let length = (0.8 * row_height).clamp(1.6, 12.0);
        let mut ticks: BTreeSet<(u32, i64)> = BTreeSet::new();
        for (at, cell) in &population.spikes {
            if !(*at >= self.start_ms && *at <= self.end_ms) || *cell >= population.n_cells {
                continue;
            }
            // row r shows cell r·n / shown, so rows are spread over the whole population
            let row = (u64::from(*cell) * u64::from(n_shown)).div_ceil(u64::from(population.n_cells));
            if row < u64::from(n_shown) && row * u64::from(population.n_cells) / u64::from(n_shown) == u64::from(*cell)
            {
                // spikes closer than half a pixel are one mark
                ticks.insert((row as u32, (2.0 * time.place(*at)).round() as i64));
            }
        }
        let mut path = String::new();
        for (row, half_pixels) in ticks {
            let y = top + (f64::from(row) + 0.5) * row_height - length / 2.0;
            let _ = write!(path, "M{:.1} {y:.1}v{length:.1}", half_pixels as f64 / 2.0);
        }
        let colour = colour(index);
        if !path.is_empty() {
            page.push(&format!("<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"1.3\" fill=\"none\"/>"));
        }
    }
}

fn bad_spikes(population: &RasterPopulation) -> Option<String> {
    let n = population.spikes.iter().filter(|(at, cell)| !at.is_finite() || *cell >= population.n_cells).count();
    (n > 0).then(|| format!("{:?}: {n} spikes have no finite time or no such cell and are left out", population.label))
}
