//! The builder recipe as XML of the 2020 generation.

use super::fields;
use crate::names::{
    AFFERENT_SECTION, CLASS_ID, CONDUCTANCE_RATIO, CONDUCTION_VELOCITY, EFFERENT_SECTION, EXC_DISTANCE, FROM_MTYPE,
    GAP_CONDUCTANCE, INH_DISTANCE, MAX_DISTANCE, MIN_DISTANCE, MTYPE_ID, MeanSdName, N_RRP, Name, REGION_GAP,
    RELEASE_DELAY, REPOSITION_CLASS, RULE_CLASS, SPINE_LENGTH, SURVIVAL_RATE, SYNAPSE_SEED, TO_MTYPE, U_HILL,
};
use crate::xml::rules::{DEFAULT_DELAY_MS, DEFAULT_VELOCITY};
use crate::{EndPattern, MeanSd, Recipe, SynapseClass, SynapseRule};
use std::fmt::Write;

/// The document, unless XML cannot say it: its connection rules know m-types alone, a rule with fewer bare stars wins wherever
/// it stands, and some characters have no place in it.
pub(super) fn write(recipe: &Recipe) -> Option<String> {
    let only_mtype = |end: &EndPattern| end.synapse_class.is_none() && end.etype.is_none() && end.region.is_none();
    let stars = |rule: &crate::ConnectionRule| u8::from(rule.from.is_free()) + u8::from(rule.to.is_free());
    let rules = &recipe.connection_rules;
    let holds = rules.iter().all(|rule| only_mtype(&rule.from) && only_mtype(&rule.to))
        && rules.is_sorted_by(|a, b| stars(a) >= stars(b));
    holds.then(|| document(recipe)).filter(|text| text.chars().all(is_in_xml))
}

/// Whether XML 1.0 may hold the character, escaped or not.
fn is_in_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// One tag under construction.
struct Tag(String);

impl Tag {
    fn new(element: &str) -> Self {
        Self(format!("<{element}"))
    }

    fn text(mut self, name: &Name, value: Option<&str>) -> Self {
        if let (Some(name), Some(value)) = (name.xml.first(), value) {
            let _ = write!(self.0, " {name}=\"{}\"", escaped(value));
        }
        self
    }

    fn number(self, name: &Name, value: Option<f64>) -> Self {
        let text = value.map(|v| v.to_string());
        self.text(name, text.as_deref())
    }

    fn pair(self, name: &MeanSdName, value: MeanSd) -> Self {
        self.number(&name.mean, Some(value.mean)).number(&name.sd, Some(value.sd))
    }

    fn ends(self, from: &EndPattern, to: &EndPattern) -> Self {
        fields::of_ends(from, to).fold(self, |tag, (name, pattern)| tag.text(name, Some(pattern)))
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;")
}

/// A document with indented lines.
struct Page(String);

impl Page {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.0, "{:1$}{text}", "", 2 * depth);
    }

    fn leaf(&mut self, depth: usize, tag: Tag) {
        self.line(depth, &format!("{}/>", tag.0));
    }

    /// A comment that stays what it is: two hyphens may not stand in one.
    fn comment(&mut self, comment: Option<&str>) {
        for line in comment.into_iter().flat_map(str::lines) {
            self.line(2, &format!("<!-- {} -->", line.replace("--", "- -")));
        }
    }

    fn section(&mut self, tag: Tag, leaves: Vec<(Option<&str>, Tag)>) {
        if leaves.is_empty() {
            return;
        }
        let name = tag.0.trim_start_matches('<').split(' ').next().unwrap_or_default().to_owned();
        self.line(1, &format!("{}>", tag.0));
        let mut after_commented = false;
        for (comment, leaf) in leaves {
            // a blank line keeps the comment from being read as the next one's
            if comment.is_some() && after_commented {
                self.line(0, "");
            }
            self.comment(comment);
            self.leaf(2, leaf);
            after_commented = true;
        }
        self.line(1, &format!("</{name}>"));
    }
}

