//! The codes with which steps and threads fail while they run. They are part of what a script may rely
//! on (`error.code` in `on thread error`), so each has a page, too.

/// A kind of failure at run time.
#[derive(Debug, Clone, Copy)]
pub struct RunTimeCode {
    /// Its name, as in `error.code`.
    pub code: &'static str,
    /// Its page: what it means and what to do; Markdown.
    pub page: &'static str,
}

impl RunTimeCode {
    /// What it says, without the particulars of one place: the first sentence of its page, as titles of
    /// diagnostics are written.
    pub fn title(&self) -> &'static str {
        let mut paragraphs = self.page.split("\n\n");
        paragraphs.nth(1).unwrap_or_default().trim_end_matches('.')
    }
}

/// The rows of some codes, with their pages.
macro_rules! run_time_codes {
    ($($code:literal)*) => {
        &[$(RunTimeCode {
            code: $code,
            page: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../docs/errors/",
                $code,
                ".md"
            )),
        }),*]
    };
}

/// Every code that an error of a step or a thread can have, by name.
pub const RUN_TIME: &[RunTimeCode] = run_time_codes! {
    "ASK_INVALID"
    "ASK_TIMEOUT"
    "CANCELLED"
    "CHECK_FAILED"
    "ENV_MISSING"
    "EXPRESSION_FAILED"
    "INTERNAL_ERROR"
    "LIMIT_EXCEEDED"
    "MODEL_FAILED"
    "OUTCOME_UNKNOWN"
    "OUTPUT_INVALID"
    "OUTPUT_MISSING"
    "PLAN_INVALID"
    "SUBTHREAD_FAILED"
    "THREAD_TIMEOUT"
    "TOOL_FAILED"
    "TOOL_INPUT_INVALID"
    "TOOL_OUTPUT_INVALID"
    "TOOL_REFUSED"
    "TOOL_TIMEOUT"
    "TOOL_UNAVAILABLE"
    "WAIT_TIMEOUT"
};
