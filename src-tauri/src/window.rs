//! The window: how it opens, what it remembers, what is dropped on it.

use std::sync::Arc;

use nascape_app::browser::Browser;
use tauri::{
    AppHandle, DragDropEvent, Manager, Theme, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent, Wry,
    plugin::TauriPlugin, window::Color,
};
use tauri_plugin_window_state::StateFlags;

const LABEL: &str = "main";

/// The page's grounds, so that nothing flashes before it is drawn.
const LIGHT: Color = Color(255, 255, 255, 255);
const DARK: Color = Color(20, 23, 26, 255);

/// Keeps size and place of the window from one start to the next. Whether it is seen, `open` decides.
pub fn remembered() -> TauriPlugin<Wry> {
    let flags = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri_plugin_window_state::Builder::new().with_state_flags(flags).build()
}

/// Opens the window on the colour of the system's theme.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Nascape")
        .inner_size(1280.0, 860.0)
        .min_inner_size(900.0, 600.0)
        .on_document_title_changed(|window, title| {
            // A title that stays the old one is no harm.
            let _ = window.set_title(&title);
        })
        .visible(false)
        .build()?;
    let ground = if window.theme()? == Theme::Dark { DARK } else { LIGHT };
    window.set_background_color(Some(ground))?;
    window.show()
}

/// Brings the window before the others.
pub fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse; the files are open nevertheless.
        let _ = window.unminimize().and_then(|()| window.set_focus());
    }
}

/// Hands dropped files to the page.
pub fn happened(window: &Window, event: &WindowEvent) {
    if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
        window.state::<Arc<Browser>>().receive(paths.clone());
    }
}
