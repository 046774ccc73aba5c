//! The document of a program: what it looks like, that it reads back, and what is refused.

use scriptum_contract::{Contract, Field, ToolName, ToolOrigin, Type};
use scriptum_vm::{
    limits::SCOPE_DEPTH_MAX,
    program::{
        Action, Body, Branch, Callee, Case, Check, Decide, Do, Each, Emit, Expr, Input, Let,
        NodeId, OnError, Program, Section, Step, StepKind, Test, ToolImport, from_json, from_yaml,
        to_json, to_yaml,
    },
};

use crate::support::parse;

fn expr(source: &str) -> Expr {
    Expr {
        source: source.into(),
        root: parse(source),
    }
}

fn input(name: &str, source: &str) -> Input {
    Input {
        at: NodeId::default(),
        name: name.into(),
        value: expr(source),
    }
}

fn step(line: u32, kind: StepKind) -> Step {
    Step {
        at: NodeId::default(),
        line,
        label: None,
        kind,
    }
}

fn callee(name: &str) -> Callee {
    Callee {
        local: name.into(),
        name: ToolName::new(name),
        origin: ToolOrigin::Native,
    }
}

/// One step of each primitive.
pub(crate) fn sample() -> Program {
    let search = Step {
        label: Some(expr("\"Search {topic}\"")),
        ..step(
            12,
            StepKind::Do(Do {
                returns: None,
                stream: false,
                callee: callee("grep"),
                inputs: vec![input("pattern", "topic"), input("path", "\"src\"")],
                on_error: Some(OnError::Retry {
                    max: 2,
                    every_ms: None,
                }),
                bind: Some("hits".into()),
            }),
        )
    };
    let measure = step(
        20,
        StepKind::Each(Each {
            stream: false,
            item: "hit".into(),
            index: Some("i".into()),
            source: expr("hits.matches"),
            parallel: Some(expr("8")),
            sleep: None,
            body: Body {
                steps: vec![
                    step(
                        21,
                        StepKind::Let(Let {
                            name: "size".into(),
                            value: expr("len(hit?.text ?? \"\") + (if i > 0 then 1 else 0)"),
                        }),
                    ),
                    step(
                        22,
                        StepKind::Emit(Emit {
                            fields: vec![input("size", "size"), input("first", "i == 0")],
                        }),
                    ),
                ],
                sections: vec![],
            },
            bind: Some("sizes".into()),
        }),
    );
    let route = step(
        30,
        StepKind::Decide(Decide {
            model: None,
            cases: vec![Case {
                when: expr("any(sizes, s => s.size > 10)"),
                target: "Big".into(),
            }],
            otherwise: Some("Small".into()),
            branches: vec![
                Branch {
                    name: "Big".into(),
                    body: Body {
                        steps: vec![step(
                            34,
                            StepKind::Do(Do {
                                returns: None,
                                stream: false,
                                callee: callee("echo"),
                                inputs: vec![input("message", "\"{count(sizes)} big\"")],
                                on_error: Some(OnError::Fallback {
                                    callee: callee("echo"),
                                    inputs: vec![input("message", "null")],
                                }),
                                bind: None,
                            }),
                        )],
                        sections: vec![],
                    },
                },
                Branch {
                    name: "Small".into(),
                    body: Body::default(),
                },
            ],
            bind: None,
        }),
    );
    let check = step(
        40,
        StepKind::Check(Check {
            test: Test::Condition(expr("count(sizes) > 0")),
            on_pass: Action::Continue,
            on_fail: Action::Goto("Collect".into()),
        }),
    );
    Program {
        ir: 1,
        title: "Sizes".into(),
        description: "Measures what a search finds.\nShort, and to the point.".into(),
        version: Some("0.1.0".into()),
        contract: Contract {
            inputs: vec![Field::required("topic", Type::text())],
            ..Contract::default()
        },
        tools: vec![ToolImport {
            local: "grep".into(),
            name: ToolName::new("grep"),
            origin: ToolOrigin::Native,
        }],
        body: Body {
            steps: vec![search, measure, route, check],
            sections: vec![
                Section {
                    title: "Collect".into(),
                    before: 0,
                },
                Section {
                    title: "Decide: what now?".into(),
                    before: 2,
                },
            ],
        },
        on_thread_error: Some(Body {
            steps: vec![step(
                50,
                StepKind::Emit(Emit {
                    fields: vec![input("error", "error.message")],
                }),
            )],
            sections: vec![],
        }),
    }
}

