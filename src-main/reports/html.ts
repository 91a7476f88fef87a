/**
 * The report as one HTML page: no network, no fonts, no files beside it. A content security policy inside
 * the page forbids anything else, and names its only script by its hash.
 */
import { createHash } from 'node:crypto';
import { REPORT_SECTIONS, type ReportSection } from '../contract/report-view.ts';
import type { ReportDocument } from './document.ts';
import type { ReportImages } from './images.ts';
import { html, toText, trusted, type Markup } from './markup.ts';
import { SCRIPT } from './script.ts';
import { answerSection, header } from './section-answer.ts';
import { figuresSection } from './section-figures.ts';
import { hardestSection } from './section-hardest.ts';
import { definitionsSection, limitsSection, repeatSection } from './section-repeat.ts';
import { steadinessSection } from './section-steadiness.ts';
import { STYLE } from './style.ts';

/**
 * Writes the page. Pure: the same document and pictures give the same text.
 * @param sections what it holds beside the answer, the limits, the definitions and how to repeat it; all where not given
 */
export function renderHtml(
  document: ReportDocument,
  images: ReportImages,
  sections: readonly ReportSection[] = REPORT_SECTIONS,
): string {
  const chosen = (section: ReportSection, render: () => Markup): Markup | null =>
    sections.includes(section) ? render() : null;
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return toText(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta http-equiv="Content-Security-Policy" content="${policy}" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="generator" content="Steadygaze" />
          <title>${document.title}</title>
          <style>
            ${trusted(STYLE)}
          </style>
        </head>
        <body>
          <a class="skip" href="#answer">Skip to the answer</a>
          <div class="page">
            ${navigation(document, sections)}
            <main>
              ${header(document, images)} ${answerSection(document)}
              ${chosen('figures', () => figuresSection(document))}
              ${chosen('steadiness', () => steadinessSection(document, images))}
              ${chosen('hard-samples', () => hardestSection(document, images))} ${limitsSection(document)}
              ${definitionsSection(document)} ${repeatSection(document)}
            </main>
          </div>
          <dialog id="large" aria-label="Enlarged picture">
            <div class="large-pictures"></div>
            <p class="large-sentence"></p>
            <p class="large-keys">
              <kbd>space</kbd> original or disturbed <kbd>←</kbd> <kbd>→</kbd> other pictures <kbd>Esc</kbd> close
            </p>
            <button type="button" class="close">Close</button>
          </dialog>
          ${trusted(`<script>${SCRIPT}</script>`)}
        </body>
      </html> `,
  );
}

function navigation(document: ReportDocument, sections: readonly ReportSection[]): Markup {
  const steadiness = sections.includes('steadiness');
  const curves = steadiness && document.runs.some((run) => run.epochs.length > 1);
  const listed = (shown: boolean, id: string, text: string): [string, string][] => (shown ? [[id, text]] : []);
  const entries: [string, string][] = [
    ['answer', 'The answer'],
    ...listed(sections.includes('figures'), 'figures', 'Figures'),
    ...listed(steadiness, 'steadiness', 'Steadiness'),
    ...listed(curves, 'training', 'Training'),
    ...listed(sections.includes('hard-samples'), 'hardest', 'Hardest pictures'),
    ['limits', 'Limits'],
    ['definitions', 'Definitions'],
    ['repeat', 'To repeat this'],
  ];
  return html`<nav aria-label="Contents">
    <ul>
      ${entries.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}
    </ul>
  </nav>`;
}
