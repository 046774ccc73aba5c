//! Expressions from the outside: what they compute, what they refuse and in which words.

mod builtins;
mod messages;
mod support;
mod values;
