//! A sign for each verb: strokes in a square of 16.

/// The path of a verb's sign.
pub(super) fn icon(verb: &str) -> &'static str {
    match verb {
        // A play triangle.
        "do" => "M5 3.2v9.6L12.8 8z",
        // An equals sign.
        "let" => "M3.5 6h9M3.5 10h9",
        // Rows, one after the other.
        "each" => "M2.5 4h1M6 4h7.5M2.5 8h1M6 8h7.5M2.5 12h1M6 12h7.5",
        // A way that forks.
        "decide" => "M8 2v4.5M8 6.5c0 3-4.5 2-4.5 7M8 6.5c0 3 4.5 2 4.5 7",
        // A tick.
        "check" => "M3 8.5l3.5 3.5L13 4.5",
        // Lanes beside each other.
        "together" => "M4 2.5v11M8 2.5v11M12 2.5v11",
        // Chevrons.
        "pipe" => "M3 4l4 4-4 4M8.5 4l4 4-4 4",
        // A ring with a tip.
        "repeat" => "M13 8a5 5 0 1 1-1.6-3.7M13.2 1.8v3.4H9.8",
        // A clock.
        "wait" => "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 5v3.2l2.3 1.5",
        // A spark.
        "agent" => "M8 2l1.5 4.5L14 8l-4.5 1.5L8 14l-1.5-4.5L2 8l4.5-1.5z",
        // A speech bubble.
        "ask" => "M2.5 3.5h11v7.5H8l-3 2.6V11H2.5z",
        // A sheet with lines.
        "plan" => "M3.5 2.2h9v11.6h-9zM6 5.5h4M6 8h4M6 10.5h2.5",
        // A frame with a play triangle.
        "run" => "M2.5 2.5h11v11h-11zM6.5 5.5v5L11 8z",
        // A flag.
        "emit" => "M4 14V2.5M4 3h8.5l-2 2.9 2 2.9H4",
        // An eye.
        "yield" => {
            "M1.8 8S4 4 8 4s6.2 4 6.2 4S12 12 8 12 1.8 8 1.8 8zM8 6.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2"
        }
        // A paper plane.
        "send" => "M14 2L2 7l4.5 2L14 2zM14 2L9 14l-2.5-5",
        // Every verb has a sign; a new one begins as a dot.
        _ => "M8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3",
    }
}
