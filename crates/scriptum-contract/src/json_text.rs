//! Compact JSON of whatever can be serialized: the same bytes as `serde_json` makes, in a third of the time.
//!
//! Each turn of each thread is written as a few such short texts, of which most is names and punctuation.
//! `serde_json` asks a formatter and a writer for every quote, comma and brace; here they are bytes pushed
//! to a vector. Numbers, and texts that need escapes, are left to it.

use serde::{
    Serialize, Serializer,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
        SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    },
};
use serde_json::Error;

/// Room for a usual turn of a thread, so that most texts are written without growing.
const ROOM_BYTES: usize = 512;

/// The content as compact JSON. Keys of maps must be texts.
///
/// # Errors
/// What the content itself refuses to write, and a key that is no text.
///
/// ```
/// let text = scriptum_contract::json_text(&(1, "a\nb", [Some(true), None])).unwrap();
/// assert_eq!(text, r#"[1,"a\nb",[true,null]]"#);
/// ```
pub fn json_text<T: Serialize + ?Sized>(content: &T) -> Result<String, Error> {
    let mut writer = Writer {
        json: Vec::with_capacity(ROOM_BYTES),
    };
    content.serialize(&mut writer)?;
    String::from_utf8(writer.json).map_err(Error::custom)
}

struct Writer {
    json: Vec<u8>,
}

/// True when a byte of the text stands for itself nowhere in JSON.
fn has_escapes(text: &str) -> bool {
    let is_escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    // Of a block all bytes are looked at, which compiles to a few instructions.
    let (blocks, rest) = text.as_bytes().as_chunks::<16>();
    let in_block = |block: &[u8; 16]| block.iter().fold(false, |any, byte| any | is_escaped(byte));
    blocks.iter().any(in_block) || rest.iter().any(is_escaped)
}

/// A list or an object that is open, and what closes it.
struct Open<'w> {
    writer: &'w mut Writer,
    close: Close,
}

/// What closes a list or an object.
#[derive(Clone, Copy)]
enum Close {
    With(u8),
    /// It is all that an object holds, which names its kind.
    InObject(u8),
}

impl Writer {
    /// A comma, unless what comes is the first in its list or object.
    fn separate(&mut self) {
        if !matches!(self.json.last(), Some(b'[' | b'{')) {
            self.json.push(b',');
        }
    }

    fn quote(&mut self, text: &str) -> Result<(), Error> {
        if has_escapes(text) {
            return self.leave(text);
        }
        self.quote_plain(text);
        Ok(())
    }

    fn quote_plain(&mut self, text: &str) {
        self.json.push(b'"');
        self.json.extend_from_slice(text.as_bytes());
        self.json.push(b'"');
    }

    /// The name of a field or a variant in our code, none of which needs escapes.
    fn name(&mut self, name: &'static str) {
        debug_assert!(!has_escapes(name), "{name:?} is no plain name");
        self.separate();
        self.quote_plain(name);
        self.json.push(b':');
    }

    /// Has `serde_json` write it.
    fn leave<T: Serialize + ?Sized>(&mut self, content: &T) -> Result<(), Error> {
        serde_json::to_writer(&mut self.json, content)
    }

    fn literal(&mut self, literal: &str) {
        self.json.extend_from_slice(literal.as_bytes());
    }

    fn open(&mut self, open: u8, close: Close) -> Open<'_> {
        self.json.push(open);
        Open {
            writer: self,
            close,
        }
    }

    fn open_variant(&mut self, variant: &'static str, open: u8, close: u8) -> Open<'_> {
        self.json.push(b'{');
        self.name(variant);
        self.open(open, Close::InObject(close))
    }
}

impl Open<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, content: &T) -> Result<(), Error> {
        self.writer.separate();
        content.serialize(&mut *self.writer)
    }

    fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        content: &T,
    ) -> Result<(), Error> {
        self.writer.name(name);
        content.serialize(&mut *self.writer)
    }

    fn close(self) {
        match self.close {
            Close::With(close) => self.writer.json.push(close),
            Close::InObject(close) => {
                self.writer.json.push(close);
                self.writer.json.push(b'}');
            }
        }
    }
}

