//! `csv_parse`: a table of comma-separated values as a list of objects.

use std::{collections::BTreeMap, sync::Arc};

use csv::{ReaderBuilder, StringRecord};
use scriptum_contract::{Field, Type, Value};
use scriptum_engine::ToolError;

use super::{
    fields::{any_object, count, defaulted, text_of},
    tool::{Definition, Idempotence, Run, Work},
};
use crate::{
    args::invalid,
    limits::{CSV_BYTES_MAX, CSV_COLUMNS_MAX, CSV_FIELDS_MAX, CSV_RAGGED_MAX},
    stop::Stop,
};

pub(super) const TOOL: Definition = Definition {
    name: "csv_parse",
    doc: "Reads a CSV table into a list of objects.",
    input,
    output,
    idempotence: Idempotence::Always,
    example: r#"do "Read the table" with csv_parse
  text = "name,town\nAda,London\nGrace,New York\n"
  -> table"#,
    notes: "\
Fields are read as RFC 4180 says: quotes around fields with delimiters, line breaks or quotes, a
doubled quote for a quote. Lines end with LF or CRLF; blank lines are skipped, and so is a byte order
mark. Every value is text; `to_number` and its kin convert.

With `header` the first row names the columns, which must differ; a column without a name is called
`c` and its number. Without `header` all are called so: `c1`, `c2`.

A row with more or fewer fields than there are columns is *ragged*: it is not guessed what belongs
where. Such rows are left out of `rows` and listed in `ragged`.",
    errors: &[
        ("CSV_HEADER", "two columns have the same name, or there are more than 2,000"),
        ("CSV_QUOTE", "a quote is opened and never closed"),
        ("CSV_TOO_LARGE", "more than 32 MiB, 1,000,000 fields or 1,000 ragged rows"),
        ("INVALID_ARGUMENT", "the delimiter is no single ASCII character, or a quote or line break"),
    ],
    run: Run::Blocking(run),
};

fn input() -> Vec<Field> {
    vec![
        Field::required("text", Type::text()).doc("The table."),
        defaulted("delimiter", text_of(1, 1), ",")
            .doc("What stands between fields, one ASCII character: `\";\"`, `\"\\t\"`."),
        defaulted("header", Type::Boolean, true).doc("True: the first row names the columns."),
    ]
}

fn output() -> Vec<Field> {
    let ragged = Type::shape(vec![
        Field::required("line", Type::integer()).doc("Line where the row begins, from 1."),
        Field::required("fields", Type::list(Type::text())).doc("What the row has."),
        Field::required("expected", Type::integer()).doc("How many fields it should have."),
    ]);
    vec![
        Field::required("columns", Type::list(Type::text())).doc("Names of the columns, in order."),
        Field::required("rows", Type::list(any_object()))
            .doc("One object a row: the text of each column."),
        Field::required("lines", Type::list(Type::integer()))
            .doc("For each of `rows` the line where it begins."),
        Field::required("ragged", Type::list(ragged)).doc("Rows with too many or too few fields."),
    ]
}

