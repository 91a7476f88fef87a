/** All runs side by side by the figures that tell most, and what is the luck of training. */
import type { SeedsFigure, SeedsView } from '../contract/compare-view.ts';
import { intervalTrack } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import { figureTable, groupRow, rowHead } from './figure-table.ts';
import { html, type Markup } from './markup.ts';
import type { RunView } from './run-view.ts';
import { asColumns, isTrainedHere } from './shown.ts';
import { amountText, changeText, figureText, percent, unit } from './words.ts';

export function comparisonSection(document: ReportDocument): Markup {
  const { runs, kinds, seeds } = document;
  const headlines = kinds.filter(({ headline }) => headline);
  return html`<section id="comparison" aria-labelledby="comparison-h">
    <h2 id="comparison-h">The figures side by side</h2>
    <p class="lead">
      Measured on pictures that were kept aside. The small numbers are 95% intervals: how far the figure could lie from
      this value with other test pictures of the same kind. A dotted line is what a method reaches that has learned
      nothing.
    </p>
    ${
      seeds === null
        ? null
        : html`${seedsTable(seeds, new Set(headlines.map(({ key }) => key)))}
            <h3>Run by run</h3>`
    }
    ${
      runs.length === 0
        ? html`<p class="empty">No run was chosen for this report. Train one, then write the report again.</p>`
        : figureTable(document, headlines, {
            grouped: true,
            rest: (columns) => (asColumns(document) ? steadinessBody(document, columns) : null),
          })
    }
  </section>`;
}

/** E of the last assessment: on training pictures, so no interval over test pictures belongs to it. */
function steadinessBody(document: ReportDocument, columns: number): Markup | null {
  if (document.runs.every((run) => run.rounds.length === 0)) return null;
  const where = isTrainedHere(document.runs) ? 'in training' : 'on training pictures';
  const lines = [
    {
      label: `Explanation that survives, ${where}`,
      term: 'mean E of training pictures',
      explanation:
        'The background of every training picture is changed a little. E says how much of where the model looks, and of what it says, stays the same: 1 all, 0 nothing.',
      value: (run: RunView) => run.rounds.at(-1)?.eMean,
      format: unit,
    },
    {
      label: `Pictures whose explanation does not survive, ${where}`,
      term: 'share of training pictures with E below 0.5',
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

function seedsTable({ arms, figures }: SeedsView, headlines: ReadonlySet<string>): Markup {
  const shown = figures.filter(({ key }) => headlines.has(key));
  const heads = arms.map(
    ({ name, seeds }, i) =>
      html`<th scope="col">
          ${name}<span class="term">${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}</span>
        </th>
        ${i === 0 ? null : html`<th scope="col" class="change">Change, seed by seed</th>`}`,
  );
  return html`<h3>How much is the luck of training?</h3>
    <p class="note">
      Mean over seeds and standard deviation. With the same data and settings, another seed alone gives another model;
      only what goes beyond that is owed to the kind of training.
    </p>
    <div class="scroll" role="region" aria-label="Figures over seeds" tabindex="0">
      <table class="seeds">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${shown.map((figure) => seedsRow(figure))}
        </tbody>
      </table>
    </div>`;
}

function seedsRow({ label, unit: of, arms, differences }: SeedsFigure): Markup {
  const cells = arms.map((own, i) => {
    const value =
      own === null
        ? html`<td class="value"><span class="muted">fewer than two seeds</span></td>`
        : html`<td class="value">
            <b>${figureText(of, own.mean)}</b><span class="interval">± ${amountText(of, own.deviation)}</span>
          </td>`;
    if (i === 0) return value;
    const difference = differences[i];
    if (difference === null)
      return html`${value}
        <td class="change"><span class="muted">no common seed</span></td>`;
    const { mean, deviation, perSeed, sentence } = difference;
    const spread = perSeed.length < 2 ? null : html`<span class="interval">± ${amountText(of, deviation)}</span>`;
    return html`${value}
      <td class="change said"><b>${changeText(of, mean)}</b>${spread}<span class="verdict">${sentence}</span></td>`;
  });
  return html`<tr>
    <th scope="row">${label}</th>
    ${cells}
  </tr>`;
}
