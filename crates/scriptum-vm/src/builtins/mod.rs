//! The built-in functions: one table with a row a function, read by the evaluator, the checker,
//! completion, hover and the reference page.
//!
//! A row says how a function is called and what type its result has; the types are rules over the types
//! of the arguments, so that a checker infers `list<integer>` from `map(topics, t => len(t))`. Every row has
//! an example, and the examples are tests.

mod call;
mod lists;
mod signature;

use scriptum_contract::Value;

use crate::{
    eval::{EvalError, Evaluator, failed, nearest},
    program::Node,
};

pub(crate) use call::Call;
pub use signature::{Builtin, Example, Kind, Lambda, Param, Presence, Takes};

/// All built-in functions, by name.
pub static ALL: &[Builtin] = &[lists::COUNT, lists::MAP];

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Builtin> {
    let at = ALL
        .binary_search_by(|builtin| builtin.name.cmp(name))
        .ok()?;
    ALL.get(at)
}

/// Calls a function of the table.
pub(crate) fn call<'e>(
    evaluator: &mut Evaluator<'e>,
    name: &str,
    args: &'e [Node],
) -> Result<Value, EvalError> {
    let Some(builtin) = find(name) else {
        let names = ALL.iter().map(|builtin| builtin.name);
        let hint = match nearest(name, names) {
            Some(close) => format!("; did you mean '{close}'?"),
            None => String::new(),
        };
        return Err(failed(format!("there is no function '{name}'{hint}")));
    };
    let mut call = Call::new(evaluator, builtin, args)?;
    (builtin.call)(&mut call)
}
