/** What the application asks of a shell, where the window is a page in a browser. */
import { SteadygazeError } from '../contract/errors.ts';
import type { SaveRequest, Shell } from '../service/shell.ts';
import type { Downloads } from './downloads.ts';
import { printPdf } from '../service/print-pdf.ts';

export class BrowserShell implements Shell {
  readonly mode = 'browser';
  readonly #downloads: Downloads;

  constructor(downloads: Downloads) {
    this.#downloads = downloads;
  }

  async pickFolder(): Promise<string | null> {
    throw new SteadygazeError(
      'refused',
      'A page in a browser cannot open the dialog for choosing a folder.',
      'Choose the folder in the list that the page shows, or type its path.',
    );
  }

  async save({ suggestedName, write }: SaveRequest): Promise<{ readonly path: null; readonly url: string }> {
    return { path: null, url: await this.#downloads.offer(suggestedName, write) };
  }

  async reveal(path: string): Promise<void> {
    throw new SteadygazeError(
      'refused',
      'A page in a browser cannot open a window of the file manager.',
      `It lies on the computer that Steadygaze runs on: ${path}`,
    );
  }

  printPdf(html: string, pdf: string): Promise<void> {
    return printPdf(html, pdf);
  }
}
