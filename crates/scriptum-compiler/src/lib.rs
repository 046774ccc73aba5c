//! Turns the text of a script into a checked program, its typed interface, and diagnostics.
//!
//! [`compile`] is one pure function: text and tool signatures in, everything that is known out. It never
//! fails; what is wrong is in [`Compiled::diagnostics`], and then there is no program. There is no state
//! between two compilations, so an editor compiles at every keystroke. [`compile_yaml`] does the same for
//! programs that are written as YAML or JSON.
//!
//! Reading the text is the syntax crate's; `lower` makes a program of the tree, `yaml` of a document;
//! `check` judges the program; `codes` words what is wrong; `render` shows it. Running a program is the machine's.
//!
//! ```
//! use scriptum_compiler::compile;
//! use scriptum_contract::ToolCatalog;
//!
//! let script = "script \"Sum\"\ninput\n  a : integer\noutput\n  b : integer\nemit\n  b = a + 1\n";
//! let compiled = compile(script, &ToolCatalog::default());
//! assert!(compiled.program.is_some());
//!
//! let compiled = compile("script \"Sum\"\nlet x = y\n", &ToolCatalog::default());
//! assert_eq!(compiled.diagnostics[0].code.0, "unknown-name");
//! ```

mod ast_json;
mod check;
pub mod codes;
mod compile;
mod compiled;
mod fix;
mod graph;
pub mod limits;
mod lower;
mod outline;
mod render;
mod source_map;
mod suggest;
mod uses;
pub mod vocabulary;
mod yaml;

pub use ast_json::{AST_VERSION, ast_json, ast_type};
pub use compile::compile;
pub use compiled::{Compiled, Facts, Tables};
pub use fix::{Fixed, apply_fixes};
pub use graph::{Graph, graph};
pub use outline::{Outline, outline, runs};
pub use render::{RenderOptions, Sarif, render, render_github, render_json};
pub use scriptum_syntax::{Diagnostic, Severity};
pub use source_map::{EnumPlace, FieldPlace, ImportSlot, Part, SourceMap, part_of};
pub use yaml::compile_yaml;
