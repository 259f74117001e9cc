//! Runs → a report on uncertainty-modulated prediction errors, with its figures.

use super::{boundary, circuit, circuit::input, controls, read_json, recipe, responses, run, write_json, write_text};
use crate::error::ActError;
use crate::progress::Progress;
use crate::replies::{ControlRow, LedgerCounts, RateRow, WeightRow};
use crate::requests::{ComputeUpe, LearnRequest};
use crate::store::{ArtifactRecord, Draft, Ledger, Made, Store};
use bravli_analysis::{UpeOptions, UpeReport, assess};
use bravli_circuit::{Condition, EdgeHeader};
use serde_json::json;
use std::fmt::Write;

/// Refuses a number of bootstrap draws out of range.
pub(crate) fn check_bootstrap(n_bootstrap: u32, field: &str) -> Result<(), ActError> {
    if (20..=10_000).contains(&n_bootstrap) {
        return Ok(());
    }
    let message = format!("must lie in 20..=10000, got {n_bootstrap}");
    Err(ActError::new("bad_bootstrap", field, message, "1000 draws are usual"))
}

/// Finds the runs of a request and checks that they can be read together.
pub(crate) fn runs(store: &Store, request: &ComputeUpe) -> Result<Vec<ArtifactRecord>, ActError> {
    if request.runs.is_empty() || request.runs.len() > 1_000 {
        return Err(ActError::new(
            "bad_runs",
            "runs",
            format!("must name 1 to 1000 runs, got {}", request.runs.len()),
            "give ids that simulate returned, for example [\"run-0123456789ab\"]",
        ));
    }
    check_bootstrap(request.n_bootstrap, "n_bootstrap")?;
    let mut records: Vec<ArtifactRecord> = Vec::new();
    for (index, id) in request.runs.iter().enumerate() {
        let field = format!("runs[{index}]");
        let record = store.get(id, Some("run"), &field)?;
        if records.iter().any(|known| known.id == record.id) {
            return Err(ActError::new(
                "duplicate_run",
                field,
                format!("{id} is named twice"),
                "name each run once; a second run needs another seed",
            ));
        }
        if let Some(first) =
            records.first().filter(|first| conditions(first) != conditions(&record) || first.inputs != record.inputs)
        {
            return Err(ActError::new(
                "runs_differ",
                field,
                format!(
                    "{id} differs from {} in circuit, boundary, protocol, length, release, silencing, minis or learning",
                    first.id
                ),
                "give runs that differ in their seed alone",
            ));
        }
        if let Some(same) = records.iter().find(|known| known.request["seed"] == record.request["seed"]) {
            return Err(ActError::new(
                "same_seed",
                field,
                format!("{id} has the seed of {}: it is no second sample", same.id),
                "simulate again with another seed",
            ));
        }
        records.push(record);
    }
    // the order in which runs are named means nothing
    records.sort_by_key(|record| record.request["seed"].as_u64());
    Ok(records)
}

/// What runs that are read together share besides their inputs: all that was asked but the seed and what to record.
fn conditions(run: &ArtifactRecord) -> serde_json::Value {
    let mut request = run.request.clone();
    for own in ["seed", "record"] {
        request.as_object_mut().and_then(|request| request.remove(own));
    }
    request
}

/// Whether weights changed in every run, so that they can hold what a context was like.
fn weights_changed(runs: &[ArtifactRecord]) -> bool {
    let changed = |run: &ArtifactRecord| {
        let rows: Vec<WeightRow> = serde_json::from_value(run.summary["weights"].clone()).unwrap_or_default();
        rows.iter().any(|row| row.changed_ns > 0.0)
    };
    runs.iter().all(changed)
}

/// What contexts can act through.
fn learning_assumption(learn: &[LearnRequest], is_learned: bool) -> String {
    if learn.is_empty() {
        return "no synapse learns during the protocol; contexts act through short-term plasticity, adaptation and the \
                top-down rate"
            .into();
    }
    let entries: Vec<String> =
        learn.iter().map(|entry| format!("{} onto {} ({})", entry.source, entry.onto, entry.rule.name())).collect();
    let held = if is_learned { "and their weights can hold a context's spread" } else { "but no weight changed" };
    format!(
        "these connections learn during the protocol, release all of their weight and do not depress: {}; how fast they \
         learn is assumed, {held}",
        entries.join(", ")
    )
}

