//! Which cells a node set takes.

use super::EditError;
use super::choice::near;
use crate::column::Column;
use regex::{Regex, RegexBuilder};

/// Most bytes that a pattern may take once it is made ready: 1 MiB.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Properties whose values are names.
const NAMES: [&str; 5] = ["layer", "mtype", "etype", "population", "synapse_class"];

/// Properties whose values are decimals, in µm; `radius_um` is the horizontal distance from the axis.
const LENGTHS: [&str; 4] = ["x_um", "y_um", "depth_um", "radius_um"];

/// The property whose values are node ids.
const NODE_ID: &str = "node_id";

/// Cells that pass all tests, by property: a SONATA node set over the cells of a column.
///
/// Properties are `layer`, `mtype`, `etype`, `population` (of cells, such as `L4_E`), `synapse_class` (`EXC` or `INH`),
/// `node_id`, `x_um`, `y_um`, `depth_um` and `radius_um`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeExpression(
    /// Properties and tests.
    pub Vec<(String, NodeTest)>,
);

/// What a value has to be.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeTest {
    /// One of these.
    AnyOf(Vec<NodeValue>),
    /// A name in which the regular expression is found.
    Matches(String),
    /// A number that compares so with another.
    Compares(Order, f64),
}

/// A value of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    /// A name.
    Text(String),
    /// A number.
    Number(f64),
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `$gt`.
    Greater,
    /// `$gte`.
    AtLeast,
    /// `$lt`.
    Less,
    /// `$lte`.
    AtMost,
}

impl Order {
    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Greater => value > limit,
            Self::AtLeast => value >= limit,
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
        }
    }
}

impl NodeExpression {
    /// Node ids of the cells that pass, ascending.
    pub(super) fn cells(&self, column: &Column) -> Result<Vec<u32>, EditError> {
        if self.0.is_empty() {
            let what = "a node set without a test keeps every cell".to_owned();
            let remedy = "give a test, for example {\"layer\": [\"4\"]}";
            return Err(EditError::Nothing { field: "nodes", what, remedy });
        }
        let mut kept: Vec<bool> = vec![true; column.cells.len()];
        for (property, test) in &self.0 {
            let unsuited = |why: &str| EditError::Unsuited { property: property.clone(), why: why.to_owned() };
            if let Some((names, of_cell)) = named(column, property) {
                let passes = names_that_pass(property, &names, test)?;
                for (cell, kept) in kept.iter_mut().enumerate() {
                    *kept &= passes[of_cell(cell)];
                }
            } else if property == NODE_ID {
                let passes = ids_that_pass(property, kept.len(), test)?;
                kept.iter_mut().zip(passes).for_each(|(kept, passes)| *kept &= passes);
            } else if let Some(length) = length(column, property) {
                let NodeTest::Compares(order, limit) = test else {
                    return Err(unsuited("it is a length in um, and lengths are compared"));
                };
                kept.iter_mut().enumerate().for_each(|(cell, kept)| *kept &= order.holds(length(cell), *limit));
            } else {
                let known: Vec<&str> = NAMES.into_iter().chain([NODE_ID]).chain(LENGTHS).collect();
                return Err(EditError::NoProperty { property: property.clone(), known: known.join(", ") });
            }
        }
        let cells: Vec<u32> = (0..kept.len()).filter(|cell| kept[*cell]).map(|cell| cell as u32).collect();
        if cells.is_empty() { Err(EditError::NoCells) } else { Ok(cells) }
    }
}

/// The names of a property, and which of them each cell has.
type Named<'a> = (Vec<&'a str>, Box<dyn Fn(usize) -> usize + 'a>);

fn named<'a>(column: &'a Column, property: &str) -> Option<Named<'a>> {
    let (header, cells) = (&column.header, &column.cells);
    let index = |of: &'a [u16]| -> Box<dyn Fn(usize) -> usize + 'a> { Box::new(move |cell| of[cell].into()) };
    let all = |names: &'a [String]| names.iter().map(String::as_str).collect();
    Some(match property {
        "layer" => (header.layers.iter().map(|layer| layer.layer.as_str()).collect(), index(&cells.layer)),
        "mtype" => (all(&header.mtypes), index(&cells.mtype)),
        "etype" => (all(&header.etypes), index(&cells.etype)),
        "population" => {
            (header.populations.iter().map(|known| known.name.as_str()).collect(), index(&cells.population))
        }
        "synapse_class" => (vec!["EXC", "INH"], Box::new(|cell: usize| usize::from(!cells.is_excitatory[cell]))),
        _ => return None,
    })
}

fn length<'a>(column: &'a Column, property: &str) -> Option<Box<dyn Fn(usize) -> f64 + 'a>> {
    let cells = &column.cells;
    let of = |values: &'a [f32]| -> Box<dyn Fn(usize) -> f64 + 'a> { Box::new(move |cell| values[cell].into()) };
    Some(match property {
        "x_um" => of(&cells.x_um),
        "y_um" => of(&cells.y_um),
        "depth_um" => of(&cells.depth_um),
        "radius_um" => Box::new(|cell: usize| f64::from(cells.x_um[cell]).hypot(f64::from(cells.y_um[cell]))),
        _ => return None,
    })
}

/// Whether each name passes; a wanted name that is not there is told.
fn names_that_pass(property: &str, names: &[&str], test: &NodeTest) -> Result<Vec<bool>, EditError> {
    let unsuited = |why: String| EditError::Unsuited { property: property.to_owned(), why };
    match test {
        NodeTest::AnyOf(wanted) => {
            let mut passes = vec![false; names.len()];
            for wanted in wanted {
                // a layer may be written 4
                let wanted = match wanted {
                    NodeValue::Text(text) => text.clone(),
                    NodeValue::Number(number) => number.to_string(),
                };
                let found = names.iter().position(|name| *name == wanted).ok_or_else(|| EditError::NoValue {
                    property: property.to_owned(),
                    known: near(&wanted, names),
                    value: wanted,
                })?;
                passes[found] = true;
            }
            Ok(passes)
        }
        NodeTest::Matches(pattern) => {
            let built: Result<Regex, _> = RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).build();
            let built = built.map_err(|error| unsuited(format!("{pattern:?} is no regular expression: {error}")))?;
            Ok(names.iter().map(|name| built.is_match(name)).collect())
        }
        NodeTest::Compares(..) => Err(unsuited("it is a name, and names are not compared".to_owned())),
    }
}

/// Whether each node id passes; a wanted id that is not there is told.
fn ids_that_pass(property: &str, n: usize, test: &NodeTest) -> Result<Vec<bool>, EditError> {
    match test {
        NodeTest::AnyOf(wanted) => {
            let mut passes = vec![false; n];
            for wanted in wanted {
                let id = match wanted {
                    NodeValue::Number(id) if *id >= 0.0 && id.fract() == 0.0 && *id < n as f64 => *id as usize,
                    NodeValue::Number(id) => return Err(no_id(property, &id.to_string(), n)),
                    NodeValue::Text(text) => return Err(no_id(property, text, n)),
                };
                passes[id] = true;
            }
            Ok(passes)
        }
        NodeTest::Compares(order, limit) => Ok((0..n).map(|id| order.holds(id as f64, *limit)).collect()),
        NodeTest::Matches(_) => {
            Err(EditError::Unsuited { property: property.to_owned(), why: "ids are whole numbers".to_owned() })
        }
    }
}

fn no_id(property: &str, value: &str, n: usize) -> EditError {
    let known = format!("0 to {}", n.saturating_sub(1));
    EditError::NoValue { property: property.to_owned(), value: value.to_owned(), known }
}
