//! What inference computes: the layers of a plan, some of them in one where that is less work.
//!
//! - A residual layer's two convolutions and its sum go hand in hand ([`PackedResidual`]).
//! - A convolution of repeated steps beside others takes both as they are: nothing is repeated or joined ([`PackedUpwards`]).

use super::{
    forward::Trained,
    plan::{Id, Layer, Op, Plan},
};
use crate::kernel::{PackedResidual, PackedUpwards, Shape};

/// The values of one layer, computed at once.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The layer.
    pub(super) layer: Id,
    /// The layers that are read, each as a layer of the plan asks for it: the reader first.
    pub(super) reads: Vec<(Id, Id)>,
    /// What is done.
    pub(super) work: Work,
}

/// What a step does with what it reads.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// What its layer says.
    Layer(Option<Trained>),
    /// The two convolutions of the first, added to the second.
    Residual(PackedResidual),
    /// The convolution of the first, its steps repeated, and of the second beside it.
    Upwards(PackedUpwards),
}

/// The steps of a plan; `parameters` lie one after the other in the order of [`Plan::tensors`].
pub(super) fn steps(plan: &Plan, mut parameters: &[f32]) -> Vec<Step> {
    let layers = plan.layers();
    let mut steps: Vec<Step> = Vec::new();
    for (id, layer) in layers.iter().enumerate().skip(1) {
        let of_layer = parameters;
        let trained = Trained::take(&layer.op, &mut parameters);
        let step = residual(layers, id, &mut steps).or_else(|| upwards(layers, id, of_layer, &mut steps));
        steps.push(step.unwrap_or_else(|| {
            let reads = layer.from.iter().map(|&from| (id, from)).collect();
            Step { layer: id, reads, work: Work::Layer(trained) }
        }));
    }
    steps
}

/// The sum of a layer and of two convolutions that nothing else reads.
fn residual(layers: &[Layer], id: Id, steps: &mut Vec<Step>) -> Option<Step> {
    let (Op::Add { relu: true }, &[other, back]) = (&layers[id].op, &layers[id].from[..]) else { return None };
    let Op::Conv { shape: Shape { taps: 1, .. }, relu: false, .. } = layers[back].op else { return None };
    let wide = layers[back].from[0];
    let Op::Conv { relu: true, .. } = layers[wide].op else { return None };
    let [
        ..,
        Step { layer: first, work: Work::Layer(Some(Trained::Conv(of_wide))), .. },
        Step { layer: second, work: Work::Layer(Some(Trained::Conv(of_back))), .. },
    ] = &steps[..]
    else {
        return None;
    };
    if (*first, *second) != (wide, back) || !is_read_once(layers, wide) || !is_read_once(layers, back) {
        return None;
    }
    let work = Work::Residual(PackedResidual::new(of_wide.clone(), of_back.clone()));
    steps.truncate(steps.len() - 2);
    Some(Step { layer: id, reads: vec![(wide, layers[wide].from[0]), (id, other)], work })
}

/// A convolution of repeated steps, with those of another layer beside them, that nothing else reads.
fn upwards(layers: &[Layer], id: Id, parameters: &[f32], steps: &mut Vec<Step>) -> Option<Step> {
    let (Op::Conv { shape, relu: true, .. }, &[concat]) = (&layers[id].op, &layers[id].from[..]) else { return None };
    let (Op::Concat, &[up, beside]) = (&layers[concat].op, &layers[concat].from[..]) else { return None };
    let Op::Repeat { factor } = layers[up].op else { return None };
    if !is_read_once(layers, concat) || !is_read_once(layers, up) {
        return None;
    }
    steps.retain(|step| step.layer != concat && step.layer != up);
    let (weights, bias) = parameters[..shape.weights() + shape.c_out].split_at(shape.weights());
    let work = Work::Upwards(PackedUpwards::new(*shape, layers[up].channels, factor, weights, bias));
    Some(Step { layer: id, reads: vec![(up, layers[up].from[0]), (concat, beside)], work })
}

fn is_read_once(layers: &[Layer], id: Id) -> bool {
    layers.iter().flat_map(|layer| &layer.from).filter(|&&from| from == id).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unet_takes_its_layers_together_and_what_is_read_twice_is_kept() {
        let mut plan = Plan::new(2);
        let fine = plan.conv("fine", 0, 3, 5, 1);
        let coarse = plan.mean_pool(fine, 4);
        let coarse = plan.residual("coarse", coarse, 3, 2, 0.1);
        let up = plan.repeat(coarse, 4);
        let joined = plan.concat(up, fine);
        let out = plan.conv("up", joined, 3, 5, 1);
        let layers = |plan: &Plan| -> Vec<Id> {
            steps(plan, &vec![0.0; plan.parameters()]).iter().map(|step| step.layer).collect()
        };
        assert_eq!(layers(&plan), [fine, 2, coarse, out]);

        let twice = plan.concat(out, up);
        assert_eq!(layers(&plan), [fine, 2, coarse, up, joined, out, twice]);
    }
}
