//! One entry of the tool table.

use crate::schema;
use bravli_workbench::{ActError, Progress, Workbench};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a client may know of a tool before it calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hints {
    /// Changes nothing in the lab.
    pub read_only: bool,
    /// Stays inside this machine.
    pub open_world: bool,
}

type Handler = Box<dyn Fn(&Workbench, Value, &dyn Progress) -> Result<Value, ActError> + Send + Sync>;

/// A tool: its name and texts, its schemas, and the act behind it.
pub struct ToolEntry {
    /// Name, verb first.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What an agent reads.
    pub description: &'static str,
    /// What a client may know.
    pub hints: Hints,
    /// Schema of the arguments.
    pub input_schema: serde_json::Map<String, Value>,
    /// Schema of the structured result.
    pub output_schema: serde_json::Map<String, Value>,
    handler: Handler,
}

impl std::fmt::Debug for ToolEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolEntry").field("name", &self.name).field("hints", &self.hints).finish_non_exhaustive()
    }
}

impl ToolEntry {
    /// An entry that reads `Q`, calls `act` and hands back its `R`.
    pub(crate) fn new<Q, R>(
        name: &'static str,
        title: &'static str,
        description: &'static str,
        hints: Hints,
        act: impl Fn(&Workbench, &Q, &dyn Progress) -> Result<R, ActError> + Send + Sync + 'static,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema,
        R: Serialize + JsonSchema,
    {
        let handler = move |bench: &Workbench, arguments: Value, progress: &dyn Progress| {
            let request: Q = read_arguments(name, arguments)?;
            let reply = act(bench, &request, progress)?;
            serde_json::to_value(reply).map_err(|error| {
                ActError::new("internal", name, format!("cannot write the reply: {error}"), "report this")
            })
        };
        Self {
            name,
            title,
            description: description.trim_end(),
            hints,
            input_schema: schema::of::<Q>(schema::Side::Input),
            output_schema: schema::of::<R>(schema::Side::Output),
            handler: Box::new(handler),
        }
    }

    /// Calls the tool.
    ///
    /// # Errors
    /// `bad_arguments` naming the field, or what the act returns.
    pub fn call(&self, bench: &Workbench, arguments: Value, progress: &dyn Progress) -> Result<Value, ActError> {
        (self.handler)(bench, arguments, progress)
    }
}

/// Arguments as their type; an error names the field and what is allowed.
fn read_arguments<Q: DeserializeOwned>(tool: &str, arguments: Value) -> Result<Q, ActError> {
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let path = error.path().to_string();
        let message = error.inner().to_string();
        // an unknown or missing field is named in the message, not in the path
        let named = message.split('`').nth(1).filter(|_| message.contains("field"));
        let place = match (path.as_str(), named) {
            (".", Some(field)) => field.to_owned(),
            (".", None) => tool.to_owned(),
            (path, Some(field)) if !path.ends_with(field) => format!("{path}.{field}"),
            (path, _) => path.to_owned(),
        };
        ActError::new(
            "bad_arguments",
            place,
            message,
            format!("the schema of {tool} lists its fields; `bravli tools` prints it"),
        )
    })
}
