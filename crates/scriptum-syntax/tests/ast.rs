//! The typed view answers what the text says.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

use scriptum_syntax::{
    ast::{
        AstNode, CheckAction, ErrorAction, Expr, Field, Literal, Number, ObjectKey, RunTarget,
        SourceFile, Step, StepNode, StringPiece, TogetherMember, Type, VariantValue, WaitForm,
    },
    parse,
};

fn file(text: &str) -> SourceFile {
    let parse = parse(text);
    assert_eq!(parse.diagnostics, []);
    parse.tree()
}

fn steps(body: &str) -> Vec<Step> {
    file(&format!("script \"s\"\n{body}"))
        .body()
        .steps()
        .collect()
}

fn step(body: &str) -> Step {
    steps(body).remove(0)
}

/// The value of a `let`, and the text around it.
fn value(expr: &str) -> (Expr, String) {
    let text = format!("script \"s\"\nlet x = {expr} -- a comment\n");
    let Step::Let(step) = file(&text).body().steps().next().unwrap() else {
        panic!("a let")
    };
    (step.value().unwrap(), text)
}

fn show(pieces: &[StringPiece]) -> String {
    let show = |piece: &StringPiece| match piece {
        StringPiece::Text(text) => format!("{text:?}"),
        StringPiece::Interpolation(interpolation) => {
            format!("<{}>", interpolation.expr().unwrap().syntax())
        }
        StringPiece::LiteralBrace(span) => format!("brace at {}", span.start),
    };
    pieces.iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn strings_have_their_escapes_margins_and_braces_resolved() {
    for (string, pieces) in [
        (r#""""#, ""),
        (r#""a""#, r#""a""#),
        (r#""a\n\"\\\u00e9\ud83d\ude00""#, r#""a\n\"\\é😀""#),
        (r#""{{a}} \{b\} }}""#, r#""{a} {b} }""#),
        (r#""{a}-{b.c}""#, r#"<a> "-" <b.c>"#),
        (r#""^\\d{4}$""#, r#""^\\d" brace at 24 "4}$""#),
        ("\"\"\"one\"\"\"", r#""one""#),
        (
            "\"\"\"\n    a\n      b\n\n    c {x} d\n  \"\"\"",
            r#""a\n  b\n\nc " <x> " d""#,
        ),
        ("\"\"\"\n  {x}\n    y\n  \"\"\"", r#"<x> "\n  y""#),
        (
            "\"\"\"first\n   second\n  third\"\"\"",
            r#""first\n second\nthird""#,
        ),
        ("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", r#""a\nb""#),
        ("\"\"\"\n  \"\"\"", ""),
        (
            "\"\"\"\n  a \"quoted\" word \\\"\"\"\"",
            r#""a \"quoted\" word \"""#,
        ),
    ] {
        let (Expr::String(literal), _) = value(string) else {
            panic!("{string} is a string")
        };
        assert_eq!(show(&literal.pieces()), pieces, "{string}");
    }
}

#[test]
fn literals_have_their_values() {
    for (text, literal) in [
        ("3", Literal::Number(Number::Integer(3))),
        (
            "9223372036854775808",
            Literal::Number(Number::Integer(1 << 63)),
        ),
        ("99999999999999999999", Literal::Number(Number::OutOfRange)),
        ("0.35", Literal::Number(Number::Decimal(0.35))),
        ("1e6", Literal::Number(Number::Decimal(1e6))),
        ("1e999", Literal::Number(Number::OutOfRange)),
        ("true", Literal::Boolean(true)),
        ("null", Literal::Null),
    ] {
        let (Expr::Literal(expr), _) = value(text) else {
            panic!("{text} is a literal")
        };
        assert_eq!(expr.value(), Some(literal));
    }
}

/// Writes an expression with all its brackets.
fn shape(expr: &Expr) -> String {
    let list = |exprs: &mut dyn Iterator<Item = Expr>| {
        exprs.map(|expr| shape(&expr)).collect::<Vec<_>>().join(" ")
    };
    let part = |expr: Option<Expr>| shape(&expr.unwrap());
    match expr {
        Expr::Literal(expr) => expr.syntax().to_string(),
        Expr::String(expr) => expr.syntax().to_string(),
        Expr::Name(expr) => expr.name().unwrap().text().to_owned(),
        Expr::Field(expr) => {
            let dot = if expr.is_null_safe() { "?." } else { "." };
            format!(
                "({}{dot}{})",
                part(expr.base()),
                expr.field().unwrap().text()
            )
        }
        Expr::Index(expr) => {
            let open = if expr.is_null_safe() { "?[" } else { "[" };
            format!("({}{open}{}])", part(expr.base()), part(expr.index()))
        }
        Expr::Optional(expr) => format!("({}?)", part(expr.base())),
        Expr::Call(expr) => {
            let name = expr
                .function()
                .map_or(part(expr.callee()), |name| name.text().to_owned());
            format!("{name}({})", list(&mut expr.arguments()))
        }
        Expr::Lambda(expr) => {
            let names: Vec<String> = expr
                .parameters()
                .map(|name| name.text().to_owned())
                .collect();
            format!("({} => {})", names.join(" "), part(expr.body()))
        }
        Expr::List(expr) => format!("[{}]", list(&mut expr.elements())),
        Expr::Object(expr) => {
            let entry = |entry: scriptum_syntax::ast::ObjectEntry| match entry.key().unwrap() {
                ObjectKey::Word(key) => format!("{}:{}", key.text(), part(entry.value())),
                ObjectKey::Text(key) => {
                    format!("{:?}:{}", key.plain().unwrap(), part(entry.value()))
                }
            };
            format!(
                "{{{}}}",
                expr.entries().map(entry).collect::<Vec<_>>().join(" ")
            )
        }
        Expr::Paren(expr) => part(expr.inner()),
        Expr::Unary(expr) => format!("({:?} {})", expr.op().unwrap(), part(expr.operand())),
        Expr::Binary(expr) => {
            format!(
                "({} {:?} {})",
                part(expr.left()),
                expr.op().unwrap(),
                part(expr.right())
            )
        }
        Expr::If(expr) => {
            format!(
                "if({} {} {})",
                part(expr.condition()),
                part(expr.then_value()),
                part(expr.else_value())
            )
        }
        Expr::Type(expr) => format!("type {}", expr.syntax()),
    }
}

#[test]
fn operators_bind_as_the_table_of_the_language_says() {
    for (text, expected) in [
        ("a ?? b or c", "(a Coalesce (b Or c))"),
        ("a or b and c", "(a Or (b And c))"),
        ("not a == b and c", "((Not (a Equal b)) And c)"),
        ("a in b + c", "(a In (b Add c))"),
        ("a - b - c", "((a Subtract b) Subtract c)"),
        ("a + b * c % d", "(a Add ((b Multiply c) Remainder d))"),
        ("-a.b * c", "((Negate (a.b)) Multiply c)"),
        ("- -1", "(Negate (Negate 1))"),
        ("(a + b) * c", "((a Add b) Multiply c)"),
        (
            "if a then b else if c then d else e ?? f",
            "if(a b if(c d (e Coalesce f)))",
        ),
        ("a?.b.c?[0]?", "((((a?.b).c)?[0])?)"),
        ("xs[-1].f(x, [1, 2,])", "((xs[(Negate 1)]).f)(x [1 2])"),
        (
            "map(xs, (x, i) => { a: x, \"b c\": i })",
            "map(xs (x i => {a:x \"b c\":i}))",
        ),
        (
            "find(xs, x => x.a and y) ?? {}",
            "(find(xs (x => ((x.a) And y))) Coalesce {})",
        ),
        (
            "a != b or c <= d and e >= f",
            "((a NotEqual b) Or ((c LessEqual d) And (e GreaterEqual f)))",
        ),
        ("\"a\" + \"b\"", "(\"a\" Add \"b\")"),
    ] {
        let (expr, source) = value(text);
        assert_eq!(shape(&expr), expected, "{text}");
        assert_eq!(
            expr.span().of(&source),
            text,
            "the span leaves the comment out"
        );
    }
}

#[test]
fn the_skeleton_of_a_file_can_be_read() {
    let file = file(concat!(
        "-- @accepts_content_type text/plain, image/*,\n",
        "-- @accepts_extension txt , .PDF\n",
        "-- an ordinary comment\n",
        "-- @tags a=b\n",
        "script \"Title\"\n",
        "First line.\n",
        "  Second -- not prose\n",
        "version \"1.2.3\"\n",
        "enum Mode : text = Fast | \"v1\" -- of the enum\n",
        "enum Size =\n  | -1 -- one\n  | 0.5\n",
        "import tools\n  * from native\n  a from mcp(\"server\")\n  ns::b as c\n",
        "env\n  A from \"KEY\"\n  B = \"x\"\n  C : text length(0, 3) from \"K\" = \"y\" -- doc\n",
    ));
    let annotations: Vec<String> = file
        .annotations()
        .map(|note| {
            format!(
                "{}: {:?}",
                note.name(),
                note.values().map(|(value, _)| value).collect::<Vec<_>>()
            )
        })
        .collect();
    assert_eq!(
        annotations,
        [
            "accepts_content_type: [\"text/plain\", \"image/*\"]",
            "accepts_extension: [\"txt\", \".PDF\"]",
            "tags: [\"a=b\"]"
        ]
    );
    assert_eq!(
        file.header().unwrap().title().unwrap().plain().unwrap(),
        "Title"
    );
    assert_eq!(file.description().unwrap().text(), "First line.\nSecond");
    assert_eq!(
        file.version().unwrap().version().unwrap().plain().unwrap(),
        "1.2.3"
    );

    let enums: Vec<_> = file.enums().collect();
    let variants = |index: usize| enums.get(index).unwrap().variants().collect::<Vec<_>>();
    assert!(
        matches!(enums[0].base(), Some(Type::Named(base)) if base.name().unwrap().text() == "text")
    );
    assert_eq!(enums[0].doc().unwrap(), "of the enum");
    assert!(
        matches!(variants(0)[0].value(), Some(VariantValue::Word(word)) if word.text() == "Fast")
    );
    assert!(
        matches!(variants(0)[1].value(), Some(VariantValue::Text(text)) if text.plain().unwrap() == "v1")
    );
    assert_eq!(variants(0)[1].doc(), None);
    let one = VariantValue::Number {
        negative: true,
        number: Number::Integer(1),
    };
    assert_eq!(
        (
            variants(1)[0].value().unwrap(),
            variants(1)[0].doc().unwrap()
        ),
        (one, "one".to_owned())
    );

    let imports: Vec<_> = file.tools().unwrap().imports().collect();
    assert!(imports[0].is_wildcard() && imports[0].path().is_none());
    assert!(imports[0].source().unwrap().is_native());
    assert_eq!(
        imports[1]
            .source()
            .unwrap()
            .server()
            .unwrap()
            .plain()
            .unwrap(),
        "server"
    );
    assert_eq!(imports[2].path().unwrap().text(), "ns::b");
    assert_eq!(imports[2].alias().unwrap().text(), "c");

    let entries: Vec<_> = file.env().unwrap().entries().collect();
    assert_eq!(entries[0].key().unwrap().plain().unwrap(), "KEY");
    assert!(entries[0].ty().is_none() && entries[0].default().is_none());
    assert_eq!(entries[1].default().unwrap().syntax().to_string(), "\"x\"");
    assert!(entries[1].key().is_none());
    let (ty, key) = (entries[2].ty().unwrap(), entries[2].key().unwrap());
    assert_eq!(
        (ty.syntax().to_string(), key.plain().unwrap()),
        ("text".to_owned(), "K".to_owned())
    );
    assert_eq!(entries[2].constraints().count(), 1);
    assert_eq!(entries[2].doc().unwrap(), "doc");
}

#[test]
fn fields_have_types_constraints_defaults_docs_and_children() {
    let file = file(concat!(
        "script \"s\"\ninput\n",
        "  a : text length(1, 2) pattern(\"x\") = \"d\" -- the doc\n",
        "  b : list<text unique> unique\n",
        "  c : object -- of c\n    d : { e: text, -- of e\n      f: number -- of f\n    }\n",
    ));
    let fields: Vec<Field> = file.input().unwrap().fields().collect();
    assert_eq!(fields[0].name().unwrap().text(), "a");
    assert_eq!(fields[0].doc().unwrap(), "the doc");
    assert_eq!(fields[0].default().unwrap().syntax().to_string(), "\"d\"");
    let constraints: Vec<_> = fields[0].constraints().collect();
    assert_eq!(constraints[0].name().unwrap().text(), "length");
    assert_eq!(constraints[0].arguments().count(), 2);
    assert!(constraints[0].has_parens());
    let Some(Type::List(list)) = fields[1].ty() else {
        panic!("a list")
    };
    assert_eq!(list.element().unwrap().syntax().to_string(), "text");
    assert_eq!(
        (list.constraints().count(), fields[1].constraints().count()),
        (1, 1)
    );
    assert!(fields[1].default().is_none());
    let child = fields[2].children().next().unwrap();
    assert_eq!(
        (fields[2].doc().unwrap(), child.doc()),
        ("of c".to_owned(), None)
    );
    let Some(Type::Shape(shape)) = child.ty() else {
        panic!("a shape")
    };
    let docs: Vec<_> = shape.fields().map(|field| field.doc().unwrap()).collect();
    assert_eq!(docs, ["of e", "of f"]);
}

#[test]
fn steps_have_their_parts() {
    let Step::Do(call) = step(
        "do \"A {x}\" with ns::t { a = 1 }\n  b = 2\n  on error: retry 3 every \"5s\"\n  ->> out\n",
    ) else {
        panic!("a do")
    };
    assert!(call.label().unwrap().is_interpolated());
    assert_eq!(call.tool().unwrap().text(), "ns::t");
    let inputs: Vec<String> = call
        .inputs()
        .map(|input| input.syntax().to_string())
        .collect();
    assert_eq!(inputs, ["a = 1", "b = 2"]);
    let Some(ErrorAction::Retry(retry)) = call.on_error().unwrap().action() else {
        panic!("a retry")
    };
    assert_eq!(retry.count().unwrap().syntax().to_string(), "3");
    assert_eq!(retry.every().unwrap().syntax().to_string(), "\"5s\"");
    assert!(call.arrow().unwrap().is_stream());

    let Step::Do(call) =
        step("do \"A\" with t\n  on error: retry every 5\n  returns { a: text }\n")
    else {
        panic!("a do")
    };
    let Some(ErrorAction::Retry(retry)) = call.on_error().unwrap().action() else {
        panic!("a retry")
    };
    assert!(retry.count().is_none() && retry.every().is_some());
    assert_eq!(call.returns().unwrap().fields().count(), 1);

    let Step::Do(call) = step(
        "do \"A\" with t\n  on error: fallback u { k = 1 }\n  returns\n    a : text\n    b : text\n",
    ) else {
        panic!("a do")
    };
    let Some(ErrorAction::Fallback(fallback)) = call.on_error().unwrap().action() else {
        panic!("a fallback")
    };
    assert_eq!(
        (fallback.tool().unwrap().text(), fallback.inputs().count()),
        ("u".to_owned(), 1)
    );
    assert_eq!(call.returns().unwrap().fields().count(), 2);
}

#[test]
fn loops_and_branches_have_their_parts() {
    let Step::Each(each) =
        step("each \"L\" x, i in xs parallel 4 sleep \"1s\"\n  emit { a = x }\n  -> all\n")
    else {
        panic!("an each")
    };
    assert_eq!(
        (each.item().unwrap().text(), each.index().unwrap().text()),
        ("x", "i")
    );
    assert_eq!(each.source().unwrap().syntax().to_string(), "xs");
    assert_eq!(
        each.parallel()
            .unwrap()
            .value()
            .unwrap()
            .syntax()
            .to_string(),
        "4"
    );
    assert_eq!(
        each.sleep().unwrap().value().unwrap().syntax().to_string(),
        "\"1s\""
    );
    assert_eq!(
        (
            each.body().unwrap().steps().count(),
            each.arrow().unwrap().name().unwrap().text()
        ),
        (1, "all")
    );

    let Step::Decide(decide) = step(
        "decide \"D\" with rules\n  when a > 1 -> \"A\"\n  otherwise -> \"B\"\n\"A\":\n  wait 1\n\"B\":\n  wait 2\n-> d\n",
    ) else {
        panic!("a decide")
    };
    assert_eq!(decide.with().unwrap().text(), "rules");
    let rule = decide.rules().next().unwrap();
    assert_eq!(rule.condition().unwrap().syntax().to_string(), "a > 1");
    assert_eq!(rule.target().unwrap().plain().unwrap(), "A");
    assert_eq!(
        decide
            .otherwise()
            .unwrap()
            .target()
            .unwrap()
            .plain()
            .unwrap(),
        "B"
    );
    let labels: Vec<_> = decide
        .branches()
        .map(|branch| branch.label().unwrap().plain().unwrap())
        .collect();
    assert_eq!(labels, ["A", "B"]);
    assert!(
        decide
            .branches()
            .all(|branch| branch.body().unwrap().steps().count() == 1)
    );
    assert!(decide.arrow().is_some());

    let Step::Together(together) = step("together\n  wait 1\n  \"L\":\n    wait 2\n") else {
        panic!("a together")
    };
    let lanes: Vec<_> = together.members().collect();
    assert!(matches!(
        &lanes[..],
        [TogetherMember::Step(_), TogetherMember::Lane(_)]
    ));
}

#[test]
fn checks_waits_and_runs_have_their_forms() {
    let Step::Check(check) =
        step("check \"C\" a > 1\n  on pass: continue\n  on fail: goto \"S\"\n")
    else {
        panic!("a check")
    };
    assert_eq!(check.label().unwrap().plain().unwrap(), "C");
    assert_eq!(check.condition().unwrap().syntax().to_string(), "a > 1");
    assert!(matches!(
        check.on_pass().unwrap().action(),
        Some(CheckAction::Continue(_))
    ));
    let Some(CheckAction::Goto(goto)) = check.on_fail().unwrap().action() else {
        panic!("a goto")
    };
    assert_eq!(goto.target().unwrap().plain().unwrap(), "S");

    let Step::Check(check) =
        step("check \"C\"\n  ask llm \"ok {x}?\"\n    model = \"m\"\n  on fail: fail \"no\"\n")
    else {
        panic!("a check")
    };
    assert!(check.condition().is_none());
    assert_eq!(
        check
            .question()
            .unwrap()
            .prompt()
            .unwrap()
            .syntax()
            .to_string(),
        "\"ok {x}?\""
    );
    assert_eq!(check.question().unwrap().inputs().count(), 1);
    let Some(CheckAction::Fail {
        message: Some(_), ..
    }) = check.on_fail().unwrap().action()
    else {
        panic!("a fail")
    };

    let wait = |text: &str| {
        let Step::Wait(step) = step(text) else {
            panic!("a wait")
        };
        step.form().unwrap()
    };
    assert!(matches!(
        wait("wait \"5m\"\n"),
        WaitForm::For(Expr::String(_))
    ));
    assert!(matches!(
        wait("wait for 500\n"),
        WaitForm::For(Expr::Literal(_))
    ));
    assert!(matches!(
        wait("wait until x\n"),
        WaitForm::Until(Expr::Name(_))
    ));
    assert!(matches!(
        wait("wait for event \"e\" timeout \"1h\" -> x\n"),
        WaitForm::Event {
            timeout: Some(_),
            ..
        }
    ));
    assert!(matches!(
        wait("wait for event \"e\"\n"),
        WaitForm::Event { timeout: None, .. }
    ));

    let Step::Run(run) = step("run p a = 1 b = 2 -> r\n") else {
        panic!("a run")
    };
    assert!(matches!(run.target(), Some(RunTarget::Name(name)) if name.text() == "p"));
    assert_eq!((run.inputs().count(), run.arrow().is_some()), (2, true));
    let Step::Run(run) = step("run \"stored\"\n") else {
        panic!("a run")
    };
    assert!(
        matches!(run.target(), Some(RunTarget::Text(text)) if text.plain().unwrap() == "stored")
    );

    let Step::Send(send) = step("send \"L\" via \"slack\"\n  text = \"x\"\n") else {
        panic!("a send")
    };
    assert_eq!(send.label().unwrap().plain().unwrap(), "L");
    assert_eq!(send.channel().unwrap().plain().unwrap(), "slack");
}

#[test]
fn sections_and_spans_leave_marks_and_comments_out() {
    let text = "script \"s\"\n### The title ###\nlet a = 1 -- why\ndo \"A\" with t -- what\n  q = 1 -- how\n";
    let file = file(text);
    let items: Vec<_> = file.body().items().collect();
    let scriptum_syntax::ast::Item::Section(section) = &items[0] else {
        panic!("a section")
    };
    assert_eq!(section.title(), "The title");
    assert_eq!(items[1].span().of(text), "let a = 1");
    assert_eq!(items[2].span().of(text), "do \"A\" with t -- what\n  q = 1");
    let Step::Do(call) = file.body().steps().nth(1).unwrap() else {
        panic!("a do")
    };
    assert_eq!(call.verb_span().of(text), "do");
    assert_eq!(call.inputs().next().unwrap().span().of(text), "q = 1");
}
