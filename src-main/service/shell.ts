/** What the service asks of the shell it runs in: the desktop app or the loopback server. */

export interface SaveRequest {
  /** "report.html". */
  readonly suggestedName: string;
  /** What a file dialog calls this kind of file, and its ending without the dot. */
  readonly kind: { readonly name: string; readonly extension: string };
  /** Writes the file at a path the shell chose, whole or not at all. */
  readonly write: (path: string) => Promise<void>;
}

export interface Shell {
  readonly mode: 'desktop' | 'browser';
  /** A folder that a person chose, null where they changed their mind. @throws SteadygazeError where there are no dialogs */
  pickFolder(purpose: 'pictures' | 'data-file' | 'study' | 'place-for-study' | 'weights-file'): Promise<string | null>;
  /** Desktop: asks for a place and writes there. Browser: writes to a temporary place and offers it for download. */
  save(request: SaveRequest): Promise<{ readonly path: string | null; readonly url: string | null } | null>;
  /** Shows a file or folder in the system's file manager. @throws SteadygazeError where that is impossible */
  reveal(path: string): Promise<void>;
  /** Prints a self-contained HTML file to PDF. @throws SteadygazeError where there is no printer of pages */
  printPdf(html: string, pdf: string): Promise<void>;
}
