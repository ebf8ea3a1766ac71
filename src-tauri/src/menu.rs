//! The native menu. A choice in it is told to the page, which does what its own button does.
//!
//! Undo and redo have no keys here: the page must first see whether they are meant for a text field.

use std::sync::Arc;

use nascape_app::browser::{
    Browser,
    wire::{
        Event,
        MenuItem::{self, *},
    },
};
use serde_json::{Value, json};
use tauri::{
    AppHandle, Manager, Wry,
    menu::{Menu, MenuBuilder, MenuEvent, MenuItemBuilder, SubmenuBuilder},
};

/// An item, its words and its keys; nothing is a line between groups.
type Line = Option<(MenuItem, &'static str, &'static str)>;

const FILE: &[Line] = &[
    Some((OpenAssay, "Open Assay…", "CmdOrCtrl+O")),
    Some((OpenExample, "Open Example", "")),
    Some((AddTrack, "Add Track…", "CmdOrCtrl+Shift+O")),
    None,
    Some((OpenSession, "Open Session…", "")),
    Some((SaveSession, "Save Session", "CmdOrCtrl+S")),
    Some((SaveSessionAs, "Save Session As…", "CmdOrCtrl+Shift+S")),
    None,
    Some((Export, "Export…", "CmdOrCtrl+E")),
    Some((SendToIgv, "Send to IGV", "")),
];

const EDIT: &[Line] = &[Some((Undo, "Undo", "")), Some((Redo, "Redo", ""))];

const VIEW: &[Line] = &[
    Some((GoTo, "Go to Locus or Gene", "CmdOrCtrl+F")),
    None,
    Some((ZoomIn, "Zoom In", "")),
    Some((ZoomOut, "Zoom Out", "")),
    Some((Fit, "Whole Chromosome", "")),
    None,
    Some((SidePanel, "Side Panel", "")),
    Some((Theme, "Light or Dark", "")),
];

const HELP: &[Line] = &[Some((Keys, "Keys and Gestures", "F1")), None, Some((About, "About Nascape", ""))];

/// The item that is not the page's.
const QUIT: &str = "quit";

/// Builds the menu.
pub fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let quit = MenuItemBuilder::with_id(QUIT, "Quit").accelerator("CmdOrCtrl+Q").build(app)?;
    let file = submenu(app, "File", FILE)?.separator().item(&quit).build()?;
    let edit = submenu(app, "Edit", EDIT)?;
    // Where copying and pasting work through the menu only.
    #[cfg(target_os = "macos")]
    let edit = edit.separator().cut().copy().paste().select_all();
    let menu = MenuBuilder::new(app);
    #[cfg(target_os = "macos")]
    let menu = menu.item(&SubmenuBuilder::new(app, "Nascape").services().separator().hide().hide_others().build()?);
    menu.item(&file)
        .item(&edit.build()?)
        .item(&submenu(app, "View", VIEW)?.build()?)
        .item(&submenu(app, "Help", HELP)?.build()?)
        .build()
}

fn submenu<'app>(
    app: &'app AppHandle,
    title: &str,
    lines: &[Line],
) -> tauri::Result<SubmenuBuilder<'app, Wry, AppHandle>> {
    lines.iter().try_fold(SubmenuBuilder::new(app, title), |submenu, line| match line {
        None => Ok(submenu.separator()),
        Some((item, words, keys)) => {
            let mut item = MenuItemBuilder::with_id(name(*item), words);
            if !keys.is_empty() {
                item = item.accelerator(keys);
            }
            Ok(submenu.item(&item.build(app)?))
        }
    })
}

/// An item is known by the name that the page knows it by.
fn name(item: MenuItem) -> String {
    json!(item).as_str().expect("an item is written as text").to_owned()
}

/// Does what the user chose.
pub fn chosen(app: &AppHandle, event: MenuEvent) {
    let id = event.id().as_ref();
    if id == QUIT {
        app.exit(0);
    } else if let Ok(item) = serde_json::from_value(Value::from(id)) {
        app.state::<Arc<Browser>>().tell(Event::Menu { item });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_items_share_their_keys() {
        let keys: Vec<&str> = [FILE, EDIT, VIEW, HELP]
            .concat()
            .iter()
            .flatten()
            .map(|line| line.2)
            .filter(|keys| !keys.is_empty())
            .collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    }
}
