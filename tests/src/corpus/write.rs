//! Writes well-typed programs as text, in many layouts: whatever is written here must compile without a
//! word and run without a fault of types.

use std::fmt::Write as _;

use super::types::{Ty, VARIANTS};
use crate::random::Random;

/// Steps of one program, about.
const STEPS_MAX: usize = 9;
/// Bodies in each other.
const DEPTH_MAX: usize = 3;

/// A program and an input for it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// The types of its inputs.
    pub(crate) inputs: Vec<(String, Ty)>,
}

/// A line before its indentation is chosen.
struct Line {
    level: usize,
    text: String,
}

pub(super) struct Writer<'r> {
    pub(super) random: &'r mut Random,
    /// What is visible, with types.
    pub(super) names: Vec<(String, Ty)>,
    /// Functions around the current expression.
    pub(super) variables: usize,
    lines: Vec<Line>,
    level: usize,
    steps: usize,
    fresh: usize,
}

/// A program of a seed.
pub(crate) fn program(random: &mut Random) -> Written {
    let mut writer = Writer {
        random,
        names: Vec::new(),
        variables: 0,
        lines: Vec::new(),
        level: 0,
        steps: 0,
        fresh: 0,
    };
    let inputs = writer.header();
    let outputs = writer.outputs();
    writer.body(0);
    writer.emit(&outputs);
    let text = writer.layout();
    Written { text, inputs }
}

