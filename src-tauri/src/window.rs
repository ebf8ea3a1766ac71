//! The window: how it opens, what it remembers, what is dropped on it.

use std::sync::Arc;

use nascape_app::browser::Browser;
use tauri::{
    AppHandle, DragDropEvent, Manager, Theme, Url, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent, Wry,
    plugin::TauriPlugin, webview::NewWindowResponse, window::Color,
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
        .on_navigation(is_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .devtools(cfg!(debug_assertions))
        .visible(false)
        .build()?;
    window.set_background_color(Some(ground(window.theme()?)))?;
    window.show()
}

/// The page leads nowhere but to itself: whatever a link, a form or a script in it asks for.
fn is_own(url: &Url) -> bool {
    // The second is what Windows calls it.
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

/// Brings the window before the others.
pub fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse; the files are open nevertheless.
        let _ = window.unminimize().and_then(|()| window.set_focus());
    }
}

/// Hands dropped files to the page, and follows the system's theme.
pub fn happened(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            window.state::<Arc<Browser>>().receive(paths.clone(), None);
        }
        WindowEvent::ThemeChanged(theme) => {
            // A ground of the other theme is seen for a moment at most.
            let _ = window.set_background_color(Some(ground(*theme)));
        }
        _ => {}
    }
}

fn ground(theme: Theme) -> Color {
    if theme == Theme::Dark { DARK } else { LIGHT }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn the_page_leads_nowhere_but_to_itself() {
        for (url, own) in [
            ("tauri://localhost/", true),
            ("http://tauri.localhost/index.html", true),
            ("https://evil.example/", false),
            ("http://tauri.localhost.evil.example/", false),
            ("http://127.0.0.1:8080/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_own(&url.parse().unwrap()), own, "{url}");
        }
    }

    #[test]
    fn the_page_may_call_the_programs_own_commands_and_nothing_else() {
        let capability: Value = serde_json::from_str(include_str!("../capabilities/window.json")).unwrap();
        assert_eq!((&capability["remote"], &capability["webviews"]), (&Value::Null, &Value::Null));
        assert_eq!(capability["windows"], serde_json::json!([LABEL]));
        let allowed = capability["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        let allowed: BTreeSet<String> = allowed.map(|name| name.replace('-', "_")).collect();
        let (_, build) = include_str!("../build.rs").split_once("COMMANDS: &[&str] = &[").unwrap();
        let (commands, _) = build.split_once("];").unwrap();
        let named = commands.split(',').map(str::trim).filter(|name| !name.is_empty());
        let named: BTreeSet<String> = named.map(|name| format!("allow_{}", name.trim_matches('"'))).collect();
        assert_eq!(allowed, named);
    }

    #[test]
    fn the_pages_policy_knows_no_other_origin() {
        let settings: Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        let security = &settings["app"]["security"];
        assert_eq!(security["capabilities"], serde_json::json!(["window"]));
        assert_eq!((&security["assetProtocol"], &settings["app"]["withGlobalTauri"]), (&Value::Null, &Value::Null));
        let policy = security["csp"].as_object().unwrap();
        assert_eq!((&policy["default-src"], &policy["script-src"]), (&"'self'".into(), &"'self'".into()));
        let sources = policy.values().flat_map(|sources| sources.as_str().unwrap().split(' '));
        let known = ["'self'", "'none'", "'unsafe-inline'", "data:", "blob:", "ipc:", "http://ipc.localhost"];
        assert!(sources.into_iter().all(|source| known.contains(&source)), "{policy:?}");
        assert_eq!(policy["style-src"], "'self' 'unsafe-inline'");
    }
}
