/** Figures of the runs side by side, with intervals, explanations and paired differences. */
import { FIGURE_GROUPS, type FigureGroup } from '../contract/compare-view.ts';
import type { Figure } from '../contract/run.ts';
import { verdictWord, type PairedDifference } from './comparison.ts';
import type { Comparison } from './compared-runs.ts';
import type { ReportDocument } from './document.ts';
import type { FigureKind } from './figure-kinds.ts';
import { intervalTrack, seriesMark, type TrackMark } from './charts/marks.ts';
import { html, type Markup } from './markup.ts';
import type { RunView } from './run-view.ts';
import { asColumns } from './shown.ts';
import { changeText, count, figureText } from './words.ts';

const GROUPS: Readonly<Record<FigureGroup, string>> = {
  recognition: 'Does it name the pictures correctly?',
  background: 'Does it lean on the background?',
  gaze: 'Does it look at the object?',
  robustness: 'How easily is it misled?',
  explanation: 'Can its heatmaps be trusted?',
};

/** What to say of a whole group that was not measured. */
const MISSING_GROUP: Readonly<Record<FigureGroup, string>> = {
  recognition: 'Not measured yet: no run of this report has been evaluated.',
  background:
    'Not measured. Exchanging backgrounds needs masks or boxes, which say where the objects are in the test pictures, or two models. Put masks into a folder \u201cmasks\u201d beside the pictures and measure \u201cdebiasing\u201d.',
  gaze: 'Not measured. Whether the model looks at the object can only be told where masks or boxes say where the object is. Its steadiness, below, needs neither.',
  robustness:
    'Not measured. Ask for \u201crobustness\u201d and \u201ccorruptions\u201d in Compare, or with steadygaze evaluate.',
  explanation:
    'Not measured. Ask for \u201cconsistency\u201d, \u201cfaithfulness\u201d, \u201cstability\u201d and \u201cinterpretability\u201d in Compare, or with steadygaze evaluate.',
};

export interface FigureTableOptions {
  /** Headings by group, also of groups without a figure. */
  readonly grouped?: boolean;
  /** Further bodies at the end. */
  readonly rest?: (columns: number) => Markup | null;
}

/** Up to three runs are columns; of more, each has a line in every figure. */
export function figureTable(
  document: ReportDocument,
  kinds: readonly FigureKind[],
  options: FigureTableOptions = {},
): Markup {
  const columns = asColumns(document);
  const width = columns ? document.runs.length + document.comparisons.length + 2 : 5;
  const row = columns ? columnRow : lineRows;
  const groups = FIGURE_GROUPS.flatMap((group) => {
    const own = kinds.filter((kind) => kind.group === group);
    if (own.length === 0 && options.grouped !== true) return [];
    const body = own.length === 0 ? [missingRow(group, width)] : own.map((kind) => row(kind, document));
    const heading = options.grouped === true ? groupRow(GROUPS[group], width) : null;
    // Every figure of several lines is a body of its own, so that it is not torn apart between pages.
    return columns || own.length === 0
      ? [
          html`<tbody>
            ${heading}${body}
          </tbody>`,
        ]
      : [
          html`${
            heading === null
              ? null
              : html`<tbody>
                  ${heading}
                </tbody>`
          }${body.map(
            (lines) =>
              html`<tbody>
                ${lines}
              </tbody>`,
          )}`,
        ];
  });
  return html`<div class="scroll" role="region" aria-label="Figures of the runs" tabindex="0">
    <table class="figures ${columns ? '' : 'lines'}">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          ${columns ? columnHeads(document) : lineHeads()}
          <th scope="col" class="scale"><span>0</span><span>1 or 100%</span></th>
        </tr>
      </thead>
      ${groups}${options.rest?.(width) ?? null}
    </table>
  </div>`;
}

const columnHeads = (document: ReportDocument): Markup[] =>
  document.runs.map(
    (run) =>
      html`<th scope="col">${seriesMark(run.index)} ${run.label}</th>
        ${changeHead(run, document)}`,
  );

const lineHeads = (): Markup =>
  html`<th scope="col">Run</th>
    <th scope="col">Value</th>
    <th scope="col" class="change">Change</th>`;

export const groupRow = (title: string, columns: number): Markup =>
  html`<tr class="group">
    <th colspan="${columns}" scope="colgroup">${title}</th>
  </tr>`;

const missingRow = (group: FigureGroup, columns: number): Markup =>
  html`<tr class="missing">
    <td colspan="${columns}">${MISSING_GROUP[group]}</td>
  </tr>`;

const comparisonOf = (run: RunView, { comparisons }: ReportDocument): Comparison | undefined =>
  comparisons.find(({ candidate }) => candidate === run.index);

