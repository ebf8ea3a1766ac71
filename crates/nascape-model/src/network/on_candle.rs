//! A plan on Candle's own operations: what runs on other devices than the CPU, and what our engine is held against in tests.

use candle_core::{Device, Result, Tensor, Var};

use super::{
    learner::Item,
    plan::{Op, Plan},
};

/// A plan's tensors on a device, weight and bias of each trained layer in turn.
pub fn variables(plan: &Plan, parameters: &[f32], device: &Device) -> Result<Vec<Var>> {
    let mut rest = parameters;
    let variable = |(_, shape): (String, Vec<usize>)| {
        let (values, after) = rest.split_at(shape.iter().product());
        rest = after;
        Var::from_slice(values, shape, device)
    };
    plan.tensors().into_iter().map(variable).collect()
}

/// The raw outputs [1, outputs, bins] of one tile `x` [1, inputs, bins + halo], with dropout when asked.
pub fn forward(plan: &Plan, variables: &[Var], x: &Tensor, bins: usize, dropout: bool) -> Result<Tensor> {
    let extents = plan.extents(bins);
    let mut values: Vec<Tensor> = vec![x.clone()];
    let mut variables = variables.iter();
    for (id, layer) in plan.layers().iter().enumerate().skip(1) {
        let need = layer.op.need(&extents[id]);
        let cut = |&from: &usize| values[from].narrow(2, (need.start - extents[from].start) as usize, need.len());
        let from = layer.from.iter().map(cut).collect::<Result<Vec<_>>>()?;
        values.push(match &layer.op {
            Op::Input => unreachable!("the input is given"),
            Op::Conv { shape, relu, dropout: share, .. } => {
                let (weights, bias) = (variables.next().expect("a weight"), variables.next().expect("a bias"));
                // One item: candle 0.11.1 takes a wrong gradient of conv1d's weights for several items of several channels.
                let sum = from[0].conv1d(weights, 0, 1, shape.dilation, 1)?;
                let sum = sum.broadcast_add(&bias.reshape((1, shape.c_out, 1))?)?;
                let y = if *relu { sum.relu()? } else { sum };
                if dropout && *share > 0.0 { candle_nn::ops::dropout(&y, *share as f32)? } else { y }
            }
            Op::Gru { reversed, .. } => {
                let weights: Vec<&Var> = variables.by_ref().take(4).collect();
                gru(&weights, &from[0], *reversed)?
            }
            Op::MaxWith { distance } => {
                let length = extents[id].len();
                from[0].narrow(2, 0, length)?.maximum(&from[0].narrow(2, *distance, length)?)?
            }
            Op::MeanPool { factor } => {
                let (items, channels, length) = from[0].dims3()?;
                from[0].reshape((items, channels, length / factor, *factor))?.mean(3)?
            }
            Op::Repeat { factor } => {
                let (items, channels, length) = from[0].dims3()?;
                let fine = from[0].unsqueeze(3)?.broadcast_as((items, channels, length, *factor))?;
                let phase = extents[id].start.rem_euclid(*factor as isize) as usize;
                fine.reshape((items, channels, length * factor))?.narrow(2, phase, extents[id].len())?
            }
            Op::Add { relu } => {
                let sum = (&from[0] + &from[1])?;
                if *relu { sum.relu()? } else { sum }
            }
            Op::Concat => Tensor::cat(&from, 1)?,
        });
    }
    values.pop().ok_or_else(|| candle_core::Error::msg("a plan has layers"))
}

/// A gated recurrent unit over `x` [1, inputs, steps], step by step; `weights` are those of [`Op::Gru`] in its order.
fn gru(weights: &[&Var], x: &Tensor, reversed: bool) -> Result<Tensor> {
    let [of_input, of_state, bias_input, bias_state] = weights else {
        return Err(candle_core::Error::msg("a recurrent unit has four tensors"));
    };
    let hidden = of_state.dim(1)?;
    let steps = x.dim(2)?;
    // [steps, 3 * hidden]
    let inputs = x.squeeze(0)?.t()?.contiguous()?.matmul(&of_input.t()?)?.broadcast_add(bias_input)?;
    let mut state = Tensor::zeros((1, hidden), x.dtype(), x.device())?;
    let mut states = Vec::with_capacity(steps);
    for step in 0..steps {
        let step = if reversed { steps - 1 - step } else { step };
        let from_input = inputs.narrow(0, step, 1)?;
        let from_state = state.matmul(&of_state.t()?)?.broadcast_add(bias_state)?;
        let gate = |gates: &Tensor, at: usize| gates.narrow(1, at * hidden, hidden);
        let open = |at: usize| candle_nn::ops::sigmoid(&(gate(&from_input, at)? + gate(&from_state, at)?)?);
        let (reset, update) = (open(0)?, open(1)?);
        let new = (gate(&from_input, 2)? + (reset * gate(&from_state, 2)?)?)?.tanh()?;
        state = (((1.0 - &update)? * new)? + (update * state)?)?;
        states.push(state.clone());
    }
    if reversed {
        states.reverse();
    }
    Tensor::cat(&states, 0)?.t()?.unsqueeze(0)?.contiguous()
}

/// As [`Learner::gradient`](super::Learner::gradient), on any device. Dropout draws from the device's own generator.
pub(super) fn gradient<T>(
    plan: &Plan,
    parameters: &[f32],
    device: &Device,
    items: &[Item],
    seed: u64,
    loss: impl Fn(usize, &[f32]) -> (T, Vec<f32>),
) -> crate::Result<(Vec<T>, Vec<f32>)> {
    let variables = variables(plan, parameters, device)?;
    if !device.is_cpu() {
        // Candle cannot seed the CPU, where only the tests come by, without dropout.
        device.set_seed(seed)?;
    }
    let (mut all, mut sum) = (Vec::new(), vec![0.0; parameters.len()]);
    for (at, item) in items.iter().enumerate() {
        let length = item.input.len() / plan.inputs();
        let x = Tensor::from_slice(&item.input, (1, plan.inputs(), length), device)?;
        let z = forward(plan, &variables, &x, item.bins, true)?;
        let (measured, dz) = loss(at, &z.flatten_all()?.to_vec1::<f32>()?);
        all.push(measured);
        let dz = Tensor::from_vec(dz, z.shape(), device)?;
        let gradients = (z * dz)?.sum_all()?.backward()?;
        let mut place = sum.iter_mut();
        for variable in &variables {
            let values = match gradients.get(variable) {
                Some(gradient) => gradient.flatten_all()?.to_vec1::<f32>()?,
                None => vec![0.0; variable.elem_count()],
            };
            place.by_ref().zip(values).for_each(|(sum, value)| *sum += value);
        }
    }
    Ok((all, sum))
}
