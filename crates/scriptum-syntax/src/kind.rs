//! The vocabulary of the tree: every kind of token and node, and the words of the language.
//!
//! Words are contextual. The lexer gives each known word its own kind, and the parser turns it back
//! into [`SyntaxKind::Ident`] wherever a name stands, so `type`, `model` or `input` name fields freely.

/// Declares the kinds together with the list of them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a token or node is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum SyntaxKind { $($(#[$doc])* $name,)* }

        /// Every kind.
        const KINDS: &[SyntaxKind] = &[$(SyntaxKind::$name,)*];
    };
}

kinds! {
    // Trivia: text that the grammar does not see.
    /// Spaces and tabs inside a line.
    Whitespace,
    /// A run of spaces, tabs and line breaks with at least one line break in it.
    LineBreak,
    /// `-- to the end of the line`.
    Comment,
    /// A comment of another language (`//`, `#`), reported and then skipped like a comment.
    ForeignComment,
    /// `-- @name values` before `script`.
    Annotation,

    // Whole lines.
    /// One line of the description, as written.
    Prose,
    /// `### Title ###`.
    SectionLine,

    // Literals.
    /// A name.
    Ident,
    /// Digits without fraction or exponent.
    Integer,
    /// A number with a fraction or an exponent.
    Decimal,
    /// Digits that run into letters: `5m`, `0x1F`, `1_000`.
    BadNumber,
    /// A whole string without interpolation, quotes included.
    String,
    /// A string without interpolation and without its closing quote.
    UnclosedString,
    /// The opening quote of a string with interpolation.
    StringOpen,
    /// Text between interpolations, as written.
    StringText,
    /// `{` that begins an interpolation.
    InterpolationOpen,
    /// `}` that ends an interpolation.
    InterpolationClose,
    /// The closing quote of a string with interpolation.
    StringClose,
    /// `'text'`: a habit of other languages.
    SingleQuoted,

    // Punctuation.
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `::`
    ColonColon,
    /// `.`
    Dot,
    /// `=`
    Equals,
    /// `==`
    EqualEqual,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `|`
    Pipe,
    /// `?`
    QuestionMark,
    /// `?.`
    QuestionDot,
    /// `??`
    QuestionQuestion,
    /// `=>`
    FatArrow,
    /// `->`
    Arrow,
    /// `->>`
    StreamArrow,

    // Punctuation of other languages, kept apart to say something useful about it.
    /// `:=`
    ColonEquals,
    /// `===`
    TripleEqual,
    /// `!==`
    NotDoubleEqual,
    /// `&&`
    AndAnd,
    /// `||`
    OrOr,
    /// `!`
    Bang,
    /// `;`
    Semicolon,
    /// A character that nothing begins with.
    Error,

    // Words of declarations.
    /// `script`
    ScriptKw,
    /// `version`
    VersionKw,
    /// `enum`
    EnumKw,
    /// `input`
    InputKw,
    /// `output`
    OutputKw,
    /// `stream`
    StreamKw,
    /// `import`
    ImportKw,
    /// `tools`
    ToolsKw,
    /// `env`
    EnvKw,
    /// `from`
    FromKw,
    /// `native`
    NativeKw,
    /// `mcp`
    McpKw,
    /// `as`
    AsKw,
    /// `list`
    ListKw,

    // Verbs, in the order of `Verb`.
    /// `do`
    DoKw,
    /// `let`
    LetKw,
    /// `each`
    EachKw,
    /// `decide`
    DecideKw,
    /// `check`
    CheckKw,
    /// `together`
    TogetherKw,
    /// `pipe`
    PipeKw,
    /// `repeat`
    RepeatKw,
    /// `wait`
    WaitKw,
    /// `agent`
    AgentKw,
    /// `ask`
    AskKw,
    /// `plan`
    PlanKw,
    /// `run`
    RunKw,
    /// `emit`
    EmitKw,
    /// `yield`
    YieldKw,
    /// `send`
    SendKw,

    // Words of clauses.
    /// `with`
    WithKw,
    /// `via`
    ViaKw,
    /// `parallel`
    ParallelKw,
    /// `sleep`
    SleepKw,
    /// `batch`
    BatchKw,
    /// `max`
    MaxKw,
    /// `until`
    UntilKw,
    /// `when`
    WhenKw,
    /// `otherwise`
    OtherwiseKw,
    /// `on`
    OnKw,
    /// `thread`
    ThreadKw,
    /// `error`
    ErrorKw,
    /// `pass`
    PassKw,
    /// `fail`
    FailKw,
    /// `retry`
    RetryKw,
    /// `every`
    EveryKw,
    /// `fallback`
    FallbackKw,
    /// `ignore`
    IgnoreKw,
    /// `continue`
    ContinueKw,
    /// `goto`
    GotoKw,
    /// `for`
    ForKw,
    /// `event`
    EventKw,
    /// `timeout`
    TimeoutKw,
    /// `returns`
    ReturnsKw,

    // Words of expressions: the only ones that cannot name a value.
    /// `if`
    IfKw,
    /// `then`
    ThenKw,
    /// `else`
    ElseKw,
    /// `and`
    AndKw,
    /// `or`
    OrKw,
    /// `not`
    NotKw,
    /// `in`
    InKw,
    /// `true`
    TrueKw,
    /// `false`
    FalseKw,
    /// `null`
    NullKw,

    // What the parser sees where a logical line is over; never in a tree.
    /// The end of the logical line.
    LineEnd,

    // Nodes: the file.
    /// The root.
    SourceFile,
    /// `script "Title"`
    ScriptHeader,
    /// The prose lines after the header.
    Description,
    /// `version "1.0.0"`
    VersionDecl,
    /// `enum Name : base = A | B`
    EnumDecl,
    /// One variant of an enum.
    EnumVariant,
    /// `input` and its fields.
    InputBlock,
    /// `output` and its fields.
    OutputBlock,
    /// `stream` and its fields.
    StreamBlock,
    /// `import tools` and its entries.
    ToolsBlock,
    /// One entry of `import tools`.
    ToolImport,
    /// `name` or `ns::ns::name`.
    ToolPath,
    /// `native` or `mcp("server")`.
    ToolSource,
    /// `env` and its entries.
    EnvBlock,
    /// One entry of `env`.
    EnvEntry,
    /// `name : type constraints = default` with its child fields.
    Field,
    /// `range(0, 1)`, `unique`.
    Constraint,
    /// `text`, `Mode`.
    NamedType,
    /// `list<T>`.
    ListType,
    /// `{ a: text, b: number }` in the place of a type.
    ShapeType,
    /// `on thread error` and its steps.
    ThreadErrorBlock,

    // Nodes: steps.
    /// Indented steps.
    Block,
    /// `### Title ###`
    Section,
    /// `do "Label" with tool`
    DoStep,
    /// `let name = expr`
    LetStep,
    /// `each item in xs`
    EachStep,
    /// `decide "Label" with rules`
    DecideStep,
    /// `check "Label" condition`
    CheckStep,
    /// `together`
    TogetherStep,
    /// `pipe item from source`
    PipeStep,
    /// `repeat max n until expr`
    RepeatStep,
    /// `wait "5m"`
    WaitStep,
    /// `agent "Label" with llm`
    AgentStep,
    /// `ask "Label"`
    AskStep,
    /// `plan "Label" with llm`
    PlanStep,
    /// `run target`
    RunStep,
    /// `emit "Label"`
    EmitStep,
    /// `yield "Label"`
    YieldStep,
    /// `send "Label" via "channel"`
    SendStep,
    /// A statement of another language (`if`, `for`, `while`), reported and kept.
    ForeignStep,

    // Nodes: parts of steps.
    /// A string that names or titles something: a step, a branch, a version, a server.
    Label,
    /// `name = expr`
    Input,
    /// `{ a = 1, b = 2 }`
    InlineInputs,
    /// `-> name` or `->> name`
    BindArrow,
    /// `returns { total: number }`
    Returns,
    /// `parallel n`
    ParallelClause,
    /// `sleep ms`
    SleepClause,
    /// `batch n`
    BatchClause,
    /// `max n`
    MaxClause,
    /// `until expr`
    UntilClause,
    /// `timeout "1h"`
    TimeoutClause,
    /// `event "name"`
    EventClause,
    /// `when condition -> "Branch"`
    WhenRule,
    /// `otherwise -> "Branch"`
    OtherwiseRule,
    /// `"Branch":` and its steps, in a decide.
    Branch,
    /// `"Lane":` and its steps, in a together.
    Lane,
    /// `ask llm "question"` in a check.
    Question,
    /// `on error: action`
    OnError,
    /// `on pass: action`
    OnPass,
    /// `on fail: action`
    OnFail,
    /// `retry 3 every "5s"`
    RetryAction,
    /// `fallback tool { k = v }`
    FallbackAction,
    /// `ignore`
    IgnoreAction,
    /// `continue`
    ContinueAction,
    /// `goto "Label"`
    GotoAction,
    /// `fail "message"`
    FailAction,

    // Nodes: expressions.
    /// A number, `true`, `false` or `null`.
    LiteralExpr,
    /// A string in the place of a value.
    StringExpr,
    /// A bare name.
    NameExpr,
    /// `a.b` or `a?.b`
    FieldExpr,
    /// `a[0]` or `a?[0]`
    IndexExpr,
    /// `a?`
    OptionalExpr,
    /// `f(x)`
    CallExpr,
    /// `x => expr`
    LambdaExpr,
    /// `[a, b]`
    ListExpr,
    /// `{ a: 1 }`
    ObjectExpr,
    /// `(a)`
    ParenExpr,
    /// `-a`, `not a`
    UnaryExpr,
    /// `a + b`
    BinaryExpr,
    /// `if c then a else b`
    IfExpr,
    /// A type in the place of a value, in a `schema`.
    TypeExpr,

    // Nodes: parts of expressions.
    /// `{expr}` in a string.
    Interpolation,
    /// `(a, b)` of a call.
    ArgumentList,
    /// `x` or `(x, i)` of a lambda.
    ParameterList,
    /// `key: value` of an object.
    ObjectEntry,

    // Nodes: what could not be read.
    /// Tokens that fit nowhere.
    Unparsed,
}

