//! What trains: the processor, or a graphics card where this build has a driver for it.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What trains a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The processor, on our own kernels.
    #[default]
    Cpu,
    /// An NVIDIA card (cargo feature `cuda`).
    Cuda,
    /// An Apple graphics processor (cargo feature `metal`).
    Metal,
}

impl Device {
    /// # Errors
    /// [`Error::Device`] when this build, or this machine, has no such device. Nothing falls back to the processor in silence.
    pub fn open(self) -> Result<candle_core::Device> {
        let (name, opened) = match self {
            Self::Cpu => return Ok(candle_core::Device::Cpu),
            Self::Cuda => ("cuda", candle_core::Device::new_cuda(0)),
            Self::Metal => ("metal", candle_core::Device::new_metal(0)),
        };
        opened.map_err(|source| Error::Device { name, detail: source.to_string() })
    }
}
