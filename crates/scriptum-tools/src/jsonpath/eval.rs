//! Finds what a query names, counting every value that it looks at.

use std::{borrow::Cow, cmp::Ordering};

use grep_matcher::Matcher;
use scriptum_contract::Value;
use scriptum_engine::ToolError;

use super::{
    Comparison, Condition, Operand, Origin, Path, Query, Segment, Selector, TextMatch, TextPattern,
    parse::compile,
};
use crate::{
    limits::{QUERY_MATCHES_MAX, QUERY_STEPS_MAX},
    stop::Stop,
};

/// So many steps are taken between two looks whether the answer is still wanted.
const STEPS_BETWEEN_STOPS: u64 = 4096;

/// Steps that compiling an expression counts for.
const COMPILE_STEPS: u64 = 1_000;

/// Bytes of text that are searched in one step.
const BYTES_PER_STEP: usize = 64;

impl Query {
    /// The values that the query names, in the order of the standard.
    pub(crate) fn find<'v>(
        &self,
        value: &'v Value,
        stop: &Stop,
    ) -> Result<Vec<&'v Value>, ToolError> {
        let mut search = Search {
            root: value,
            steps: 0,
            stop,
        };
        let found = search.follow(&self.segments, value)?;
        if found.len() > QUERY_MATCHES_MAX {
            return Err(too_expensive(&format!(
                "finds {} values, at most {QUERY_MATCHES_MAX} are returned",
                found.len()
            )));
        }
        Ok(found)
    }
}

struct Search<'v, 's> {
    root: &'v Value,
    steps: u64,
    stop: &'s Stop,
}

