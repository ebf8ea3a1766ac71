//! Files laid out by hand where no library writes them: bigWigs that are not compressed, so that a mutant changes what a reader
//! follows and not a checksum, and models of boosted trees.

use nascape_signal::Interval;
use serde_json::{Value, json};

use super::chromosomes;

/// A bigWig of one section of `kind` (1 bedGraph, 2 variableStep, 3 fixedStep) a chromosome, with two levels of index.
pub fn bigwig(items: &[Interval], kind: u8, big_endian: bool) -> Vec<u8> {
    let mut file = Bytes { bytes: Vec::new(), big_endian };
    let chromosomes = chromosomes();
    let key = 8;
    let list_at = 64_u64;
    file.number(0x888F_FC26, 4).number(4, 2).number(0, 2).number(list_at, 8);
    // Where data and index lie is known at the end.
    file.number(0, 16).number(0, 4).number(0, 8).number(0, 8).number(0, 4).number(0, 8);
    file.number(0x78CA_8C91, 4).number(chromosomes.len() as u64, 4).number(key, 4).number(8, 4);
    file.number(chromosomes.len() as u64, 8).number(0, 8).number(1, 1).number(0, 1).number(chromosomes.len() as u64, 2);
    for (id, chromosome) in chromosomes.iter().enumerate() {
        let mut name = chromosome.name.clone().into_bytes();
        name.resize(key as usize, 0);
        file.bytes.extend(name);
        file.number(id as u64, 4).number(chromosome.length.into(), 4);
    }
    let data_at = file.bytes.len() as u64;
    file.number(chromosomes.len() as u64, 8);
    let mut blocks = Vec::new();
    for id in 0..chromosomes.len() as u64 {
        let items = &items[..40];
        let at = file.bytes.len() as u64;
        let ends = [items[0].start, items[items.len() - 1].end].map(u64::from);
        file.number(id, 4).number(ends[0], 4).number(ends[1], 4).number(1, 4).number(1, 4);
        file.number(kind.into(), 1).number(0, 1).number(items.len() as u64, 2);
        for item in items {
            if kind < 3 {
                file.number(item.start.into(), 4);
            }
            if kind == 1 {
                file.number(item.end.into(), 4);
            }
            file.number(item.value.to_bits().into(), 4);
        }
        blocks.push((id, ends, at, file.bytes.len() as u64 - at));
    }
    let index_at = file.bytes.len() as u64;
    let ends = blocks[0].1;
    let span = |file: &mut Bytes, first: u64, last: u64| {
        file.number(first, 4).number(ends[0], 4).number(last, 4).number(ends[1], 4);
    };
    file.number(0x2468_ACE0, 4).number(2, 4).number(blocks.len() as u64, 8);
    span(&mut file, 0, blocks.len() as u64 - 1);
    file.number(index_at, 8).number(1, 4).number(0, 4);
    // The root has a leaf a block.
    file.number(0, 2).number(blocks.len() as u64, 2);
    let leaves = file.bytes.len() as u64 + 24 * blocks.len() as u64;
    for (place, (id, ..)) in blocks.iter().enumerate() {
        span(&mut file, *id, *id);
        file.number(leaves + 36 * place as u64, 8);
    }
    for (id, _, at, size) in blocks {
        file.number(1, 1).number(0, 1).number(1, 2);
        span(&mut file, id, id);
        file.number(at, 8).number(size, 8);
    }
    file.number(0x888F_FC26, 4);
    let mut places = Bytes { bytes: Vec::new(), big_endian };
    places.number(data_at, 8).number(index_at, 8);
    file.bytes[16..32].copy_from_slice(&places.bytes);
    file.bytes
}

struct Bytes {
    bytes: Vec<u8>,
    big_endian: bool,
}

impl Bytes {
    fn number(&mut self, number: u64, width: usize) -> &mut Self {
        let wide = u128::from(number);
        match self.big_endian {
            true => self.bytes.extend_from_slice(&wide.to_be_bytes()[16 - width..]),
            false => self.bytes.extend_from_slice(&wide.to_le_bytes()[..width]),
        }
        self
    }
}

/// XGBoost's model of two small trees.
pub fn forest() -> Value {
    let tree = |threshold: f32| {
        json!({
            "left_children": [1, -1, 3, -1, -1], "right_children": [2, -1, 4, -1, -1],
            "split_conditions": [threshold, 0.5, threshold + 1.0, -0.25, 2.0],
            "split_indices": [0, 0, 3, 0, 0], "default_left": [1, 0, 0, 0, 0], "split_type": [0, 0, 0, 0, 0],
            "tree_param": { "size_leaf_vector": "1", "num_nodes": "5" },
        })
    };
    json!({
        "learner": {
            "learner_model_param": { "base_score": "5E-1", "num_feature": "4", "num_class": "0", "num_target": "1" },
            "objective": { "name": "binary:logistic" },
            "gradient_booster": { "name": "gbtree", "model": { "trees": [tree(0.5), tree(2.0)] } },
        },
        "version": [3, 4, 1],
    })
}

/// The same as XGBoost writes it in UBJSON: arrays of numbers with a type and a length.
pub fn ubj(value: &Value, out: &mut Vec<u8>) {
    let text = |text: &str, out: &mut Vec<u8>| {
        out.push(b'L');
        out.extend((text.len() as i64).to_be_bytes());
        out.extend(text.bytes());
    };
    match value {
        Value::Object(entries) => {
            out.push(b'{');
            for (key, value) in entries {
                text(key, out);
                ubj(value, out);
            }
            out.push(b'}');
        }
        Value::Array(items) if items.iter().all(Value::is_number) => {
            let whole = items.iter().all(Value::is_i64);
            out.extend(if whole { b"[$l#L" } else { b"[$d#L" });
            out.extend((items.len() as i64).to_be_bytes());
            for item in items {
                match whole {
                    true => out.extend((item.as_i64().unwrap_or_default() as i32).to_be_bytes()),
                    false => out.extend((item.as_f64().unwrap_or_default() as f32).to_be_bytes()),
                }
            }
        }
        Value::Array(items) => {
            out.extend(b"[#L");
            out.extend((items.len() as i64).to_be_bytes());
            items.iter().for_each(|item| ubj(item, out));
        }
        Value::String(string) => {
            out.push(b'S');
            text(string, out);
        }
        _ => out.push(b'Z'),
    }
}
