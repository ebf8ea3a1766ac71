const KEPT = "nascape-token";

/** The key of this page: from the address on the first visit, then from this tab's memory; never left in the address bar. */
export function accessToken(): string {
  const here = new URL(window.location.href);
  const given = here.searchParams.get("token");
  if (given !== null) {
    sessionStorage.setItem(KEPT, given);
    here.searchParams.delete("token");
    window.history.replaceState(null, "", here.pathname + here.search + here.hash);
    return given;
  }
  return sessionStorage.getItem(KEPT) ?? "";
}
