//! Every kind of diagnostic: one file a code, with its title, its severity and what it says.
//!
//! A message stands alone and says what is there; a label says what was expected; help says what to do.
//! Each code has a page in `docs/diagnostics/` with a wrong and a right script, which are tests.

mod agent_without_tools;
mod always_different;
mod ambiguous_label;
mod ambiguous_tool;
pub(crate) mod argument_count;
pub(crate) mod bare_object_field;
mod capability_import;
pub(crate) mod constraint_arguments;
mod default_not_constant;
pub(crate) mod duplicate_name;
mod enum_base;
mod expression_too_deep;
pub(crate) mod input_prefix;
mod interpolated_title;
pub(crate) mod invalid_annotation;
pub(crate) mod invalid_count;
mod invalid_default;
pub(crate) mod invalid_duration;
mod invalid_program;
pub(crate) mod invalid_value;
mod invalid_version;
mod jump_into_scope;
pub(crate) mod jump_out_of_loop;
mod lane_replaces_name;
mod loop_replaces_name;
pub(crate) mod maybe_unbound;
mod method_call;
mod misplaced_constraint;
mod misplaced_fields;
pub(crate) mod misplaced_lambda;
mod misplaced_returns;
mod misplaced_secret;
mod misplaced_type;
mod missing_emit;
mod missing_field;
pub(crate) mod missing_input;
pub(crate) mod missing_output;
mod mixed_variants;
mod no_fields;
pub(crate) mod no_stream;
mod not_a_boolean;
mod not_a_language_model;
pub(crate) mod not_a_list;
mod not_a_model;
mod not_a_plan;
mod not_callable;
pub(crate) mod not_indexable;
mod nothing_to_retry;
pub(crate) mod number_too_large;
pub(crate) mod possibly_null;
mod run_time;
mod script_too_large;
mod secret_in_source;
mod secret_read;
mod secret_shown;
mod shadowed_input;
mod steps_too_deep;
pub(crate) mod stream_read;
pub(crate) mod stream_taken;
mod syntax;
mod too_many_diagnostics;
mod tool_not_imported;
pub(crate) mod type_mismatch;
mod unknown_answer_type;
mod unknown_branch;
mod unknown_channel;
mod unknown_constraint;
pub(crate) mod unknown_env;
pub(crate) mod unknown_field;
mod unknown_function;
pub(crate) mod unknown_input;
mod unknown_label;
pub(crate) mod unknown_name;
mod unknown_output;
pub(crate) mod unknown_script;
mod unknown_stream_field;
pub(crate) mod unknown_tool;
mod unknown_type;
pub(crate) mod unknown_variant;
mod unreachable_step;
mod unusable_constraint;
mod unused_branch;
mod unused_stream;
pub(crate) mod used_before_definition;
mod variant_base;
mod wait_for_condition;
mod words;
pub(crate) mod wrong_operand;

use std::sync::LazyLock;

use scriptum_syntax::{Code, Diagnostic, Severity, Span};

