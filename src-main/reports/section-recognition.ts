/** Accuracy by class, what is taken for what, and whether the model is as sure as it should be. */
import type { RecognitionDetails } from '../contract/evaluation.ts';
import { heatCell } from './charts/heat.ts';
import { intervalTrack, seriesMark } from './charts/marks.ts';
import { reliabilityDiagram } from './charts/reliability.ts';
import type { ReportDocument } from './document.ts';
import { html, nameMarkup, type Markup } from './markup.ts';
import type { RunView } from './run-view.ts';
import { sectionFrame, sortHead } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { count, counted, percent } from './words.ts';

/** Larger tables of confusions cannot be read; the pairs that are confused most stand in their place. */
const MOST_CLASSES = 14;
const MOST_PAIRS = 20;
const MOST_ROWS = 40;

export function recognitionSection(document: ReportDocument): Markup {
  const frame = {
    section: 'recognition',
    title: 'Does it name the pictures correctly?',
    lead: 'By class, by what is taken for what, and by whether it is as sure as it should be.',
  } as const;
  return sectionFrame(
    document,
    frame,
    () => html`${classTable(document)} ${confusions(document)} ${calibrations(document)}`,
  );
}

const detailsOf = (run: RunView): RecognitionDetails | null => run.parts.recognition?.details ?? null;

/** Accuracy of each class; where pictures may be of several, average precision. */
function figuresPerClass(run: RunView): RecognitionDetails['perClass'] {
  const details = detailsOf(run);
  return details?.averagePrecision ?? details?.perClass ?? [];
}

const isSeveral = (runs: readonly RunView[]): boolean =>
  runs.some((run) => detailsOf(run)?.averagePrecision !== undefined);

function classTable(document: ReportDocument): Markup {
  const runs = drawnRuns(document).filter((run) => detailsOf(run) !== null);
  const classes = document.study.classes.map((name, label) => ({
    name,
    figures: runs.map((run) => figuresPerClass(run)[label] ?? null),
    pictures: Math.max(0, ...runs.map((run) => detailsOf(run)?.perClass[label]?.n ?? 0)),
  }));
  const first = ({ figures }: (typeof classes)[number]): number => figures.find((each) => each !== null)?.value ?? 2;
  const rows = [...classes]
    .sort((a, b) => first(a) - first(b))
    .map(({ name, figures, pictures: n }) => {
      const cells = figures.map((figure) =>
        figure === null
          ? html`<td class="value" data-v=""><span class="muted">no pictures</span></td>`
          : html`<td class="value" data-v="${String(figure.value)}">
              <b>${percent(figure.value)}</b
              ><span class="interval">${percent(figure.low)} to ${percent(figure.high)}</span>
            </td>`,
      );
      const marks = figures.flatMap((figure, i) =>
        figure === null
          ? []
          : [{ series: runs[i].index, value: figure.value, low: figure.low, high: figure.high, reference: null }],
      );
      return html`<tr>
        <th scope="row" data-v="${name}">${nameMarkup(name)}</th>
        <td data-v="${n}">${count(n)}</td>
        ${cells}
        <td class="scale">${intervalTrack(marks, [0, 1])}</td>
      </tr>`;
    });
  const table = (body: readonly Markup[]): Markup =>
    html`<div class="scroll" role="region" aria-label="Accuracy by class" tabindex="0">
      <table class="sortable compact">
        <thead>
          <tr>
            ${sortHead('Class', 'text')}${sortHead('Pictures')}${runs.map((run) =>
              sortHead(html`${seriesMark(run.index)} ${run.label}`),
            )}
            <th scope="col" class="scale"><span>0%</span><span>100%</span></th>
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>`;
  const rest = rows.slice(MOST_ROWS);
  return html`<h3>${isSeveral(runs) ? 'Average precision of each class' : 'Correct in each class'}</h3>
    <p class="note">Weakest first. With few pictures of a class the interval is wide.</p>
    ${table(rows.slice(0, MOST_ROWS))}
    ${
      rest.length === 0
        ? null
        : html`<details class="rest">
            <summary>The other ${counted(rest.length, 'class', 'classes')}</summary>
            ${table(rest)}
          </details>`
    }`;
}