fn run(work: &Work<'_>) -> Result<Value, ToolError> {
    let text = work.args.text("text")?;
    if text.len() > CSV_BYTES_MAX {
        return Err(too_large(&format!(
            "the text has {} bytes, at most {CSV_BYTES_MAX} are read",
            text.len()
        )));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = delimiter(work.args.text("delimiter")?)?;
    let table = Table::read(text, delimiter, work.args.flag("header")?, work.stop)?;
    Ok(table.into_value())
}

fn delimiter(text: &str) -> Result<u8, ToolError> {
    match text.as_bytes() {
        [b'"' | b'\n' | b'\r'] => Err(invalid(
            "'delimiter' cannot be a quote or a line break".to_owned(),
        )),
        [byte] => Ok(*byte),
        _ => Err(invalid(format!(
            "'delimiter' must be one ASCII character, is '{text}'"
        ))),
    }
}

#[derive(Debug, Default)]
struct Table {
    columns: Vec<Arc<str>>,
    rows: Vec<Value>,
    lines: Vec<Value>,
    ragged: Vec<Value>,
    fields: usize,
}

impl Table {
    fn read(text: &str, delimiter: u8, header: bool, stop: &Stop) -> Result<Table, ToolError> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut table = Table::default();
        let mut record = StringRecord::new();
        let mut last = RecordStart::default();
        while reader
            .read_record(&mut record)
            .map_err(|error| invalid(format!("cannot read the table: {error}")))?
        {
            stop.check()?;
            last = RecordStart::of(&record, text);
            table.take(&record, last.line, header)?;
        }
        // Only the last record can have a quote that is never closed: it would have ended otherwise.
        let rest = text.get(last.byte..).unwrap_or_default();
        check_quotes(rest, delimiter, last.line)?;
        Ok(table)
    }

    fn take(&mut self, record: &StringRecord, line: u64, header: bool) -> Result<(), ToolError> {
        if self.columns.is_empty() {
            self.columns = columns(record, line, header)?;
            if header {
                return Ok(());
            }
        }
        self.fields += record.len();
        if self.fields > CSV_FIELDS_MAX {
            return Err(too_large(&format!(
                "it has more than {CSV_FIELDS_MAX} fields at line {line}"
            )));
        }
        let line_value = Value::Int(i64::try_from(line).unwrap_or(i64::MAX));
        if record.len() == self.columns.len() {
            let fields = self.columns.iter().zip(record);
            self.rows.push(Value::object(
                fields.map(|(column, field)| (Arc::clone(column), Value::text(field))),
            ));
            self.lines.push(line_value);
            return Ok(());
        }
        if self.ragged.len() == CSV_RAGGED_MAX {
            return Err(too_large(&format!(
                "more than {CSV_RAGGED_MAX} rows have not {} fields, the last of them at line \
                 {line}; is the delimiter right?",
                self.columns.len()
            )));
        }
        self.ragged.push(Value::object([
            ("line", line_value),
            ("fields", Value::list(record.iter().map(Value::text))),
            ("expected", count(self.columns.len())),
        ]));
        Ok(())
    }

    fn into_value(self) -> Value {
        let columns = self.columns.into_iter().map(Value::Text);
        Value::object([
            ("columns", Value::list(columns)),
            ("rows", Value::list(self.rows)),
            ("lines", Value::list(self.lines)),
            ("ragged", Value::list(self.ragged)),
        ])
    }
}

fn columns(record: &StringRecord, line: u64, header: bool) -> Result<Vec<Arc<str>>, ToolError> {
    let failed = |why: String| ToolError::permanent("CSV_HEADER", format!("line {line}: {why}"));
    if record.len() > CSV_COLUMNS_MAX {
        return Err(failed(format!(
            "{} columns, at most {CSV_COLUMNS_MAX} are read",
            record.len()
        )));
    }
    let names: Vec<Arc<str>> = record
        .iter()
        .enumerate()
        .map(|(at, name)| match (header, name) {
            (true, name) if !name.trim().is_empty() => name.into(),
            (true | false, _) => format!("c{}", at + 1).into(),
        })
        .collect();
    let mut first_with = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        if let Some(first) = first_with.insert(name, at) {
            return Err(failed(format!(
                "columns {} and {} are both called '{name}'",
                first + 1,
                at + 1
            )));
        }
    }
    Ok(names)
}

/// Where a record begins.
#[derive(Debug, Clone, Copy, Default)]
struct RecordStart {
    byte: usize,
    line: u64,
}

