/** The folder of the last export in this window. */
let folder = "";

export const withFolder = {
  get: () => folder,
  set: (chosen: string) => {
    folder = chosen;
  },
};
