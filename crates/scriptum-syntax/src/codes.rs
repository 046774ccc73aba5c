//! The kinds of diagnostics that reading a text can give: one row each.

use crate::{Code, Severity};

/// A kind of diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// Its name.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What it says, without the particulars of one place.
    pub title: &'static str,
}

/// Declares a constant for each row and the table of all rows.
macro_rules! codes {
    ($($severity:ident $name:ident $slug:literal $title:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Code = Code($slug);
        )*

        /// Every code of this crate.
        pub const ALL: &[CodeEntry] = &[
            $(CodeEntry { code: $name, severity: Severity::$severity, title: $title },)*
        ];
    };
}

codes! {
    // Characters, names, strings, comments.
    Error UNKNOWN_CHARACTER "unknown-character" "a character that means nothing here";
    Error FOREIGN_NAME "foreign-name" "a name with letters other than A–Z, digits and underscores";
    Error MALFORMED_NUMBER "malformed-number" "digits that run into letters";
    Error UNCLOSED_STRING "unclosed-string" "a text without its closing quote";
    Error SINGLE_QUOTES "single-quotes" "a text in single quotes";
    Error UNKNOWN_ESCAPE "unknown-escape" "a backslash that begins no escape";
    Warning LITERAL_BRACE "literal-brace" "a brace in a text that begins no expression";
    Error FOREIGN_COMMENT "foreign-comment" "a comment written as in another language";
    Error UNCLOSED_SECTION "unclosed-section" "a section line without its closing marks";
    Warning MISPLACED_ANNOTATION "misplaced-annotation" "an annotation after `script`, where it has no effect";

    // Lines and indentation.
    Error TAB_INDENTATION "tab-indentation" "a tab in the indentation";
    Error MIXED_INDENTATION "mixed-indentation" "tabs and spaces mixed in the indentation";
    Error BAD_INDENTATION "bad-indentation" "a line that stands at no open level";
    Error NESTING_TOO_DEEP "nesting-too-deep" "more levels of nesting than the language allows";
    Error UNCLOSED_BRACKET "unclosed-bracket" "a bracket that is never closed";
    Error UNEXPECTED_CLOSER "unexpected-closer" "a closing bracket that closes nothing";
    Error BRACES_FOR_BLOCK "braces-for-block" "braces around a block";
    Error COLON_AFTER_HEADER "colon-after-header" "a colon at the end of a line that begins a block";
    Error SEMICOLON "semicolon" "a semicolon";
    Error TRAILING_COMMA "trailing-comma" "a comma at the end of a line";

    // Declarations.
    Warning CODE_IN_DESCRIPTION "code-in-description" "a line of the description that looks like code";
    Error MISSING_HEADER "missing-header" "a script without its first line";
    Error MISPLACED_BLOCK "misplaced-block" "a declaration out of order";
    Error DUPLICATE_BLOCK "duplicate-block" "a second declaration of one kind";
    Error UNKNOWN_BLOCK "unknown-block" "a block with a name that the language does not know";
    Error VERSION_SYNTAX "version-syntax" "a version that is not written as `version \"1.0.0\"`";
    Error MISSING_COLON "missing-colon" "a field without the colon before its type";
    Error EQUALS_IN_FIELD "equals-in-field" "a field declared with `=` in the place of `:`";
    Error MISSING_TYPE "missing-type" "a field without a type";
    Error FOREIGN_IMPORT "foreign-import" "an import written as in another language";
    Error MALFORMED_ENUM "malformed-enum" "an enum that is not written as `enum Name = A | B`";

    // Steps.
    Error UNKNOWN_VERB "unknown-verb" "a line that begins with no verb";
    Error FOREIGN_STATEMENT "foreign-statement" "a statement of another language";
    Error MISSING_LET "missing-let" "a value named without `let`";
    Error OUTPUT_ASSIGNMENT "output-assignment" "a result assigned in the place of `emit`";
    Error WALRUS "walrus" "`:=` in the place of `=`";
    Error COLON_IN_INPUT "colon-in-input" "an input written with `:` in the place of `=`";
    Error EQUALS_IN_OBJECT "equals-in-object" "an object entry written with `=` in the place of `:`";
    Error EACH_OF "each-of" "`of` in the place of `in`";
    Error MISSING_LABEL "missing-label" "a step without its title";
    Error UNQUOTED_LABEL "unquoted-label" "a title without quotes";
    Error MISSING_BODY "missing-body" "a step without the steps it is made of";
    Error NESTED_STEP "nested-step" "a step inside a step that holds none";
    Error MISPLACED_ARROW "misplaced-arrow" "an arrow that belongs to no step";
    Error DUPLICATE_ARROW "duplicate-arrow" "a second arrow of one step";
    Error CANNOT_BIND "cannot-bind" "an arrow of a step that has no result";
    Error STEP_AFTER_ARROW "step-after-arrow" "a step after the arrow of the loop it stands in";
    Error DUPLICATE_CLAUSE "duplicate-clause" "a second clause of one kind";
    Error MISPLACED_CLAUSE "misplaced-clause" "a clause of a step that has no such clause";

    // Expressions.
    Error FOREIGN_OPERATOR "foreign-operator" "an operator of another language";
    Error CHAINED_COMPARISON "chained-comparison" "comparisons in a chain";
    Error TERNARY "ternary" "`c ? a : b` in the place of `if c then a else b`";
    Error EXPECTED_VALUE "expected-value" "no value where one must stand";
    Error EXPECTED_NAME "expected-name" "no name where one must stand";
    Error EXPECTED_TOKEN "expected-token" "a word or mark is missing";
    Error UNEXPECTED_TOKEN "unexpected-token" "something that does not belong here";
    Error MISSING_COMMA "missing-comma" "two entries without a comma between them";

    // Limits.
    Error TOO_MANY_ERRORS "too-many-errors" "more findings than are worth reporting";
    Error TEXT_TOO_LARGE "text-too-large" "a text that is too large to be a script";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_slugs_and_stand_once() {
        let mut slugs: Vec<&str> = ALL.iter().map(|entry| entry.code.0).collect();
        slugs.sort_unstable();
        let count = slugs.len();
        slugs.dedup();
        assert_eq!(slugs.len(), count);
        assert!(slugs.iter().all(|slug| {
            slug.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        }));
    }
}
