//! The state of a training at the end of an epoch, on disk: what `--resume` goes on from.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use nascape_signal::partial::PartialFile;
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use crate::{Error, Result, bundle::Epoch};

/// Everything that the next epoch depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// What is trained, on what: a training of anything else cannot go on from here.
    pub identity: String,
    /// The epochs done.
    pub epochs: Vec<Epoch>,
    /// The parameters after them.
    pub parameters: Vec<f32>,
    /// The optimiser after them.
    pub adam: Adam,
    /// The best epoch, from 1.
    pub best_epoch: usize,
    /// Its parameters.
    pub best: Vec<f32>,
}

impl Checkpoint {
    /// Where the checkpoint of a bundle lies while it is trained: beside it.
    pub fn path_of(bundle: &Path) -> PathBuf {
        let name = bundle.file_name().unwrap_or_default().to_string_lossy();
        bundle.with_file_name(format!(".{name}.checkpoint"))
    }

    /// Writes it whole or not at all.
    ///
    /// # Errors
    /// [`nascape_signal::Error::Write`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let fault = |source: io::Error| nascape_signal::Error::Write { path: path.to_owned(), source };
        let json = serde_json::to_vec(self).expect("a checkpoint is plain data");
        let mut partial = PartialFile::create(path)?;
        partial.file().write_all(&json).map_err(fault)?;
        Ok(partial.finish()?)
    }

    /// The checkpoint of this training of a network with so many `parameters`, or `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is damaged, or was made by another training.
    pub fn load(path: &Path, identity: &str, parameters: usize) -> Result<Option<Self>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(nascape_signal::Error::Read { path: path.to_owned(), source }.into()),
        };
        let refused =
            |why: &str| Error::Setting(format!("{}: {why} Remove it, or train without --resume.", path.display()));
        let checkpoint: Self = serde_json::from_slice(&bytes).map_err(|_| refused("the checkpoint is damaged."))?;
        if checkpoint.identity != identity {
            return Err(refused("the checkpoint belongs to a training with other settings or files."));
        }
        match checkpoint.is_whole(parameters) {
            true => Ok(Some(checkpoint)),
            false => Err(refused("the checkpoint is damaged.")),
        }
    }

    fn is_whole(&self, parameters: usize) -> bool {
        let rows = [&self.parameters, &self.adam.mean, &self.adam.square, &self.best];
        let epochs = self.epochs.iter().map(|epoch| epoch.epoch).eq(1..=self.epochs.len());
        epochs && (1..=self.epochs.len()).contains(&self.best_epoch) && rows.iter().all(|row| row.len() == parameters)
    }
}
