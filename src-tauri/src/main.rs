//! Nascape's desktop shell: one window over the browser of `nascape-app`.
//!
//! What the page may ask is in `commands.rs`, each command one call of [`nascape_app::browser::Browser`]; the rest is what only a
//! desktop has: native dialogs, menus, dropped files, a second start.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod commands;
mod dialogs;
mod graphics;
mod menu;
mod window;

use std::{path::Path, process::ExitCode, sync::Arc};

use arguments::Arguments;
use clap::Parser;
use nascape_app::browser::Browser;
use tauri::{AppHandle, Manager, RunEvent, Wry};
use tauri_plugin_log::log::LevelFilter;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    graphics::choose_renderer();
    nascape_signal::guard::silence_guarded_panics();
    let browser = match Browser::new(arguments.settings()) {
        Ok(browser) => Arc::new(browser),
        Err(fault) => {
            eprintln!("nascape-desktop: {fault}");
            return ExitCode::FAILURE;
        }
    };
    match shell(browser).build(tauri::generate_context!()) {
        Ok(app) => ExitCode::from(app.run_return(ended) as u8),
        Err(fault) => {
            eprintln!("nascape-desktop: the window cannot be opened: {fault}.");
            ExitCode::FAILURE
        }
    }
}

/// Ends what still runs, and tells an end in order from a crash.
fn ended(app: &AppHandle, event: RunEvent) {
    if let RunEvent::Exit = event {
        app.state::<Arc<Browser>>().close();
    }
}

fn shell(browser: Arc<Browser>) -> tauri::Builder<Wry> {
    let log = tauri_plugin_log::Builder::new().level(LevelFilter::Info).level_for("zbus", LevelFilter::Warn);
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(second_start))
        .plugin(log.build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(window::remembered())
        .manage(browser)
        .menu(menu::build)
        .on_menu_event(menu::chosen)
        .on_window_event(window::happened)
        .invoke_handler(commands::handler())
        .setup(|app| Ok(window::open(app.handle())?))
}

/// Hands the files of a second start to the window that is open.
fn second_start(app: &AppHandle, arguments: Vec<String>, folder: String) {
    if let Ok(arguments) = Arguments::try_parse_from(arguments) {
        let folder = Path::new(&folder);
        app.state::<Arc<Browser>>().receive(arguments.files(folder), arguments.strands(folder));
    }
    window::raise(app);
}
