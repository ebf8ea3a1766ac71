#!/usr/bin/python3
"""The part of a desktop's portal that says whether the user wants the dark: 0 until a line on standard input says 1 (dark) or 2 (light)."""

import sys

from gi.repository import Gio, GLib

NAME, PATH, INTERFACE = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings"
SPACE, KEY = "org.freedesktop.appearance", "color-scheme"
XML = f"""<node><interface name="{INTERFACE}">
  <method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
  <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface></node>"""

scheme = 0
bus = Gio.bus_get_sync(Gio.BusType.SESSION)


def called(_bus, _sender, _path, _interface, _method, arguments, answer):
    if arguments.unpack() == (SPACE, KEY):
        answer.return_value(GLib.Variant("(v)", (GLib.Variant("v", GLib.Variant("u", scheme)),)))
    else:
        answer.return_dbus_error("org.freedesktop.portal.Error.NotFound", "no such setting")


def line(channel, _condition):
    global scheme
    text = channel.readline()
    if not text:
        loop.quit()
        return False
    scheme = int(text)
    changed = GLib.Variant("(ssv)", (SPACE, KEY, GLib.Variant("u", scheme)))
    bus.emit_signal(None, PATH, INTERFACE, "SettingChanged", changed)
    return True


loop = GLib.MainLoop()
bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], called, None, None)
Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None)
GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, line)
loop.run()