/// The example of the documentation page.
fn documented() -> String {
    let page = include_str!("../../../../docs/ir.md");
    let (_, behind) = page
        .split_once("```yaml\n")
        .expect("the page has an example");
    let (example, _) = behind.split_once("```").expect("the example ends");
    example.to_owned()
}

#[test]
fn the_documented_example_is_what_is_written() {
    let written = to_yaml(&sample());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ir.md");
        let page = std::fs::read_to_string(path).expect("the page is there");
        let page = page.replace(
            &format!("```yaml\n{}```", documented()),
            &format!("```yaml\n{written}```"),
        );
        std::fs::File::create(path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, page.as_bytes()))
            .expect("the page can be written");
        return;
    }
    assert_eq!(
        documented(),
        written,
        "run with UPDATE_EXPECT=1 to rewrite the page"
    );
}

#[test]
fn the_documented_example_reads_back() {
    assert_eq!(from_yaml(&documented()), Ok(sample()));
    let json = to_json(&sample());
    assert_eq!(from_json(&json), Ok(sample()));
    assert_eq!(
        serde_json::from_str::<Program>(&json).expect(&json),
        sample()
    );
}

#[test]
fn paths_and_their_order_need_not_be_written() {
    let without: Vec<String> = documented()
        .lines()
        .map(|line| match line.split_once("- path:") {
            Some((indent, _)) => format!("{indent}-"),
            None => line.to_owned(),
        })
        .collect();
    assert_eq!(from_yaml(&without.join("\n")), Ok(sample()));
}

/// One step, wrapped into a program.
fn read_step(step: &str) -> Result<Program, String> {
    let text = format!("ir: 1\ntitle: t\ncontract: {{}}\nsteps:\n{step}");
    from_yaml(&text).map_err(|error| error.to_string())
}

fn read_expr(expr: &str) -> Result<Program, String> {
    read_step(&format!(
        "- primitive: let\n  name: n\n  value: {{source: s, expr: {expr}}}"
    ))
}

