//! The built-in functions: one table with a row a function, read by the evaluator, the checker,
//! completion, hover and the reference page.
//!
//! A row says how a function is called and what type its result has; the types are rules over the types
//! of the arguments, so that a checker infers `list<integer>` from `map(topics, t => len(t))`. Every row has
//! an example, and the examples are tests.

mod call;
mod convert;
mod functions;
mod lists;
mod numbers;
mod objects;
mod rules;
mod secrets;
mod signature;
mod texts;
mod times;

use scriptum_contract::{Value, nearest};

use crate::{
    eval::{Evaluator, Stop, failed},
    program::Node,
};

pub(crate) use call::Call;
pub use signature::{Builtin, Example, Kind, Lambda, Param, Presence, Takes};
pub(crate) use times::{instant_ms, instant_text, time_text};

/// All built-in functions, by name.
pub static ALL: &[Builtin] = &[
    numbers::ABS,
    functions::ALL,
    functions::ANY,
    lists::AVG,
    convert::BASE64_DECODE,
    convert::BASE64_ENCODE,
    numbers::CEIL,
    objects::COALESCE,
    lists::CONTAINS,
    numbers::COSINE_SIMILARITY,
    lists::COUNT,
    times::DATE_ADD,
    texts::ENDS_WITH,
    times::ENV,
    functions::FILTER,
    functions::FIND,
    lists::FIRST,
    lists::FLATTEN,
    numbers::FLOOR,
    times::FORMAT_TIME,
    functions::GROUP_BY,
    objects::HAS,
    texts::JOIN,
    objects::KEYS,
    lists::LAST,
    texts::LEN,
    texts::LOWER,
    functions::MAP,
    texts::MATCHES,
    lists::MAX,
    objects::MERGE,
    lists::MIN,
    times::NOW,
    convert::PARSE_JSON,
    lists::RANGE,
    functions::REDUCE,
    texts::REPLACE,
    numbers::ROUND,
    convert::SHA256,
    lists::SLICE,
    functions::SORT_BY,
    texts::SPLIT,
    texts::STARTS_WITH,
    lists::SUM,
    convert::TO_INTEGER,
    convert::TO_JSON,
    convert::TO_NUMBER,
    convert::TO_TEXT,
    texts::TRIM,
    objects::TYPE_OF,
    lists::UNIQUE,
    texts::UPPER,
    times::UUID,
    objects::VALUES,
];

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
) -> Result<Value, Stop> {
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
