/** E of the training pictures over the rounds, E by class, and the training curves. */
import type { RoundSummary } from '../contract/run.ts';
import { consistencyHistogram, highestBin, type Histogram } from './charts/histogram.ts';
import { curveKey, lineChart, percentLabel } from './charts/lines.ts';
import { classTrack, seriesMark } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import type { ReportImages } from './images.ts';
import { html, nameMarkup, type Markup } from './markup.ts';
import type { RunView } from './run-view.ts';
import { drawnRuns, isTrainedHere } from './shown.ts';
import { count, counted, epsText, percent, unit } from './words.ts';

const MOST_PANELS = 5;
const MOST_CLASSES = 24;

const histogramOf = (summary: RoundSummary): Histogram => ({
  counts: summary.eHistogram,
  pictures: summary.samples,
  mean: summary.eMean,
  median: summary.eMedian,
  belowHalf: summary.eBelowHalf,
});

export function trainingSteadiness(document: ReportDocument, images: ReportImages): Markup {
  const runs = drawnRuns(document);
  const top = highestBin(runs.flatMap((run) => run.rounds.map(histogramOf)));
  const last = runs.map((run) => ({ run, values: run.rounds.at(-1)?.eMeanPerClass ?? [] }));
  return html`<section id="steadiness" aria-labelledby="steadiness-h">
      <h2 id="steadiness-h">
        ${isTrainedHere(runs) ? 'How steady was its gaze in training?' : 'How steady is its gaze on the training pictures?'}
      </h2>
      <p class="lead">
        In every assessment the background of each training picture is disturbed. <b>E</b> tells how much of the
        explanation survives: right is steady, <span class="amber">left is unsteady</span>. Height is the share of
        pictures. All panels share their axes; the line is the mean.
      </p>
      ${howMeasured(document, images)} ${runs.map((run) => roundPanels(run, top))}
      ${classRows(
        document,
        last.filter(({ values }) => values.length > 0),
        'Mean E of the training pictures of each class in the last assessment, least steady first. From 0 (left) to 1 (right).',
      )}
    </section>
    ${curveSection(document)}`;
}

/** First, last and evenly chosen rounds between, when there are too many to show. */
function chosenRounds(rounds: readonly RoundSummary[], most: number): RoundSummary[] {
  if (rounds.length <= most) return [...rounds];
  const picked = Array.from({ length: most }, (_, i) => Math.round((i * (rounds.length - 1)) / (most - 1)));
  return picked.map((i) => rounds[i]);
}

function roundPanels(run: RunView, top: number): Markup {
  const { rounds } = run;
  const heading = html`<h3>${seriesMark(run.index)} ${run.label}</h3>`;
  if (rounds.length === 0) {
    return html`<div class="rounds">
      ${heading}
      <p class="empty">
        No assessment yet: this run ended before its first round, so nothing can be said about how steady its gaze is.
        Resume it to find out.
      </p>
    </div>`;
  }
  const shown = chosenRounds(rounds, MOST_PANELS);
  const { eps, epsSurvival } = run.record;
  const atTheEnd = isTrainedHere([run]) ? 'At the end' : 'As it was brought';
  const strength =
    eps === null
      ? null
      : html`<p class="note">
          Disturbed by at most ${epsText(eps)} in each colour
          value${epsSurvival === null ? '' : `, at which ${percent(epsSurvival)} of a probe of correct predictions survived when the strength was chosen`}.
        </p>`;
  const panels = shown.map((summary) => {
    const last = summary === rounds.at(-1) && run.final !== null;
    return html`<figure>
      <figcaption><b>${last ? atTheEnd : `Before round ${String(summary.round)}`}</b></figcaption>
      ${consistencyHistogram(histogramOf(summary), top)}
      <p class="panel-note">
        mean ${unit(summary.eMean)} · median ${unit(summary.eMedian)} ·
        <span class="amber">${percent(summary.eBelowHalf)} below 0.5</span
        >${summary.emptyMaps > 0 ? ` \u00b7 ${counted(summary.emptyMaps, 'empty heatmap')}` : ''}
      </p>
    </figure>`;
  });
  const left = rounds.length - shown.length;
  return html`<div class="rounds">
    ${heading}${strength}
    <div class="panels">${panels}</div>
    ${left > 0 ? html`<p class="note">${counted(left, 'assessment')} between these are not drawn; report.json has all ${count(rounds.length)}.</p>` : null}
  </div>`;
}

export interface ClassValues {
  readonly run: RunView;
  /** Mean E in the order of the classes; null without pictures. */
  readonly values: readonly (number | null)[];
}

