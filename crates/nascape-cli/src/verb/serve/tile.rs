//! Tiles: numbers as they lie in memory.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use nascape_app::browser::{Browser, wire::TileRequest};
use serde::Deserialize;
use tokio::task::spawn_blocking;

use super::call::fault;

#[derive(Deserialize)]
pub struct Named {
    request: TileRequest,
}

/// Little-endian f32, row after row.
pub async fn tile(State(browser): State<Arc<Browser>>, Json(Named { request }): Json<Named>) -> Response {
    let mut waiting = Waiting { browser: Arc::clone(&browser), ticket: Some(request.ticket) };
    let outcome = spawn_blocking(move || browser.tile(&request)).await.expect("a tile does not panic");
    waiting.ticket = None;
    match outcome {
        Ok(numbers) => {
            let bytes: Vec<u8> = numbers.into_iter().flat_map(f32::to_le_bytes).collect();
            ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
        }
        Err(told) => fault(&told),
    }
}

/// Dropped when the browser closed the connection: nobody waits any more.
struct Waiting {
    browser: Arc<Browser>,
    /// Nothing once the tile is there.
    ticket: Option<u64>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let _ = self.browser.cancel_tiles(&[ticket]);
        }
    }
}
