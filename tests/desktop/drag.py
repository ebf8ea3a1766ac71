#!/usr/bin/python3
"""A file manager for tests: a window in the lower right corner from which files can be dragged. drag.py FILE..."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

uris = [pathlib.Path(path).as_uri() for path in sys.argv[1:]]
window = Gtk.Window(type=Gtk.WindowType.POPUP)
window.set_default_size(80, 80)
window.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
window.drag_source_add_uri_targets()
window.connect("drag-data-get", lambda _window, _context, data, _info, _time: data.set_uris(uris))
window.connect("drag-end", lambda *_: Gtk.main_quit())
window.move(1310, 910)
window.show()
print("ready", flush=True)
Gtk.main()
