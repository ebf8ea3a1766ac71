//! What the page may ask: each command is one call of the browser, off the thread that draws the window.

use std::sync::Arc;

use nascape_app::browser::{
    Answer, Browser,
    wire::{
        About, BamReads, BundleLine, Checkup, Event, ExplainRequest, Explanation, ExportRequest, Fault, Feature,
        FeaturesRequest, Found, Genome, Job, JobStep, OpenFiles, OpenSession, Opened, OpenedSession, PICTURE_PATH,
        Reads, ReadsRequest, RetrainingPlan, RetrainingRequest, RetrainingVerdict, SaveSession, TileRequest, TrackInfo,
        path_of_picture,
    },
};
use tauri::{
    State, Wry,
    async_runtime::spawn_blocking,
    generate_handler,
    http::HeaderValue,
    ipc::{Channel, Invoke, InvokeBody, Request, Response},
};

use crate::dialogs;

type Shared<'a> = State<'a, Arc<Browser>>;

/// Answers the page; `build.rs` names the same commands.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    generate_handler![
        about,
        dialogs::pick_files,
        dialogs::pick_folder,
        dialogs::pick_save,
        open_files,
        open_example,
        close_track,
        swap_strands,
        read_bam_as,
        check_assay,
        genome,
        find,
        tile,
        cancel_tiles,
        features,
        reads,
        add_bundle,
        remove_bundle,
        make_default,
        export_bundle,
        bundle_card,
        plan_retraining,
        start_retraining,
        retraining_verdict,
        explain,
        start_export,
        jobs,
        steer_job,
        cancel_job,
        save_session,
        open_session,
        save_picture,
        send_to_igv,
        listen,
    ]
}

/// Runs work that may wait for a disk or compute, on a thread of its own.
pub async fn apart<T: Send + 'static>(
    browser: Shared<'_>,
    work: impl FnOnce(&Browser) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let browser = Arc::clone(&browser);
    let stopped =
        |fault| Fault::new(format!("The work stopped before its end ({fault}). Try again; the log says more."));
    spawn_blocking(move || work(&browser)).await.map_err(stopped)?
}

#[tauri::command]
async fn about(browser: Shared<'_>) -> Answer<About> {
    apart(browser, Browser::about).await
}

#[tauri::command]
async fn open_files(browser: Shared<'_>, request: OpenFiles) -> Answer<Opened> {
    apart(browser, move |browser| browser.open_files(&request)).await
}

#[tauri::command]
async fn open_example(browser: Shared<'_>) -> Answer<Opened> {
    apart(browser, |browser| browser.open_example()).await
}

#[tauri::command]
async fn close_track(browser: Shared<'_>, track: String) -> Answer<()> {
    apart(browser, move |browser| browser.close_track(&track)).await
}

#[tauri::command]
async fn read_bam_as(browser: Shared<'_>, track: String, reads: BamReads) -> Answer<TrackInfo> {
    apart(browser, move |browser| browser.read_bam_as(&track, reads)).await
}

#[tauri::command]
async fn swap_strands(browser: Shared<'_>, track: String) -> Answer<TrackInfo> {
    apart(browser, move |browser| browser.swap_strands(&track)).await
}

#[tauri::command]
async fn check_assay(browser: Shared<'_>, track: String) -> Answer<Checkup> {
    apart(browser, move |browser| browser.check_assay(&track)).await
}

#[tauri::command]
async fn genome(browser: Shared<'_>, track: String) -> Answer<Genome> {
    apart(browser, move |browser| browser.genome(&track)).await
}

#[tauri::command]
async fn find(browser: Shared<'_>, track: String, text: String) -> Answer<Vec<Found>> {
    apart(browser, move |browser| browser.find(&track, &text)).await
}

/// Numbers go as bytes, little-endian.
#[tauri::command]
async fn tile(browser: Shared<'_>, request: TileRequest) -> Answer<Response> {
    let numbers = apart(browser, move |browser| browser.tile(&request)).await?;
    Ok(Response::new(numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()))
}

#[tauri::command]
async fn cancel_tiles(browser: Shared<'_>, tickets: Vec<u64>) -> Answer<()> {
    apart(browser, move |browser| browser.cancel_tiles(&tickets)).await
}

