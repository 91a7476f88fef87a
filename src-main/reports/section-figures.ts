/** The figures of the runs side by side, with intervals, explanations and paired differences. */
import type { Figure } from '../contract/run.ts';
import { verdictWord, type PairedDifference } from './comparison.ts';
import type { ReportDocument, RunView } from './document.ts';
import { FIGURE_KINDS, type FigureKey, type FigureKind } from './figure-kinds.ts';
import { intervalTrack, seriesMark } from './charts.ts';
import { html, type Markup } from './markup.ts';
import { count, percent, signedPoints, unit } from './words.ts';

const GROUPS: Readonly<Record<FigureKind['group'], string>> = {
  recognition: 'Does it name the pictures correctly?',
  background: 'Does it lean on the background?',
  gaze: 'Does it look at the object?',
};

export function figuresSection(document: ReportDocument): Markup {
  const { runs } = document;
  const measured = FIGURE_KINDS.filter((kind) => runs.some((run) => run.figures[kind.key] !== null));
  const columns = runs.length + document.comparisons.length + 2;
  const groups = (['recognition', 'background', 'gaze'] as const).map((group) => {
    const rows = measured.filter((kind) => kind.group === group);
    const body = rows.length === 0 ? [missingRow(group, columns)] : rows.map((kind) => figureRow(kind, document));
    return html`<tbody>
      ${groupRow(GROUPS[group], columns)}${body}
    </tbody>`;
  });
  const heads = runs.map(
    (run) =>
      html`<th scope="col">${seriesMark(run.index)} ${run.label}</th>
        ${changeHead(run, document)}`,
  );
  return html`<section id="figures" aria-labelledby="figures-h">
    <h2 id="figures-h">The figures side by side</h2>
    <p class="lead">
      Measured on pictures that were kept aside. The small numbers are 95% intervals: how far the figure could lie from
      this value with other test pictures of the same kind.
    </p>
    ${
      runs.length === 0
        ? html`<p class="empty">No run was chosen for this report. Train one, then write the report again.</p>`
        : html`<div class="scroll" role="region" aria-label="Figures of the runs" tabindex="0">
            <table class="figures">
              <thead>
                <tr>
                  <th scope="col">Figure</th>
                  ${heads}
                  <th scope="col" class="scale"><span>0%</span><span>100%</span></th>
                </tr>
              </thead>
              ${groups}${steadinessBody(document, columns)}
            </table>
          </div>`
    }
  </section>`;
}

const groupRow = (title: string, columns: number): Markup =>
  html`<tr class="group">
    <th colspan="${columns}" scope="colgroup">${title}</th>
  </tr>`;

function missingRow(group: FigureKind['group'], columns: number): Markup {
  const why = {
    recognition: 'Not measured yet: no run of this report has been evaluated.',
    background:
      'Not measured. Exchanging backgrounds needs masks, which say where the objects are in the test pictures. Put masks into a folder \u201cmasks\u201d beside the pictures and write the report again.',
    gaze: 'Not measured. Whether the model looks at the object can only be told where masks or boxes say where the object is. Its steadiness, below, needs neither.',
  }[group];
  return html`<tr class="missing">
    <td colspan="${columns}">${why}</td>
  </tr>`;
}

function changeHead(run: RunView, document: ReportDocument): Markup | null {
  const comparison = document.comparisons.find(({ candidate }) => candidate === run.index);
  if (comparison === undefined) return null;
  return html`<th scope="col" class="change">
    Change from ${seriesMark(comparison.baseline)}<span class="sr"> ${document.runs[comparison.baseline].label}</span>
  </th>`;
}

function figureRow(kind: FigureKind, document: ReportDocument): Markup {
  const cells = document.runs.map((run) => {
    const comparison = document.comparisons.find(({ candidate }) => candidate === run.index);
    const difference = comparison?.differences.find(({ key }) => key === kind.key);
    const change = comparison === undefined ? null : changeCell(difference);
    return html`${figureCell(run.figures[kind.key], referenceOf(kind.key, run))}${change}`;
  });
  const marks = document.runs.flatMap((run) => {
    const figure = run.figures[kind.key];
    const reference = referenceOf(kind.key, run)?.figure.value ?? null;
    return figure === null
      ? []
      : [{ series: run.index, value: figure.value, low: figure.low, high: figure.high, reference }];
  });
  const lowest = Math.min(0, ...marks.map(({ low }) => low));
  return html`<tr>
    <th scope="row">${rowHead(kind)}</th>
    ${cells}
    <td class="scale">${intervalTrack(marks, [lowest, 1])}</td>
  </tr>`;
}

