//! The evaluator against a plain recursive walk, and against files that mean harm.

use proptest::prelude::*;
use pulp::Arch;
use serde_json::{Value, json};

use super::{Columns, Forest};
use crate::{Error, kernel::naive::instruction_sets};

const FEATURES: usize = 5;

/// A tree as one would draw it.
#[derive(Clone, Debug)]
enum Drawn {
    Leaf(f32),
    Split { feature: usize, threshold: f32, missing_left: bool, sides: Box<[Drawn; 2]> },
}

impl Drawn {
    fn value(&self, x: &[f32]) -> f32 {
        match self {
            Self::Leaf(value) => *value,
            Self::Split { feature, threshold, missing_left, sides } => {
                let x_here = x[*feature];
                let left = if x_here.is_nan() { *missing_left } else { x_here < *threshold };
                sides[usize::from(!left)].value(x)
            }
        }
    }

    /// Adds the tree's nodes to XGBoost's arrays, parents before children and left before right, and gives its root's number.
    fn write(&self, arrays: &mut Arrays) -> usize {
        let place = arrays.left.len();
        arrays.left.push(-1);
        arrays.right.push(-1);
        match self {
            Self::Leaf(value) => arrays.push(*value, 0, false),
            Self::Split { feature, threshold, missing_left, sides } => {
                arrays.push(*threshold, *feature, *missing_left);
                arrays.left[place] = sides[0].write(arrays) as i64;
                arrays.right[place] = sides[1].write(arrays) as i64;
            }
        }
        place
    }
}

#[derive(Default)]
struct Arrays {
    left: Vec<i64>,
    right: Vec<i64>,
    values: Vec<f32>,
    features: Vec<usize>,
    missing_left: Vec<u8>,
}

impl Arrays {
    fn push(&mut self, value: f32, feature: usize, missing_left: bool) {
        self.values.push(value);
        self.features.push(feature);
        self.missing_left.push(missing_left.into());
    }
}

fn model(trees: &[Drawn]) -> Value {
    let trees = trees.iter().map(|tree| {
        let mut arrays = Arrays::default();
        tree.write(&mut arrays);
        json!({
            "left_children": arrays.left, "right_children": arrays.right, "split_conditions": arrays.values,
            "split_indices": arrays.features, "default_left": arrays.missing_left, "split_type": vec![0; arrays.left.len()],
            "tree_param": {"num_nodes": arrays.left.len().to_string(), "size_leaf_vector": "1"},
        })
    });
    json!({"version": [3, 2, 0], "learner": {
        "attributes": {},
        "learner_model_param": {"base_score": "[2.5E-1]", "num_class": "0", "num_feature": FEATURES.to_string(), "num_target": "1"},
        "objective": {"name": "binary:logistic", "reg_loss_param": {"scale_pos_weight": "1"}},
        "gradient_booster": {"name": "gbtree", "model": {"trees": trees.collect::<Vec<_>>()}},
    }})
}

