//! Colours and marks that stay apart for colour-blind readers and in grey.

/// Okabe & Ito's colours without yellow, which is faint on white.
///
/// Source: Okabe & Ito 2008, "Color universal design".
const COLOURS: [&str; 7] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];

/// Most series of a chart: every colour twice, with another mark and dash.
pub(crate) const MOST: usize = 2 * COLOURS.len();

/// Colour of the `index`-th series.
pub(crate) fn colour(index: usize) -> &'static str {
    COLOURS[index % COLOURS.len()]
}

/// Dash pattern of the `index`-th series.
pub(crate) fn dash(index: usize) -> &'static str {
    if index < COLOURS.len() { "none" } else { "5 3" }
}

/// Path of the `index`-th mark around a point, about 7 wide.
pub(crate) fn mark(index: usize, x: f64, y: f64) -> String {
    let shape = match index % 4 {
        0 => "m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z",
        1 => "m-3 -3h6v6h-6z",
        2 => "m0 -4l3.8 6.6h-7.6z",
        _ => "m0 -4.2l4.2 4.2l-4.2 4.2l-4.2 -4.2z",
    };
    format!("M{x:.1} {y:.1}{shape}")
}
