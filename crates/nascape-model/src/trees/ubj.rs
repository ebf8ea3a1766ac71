//! Universal Binary JSON (ubjson.org, draft 12) into Serde: the format of XGBoost's `.ubj` models.
//!
//! No length in the bytes is believed: nothing is allocated from one, and items without bytes of their own (a typed array of
//! nulls) are refused, so that reading costs no more than the bytes there are. Typed objects and high-precision numbers,
//! which XGBoost does not write, are refused as well.

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
    value::Error,
};

/// Containers within containers; XGBoost's models have seven.
const DEEPEST: usize = 32;

/// Reads one value that takes up all of `bytes`.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = Reader { rest: bytes, depth: 0 };
    let value = T::deserialize(&mut reader)?;
    match reader.rest.len() {
        0 => Ok(value),
        more => Err(Error::custom(format_args!("{more} bytes follow the model's end"))),
    }
}

struct Reader<'de> {
    rest: &'de [u8],
    depth: usize,
}

impl<'de> Reader<'de> {
    fn bytes(&mut self, count: usize) -> Result<&'de [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(cut)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(cut)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// The next marker; no-ops between values are skipped.
    fn marker(&mut self) -> Result<u8, Error> {
        loop {
            let [marker] = self.array()?;
            if marker != b'N' {
                return Ok(marker);
            }
        }
    }

    /// Takes `marker` if it comes next.
    fn takes(&mut self, marker: u8) -> bool {
        match self.rest.split_first() {
            Some((&first, rest)) if first == marker => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn integer(&mut self, marker: u8) -> Result<i64, Error> {
        Ok(match marker {
            b'i' => i8::from_be_bytes(self.array()?).into(),
            b'U' => u8::from_be_bytes(self.array()?).into(),
            b'I' => i16::from_be_bytes(self.array()?).into(),
            b'l' => i32::from_be_bytes(self.array()?).into(),
            b'L' => i64::from_be_bytes(self.array()?),
            other => return Err(Error::custom(format_args!("a length begins with {}", shown(other)))),
        })
    }

    fn length(&mut self) -> Result<usize, Error> {
        let [marker] = self.array()?;
        let length = self.integer(marker)?;
        usize::try_from(length).map_err(|_| Error::custom(format_args!("a length of {length}")))
    }

    fn text(&mut self) -> Result<&'de str, Error> {
        let length = self.length()?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| Error::custom("a text that is not UTF-8"))
    }

    fn value<V: Visitor<'de>>(&mut self, marker: u8, visitor: V) -> Result<V::Value, Error> {
        match marker {
            b'd' => visitor.visit_f32(f32::from_be_bytes(self.array()?)),
            b'D' => visitor.visit_f64(f64::from_be_bytes(self.array()?)),
            b'i' | b'U' | b'I' | b'l' | b'L' => visitor.visit_i64(self.integer(marker)?),
            b'T' => visitor.visit_bool(true),
            b'F' => visitor.visit_bool(false),
            b'Z' => visitor.visit_unit(),
            b'S' => visitor.visit_borrowed_str(self.text()?),
            b'C' => {
                let [letter] = self.array()?;
                visitor.visit_char(letter.into())
            }
            b'[' | b'{' => {
                if self.depth == DEEPEST {
                    return Err(Error::custom(format_args!("more than {DEEPEST} containers in one another")));
                }
                self.depth += 1;
                let value = if marker == b'[' { self.sequence(visitor) } else { self.map(visitor) };
                self.depth -= 1;
                value
            }
            other => Err(Error::custom(format_args!("a value begins with {}", shown(other)))),
        }
    }

    fn sequence<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let kind = match self.takes(b'$') {
            true => Some(self.array::<1>()?[0]),
            false => None,
        };
        if let Some(kind @ (b'Z' | b'N' | b'T' | b'F')) = kind {
            return Err(Error::custom(format_args!("an array of {}, which have no bytes", shown(kind))));
        }
        let left = match (self.takes(b'#'), kind) {
            (true, _) => Some(self.length()?),
            (false, None) => None,
            (false, Some(_)) => return Err(Error::custom("a typed array without a length")),
        };
        let mut items = Items { reader: self, kind, left };
        let value = visitor.visit_seq(&mut items)?;
        items.finish()?;
        Ok(value)
    }

    fn map<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        if self.takes(b'$') {
            return Err(Error::custom("a typed object"));
        }
        let left = if self.takes(b'#') { Some(self.length()?) } else { None };
        let mut entries = Entries { reader: self, left };
        let value = visitor.visit_map(&mut entries)?;
        entries.finish()?;
        Ok(value)
    }
}

