import { sentence, wasCancelled } from "../backend/fault";

/** A sentence for the user, with what can be done about it. */
export interface Message {
  id: number;
  kind: "news" | "fault";
  text: string;
  action: { label: string; run: () => void } | null;
}

/** What the window says. News goes by itself, a fault stays until it is dismissed. */
export class Messages {
  list = $state.raw<readonly Message[]>([]);
  private made = 0;

  news(text: string, action: Message["action"] = null): void {
    const id = this.add({ kind: "news", text, action });
    setTimeout(() => this.dismiss(id), action === null ? 5000 : 10_000);
  }

  fault(text: string, action: Message["action"] = null): void {
    if (!this.list.some((message) => message.text === text)) this.add({ kind: "fault", text, action });
  }

  /** Runs work of which a failure is told, not thrown. */
  async guard<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!wasCancelled(error)) this.fault(sentence(error));
      return undefined;
    }
  }

  dismiss(id: number): void {
    this.list = this.list.filter((message) => message.id !== id);
  }

  private add(message: Omit<Message, "id">): number {
    this.made += 1;
    this.list = [...this.list.slice(-3), { ...message, id: this.made }];
    return this.made;
  }
}
