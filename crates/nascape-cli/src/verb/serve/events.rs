//! What the program tells without being asked, as server-sent events.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::State,
    response::sse::{self, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use nascape_app::browser::{Browser, wire::Event};
use tokio::sync::mpsc;

pub async fn events(State(browser): State<Arc<Browser>>) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let (sender, receiver) = mpsc::unbounded_channel::<Event>();
    browser.listen(move |event| sender.send(event).is_ok());
    let stream = stream::unfold(receiver, |mut receiver| async {
        let event = receiver.recv().await?;
        let event = sse::Event::default().json_data(event).expect("events are plain data");
        Some((Ok(event), receiver))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
