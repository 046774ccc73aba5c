//! What a `plan` step calls: it lets a model write a script and compiles it against the named tools.
//!
//! The model gets its own answer back with the diagnostics until the script compiles. A planned script
//! runs no other scripts, as those could call what the plan did not name.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use scriptum_compiler::{Diagnostic, RenderOptions, Severity, compile, render};
use scriptum_contract::{Object, ToolCatalog, ToolName, ToolOrigin, ToolSignature, Type, Value};
use scriptum_engine::{Sink, Tool, ToolCall, ToolError, ToolSource};
use scriptum_vm::program::{Body, Expr, Op, Program, planner};

use crate::cmd::run::runs_scripts;

/// How often the model is asked; what it cannot mend then, it does not understand.
const ROUNDS_MAX: u32 = 3;
/// What the script is called in diagnostics.
const NAME: &str = "plan";
/// Inputs of the step that the model takes as they are.
const FOR_THE_MODEL: [&str; 3] = ["model", "temperature", "max_tokens"];
const RULES: &str = "You write scripts in the language Scriptum. Answer with one complete script in a fenced \
block and nothing behind it.\n\nRules: a script begins with `script \"Title\"`; then come, where needed, the \
blocks `input`, `output` (lines `name : type`, with two spaces before them) and `import tools` (lines `name \
from native`); then the steps. Types are text, integer, number, boolean, any, list<T> and { field: T }. Blocks \
are indented by two spaces. There are no methods and no statements besides the steps. Every tool has to be \
imported, and no others exist than those listed. The last step is `emit` and gives every output.\n\n\
```scriptum\nscript \"Count\"\ninput\n  names : list<text>\noutput\n  count : integer\nimport tools\n  echo \
from native\nlet long = filter(names, name => len(name) > 3)\neach name in long\n  do \"Say\" with echo\n    \
message = \"Hello, {name}\"\n    -> said\n  -> all\ncheck \"Any?\" count(all) > 0\n  on fail: fail \"none\"\n\
emit \"Done\"\n  count = count(all)\n```";

static SIGNATURE: LazyLock<Arc<ToolSignature>> = LazyLock::new(|| {
    Arc::new(ToolSignature {
        name: planner().name.clone(),
        origin: planner().origin.clone(),
        input: None,
        output: Type::Any,
        streaming: false,
        item: None,
        // It is asked again after a crash, as a model is.
        idempotent: true,
        doc: String::new(),
        example: String::new(),
    })
});

/// The native tools, and beside them the planner, which no list shows.
pub(crate) struct WithPlanner {
    pub(crate) native: Arc<dyn ToolSource>,
    pub(crate) models: Arc<dyn ToolSource>,
    /// All that a plan may name.
    pub(crate) catalog: ToolCatalog,
}

struct Planner {
    models: Arc<dyn ToolSource>,
    catalog: ToolCatalog,
}

/// A script that a model wrote, and what is wrong with it.
struct Draft {
    answer: Arc<str>,
    script: String,
    program: Option<Program>,
    errors: Vec<Value>,
    /// What the model is told.
    complaint: String,
}

#[async_trait]
impl ToolSource for WithPlanner {
    async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError> {
        self.native.list().await
    }

    async fn find(&self, name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError> {
        if *name != planner().name {
            return self.native.find(name).await;
        }
        Ok(Some(Arc::new(Planner {
            models: Arc::clone(&self.models),
            catalog: self.catalog.clone(),
        })))
    }
}

#[async_trait]
impl Tool for Planner {
    fn signature(&self) -> &Arc<ToolSignature> {
        &SIGNATURE
    }