/// UBJSON as XGBoost writes it: lengths of eight bytes, numbers in typed arrays.
fn ubj(value: &Value, out: &mut Vec<u8>) {
    let text = |text: &str, out: &mut Vec<u8>| {
        out.push(b'L');
        out.extend((text.len() as i64).to_be_bytes());
        out.extend(text.as_bytes());
    };
    match value {
        Value::Object(map) => {
            out.push(b'{');
            for (key, value) in map {
                text(key, out);
                ubj(value, out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            let typed = items.first().is_some_and(Value::is_f64);
            out.extend(if typed { &b"[$d#L"[..] } else { b"[#L" });
            out.extend((items.len() as i64).to_be_bytes());
            for item in items {
                match typed {
                    true => out.extend((item.as_f64().unwrap() as f32).to_be_bytes()),
                    false => ubj(item, out),
                }
            }
        }
        Value::String(string) => {
            out.push(b'S');
            text(string, out);
        }
        number => {
            out.push(b'l');
            out.extend((number.as_i64().unwrap() as i32).to_be_bytes());
        }
    }
}

fn bytes(model: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ubj(model, &mut out);
    out
}

/// Numbers that meet each other often: values stand on thresholds.
fn number() -> impl Strategy<Value = f32> {
    (-8_i8..8).prop_map(|eighths| f32::from(eighths) / 8.0)
}

fn tree() -> impl Strategy<Value = Drawn> {
    let split = |(feature, threshold, missing_left, left, right)| Drawn::Split {
        feature,
        threshold,
        missing_left,
        sides: Box::new([left, right]),
    };
    let leaf = (-1.0_f32..1.0).prop_map(Drawn::Leaf);
    // Some are deeper than what is padded.
    leaf.prop_recursive(11, 80, 2, move |side| {
        (0..FEATURES, number(), any::<bool>(), side.clone(), side).prop_map(split)
    })
}

fn rows(missing: bool) -> impl Strategy<Value = Vec<[f32; FEATURES]>> {
    let x = (number(), 0..8_u8).prop_map(move |(x, miss)| if missing && miss == 0 { f32::NAN } else { x });
    prop::collection::vec(prop::array::uniform5(x), 1..300)
}

fn predict(forest: &Forest, rows: &[[f32; FEATURES]], arch: Arch) -> Vec<u32> {
    let values: Vec<f32> = (0..FEATURES).flat_map(|feature| rows.iter().map(move |row| row[feature])).collect();
    let starts: Vec<usize> = (0..FEATURES).map(|feature| feature * rows.len()).collect();
    let mut margins = vec![f32::NAN; rows.len()];
    forest.predict_on(arch, Columns::new(&values, &starts, rows.len()), &mut margins);
    margins.into_iter().map(f32::to_bits).collect()
}

proptest! {
    #[test]
    fn margins_are_those_of_a_plain_walk(
        trees in prop::collection::vec(tree(), 0..6),
        rows in any::<bool>().prop_flat_map(rows),
        cut in any::<prop::sample::Index>(),
    ) {
        let model = model(&trees);
        let forest = Forest::from_ubj(&bytes(&model)).unwrap();
        prop_assert_eq!((forest.trees(), forest.features()), (trees.len(), FEATURES));
        // The log odds of a quarter, then every tree in its order.
        let base = -(1.0_f32 / 0.25 - 1.0).ln();
        let walked = |row: &[f32; FEATURES]| trees.iter().fold(base, |sum, tree| sum + tree.value(row)).to_bits();
        let walked: Vec<u32> = rows.iter().map(walked).collect();
        for arch in instruction_sets() {
            prop_assert_eq!(&predict(&forest, &rows, arch), &walked);
        }
        let (first, second) = rows.split_at(cut.index(rows.len()));
        let pieces = [predict(&forest, first, Arch::new()), predict(&forest, second, Arch::new())].concat();
        prop_assert_eq!(&pieces, &walked);
        let from_json = Forest::from_json(model.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&predict(&from_json, &rows, Arch::new()), &walked);
    }

    #[test]
    fn damaged_models_are_refused_or_read_and_never_hang(
        trees in prop::collection::vec(tree(), 0..4),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        end in prop::option::of(any::<prop::sample::Index>()),
        json in any::<bool>(),
    ) {
        let model = model(&trees);
        let mut bytes = if json { model.to_string().into_bytes() } else { bytes(&model) };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(end.map_or(bytes.len(), |end| end.index(bytes.len())));
        let read = if json { Forest::from_json(&bytes) } else { Forest::from_ubj(&bytes) };
        if let Ok(forest) = read && forest.features() == FEATURES {
            predict(&forest, &[[0.0; FEATURES], [f32::NAN; FEATURES]], Arch::new());
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(matches!(Forest::from_ubj(&bytes), Err(Error::Trees(_))));
        prop_assert!(matches!(Forest::from_json(&bytes), Err(Error::Trees(_))));
    }
}

/// What is said of a model with a part of it replaced.
fn refusal(pointer: &str, value: Value) -> String {
    let leaf = |value| Drawn::Leaf(value);
    let split = |sides| Drawn::Split { feature: 1, threshold: 0.5, missing_left: true, sides: Box::new(sides) };
    let mut model = model(&[leaf(1.0), split([split([leaf(1.0), leaf(2.0)]), leaf(3.0)])]);
    *model.pointer_mut(pointer).expect(pointer) = value;
    Forest::from_ubj(&bytes(&model)).unwrap_err().to_string()
}

#[test]
fn models_of_another_kind_are_refused_by_name() {
    let said = [
        ("/learner/gradient_booster/name", json!("dart"), "its booster is 'dart'"),
        ("/learner/objective/name", json!("multi:softmax"), "its objective is 'multi:softmax'"),
        ("/learner/learner_model_param/num_class", json!("3"), "its num_class is 3"),
        ("/learner/learner_model_param/num_target", json!("2"), "its num_target is 2"),
        ("/learner/learner_model_param/base_score", json!("[5E-1,5E-1]"), "its base_score is '[5E-1,5E-1]'"),
        ("/learner/learner_model_param/num_feature", json!("4294967295"), "its num_feature is '4294967295'"),
        ("/learner/gradient_booster/model/trees/1/split_type/0", json!(1), "its tree 1 splits by categories"),
        (
            "/learner/gradient_booster/model/trees/0/tree_param/size_leaf_vector",
            json!("4"),
            "leaves of several numbers",
        ),
    ];
    for (pointer, value, expected) in said {
        let told = refusal(pointer, value);
        assert!(told.contains(expected), "{pointer}: {told}");
    }
}

#[test]
fn trees_whose_walks_would_not_end_are_refused() {
    let tree = "/learner/gradient_booster/model/trees/1";
    // The root is 0, its left child 1 has the leaves 2 and 3, its right child is the leaf 4.
    let said = [
        ("left_children/1", json!(0), "a node 1 with the child 0, which is none or taken"),
        ("left_children/1", json!(1), "a node 1 with the child 1"),
        ("right_children/1", json!(2), "a node 1 with the child 2"),
        ("right_children/0", json!(5), "a node 0 with the child 5"),
        ("right_children/0", json!(-1), "a node 0 with the child -1"),
        ("left_children/0", json!(-2_147_483_648_i64), "a node 0 with the child -2147483648"),
        ("split_indices/1", json!(FEATURES), "splits feature 5 of 5"),
        ("default_left", json!([1]), "arrays of several lengths"),
    ];
    for (place, value, expected) in said {
        let told = refusal(&format!("{tree}/{place}"), value);
        assert!(told.contains(expected), "{place}: {told}");
    }
}