#[test]
fn what_is_wrong_in_a_document_is_said_with_its_place() {
    let table = [
        (
            "- primitive: lett\n  name: n",
            "line 5, column 14: there is no primitive 'lett'; did you mean 'let'?",
        ),
        (
            "- name: n",
            "line 5, column 3: the field 'primitive' is missing",
        ),
        (
            "- primitive: let\n  name: n",
            "line 5, column 3: the field 'value' is missing",
        ),
        (
            "- primitive: emit\n  felds: {}",
            "line 6, column 3: there is no field 'felds' here; did you mean 'fields'?",
        ),
        (
            "- primitive: emit\n  bind: x",
            "line 6, column 3: there is no field 'bind' here",
        ),
        (
            "- section: A\n  primitive: emit",
            "line 6, column 3: there is no field 'primitive' here",
        ),
        (
            "- primitive: emit\n  line: x",
            "line 6, column 9: expected the number of a line, found a text",
        ),
        (
            "- primitive: emit\n  line: -1",
            "line 6, column 9: -1 is not the number of a line",
        ),
        (
            "- primitive: emit\n  primitive: emit",
            "line 6, column 3: the key 'primitive' is there twice",
        ),
        (
            "- 5",
            "line 5, column 3: expected a step or a section, found a number",
        ),
        (
            "  x: &a 1\n  y: *a",
            "line 6, column 6: aliases are not allowed here",
        ),
        ("- !!map {}", "line 5, column 9: tags have no meaning here"),
        ("- {? [a] : b}", "line 5, column 6: a key must be a text"),
        (
            "- primitive: execute\n  tool: {local: a, name: a, origin: moon}",
            "line 6, column 37: unknown variant `moon`, expected one of `native`, `cloud`, `mcp`, `model`, `channel`",
        ),
        (
            "- primitive: evaluate\n  condition: {source: a, expr: a}\n  on_pass: {a: 1, b: 2}\n  on_fail: fail",
            "line 7, column 12: expected continue, goto, retry or fail, found a mapping",
        ),
        ("---\n- 5", "line 5, column 1: there is a second document"),
        ("- [", "line 5, column 3: "),
    ];
    for (step, expected) in table {
        let found = read_step(step).expect_err(step);
        assert!(found.starts_with(expected), "{step}\n{found}");
    }
    let table = [
        (
            "[]",
            "line 7, column 28: expected the name of an operation, found an empty list",
        ),
        (
            "[5]",
            "line 7, column 29: expected the name of an operation, found a number",
        ),
        (
            "[subtrat, 1, 2]",
            "line 7, column 29: there is no operation 'subtrat'; did you mean 'subtract'?",
        ),
        (
            "[add, 1]",
            "line 7, column 29: the operation 'add' has another number of operands",
        ),
        (
            "[if, a, b]",
            "line 7, column 29: the operation 'if' has another number of operands",
        ),
        (
            "[field, a, 5]",
            "line 7, column 39: expected the name of a field, found a number",
        ),
        (
            "[text, 5]",
            "line 7, column 35: expected a text, found a number",
        ),
        (
            "[call, f, [subtrat]]",
            "line 7, column 39: there is no operation 'subtrat'; did you mean 'subtract'?",
        ),
        ("1e999", "line 7, column 28: '1e999' is no finite number"),
    ];
    for (expr, expected) in table {
        assert_eq!(read_expr(expr), Err(expected.to_owned()), "{expr}");
    }
    let other = from_yaml("ir: 2\ntitle: t\ncontract: {}\nsteps: []").expect_err("format 2");
    assert_eq!(
        other.to_string(),
        "line 1, column 1: the document has format 2, this build reads 1"
    );
    assert_eq!(
        from_yaml("").expect_err("empty").message,
        "the document is empty"
    );
    assert_eq!(
        from_json("{\"ir\": 1,\n \"ir\": 1}")
            .expect_err("twice")
            .message,
        "the key 'ir' is there twice"
    );
}

#[test]
fn deep_documents_are_an_error_and_those_within_the_limits_read_back() {
    let nested = |levels: usize| format!("{}a{}", "[not, ".repeat(levels), "]".repeat(levels));
    assert!(read_expr(&nested(128)).is_ok());
    let found = read_expr(&nested(100_000)).expect_err("deep");
    assert!(
        found.ends_with("the document is nested more than 300 levels deep"),
        "{found}"
    );
    let json = format!("{{\"ir\": 1, \"title\": {}", "[".repeat(100_000));
    let found = from_json(&json).expect_err("deep").message;
    assert_eq!(found, "the document is nested more than 300 levels deep");
    let mut body = Body {
        steps: vec![step(
            1,
            StepKind::Let(Let {
                name: "n".into(),
                value: expr(&format!("{}a", "-".repeat(127))),
            }),
        )],
        sections: vec![],
    };
    for _ in 0..SCOPE_DEPTH_MAX {
        let branches = vec![Branch {
            name: "b".into(),
            body,
        }];
        let decide = Decide {
            model: None,
            cases: vec![],
            otherwise: None,
            branches,
            bind: None,
        };
        body = Body {
            steps: vec![step(1, StepKind::Decide(decide))],
            sections: vec![],
        };
    }
    let program = Program { body, ..sample() };
    assert_eq!(from_yaml(&to_yaml(&program)), Ok(program.clone()));
    assert_eq!(from_json(&to_json(&program)), Ok(program));
}
