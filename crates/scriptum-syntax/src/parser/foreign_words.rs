//! The words with which lines of other languages begin, and how Scriptum says what they mean.

/// What the statements of other languages are here, by their first word.
pub(super) const FOREIGN_STATEMENTS: &[(&str, &str)] = &[
    (
        "if",
        "use `decide \"…\" with rules` for branches, or `if c then a else b` inside an expression",
    ),
    ("elif", "use another `when` rule of a `decide`"),
    ("elseif", "use another `when` rule of a `decide`"),
    (
        "then",
        "a condition without steps is `if c then a else b`, with steps `decide \"…\" with rules`",
    ),
    ("elsif", "use another `when` rule of a `decide`"),
    ("else", "use `otherwise -> \"Branch\"` in a `decide`"),
    ("switch", "use `decide \"…\" with rules`"),
    ("match", "use `decide \"…\" with rules`"),
    ("case", "use a `when` rule of a `decide`"),
    ("unless", "use `decide \"…\" with rules`"),
    ("for", "use `each item in list`"),
    ("foreach", "use `each item in list`"),
    ("loop", "use `repeat until condition`"),
    ("while", "use `repeat until condition`"),
    ("until", "use `repeat until condition`"),
    ("return", "use `emit` with the fields of the result"),
    ("print", "use `yield \"…\"` to tell the watchers something"),
    ("log", "use `yield \"…\"` to tell the watchers something"),
    (
        "try",
        "use an `on error:` clause below the step that may fail",
    ),
    (
        "catch",
        "use an `on error:` clause below the step that may fail",
    ),
    (
        "except",
        "use an `on error:` clause below the step that may fail",
    ),
    (
        "finally",
        "use an `on error:` clause below the step that may fail",
    ),
    ("throw", "use a `check` with `on fail: fail \"message\"`"),
    ("raise", "use a `check` with `on fail: fail \"message\"`"),
    (
        "await",
        "steps wait for their results by themselves: write `do \"…\" with tool`",
    ),
    ("call", "use `do \"…\" with tool`"),
    (
        "def",
        "there are no functions: put shared steps in a script of their own and `run` it",
    ),
    (
        "func",
        "there are no functions: put shared steps in a script of their own and `run` it",
    ),
    (
        "function",
        "there are no functions: put shared steps in a script of their own and `run` it",
    ),
    (
        "goto",
        "`goto` is an action of a `check`: `on fail: goto \"Section\"`",
    ),
    (
        "break",
        "a loop ends with its list, or by `until` of a `repeat`",
    ),
    (
        "continue",
        "put the steps that may be left out in a branch of a `decide`; or go over `filter(list, x => …)`",
    ),
    ("pass", "leave the line out, or name a value with `let`"),
    (
        "next",
        "put the steps that may be left out in a branch of a `decide`",
    ),
    (
        "exit",
        "end with `emit`, or with a `check` and `on fail: fail \"message\"`",
    ),
    (
        "quit",
        "end with `emit`, or with a `check` and `on fail: fail \"message\"`",
    ),
    (
        "stop",
        "end with `emit`, or with a `check` and `on fail: fail \"message\"`",
    ),
    ("end", "a block ends where its indentation ends"),
    ("endif", "a block ends where its indentation ends"),
    ("done", "a block ends where its indentation ends"),
    (
        "fail",
        "`fail` is an action of a `check`: `on fail: fail \"message\"`",
    ),
    (
        "retry",
        "`retry` is a clause of the step that may fail: `on error: retry 3`",
    ),
    (
        "fallback",
        "`fallback` is a clause of the step that may fail: `on error: fallback tool`",
    ),
    ("assert", "use `check \"…\" condition`"),
    ("sleep", "use `wait \"5s\"`"),
    ("delay", "use `wait \"5s\"`"),
    ("pause", "use `wait \"5s\"`, or `ask` for a person"),
    ("parallel", "use `together`, or `each … parallel n`"),
    ("use", "use `do \"…\" with tool`"),
    ("invoke", "use `do \"…\" with tool`"),
    ("execute", "use `do \"…\" with tool`"),
    ("fetch", "use `do \"…\" with fetch_url`"),
    (
        "prompt",
        "use `do \"…\" with llm` and `prompt = …`, or `ask` for a person",
    ),
    ("async", "use `together`, or `each … parallel n`"),
    (
        "class",
        "an object is described by the fields below `name : object`",
    ),
    (
        "struct",
        "an object is described by the fields below `name : object`",
    ),
    (
        "type",
        "an object is described by the fields below `name : object`, a choice of words by `enum`",
    ),
    (
        "description",
        "write the description as plain lines below `script \"…\"`",
    ),
    ("title", "the title stands behind `script`"),
    ("name", "the title stands behind `script`"),
    (
        "steps",
        "steps begin in the column of `script`, without a word above them",
    ),
    (
        "tasks",
        "steps begin in the column of `script`, without a word above them",
    ),
    (
        "body",
        "steps begin in the column of `script`, without a word above them",
    ),
    (
        "main",
        "steps begin in the column of `script`, without a word above them",
    ),
    ("begin", "a block is made by indentation alone"),
];
