//! The page: escaped text, frame, axes, notes.

use crate::Figure;
use crate::scale::Scale;
use std::fmt::Write;

/// Page width.
pub(crate) const WIDTH: f64 = 640.0;

/// Page height.
pub(crate) const HEIGHT: f64 = 400.0;

/// Where text goes relative to its point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG text in the making.
pub(crate) struct Page {
    text: String,
}

impl Page {
    pub(crate) fn new(title: &str) -> Self {
        let mut page = Self { text: String::new() };
        let title = escaped(title);
        page.push(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" \
             fill=\"#222\">\n<title>{title}</title>"
        ));
        page.push(&format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>"));
        page
    }

    /// Adds a line of markup.
    pub(crate) fn push(&mut self, markup: &str) {
        self.text.push_str(markup);
        self.text.push('\n');
    }

    /// Adds text of at most `most` characters; what is cut shows as a tooltip.
    pub(crate) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, most: usize, attributes: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (shown, tooltip) = if text.chars().count() > most {
            let cut: String = text.chars().take(most.saturating_sub(1)).collect();
            (format!("{}…", escaped(cut.trim_end())), format!("<title>{}</title>", escaped(text)))
        } else {
            (escaped(text), String::new())
        };
        self.push(&format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{attributes}>{shown}{tooltip}</text>"
        ));
    }

    /// Adds a title over the plot.
    pub(crate) fn heading(&mut self, title: &str) {
        self.text((16.0, 22.0), Anchor::Start, 84, " font-size=\"14\" font-weight=\"bold\"", title);
    }

    /// Adds an axis at the foot of the plot, with grid lines up to `top`.
    pub(crate) fn x_axis(&mut self, scale: &Scale, plot: Plot, label: &str) {
        let mut grid = String::new();
        for (value, text) in scale.ticks(7) {
            let x = scale.place(value);
            let _ = write!(grid, "M{x:.1} {:.1}V{:.1}", plot.top, plot.bottom + 4.0);
            self.text((x, plot.bottom + 17.0), Anchor::Middle, 12, "", &text);
        }
        self.push(&format!("<path d=\"{grid}\" stroke=\"#e4e4e4\" fill=\"none\"/>"));
        self.text(((plot.left + plot.right) / 2.0, plot.bottom + 34.0), Anchor::Middle, 70, "", label);
    }

    /// Adds an axis left of the plot, with grid lines across it.
    pub(crate) fn y_axis(&mut self, scale: &Scale, plot: Plot, label: &str) {
        let mut grid = String::new();
        for (value, text) in scale.ticks(6) {
            let y = scale.place(value);
            let _ = write!(grid, "M{:.1} {y:.1}H{:.1}", plot.left - 4.0, plot.right);
            self.text((plot.left - 8.0, y + 4.0), Anchor::End, 10, "", &text);
        }
        self.push(&format!("<path d=\"{grid}\" stroke=\"#e4e4e4\" fill=\"none\"/>"));
        let middle = (plot.top + plot.bottom) / 2.0;
        self.text((18.0, middle), Anchor::Middle, 44, &format!(" transform=\"rotate(-90 18 {middle:.1})\""), label);
    }

    /// Adds the two axis lines.
    pub(crate) fn frame(&mut self, plot: Plot) {
        let Plot { left, right, top, bottom } = plot;
        self.push(&format!("<path d=\"M{left:.1} {top:.1}V{bottom:.1}H{right:.1}\" stroke=\"#555\" fill=\"none\"/>"));
    }

    /// Closes the page, with notes in its last line.
    pub(crate) fn finish(mut self, notes: Vec<String>) -> Figure {
        if !notes.is_empty() {
            self.text(
                (16.0, HEIGHT - 8.0),
                Anchor::Start,
                112,
                " font-size=\"10\" fill=\"#8a3b00\"",
                &notes.join("; "),
            );
        }
        self.push("</svg>");
        Figure { svg: self.text, notes }
    }
}

/// The area that data are drawn in, in page coordinates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// `label (unit)`, or the label alone for a bare number.
pub(crate) fn with_unit(label: &str, unit: &str) -> String {
    if unit.is_empty() || unit == "1" { label.to_owned() } else { format!("{label} ({unit})") }
}

/// Text that XML can hold: markup escaped, forbidden characters replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(c),
        }
    }
    escaped
}
