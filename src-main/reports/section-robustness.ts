/** Attacks over their strength, and bad pictures by kind and severity. */
import {
  ATTACK_SUITES,
  CORRUPTION_FAMILIES,
  type CorruptionsDetails,
  type RobustnessDetails,
} from '../contract/evaluation.ts';
import { heatCell } from './charts/heat.ts';
import { lineChart, percentLabel } from './charts/lines.ts';
import { seriesMark } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import { html, type Markup } from './markup.ts';
import { ATTACK_WORDS, FAMILY_WORDS, orderedCells, REGION_WORDS, type AttackCell } from './kinds/robustness.ts';
import type { RunView } from './run-view.ts';
import { runLegend, sectionFrame, sortHead } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { capitalised, percent } from './words.ts';

type AttackRow = RobustnessDetails['rows'][number];

export function robustnessSection(document: ReportDocument): Markup {
  const frame = {
    section: 'robustness',
    title: 'How easily is it misled?',
    lead: 'Attacks change colour values so little that people hardly see it, in the direction that hurts the model most. Bad pictures mean no harm, and happen every day.',
  } as const;
  return sectionFrame(document, frame, () => html`${attacks(document)} ${corruptions(document)}`);
}

function attacks(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).filter(({ parts }) => parts.robustness !== undefined);
  if (runs.length === 0) return null;
  const rowsOf = (run: RunView): readonly AttackRow[] => run.parts.robustness?.details.rows ?? [];
  const cells = orderedCells([
    ...new Map(runs.flatMap(rowsOf).map((row) => [`${row.attack} ${row.region} ${String(row.eps)}`, row])).values(),
  ]);
  const strengths = [...new Set(cells.map(({ eps }) => eps))].sort((a, b) => a - b);
  const panels = (['all', 'background'] as const).map((region) => {
    const suites = ATTACK_SUITES.filter((attack) =>
      cells.some((cell) => cell.attack === attack && cell.region === region),
    );
    if (suites.length === 0) return null;
    const { heading } = REGION_WORDS[region];
    return html`<p class="barhead">${heading}</p>
      <div class="panels attack">${suites.map((attack) => attackPanel(attack, region, strengths, runs, rowsOf))}</div>`;
  });
  return html`<h3>Correct under attack, by strength</h3>
    <p class="note">
      The strength is the largest change of any colour value, of 255, drawn at equal distances.
      ${ATTACK_SUITES.filter((attack) => cells.some((cell) => cell.attack === attack)).map(
        (attack) => `${ATTACK_WORDS[attack].name}: ${ATTACK_WORDS[attack].how}. `,
      )}
    </p>
    ${runLegend(document)} ${panels} ${attackTable(cells, runs, rowsOf)}`;
}

function attackPanel(
  attack: AttackRow['attack'],
  region: AttackRow['region'],
  strengths: readonly number[],
  runs: readonly RunView[],
  rowsOf: (run: RunView) => readonly AttackRow[],
): Markup {
  const { name } = ATTACK_WORDS[attack];
  const lines = runs.map((run) => ({
    series: run.index,
    label: run.label,
    points: rowsOf(run)
      .filter((row) => row.attack === attack && row.region === region)
      .sort((a, b) => a.eps - b.eps)
      .map(({ eps, accuracy }) => ({
        x: strengths.indexOf(eps),
        y: accuracy.value,
        low: accuracy.low,
        high: accuracy.high,
      })),
  }));
  return html`<figure>
    <figcaption><b>${name}</b></figcaption>
    ${lineChart({
      title: `Accuracy under ${name}, ${REGION_WORDS[region].where}`,
      lines,
      x: {
        from: -0.25,
        to: strengths.length - 0.75,
        ticks: strengths.map((eps, at) => ({ at, text: String(eps) })),
        label: 'strength, of 255',
      },
      y: { top: 1, format: percentLabel },
      dots: true,
      size: 'small',
    })}
  </figure>`;
}

