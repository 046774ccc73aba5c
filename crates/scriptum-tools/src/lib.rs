//! The tools that a fresh installation has, behind the engine's tool port.
//!
//! [`NativeTools`] is the source of the native ones. File tools see one folder, the workspace, and
//! nothing outside of it; `http_request` reaches public addresses and what the operator allows
//! ([`NetPolicy`]). Each tool is one file in [`native`], which holds its fields, documentation,
//! example, implementation and tests; catalogues ([`signatures`]) and reference pages
//! ([`reference_pages`]) come from there. What registered tools are is read from documents
//! ([`document`]).
//!
//! [`Channels`] sends messages, [`NoModels`] stands for the models that nobody provides.
//!
//! The crate knows neither the machine nor the store. Retries belong to the machine, checks of
//! arguments and results to the caller.
//!
//! ```
//! use std::path::Path;
//!
//! use scriptum_contract::ToolName;
//! use scriptum_engine::ToolSource;
//! use scriptum_tools::{NativeOptions, NativeTools};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let tools = NativeTools::new(NativeOptions::new(Path::new("."), &[]).unwrap());
//! let echo = tools.find(&ToolName::new("echo")).await.unwrap();
//! assert!(echo.is_some());
//! # });
//! ```

#![warn(missing_docs)]

pub mod channel;
pub mod document;
pub mod limits;
pub mod native;
pub mod net;

mod args;
mod jsonpath;
mod model;
mod reference;
mod stop;
#[cfg(test)]
mod testing;
mod walk;
mod workspace;

pub use channel::{ChannelOptions, Channels};
pub use document::{ToolDocument, read_tool_document};
pub use model::{NoModels, not_configured};
pub use native::{NativeOptions, NativeTools, signatures};
pub use net::{InvalidNetRule, NetPolicy, NetRule};
pub use reference::{ReferencePage, reference_pages};
