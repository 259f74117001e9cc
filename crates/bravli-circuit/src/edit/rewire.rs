//! Draws a pathway again, by a changed rule or with another seed.

use super::choice::Choice;
use super::{EditError, EditGround, Edited};
use crate::edges::{Edges, NO_PATHWAY};
use crate::wire::{Circuit, WireError, wire};
use bravli_recipe::{Amount, Falloff, Location, PathwaySpec, Recipe};

/// Draws the connections between populations again, and their synapses.
///
/// Draws are those that wiring the whole circuit by the changed recipe would make. With the circuit's own seed a pair that
/// both rules connect therefore keeps its parameters; with another seed all is drawn anew. Of a circuit cut out of another,
/// the whole circuit is what is left: cells are numbered anew, and so are their draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewire {
    /// Presynaptic populations (pattern).
    pub pre: String,
    /// Postsynaptic populations (pattern).
    pub post: String,
    /// Fields of `pathways.yaml` that take the place of the recipe's; those not named stay the recipe's.
    pub rule: Vec<(String, f64)>,
    /// Seed; the one that the circuit was wired with where absent.
    pub seed: Option<u64>,
}

impl Rewire {
    pub(super) fn apply(&self, circuit: Circuit, ground: &EditGround<'_>) -> Result<(Circuit, Edited), EditError> {
        let seed = self.seed.unwrap_or(ground.wiring_seed);
        if self.rule.is_empty() && seed == ground.wiring_seed {
            let what = "the same rule and the same seed draw the same connections".to_owned();
            let remedy = "give fields of pathways.yaml in rule, for example {\"probability\": 0.05}, or another seed";
            return Err(EditError::Nothing { field: "rule", what, remedy });
        }
        let [pre, post] = Choice::populations(&circuit, &self.pre, &self.post)?;
        let chosen = |from: usize, to: usize| pre[from] && post[to];
        let rules = self.rules(&circuit, ground.recipe, &chosen)?;
        let mut recipe = ground.recipe.clone();
        recipe.pathways = rules.all;
        let wired = wire(&recipe, circuit.column.clone(), seed, ground.progress)?;
        for (pre, post) in rules.reciprocal {
            if !has_equal_targets(&circuit, &wired, post, pre) {
                let name = |index: usize| circuit.column.header.populations[index].name.clone();
                return Err(EditError::Reciprocity { pre: name(pre), post: name(post) });
            }
        }
        let (circuit, counts) = self.merged(circuit, &wired, &chosen)?;
        let [before, after, kept] = counts;
        if before == 0 && after == 0 {
            let what = format!("{} -> {} has no connections before and none after", self.pre, self.post);
            let remedy = "give a larger probability, or name populations that lie within reach";
            return Err(EditError::Nothing { field: "rule", what, remedy });
        }
        if before == after && after == kept && seed == ground.wiring_seed {
            let what = format!("{} -> {} has these {before} connections already", self.pre, self.post);
            let remedy = "give other values, or another seed";
            return Err(EditError::Nothing { field: "rule", what, remedy });
        }
        let mut notes = rules.notes;
        notes.push(
            "drawn from the recipe's rule with the fields given: earlier edits of this pathway are undone".to_owned(),
        );
        let fields: Vec<String> = self.rule.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let by = if fields.is_empty() { format!("seed {seed}") } else { fields.join(", ") };
        let ends = format!("{} -> {}", self.pre, self.post);
        let done = Edited {
            what: format!(
                "drew {ends} again by {by}: {before} connections before, {after} after, {kept} pairs in both"
            ),
            n_connections: before + after - kept,
            assumed: vec![(self.rule.len() as u32, format!("{ends}: {by} on request"))],
            notes,
            ..Edited::default()
        };
        Ok((circuit, done))
    }

    /// The rules of the pathways chosen, and of those that they are drawn against; all else connects nothing.
    fn rules(
        &self,
        circuit: &Circuit,
        recipe: &Recipe,
        chosen: &impl Fn(usize, usize) -> bool,
    ) -> Result<Rules, EditError> {
        let names: Vec<&str> = circuit.column.header.populations.iter().map(|known| known.name.as_str()).collect();
        let rule_of = |pre: usize, post: usize| {
            recipe.pathway(names[pre], names[post]).ok_or_else(|| {
                EditError::Wire(WireError::NoPathway { pre: names[pre].to_owned(), post: names[post].to_owned() })
            })
        };
        let mut rules = Rules { all: vec![nothing()], reciprocal: Vec::new(), notes: Vec::new() };
        for pre in 0..names.len() {
            for post in (0..names.len()).filter(|post| chosen(pre, *post)) {
                let rule = rule_of(pre, post)?.changed(names[pre], names[post], &self.rule).map_err(|problems| {
                    let message: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                    let remedy = problems.iter().find_map(|problem| problem.remedy.clone());
                    let remedy = remedy.unwrap_or_else(|| "write the fields as in pathways.yaml".into());
                    EditError::Rule { message: message.join("; "), remedy }
                })?;
                if rule.reciprocity.is_some() && pre != post && !chosen(post, pre) {
                    let (name, back) = ([names[post], names[pre]], rule_of(post, pre)?);
                    let [pre_name, post_name] = name.map(str::to_owned);
                    // the direction that is there is drawn on its own
                    let back = PathwaySpec { pre: pre_name, post: post_name, reciprocity: None, ..back.clone() };
                    rules.all.push(back);
                    rules.reciprocal.push((pre, post));
                }
                rules.all.push(rule);
                if pre != post && !chosen(post, pre) && rule_of(post, pre)?.reciprocity.is_some() {
                    let (pre, post) = (names[pre], names[post]);
                    rules
                        .notes
                        .push(format!("{post} -> {pre} stays as it was drawn against the earlier {pre} -> {post}"));
                }
            }
        }
        Ok(rules)
    }

