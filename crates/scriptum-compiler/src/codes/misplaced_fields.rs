//! Fields below something that has none.

use scriptum_contract::Type;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "misplaced-fields",
    Error,
    "fields below something that has none"
);

pub(crate) fn misplaced_fields(ty: &Type, name: Span) -> Diagnostic {
    ENTRY
        .at(
            name,
            format!("fields stand below this one, but {ty} has no fields"),
        )
        .here("has fields below it")
        .help("declare it as `object` or `list<object>`, or align the lines below with it")
}
