//! Which step owns an arrow: every small layout against the four rules, written down a second time.
//!
//! The rules look at columns and at the line that follows, so a layout is a list of lines. All lists of
//! up to three steps are tried with up to three arrows behind them, in every column, and with or without
//! a step that follows. What the rules give to nobody must be an error, and the other way round.

#![expect(
    clippy::indexing_slicing,
    reason = "a layout names its own lines, and a test may panic"
)]

use scriptum_syntax::{
    Severity,
    ast::{AstNode, Step, StepNode},
    parse,
};

/// Columns between two levels.
const LEVEL: usize = 2;
/// Steps before the arrows.
const STEPS_MAX: usize = 3;
/// Arrows in a row.
const ARROWS_MAX: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Do,
    Emit,
    Each,
    Pipe,
    Together,
}

impl Verb {
    const ALL: [Verb; 5] = [Verb::Do, Verb::Emit, Verb::Each, Verb::Pipe, Verb::Together];

    fn line(self) -> &'static str {
        match self {
            Verb::Do => "do \"D\" with t",
            Verb::Emit => "emit { a = 1 }",
            Verb::Each => "each x in xs",
            Verb::Pipe => "pipe x from xs",
            Verb::Together => "together",
        }
    }

    fn is_loop(self) -> bool {
        matches!(self, Verb::Each | Verb::Pipe)
    }

    fn holds_steps(self) -> bool {
        self.is_loop() || self == Verb::Together
    }

    fn can_bind(self) -> bool {
        self != Verb::Emit
    }
}

/// A step of a layout.
#[derive(Debug, Clone, Copy)]
struct Line {
    column: usize,
    verb: Verb,
}

/// Steps, the columns of the arrows behind them, and the column of a step behind those.
#[derive(Debug)]
struct Layout<'l> {
    steps: &'l [Line],
    arrows: &'l [usize],
    after: Option<usize>,
}

impl Layout<'_> {
    fn text(&self) -> String {
        let mut text = String::from("script \"s\"\n");
        let mut line = |column: usize, content: &str| {
            text.push_str(&" ".repeat(column));
            text.push_str(content);
            text.push('\n');
        };
        for step in self.steps {
            line(step.column, step.verb.line());
        }
        for (number, column) in self.arrows.iter().enumerate() {
            let arrow = if number % 2 == self.steps.len() % 2 {
                "->"
            } else {
                "->>"
            };
            line(*column, &format!("{arrow} a{number}"));
        }
        if let Some(column) = self.after {
            line(column, Verb::Emit.line());
        }
        text
    }

    /// The steps that hold a step, the nearest first.
    fn around(&self, step: usize) -> Vec<usize> {
        let mut column = self.steps[step].column;
        let mut around = Vec::new();
        for outer in (0..step).rev() {
            if self.steps[outer].column < column {
                column = self.steps[outer].column;
                around.push(outer);
            }
        }
        around
    }

    /// The owner of each arrow, in order; `None` when the rules give one to nobody.
    fn owners(&self) -> Option<Vec<usize>> {
        let last = self.steps.len() - 1;
        let step = self.steps[last];
        let around = self.around(last);
        let is_last = self.after != Some(step.column);
        let inside = around
            .first()
            .is_some_and(|outer| self.steps[*outer].verb.is_loop());
        let mut owners: Vec<usize> = Vec::new();
        for (number, column) in self.arrows.iter().enumerate() {
            let is_free = !owners.contains(&last) && step.verb.can_bind();
            if *column > step.column {
                // Rule 1.
                if !is_free {
                    return None;
                }
                owners.push(last);
                continue;
            }
            if *column == step.column && is_free {
                // Rules 2 and 3.
                let loop_line = around.first().map(|outer| self.steps[*outer].column);
                let next = self.arrows.get(number + 1);
                let another =
                    next.is_some_and(|next| *next == step.column || Some(*next) == loop_line);
                if !(inside && is_last) || another {
                    owners.push(last);
                    continue;
                }
            }
            // Rule 4.
            let free = around.iter().find(|outer| {
                let line = self.steps[**outer].column;
                !owners.contains(outer) && [line, line + LEVEL].contains(column)
            });
            owners.push(*free?);
        }
        // The arrow of a step stands before those of the steps around it.
        let inner_first = |owner: &usize| around.iter().position(|it| it == owner);
        if !owners.is_sorted_by_key(inner_first) {
            return None;
        }
        // Behind its arrow a loop has no further steps.
        let is_late = |owner: &usize| {
            *owner != last && self.after.is_some_and(|it| it > self.steps[*owner].column)
        };
        (!owners.iter().any(is_late)).then_some(owners)
    }

    fn check(&self) {
        let text = self.text();
        let parse = parse(&text);
        let is_wrong = |it: &scriptum_syntax::Diagnostic| it.severity == Severity::Error;
        let found = if parse.diagnostics.iter().any(is_wrong) {
            None
        } else {
            Some(self.found(&parse.tree()))
        };
        assert_eq!(self.owners(), found, "\n{text}{:?}", parse.diagnostics);
    }

    /// The owner of each arrow, as parsed.
    fn found(&self, file: &scriptum_syntax::ast::SourceFile) -> Vec<usize> {
        let steps = file.syntax().descendants().filter_map(Step::cast);
        let mut owners = vec![usize::MAX; self.arrows.len()];
        for (index, step) in steps.enumerate() {
            let Some(arrow) = step.arrow() else {
                continue;
            };
            let name = arrow.syntax().text().to_string();
            let number = name.trim_start_matches(['-', '>', ' ', 'a']);
            let number: usize = number.trim().parse().expect("arrows are numbered");
            owners[number] = index;
        }
        owners
    }
}

/// Calls back with every list of steps that ends in one without a body.
fn layouts(steps: &mut Vec<Line>, found: &mut dyn FnMut(&[Line])) {
    let columns: Vec<usize> = match steps.last() {
        None => vec![0],
        Some(last) if last.verb.holds_steps() => vec![last.column + LEVEL],
        Some(last) => {
            found(steps);
            (0..=last.column).step_by(LEVEL).collect()
        }
    };
    if steps.len() == STEPS_MAX {
        return;
    }
    for column in columns {
        for verb in Verb::ALL {
            steps.push(Line { column, verb });
            layouts(steps, found);
            steps.pop();
        }
    }
}

/// Calls back with every list of columns for arrows.
fn columns(most: usize, arrows: &mut Vec<usize>, found: &mut dyn FnMut(&[usize])) {
    if !arrows.is_empty() {
        found(arrows);
    }
    if arrows.len() == ARROWS_MAX {
        return;
    }
    for column in (0..=most).step_by(LEVEL) {
        arrows.push(column);
        columns(most, arrows, found);
        arrows.pop();
    }
}

#[test]
fn every_small_layout_follows_the_rules() {
    let mut tried = 0;
    layouts(&mut Vec::new(), &mut |steps| {
        let column = steps.last().map_or(0, |last| last.column);
        columns(column + LEVEL, &mut Vec::new(), &mut |arrows| {
            let after = (0..=column).step_by(LEVEL).map(Some);
            for after in after.chain([None]) {
                Layout {
                    steps,
                    arrows,
                    after,
                }
                .check();
                tried += 1;
            }
        });
    });
    assert!(tried > 10_000, "{tried} layouts were tried");
}
