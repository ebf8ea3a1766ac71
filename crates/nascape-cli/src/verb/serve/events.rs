//! What the program tells without being asked, as server-sent events.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{self, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use nascape_app::browser::{Browser, wire::Event};
use tokio::{sync::mpsc, task::spawn_blocking};

/// How often the end of a connection is looked for.
const LOOK: Duration = Duration::from_secs(10);

pub async fn events(State(browser): State<Arc<Browser>>) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let told = browser.subscribe();
    let (sender, receiver) = mpsc::unbounded_channel::<Event>();
    spawn_blocking(move || {
        use std::sync::mpsc::RecvTimeoutError::Timeout;
        while !sender.is_closed() {
            match told.recv_timeout(LOOK) {
                Ok(event) => drop(sender.send(event)),
                Err(Timeout) => {}
                Err(_) => break,
            }
        }
    });
    let stream = stream::unfold(receiver, |mut receiver| async {
        let event = receiver.recv().await?;
        let event = sse::Event::default().json_data(event).expect("events are plain data");
        Some((Ok(event), receiver))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