pub(crate) use agent_without_tools::agent_without_tools;
pub(crate) use always_different::always_different;
pub(crate) use ambiguous_label::ambiguous_label;
pub(crate) use ambiguous_tool::ambiguous_tool;
pub(crate) use argument_count::argument_count;
pub(crate) use bare_object_field::bare_object_field;
pub(crate) use capability_import::capability_import;
pub(crate) use constraint_arguments::constraint_arguments;
pub(crate) use default_not_constant::default_not_constant;
pub(crate) use duplicate_name::duplicate_name;
pub(crate) use enum_base::enum_base;
pub(crate) use expression_too_deep::expression_too_deep;
pub(crate) use input_prefix::input_prefix;
pub(crate) use interpolated_title::interpolated_title;
pub(crate) use invalid_default::invalid_default;
pub(crate) use invalid_duration::invalid_duration;
pub(crate) use invalid_program::invalid_program;
pub(crate) use invalid_value::invalid_value;
pub(crate) use invalid_version::invalid_version;
pub(crate) use jump_into_scope::jump_into_scope;
pub(crate) use lane_replaces_name::lane_replaces_name;
pub(crate) use loop_replaces_name::loop_replaces_name;
pub(crate) use method_call::method_call;
pub(crate) use misplaced_constraint::misplaced_constraint;
pub(crate) use misplaced_fields::misplaced_fields;
pub(crate) use misplaced_lambda::misplaced_lambda;
pub(crate) use misplaced_returns::misplaced_returns;
pub(crate) use misplaced_secret::misplaced_secret;
pub(crate) use misplaced_type::misplaced_type;
pub(crate) use missing_emit::missing_emit;
pub(crate) use missing_field::missing_field;
pub(crate) use missing_input::missing_input;
pub(crate) use missing_output::missing_output;
pub(crate) use mixed_variants::mixed_variants;
pub(crate) use no_fields::no_fields;
pub(crate) use not_a_boolean::not_a_boolean;
pub(crate) use not_a_language_model::not_a_language_model;
pub(crate) use not_a_model::not_a_model;
pub(crate) use not_a_plan::not_a_plan;
pub(crate) use not_callable::not_callable;
pub(crate) use not_indexable::not_indexable;
pub(crate) use nothing_to_retry::nothing_to_retry;
pub(crate) use number_too_large::number_too_large;
pub(crate) use possibly_null::possibly_null;
pub use run_time::{RUN_TIME, RunTimeCode};
pub(crate) use script_too_large::script_too_large;
pub(crate) use secret_in_source::secret_in_source;
pub(crate) use secret_read::secret_read;
pub(crate) use secret_shown::secret_shown;
pub(crate) use shadowed_input::shadowed_input;
pub(crate) use steps_too_deep::steps_too_deep;
pub(crate) use too_many_diagnostics::too_many_diagnostics;
pub(crate) use tool_not_imported::tool_not_imported;
pub(crate) use type_mismatch::type_mismatch;
pub(crate) use unknown_answer_type::unknown_answer_type;
pub(crate) use unknown_branch::unknown_branch;
pub(crate) use unknown_channel::unknown_channel;
pub(crate) use unknown_constraint::unknown_constraint;
pub(crate) use unknown_env::unknown_env;
pub(crate) use unknown_field::unknown_field;
pub(crate) use unknown_function::unknown_function;
pub(crate) use unknown_input::unknown_input;
pub(crate) use unknown_label::unknown_label;
pub(crate) use unknown_name::unknown_name;
pub(crate) use unknown_output::unknown_output;
pub(crate) use unknown_script::unknown_script;
pub(crate) use unknown_stream_field::unknown_stream_field;
pub(crate) use unknown_tool::unknown_tool;
pub(crate) use unknown_type::unknown_type;
pub(crate) use unknown_variant::unknown_variant;
pub(crate) use unreachable_step::unreachable_step;
pub(crate) use unusable_constraint::unusable_constraint;
pub(crate) use unused_branch::unused_branch;
pub(crate) use unused_stream::unused_stream;
pub(crate) use used_before_definition::used_before_definition;
pub(crate) use variant_base::variant_base;
pub(crate) use wait_for_condition::wait_for_condition;
use words::{a, are_listed, certainty, counted, insert, listed, meant, meant_text, replace, shown};
pub(crate) use wrong_operand::wrong_operand;

/// A kind of diagnostic.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What it says, without the particulars of one place.
    pub title: &'static str,
    /// Its page: what it means, a wrong and a right script; Markdown.
    pub page: &'static str,
}

impl Entry {
    fn at(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: self.severity,
            ..Diagnostic::error(self.code, message, span)
        }
    }
}

/// The text of a page, by the name of its code.
macro_rules! page {
    ($slug:literal) => {
        (
            $slug,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../docs/diagnostics/",
                $slug,
                ".md"
            )),
        )
    };
}
use page;

/// The row of a code, with its page.
macro_rules! entry {
    ($slug:literal, $severity:ident, $title:expr) => {
        $crate::codes::Entry {
            code: scriptum_syntax::Code($slug),
            severity: scriptum_syntax::Severity::$severity,
            title: $title,
            page: $crate::codes::page!($slug).1,
        }
    };
}
use entry;