function rowHead({ label, term, explanation }: Pick<FigureKind, 'label' | 'term' | 'explanation'>): Markup {
  return html`<details>
    <summary>${label} <span class="term">${term}</span></summary>
    <p>${explanation}</p>
  </details>`;
}

/** What a method that knows nothing reaches on the same figure. */
function referenceOf(key: FigureKey, run: RunView): { readonly name: string; readonly figure: Figure } | null {
  if (run.localization === null) return null;
  if (key === 'maxboxacc') return { name: 'box in the middle', figure: run.localization.centreBox };
  if (key === 'energy') return { name: 'even map', figure: run.localization.uniformEnergy };
  return null;
}

function figureCell(figure: Figure | null, reference: ReturnType<typeof referenceOf>): Markup {
  if (figure === null) return html`<td class="value"><span class="muted">not measured</span></td>`;
  return html`<td class="value">
    <b>${percent(figure.value)}</b
    ><span class="interval" title="95% interval over ${count(figure.n)} pictures"
      >${percent(figure.low)} to ${percent(figure.high)}</span
    >${
      reference === null
        ? null
        : html`<span class="reference"
            ><i class="ticklet" aria-hidden="true"></i> ${reference.name} ${percent(reference.figure.value)}</span
          >`
    }
  </td>`;
}

function changeCell(difference: PairedDifference | undefined): Markup {
  if (difference === undefined) return html`<td class="change"><span class="muted">–</span></td>`;
  const { change, low, high, verdict, n } = difference;
  const interval =
    low === null || high === null
      ? null
      : html`<span class="interval" title="95% interval of the paired difference over ${count(n ?? 0)} pictures"
          >${signedPoints(low)} to ${signedPoints(high)}</span
        >`;
  return html`<td class="change ${verdict}">
    <b>${signedPoints(change)}</b>${interval}<span class="verdict">${verdictWord(verdict)}</span>
  </td>`;
}

/** E of the last assessment: on training pictures, so no interval over test pictures belongs to it. */
function steadinessBody(document: ReportDocument, columns: number): Markup {
  const lines = [
    {
      label: 'Explanation that survives a disturbed background',
      term: 'mean E',
      explanation:
        'The background of every training picture is changed a little. E says how much of where the model looks, and of what it says, stays the same: 1 all, 0 nothing.',
      value: (run: RunView) => run.rounds.at(-1)?.eMean,
      format: unit,
    },
    {
      label: 'Pictures whose explanation does not survive',
      term: 'share with E below 0.5',
      explanation: 'The share of training pictures that keep less than half of their explanation.',
      value: (run: RunView) => run.rounds.at(-1)?.eBelowHalf,
      format: percent,
    },
  ];
  const rows = lines.map(({ label, term, explanation, value, format }) => {
    const cells = document.runs.map((run) => {
      const comparison = document.comparisons.find(({ candidate }) => candidate === run.index);
      const own = value(run);
      const cell = html`<td class="value">
        ${own === undefined ? html`<span class="muted">not measured</span>` : html`<b>${format(own)}</b>`}
      </td>`;
      if (comparison === undefined) return cell;
      const other = value(document.runs[comparison.baseline]);
      const tested = comparison.consistencyComparable ? 'not tested' : 'not comparable: other disturbance';
      const word = own === undefined || other === undefined ? '\u2013' : tested;
      return html`${cell}
        <td class="change"><span class="verdict">${word}</span></td>`;
    });
    const marks = document.runs.flatMap((run) => {
      const own = value(run);
      return own === undefined ? [] : [{ series: run.index, value: own, low: null, high: null, reference: null }];
    });
    return html`<tr>
      <th scope="row">${rowHead({ label, term, explanation })}</th>
      ${cells}
      <td class="scale">${intervalTrack(marks, [0, 1])}</td>
    </tr>`;
  });
  return html`<tbody>
    ${groupRow('Does its gaze stay steady? (training pictures, last assessment)', columns)}${rows}
  </tbody>`;
}