function changeHead(run: RunView, document: ReportDocument): Markup | null {
  const comparison = comparisonOf(run, document);
  if (comparison === undefined) return null;
  return html`<th scope="col" class="change">
    Change from ${seriesMark(comparison.baseline)}<span class="sr"> ${document.runs[comparison.baseline].label}</span>
  </th>`;
}

const referenceOf = (kind: FigureKind, { evaluation }: RunView): number | null =>
  (evaluation === null ? undefined : kind.reference?.read(evaluation)) ?? null;

function trackMark(kind: FigureKind, run: RunView): TrackMark[] {
  const figure = run.figures[kind.key];
  return figure === undefined
    ? []
    : [
        {
          ...{ series: run.index, value: figure.value, low: figure.low, high: figure.high },
          reference: referenceOf(kind, run),
        },
      ];
}

const domainOf = (marks: readonly TrackMark[]): [number, number] => [
  Math.min(0, ...marks.map(({ low, value }) => low ?? value)),
  1,
];

function columnRow(kind: FigureKind, document: ReportDocument): Markup {
  const cells = document.runs.map((run) => {
    const comparison = comparisonOf(run, document);
    const difference = comparison?.differences.find(({ key }) => key === kind.key);
    const change = comparison === undefined ? null : changeCell(kind, difference);
    return html`${figureCell(kind, run)}${change}`;
  });
  const marks = document.runs.flatMap((run) => trackMark(kind, run));
  return html`<tr>
    <th scope="row">${rowHead(kind)}</th>
    ${cells}
    <td class="scale">${intervalTrack(marks, domainOf(marks))}</td>
  </tr>`;
}

/** One line a run; all lines of a figure share the scale. */
function lineRows(kind: FigureKind, document: ReportDocument): Markup {
  const domain = domainOf(document.runs.flatMap((run) => trackMark(kind, run)));
  const measured = document.runs.find(({ figures }) => figures[kind.key] !== undefined);
  const lines = document.runs.map((run, i) => {
    const comparison = comparisonOf(run, document);
    const difference = comparison?.differences.find(({ key }) => key === kind.key);
    const change = comparison === undefined ? html`<td class="change"></td>` : changeCell(kind, difference);
    return html`<tr>
      ${i === 0 ? html`<th scope="rowgroup" rowspan="${document.runs.length}">${rowHead(kind)}${measured === undefined ? null : referenceMarkup(kind, measured)}</th>` : null}
      <td class="who">${seriesMark(run.index)} ${run.label}</td>
      ${figureCell(kind, run, false)}${change}
      <td class="scale">${intervalTrack(trackMark(kind, run), domain)}</td>
    </tr>`;
  });
  return html`${lines}`;
}

export function rowHead({ label, term, explanation }: Pick<FigureKind, 'label' | 'term' | 'explanation'>): Markup {
  return html`<details>
    <summary>${label} <span class="term">${term}</span></summary>
    <p>${explanation}</p>
  </details>`;
}

/** @param referred whether what a trivial method reaches stands below */
function figureCell(kind: FigureKind, run: RunView, referred = true): Markup {
  const figure: Figure | undefined = run.figures[kind.key];
  if (figure === undefined) return html`<td class="value"><span class="muted">not measured</span></td>`;
  const reference = referred ? referenceMarkup(kind, run) : null;
  return html`<td class="value">
    <b>${figureText(kind.unit, figure.value)}</b
    ><span class="interval" title="95% interval over ${count(figure.n)} pictures"
      >${figureText(kind.unit, figure.low)} to ${figureText(kind.unit, figure.high)}</span
    >${reference}
  </td>`;
}

function referenceMarkup(kind: FigureKind, run: RunView): Markup | null {
  const reference = referenceOf(kind, run);
  if (reference === null) return null;
  return html`<span class="reference"
    ><i class="ticklet" aria-hidden="true"></i> ${lowered(kind.reference?.label ?? '')}
    ${figureText(kind.unit, reference)}</span
  >`;
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function changeCell(kind: FigureKind, difference: PairedDifference | undefined): Markup {
  if (difference === undefined) return html`<td class="change"><span class="muted">–</span></td>`;
  const { change, low, high, verdict, n, obstacle } = difference;
  const interval =
    low === null || high === null
      ? null
      : html`<span class="interval" title="95% interval of the paired difference over ${count(n ?? 0)} pictures"
          >${changeText(kind.unit, low)} to ${changeText(kind.unit, high)}</span
        >`;
  return html`<td class="change ${verdict}">
    <b>${changeText(kind.unit, change)}</b>${interval}<span class="verdict" title="${obstacle ?? ''}"
      >${verdictWord(verdict)}</span
    >
  </td>`;
}
