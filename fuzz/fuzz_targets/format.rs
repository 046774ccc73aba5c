#![no_main]

#[path = "../../tests/src/fuzz/targets.rs"]
#[allow(dead_code, reason = "each binary fuzzes one of the targets")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::formats(bytes));