#[tauri::command]
async fn features(browser: Shared<'_>, request: FeaturesRequest) -> Answer<Vec<Feature>> {
    apart(browser, move |browser| browser.features(&request)).await
}

#[tauri::command]
async fn reads(browser: Shared<'_>, request: ReadsRequest) -> Answer<Reads> {
    apart(browser, move |browser| browser.reads(&request)).await
}

#[tauri::command]
async fn add_bundle(browser: Shared<'_>, path: String) -> Answer<BundleLine> {
    apart(browser, move |browser| browser.add_bundle(&path)).await
}

#[tauri::command]
async fn bundle_card(browser: Shared<'_>, name: String) -> Answer<String> {
    apart(browser, move |browser| browser.bundle_card(&name)).await
}

#[tauri::command]
async fn explain(browser: Shared<'_>, request: ExplainRequest) -> Answer<Explanation> {
    apart(browser, move |browser| browser.explain(&request)).await
}

#[tauri::command]
async fn remove_bundle(browser: Shared<'_>, name: String) -> Answer<()> {
    apart(browser, move |browser| browser.remove_bundle(&name)).await
}

#[tauri::command]
async fn make_default(browser: Shared<'_>, name: String) -> Answer<()> {
    apart(browser, move |browser| browser.make_default(&name)).await
}

#[tauri::command]
async fn export_bundle(browser: Shared<'_>, name: String, path: String) -> Answer<()> {
    apart(browser, move |browser| browser.export_bundle(&name, &path)).await
}

#[tauri::command]
async fn plan_retraining(browser: Shared<'_>, request: RetrainingRequest) -> Answer<RetrainingPlan> {
    apart(browser, move |browser| browser.plan_retraining(&request)).await
}

#[tauri::command]
async fn start_retraining(browser: Shared<'_>, request: RetrainingRequest) -> Answer<Job> {
    apart(browser, move |browser| browser.start_retraining(&request)).await
}

#[tauri::command]
async fn retraining_verdict(browser: Shared<'_>, bundle: String) -> Answer<RetrainingVerdict> {
    apart(browser, move |browser| browser.retraining_verdict(&bundle)).await
}

#[tauri::command]
async fn start_export(browser: Shared<'_>, request: ExportRequest) -> Answer<Job> {
    apart(browser, move |browser| browser.start_export(request)).await
}

#[tauri::command]
async fn jobs(browser: Shared<'_>) -> Answer<Vec<Job>> {
    apart(browser, Browser::jobs).await
}

#[tauri::command]
async fn steer_job(browser: Shared<'_>, id: u64, step: JobStep) -> Answer<()> {
    apart(browser, move |browser| browser.steer_job(id, step)).await
}

#[tauri::command]
async fn cancel_job(browser: Shared<'_>, id: u64) -> Answer<()> {
    apart(browser, move |browser| browser.cancel_job(id)).await
}

#[tauri::command]
async fn save_session(browser: Shared<'_>, request: SaveSession) -> Answer<()> {
    apart(browser, move |browser| browser.save_session(&request)).await
}

#[tauri::command]
async fn open_session(browser: Shared<'_>, request: OpenSession) -> Answer<OpenedSession> {
    apart(browser, move |browser| browser.open_session(&request)).await
}

/// The request is the picture's bytes; a header says where they go.
#[tauri::command]
async fn save_picture(browser: Shared<'_>, request: Request<'_>) -> Answer<()> {
    let path = path_of_picture(request.headers().get(PICTURE_PATH).map(HeaderValue::as_bytes))?;
    let bytes = match request.body() {
        InvokeBody::Raw(bytes) => bytes.clone(),
        InvokeBody::Json(_) => return Err(Fault::new("A picture is given as its bytes.")),
    };
    apart(browser, move |browser| browser.save_picture(&path, &bytes)).await
}

#[tauri::command]
async fn send_to_igv(browser: Shared<'_>, tracks: Vec<String>, locus: String) -> Answer<()> {
    apart(browser, move |browser| browser.send_to_igv(&tracks, &locus)).await
}

/// Tells the page everything that happens, until it is gone.
#[tauri::command(async)]
fn listen(browser: Shared<'_>, channel: Channel<Event>) {
    browser.listen(move |event| channel.send(event).is_ok());
}
