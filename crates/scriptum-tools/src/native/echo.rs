//! `echo`: gives back what it is given. For first steps, tests and measurements.

use scriptum_contract::{Field, Type, Value};

use super::tool::{Definition, Idempotence, Run};
use crate::args::Args;

pub(super) const TOOL: Definition = Definition {
    name: "echo",
    doc: "Gives back the message that it is given.",
    input,
    output,
    idempotence: Idempotence::Always,
    example: r#"do "Say hello" with echo
  message = "hello"
  -> greeting"#,
    notes: "",
    errors: &[],
    run: Run::Inline(run),
};

fn input() -> Vec<Field> {
    vec![Field::required("message", Type::Any).doc("Any value.")]
}

fn output() -> Vec<Field> {
    vec![Field::required("message", Type::Any).doc("The same value.")]
}

fn run(args: &Args<'_>) -> Value {
    let message = args.value("message").cloned().unwrap_or_default();
    Value::object([("message", message)])
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn every_value_comes_back() {
        let bench = Bench::new();
        for message in ["null", "1", "1.5", r#""a\u0000b""#, r#"[{"$stored":1}]"#] {
            let args = format!(r#"{{"message":{message}}}"#);
            assert_eq!(bench.call("echo", &args).await, Ok(args));
        }
    }
}
