import type { FolderListing } from "../backend/wire/FolderListing";

/** Lists a folder; null for where the program looks first. */
export type ListFolder = (path: string | null) => Promise<FolderListing>;

/** A question of the file dialog. */
export interface Question {
  kind: "files" | "folder" | "save";
  title: string;
  name: string;
  list: ListFolder;
  answer: (paths: string[]) => void;
}

/** Our own file dialog, for a program on another machine than the browser. One question at a time. */
export class Picking {
  question = $state.raw<Question | null>(null);
  /** The folder of the last choice. */
  folderSeen: string | null = null;

  async files(title: string, list: ListFolder): Promise<string[]> {
    return this.ask("files", title, "", list);
  }

  async folder(title: string, list: ListFolder): Promise<string | null> {
    return (await this.ask("folder", title, "", list))[0] ?? null;
  }

  async save(title: string, name: string, list: ListFolder): Promise<string | null> {
    return (await this.ask("save", title, name, list))[0] ?? null;
  }

  private ask(kind: Question["kind"], title: string, name: string, list: ListFolder): Promise<string[]> {
    this.question?.answer([]);
    return new Promise((done) => {
      this.question = {
        kind,
        title,
        name,
        list,
        answer: (paths) => {
          this.question = null;
          done(paths);
        },
      };
    });
  }
}
