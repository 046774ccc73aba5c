//! Expressions from the outside: what they compute, what they refuse and in which words.

mod builtins;
mod generated;
mod kinds;
mod messages;
mod program;
mod properties;
mod support;
mod values;
