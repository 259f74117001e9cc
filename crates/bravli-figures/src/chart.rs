//! Lines and points with error bars.

use crate::Figure;
use crate::error::FigureError;
use crate::palette::{MOST, colour, dash, mark};
use crate::scale::Scale;
use crate::svg::{Anchor, Page, Plot, WIDTH, with_unit};
use std::fmt::Write;

/// An axis in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// What it shows.
    pub label: String,
    /// Its unit; empty or `1` for a bare number.
    pub unit: String,
}

impl Axis {
    /// An axis of `label` in `unit`.
    #[must_use]
    pub fn new(label: &str, unit: &str) -> Self {
        Self { label: label.to_owned(), unit: unit.to_owned() }
    }
}

/// A value of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
    /// Half height of its error bar.
    pub error: Option<f64>,
}

impl Point {
    /// A point without error bar.
    #[must_use]
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, error: None }
    }

    /// The point with an error bar from `y − error` to `y + error`.
    #[must_use]
    pub fn with_error(self, error: f64) -> Self {
        Self { error: Some(error), ..self }
    }

    fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite() && self.error.is_none_or(f64::is_finite)
    }
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A line through the points in their order; it breaks where a point is not finite.
    Line,
    /// Points alone.
    Scatter,
    /// A line with its points.
    LineAndPoints,
}

/// A labelled set of points.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub label: String,
    /// How it is drawn.
    pub style: Style,
    /// Its points, in the order of the line.
    pub points: Vec<Point>,
}

impl Series {
    /// A series of points.
    #[must_use]
    pub fn new(label: &str, style: Style, points: impl IntoIterator<Item = Point>) -> Self {
        Self { label: label.to_owned(), style, points: points.into_iter().collect() }
    }
}

/// Lines and points over common axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows, as a sentence.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Up to 14 series.
    pub series: Vec<Series>,
}

impl Chart {
    /// Draws the chart.
    ///
    /// Points that are not finite are left out, which the notes say.
    ///
    /// # Errors
    /// [`FigureError`] when no point is finite, an axis has no finite length, or there are too many series.
    ///
    /// # Repeatability
    /// Equal charts give equal bytes.
    pub fn render(&self) -> Result<Figure, FigureError> {
        let n = self.series.len();
        if n > MOST {
            return Err(FigureError::TooMany { title: self.title.clone(), what: "series", n, most: MOST });
        }
        let finite = || self.series.iter().flat_map(|series| &series.points).filter(|point| point.is_finite());
        if finite().next().is_none() {
            return Err(FigureError::Empty { title: self.title.clone() });
        }
        let has_legend = n > 1 || self.series.iter().any(|series| !series.label.is_empty());
        let right = if has_legend { WIDTH - 142.0 } else { WIDTH - 18.0 };
        let plot = Plot { left: 70.0, right, top: 38.0, bottom: 338.0 };
        let x = Scale::around(finite().map(|point| point.x), plot.left, plot.right)
            .ok_or_else(|| self.range("horizontal", finite().map(|point| point.x)))?;
        let ends = || finite().flat_map(|point| [-1.0, 1.0].map(|sign| point.y + sign * point.error.unwrap_or(0.0)));
        let y = Scale::around(ends(), plot.bottom, plot.top).ok_or_else(|| self.range("vertical", ends()))?;

        let mut page = Page::new(&self.title);
        page.heading(&self.title);
        page.x_axis(&x, plot, &with_unit(&self.x.label, &self.x.unit));
        page.y_axis(&y, plot, &with_unit(&self.y.label, &self.y.unit));
        page.frame(plot);
        for (index, series) in self.series.iter().enumerate() {
            draw(&mut page, index, series, &x, &y);
            if has_legend {
                legend(&mut page, index, series, plot);
            }
        }
        Ok(page.finish(self.notes()))
    }

    fn notes(&self) -> Vec<String> {
        let left_out = |series: &Series| {
            let n = series.points.iter().filter(|point| !point.is_finite()).count();
            let total = series.points.len();
            (n > 0).then(|| format!("{:?}: {n} of {total} points are not finite and left out", series.label))
        };
        self.series.iter().filter_map(left_out).collect()
    }

    fn range(&self, axis: &'static str, values: impl Iterator<Item = f64>) -> FigureError {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        FigureError::Range { title: self.title.clone(), axis, low: low.to_string(), high: high.to_string() }
    }
}

fn draw(page: &mut Page, index: usize, series: &Series, x: &Scale, y: &Scale) {
    let colour = colour(index);
    let (mut bars, mut line, mut marks) = (String::new(), String::new(), String::new());
    let mut pen = 'M';
    for point in &series.points {
        if !point.is_finite() {
            pen = 'M';
            continue;
        }
        let (at_x, at_y) = (x.place(point.x), y.place(point.y));
        let _ = write!(line, "{pen}{at_x:.1} {at_y:.1}");
        pen = 'L';
        marks.push_str(&mark(index, at_x, at_y));
        if let Some(error) = point.error {
            let (low, high) = (y.place(point.y - error), y.place(point.y + error));
            let _ = write!(bars, "M{at_x:.1} {low:.1}V{high:.1}M{:.1} {low:.1}h6m-6 0", at_x - 3.0);
            let _ = write!(bars, "M{:.1} {high:.1}h6", at_x - 3.0);
        }
    }
    if !bars.is_empty() {
        page.push(&format!("<path d=\"{bars}\" stroke=\"{colour}\" stroke-width=\"1\" fill=\"none\"/>"));
    }
    if series.style != Style::Scatter {
        let dash = dash(index);
        page.push(&format!(
            "<path d=\"{line}\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\" \
             stroke-dasharray=\"{dash}\" fill=\"none\"/>"
        ));
    }
    if series.style != Style::Line {
        page.push(&format!("<path d=\"{marks}\" fill=\"{colour}\" stroke=\"#fff\" stroke-width=\"0.6\"/>"));
    }
}

fn legend(page: &mut Page, index: usize, series: &Series, plot: Plot) {
    let (left, middle) = (plot.right + 12.0, plot.top + 8.0 + 20.0 * index as f64);
    let colour = colour(index);
    if series.style != Style::Scatter {
        let dash = dash(index);
        page.push(&format!(
            "<path d=\"M{left:.1} {middle:.1}h20\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>"
        ));
    }
    if series.style != Style::Line {
        page.push(&format!("<path d=\"{}\" fill=\"{colour}\"/>", mark(index, left + 10.0, middle)));
    }
    page.text((left + 26.0, middle + 4.0), Anchor::Start, 15, "", &series.label);
}