impl RecordStart {
    /// The reader tells where it began to look, which is before blank lines.
    fn of(record: &StringRecord, text: &str) -> RecordStart {
        let (byte, line) = record
            .position()
            .map_or((0, 1), |position| (position.byte(), position.line()));
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = text.get(byte..).unwrap_or_default();
        let record = rest.trim_start_matches(['\r', '\n']);
        let blank = rest.get(..rest.len() - record.len()).unwrap_or_default();
        RecordStart {
            byte: byte + blank.len(),
            line: line
                + blank
                    .bytes()
                    .map(|byte| u64::from(byte == b'\n'))
                    .sum::<u64>(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuoteState {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote that ends the quoted part, unless another one follows.
    QuoteInQuoted,
}

fn check_quotes(record: &str, delimiter: u8, first_line: u64) -> Result<(), ToolError> {
    let mut state = QuoteState::FieldStart;
    let (mut line, mut column) = (first_line, 1);
    let mut opened = (line, column);
    for byte in record.bytes() {
        state = match (state, byte) {
            (QuoteState::FieldStart, b'"') => {
                opened = (line, column);
                QuoteState::Quoted
            }
            (QuoteState::Quoted, b'"') => QuoteState::QuoteInQuoted,
            (QuoteState::Quoted, _) | (QuoteState::QuoteInQuoted, b'"') => QuoteState::Quoted,
            (QuoteState::FieldStart | QuoteState::Plain | QuoteState::QuoteInQuoted, byte)
                if byte == delimiter =>
            {
                column += 1;
                QuoteState::FieldStart
            }
            (QuoteState::FieldStart | QuoteState::Plain | QuoteState::QuoteInQuoted, _) => {
                QuoteState::Plain
            }
        };
        line += u64::from(byte == b'\n');
    }
    if state == QuoteState::Quoted {
        let (line, column) = opened;
        return Err(ToolError::permanent(
            "CSV_QUOTE",
            format!("line {line}, column {column}: a quote is opened and never closed"),
        ));
    }
    Ok(())
}

fn too_large(why: &str) -> ToolError {
    ToolError::permanent("CSV_TOO_LARGE", format!("cannot read the table: {why}"))
}

#[cfg(test)]
mod tests {
    use scriptum_contract::Value;

    use crate::testing::{Bench, code};

    fn args(text: &str, more: &str) -> String {
        let text = Value::text(text).to_json().unwrap();
        format!(r#"{{"text":{text}{more}}}"#)
    }

    #[tokio::test]
    async fn tables_become_objects() {
        let bench = Bench::new();
        for (text, more, expected) in [
            (
                "name,town\nAda,London\n",
                "",
                r#"{"columns":["name","town"],"rows":[{"name":"Ada","town":"London"}],"lines":[2],"ragged":[]}"#,
            ),
            (
                "\u{feff}a;b\r\n\r\n\"x;\"\"\r\ny\"\"\";✓\r\n\n1;2",
                r#","delimiter":";""#,
                r#"{"columns":["a","b"],"rows":[{"a":"x;\"\r\ny\"","b":"✓"},{"a":"1","b":"2"}],"lines":[3,6],"ragged":[]}"#,
            ),
            (
                "1\t2\n3\t4",
                r#","delimiter":"\t","header":false"#,
                r#"{"columns":["c1","c2"],"rows":[{"c1":"1","c2":"2"},{"c1":"3","c2":"4"}],"lines":[1,2],"ragged":[]}"#,
            ),
            (
                "a,,c\n1,2,3",
                "",
                r#"{"columns":["a","c2","c"],"rows":[{"a":"1","c2":"2","c":"3"}],"lines":[2],"ragged":[]}"#,
            ),
            (
                "a,b\n1\n1,2\n1,2,3\n",
                "",
                r#"{"columns":["a","b"],"rows":[{"a":"1","b":"2"}],"lines":[3],"ragged":[{"line":2,"fields":["1"],"expected":2},{"line":4,"fields":["1","2","3"],"expected":2}]}"#,
            ),
            ("", "", r#"{"columns":[],"rows":[],"lines":[],"ragged":[]}"#),
            (
                "a,b\n",
                "",
                r#"{"columns":["a","b"],"rows":[],"lines":[],"ragged":[]}"#,
            ),
            (
                "a\n\"x\"y\"\n",
                "",
                r#"{"columns":["a"],"rows":[{"a":"xy\""}],"lines":[2],"ragged":[]}"#,
            ),
        ] {
            let output = bench.call("csv_parse", &args(text, more)).await;
            assert_eq!(output, Ok(expected.to_owned()), "{text}");
        }
    }

    #[tokio::test]
    async fn errors_name_line_and_column() {
        let bench = Bench::new();
        let wide = "x,".repeat(3_000);
        let ragged = format!("a,b\n{}", "1;2\n".repeat(1_001));
        for (text, more, expected) in [
            (
                "a,b,a\n1,2,3",
                "",
                "CSV_HEADER: line 1: columns 1 and 3 are both called 'a'",
            ),
            (
                "\na,b\n1,\"2\n3,4\n",
                "",
                "CSV_QUOTE: line 3, column 2: a quote is opened and never closed",
            ),
            (
                &wide,
                "",
                "CSV_HEADER: line 1: 3001 columns, at most 2000 are read",
            ),
            (
                &ragged,
                "",
                "CSV_TOO_LARGE: cannot read the table: more than 1000 rows have not 2 fields, the last of them at line 1002; is the delimiter right?",
            ),
            (
                "a",
                r#","delimiter":"é""#,
                "INVALID_ARGUMENT: 'delimiter' must be one ASCII character, is 'é'",
            ),
            (
                "a",
                r#","delimiter":"\n""#,
                "INVALID_ARGUMENT: 'delimiter' cannot be a quote or a line break",
            ),
        ] {
            let error = bench.error("csv_parse", &args(text, more)).await;
            assert_eq!(error.to_string(), expected);
        }
        let huge = args(&"1\n".repeat(1_000_002), "");
        assert_eq!(
            code(&bench.error("csv_parse", &huge).await),
            "CSV_TOO_LARGE"
        );
    }
}
