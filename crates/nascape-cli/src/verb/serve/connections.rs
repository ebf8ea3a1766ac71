//! Connections: so many at once and no more, and none that keeps us waiting.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    time::{sleep, timeout},
};

/// Connections at once: a browser opens six and one for events.
const MOST: usize = 256;
/// For the head of a request, from when the connection is free for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// For the rest of a request, through a slow tunnel.
const PATIENCE_WITH_BODY: Duration = Duration::from_secs(120);
/// Bytes of a request.
const LONGEST: usize = 8 << 20;
/// Bytes of a request that holds a session, or a picture of the window.
const LONGEST_FILE: usize = 64 << 20;

/// Answers every connection on a task of its own, until the program ends.
pub async fn answer(listener: TcpListener, app: Router) -> std::io::Result<()> {
    let room = Arc::new(Semaphore::new(MOST));
    loop {
        let place = Arc::clone(&room).acquire_owned().await.expect("it is never closed");
        let Ok((stream, _)) = listener.accept().await else {
            // One that went away before it was answered, or no free handle for a moment.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Tiles are small answers that somebody waits for.
        let _ = stream.set_nodelay(true);
        let app = TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
            // A page that went away is no fault.
            let _ = server.serve_connection(TokioIo::new(stream), app).await;
            drop(place);
        });
    }
}

/// Takes the whole request before it is answered, as long and as slow as one may be.
pub async fn whole(request: Request, next: Next) -> Response {
    let longest = match request.uri().path() {
        path if path.ends_with("/save_picture") || path.ends_with("/save_session") => LONGEST_FILE,
        _ => LONGEST,
    };
    let (head, body) = request.into_parts();
    match timeout(PATIENCE_WITH_BODY, to_bytes(body, longest)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(_)) => (StatusCode::PAYLOAD_TOO_LARGE, "This request is larger than any of the page's.").into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "The request did not come to its end in time.").into_response(),
    }
}
