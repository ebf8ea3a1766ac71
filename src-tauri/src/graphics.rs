//! Blank windows, and how they are avoided.

/// WebKitGTK hands frames to the compositor by DMA-BUF, which leaves windows blank under NVIDIA's driver: there it is switched off,
/// unless the user has decided. WebKit reads the environment, which a program may change only before it starts: so it starts anew,
/// in the same process.
#[cfg(target_os = "linux")]
pub fn choose_renderer() {
    use std::{env, os::unix::process::CommandExt, path::Path, process::Command};

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if env::var_os(SWITCH).is_some() || !Path::new("/proc/driver/nvidia/version").exists() {
        return;
    }
    if let Ok(program) = env::current_exe() {
        // Returns only when it failed; a window that may be blank is then better than none.
        let _ = Command::new(program).args(env::args_os().skip(1)).env(SWITCH, "1").exec();
    }
}

/// Nothing to do: only WebKitGTK needs it.
#[cfg(not(target_os = "linux"))]
pub fn choose_renderer() {}