function confusions(document: ReportDocument): Markup {
  const small = document.study.classes.length <= MOST_CLASSES;
  const note = small
    ? 'Each line is the label, each column what the model said; pictures are counted. The diagonal is right, everything in colour beside it is a mistake.'
    : 'The pairs that are confused most, counted in pictures; report.json has the whole table.';
  const once = isSeveral(drawnRuns(document))
    ? ' A picture of several classes is counted once: its label is the one of its classes that the model is most sure of, and what the model said is the most probable class.'
    : '';
  const tables = drawnRuns(document).flatMap((run) => {
    const details = detailsOf(run);
    if (details === null) return [];
    const { classes } = document.study;
    return [
      html`<figure>
        <figcaption>${seriesMark(run.index)} <b>${run.label}</b></figcaption>
        ${small ? confusionMatrix(details.confusion, classes) : confusedPairs(details.confusion, classes)}
      </figure>`,
    ];
  });
  return html`<h3>What is taken for what</h3>
    <p class="note">${note}${once}</p>
    <div class="${document.study.classes.length <= 10 ? 'pair' : 'stack'}">${tables}</div>`;
}

function confusionMatrix(confusion: RecognitionDetails['confusion'], classes: readonly string[]): Markup {
  const rows = confusion.map((row, label) => {
    const total = Math.max(
      1,
      row.reduce((sum, n) => sum + n, 0),
    );
    const cells = row.map((n, prediction) =>
      heatCell(n === 0 ? html`<span class="muted">·</span>` : count(n), n / total, {
        tone: label === prediction ? 'mark' : 'amber',
      }),
    );
    return html`<tr>
      <th scope="row" title="${classes[label] ?? ''}">${nameMarkup(classes[label] ?? '')}</th>
      ${cells}
    </tr>`;
  });
  const heads = classes.map((name) => html`<th scope="col" title="${name}"><span>${nameMarkup(name)}</span></th>`);
  return html`<div class="scroll" role="region" aria-label="Confusions" tabindex="0">
    <table class="matrix upright">
      <thead>
        <tr>
          <td class="corner"><span>label ↓</span> <span>said →</span></td>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function confusedPairs(confusion: RecognitionDetails['confusion'], classes: readonly string[]): Markup {
  const pairs = confusion
    .flatMap((row, label) => row.map((n, prediction) => ({ label, prediction, n, of: row.reduce((a, b) => a + b, 0) })))
    .filter(({ label, prediction, n }) => label !== prediction && n > 0)
    .sort((a, b) => b.n - a.n)
    .slice(0, MOST_PAIRS);
  if (pairs.length === 0) return html`<p class="empty">No picture was taken for another class.</p>`;
  return html`<table class="sortable compact">
    <thead>
      <tr>
        ${sortHead('Label', 'text')}${sortHead('Taken for', 'text')}${sortHead('Pictures')}${sortHead('Of its class')}
      </tr>
    </thead>
    <tbody>
      ${pairs.map(
        ({ label, prediction, n, of }) =>
          html`<tr>
            <th scope="row" data-v="${classes[label] ?? ''}">${nameMarkup(classes[label] ?? '')}</th>
            <td data-v="${classes[prediction] ?? ''}">${nameMarkup(classes[prediction] ?? '')}</td>
            <td data-v="${n}">${count(n)}</td>
            <td data-v="${n / of}">${percent(n / of)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function calibrations(document: ReportDocument): Markup {
  const figures = drawnRuns(document).flatMap((run) => {
    const details = detailsOf(run);
    if (details === null) return [];
    const ece = run.figures['ece'];
    return [
      html`<figure class="calibration">
        <figcaption>${seriesMark(run.index)} <b>${run.label}</b></figcaption>
        ${reliabilityDiagram(details.calibration, `How often ${run.label} is right by how sure it is`)}
        ${ece === undefined ? null : html`<p class="panel-note">off by ${percent(ece.value)} on average (ECE)</p>`}
      </figure>`,
    ];
  });
  return html`<h3>Is it as sure as it should be?</h3>
    <p class="note">
      Answers are sorted by how sure the model was. Grey bars: how often it was right. On the slanted line they would be
      as they should; <span class="amber">amber</span> is how much surer it was than right, pale grey how much less
      sure. Below: how many answers each bar stands for.
    </p>
    <div class="panels calibrations">${figures}</div>`;
}
