//! The workspace's packages and their direct dependencies, out of `cargo metadata`.

use std::fmt;

use serde_json::Value;

use crate::project::Problem;

/// How a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Build,
    Dev,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Normal => "normal",
            Kind::Build => "build",
            Kind::Dev => "dev",
        })
    }
}

/// One declared dependency, under the name of the package itself even where it is renamed.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// One package of the workspace.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) edges: Vec<Edge>,
}

/// The packages in the output of `cargo metadata --no-deps`.
pub(crate) fn members(metadata: &Value) -> Result<Vec<Member>, Problem> {
    list(metadata, "packages")?
        .iter()
        .map(|package| {
            let edges = list(package, "dependencies")?.iter().map(edge).collect::<Result<_, _>>()?;
            Ok(Member { name: text(package, "name")?, edges })
        })
        .collect()
}

fn edge(dependency: &Value) -> Result<Edge, Problem> {
    let kind = match dependency["kind"].as_str() {
        None => Kind::Normal,
        Some("build") => Kind::Build,
        Some("dev") => Kind::Dev,
        Some(other) => {
            return Err(Problem::new(format!("`cargo metadata` names an unknown dependency kind {other:?}")));
        }
    };
    Ok(Edge { name: text(dependency, "name")?, kind })
}

fn list<'a>(value: &'a Value, field: &str) -> Result<&'a Vec<Value>, Problem> {
    value[field].as_array().ok_or_else(|| missing(field))
}

fn text(value: &Value, field: &str) -> Result<String, Problem> {
    value[field].as_str().map(str::to_owned).ok_or_else(|| missing(field))
}

fn missing(field: &str) -> Problem {
    Problem::new(format!("`cargo metadata` gave no {field:?} where one was expected"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_renamed_dependency_keeps_its_package_name() {
        let metadata = json!({ "packages": [{ "name": "a", "dependencies": [
            { "name": "hdf5-metno", "kind": null, "rename": "hdf5" }] }] });
        let members = members(&metadata).unwrap();
        assert_eq!(members[0].edges[0].name, "hdf5-metno");
        assert_eq!(members[0].edges[0].kind, Kind::Normal);
    }

    #[test]
    fn metadata_of_another_shape_is_an_error() {
        assert!(members(&json!({})).unwrap_err().to_string().contains("packages"));
        let odd = json!({ "packages": [{ "name": "a", "dependencies": [{ "name": "b", "kind": "odd" }] }] });
        assert!(members(&odd).unwrap_err().to_string().contains("odd"));
    }
}