impl SyntaxKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = SyntaxKind> {
        KINDS.iter().copied()
    }

    /// True for whitespace, comments and annotations.
    pub fn is_trivia(self) -> bool {
        self <= SyntaxKind::Annotation
    }

    /// True for comments and annotations.
    pub fn is_comment(self) -> bool {
        SyntaxKind::Comment <= self && self <= SyntaxKind::Annotation
    }

    /// True for a word of the language, as opposed to a name of the author's own.
    pub fn is_keyword(self) -> bool {
        SyntaxKind::ScriptKw <= self && self <= SyntaxKind::NullKw
    }

    /// True for everything that can be a name where the grammar asks for one.
    pub fn is_word(self) -> bool {
        self == SyntaxKind::Ident || self.is_keyword()
    }

    /// True for the words of expressions, which name no value: `if and not true …`.
    pub fn is_reserved(self) -> bool {
        SyntaxKind::IfKw <= self && self <= SyntaxKind::NullKw
    }

    /// True for nodes that are expressions.
    pub fn is_expr(self) -> bool {
        SyntaxKind::LiteralExpr <= self && self <= SyntaxKind::TypeExpr
    }

    /// True for nodes; false for tokens.
    pub fn is_node(self) -> bool {
        SyntaxKind::SourceFile <= self
    }

    /// The kind of a word: a keyword's own, else [`SyntaxKind::Ident`].
    pub fn of_word(word: &str) -> SyntaxKind {
        // Split by first letter: a word is compared with three others, not with sixty.
        let Some(first) = word.bytes().next() else {
            return SyntaxKind::Ident;
        };
        match first {
            b'a' => match word {
                "agent" => SyntaxKind::AgentKw,
                "and" => SyntaxKind::AndKw,
                "as" => SyntaxKind::AsKw,
                "ask" => SyntaxKind::AskKw,
                _ => SyntaxKind::Ident,
            },
            b'b' => match word {
                "batch" => SyntaxKind::BatchKw,
                _ => SyntaxKind::Ident,
            },
            b'c' => match word {
                "check" => SyntaxKind::CheckKw,
                "continue" => SyntaxKind::ContinueKw,
                _ => SyntaxKind::Ident,
            },
            b'd' => match word {
                "decide" => SyntaxKind::DecideKw,
                "do" => SyntaxKind::DoKw,
                _ => SyntaxKind::Ident,
            },
            b'e' => match word {
                "each" => SyntaxKind::EachKw,
                "else" => SyntaxKind::ElseKw,
                "emit" => SyntaxKind::EmitKw,
                "enum" => SyntaxKind::EnumKw,
                "env" => SyntaxKind::EnvKw,
                "error" => SyntaxKind::ErrorKw,
                "event" => SyntaxKind::EventKw,
                "every" => SyntaxKind::EveryKw,
                _ => SyntaxKind::Ident,
            },
            b'f' => match word {
                "fail" => SyntaxKind::FailKw,
                "fallback" => SyntaxKind::FallbackKw,
                "false" => SyntaxKind::FalseKw,
                "for" => SyntaxKind::ForKw,
                "from" => SyntaxKind::FromKw,
                _ => SyntaxKind::Ident,
            },
            b'g' => match word {
                "goto" => SyntaxKind::GotoKw,
                _ => SyntaxKind::Ident,
            },
            b'i' => match word {
                "if" => SyntaxKind::IfKw,
                "ignore" => SyntaxKind::IgnoreKw,
                "import" => SyntaxKind::ImportKw,
                "in" => SyntaxKind::InKw,
                "input" => SyntaxKind::InputKw,
                _ => SyntaxKind::Ident,
            },
            b'l' => match word {
                "let" => SyntaxKind::LetKw,
                "list" => SyntaxKind::ListKw,
                _ => SyntaxKind::Ident,
            },
            b'm' => match word {
                "max" => SyntaxKind::MaxKw,
                "mcp" => SyntaxKind::McpKw,
                _ => SyntaxKind::Ident,
            },
            b'n' => match word {
                "native" => SyntaxKind::NativeKw,
                "not" => SyntaxKind::NotKw,
                "null" => SyntaxKind::NullKw,
                _ => SyntaxKind::Ident,
            },
            b'o' => match word {
                "on" => SyntaxKind::OnKw,
                "or" => SyntaxKind::OrKw,
                "otherwise" => SyntaxKind::OtherwiseKw,
                "output" => SyntaxKind::OutputKw,
                _ => SyntaxKind::Ident,
            },
            b'p' => match word {
                "parallel" => SyntaxKind::ParallelKw,
                "pass" => SyntaxKind::PassKw,
                "pipe" => SyntaxKind::PipeKw,
                "plan" => SyntaxKind::PlanKw,
                _ => SyntaxKind::Ident,
            },
            b'r' => match word {
                "repeat" => SyntaxKind::RepeatKw,
                "retry" => SyntaxKind::RetryKw,
                "returns" => SyntaxKind::ReturnsKw,
                "run" => SyntaxKind::RunKw,
                _ => SyntaxKind::Ident,
            },
            b's' => match word {
                "script" => SyntaxKind::ScriptKw,
                "send" => SyntaxKind::SendKw,
                "sleep" => SyntaxKind::SleepKw,
                "stream" => SyntaxKind::StreamKw,
                _ => SyntaxKind::Ident,
            },
            b't' => match word {
                "then" => SyntaxKind::ThenKw,
                "thread" => SyntaxKind::ThreadKw,
                "timeout" => SyntaxKind::TimeoutKw,
                "together" => SyntaxKind::TogetherKw,
                "tools" => SyntaxKind::ToolsKw,
                "true" => SyntaxKind::TrueKw,
                _ => SyntaxKind::Ident,
            },
            b'u' => match word {
                "until" => SyntaxKind::UntilKw,
                _ => SyntaxKind::Ident,
            },
            b'v' => match word {
                "version" => SyntaxKind::VersionKw,
                "via" => SyntaxKind::ViaKw,
                _ => SyntaxKind::Ident,
            },
            b'w' => match word {
                "wait" => SyntaxKind::WaitKw,
                "when" => SyntaxKind::WhenKw,
                "with" => SyntaxKind::WithKw,
                _ => SyntaxKind::Ident,
            },
            b'y' => match word {
                "yield" => SyntaxKind::YieldKw,
                _ => SyntaxKind::Ident,
            },
            _ => SyntaxKind::Ident,
        }
    }
}
