//! How fast texts become tokens and trees, in bytes of source a second.

use divan::{Bencher, counter::BytesCount};
use mimalloc::MiMalloc;
use std::fmt::Write;

/// The allocator of the product.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    divan::main();
}

/// Bytes of the generated script.
const CORPUS_BYTES: usize = 1_000_000;

/// A script of ordinary steps: calls, loops, decisions, texts with values, comments.
fn corpus() -> String {
    let mut text = String::from(
        "-- @accepts_extension txt, md\nscript \"Generated\"\nReads and measures whatever it finds.\n\
         version \"1.0.0\"\n\nenum Mode = Fast | Exact\n\ninput\n  topic : text length(1, 80) -- what to look for\n  \
         depth : number range(1, 10) = 3\n  tags : list<text> min_items(1)\n\noutput\n  summary : text\n\n\
         import tools\n  web_search from native\n  file_read from native\n",
    );
    let mut step = 0;
    while text.len() < CORPUS_BYTES {
        write!(text, include_str!("corpus.txt"), step = step).expect("a string takes all text");
        step += 1;
    }
    text
}

#[divan::bench]
fn lex(bencher: Bencher<'_, '_>) {
    let text = corpus();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| scriptum_syntax::lex(&text));
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let text = corpus();
    assert_eq!(scriptum_syntax::parse(&text).diagnostics, []);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| scriptum_syntax::parse(&text));
}

#[divan::bench]
fn format(bencher: Bencher<'_, '_>) {
    let text = corpus();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| scriptum_syntax::format(&scriptum_syntax::parse(&text)));
}
