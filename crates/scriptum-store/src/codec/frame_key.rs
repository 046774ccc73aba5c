//! Frame keys as text: the path, a slash, the slot. `1.0/head`, `1.0/result:7`, `/binding:hits`.

use scriptum_engine::StoreError;
use scriptum_vm::{FrameKey, Slot, StepPath};

/// The text of a key; no two keys share one.
pub(crate) fn frame_key_to_text(key: &FrameKey) -> String {
    let path = &key.path;
    match &key.slot {
        Slot::Head => format!("{path}/head"),
        Slot::Binding(name) => format!("{path}/binding:{name}"),
        Slot::Result(index) => format!("{path}/result:{index}"),
        Slot::Attempts(index) => format!("{path}/attempts:{index}"),
    }
}

/// Reads what [`frame_key_to_text`] wrote.
pub(crate) fn frame_key_from_text(text: &str) -> Result<FrameKey, StoreError> {
    parse(text).ok_or_else(|| StoreError::Corrupt(format!("'{text}' is no frame key")))
}

fn parse(text: &str) -> Option<FrameKey> {
    let (path, slot) = text.split_once('/')?;
    let path: StepPath = path.parse().ok()?;
    let slot = match slot.split_once(':') {
        None if slot == "head" => Slot::Head,
        Some(("binding", name)) => Slot::Binding(name.into()),
        Some(("result", index)) => Slot::Result(index.parse().ok()?),
        Some(("attempts", index)) => Slot::Attempts(index.parse().ok()?),
        Some(_) | None => return None,
    };
    Some(FrameKey { path, slot })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_as_text() {
        let cases = [
            (StepPath::root(), Slot::Head, "/head"),
            (
                StepPath::from([1, 0].as_slice()),
                Slot::Binding("a/b:c é".into()),
                "1.0/binding:a/b:c é",
            ),
            (
                StepPath::from([4_294_967_295].as_slice()),
                Slot::Result(4_294_967_295),
                "4294967295/result:4294967295",
            ),
            (
                StepPath::from([0].as_slice()),
                Slot::Attempts(0),
                "0/attempts:0",
            ),
        ];
        for (path, slot, expected) in cases {
            let key = FrameKey { path, slot };
            let text = frame_key_to_text(&key);
            assert_eq!(text, expected);
            assert_eq!(frame_key_from_text(&text), Ok(key));
        }
    }

    #[test]
    fn other_texts_are_no_keys() {
        for text in ["", "1.0", "1.0/", "1.0/tail", "x/head", "1/result:x", "/head:1"] {
            assert!(frame_key_from_text(text).is_err(), "'{text}' was read");
        }
    }
}
