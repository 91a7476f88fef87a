/** What all sections about measured parts have in common: heading, statements, figures, reservations. */
import type { EvaluationPart } from '../contract/evaluation.ts';
import type { ReportSection } from '../contract/report-view.ts';
import { seriesMark } from './charts/marks.ts';
import { curveKey } from './charts/lines.ts';
import type { ReportDocument } from './document.ts';
import type { Finding } from './finding.ts';
import { figureTable } from './figure-table.ts';
import { html, richMarkup, type Markup } from './markup.ts';
import { drawnRuns, hasPart, kindsOf, MISSING, PARTS_OF } from './shown.ts';
import { counted } from './words.ts';

export interface Frame {
  readonly section: ReportSection;
  readonly title: string;
  readonly lead: string;
}

/** @param body what is drawn, given that anything of the section was measured */
export function sectionFrame(document: ReportDocument, { section, title, lead }: Frame, body: () => Markup): Markup {
  const parts = PARTS_OF[section];
  const measured = parts.some((part) => hasPart(document, part));
  const kinds = kindsOf(document, section);
  const table = !measured || kinds.length === 0 ? null : figureTable(document, kinds);
  // Beside the comparison, what is left of the figures stands at the end.
  const whole = document.sections.includes('comparison');
  return html`<section id="${section}" aria-labelledby="${section}-h">
    <h2 id="${section}-h">${title}</h2>
    <p class="lead">${lead}</p>
    ${statements(document, section)} ${whole ? null : table} ${measured ? body() : null}
    ${whole && table !== null ? folded(table, kinds.length) : null}
    ${parts.filter((part) => !hasPart(document, part)).map(missingPart)} ${reservations(document, parts)}
  </section>`;
}

const folded = (table: Markup, figures: number): Markup =>
  html`<details class="rest">
    <summary>${counted(figures, 'further figure')}, with intervals and changes</summary>
    ${table}
  </details>`;

const missingPart = (part: EvaluationPart): Markup => html`<p class="empty">${MISSING[part]}</p>`;

/** What the section says of each run beside what stands beneath the answer. */
function statements(document: ReportDocument, section: ReportSection): Markup | null {
  const cards = drawnRuns(document).flatMap((run) => {
    const own = document.findings.filter(
      (finding) => !finding.main && finding.run === run.index && finding.sections.includes(section),
    );
    if (own.length === 0) return [];
    return [
      html`<article class="run">
        <h3>${seriesMark(run.index)} ${run.label}</h3>
        <dl class="findings">${own.map(findingItem)}</dl>
      </article>`,
    ];
  });
  return cards.length === 0 ? null : html`<div class="runs">${cards}</div>`;
}

export function findingItem({ tone, topic, number, sentence }: Finding): Markup {
  return html`<div class="finding ${tone}">
    <dt><span class="topic">${topic}</span>${number === null ? null : html`<span class="number">${number}</span>`}</dt>
    <dd>${richMarkup(sentence)}</dd>
  </div>`;
}

/** What the measurements themselves have to say, each sentence once. */
function reservations({ runs }: ReportDocument, parts: readonly EvaluationPart[]): Markup | null {
  const notes = new Map<string, number[]>();
  for (const { parts: own, index } of runs) {
    for (const note of new Set(parts.flatMap((part) => own[part]?.notes ?? []))) {
      notes.set(note, [...(notes.get(note) ?? []), index]);
    }
  }
  if (notes.size === 0) return null;
  const items = [...notes].map(
    ([note, indices]) =>
      html`<li>${indices.length === runs.length ? null : html`${indices.map((i) => seriesMark(i))} `}${note}</li>`,
  );
  return html`<div class="reservations">
    <h3>To be kept in mind</h3>
    <ul class="limits">
      ${items}
    </ul>
  </div>`;
}

/** Which mark is which run. */
export function runLegend(document: ReportDocument, lines = false): Markup {
  const drawn = drawnRuns(document);
  const left = document.runs.length - drawn.length;
  const entries = drawn.map(
    (run) => html`<span>${lines ? curveKey(run.index) : seriesMark(run.index)} ${run.label}</span>`,
  );
  return html`<p class="legend">
    ${entries}${left > 0 ? html`<span class="muted">${counted(left, 'more run')} of the same kinds not drawn; report.json has all</span>` : null}
  </p>`;
}

/** A heading that sorts its column where the script runs; without it, a heading. */
export const sortHead = (content: Markup | string, kind: 'number' | 'text' = 'number', mark = ''): Markup =>
  html`<th scope="col" class="${mark}" data-sort="${kind}">${content}</th>`;
