//! Figures as a reader gets them: well formed, repeatable, honest about what is missing.

use bravli_figures::{Axis, Chart, FigureError, Point, Raster, RasterPopulation, Series, Style};

fn chart() -> Chart {
    let wave =
        |phase: f64| (0..40).map(move |i| Point::new(f64::from(i) * 5.0, 2.0 + (f64::from(i) * 0.2 + phase).sin()));
    Chart {
        title: "Rates of <two> populations & \"one\" more".into(),
        x: Axis::new("time", "ms"),
        y: Axis::new("rate", "Hz"),
        series: vec![
            Series::new("L4_E", Style::Line, wave(0.0)),
            Series::new("L23_PV", Style::LineAndPoints, wave(1.0).step_by(4).map(|point| point.with_error(0.25))),
            Series::new("a name that is far too long to show", Style::Scatter, wave(2.0).step_by(3)),
        ],
    }
}

fn raster() -> Raster {
    let population = |label: &str, n_cells: u32, every: u32| RasterPopulation {
        label: label.into(),
        n_cells,
        spikes: (0..n_cells * 40 / every)
            .map(|i| (f64::from(i * 7919 % 1_000_003) / 1_000.0, i * 104_729 % n_cells))
            .collect(),
    };
    Raster {
        title: "Spikes without stimulus".into(),
        start_ms: 0.0,
        end_ms: 1_000.0,
        populations: vec![population("L23_E", 800, 20), population("L23_SST", 40, 4), population("L4_E", 1_600, 16)],
        max_cells: 200,
    }
}

/// Checks tags, quotes and entities; the text of elements must not hold markup.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "stray >: {}", &rest[..start]);
        for entity in rest[..start].split('&').skip(1) {
            let name = entity.split(';').next().unwrap_or_default();
            assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "&{name}");
        }
        let length = rest[start..].find('>').unwrap_or_else(|| panic!("unclosed tag: {rest}"));
        let tag = &rest[start + 1..start + length];
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap_or_default());
        }
        rest = &rest[start + length + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn figures_are_well_formed_and_equal_for_equal_numbers() {
    let (a, b) = (chart().render().unwrap(), raster().render().unwrap());
    assert_well_formed(&a.svg);
    assert_well_formed(&b.svg);
    assert_eq!(a, chart().render().unwrap());
    assert_eq!(b, raster().render().unwrap());
    assert!(a.svg.contains("&lt;two&gt; populations &amp; &quot;one&quot;"));
    assert!(a.svg.contains("rate (Hz)") && a.svg.contains("time (ms)"));
    assert!(a.notes.is_empty());
    // every series and every name is there, the cut one in full as a tooltip
    assert!(a.svg.contains("<title>a name that is far too long to show</title>"));
    if let Some(folder) = std::env::var_os("BRAVLI_FIGURES") {
        std::fs::write(std::path::Path::new(&folder).join("chart.svg"), &a.svg).unwrap();
        std::fs::write(std::path::Path::new(&folder).join("raster.svg"), &b.svg).unwrap();
    }
}

#[test]
fn values_that_are_not_finite_are_left_out_and_counted() {
    let mut chart = chart();
    chart.series[0].points[3].y = f64::NAN;
    chart.series[0].points[4].x = f64::INFINITY;
    chart.series[1].points[0].error = Some(f64::NAN);
    let figure = chart.render().unwrap();
    assert_well_formed(&figure.svg);
    assert_eq!(figure.notes.len(), 2);
    assert_eq!(figure.notes[0], "\"L4_E\": 2 of 40 points are not finite and left out");
    assert!(figure.svg.contains("2 of 40 points"));
    // the line breaks instead of bridging the gap
    let line = figure.svg.lines().find(|line| line.contains("stroke-linejoin")).unwrap();
    assert_eq!(line.matches('M').count(), 2);
    for series in &mut chart.series {
        series.points.iter_mut().for_each(|point| point.y = f64::NAN);
    }
    let error = chart.render().unwrap_err();
    assert!(matches!(error, FigureError::Empty { .. }) && !error.remedy().is_empty());
}

#[test]
fn ranges_without_end_and_crowds_are_refused() {
    let mut wide = chart();
    wide.series[0].points[0].y = f64::MAX;
    wide.series[0].points[1].y = -f64::MAX;
    assert!(matches!(wide.render(), Err(FigureError::Range { axis: "vertical", .. })));
    let mut crowd = chart();
    crowd.series = vec![crowd.series[0].clone(); 15];
    assert!(matches!(crowd.render(), Err(FigureError::TooMany { n: 15, most: 14, .. })));
    let point = Chart { series: vec![Series::new("", Style::Scatter, [Point::new(1e-9, -3e8)])], ..chart() };
    assert_well_formed(&point.render().unwrap().svg);
}

#[test]
fn a_raster_says_how_many_cells_it_shows() {
    let figure = raster().render().unwrap();
    // shares of 200 by size, rounded down: 65 + 3 + 131
    assert_eq!(figure.notes, ["199 of 2440 cells shown"]);
    let mut all = raster();
    all.max_cells = 10_000;
    all.populations[1].spikes.push((f64::NAN, 0));
    all.populations[1].spikes.push((10.0, 40));
    let figure = all.render().unwrap();
    assert_eq!(figure.notes, ["\"L23_SST\": 2 spikes have no finite time or no such cell and are left out"]);
    for (start_ms, end_ms) in [(0.0, 0.0), (10.0, 5.0), (0.0, f64::NAN)] {
        let error = Raster { start_ms, end_ms, ..raster() }.render().unwrap_err();
        assert!(matches!(error, FigureError::Range { axis: "time", .. }), "{error}");
    }
    assert!(matches!(Raster { max_cells: 0, ..raster() }.render(), Err(FigureError::Empty { .. })));
}

#[test]
fn every_shown_row_stands_for_one_cell() {
    let spikes = (0..1_000).map(|cell| (f64::from(cell), cell)).collect();
    let population = RasterPopulation { label: "E".into(), n_cells: 1_000, spikes };
    let raster = Raster { populations: vec![population], end_ms: 1_000.0, max_cells: 64, ..raster() };
    let svg = raster.render().unwrap().svg;
    let band = svg.lines().find(|line| line.contains("stroke-width=\"1.3\"")).unwrap();
    assert_eq!(band.matches('M').count(), 64);
}
