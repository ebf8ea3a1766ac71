//! `nascape serve`: the window in a web browser, fed by this program over the loopback device alone.

mod call;
mod connections;
mod events;
mod page;
mod picture;
mod tile;
mod token;

use std::{io::Write, net::Ipv4Addr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use nascape_app::{
    Result,
    browser::{Browser, Settings},
};
use nascape_signal::Progress;
use token::Token;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  nascape serve --plus K562.PROseq.plus.bw --minus K562.PROseq.minus.bw
  nascape serve --root /data/experiments --port 8080

Open the address that it prints. On a cluster: ssh -L 8080:127.0.0.1:8080 cluster, then the same address here. Only this machine can
reach it, only with the token in the address, and only files beneath --root are shown. Ctrl-C ends it.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The port to listen on, at 127.0.0.1 only [default: a free one]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,

    /// Only files beneath this folder can be opened, and exports written
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,

    /// The plus strand of an assay to open at the start
    #[arg(long, value_name = "FILE", requires = "minus")]
    plus: Option<PathBuf>,

    /// The minus strand of an assay to open at the start
    #[arg(long, value_name = "FILE", requires = "plus")]
    minus: Option<PathBuf>,

    /// One unstranded file, or a BAM, to open at the start
    #[arg(long, value_name = "FILE")]
    signal: Option<PathBuf>,

    /// Files to open at the start; strands are paired by their names
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let strands = args.plus.zip(args.minus).map(|(plus, minus)| [plus, minus]);
    let named = strands.iter().flatten().cloned();
    let files = named.chain(args.signal).chain(args.files).collect();
    let usual = Settings::of_user();
    // Under whatever name it runs.
    let trainer = std::env::current_exe().unwrap_or_else(|_| usual.trainer.clone());
    let settings = Settings { folder: args.root.clone(), root: Some(args.root), files, strands, trainer, ..usual };
    let browser = Arc::new(Browser::new(settings).map_err(nascape_app::Error::Browser)?);
    let fault = |source| nascape_app::Error::Listen { port: args.port, source };
    let runtime = Runtime::new().map_err(fault)?;
    let outcome = runtime.block_on(serve(args.port, Arc::clone(&browser), terminal)).map_err(fault);
    // Jobs end before the program does, so that nothing half-written stays.
    if terminal.interrupted() {
        browser.close()
    } else {
        browser.end()
    }
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Serves until the user asks to stop.
async fn serve(port: u16, browser: Arc<Browser>, terminal: &Terminal) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let token = Token::random();
    let url = format!("http://{}/?token={token}", listener.local_addr()?);
    let app = router(browser, token);
    tell(terminal, &url);
    tokio::select! {
        outcome = connections::answer(listener, app) => outcome,
        () = stopped(terminal) => Ok(()),
    }
}

fn router(browser: Arc<Browser>, token: Token) -> Router {
    let api = Router::new()
        .route("/events", get(events::events))
        .route("/tile", post(tile::tile))
        .route("/save_picture", post(picture::save_picture))
        .route("/{method}", post(call::call))
        .layer(DefaultBodyLimit::disable()) // It is `whole` that measures them.
        .layer(middleware::from_fn(connections::whole))
        .layer(middleware::from_fn_with_state(token, token::bearer))
        .with_state(browser);
    Router::new()
        .nest("/api", api)
        .fallback(page::page)
        .layer(middleware::from_fn(token::loopback))
        .layer(middleware::map_response(token::sealed))
}

/// Prints the address at once: the program prints nothing after it.
fn tell(terminal: &Terminal, url: &str) {
    let _ = terminal.result(&serde_json::json!({"url": url}), || format!("Nascape listens at {url}"));
    let _ = std::io::stdout().flush();
}

async fn stopped(terminal: &Terminal) {
    while !terminal.cancelled() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
