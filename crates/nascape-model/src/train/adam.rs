//! Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019), whose state can be saved and taken up again.

use serde::{Deserialize, Serialize};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The optimiser's state for each parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    /// Steps done.
    pub steps: i32,
    /// Running mean of each gradient.
    pub mean: Vec<f32>,
    /// Running mean of each gradient's square.
    pub square: Vec<f32>,
}

impl Adam {
    /// Moves the parameters one step down the gradient.
    pub fn step(&mut self, parameters: &mut [f32], gradient: &[f32], learning_rate: f64, weight_decay: f64) {
        self.steps += 1;
        self.mean.resize(parameters.len(), 0.0);
        self.square.resize(parameters.len(), 0.0);
        let scale_mean = (1.0 / (1.0 - BETA_1.powi(self.steps))) as f32;
        let scale_square = (1.0 / (1.0 - BETA_2.powi(self.steps))) as f32;
        let (b1, b2, rate) = (BETA_1 as f32, BETA_2 as f32, learning_rate as f32);
        let keep = (1.0 - learning_rate * weight_decay) as f32;
        let state = self.mean.iter_mut().zip(&mut self.square);
        for ((parameter, &gradient), (mean, square)) in parameters.iter_mut().zip(gradient).zip(state) {
            *mean = b1 * *mean + (1.0 - b1) * gradient;
            *square = b2 * *square + (1.0 - b2) * gradient * gradient;
            let step = *mean * scale_mean / ((*square * scale_square).sqrt() + EPSILON as f32);
            *parameter = *parameter * keep - rate * step;
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor, Var};
    use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

    use super::*;

    #[test]
    fn it_moves_as_candles_adamw() {
        let start = vec![1.0_f32, -2.0, 0.5];
        let variable = Var::from_slice(&start, 3, &Device::Cpu).unwrap();
        let settings = ParamsAdamW { lr: 0.01, weight_decay: 0.1, ..ParamsAdamW::default() };
        let mut theirs = AdamW::new(vec![variable.clone()], settings).unwrap();
        let (mut ours, mut parameters) = (Adam::default(), start);
        let factors = [3.0_f32, 0.2, -1.0];
        for _ in 0..50 {
            // loss = sum of factor * x^2
            let gradient: Vec<f32> = parameters.iter().zip(factors).map(|(x, factor)| 2.0 * factor * x).collect();
            ours.step(&mut parameters, &gradient, 0.01, 0.1);
            let factors = Tensor::from_slice(&factors, 3, &Device::Cpu).unwrap();
            theirs.backward_step(&(variable.sqr().unwrap() * factors).unwrap().sum_all().unwrap()).unwrap();
        }
        for (our, their) in parameters.iter().zip(variable.to_vec1::<f32>().unwrap()) {
            assert!((our - their).abs() < 1e-5, "{our} and {their}");
        }
    }
}