/// Assesses the runs, or finds the report.
pub(crate) fn make(
    store: &Store,
    runs: &[ArtifactRecord],
    request: &ComputeUpe,
    progress: &dyn Progress,
) -> Result<Made, ActError> {
    let inputs: Vec<&ArtifactRecord> = runs.iter().collect();
    let boundary_record = input(store, &runs[0], "boundary")?;
    let circuit_record = input(store, &runs[0], "circuit")?;
    let column = super::column::header(store, &circuit::input(store, &circuit_record, "column")?)?;
    if !column.populations.iter().any(|population| population.name == request.response) {
        let names: Vec<&str> = column.populations.iter().map(|population| population.name.as_str()).collect();
        return Err(ActError::new(
            "unknown_population",
            "response",
            format!("no population {:?} in the circuit; it has {}", request.response, names.join(", ")),
            format!("nearest: {}", bravli_recipe::nearest(&request.response, names.iter().copied()).join(", ")),
        ));
    }
    let content = json!({
        "analysis": "upe",
        "response": request.response,
        "window": request.window,
        "n_bootstrap": request.n_bootstrap,
        "seed": request.seed,
    });
    store.make("report", content, &inputs, |folder| {
        let stop = |done: f64, what: &str| {
            if progress.report(done, what).is_break() { Err(ActError::cancelled()) } else { Ok(()) }
        };
        stop(0.0, "counting spikes")?;
        let boundary = boundary::load(store, &boundary_record)?;
        let gathered = responses::gather(store, runs, request.window)?;
        let has =
            |name: &str| gathered.responses.classes.iter().any(|class| class.name == name).then(|| name.to_owned());
        let top_down_on = boundary.conditions.iter().any(|condition| {
            matches!(condition, Condition::Dirichlet { rate, .. } if rate.hz_per_sigma > 0.0 || rate.hz_per_mu > 0.0)
        });
        let tells_sigma = boundary
            .conditions
            .iter()
            .any(|condition| matches!(condition, Condition::Dirichlet { rate, .. } if rate.hz_per_sigma > 0.0));
        let mut assumptions = boundary::assumptions(&boundary);
        let learns = run::prepared(store, &runs[0])?.learn;
        let is_learned = weights_changed(runs);
        assumptions.push(learning_assumption(&learns, is_learned));
        if top_down_on && !tells_sigma {
            assumptions
                .push("the top-down rate tells the circuit the context's mean and nothing about its spread".into());
        }
        assumptions.push(format!("the model rests on {}", LedgerCounts::from(&runs[0].ledger)));
        let options = UpeOptions {
            response_class: request.response.clone(),
            input_class: has("L4_E").filter(|name| *name != request.response),
            vpm_class: gathered.has_vpm.then(|| "VPM".to_owned()),
            sst_class: has("L23_SST"),
            pv_class: has("L23_PV"),
            n_bootstrap: request.n_bootstrap,
            n_surrogates: request.n_bootstrap,
            seed: request.seed,
            plasticity_on: is_learned,
            top_down_on: tells_sigma,
            tau_adaptation_ms: slowest_adaptation_ms(store, &circuit_record, &boundary)?,
            assumptions,
            ..UpeOptions::default()
        };
        stop(0.2, "running the truth controls")?;
        let window = responses::window(request.window, &run::schedule(store, &runs[0])?);
        let controls = controls::truth_controls(&gathered.responses, &request.response, &window, request.seed);
        stop(0.4, "testing rivals")?;
        let report = assess(&gathered.responses, &controls, &options)
            .map_err(|error| ActError::new("cannot_assess", "runs", error.to_string(), error.remedy()))?;
        write_json(&folder.join("report.json"), &report)?;
        write_json(&folder.join("responses.json"), &gathered.responses)?;
        write_text(&folder.join("gain.svg"), &gain_figure(&report))?;
        write_text(
            &folder.join("report.md"),
            &page(&report, runs, &circuit_section(&column, &boundary, runs), &runs[0].ledger),
        )?;
        let summary = json!({
            "verdict": report.verdict,
            "reasons": report.reasons,
            "d_log_ratio": report.gain.d_log_ratio,
            "winner": report.winner,
        });
        Ok(Draft { summary, ledger: runs[0].ledger.clone(), notes: report.flags.clone() })
    })
}

