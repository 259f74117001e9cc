//! Figures as SVG from plain numbers.
//!
//! Invariant: equal numbers give equal bytes, and whatever a figure leaves out (values that are not finite, cells that do
//! not fit) is said in its notes and written below it.
//!
//! ```
//! use bravli_figures::{Axis, Chart, Point, Series, Style};
//! let chart = Chart {
//!     title: "Rate grows with drive".into(),
//!     x: Axis::new("drive", "nS"),
//!     y: Axis::new("rate", "Hz"),
//!     series: vec![Series::new("L4_E", Style::Line, [Point::new(0.0, 0.5), Point::new(1.0, 2.0).with_error(0.3)])],
//! };
//! let figure = chart.render()?;
//! assert!(figure.svg.starts_with("<svg") && figure.notes.is_empty());
//! # Ok::<(), bravli_figures::FigureError>(())
//! ```

mod chart;
mod error;
mod palette;
mod raster;
mod scale;
mod svg;

pub use chart::{Axis, Chart, Point, Series, Style};
pub use error::FigureError;
pub use raster::{Raster, RasterPopulation};

/// A rendered figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The SVG text, 640 by 400.
    pub svg: String,
    /// What the figure leaves out; also written below it.
    pub notes: Vec<String>,
}