function attackTable(
  cells: readonly AttackCell[],
  runs: readonly RunView[],
  rowsOf: (run: RunView) => readonly AttackRow[],
): Markup {
  const body = cells.map(({ attack, region, eps }) => {
    const values = runs.map((run) => {
      const row = rowsOf(run).find((each) => each.attack === attack && each.region === region && each.eps === eps);
      if (row === undefined)
        return html`<td class="value" data-v="">–</td>
          <td class="value" data-v="">–</td>`;
      return html`${([row.accuracy, row.same] as const).map(
        ({ value, low, high }) =>
          html`<td class="value" data-v="${String(value)}">
            ${percent(value)} <span class="interval inline">${percent(low)} to ${percent(high)}</span>
          </td>`,
      )}`;
    });
    return html`<tr>
      <th scope="row" data-v="${ATTACK_WORDS[attack].name}">${ATTACK_WORDS[attack].name}</th>
      <td data-v="${region}">${capitalised(REGION_WORDS[region].where)}</td>
      <td data-v="${String(eps)}">${String(eps)}/255</td>
      ${values}
    </tr>`;
  });
  return html`<details class="rest">
    <summary>All attacks in numbers</summary>
    <div class="scroll" role="region" aria-label="Attacks" tabindex="0">
      <table class="sortable compact many">
        <thead>
          <tr>
            ${sortHead('Attack', 'text')}${sortHead('Where', 'text')}${sortHead('Strength')}${runs.map(
              (run) =>
                html`${sortHead(html`${seriesMark(run.index)} still correct`)}${sortHead(html`${seriesMark(run.index)} same answer`)}`,
            )}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
  </details>`;
}

function corruptions(document: ReportDocument): Markup | null {
  const tables = drawnRuns(document).flatMap((run) => {
    const rows = run.parts.corruptions?.details.rows ?? [];
    if (rows.length === 0) return [];
    return [
      html`<figure>
        <figcaption>${seriesMark(run.index)} <b>${run.label}</b></figcaption>
        ${corruptionTable(rows)}
      </figure>`,
    ];
  });
  if (tables.length === 0) return null;
  return html`<h3>Wrong with bad pictures</h3>
    <p class="note">
      Wrong names in percent, for each kind of damage from 1 (slight) to 5 (severe), and over all five. The stronger the
      colour, the worse.
    </p>
    <div class="pair">${tables}</div>`;
}

/** Without the sign, which would be repeated in every cell. */
const percentNumber = (share: number): string => percent(share).replace('%', '');

const SEVERITIES = [1, 2, 3, 4, 5] as const;

function corruptionTable(rows: CorruptionsDetails['rows']): Markup {
  const families = CORRUPTION_FAMILIES.flatMap((family) => {
    const kinds = [...new Set(rows.filter((row) => row.family === family).map(({ kind }) => kind))];
    if (kinds.length === 0) return [];
    const lines = kinds.map((kind) => {
      const own = rows.filter((row) => row.kind === kind);
      const wrong = SEVERITIES.map((severity) => own.find((row) => row.severity === severity));
      const mean = own.reduce((sum, row) => sum + 1 - row.accuracy.value, 0) / own.length;
      const cells = wrong.map((row) =>
        row === undefined
          ? html`<td class="heat" data-v="">–</td>`
          : heatCell(percentNumber(1 - row.accuracy.value), 1 - row.accuracy.value, {
              tone: 'amber',
              sort: 1 - row.accuracy.value,
            }),
      );
      return html`<tr>
        <th scope="row" data-v="${own[0].label}" title="${own[0].label}">${own[0].label}</th>
        ${cells}
        <td class="heat sum" data-v="${String(mean)}"><b>${percentNumber(mean)}</b></td>
      </tr>`;
    });
    return [
      html`<tbody>
        <tr class="family">
          <th colspan="7" scope="rowgroup">${capitalised(FAMILY_WORDS[family])}</th>
        </tr>
        ${lines}
      </tbody>`,
    ];
  });
  return html`<div class="scroll" role="region" aria-label="Bad pictures" tabindex="0">
    <table class="matrix sortable">
      <thead>
        <tr>
          ${sortHead('Kind', 'text')}${SEVERITIES.map((severity) => sortHead(String(severity)))}${sortHead('all', 'number', 'sum')}
        </tr>
      </thead>
      ${families}
    </table>
  </div>`;
}
