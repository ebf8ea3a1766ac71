const KEPT = "nascape-theme";

export type ThemeChoice = "system" | "light" | "dark";

/** Light or dark: the system's, or the user's own choice. */
class Theme {
  choice = $state<ThemeChoice>(readChoice());
  private system = $state(false);

  constructor() {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    this.system = query.matches;
    query.addEventListener("change", () => (this.system = query.matches));
  }

  get dark(): boolean {
    return this.choice === "dark" || (this.choice === "system" && this.system);
  }

  /** From the one to the other; back to the system's when that is the same. */
  toggle(): void {
    const wanted = !this.dark;
    this.choice = wanted === this.system ? "system" : wanted ? "dark" : "light";
    try {
      localStorage.setItem(KEPT, this.choice);
    } catch {
      // A window that may not keep anything follows the system next time.
    }
  }
}

function readChoice(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

export const theme = new Theme();
