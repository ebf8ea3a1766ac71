/** A path's last part. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? path;
}

/** The folder of a path. */
export function folderOf(path: string): string {
  const name = fileName(path);
  return path.slice(0, Math.max(1, path.lastIndexOf(name) - 1));
}

/** `3.4 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `.724`, as the tables of the models write it. */
export function fraction(value: number): string {
  return value.toFixed(3).replace(/^0/, "");
}
