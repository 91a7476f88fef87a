/** What single filters, class gates and prototypes stand for. */
import { intervalTrack } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import type { FigureKind } from './figure-kinds.ts';
import { html, type Markup } from './markup.ts';
import type { RunView } from './run-view.ts';
import { runLegend } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { counted, figureText, oneDecimalText, percent } from './words.ts';

/** Figures that are drawn, each with what a trivial method reaches. */
const DRAWN = [
  'filter_locality',
  'filter_selectivity',
  'complement_accuracy',
  'gated_accuracy',
  'gate_misled',
  'prototype_purity',
  'prototype_on_object',
];

export function filters(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).filter(({ parts }) => parts.interpretability !== undefined);
  if (runs.length === 0) return null;
  const kinds = document.kinds.filter(({ key }) => DRAWN.includes(key));
  const rows = DRAWN.flatMap((key) => kinds.filter((kind) => kind.key === key)).map((kind) => row(kind, runs));
  return html`<h3>Does each filter stand for one thing?</h3>
    <p class="note">
      The last layer looks at the picture through its filters. One that marks one place, or answers to one class, can be
      understood by looking at it. The tick is what filters that show the same everywhere, or places and pictures chosen
      at random, would reach. What a filter stands for, nobody has said by that.
    </p>
    ${runLegend(document)}
    <ul class="tracks">
      ${rows}
    </ul>
    ${runs.map(besides)}`;
}

function row(kind: FigureKind, runs: readonly RunView[]): Markup | null {
  const values = runs.flatMap((run) => {
    const figure = run.figures[kind.key];
    const reference = run.evaluation === null ? null : (kind.reference?.read(run.evaluation) ?? null);
    return figure === undefined ? [] : [{ run, figure, reference }];
  });
  if (values.length === 0) return null;
  return html`<li>
    <span class="name">${kind.label}</span>
    ${intervalTrack(
      values.map(({ run, figure: { value, low, high }, reference }) => ({
        ...{ series: run.index, value, low, high, reference },
      })),
      [0, 1],
    )}
    <span class="numbers"
      >${runs.map(({ figures: { [kind.key]: own } }) => html`<span class="n">${own === undefined ? '\u2013' : figureText(kind.unit, own.value)}</span>`)}</span
    >
  </li>`;
}

/** What the weights alone say, and counts. */
function besides(run: RunView): Markup | null {
  const details = run.parts.interpretability?.details;
  if (details === undefined) return null;
  const { filters: count, silent, activeShare, mapHeight, mapWidth, gate, prototypes } = details;
  const said = [
    `${counted(count, 'filter')} of ${String(mapHeight)} \u00d7 ${String(mapWidth)} places, ${percent(activeShare)} of them active in a picture on average${
      silent === 0 ? '' : `, ${String(silent)} in none`
    }`,
    ...(gate === null
      ? []
      : [
          `the class gate is closed to ${percent(gate.sparsity)} (gate sparsity); a filter serves ${oneDecimalText(gate.classesPerFilter)} classes on average`,
        ]),
    ...(prototypes === null
      ? []
      : [`${counted(prototypes.count, 'prototype')}, ${String(prototypes.pure)} of which find only their own class`]),
  ];
  return html`<p class="note">${run.label}: ${said.join('; ')}.</p>`;
}