/** E by class, a dot a run. */
export function classRows({ study }: ReportDocument, runs: readonly ClassValues[], note: string): Markup | null {
  if (runs.length === 0) return null;
  const classes = study.classes.map((name, label) => ({
    name,
    values: runs.map(({ values }) => values[label] ?? null),
  }));
  const order = (values: readonly (number | null)[]): number => values.find((value) => value !== null) ?? Infinity;
  const sorted = [...classes].sort((a, b) => order(a.values) - order(b.values));
  const series = runs.map(({ run }) => run.index);
  const rows = sorted.map(({ name, values }) => {
    const numbers = values.map((value) => html`<span class="n">${value === null ? '\u2013' : unit(value)}</span>`);
    return html`<li>
      <span class="name" title="${name}">${nameMarkup(name)}</span>${classTrack(values, series)}<span class="numbers"
        >${numbers}</span
      >
    </li>`;
  });
  const legend = runs.map(({ run }) => html`<span>${seriesMark(run.index)} ${run.label}</span>`);
  const rest = rows.slice(MOST_CLASSES);
  return html`<div class="classes">
    <h3>By class</h3>
    <p class="note">${note}</p>
    <p class="legend">${legend}</p>
    <ul class="classlist">
      ${rows.slice(0, MOST_CLASSES)}
    </ul>
    ${
      rest.length === 0
        ? null
        : html`<details class="rest">
            <summary>The other ${counted(rest.length, 'class', 'classes')}</summary>
            <ul class="classlist">
              ${rest}
            </ul>
          </details>`
    }
  </div>`;
}

export const hasCurves = (document: ReportDocument): boolean =>
  drawnRuns(document).some((run) => run.epochs.length > 1);

function curveSection(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).filter((run) => run.epochs.length > 1);
  if (runs.length === 0) return null;
  const longest = Math.max(2, ...runs.map((run) => run.epochs.length));
  const chart = (
    title: string,
    value: (point: RunView['epochs'][number]) => number,
    top: number,
    format: (value: number) => string,
  ): Markup =>
    lineChart({
      title: `${title} over ${String(longest)} epochs`,
      lines: runs.map((run) => ({
        ...{ series: run.index, label: run.label },
        points: run.epochs.map((point, i) => ({ x: i + 1, y: value(point) })),
      })),
      x: {
        ...{ from: 1, to: longest, label: 'epoch' },
        ticks: [1, longest].map((at) => ({ at, text: String(at) })),
      },
      y: { top, format },
    });
  const losses = runs.flatMap((run) => run.epochs.map(({ loss }) => loss)).filter(Number.isFinite);
  const legend = runs.map((run) => html`<span>${curveKey(run.index)} ${run.label}</span>`);
  return html`<section id="training" aria-labelledby="training-h">
    <h2 id="training-h">How training went</h2>
    <p class="lead">
      On the training pictures, as the model saw them. High accuracy here does not mean high accuracy on new pictures.
    </p>
    <p class="legend">${legend}</p>
    <div class="curves">
      <figure>
        <figcaption><b>Accuracy in training</b></figcaption>
        ${chart('Training accuracy', (point) => point.accuracy, 1, percentLabel)}
      </figure>
      <figure>
        <figcaption><b>Loss</b> <span class="muted">how wrong it is; lower is better</span></figcaption>
        ${chart('Training loss', (point) => point.loss, Math.max(0.1, ...losses), unit)}
      </figure>
    </div>
  </section>`;
}

/** One picture of this report taken through the measurement, step by step. */
export function howMeasured(document: ReportDocument, images: ReportImages): Markup | null {
  const views = document.runs.flatMap((run) => run.hardest.map((view) => ({ view, run })));
  const telling = ({ view: { row } }: (typeof views)[number]): boolean =>
    row.prediction === row.label && row.attackedPrediction !== row.label && row.s < 0.5 && !row.empty;
  const chosen = views.find(telling) ?? views.at(0);
  if (chosen === undefined) return null;
  const { view, run } = chosen;
  const { row } = view;
  const picture = (name: string): Markup | null => {
    const uri = images.get(`${view.imageKey}/${name}`);
    return uri === undefined ? null : html`<img src="${uri}" alt="" width="256" height="256" />`;
  };
  const name = (label: number): Markup => nameMarkup(run.record.classes[label] ?? `class ${String(label)}`);
  return html`<ol class="how" aria-label="How E is measured, with one of the hardest pictures">
    <li>${picture('original')}<b>1. A training picture</b>The model says ${name(row.prediction)}.</li>
    <li>${picture('heatmap')}<b>2. Where it looks</b>Bright places speak for ${name(row.label)}.</li>
    <li>
      ${picture('attacked')}<b>3. Disturb the rest</b>Only the background
      changes${run.record.eps === null ? '' : `, by at most ${epsText(run.record.eps)}`}.
    </li>
    <li>${picture('attacked-heatmap')}<b>4. Look again</b>Now it says ${name(row.attackedPrediction)}.</li>
    <li class="sum">
      <span>E = ${unit(row.e)}</span>gaze kept ${unit(row.s)} × answer kept ${unit(row.q)}. At 1 nothing moved; at 0
      nothing is left of the explanation.
    </li>
  </ol>`;
}
