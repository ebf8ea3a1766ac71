//! Tiles.

use serde::Deserialize;
use ts_rs::TS;

use super::ImputedBy;

/// Columns of every tile.
pub const TILE_COLUMNS: usize = 512;

/// The numbers of a track over 512 columns. Column `c` covers bases `(512 index + c) step .. (512 index + c + 1) step`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, TS)]
#[ts(export)]
pub struct TileRequest {
    /// Names this request, so that it can be cancelled. Windows may share one program: each begins at a random number.
    #[ts(type = "number")]
    pub ticket: u64,
    /// An open track: what is shown, or what is imputed from.
    pub track: String,
    /// The bundle and mark to impute; nothing for the track's own signal.
    pub imputed: Option<ImputedBy>,
    /// The chromosome, in any of its names.
    pub chromosome: String,
    /// Bases a column: 1, 10, or 50 times a power of two; imputed tracks from 50 on.
    pub step: u32,
    /// The tile's number from the chromosome's start.
    pub index: u32,
}