    async fn call(&self, call: ToolCall, out: &mut dyn Sink) -> Result<Value, ToolError> {
        let args = fields(&call.args);
        let tools = self.tools(&args);
        let validate = args.get("validate") != Some(&Value::Bool(false));
        let mut messages = vec![message("user", &task(&args, &tools))];
        let allowed = ToolCatalog::new(tools.iter().map(|tool| (**tool).clone()));
        let mut round = 1;
        loop {
            let answer = self.ask(&call, &args, &messages, round, out).await?;
            let draft = Draft::new(answer, &allowed, &args);
            if draft.program.is_some() || !validate {
                return Ok(draft.result());
            }
            if round == ROUNDS_MAX {
                let what = format!("the model wrote no script that compiles in {ROUNDS_MAX} tries");
                return Err(ToolError::permanent("PLAN_INVALID", what).with(draft.result()));
            }
            messages.push(message("assistant", &draft.answer));
            messages.push(message("user", &draft.complaint));
            round += 1;
        }
    }
}

impl Planner {
    /// Signatures of the tools that the step names.
    fn tools(&self, args: &Object) -> Vec<Arc<ToolSignature>> {
        let listed = args.get("tools").and_then(Value::as_list);
        let known = |tool: &Value| {
            let named = tool.as_object().and_then(|tool| tool.get("tool"));
            let name = ToolName::new(named.unwrap_or(tool).as_text()?);
            let found = self.catalog.find(&ToolOrigin::Native, &name);
            found.map(Arc::clone)
        };
        listed
            .unwrap_or_default()
            .iter()
            .filter_map(known)
            .collect()
    }

    async fn ask(
        &self,
        call: &ToolCall,
        args: &Object,
        messages: &[Value],
        round: u32,
        out: &mut dyn Sink,
    ) -> Result<Arc<str>, ToolError> {
        let name = ToolName::new("llm");
        let model = self.models.find(&name).await?;
        let model = model.ok_or_else(|| scriptum_tools::not_configured(&name))?;
        let own = [
            (Arc::from("system"), Value::text(RULES)),
            (Arc::from("messages"), Value::list(messages.iter().cloned())),
        ];
        let given = args
            .iter()
            .filter(|(key, _)| FOR_THE_MODEL.contains(&&**key))
            .cloned();
        let call = ToolCall {
            key: format!("{}/{round}", call.key).into(),
            args: Value::object(own.into_iter().chain(given)),
            ..call.clone()
        };
        let answer = fields(&model.call(call, out).await?);
        if let Some(Value::Text(text)) = answer.get("text") {
            return Ok(Arc::clone(text));
        }
        let message = "the answer of the model has no text";
        Err(ToolError::permanent("OUTPUT_INVALID", message))
    }
}

impl Draft {
    fn new(answer: Arc<str>, allowed: &ToolCatalog, args: &Object) -> Draft {
        let script = script_in(&answer);
        let compiled = compile(&script, allowed);
        let is_error = |it: &&Diagnostic| it.severity == Severity::Error;
        let faults: Vec<Diagnostic> = compiled
            .diagnostics
            .iter()
            .filter(is_error)
            .cloned()
            .collect();
        let mut complaint = render(&faults, NAME, &script, RenderOptions::new(false));
        let mut errors: Vec<Value> = faults.iter().map(|it| error(it, &script)).collect();
        let mut program = compiled.program;
        if let Some(broken) = program
            .as_ref()
            .and_then(|program| broken_rule(program, args))
        {
            complaint.push_str(&broken);
            errors.push(shown_error(NAME, &broken, 1));
            program = None;
        }
        Draft {
            complaint: format!(
                "The script has errors. Write the whole script again.\n\n{complaint}"
            ),
            answer,
            script,
            program,
            errors,
        }
    }

