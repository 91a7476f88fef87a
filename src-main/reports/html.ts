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
import { comparisonSection } from './section-comparison.ts';
import { debiasingSection } from './section-debiasing.ts';
import { explanationsSection } from './section-explanations.ts';
import { hardestSection } from './section-hardest.ts';
import { definitionsSection, limitsSection, repeatSection } from './section-repeat.ts';
import { localizationSection } from './section-localization.ts';
import { recognitionSection } from './section-recognition.ts';
import { robustnessSection } from './section-robustness.ts';
import { isTrainedHere } from './shown.ts';
import { STYLE } from './style.ts';
import { hasCurves } from './training-steadiness.ts';

/**
 * Writes the page. Pure: the same document and pictures give the same text.
 * @param sections what it holds beside the answer, the limits, the definitions and how to repeat it; all where not given
 */
export function renderHtml(
  whole: ReportDocument,
  images: ReportImages,
  sections: readonly ReportSection[] = whole.sections,
): string {
  const document = { ...whole, sections: REPORT_SECTIONS.filter((section) => sections.includes(section)) };
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
            ${navigation(document)}
            <main>
              ${header(document, images)} ${answerSection(document)}
              ${document.sections.map((section) => SECTIONS[section](document, images))} ${limitsSection(document)}
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

const SECTIONS: Readonly<Record<ReportSection, (document: ReportDocument, images: ReportImages) => Markup>> = {
  comparison: comparisonSection,
  recognition: recognitionSection,
  localization: localizationSection,
  debiasing: debiasingSection,
  robustness: robustnessSection,
  explanations: explanationsSection,
  'hard-samples': hardestSection,
};

const NAMES: Readonly<Record<ReportSection, string>> = {
  comparison: 'Side by side',
  recognition: 'Recognition',
  localization: 'Gaze',
  debiasing: 'Background',
  robustness: 'Robustness',
  explanations: 'Heatmaps',
  'hard-samples': 'Hardest pictures',
};

function navigation(document: ReportDocument): Markup {
  const entries: [string, string][] = [
    ['answer', 'The answer'],
    ...document.sections.flatMap((section): [string, string][] => [
      [section, NAMES[section]],
      ...(section === 'explanations'
        ? [['steadiness', isTrainedHere(document.runs) ? 'In training' : 'Training pictures'] as [string, string]]
        : []),
      ...(section === 'explanations' && hasCurves(document) ? [['training', 'Training'] as [string, string]] : []),
    ]),
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
