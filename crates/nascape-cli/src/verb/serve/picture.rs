//! Pictures: bytes as they will lie in the file.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use nascape_app::browser::{
    Browser,
    wire::{Fault, PICTURE_PATH, path_of_picture},
};
use tokio::task::spawn_blocking;

use super::call::fault;

/// `POST /api/save_picture`: the request is the picture's bytes; a header says where they go.
pub async fn save_picture(State(browser): State<Arc<Browser>>, headers: HeaderMap, bytes: Bytes) -> Response {
    // A form of another page's can send text, but not this.
    let is_bytes = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/octet-stream");
    let save = move || {
        if !is_bytes {
            return Err(Fault::new("A picture is given as its bytes."));
        }
        let path = path_of_picture(headers.get(PICTURE_PATH).map(HeaderValue::as_bytes))?;
        browser.save_picture(&path, &bytes)
    };
    match spawn_blocking(save).await.expect("writing does not panic") {
        Ok(()) => Json(()).into_response(),
        Err(told) => fault(&told),
    }
}