/// The codes of this crate, by name.
const OWN: &[Entry] = &[
    agent_without_tools::ENTRY,
    always_different::ENTRY,
    ambiguous_label::ENTRY,
    ambiguous_tool::ENTRY,
    argument_count::ENTRY,
    bare_object_field::ENTRY,
    capability_import::ENTRY,
    constraint_arguments::ENTRY,
    default_not_constant::ENTRY,
    duplicate_name::ENTRY,
    enum_base::ENTRY,
    expression_too_deep::ENTRY,
    input_prefix::ENTRY,
    interpolated_title::ENTRY,
    invalid_annotation::ENTRY,
    invalid_count::ENTRY,
    invalid_default::ENTRY,
    invalid_duration::ENTRY,
    invalid_program::ENTRY,
    invalid_value::ENTRY,
    invalid_version::ENTRY,
    jump_into_scope::ENTRY,
    jump_out_of_loop::ENTRY,
    lane_replaces_name::ENTRY,
    loop_replaces_name::ENTRY,
    maybe_unbound::ENTRY,
    method_call::ENTRY,
    misplaced_constraint::ENTRY,
    misplaced_fields::ENTRY,
    misplaced_lambda::ENTRY,
    misplaced_returns::ENTRY,
    misplaced_secret::ENTRY,
    misplaced_type::ENTRY,
    missing_emit::ENTRY,
    missing_field::ENTRY,
    missing_input::ENTRY,
    missing_output::ENTRY,
    mixed_variants::ENTRY,
    no_fields::ENTRY,
    no_stream::ENTRY,
    not_a_boolean::ENTRY,
    not_a_language_model::ENTRY,
    not_a_list::ENTRY,
    not_a_model::ENTRY,
    not_a_plan::ENTRY,
    not_callable::ENTRY,
    not_indexable::ENTRY,
    nothing_to_retry::ENTRY,
    number_too_large::ENTRY,
    possibly_null::ENTRY,
    script_too_large::ENTRY,
    secret_in_source::ENTRY,
    secret_read::ENTRY,
    secret_shown::ENTRY,
    shadowed_input::ENTRY,
    steps_too_deep::ENTRY,
    stream_read::ENTRY,
    stream_taken::ENTRY,
    too_many_diagnostics::ENTRY,
    tool_not_imported::ENTRY,
    type_mismatch::ENTRY,
    unknown_answer_type::ENTRY,
    unknown_branch::ENTRY,
    unknown_channel::ENTRY,
    unknown_constraint::ENTRY,
    unknown_env::ENTRY,
    unknown_field::ENTRY,
    unknown_function::ENTRY,
    unknown_input::ENTRY,
    unknown_label::ENTRY,
    unknown_name::ENTRY,
    unknown_output::ENTRY,
    unknown_script::ENTRY,
    unknown_stream_field::ENTRY,
    unknown_tool::ENTRY,
    unknown_type::ENTRY,
    unknown_variant::ENTRY,
    unreachable_step::ENTRY,
    unusable_constraint::ENTRY,
    unused_branch::ENTRY,
    unused_stream::ENTRY,
    used_before_definition::ENTRY,
    variant_base::ENTRY,
    wait_for_condition::ENTRY,
    wrong_operand::ENTRY,
];

/// Every code that a compilation can give, by name.
pub static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let of_syntax = scriptum_syntax::codes::ALL.iter().map(syntax::entry);
    let mut all: Vec<Entry> = OWN.iter().copied().chain(of_syntax).collect();
    all.sort_by_key(|entry| entry.code);
    all
});

/// The page of a code, of a diagnostic or of a failure at run time, in Markdown; `None` when there is no
/// such code.
pub fn explain(code: &str) -> Option<&'static str> {
    let diagnostic = ALL.iter().find(|entry| entry.code.0 == code);
    let run_time = || RUN_TIME.iter().find(|entry| entry.code == code);
    diagnostic
        .map(|entry| entry.page)
        .or_else(|| run_time().map(|entry| entry.page))
}

/// The code that was probably meant.
pub fn nearest(code: &str) -> Option<&'static str> {
    let diagnostics = ALL.iter().map(|entry| entry.code.0);
    let run_time = RUN_TIME.iter().map(|entry| entry.code);
    scriptum_contract::nearest(code, diagnostics.chain(run_time))
}
