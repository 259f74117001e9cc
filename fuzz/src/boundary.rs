//! `boundary.yaml`.

use crate::{recipe, text, tiny};
use bravli_circuit::{Boundary, BoundarySpec, Column, Condition, read_boundary};
use bravli_recipe::Recipe;

/// The file as a part of a recipe, and as conditions on the small column.
pub(crate) fn file(input: &[u8]) {
    recipe::file("boundary.yaml", input);
    read(input);
}

fn read(input: &[u8]) {
    let text = text::of(input);
    let spec = read_boundary(text);
    assert_eq!(format!("{spec:?}"), format!("{:?}", read_boundary(text)), "the same text reads differently");
    match spec {
        Ok(spec) => {
            let (recipe, column) = tiny::column();
            resolve(&spec, recipe, column);
        }
        Err(message) => assert!(!message.is_empty()),
    }
}

/// Conditions are refused with a field each, or all of their numbers can be used.
pub(crate) fn resolve(spec: &BoundarySpec, recipe: &Recipe, column: &Column) {
    match Boundary::resolve(spec, recipe, column, 1) {
        Ok(boundary) => {
            let json = serde_json::to_string(&boundary).expect("a boundary is plain");
            let again: Boundary = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
            assert_eq!(again, boundary);
            for condition in &boundary.conditions {
                let Condition::Dirichlet { onto, .. } = condition else { continue };
                for target in onto {
                    assert!(boundary.class_of(target).is_some(), "{target:?} has no class");
                }
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without an error");
            for error in errors {
                assert!(!error.field.is_empty() && !error.message.is_empty() && !error.remedy.is_empty(), "{error:?}");
            }
        }
    }
}