impl Writer<'_> {
    fn line(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.lines.push(Line {
            level: self.level,
            text,
        });
    }

    fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.level += 1;
        write(self);
        self.level -= 1;
    }

    /// A name that nothing has.
    fn fresh(&mut self, word: &str) -> String {
        self.fresh += 1;
        format!("{word}_{}", self.fresh)
    }

    fn header(&mut self) -> Vec<(String, Ty)> {
        self.line("script \"Generated\"");
        if self.random.percent(30) {
            self.line("Does what it is told, and nothing else.");
        }
        if self.random.percent(30) {
            self.line("version \"1.2.3\"");
        }
        self.line(format!("enum Mode = {}", VARIANTS.join(" | ")));
        self.line("input");
        let mut inputs = Vec::new();
        for _ in 0..=self.random.below(4) {
            let (name, ty) = (self.fresh("input"), Ty::any(self.random, 2));
            self.level = 1;
            self.line(format!("{name} : {}", ty.written()));
            self.level = 0;
            inputs.push((name, ty));
        }
        self.names.extend(inputs.iter().cloned());
        inputs
    }

    fn outputs(&mut self) -> Vec<(String, Ty)> {
        self.line("output");
        let mut outputs = Vec::new();
        for _ in 0..=self.random.below(2) {
            let (name, ty) = (self.fresh("output"), Ty::any(self.random, 2));
            self.indented(|writer| writer.line(format!("{name} : {}", ty.written())));
            outputs.push((name, ty));
        }
        self.line("stream");
        self.indented(|writer| {
            writer.line("note : text");
            writer.line("number : integer");
        });
        self.line("import tools");
        self.indented(|writer| {
            writer.line("echo from native");
            writer.line("measure from native");
        });
        outputs
    }

    fn body(&mut self, depth: usize) {
        for _ in 0..=self.random.below(4) {
            if self.steps >= STEPS_MAX {
                break;
            }
            self.step(depth);
        }
    }

    fn step(&mut self, depth: usize) {
        self.steps += 1;
        match self.random.below(if depth < DEPTH_MAX { 24 } else { 12 }) {
            0..=2 => self.binding(),
            3 => self.call(),
            4 => self.check(),
            5 => self.ask(),
            6 => self.send(),
            7 => self.wait(),
            8 => self.show(),
            9 => self.agent(),
            10 | 11 => self.answer(),
            12 | 13 => self.each(depth),
            14 => self.pipe(depth),
            15 | 16 => self.decide(depth),
            17 => self.decide_by_model(depth),
            18 => self.narrowed(depth),
            19 => self.together(depth),
            20 => self.repeat(depth),
            21 => self.stages(),
            22 => self.again(depth),
            _ => self.section(depth),
        }
    }

    fn binding(&mut self) {
        let ty = if self.random.percent(15) {
            Ty::any(self.random, 1).optional()
        } else {
            Ty::any(self.random, 2)
        };
        let value = self.expr(&ty);
        let name = self.fresh("v");
        self.line(format!("let {name} = {value}"));
        self.names.push((name, ty));
    }

    /// A call of `measure`, whose result has a known shape.
    fn call(&mut self) {
        let (text, factor) = (self.expr(&Ty::Text), self.expr(&Ty::Integer));
        let name = self.fresh("measured");
        let ignored = self.random.percent(10);
        if self.random.percent(30) && !ignored {
            self.line(format!(
                "do \"Measure\" with measure {{ text = {text}, factor = {factor} }} -> {name}"
            ));
        } else {
            self.line("do \"Measure\" with measure");
            self.indented(|writer| {
                writer.line(format!("text = {text}"));
                writer.line(format!("factor = {factor}"));
                match (ignored, writer.random.below(3)) {
                    (true, _) => writer.line("on error: ignore"),
                    (false, 0) => writer.line("on error: retry 2"),
                    (false, _) => {}
                }
                writer.line(format!("-> {name}"));
            });
        }
        let shape = measured();
        self.names
            .push((name, if ignored { shape.optional() } else { shape }));
    }

    /// A check that never ends the thread.
    fn check(&mut self) {
        if self.random.percent(25) {
            let question = self.expr(&Ty::Text);
            self.line("check \"So?\"");
            self.indented(|writer| {
                writer.line(format!("ask llm {question}"));
                writer.line("on fail: continue");
            });
            return;
        }
        let condition = self.expr(&Ty::Boolean);
        self.line(format!("check \"So?\" {condition}"));
        self.indented(|writer| writer.line("on fail: continue"));
    }

    /// Somebody is asked, and answers with something of the right type.
    fn ask(&mut self) {
        let asked = [
            ("text", Ty::Text),
            ("number", Ty::Number),
            ("boolean", Ty::Boolean),
            ("Mode", Ty::Mode),
        ];
        let (word, ty) = self.random.choose(&asked);
        let (prompt, answer) = (self.expr(&Ty::Text), self.fresh("answer"));
        self.line("ask \"Somebody\"");
        self.indented(|writer| {
            writer.line(format!("prompt = {prompt}"));
            writer.line(format!("type = \"{word}\""));
            writer.line(format!("-> {answer}"));
        });
        let name = self.fresh("v");
        self.line(format!("let {name} = {answer}.value"));
        self.names.push((name, ty));
    }

    fn send(&mut self) {
        let text = self.expr(&Ty::Text);
        self.line("send \"Tell\" via \"slack\"");
        self.indented(|writer| {
            writer.line("channel = \"#news\"");
            writer.line(format!("text = \"Now: \" + {text}"));
        });
    }

    fn wait(&mut self) {
        let ms = self.expr(&Ty::Boolean);
        self.line(format!("wait (if {ms} then 10 else 2000)"));
    }

    fn show(&mut self) {
        let (note, number) = (self.expr(&Ty::Text), self.expr(&Ty::Integer));
        self.line("yield \"Progress\"");
        self.indented(|writer| {
            writer.line(format!("note = {note}"));
            writer.line(format!("number = {number}"));
        });
    }

    fn agent(&mut self) {
        let (task, found) = (self.expr(&Ty::Text), self.fresh("found"));
        self.line("agent \"Look\" with llm");
        self.indented(|writer| {
            writer.line(format!("task = {task}"));
            writer.line("tools = [echo, measure]");
            writer.line(format!("-> {found}"));
        });
        let name = self.fresh("v");
        self.line(format!("let {name} = {found}.text"));
        self.names.push((name, Ty::Text));
    }

    /// A model whose answer is typed by what is read of it, directly and through functions and lanes.
    fn answer(&mut self) {
        let (prompt, answer) = (self.expr(&Ty::Text), self.fresh("answer"));
        let read = if self.random.percent(30) {
            let all = self.fresh("lanes");
            self.line("together");
            self.indented(|writer| {
                writer.line(format!("do \"Ask\" with llm {{ prompt = {prompt} }}"));
                writer.indented(|writer| writer.line(format!("-> {answer}")));
                let beside = writer.fresh("beside");
                writer.line(format!("let {beside} = 1"));
                writer.line(format!("-> {all}"));
            });
            format!("{all}.{answer}")
        } else {
            self.line("do \"Ask\" with llm");
            self.indented(|writer| {
                writer.line(format!("prompt = {prompt}"));
                writer.line(format!("-> {answer}"));
            });
            answer
        };
        let uses = [
            (format!("sum({read}.counts) + 1"), Ty::Number),
            (
                format!("reduce({read}.rows, 0, (all, row) => all + row.size * 2)"),
                Ty::Number,
            ),
            (
                format!("map(group_by({read}.rows, row => lower(row.kind)), group => group.key)"),
                Ty::list(Ty::Text),
            ),
            (
                format!("flatten(map({read}.parts, part => part.words + [\"end\"]))"),
                Ty::list(Ty::Text),
            ),
            (format!("upper({read}.note ?? \"none\")"), Ty::Text),
            (
                format!("if {read}.maybe == null then 0 else {read}.maybe + 0.5"),
                Ty::Number,
            ),
            (
                format!("count(filter({read}.rows, row => row.size > 1 and row.done))"),
                Ty::Integer,
            ),
        ];
        let first = self.random.below(uses.len());
        let some = 1 + self.random.below(3);
        for (value, ty) in uses.iter().cycle().skip(first).take(some) {
            let name = self.fresh("v");
            self.line(format!("let {name} = {value}"));
            self.names.push((name, ty.clone()));
        }
    }

    /// A section that a jump leads back to, which binds a name anew with another type.
    fn again(&mut self, depth: usize) {
        if self.level > 0 {
            return self.answer();
        }
        let (round, title) = (self.fresh("round"), self.fresh("Again"));
        let (value, start) = (self.fresh("v"), self.expr(&Ty::Integer));
        self.line(format!("let {round} = 0"));
        self.line(format!("let {value} = {start}"));
        self.line(format!("### {title} ###"));
        self.names.push((round.clone(), Ty::Integer));
        self.names.push((value.clone(), Ty::Number));
        let visible = self.names.len();
        self.step(depth);
        let next = self.expr(&Ty::Number);
        self.line(format!("let {round} = {round} + 1"));
        self.line(format!("let {value} = {next}"));
        let most = 1 + self.random.below(3);
        self.line(format!("check \"Once more?\" {round} >= {most}"));
        self.indented(|writer| writer.line(format!("on fail: goto \"{title}\"")));
        self.names.truncate(visible);
    }

    /// Lanes that bind names, which are all visible behind.
    fn together(&mut self, depth: usize) {
        self.line("together");
        self.level += 1;
        let mut bound = Vec::new();
        for _ in 0..2 {
            let (visible, lane) = (self.names.len(), self.fresh("Lane"));
            self.line(format!("\"{lane}\":"));
            self.level += 1;
            if self.random.percent(40) {
                self.body(depth + 1);
            }
            self.names.truncate(visible);
            self.binding();
            self.level -= 1;
            bound.extend(self.names.drain(visible..));
        }
        self.level -= 1;
        self.names.extend(bound);
    }

    /// Rounds that count; what they bind stays.
    fn repeat(&mut self, depth: usize) {
        let count = self.fresh("rounds");
        self.line(format!("let {count} = 0"));
        self.names.push((count.clone(), Ty::Integer));
        let most = 1 + self.random.below(3);
        self.line(format!("repeat \"Again\" max 5 until {count} >= {most}"));
        let visible = self.names.len();
        self.level += 1;
        self.line(format!("let {count} = {count} + 1"));
        self.body(depth + 1);
        self.binding();
        self.level -= 1;
        self.names.truncate(visible);
    }

    fn each(&mut self, depth: usize) {
        let item = Ty::any(self.random, 1);
        let list = self.expr(&Ty::list(item.clone()));
        let (variable, result) = (self.fresh("item"), self.fresh("all"));
        let visible = self.names.len();
        let mut head = format!("each \"Go over\" {variable}");
        self.names.push((variable, item));
        if self.random.percent(30) {
            let index = self.fresh("at");
            let _ = write!(head, ", {index}");
            self.names.push((index, Ty::Integer));
        }
        let _ = write!(head, " in {list}");
        if self.random.percent(30) {
            head.push_str(" parallel 3");
        }
        self.loop_body(head, depth, (visible, result));
    }

    fn pipe(&mut self, depth: usize) {
        let item = Ty::any(self.random, 1);
        let list = self.expr(&Ty::list(item.clone()));
        let (variable, result) = (self.fresh("item"), self.fresh("all"));
        let visible = self.names.len();
        let mut head = format!("pipe \"Take\" {variable} from {list}");
        self.names.push((variable, item));
        for clause in [" batch 2", " parallel 3"] {
            if self.random.percent(40) {
                head.push_str(clause);
            }
        }
        self.loop_body(head, depth, (visible, result));
    }

    /// Two stages: what the first one gives flows into the second one.
    fn stages(&mut self) {
        let (item, flowing) = (Ty::any(self.random, 0), Ty::any(self.random, 1));
        let list = self.expr(&Ty::list(item.clone()));
        let (first, stream) = (self.fresh("item"), self.fresh("stream"));
        let (second, result) = (self.fresh("item"), self.fresh("all"));
        self.line(format!("pipe \"First stage\" {first} from {list}"));
        self.stage((first, item), &flowing, format!("->> {stream}"));
        let given = Ty::any(self.random, 1);
        self.line(format!(
            "pipe \"Second stage\" {second} from {stream} parallel 2"
        ));
        self.stage((second, flowing), &given, format!("-> {result}"));
        self.names.push((result, Ty::list(given)));
    }

    /// A body that makes one thing of another.
    fn stage(&mut self, item: (String, Ty), gives: &Ty, arrow: String) {
        let visible = self.names.len();
        self.names.push(item);
        let (value, name) = (self.expr(gives), self.fresh("v"));
        self.indented(|writer| {
            writer.line(format!("let {name} = {value}"));
            writer.line(arrow);
        });
        self.names.truncate(visible);
    }

    /// The head of a loop and its steps; names behind `visible` end with it.
    fn loop_body(&mut self, head: String, depth: usize, (visible, result): (usize, String)) {
        self.line(head);
        self.level += 1;
        self.body(depth + 1);
        let fields = self.fields();
        self.emit(&fields);
        self.line(format!("-> {result}"));
        self.level -= 1;
        self.names.truncate(visible);
        self.names.push((result, Ty::list(Ty::Shape(fields))));
    }

    /// Names and types of an emit.
    fn fields(&mut self) -> Vec<(String, Ty)> {
        Ty::fields(self.random, 1)
    }

    fn emit(&mut self, fields: &[(String, Ty)]) {
        let mut written = Vec::new();
        for (name, ty) in fields {
            written.push(format!("{name} = {}", self.expr(ty)));
        }
        if self.random.percent(25) && self.level > 0 {
            return self.line(format!("emit {{ {} }}", written.join(", ")));
        }
        self.line("emit \"Done\"");
        self.indented(|writer| {
            for field in written {
                writer.line(field);
            }
        });
    }

    fn decide(&mut self, depth: usize) {
        let count = 1 + self.random.below(2);
        let names: Vec<_> = (0..=count).map(|_| self.fresh("Branch")).collect();
        self.line("decide \"Which?\" with rules");
        self.level += 1;
        for name in names.iter().skip(1) {
            let condition = self.expr(&Ty::Boolean);
            self.line(format!("when {condition} -> \"{name}\""));
        }
        self.line(format!(
            "otherwise -> \"{}\"",
            names.first().map_or("", |name| name)
        ));
        for name in &names {
            self.line(format!("\"{name}\":"));
            self.branch(depth);
        }
        self.level -= 1;
    }

    fn decide_by_model(&mut self, depth: usize) {
        let names: Vec<_> = (0..2).map(|_| self.fresh("Branch")).collect();
        self.line("decide \"Which one?\" with llm");
        self.level += 1;
        let context = self.expr(&Ty::Text);
        self.line(format!("context = {context}"));
        for name in &names {
            self.line(format!("\"{name}\":"));
            self.branch(depth);
        }
        self.level -= 1;
    }

    fn branch(&mut self, depth: usize) {
        let visible = self.names.len();
        self.level += 1;
        self.binding();
        self.body(depth + 1);
        self.level -= 1;
        self.names.truncate(visible);
    }

    /// A name that may be null is read where it is not.
    fn narrowed(&mut self, depth: usize) {
        let ty = Ty::any(self.random, 1);
        let (name, inner) = (self.fresh("maybe"), ty.clone().optional());
        let value = self.expr(&inner);
        self.line(format!("let {name} = {value}"));
        let (there, gone) = (self.fresh("There"), self.fresh("Gone"));
        self.line("decide \"Is it there?\" with rules");
        self.level += 1;
        self.line(format!("when {name} != null -> \"{there}\""));
        self.line(format!("otherwise -> \"{gone}\""));
        self.line(format!("\"{there}\":"));
        self.names.push((name, ty));
        self.branch(depth);
        self.names.pop();
        self.line(format!("\"{gone}\":"));
        self.branch(depth);
        self.level -= 1;
    }

    fn section(&mut self, depth: usize) {
        if self.level > 0 {
            return self.binding();
        }
        let title = self.fresh("Part");
        self.line(format!("### {title} ###"));
        self.step(depth);
    }

    /// The lines with indentation, blank lines and comments of some taste.
    fn layout(self) -> String {
        let width = self.random.choose(&[2, 2, 3, 4]);
        let mut text = String::new();
        let in_body =
            |line: &Line| line.level == 0 && line.text.starts_with(['l', 'e', 'd', 'c', '#']);
        for line in &self.lines {
            if in_body(line) && self.random.percent(30) {
                text.push('\n');
            }
            if in_body(line) && self.random.percent(10) {
                text.push_str("-- What follows is generated.\n");
            }
            let _ = writeln!(text, "{:1$}{2}", "", line.level * width, line.text);
        }
        text
    }
}

/// What `measure` gives.
pub(crate) fn measured() -> Ty {
    Ty::Shape(vec![
        ("size".to_owned(), Ty::Integer),
        ("name".to_owned(), Ty::Text),
        ("tags".to_owned(), Ty::list(Ty::Text)),
    ])
}