fn cut() -> Error {
    Error::custom("the file ends within a value")
}

fn shown(byte: u8) -> String {
    format!("'{}'", byte.escape_ascii())
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let marker = self.marker()?;
        self.value(marker, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The items of an array: `left` of them or, where that is not told, up to its closing bracket.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    kind: Option<u8>,
    left: Option<usize>,
}

impl Items<'_, '_> {
    fn finish(mut self) -> Result<(), Error> {
        while SeqAccess::next_element::<IgnoredAny>(&mut &mut self)?.is_some() {}
        Ok(())
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if ended(self.reader, &mut self.left, b']') {
            return Ok(None);
        }
        let marker = match self.kind {
            Some(kind) => kind,
            None => self.reader.marker()?,
        };
        seed.deserialize(Value { reader: self.reader, marker }).map(Some)
    }
}

/// The entries of an object, as [`Items`].
struct Entries<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: Option<usize>,
}

impl Entries<'_, '_> {
    fn finish(mut self) -> Result<(), Error> {
        while MapAccess::next_entry::<IgnoredAny, IgnoredAny>(&mut &mut self)?.is_some() {}
        Ok(())
    }
}

impl<'de> MapAccess<'de> for &mut Entries<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if ended(self.reader, &mut self.left, b'}') {
            return Ok(None);
        }
        let key = self.reader.text()?;
        seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}

/// Whether a container is at its end, counting down or looking for its closing bracket. A container that has ended says so
/// again when asked again: its count stays at 0.
fn ended(reader: &mut Reader<'_>, left: &mut Option<usize>, bracket: u8) -> bool {
    match left {
        Some(0) => return true,
        Some(left) => *left -= 1,
        None if reader.takes(bracket) => {
            *left = Some(0);
            return true;
        }
        None => {}
    }
    false
}

/// One value whose marker was read, or stands at the head of its typed array.
struct Value<'a, 'de> {
    reader: &'a mut Reader<'de>,
    marker: u8,
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.value(self.marker, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn arrays_with_and_without_type_and_length_are_read() {
        let numbers = |bytes: &[u8]| from_slice::<Vec<f32>>(bytes).unwrap();
        assert_eq!(numbers(b"[$d#i\x02\x3f\x80\0\0\x40\0\0\0"), [1.0, 2.0]);
        assert_eq!(numbers(b"[#L\0\0\0\0\0\0\0\x02U\xffI\xff\xfe"), [255.0, -2.0]);
        assert_eq!(numbers(b"[NU\x07l\0\0\0\x09]"), [7.0, 9.0]);
        assert_eq!(numbers(b"[]"), [0.0; 0]);
    }

    #[test]
    fn objects_are_read_and_what_is_not_asked_for_is_skipped() {
        let read = from_slice::<BTreeMap<String, String>>(b"{i\x01aSi\x01xi\x01bSi\0}").unwrap();
        assert_eq!(read, BTreeMap::from([("a".into(), "x".into()), ("b".into(), String::new())]));
        #[derive(serde::Deserialize)]
        struct Some {
            b: bool,
        }
        assert!(from_slice::<Some>(b"{#i\x02i\x01a[{}Z[$U#i\x02ab]i\x01bT").unwrap().b);
    }

    #[test]
    fn lengths_that_the_bytes_do_not_hold_are_refused() {
        let fault = |bytes: &[u8]| from_slice::<Vec<f32>>(bytes).unwrap_err().to_string();
        assert_eq!(fault(b"[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff"), "the file ends within a value");
        assert_eq!(fault(b"[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff"), "an array of 'Z', which have no bytes");
        assert_eq!(fault(b"[$d#i\xff"), "a length of -1");
        assert_eq!(fault(&b"[".repeat(100_000)), "invalid type: sequence, expected f32");
        assert_eq!(
            from_slice::<IgnoredAny>(&b"[".repeat(100_000)).unwrap_err().to_string(),
            "more than 32 containers in one another"
        );
        assert_eq!(fault(b"[]]"), "1 bytes follow the model's end");
    }
}