fn document(recipe: &Recipe) -> String {
    let mut page = Page("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<blueColumn>\n".to_owned());
    let touches = &recipe.touches;
    if let Some(interval) = touches.bouton_interval {
        let tag = Tag::new("InterBoutonInterval")
            .number(&MIN_DISTANCE, Some(interval.min_um.get()))
            .number(&MAX_DISTANCE, Some(interval.max_um.get()));
        page.leaf(1, tag.number(&REGION_GAP, Some(interval.region_gap_um.get())));
    }
    if let Some(distances) = touches.bouton_distances {
        let tag = Tag::new("InitialBoutonDistance").number(&INH_DISTANCE, Some(distances.inhibitory_um.get()));
        page.leaf(1, tag.number(&EXC_DISTANCE, Some(distances.excitatory_um.get())));
    }
    for (element, name, value) in [
        ("Seeds", &SYNAPSE_SEED, recipe.synapse_seed),
        ("GapJunctionProperty", &GAP_CONDUCTANCE, recipe.gap_junction_gsyn_ns),
        ("TouchReduction", &SURVIVAL_RATE, touches.survival_rate),
    ] {
        if value.is_some() {
            page.leaf(1, Tag::new(element).number(name, value));
        }
    }
    let spines = recipe.spine_lengths.iter().map(|(mtype, length)| {
        let tag = Tag::new("StructuralType").text(&MTYPE_ID, Some(mtype));
        (None, tag.number(&SPINE_LENGTH, Some(length.get())))
    });
    page.section(Tag::new("NeuronTypes"), spines.collect());
    // what all rules share is said once, for all of them
    let shared = |value: fn(&SynapseRule) -> f64, default: f64| {
        let first = recipe.synapse_rules.first().map_or(default, value);
        if recipe.synapse_rules.iter().all(|rule| value(rule) == first) { first } else { default }
    };
    let delay = shared(|rule| rule.release_delay_ms.get(), DEFAULT_DELAY_MS);
    let velocity = shared(|rule| rule.conduction_velocity_um_per_ms, DEFAULT_VELOCITY);
    let rules = recipe.synapse_rules.iter().map(|rule| {
        let own = |value: f64, default: f64| Some(value).filter(|v| *v != default);
        let tag = Tag::new("synapse").ends(&rule.from, &rule.to).text(&RULE_CLASS, Some(&rule.class));
        let tag = tag.number(&RELEASE_DELAY, own(rule.release_delay_ms.get(), delay));
        let velocity = own(rule.conduction_velocity_um_per_ms, velocity);
        (rule.comment.as_deref(), tag.number(&CONDUCTION_VELOCITY, velocity))
    });
    let defaults = Tag::new("SynapsesProperties").number(&RELEASE_DELAY, Some(delay));
    page.section(defaults.number(&CONDUCTION_VELOCITY, Some(velocity)), rules.collect());
    let classes = recipe.synapse_classes.values().map(|class| (class.comment.as_deref(), synapse_class(class)));
    page.section(Tag::new("SynapsesClassification"), classes.collect());
    let shifts = touches.repositions.iter().map(|shift| {
        let tag = Tag::new("shift").text(&FROM_MTYPE, Some(&shift.from_mtype)).text(&TO_MTYPE, Some(&shift.to_mtype));
        (None, tag.text(&REPOSITION_CLASS, Some(&shift.class)))
    });
    page.section(Tag::new("SynapsesReposition"), shifts.collect());
    let touch_rules = touches.rules.iter().map(|rule| {
        let tag = Tag::new("touchRule").text(&FROM_MTYPE, Some(&rule.from_mtype)).text(&TO_MTYPE, Some(&rule.to_mtype));
        let tag = tag.text(&EFFERENT_SECTION, rule.efferent.map(crate::Section::name));
        (None, tag.text(&AFFERENT_SECTION, rule.afferent.map(crate::Section::name)))
    });
    page.section(Tag::new("TouchRules"), touch_rules.collect());
    let connections = recipe.connection_rules.iter().map(|rule| (None, connection(rule)));
    page.section(Tag::new("ConnectionRules"), connections.collect());
    page.0.push_str("</blueColumn>\n");
    page.0
}

fn connection(rule: &crate::ConnectionRule) -> Tag {
    fields::of_connection(rule)
        .into_iter()
        .fold(Tag::new("mTypeRule").ends(&rule.from, &rule.to), |tag, (name, value)| tag.number(name, value))
}

fn synapse_class(class: &SynapseClass) -> Tag {
    let tag = Tag::new("class").text(&CLASS_ID, Some(&class.name));
    fields::of_class(class)
        .into_iter()
        .fold(tag, |tag, (name, value)| tag.pair(name, value))
        .number(&N_RRP, Some(class.n_rrp))
        .number(&CONDUCTANCE_RATIO, class.conductance_ratio)
        .number(&U_HILL, class.u_hill_mm)
}