/// Types that `serde_json` writes.
macro_rules! left_to_serde_json {
    ($($method:ident: $content:ty),+) => {$(
        fn $method(self, content: $content) -> Result<(), Error> {
            self.leave(&content)
        }
    )+};
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'w>;
    type SerializeTuple = Open<'w>;
    type SerializeTupleStruct = Open<'w>;
    type SerializeTupleVariant = Open<'w>;
    type SerializeMap = Open<'w>;
    type SerializeStruct = Open<'w>;
    type SerializeStructVariant = Open<'w>;

    left_to_serde_json! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u64: u64,
        serialize_u128: u128, serialize_f32: f32, serialize_f64: f64, serialize_char: char
    }

    /// Attempts, counters, indices: of one digit as a rule.
    fn serialize_u32(self, content: u32) -> Result<(), Error> {
        match u8::try_from(content) {
            Ok(digit @ 0..=9) => self.json.push(b'0' + digit),
            Ok(_) | Err(_) => self.leave(&content)?,
        }
        Ok(())
    }

    fn serialize_bool(self, content: bool) -> Result<(), Error> {
        self.literal(if content { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, content: &str) -> Result<(), Error> {
        self.quote(content)
    }

    fn serialize_bytes(self, content: &[u8]) -> Result<(), Error> {
        self.collect_seq(content)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, content: &T) -> Result<(), Error> {
        content.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.literal("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.quote_plain(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        content: &T,
    ) -> Result<(), Error> {
        content.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        content: &T,
    ) -> Result<(), Error> {
        let mut object = self.open(b'{', Close::With(b'}'));
        object.field(variant, content)?;
        object.close();
        Ok(())
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Open<'w>, Error> {
        Ok(self.open(b'[', Close::With(b']')))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Open<'w>, Error> {
        Ok(self.open(b'[', Close::With(b']')))
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Open<'w>, Error> {
        Ok(self.open(b'[', Close::With(b']')))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Open<'w>, Error> {
        Ok(self.open_variant(variant, b'[', b']'))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Open<'w>, Error> {
        Ok(self.open(b'{', Close::With(b'}')))
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Open<'w>, Error> {
        Ok(self.open(b'{', Close::With(b'}')))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Open<'w>, Error> {
        Ok(self.open_variant(variant, b'{', b'}'))
    }
}

/// What comes one by one: by a method of that name, between brackets.
macro_rules! list {
    ($($kind:ident: $method:ident),+) => {$(
        impl $kind for Open<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, content: &T) -> Result<(), Error> {
                self.element(content)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        }
    )+};
}

list! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field
}

/// What has fields, between braces.
macro_rules! record {
    ($($kind:ident),+) => {$(
        impl $kind for Open<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                content: &T,
            ) -> Result<(), Error> {
                self.field(name, content)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        }
    )+};
}

record! { SerializeStruct, SerializeStructVariant }

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.writer.separate();
        let start = self.writer.json.len();
        key.serialize(&mut *self.writer)?;
        match self.writer.json.get(start) {
            Some(b'"') => Ok(()),
            Some(_) | None => Err(Error::custom("key must be a text")),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, content: &T) -> Result<(), Error> {
        self.writer.json.push(b':');
        content.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Serialize)]
    enum Shape<'t> {
        Unit,
        Newtype(&'t str),
        Tuple(i64, f64),
        Struct { a: Option<u8>, b: () },
    }

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Pair(char, f32);

    #[derive(Serialize)]
    struct All<'t> {
        shapes: Vec<Shape<'t>>,
        #[serde(flatten)]
        inside: Inside,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<u8>,
        empty: (Vec<u8>, BTreeMap<String, u8>),
        pair: Pair,
        unit: Unit,
        map: BTreeMap<&'t str, Option<bool>>,
        wide: (u64, i128),
    }

    #[derive(Serialize)]
    struct Inside {
        x: u32,
        y: [u16; 2],
    }

    #[test]
    fn the_text_is_that_of_serde_json() {
        let all = All {
            shapes: vec![
                Shape::Unit,
                Shape::Newtype("\"\\/\u{1}\u{7f}\n grüße 🎉"),
                Shape::Tuple(i64::MIN, -0.0),
                Shape::Tuple(0, f64::NAN),
                Shape::Struct { a: Some(7), b: () },
                Shape::Struct { a: None, b: () },
            ],
            inside: Inside { x: 1, y: [2, 3] },
            absent: None,
            empty: (Vec::new(), BTreeMap::new()),
            pair: Pair('"', 0.1),
            unit: Unit,
            map: [("", Some(true)), ("a\tb", None), ("{", Some(false))].into(),
            wide: (u64::MAX, i128::MIN),
        };
        assert_eq!(
            json_text(&all).unwrap(),
            serde_json::to_string(&all).unwrap()
        );
    }

    #[test]
    fn a_key_that_is_no_text_is_refused() {
        let error = json_text(&BTreeMap::from([(1, 2)])).unwrap_err();
        assert_eq!(error.to_string(), "key must be a text");
    }
}
