/** The hardest training pictures of each run, as cards that show before and after. */
import type { ReportDocument } from './document.ts';
import type { ReportImages } from './images.ts';
import { infernoHex } from './inferno.ts';
import { seriesMark } from './charts/marks.ts';
import { html, nameMarkup, richMarkup, type Markup } from './markup.ts';
import type { HardView, RunView } from './run-view.ts';
import { drawnRuns } from './shown.ts';
import { howMeasured } from './training-steadiness.ts';
import { counted, isOwn, unit, wholePercent } from './words.ts';

export function hardestSection(document: ReportDocument, images: ReportImages): Markup {
  const stops = Array.from({ length: 9 }, (_, i) => `${infernoHex(i / 8)} ${String((i / 8) * 100)}%`).join(',');
  return html`<section id="hard-samples" aria-labelledby="hardest-h">
    <h2 id="hardest-h">The hardest pictures</h2>
    <p class="lead">
      Training pictures whose explanation survives least. Top: the picture and where the model looks for its label.
      Below: the same after the background was disturbed.
      <span class="screen"
        >Point at a picture, or reach it with Tab, and it flickers between the two; space holds it, Enter
        enlarges.</span
      >
    </p>
    <p class="ramp">
      <span>speaks little for the label</span><i style="background:linear-gradient(90deg,${stops})"></i
      ><span>speaks most for it</span>
    </p>
    ${document.sections.includes('explanations') ? null : howMeasured(document, images)}
    ${drawnRuns(document).map((run) => runCards(run, images))}
    ${document.runs.length === 0 ? html`<p class="empty">There is no run to show pictures of.</p>` : null}
  </section>`;
}

function runCards(run: RunView, images: ReportImages): Markup {
  const heading = html`<h3 id="hardest-${run.index}">${seriesMark(run.index)} ${run.label}</h3>`;
  if (run.hardest.length === 0) {
    const why =
      run.rounds.length === 0
        ? 'No assessment yet. Hard pictures are found by the first one; resume the run to get there.'
        : 'The pictures of the last assessment were not handed over to this report.';
    return html`${heading}
      <p class="empty">${why}</p>`;
  }
  return html`${heading}
    <p class="note">${counted(run.hardest.length, 'picture')}, hardest first.</p>
    <div class="cards">${run.hardest.map((view) => card(view, run, images))}</div>`;
}

function card(view: HardView, run: RunView, images: ReportImages): Markup {
  const { row } = view;
  const cell = (name: string, caption: string): Markup => {
    const uri = images.get(`${view.imageKey}/${name}`);
    return html`<span class="cell" data-part="${name}"
      >${
        uri === undefined
          ? html`<span class="nothing">no picture</span>`
          : html`<img src="${uri}" alt="" width="256" height="256" />`
      }<span class="cap">${caption}</span></span
    >`;
  };
  const className = (label: number): string => run.record.classes[label] ?? `class ${String(label)}`;
  return html`<article class="card" aria-label="Hard picture ${view.rank} of ${run.label}">
    <header>
      <span class="rank">${view.rank}</span><span class="path" title="${row.id}">${nameMarkup(row.id)}</span>
    </header>
    <button type="button" class="look">
      <span class="sr">Enlarge picture ${view.rank}. </span>
      ${cell('original', 'Original')}${cell('heatmap', 'Looks here')}${numbers(view)}
      ${cell('attacked', 'Background disturbed')}${cell('attacked-heatmap', 'Now looks here')}${cell('change', `The change, ${String(run.amplification)}\u00d7`)}
    </button>
    <dl class="says">
      ${says('Before', className(row.prediction), row.probability, row.prediction !== row.label)}
      ${says('After', className(row.attackedPrediction), row.attackedProbability, !isOwn(row, row.attackedPrediction))}
      <div class="given">
        <dt>Label</dt>
        <dd>${nameMarkup((row.labels ?? [row.label]).map(className).join(', '))}</dd>
        <dd class="p">${wholePercent(row.labelProbability)} → ${wholePercent(row.attackedLabelProbability)}</dd>
      </div>
    </dl>
    <p class="sentence">${richMarkup(view.sentence)}</p>
  </article>`;
}

function numbers({ row }: HardView): Markup {
  return html`<span class="cell scores"
    ><span class="e"><small>E</small>${unit(row.e)}</span>
    <span class="sq" title="How alike the two heatmaps are, 0 to 1"><small>gaze kept</small>S ${unit(row.s)}</span>
    <span class="sq" title="How much of the prediction survives, 0 to 1"
      ><small>answer kept</small>Q ${unit(row.q)}</span
    ></span
  >`;
}

function says(when: string, name: string, probability: number, wrong: boolean): Markup {
  const width = Math.round(Math.min(1, Math.max(0, probability)) * 100);
  return html`<div class="${wrong ? 'wrong' : 'right'}">
    <dt>${when}</dt>
    <dd>
      <span class="who">${nameMarkup(name)}</span
      ><span class="meter" aria-hidden="true"><i style="width:${width}%"></i></span>
    </dd>
    <dd class="p">${wholePercent(probability)}${wrong ? html`<span class="sr"> (not its label)</span>` : null}</dd>
  </div>`;
}