    fn result(&self) -> Value {
        let steps = self.program.as_ref().map(|program| steps(&program.body));
        Value::object([
            ("script", Value::text(&self.script)),
            ("steps", Value::list(steps.unwrap_or_default())),
            ("valid", Value::Bool(self.program.is_some())),
            ("errors", Value::list(self.errors.iter().cloned())),
            ("text", Value::Text(Arc::clone(&self.answer))),
        ])
    }
}

/// What a planned script must not do although it compiles.
fn broken_rule(program: &Program, args: &Object) -> Option<String> {
    if runs_scripts(&program.body) {
        return Some("a planned script cannot run other scripts".to_owned());
    }
    let Some(Value::Int(max)) = args.get("max_steps") else {
        return None;
    };
    let count = steps(&program.body).len();
    let is_long = u64::try_from(*max).is_ok_and(|max| count as u64 > max);
    is_long.then(|| format!("the script has {count} steps and may have {max}"))
}

/// The steps, those around others first.
fn steps(body: &Body) -> Vec<Value> {
    let mut all = Vec::new();
    for step in &body.steps {
        let tool = step.kind.callees().next();
        let tool = tool.map_or(Value::Null, |it| Value::Text(Arc::clone(&it.name.0)));
        all.push(Value::object([
            ("primitive", Value::text(step.kind.primitive())),
            ("label", step.label.as_ref().map_or(Value::Null, label)),
            ("tool", tool),
        ]));
        all.extend(step.kind.bodies().flat_map(steps));
    }
    all
}

fn label(label: &Expr) -> Value {
    if let Op::Literal(text @ Value::Text(_)) = &label.root.op {
        return text.clone();
    }
    Value::text(&label.source)
}

fn error(diagnostic: &Diagnostic, script: &str) -> Value {
    let before = script.get(..diagnostic.primary.span.start as usize);
    let line = 1 + before.map_or(0, |before| before.matches('\n').count());
    shown_error(&diagnostic.code.to_string(), &diagnostic.message, line)
}

fn shown_error(code: &str, message: &str, line: usize) -> Value {
    Value::object([
        ("code", Value::text(code)),
        ("message", Value::text(message)),
        ("line", Value::Int(i64::try_from(line).unwrap_or(i64::MAX))),
    ])
}

/// The first fenced block, or all of an answer without one.
fn script_in(answer: &str) -> String {
    let fenced = answer.split_once("```").map(|(_, rest)| rest);
    let block = fenced
        .and_then(|rest| rest.split_once('\n'))
        .map(|(_, block)| block);
    let script = block.map_or(answer, |block| block.split("```").next().unwrap_or(block));
    format!("{}\n", script.trim())
}

fn task(args: &Object, tools: &[Arc<ToolSignature>]) -> String {
    let text = |name: &str| args.get(name).map(as_prompt);
    let mut lines = vec![format!("Task: {}", text("task").unwrap_or_default())];
    lines.extend(text("context").map(|context| format!("Context: {context}")));
    lines.extend(text("max_steps").map(|max| format!("Write at most {max} steps.")));
    lines.push("Tools (native), with their inputs and what they give:".to_owned());
    for tool in tools {
        let input = tool
            .input
            .as_ref()
            .map(|shape| Type::Shape(Arc::clone(shape)));
        let input = input.map_or_else(|| "anything".to_owned(), |it| it.to_string());
        lines.push(format!(
            "- {}: {} {input} -> {}",
            tool.name, tool.doc, tool.output
        ));
    }
    lines.join("\n")
}

fn as_prompt(value: &Value) -> String {
    let text = value.as_text().map(str::to_owned);
    text.unwrap_or_else(|| value.to_json().unwrap_or_default())
}

fn message(role: &str, content: &str) -> Value {
    Value::object([
        ("role", Value::text(role)),
        ("content", Value::text(content)),
    ])
}

fn fields(value: &Value) -> Object {
    let object = value.as_object().cloned();
    object.unwrap_or_else(|| Object::from_iter([]))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::tools;

    const GOOD: &str = "script \"Hi\"\nimport tools\n  echo from native\n\
                        do \"Say\" with echo\n  message = \"hi\"\n  -> said\n";

    /// A model with prepared answers; it keeps what it was asked.
    #[derive(Default)]
    struct Scripted {
        answers: Mutex<Vec<String>>,
        asked: Arc<Mutex<Vec<String>>>,
    }

    struct Model {
        answer: Option<String>,
        asked: Arc<Mutex<Vec<String>>>,
    }

    struct Nowhere;

    #[async_trait]
    impl Sink for Nowhere {
        async fn item(&mut self, _item: Value) {}
        fn progress(&mut self, _done: u64, _total: Option<u64>) {}
        fn log(&mut self, _line: &str) {}
    }

    #[async_trait]
    impl ToolSource for Scripted {
        async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError> {
            Ok(Vec::new())
        }

        async fn find(&self, _name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError> {
            let answer = self.answers.lock().unwrap().pop();
            let asked = Arc::clone(&self.asked);
            Ok(Some(Arc::new(Model { answer, asked })))
        }
    }

    #[async_trait]
    impl Tool for Model {
        fn signature(&self) -> &Arc<ToolSignature> {
            &SIGNATURE
        }

        async fn call(&self, call: ToolCall, _out: &mut dyn Sink) -> Result<Value, ToolError> {
            self.asked
                .lock()
                .unwrap()
                .push(call.args.to_json().unwrap());
            let none = || ToolError::retryable("GONE", "nobody answers");
            let answer = self.answer.as_deref().ok_or_else(none)?;
            Ok(Value::object([("text", Value::text(answer))]))
        }
    }

    /// The outcome of a plan, and what the model was asked.
    fn plan(args: &str, answers: &[&str]) -> (Result<Value, ToolError>, Vec<String>) {
        let answers = answers.iter().rev().map(|it| (*it).to_owned()).collect();
        let models = Arc::new(Scripted {
            answers: Mutex::new(answers),
            ..Scripted::default()
        });
        let asked = Arc::clone(&models.asked);
        let catalog = tools::built_in();
        let planner = Planner { models, catalog };
        let call = ToolCall {
            key: "t/0/1".into(),
            args: Value::from_json(args).unwrap(),
            deadline: None,
            cancelled: CancellationToken::new(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let outcome = runtime.unwrap().block_on(planner.call(call, &mut Nowhere));
        let asked = asked.lock().unwrap().clone();
        (outcome, asked)
    }

    fn field(of: &Value, name: &str) -> Value {
        of.as_object().unwrap().get(name).unwrap().clone()
    }

    const ECHO: &str =
        r#"{"task": "greet", "tools": [{"name": "echo", "tool": "echo", "origin": "native"}]}"#;

    #[test]
    fn what_is_wrong_goes_back_to_the_model() {
        let fenced = format!("Here it is:\n```scriptum\n{GOOD}```\nDone.");
        let (outcome, asked) = plan(ECHO, &["script \"X\"\nlet a = unknown\n", &fenced]);
        let planned = outcome.unwrap();
        assert_eq!(field(&planned, "script"), Value::text(GOOD));
        assert_eq!(field(&planned, "valid"), Value::Bool(true));
        let step = field(&planned, "steps").as_list().unwrap()[0].to_json();
        let expected = r#"{"primitive":"execute","label":"Say","tool":"echo"}"#;
        assert_eq!(step.unwrap(), expected);
        assert_eq!(asked.len(), 2);
        assert!(asked[0].contains("- echo: "), "{}", asked[0]);
        assert!(!asked[0].contains("- grep: "), "{}", asked[0]);
        assert!(asked[1].contains("unknown-name"), "{}", asked[1]);
    }

    #[test]
    fn a_model_has_three_tries() {
        let bad = [
            // A tool that the plan does not name.
            "script \"X\"\nimport tools\n  grep from native\n",
            "script \"X\"\nrun \"other\"\n",
            "I cannot do that.",
            GOOD,
        ];
        let (outcome, asked) = plan(ECHO, &bad);
        let error = outcome.unwrap_err();
        assert_eq!((&*error.code, asked.len()), ("PLAN_INVALID", 3));
        assert_eq!(field(&error.details, "valid"), Value::Bool(false));
        assert!(
            asked[2].contains("cannot run other scripts"),
            "{}",
            asked[2]
        );
    }

    #[test]
    fn limits_and_errors_of_a_plan() {
        let short = ECHO.replace("}]}", "}], \"max_steps\": 1, \"validate\": false}");
        let long = format!("{GOOD}let x = 1\n");
        for (answer, valid) in [(GOOD, true), (&long, false), ("no", false)] {
            let (outcome, asked) = plan(&short, &[answer]);
            let planned = outcome.unwrap();
            assert_eq!(field(&planned, "valid"), Value::Bool(valid), "{answer}");
            assert_eq!(asked.len(), 1);
            let errors = field(&planned, "errors");
            assert_eq!(errors.as_list().unwrap().is_empty(), valid);
        }
        let (outcome, _) = plan(ECHO, &[]);
        assert_eq!(&*outcome.unwrap_err().code, "GONE");
    }
}
