import type { ExportedFile } from '../../src-main/contract/report-view.ts';
import { toast } from './toasts.svelte.ts';

/** Brings a file that was written to the person: a download in a browser; on the desktop it is where they wanted it. */
export function handOver({ path, url, name }: ExportedFile): void {
  if (url === null) {
    toast({ kind: 'done', text: `Saved ${name}`, hint: path ?? undefined });
    return;
  }
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