/// The longest mean time constant of depression, facilitation or adaptation in a circuit and its boundary, ms.
fn slowest_adaptation_ms(
    store: &Store,
    circuit_record: &ArtifactRecord,
    boundary: &bravli_circuit::Boundary,
) -> Result<f64, ActError> {
    let header: EdgeHeader = read_json(&store.folder(circuit_record).join("circuit.json"))?;
    let column = input(store, circuit_record, "column")?;
    let recipe = recipe::load(store, &input(store, &column, "recipe")?)?;
    let classes = header.classes.iter().filter_map(|name| recipe.synapse_classes.get(name)).chain(&boundary.classes);
    let synaptic = classes.map(|class| class.tau_rec_ms.mean.max(class.tau_facil_ms.mean)).fold(0.0, f64::max);
    let cellular = recipe.neurons.iter().flat_map(|models| models.etypes.values());
    let slowest = cellular.map(|etype| etype.tau_w_ms.get()).fold(synaptic, f64::max);
    // a circuit without any adaptation needs no lead-in; the estimator wants a positive number
    Ok(slowest.max(1.0))
}

/// A stored report.
pub(crate) fn load(store: &Store, record: &ArtifactRecord) -> Result<UpeReport, ActError> {
    read_json(&store.folder(record).join("report.json"))
}

/// Truth controls by circuit: how many copies were found to compute such errors.
pub(crate) fn control_rows(report: &UpeReport) -> Vec<ControlRow> {
    let mut rows: Vec<ControlRow> = Vec::new();
    for control in &report.controls {
        let name = control.name.rsplit_once('_').map_or(control.name.as_str(), |(circuit, _)| circuit);
        let index = rows.iter().position(|row| row.control == name).unwrap_or_else(|| {
            let computes_upe = control.computes_upe;
            rows.push(ControlRow { control: name.to_owned(), computes_upe, found_upe: 0, copies: 0 });
            rows.len() - 1
        });
        rows[index].copies += 1;
        rows[index].found_upe += u32::from(control.flagged);
    }
    rows
}

