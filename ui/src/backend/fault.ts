import type { Fault } from "./wire/Fault";

/** What the program answered in place of what was asked: a sentence for the user. */
export class BackendFault extends Error {
  readonly cancelled: boolean;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = "BackendFault";
    this.cancelled = fault.cancelled;
  }
}

/** The sentence of anything that was thrown. */
export function sentence(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : "Something went wrong, and nothing said what.";
}

/** True when the user's own wish ended the work. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof BackendFault && error.cancelled;
}

/** Makes a fault of what a transport threw. */
export function asFault(error: unknown): BackendFault {
  if (error instanceof BackendFault) return error;
  if (typeof error === "object" && error !== null && "message" in error) {
    const { message, cancelled } = error as Partial<Fault>;
    return new BackendFault({ message: String(message), cancelled: cancelled === true });
  }
  return new BackendFault({ message: sentence(error), cancelled: false });
}
