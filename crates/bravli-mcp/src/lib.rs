//! The tool server: tools, resources and prompts over the Model Context Protocol.
