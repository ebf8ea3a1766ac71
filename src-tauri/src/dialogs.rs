//! Native dialogs. What the user picks in them may be opened or written from then on.

use std::{path::PathBuf, sync::Arc};

use nascape_app::browser::{Answer, Browser};
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

use crate::commands::apart;

type Dialog = FileDialogBuilder<tauri::Wry>;

#[tauri::command]
pub async fn pick_files(window: WebviewWindow, browser: State<'_, Arc<Browser>>, title: String) -> Answer<Vec<String>> {
    let dialog = dialog(&window, title);
    pick(browser, move || dialog.blocking_pick_files().unwrap_or_default()).await
}

#[tauri::command]
pub async fn pick_folder(
    window: WebviewWindow,
    browser: State<'_, Arc<Browser>>,
    title: String,
) -> Answer<Option<String>> {
    let dialog = dialog(&window, title).set_can_create_directories(true);
    Ok(pick(browser, move || dialog.blocking_pick_folder().into_iter().collect()).await?.pop())
}

#[tauri::command]
pub async fn pick_save(
    window: WebviewWindow,
    browser: State<'_, Arc<Browser>>,
    title: String,
    name: String,
) -> Answer<Option<String>> {
    let dialog = dialog(&window, title).set_file_name(name);
    Ok(pick(browser, move || dialog.blocking_save_file().into_iter().collect()).await?.pop())
}

fn dialog(window: &WebviewWindow, title: String) -> Dialog {
    window.dialog().file().set_parent(window).set_title(title)
}

/// Waits for the user and allows what was picked.
async fn pick(
    browser: State<'_, Arc<Browser>>,
    ask: impl FnOnce() -> Vec<FilePath> + Send + 'static,
) -> Answer<Vec<String>> {
    apart(browser, move |browser| {
        let paths: Vec<PathBuf> = ask().into_iter().filter_map(|path| path.into_path().ok()).collect();
        let names = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        browser.allow(paths);
        Ok(names)
    })
    .await
}