    /// The chosen pathways of `wired`, all else of `circuit`; connections of the former before, after and in both.
    fn merged(
        &self,
        mut circuit: Circuit,
        wired: &Circuit,
        chosen: &impl Fn(usize, usize) -> bool,
    ) -> Result<(Circuit, [u64; 3]), EditError> {
        let population = &circuit.column.cells.population;
        let is_chosen = |a: usize, b: u32| chosen(population[a].into(), population[b as usize].into());
        let (old, new) = (&circuit.edges, &wired.edges);
        let mut merged = Edges::start(old.n_sources(), old.len().max(new.len()));
        let mut counts = [0; 3];
        for source in 0..old.n_sources() {
            let (mut olds, mut news) = (old.rows(source).peekable(), new.rows(source).peekable());
            loop {
                // of the new rows, only those of chosen pathways count
                while news.next_if(|row| !is_chosen(source, new.targets()[*row])).is_some() {}
                match (olds.peek().copied(), news.peek().copied()) {
                    (Some(row), other) if other.is_none_or(|b| old.targets()[row] <= new.targets()[b]) => {
                        let target = old.targets()[row];
                        if is_chosen(source, target) {
                            counts[0] += 1;
                            counts[2] += u64::from(other.is_some_and(|b| new.targets()[b] == target));
                        } else {
                            merged.push(target, &old.contact(row));
                        }
                        olds.next();
                    }
                    (_, Some(row)) => {
                        counts[1] += 1;
                        merged.push(new.targets()[row], &new.contact(row));
                        news.next();
                    }
                    _ => break,
                }
            }
            merged.end_source();
        }
        self.merge_header(&mut circuit, wired, chosen)?;
        Ok((circuit.with_edges(merged), counts))
    }

    /// New pathways stand behind the old ones, so that rows of other pathways keep their index.
    fn merge_header(
        &self,
        circuit: &mut Circuit,
        wired: &Circuit,
        chosen: &impl Fn(usize, usize) -> bool,
    ) -> Result<(), EditError> {
        let n_types = circuit.header.n_target_types;
        // a cell of each type tells its population
        let mut of_type = vec![0_usize; n_types];
        for (cell, kind) in circuit.connections().sources.types.iter().enumerate() {
            of_type[usize::from(*kind)] = circuit.column.cells.population[cell].into();
        }
        let header = &mut circuit.header;
        let fields: Vec<String> = self.rule.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let mut moved = vec![NO_PATHWAY; wired.header.pathways.len()];
        for from in 0..n_types {
            for to in (0..n_types).filter(|to| chosen(of_type[from], of_type[*to])) {
                let place = from * n_types + to;
                let drawn = wired.header.pathway_of[place];
                if drawn == NO_PATHWAY {
                    header.pathway_of[place] = NO_PATHWAY;
                    continue;
                }
                let index = &mut moved[usize::from(drawn)];
                if *index == NO_PATHWAY {
                    if header.pathways.len() >= usize::from(NO_PATHWAY) {
                        return Err(EditError::Wire(WireError::TooManyPathways));
                    }
                    let mut pathway = wired.header.pathways[usize::from(drawn)].clone();
                    let class = &wired.header.classes[usize::from(pathway.class)];
                    let known = header.classes.iter().position(|name| name == class).unwrap_or_else(|| {
                        header.classes.push(class.clone());
                        header.classes.len() - 1
                    });
                    pathway.class = known as u16;
                    if !fields.is_empty() {
                        pathway.pathway_rule =
                            format!("{} with {} on request", pathway.pathway_rule, fields.join(", "));
                    }
                    *index = header.pathways.len() as u16;
                    header.pathways.push(pathway);
                }
                header.pathway_of[place] = *index;
            }
        }
        Ok(())
    }
}

/// Rules to wire by, and pairs whose opposite direction they take as it is.
struct Rules {
    all: Vec<PathwaySpec>,
    reciprocal: Vec<(usize, usize)>,
    notes: Vec<String>,
}

/// The rule that connects nothing.
fn nothing() -> PathwaySpec {
    PathwaySpec {
        pre: "*".into(),
        post: "*".into(),
        amount: Amount::Peak { probability: 0.0 },
        horizontal: Falloff::Flat,
        vertical: Falloff::Flat,
        reciprocity: None,
        common_neighbour_gain: None,
        attenuation: 1.0,
        mean_synapses: Some(1.0),
        at: Location { file: String::new(), line: 1, column: 1 },
    }
}

/// Whether both circuits make the same connections from one population to another.
fn has_equal_targets(a: &Circuit, b: &Circuit, pre: usize, post: usize) -> bool {
    let population = &a.column.cells.population;
    (0..population.len()).filter(|cell| usize::from(population[*cell]) == pre).all(|source| {
        let listed = |circuit: &Circuit| -> Vec<u32> {
            let targets = &circuit.edges.targets()[circuit.edges.rows(source)];
            targets.iter().copied().filter(|target| usize::from(population[*target as usize]) == post).collect()
        };
        listed(a) == listed(b)
    })
}
