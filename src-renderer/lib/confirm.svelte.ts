/** A question that is asked before something is done that cannot be undone. */
export interface Question {
  title: string;
  text: string;
  /** On the button that does it, as a verb: "Delete run". */
  action: string;
  /** Something is lost by it. */
  danger?: boolean | undefined;
}

/** The question that is open now, with who waits for its answer; shown by ConfirmDialog. */
class Asking {
  question = $state<Question | null>(null);
  #answered: ((yes: boolean) => void) | null = null;

  ask(question: Question): Promise<boolean> {
    this.answer(false);
    this.question = question;
    return new Promise((resolve) => (this.#answered = resolve));
  }

  answer(yes: boolean): void {
    const answered = this.#answered;
    this.#answered = null;
    this.question = null;
    answered?.(yes);
  }
}

/** What ConfirmDialog shows. */
export const asking = new Asking();

/** Asks the person; true if they agree. A ConfirmDialog must be mounted once in the window. */
export function confirm(question: Question): Promise<boolean> {
  return asking.ask(question);
}
