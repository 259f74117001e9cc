//! The tool server: what an agent sees of the workbench, over the Model Context Protocol.
//!
//! Invariant: no tool has logic of its own. Each parses its arguments, calls one act of the workbench and hands back the
//! reply; the command line goes through the same table. This is the only crate that knows the protocol.
//!
//! ```
//! use bravli_mcp::{find_tool, tools};
//! use bravli_workbench::{Silent, Workbench};
//! let lab = tempfile::tempdir()?;
//! let bench = Workbench::new(lab.path());
//! let tool = find_tool("parse_recipe").expect("it is one of them");
//! let reply = tool.call(&bench, serde_json::json!({ "recipe": "rat-barrel" }), &Silent)?;
//! assert_eq!(reply["recipe"], "rat-barrel");
//! assert_eq!(tools().len(), 12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod resources;
mod schema;
mod server;
mod tool;
mod tools;

pub use server::{ServeError, serve_stdio};
pub use tool::{Hints, ToolEntry};
pub use tools::{find_tool, tools};
