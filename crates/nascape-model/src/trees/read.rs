//! XGBoost's own model files (3.x), JSON and UBJSON, into a [`Forest`].
//!
//! The fields are those of XGBoost's `doc/model.schema`. What a file says of itself is checked before it is used: children
//! exist and have one parent, so that every walk ends; features are among those of the model; numbers are numbers.

use serde::Deserialize;

use super::{
    forest::{Forest, Node, Objective, Tree},
    ubj,
};
use crate::{Error, Result};

#[derive(Deserialize)]
struct File {
    learner: Learner,
}

#[derive(Deserialize)]
struct Learner {
    learner_model_param: Parameters,
    objective: ObjectiveName,
    gradient_booster: Booster,
}

/// Numbers as texts, as XGBoost writes them.
#[derive(Deserialize)]
struct Parameters {
    /// `5E-1`, since 3.1 `[5E-1]` with a number a target.
    base_score: String,
    num_feature: String,
    #[serde(default)]
    num_class: String,
    #[serde(default)]
    num_target: String,
}

#[derive(Deserialize)]
struct ObjectiveName {
    name: String,
}

#[derive(Deserialize)]
struct Booster {
    name: String,
    /// Other boosters (`gblinear`, `dart`) keep something else here, or nothing.
    #[serde(default)]
    model: Trees,
}

#[derive(Default, Deserialize)]
struct Trees {
    #[serde(default)]
    trees: Vec<Arrays>,
}

/// A tree, a number a node in each array.
#[derive(Deserialize)]
struct Arrays {
    left_children: Vec<i32>,
    right_children: Vec<i32>,
    /// Thresholds of splits, values of leaves.
    split_conditions: Vec<f32>,
    split_indices: Vec<u32>,
    default_left: Vec<u8>,
    #[serde(default)]
    split_type: Vec<u8>,
    tree_param: TreeParameters,
}

#[derive(Deserialize)]
struct TreeParameters {
    #[serde(default)]
    size_leaf_vector: String,
}

impl Forest {
    /// Reads XGBoost's UBJSON (`Booster.save_model("model.ubj")`, what XGBoost writes unless told otherwise).
    ///
    /// # Errors
    /// [`Error::Trees`] when the bytes are no such model, or one with something that is not evaluated here: another booster than
    /// `gbtree`, another objective than [`Objective`]'s, categories, several classes or targets.
    pub fn from_ubj(bytes: &[u8]) -> Result<Self> {
        forest(
            ubj::from_slice(bytes)
                .map_err(|fault| Error::Trees(format!("it is no UBJSON model of XGBoost: {fault}.")))?,
        )
    }

    /// Reads XGBoost's JSON (`Booster.save_model("model.json")`).
    ///
    /// # Errors
    /// As [`Forest::from_ubj`].
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        forest(
            serde_json::from_slice(bytes)
                .map_err(|fault| Error::Trees(format!("it is no JSON model of XGBoost: {fault}.")))?,
        )
    }
}

fn forest(File { learner }: File) -> Result<Forest> {
    let Learner { learner_model_param: parameters, objective, gradient_booster: booster } = learner;
    if booster.name != "gbtree" {
        return fault(format!("its booster is '{}'; only gbtree is evaluated here.", booster.name));
    }
    for (field, value) in [("num_class", &parameters.num_class), ("num_target", &parameters.num_target)] {
        if !is_one(value) {
            return fault(format!("its {field} is {value}; a model of one number a bin is needed."));
        }
    }
    let objective = match objective.name.as_str() {
        "reg:squarederror" => Objective::SquaredError,
        "binary:logistic" => Objective::Logistic,
        "binary:hinge" => Objective::Hinge,
        other => {
            return fault(format!(
                "its objective is '{other}'; reg:squarederror, binary:logistic and binary:hinge are evaluated here."
            ));
        }
    };
    let features = match parameters.num_feature.parse::<u32>() {
        // The highest bit of a node's feature has another use.
        Ok(features) if features <= i32::MAX as u32 => features,
        _ => return fault(format!("its num_feature is '{}'.", parameters.num_feature)),
    };
    let base = base_margin(&parameters.base_score, objective)?;
    let trees = booster.model.trees.into_iter().enumerate().map(|(number, arrays)| {
        tree(arrays, features).map_err(|detail| Error::Trees(format!("its tree {number} {detail}.")))
    });
    Ok(Forest::new(features as usize, objective, base, trees.collect::<Result<_>>()?))
}

/// The margin of a base score, which is kept as the prediction that it stands for.
fn base_margin(text: &str, objective: Objective) -> Result<f32> {
    let number = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let margin = number.parse::<f32>().ok().map(|score| match objective {
        Objective::Logistic => -(1.0 / score - 1.0).ln(),
        Objective::SquaredError | Objective::Hinge => score,
    });
    match margin {
        Some(margin) if margin.is_finite() => Ok(margin),
        _ => fault(format!("its base_score is '{text}'.")),
    }
}

/// The tree with its nodes renumbered from the root down, level by level, siblings side by side.
fn tree(arrays: Arrays, features: u32) -> std::result::Result<Tree, String> {
    let Arrays { left_children, right_children, split_conditions, split_indices, default_left, split_type, tree_param } =
        arrays;
    let count = left_children.len();
    if [right_children.len(), split_conditions.len(), split_indices.len(), default_left.len()] != [count; 4] {
        return Err("has arrays of several lengths".to_owned());
    }
    if count == 0 {
        return Err("has no nodes".to_owned());
    }
    if split_type.iter().any(|&kind| kind != 0) {
        return Err("splits by categories; only numbers are evaluated here".to_owned());
    }
    if !is_one(&tree_param.size_leaf_vector) {
        return Err("has leaves of several numbers".to_owned());
    }
    // The old numbers of the nodes in their new order, and the place among them where the next level begins.
    let (mut order, mut nodes) = (vec![0_usize], Vec::new());
    let (mut depth, mut next_level) = (0, 1);
    let mut placed = vec![false; count];
    placed[0] = true;
    while let Some(&old) = order.get(nodes.len()) {
        if nodes.len() == next_level {
            (depth, next_level) = (depth + 1, order.len());
        }
        let value = split_conditions[old];
        let node = match (left_children[old], right_children[old]) {
            (-1, -1) if value.is_finite() => Node::leaf(value),
            (-1, -1) => return Err(format!("has a leaf of {value}")),
            (left, right) => {
                if value.is_nan() || split_indices[old] >= features {
                    return Err(format!("splits feature {} of {features} at {value}", split_indices[old]));
                }
                let node = Node::split(split_indices[old], value, default_left[old] != 0, order.len() as u32);
                for child in [left, right] {
                    match usize::try_from(child).ok().filter(|&child| child < count && !placed[child]) {
                        Some(child) => {
                            placed[child] = true;
                            order.push(child);
                        }
                        None => return Err(format!("has a node {old} with the child {child}, which is none or taken")),
                    }
                }
                node
            }
        };
        nodes.push(node);
    }
    Ok(Tree::new(nodes, depth, features as usize))
}

/// Whether a count says 'one', which XGBoost also writes as none.
fn is_one(count: &str) -> bool {
    matches!(count, "" | "0" | "1")
}

fn fault<T>(detail: String) -> Result<T> {
    Err(Error::Trees(detail))
}
