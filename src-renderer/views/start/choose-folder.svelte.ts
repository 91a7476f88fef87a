import type { Input } from '../../../src-main/contract/operations.ts';
import { app } from '../../lib/app.svelte.ts';
import { client } from '../../lib/client.ts';

/** What a folder is chosen for. */
export type FolderPurpose = Input<'folders.pick'>['purpose'];

/** The question that FolderBrowser shows, where the system's own dialog is not to be had. */
class Choosing {
  purpose = $state<FolderPurpose | null>(null);
  /** Absolute; null: where the service thinks best. */
  from = $state<string | null>(null);
  #answered: ((path: string | null) => void) | null = null;

  ask(purpose: FolderPurpose, from: string | null): Promise<string | null> {
    this.answer(null);
    this.purpose = purpose;
    this.from = from;
    return new Promise((resolve) => (this.#answered = resolve));
  }

  answer(path: string | null): void {
    const answered = this.#answered;
    this.#answered = null;
    this.purpose = null;
    answered?.(path);
  }
}

/** What FolderBrowser shows. */
export const choosing = new Choosing();

/**
 * Lets the person choose a folder: the system's dialog on the desktop, the folder browser elsewhere.
 * @param from absolute path to begin at
 * @returns null where they changed their mind
 */
export async function chooseFolder(purpose: FolderPurpose, from: string | null = null): Promise<string | null> {
  return app.info.mode === 'desktop' ? client.call('folders.pick', { purpose }) : choosing.ask(purpose, from);
}