/// A verdict as the doors write it.
pub(crate) fn verdict_name(report: &UpeReport) -> String {
    serde_json::to_value(report.verdict).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Gain against σ, both signs of δ, with standard errors. A gain that could not be estimated leaves an empty figure.
fn gain_figure(report: &UpeReport) -> String {
    use bravli_figures::{Axis, Chart, Point, Series, Style};
    let sides = [("x above the mean", &report.gain.positive), ("x below the mean", &report.gain.negative)];
    let series = sides.into_iter().filter(|(_, points)| !points.is_empty()).map(|(name, points)| {
        Series::new(name, Style::LineAndPoints, points.iter().map(|p| Point::new(p.sigma, p.g).with_error(p.se)))
    });
    let chart = Chart {
        title: format!("Gain of {} at matched probes", report.response_class),
        x: Axis::new("σ of the context", "stimulus units"),
        y: Axis::new("response per unit |δ|", "spikes per trial"),
        series: series.collect(),
    };
    chart.render().map_or_else(
        |error| format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><!-- {error} --></svg>"),
        |figure| figure.svg,
    )
}

/// What was simulated: size, outside, and rates of the first run.
fn circuit_section(
    column: &bravli_circuit::ColumnHeader,
    boundary: &bravli_circuit::Boundary,
    runs: &[ArtifactRecord],
) -> String {
    let mut text = String::new();
    let outside: Vec<String> =
        boundary.conditions.iter().map(|condition| format!("{} ({})", condition.source(), condition.kind())).collect();
    let _ = writeln!(
        text,
        "\n## Circuit\n\nRecipe {}, radius {} um; {} mM calcium; outside: {}. Stimulus unit: that of the boundary's fibres. Rates of {} over its {} ms, stimuli included:\n\n| population | cells | mean Hz | median Hz | silent |\n|---|---|---|---|---|",
        column.node_population,
        column.radius_um,
        boundary.calcium_mm,
        outside.join(", "),
        runs[0].id,
        runs[0].summary["duration_ms"]
    );
    let rates: Vec<RateRow> = serde_json::from_value(runs[0].summary["rates"].clone()).unwrap_or_default();
    for rate in rates {
        let cells =
            column.populations.iter().find(|known| known.name == rate.population).map_or(0, |known| known.n_cells);
        let _ = writeln!(
            text,
            "| {} | {cells} | {} | {} | {:.0} % |",
            rate.population,
            rate.mean_hz,
            rate.median_hz,
            rate.silent * 100.0
        );
    }
    text
}

/// The report as a page to read.
fn page(report: &UpeReport, runs: &[ArtifactRecord], circuit: &str, ledger: &Ledger) -> String {
    let mut text = String::new();
    let interval = |estimate: Option<bravli_analysis::Estimate>| {
        estimate.map_or("not estimable".to_owned(), |e| format!("{:.3} [{:.3}, {:.3}]", e.est, e.lo, e.hi))
    };
    let _ = writeln!(text, "# Uncertainty-modulated prediction errors: {}\n", verdict_name(report));
    for reason in &report.reasons {
        let _ = writeln!(text, "- {reason}");
    }
    let _ = writeln!(
        text,
        "\nHypothesis: {} ({}). Response: {}, {} cells, {} to {} ms after onset.",
        report.hypothesis,
        report.theory,
        report.response_class,
        report.n_cells,
        report.window.start_ms,
        report.window.end_ms
    );
    text.push_str(circuit);
    let design = &report.design;
    let _ = writeln!(
        text,
        "\n## Design\n\n{} runs, {} contexts ({} means, {} spreads), {} natural, {} lead-in and {} probe trials; at least {} probes per context; lead-in {} ms ({} ms would be decisive).",
        design.n_seeds,
        design.n_contexts,
        design.n_mu,
        design.n_sigma,
        design.n_natural,
        design.n_lead_in,
        design.n_probe,
        design.min_probes_per_context,
        design.lead_in_ms,
        design.required_lead_in_ms
    );
    let _ = writeln!(
        text,
        "\n## Gain at physically identical probes\n\n![gain](gain.svg)\n\nD = log g(smallest σ) − log g(largest σ) = {}; no modulation gives 0, range adaptation {:.2}.\n",
        interval(report.gain.d_log_ratio),
        report.gain.d_range_adaptation
    );
    let _ = writeln!(text, "| side | σ | gain | se | probes |\n|---|---|---|---|---|");
    for (side, points) in [("above", &report.gain.positive), ("below", &report.gain.negative)] {
        for point in points {
            let _ =
                writeln!(text, "| {side} | {} | {:.3} | {:.3} | {} |", point.sigma, point.g, point.se, point.n_probes);
        }
    }
    if let Some(muw) = &report.muw {
        let _ = writeln!(
            text,
            "\nWeight of the context's σ in the divisor: a/σ₀ = {}; Λ = {:.2} against a threshold of {:.2} (p = {:.3}).",
            interval(Some(muw.a_over_sigma0)),
            muw.lambda,
            muw.lambda_threshold,
            muw.p
        );
    }
    let _ = writeln!(text, "\n## Rivals\n\n| model | meaning | held-out D² | partial R² |\n|---|---|---|---|");
    for model in &report.models {
        let _ = writeln!(text, "| {} | {} | {:.4} | {:.4} |", model.id, model.meaning, model.d2_cv, model.r2_partial);
    }
    let _ = writeln!(text, "\n## Truth controls\n\n| circuit | computes UPE | found to, of copies |\n|---|---|---|");
    for row in control_rows(report) {
        let _ = writeln!(text, "| {} | {} | {} of {} |", row.control, row.computes_upe, row.found_upe, row.copies);
    }
    for inherited in &report.inherited {
        let _ = writeln!(text, "\nGain beyond {}: {}.", inherited.class, interval(inherited.difference));
    }
    if let Some(index) = &report.seed_index {
        let _ = writeln!(
            text,
            "\n## The index (L4 − SST)·PV\n\nR² = {:.3}. It cannot decide: {}.",
            index.r2_cv, index.why_not
        );
    }
    let list = |text: &mut String, title: &str, lines: &[String]| {
        if !lines.is_empty() {
            let _ = writeln!(text, "\n## {title}\n");
            for line in lines {
                let _ = writeln!(text, "- {line}");
            }
        }
    };
    let falsifiers: Vec<String> = report
        .falsifiers_triggered
        .iter()
        .map(|falsifier| format!("({}) {}", falsifier.number, falsifier.text))
        .collect();
    list(&mut text, "Falsifiers triggered", &falsifiers);
    list(&mut text, "Flags", &report.flags);
    list(&mut text, "Assumptions", &report.assumptions);
    let _ = writeln!(
        text,
        "\n## Provenance\n\nThe model rests on {}. Adopted numbers are parameters of other models; generalised ones were measured in another species, region, layer or cell class. Runs: {}.",
        LedgerCounts::from(ledger),
        runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>().join(", ")
    );
    text
}
