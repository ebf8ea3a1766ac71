//! The native menu.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the native menu asks the window to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MenuItem {
    /// Open an assay's files.
    OpenAssay,
    /// Open the simulated assay.
    OpenExample,
    /// Open files to stand beside the assay.
    AddTrack,
    /// Open a session.
    OpenSession,
    /// Save the session where it was saved last.
    SaveSession,
    /// Ask where to save the session.
    SaveSessionAs,
    /// Open the export dialog.
    Export,
    /// Hand the tracks and the locus to IGV Desktop.
    SendToIgv,
    /// Take the last change of tracks or locus back.
    Undo,
    /// Make it again.
    Redo,
    /// Twice as near.
    ZoomIn,
    /// Twice as far.
    ZoomOut,
    /// The whole chromosome.
    Fit,
    /// Fold or unfold the side panel.
    SidePanel,
    /// Light or dark.
    Theme,
    /// Put the cursor into the locus box.
    GoTo,
    /// The list of keys.
    Keys,
    /// Version, licence and bundles.
    About,
}
