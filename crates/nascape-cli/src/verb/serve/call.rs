//! `POST /api/METHOD` with a JSON object of arguments, named as in `backend.ts`: one method of [`Browser`] each.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use nascape_app::browser::{Answer, Browser, wire::Fault};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::task::spawn_blocking;

pub async fn call(
    State(browser): State<Arc<Browser>>,
    Path(method): Path<String>,
    Json(arguments): Json<Value>,
) -> Response {
    let outcome = spawn_blocking(move || answer(&browser, &method, &Arguments(arguments))).await;
    match outcome.expect("a method does not panic") {
        Some(Ok(value)) => Json(value).into_response(),
        Some(Err(told)) => fault(&told),
        None => (StatusCode::NOT_FOUND, "There is no such method.").into_response(),
    }
}

/// A fault as the window reads it.
pub fn fault(told: &Fault) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(told)).into_response()
}

fn answer(browser: &Browser, method: &str, arguments: &Arguments) -> Option<Answer<Value>> {
    let text = |name: &str| arguments.get::<String>(name);
    Some(match method {
        "about" => json(browser.about()),
        "folder" => arguments.get::<Option<String>>("path").and_then(|path| json(browser.folder(path.as_deref()))),
        "open_files" => arguments.get("request").and_then(|request| json(browser.open_files(&request))),
        "open_example" => json(browser.open_example()),
        "close_track" => text("track").and_then(|track| json(browser.close_track(&track))),
        "swap_strands" => text("track").and_then(|track| json(browser.swap_strands(&track))),
        "read_bam_as" => text("track").and_then(|track| json(browser.read_bam_as(&track, arguments.get("reads")?))),
        "check_assay" => text("track").and_then(|track| json(browser.check_assay(&track))),
        "genome" => text("track").and_then(|track| json(browser.genome(&track))),
        "find" => text("track").and_then(|track| json(browser.find(&track, &text("text")?))),
        "cancel_tiles" => arguments.get::<Vec<u64>>("tickets").and_then(|tickets| json(browser.cancel_tiles(&tickets))),
        "features" => arguments.get("request").and_then(|request| json(browser.features(&request))),
        "reads" => arguments.get("request").and_then(|request| json(browser.reads(&request))),
        "add_bundle" => text("path").and_then(|path| json(browser.add_bundle(&path))),
        "remove_bundle" => text("name").and_then(|name| json(browser.remove_bundle(&name))),
        "make_default" => text("name").and_then(|name| json(browser.make_default(&name))),
        "export_bundle" => text("name").and_then(|name| json(browser.export_bundle(&name, &text("path")?))),
        "bundle_card" => text("name").and_then(|name| json(browser.bundle_card(&name))),
        "explain" => arguments.get("request").and_then(|request| json(browser.explain(&request))),
        "plan_retraining" => arguments.get("request").and_then(|request| json(browser.plan_retraining(&request))),
        "start_retraining" => arguments.get("request").and_then(|request| json(browser.start_retraining(&request))),
        "retraining_verdict" => text("bundle").and_then(|bundle| json(browser.retraining_verdict(&bundle))),
        "start_export" => arguments.get("request").and_then(|request| json(browser.start_export(request))),
        "jobs" => json(browser.jobs()),
        "steer_job" => arguments.get("id").and_then(|id| json(browser.steer_job(id, arguments.get("step")?))),
        "cancel_job" => arguments.get("id").and_then(|id| json(browser.cancel_job(id))),
        "save_session" => arguments.get("request").and_then(|request| json(browser.save_session(&request))),
        "open_session" => arguments.get("request").and_then(|request| json(browser.open_session(&request))),
        "send_to_igv" => arguments.get::<Vec<String>>("tracks").and_then(|tracks| {
            let locus = text("locus")?;
            json(browser.send_to_igv(&tracks, &locus))
        }),
        _ => return None,
    })
}

fn json(answer: Answer<impl Serialize>) -> Answer<Value> {
    answer.map(|value| serde_json::to_value(value).expect("answers are plain data"))
}

/// The arguments of a call.
struct Arguments(Value);

impl Arguments {
    fn get<T: DeserializeOwned>(&self, name: &str) -> Answer<T> {
        let value = self.0.get(name).cloned().unwrap_or_default();
        serde_json::from_value(value)
            .map_err(|fault| Fault::new(format!("The argument '{name}' cannot be read: {fault}.")))
    }
}
