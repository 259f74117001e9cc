//! `bravli recipe`.

use crate::args::{RecipeCommand, RecipeForm, RecipePlace};
use crate::output;
use bravli_workbench::{ActError, OpenRecipe, PairRequest, RecipeForm as Form, Workbench};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(command: &RecipeCommand, lab: &Path) -> ExitCode {
    let bench = Workbench::new(lab);
    let outcome = match command {
        RecipeCommand::Check { recipe, json } => check(&bench, recipe, *json),
        RecipeCommand::Table { recipe } => open(&bench, recipe).and_then(|recipe| table(&recipe)),
        RecipeCommand::Explain { recipe, pre, post, pre_etype, post_etype, calcium, json } => {
            let pair = PairRequest {
                pre_mtype: pre.clone(),
                pre_etype: pre_etype.clone(),
                post_mtype: post.clone(),
                post_etype: post_etype.clone(),
                calcium_mm: *calcium,
            };
            open(&bench, recipe).and_then(|recipe| explain(&recipe, &pair, *json))
        }
        RecipeCommand::Diff { from, to, json } => diff(&bench, from, to, *json),
        RecipeCommand::Convert { recipe, to, out } => {
            open(&bench, recipe).and_then(|recipe| convert(&recipe, *to, out))
        }
    };
    outcome.unwrap_or_else(|error| output::fail(&error.to_string()))
}

fn open(bench: &Workbench, recipe: &RecipePlace) -> Result<OpenRecipe, ActError> {
    bench.open_recipe(&recipe.place, &recipe.main)
}

fn json(text: Result<String, serde_json::Error>) -> ExitCode {
    match text {
        Ok(text) => {
            output::result(&text);
            ExitCode::SUCCESS
        }
        Err(error) => output::fail(&format!("cannot write the reply: {error}")),
    }
}

fn check(bench: &Workbench, recipe: &RecipePlace, as_json: bool) -> Result<ExitCode, ActError> {
    let reply = bench.check_recipe(&recipe.place, &recipe.main)?;
    if as_json {
        json(serde_json::to_string_pretty(&reply));
    } else {
        for problem in &reply.problems {
            let remedy = if problem.remedy.is_empty() { String::new() } else { format!(" ({})", problem.remedy) };
            let place = if problem.place.is_empty() { String::new() } else { format!("{}: ", problem.place) };
            output::result(&format!("{place}{} [{}]: {}{remedy}", problem.severity, problem.code, problem.message));
        }
        output::result(&reply.finding);
    }
    Ok(if reply.usable { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes rows as they come: 44,100 of them for a whole recipe.
fn table(recipe: &OpenRecipe) -> Result<ExitCode, ActError> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let undecided = recipe.write_table(&mut out);
    // a reader that has hung up is no error of ours
    let _ = out.flush();
    let told = undecided?;
    for note in &told.notes {
        output::say(note);
    }
    Ok(if told.n_undecided == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn explain(recipe: &OpenRecipe, pair: &PairRequest, as_json: bool) -> Result<ExitCode, ActError> {
    let reply = recipe.explain(pair)?;
    if as_json {
        return Ok(json(serde_json::to_string_pretty(&reply)));
    }
    output::result(&reply.finding);
    for case in &reply.cases {
        output::result(&format!("\n{} for {}", case.class, case.etypes.join(", ")));
        output::result(&format!("  decided by {} at {}", case.rule.rule, case.rule.place));
        for rule in &case.overridden {
            output::result(&format!("  overrides  {} {} at {}", rule.rule, rule.gives, rule.place));
        }
        for value in &case.values {
            let sd = value.sd.map(|sd| format!(" +- {sd}")).unwrap_or_default();
            let unit = if value.unit == "1" { String::new() } else { format!(" {}", value.unit) };
            let shown = (value.value * 1e6).round() / 1e6;
            output::result(&format!("  {:<20} {shown}{sd}{unit} ({})", value.name, value.how));
        }
        if let Some(rule) = &case.connection {
            output::result(&format!("  connection rule {} at {}: {}", rule.rule, rule.place, rule.gives));
        }
        for rule in &case.overridden_connections {
            output::result(&format!("  overrides  {} at {}: {}", rule.rule, rule.place, rule.gives));
        }
        if let Some(sections) = &case.touches {
            let kept = if sections.is_empty() { "none".to_owned() } else { sections.join(", ") };
            output::result(&format!("  touches kept on: {kept}"));
        }
        if let Some(place) = &case.moved_to {
            output::result(&format!("  synapses are moved to: {place}"));
        }
        for comment in &case.evidence {
            output::result(&format!("  the recipe says: {}", comment.replace('\n', "\n    ")));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn diff(bench: &Workbench, from: &Path, to: &Path, as_json: bool) -> Result<ExitCode, ActError> {
    let (first, second) = (bench.open_recipe(from, "")?, bench.open_recipe(to, "")?);
    if as_json {
        return Ok(json(serde_json::to_string_pretty(&second.differences(&first))));
    }
    let changes = second.changes(&first);
    output::result(&changes.finding);
    for row in &changes.renamed {
        let mark = if row.inferred { " (inferred)" } else { "" };
        output::result(&format!("  {} is now {}{mark}", row.from, row.to.join(", ")));
    }
    for (what, names) in [
        ("m-types gone", &changes.removed_mtypes),
        ("m-types come", &changes.added_mtypes),
        ("classes gone", &changes.removed_classes),
        ("classes come", &changes.added_classes),
        ("between populations", &changes.population_pathways),
        ("between m-types", &changes.parameters),
        ("beside", &changes.other),
    ] {
        if !names.is_empty() {
            output::result(&format!("{what}: {}", names.join("; ")));
        }
    }
    for row in &changes.changed_classes {
        output::result(&format!("  class {} {}: {}", row.class, row.field, row.change));
    }
    for row in &changes.layers {
        output::result(&format!(
            "  layer {}: {} cells/mm3, excitatory {}, {} um",
            row.layer, row.density_per_mm3, row.excitatory, row.thickness_um
        ));
    }
    for row in &changes.most_changed {
        output::result(&format!(
            "  {} => {}: {}, gsyn {} nS, contacts {}, u {}",
            row.from, row.to, row.classes, row.gsyn_ns, row.mean_synapses, row.u_syn
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn convert(recipe: &OpenRecipe, to: RecipeForm, out: &Path) -> Result<ExitCode, ActError> {
    let form = match to {
        RecipeForm::Ours => Form::Ours,
        RecipeForm::Json => Form::Version1,
    };
    let told = recipe.convert(form, out)?;
    for file in &told.files {
        output::result(&file.display().to_string());
    }
    for loss in &told.losses {
        output::say(&format!("lost: {} ({})", loss.what, loss.why));
    }
    Ok(ExitCode::SUCCESS)
}