impl<'v> Search<'v, '_> {
    fn spend(&mut self, steps: u64) -> Result<(), ToolError> {
        let before = self.steps;
        self.steps = self.steps.saturating_add(steps);
        if self.steps > QUERY_STEPS_MAX {
            return Err(too_expensive(&format!(
                "visits more than {QUERY_STEPS_MAX} values"
            )));
        }
        if before / STEPS_BETWEEN_STOPS != self.steps / STEPS_BETWEEN_STOPS {
            self.stop.check()?;
        }
        Ok(())
    }

    fn follow(
        &mut self,
        segments: &[Segment],
        from: &'v Value,
    ) -> Result<Vec<&'v Value>, ToolError> {
        let mut found = vec![from];
        for segment in segments {
            let mut next = Vec::new();
            for value in found {
                if segment.descendants {
                    self.descend(segment, value, &mut next)?;
                } else {
                    self.select(segment, value, &mut next)?;
                }
            }
            found = next;
        }
        Ok(found)
    }

    /// Applies a segment to a value and to all below it, parents before children.
    fn descend(
        &mut self,
        segment: &Segment,
        value: &'v Value,
        next: &mut Vec<&'v Value>,
    ) -> Result<(), ToolError> {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            self.spend(1)?;
            self.select(segment, value, next)?;
            let first_child = open.len();
            open.extend(children(value));
            if let Some(children) = open.get_mut(first_child..) {
                children.reverse();
            }
        }
        Ok(())
    }

    fn select(
        &mut self,
        segment: &Segment,
        value: &'v Value,
        next: &mut Vec<&'v Value>,
    ) -> Result<(), ToolError> {
        for selector in &segment.selectors {
            let before = next.len();
            self.spend(1)?;
            match selector {
                Selector::Name(name) => {
                    next.extend(value.as_object().and_then(|object| object.get(name)));
                }
                Selector::Wildcard => next.extend(children(value)),
                Selector::Index(index) => next.extend(element(value, *index)),
                Selector::Slice { start, end, step } => slice(value, *start, *end, *step, next),
                Selector::Filter(condition) => {
                    for child in children(value) {
                        self.spend(1)?;
                        if self.holds(condition, child)? {
                            next.push(child);
                        }
                    }
                }
            }
            self.spend(steps(next.len() - before))?;
        }
        Ok(())
    }

    fn holds(&mut self, condition: &Condition, current: &'v Value) -> Result<bool, ToolError> {
        match condition {
            Condition::Any(conditions) => {
                for condition in conditions {
                    if self.holds(condition, current)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::All(conditions) => {
                for condition in conditions {
                    if !self.holds(condition, current)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Not(condition) => Ok(!self.holds(condition, current)?),
            Condition::Compare {
                left,
                comparison,
                right,
            } => {
                let left = self.operand(left, current)?;
                let right = self.operand(right, current)?;
                self.compare(left.as_deref(), *comparison, right.as_deref())
            }
            Condition::Exists(path) => Ok(!self.path(path, current)?.is_empty()),
            Condition::Matches(matches) => self.matches(matches, current),
        }
    }

    fn path(&mut self, path: &Path, current: &'v Value) -> Result<Vec<&'v Value>, ToolError> {
        let from = match path.from {
            Origin::Root => self.root,
            Origin::Current => current,
        };
        self.follow(&path.segments, from)
    }

    /// The value of an operand; `None` when it has none.
    fn operand<'q>(
        &mut self,
        operand: &'q Operand,
        current: &'v Value,
    ) -> Result<Option<Cow<'q, Value>>, ToolError>
    where
        'v: 'q,
    {
        Ok(match operand {
            Operand::Literal(value) => Some(Cow::Borrowed(value)),
            Operand::Path(path) | Operand::Only(path) => {
                match self.path(path, current)?.as_slice() {
                    [only] => Some(Cow::Borrowed(*only)),
                    [] | [_, _, ..] => None,
                }
            }
            Operand::Count(path) => Some(Cow::Owned(number(self.path(path, current)?.len()))),
            Operand::Length(of) => self
                .operand(of, current)?
                .and_then(|value| length(&value))
                .map(|length| Cow::Owned(number(length))),
        })
    }

    fn compare(
        &mut self,
        left: Option<&Value>,
        comparison: Comparison,
        right: Option<&Value>,
    ) -> Result<bool, ToolError> {
        let mut equal = || -> Result<bool, ToolError> {
            match (left, right) {
                (Some(left), Some(right)) => {
                    self.spend_on_equality(left, right)?;
                    Ok(left == right)
                }
                (None, None) => Ok(true),
                (Some(_), None) | (None, Some(_)) => Ok(false),
            }
        };
        let order = || left.zip(right).and_then(|(left, right)| order(left, right));
        Ok(match comparison {
            Comparison::Equal => equal()?,
            Comparison::NotEqual => !equal()?,
            Comparison::Less => order() == Some(Ordering::Less),
            Comparison::Greater => order() == Some(Ordering::Greater),
            Comparison::LessOrEqual => order() == Some(Ordering::Less) || equal()?,
            Comparison::GreaterOrEqual => order() == Some(Ordering::Greater) || equal()?,
        })
    }

    /// Comparing lists and objects looks at what is in them.
    fn spend_on_equality(&mut self, left: &Value, right: &Value) -> Result<(), ToolError> {
        let both_hold_values = (left.as_list().is_some() && right.as_list().is_some())
            || (left.as_object().is_some() && right.as_object().is_some());
        if !both_hold_values {
            return Ok(());
        }
        let mut open = vec![left];
        while let Some(value) = open.pop() {
            self.spend(1)?;
            open.extend(children(value));
        }
        Ok(())
    }

    fn matches(&mut self, matches: &TextMatch, current: &'v Value) -> Result<bool, ToolError> {
        let text = self.operand(&matches.text, current)?;
        let Some(text) = text.as_deref().and_then(Value::as_text) else {
            return Ok(false);
        };
        self.spend(steps(text.len() / BYTES_PER_STEP))?;
        let computed;
        let pattern = match &matches.pattern {
            TextPattern::Fixed(pattern) => pattern.as_ref(),
            TextPattern::Computed(operand) => {
                self.spend(COMPILE_STEPS)?;
                let pattern = self.operand(operand, current)?;
                let pattern = pattern.as_deref().and_then(Value::as_text);
                computed = pattern.and_then(|pattern| compile(pattern, matches.whole));
                computed.as_ref()
            }
        };
        Ok(pattern.is_some_and(|pattern| pattern.is_match(text.as_bytes()).unwrap_or(false)))
    }
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::List(items) => Box::new(items.iter()),
        Value::Object(object) => Box::new(object.iter().map(|(_, value)| value)),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::Stored(_) => Box::new(std::iter::empty()),
    }
}

fn element(value: &Value, index: i64) -> Option<&Value> {
    let items = value.as_list()?;
    let index = if index < 0 {
        index.checked_add(i64::try_from(items.len()).ok()?)?
    } else {
        index
    };
    items.get(usize::try_from(index).ok()?)
}

fn slice<'v>(
    value: &'v Value,
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
    next: &mut Vec<&'v Value>,
) {
    let Some(items) = value.as_list() else {
        return;
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from_start = |index: i64| if index < 0 { length + index } else { index };
    let at = |index: i64| {
        usize::try_from(index)
            .ok()
            .and_then(|index| items.get(index))
    };
    let mut index;
    if step > 0 {
        index = from_start(start.unwrap_or(0)).clamp(0, length);
        let end = from_start(end.unwrap_or(length)).clamp(0, length);
        while index < end {
            next.extend(at(index));
            index = index.saturating_add(step);
        }
    } else if step < 0 {
        index = from_start(start.unwrap_or(length - 1)).clamp(-1, length - 1);
        let end = end.map_or(-1, |end| from_start(end).clamp(-1, length - 1));
        while end < index {
            next.extend(at(index));
            index = index.saturating_add(step);
        }
    }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.chars().count()),
        Value::List(items) => Some(items.len()),
        Value::Object(object) => Some(object.len()),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an integer beside a double is compared as a double"
)]
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    let as_double = |value: &Value| match value {
        Value::Int(int) => Some(*int as f64),
        Value::Float(float) => Some(*float),
        Value::Null
        | Value::Bool(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    };
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (left, right) => as_double(left)?.partial_cmp(&as_double(right)?),
    }
}

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn steps(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn too_expensive(what: &str) -> ToolError {
    ToolError::permanent("QUERY_TOO_EXPENSIVE", format!("the query {what}"))
}
