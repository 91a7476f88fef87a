/** Whether heatmaps are steady, name the pixels that matter, and depend on what was learned. */
import { HARMLESS_CHANGES } from '../contract/evaluation.ts';
import { consistencyHistogram, highestBin } from './charts/histogram.ts';
import { curveKey, lineChart, percentLabel, type Line } from './charts/lines.ts';
import { intervalTrack, seriesMark } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import type { ReportImages } from './images.ts';
import { CHANGE_WORDS } from './kinds/explanation.ts';
import { html, type Markup } from './markup.ts';
import type { RunView } from './run-view.ts';
import { filters } from './section-filters.ts';
import { runLegend, sectionFrame } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { classRows, trainingSteadiness } from './training-steadiness.ts';
import { capitalised, counted, percent, unit } from './words.ts';

export function explanationsSection(document: ReportDocument, images: ReportImages): Markup {
  const frame = {
    section: 'explanations',
    title: 'Can its heatmaps be trusted?',
    lead: 'A heatmap is worth something if it stays where it is when nothing that matters changes, if the pixels it names are those the model uses, and if it changes when the model forgets what it learned.',
  } as const;
  const measured = sectionFrame(
    document,
    frame,
    () =>
      html`${onTestPictures(document)} ${orderCurves(document)} ${sanity(document)} ${harmless(document)}
      ${filters(document)}`,
  );
  return html`${measured}${trainingSteadiness(document, images)}`;
}

/** E on pictures kept aside, with one strength for all models. */
function onTestPictures(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).flatMap((run) => {
    const part = run.parts.consistency;
    const [mean, lost] = [run.figures['e_mean'], run.figures['e_below_half']];
    return part === undefined || mean === undefined || lost === undefined ? [] : [{ run, part, mean, lost }];
  });
  if (runs.length === 0) return null;
  const top = highestBin(runs.map(({ part }) => ({ counts: part.details.histogram, pictures: part.pictures })));
  const panels = runs.map(
    ({ run, part, mean, lost }) =>
      html`<figure>
        <figcaption>${seriesMark(run.index)} <b>${run.label}</b></figcaption>
        ${consistencyHistogram(
          {
            counts: part.details.histogram,
            pictures: part.pictures,
            mean: mean.value,
            median: part.details.median,
            belowHalf: lost.value,
          },
          top,
        )}
        <p class="panel-note">
          mean ${unit(mean.value)} · median ${unit(part.details.median)} ·
          <span class="amber">${percent(lost.value)} below 0.5</span
          >${part.details.emptyMaps > 0 ? ` \u00b7 ${counted(part.details.emptyMaps, 'empty heatmap')}` : ''}
        </p>
      </figure>`,
  );
  return html`<h3>Steady on test pictures</h3>
    <p class="note">
      The background of each test picture is disturbed by at most ${String(runs[0].part.details.eps)}/255, the same for
      every model. <b>E</b> tells how much of the explanation survives: right is steady,
      <span class="amber">left is unsteady</span>. Height is the share of pictures; the line is the mean.
    </p>
    <div class="panels">${panels}</div>
    ${classRows(
      document,
      runs.map(({ run, part }) => ({ run, values: part.details.perClass.map((each) => each?.value ?? null) })),
      'Mean E of the test pictures of each class, least steady first. From 0 (left) to 1 (right).',
    )}`;
}

function orderCurves(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).filter(({ parts }) => parts.faithfulness !== undefined);
  if (runs.length === 0) return null;
  const chart = (which: 'insertion' | 'deletion', title: string, label: string): Markup =>
    lineChart({
      title,
      lines: runs.flatMap((run): Line[] => {
        const details = run.parts.faithfulness?.details;
        if (details === undefined) return [];
        const line = (values: readonly number[], name: string, faint: boolean): Line => ({
          ...{ series: run.index, label: name, faint },
          points: values.map((y, i) => ({ x: i / Math.max(1, values.length - 1), y })),
        });
        return [
          line(
            which === 'insertion' ? details.insertionRandom : details.deletionRandom,
            `${run.label}, random order`,
            true,
          ),
          line(details[which], run.label, false),
        ];
      }),
      x: {
        from: 0,
        to: 1,
        ticks: [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: percentLabel(at) })),
        label,
      },
      y: { top: 1, format: percentLabel },
    });
  return html`<h3>Do the pixels that the heatmap names matter?</h3>
    <p class="note">
      Mean probability of the label. Left, a blurred picture gets its pixels back, the most important first: the line
      should rise early. Right, a picture loses them: the line should fall early. The dotted lines do the same in random
      order.
    </p>
    <p class="legend">
      ${runs.map((run) => html`<span>${curveKey(run.index)} ${run.label}</span>`)}<span
        >${curveKey(0, true)} random order</span
      >
    </p>
    <div class="curves">
      <figure>
        <figcaption><b>Insertion</b> <span class="muted">higher is better</span></figcaption>
        ${chart('insertion', 'Insertion', 'pixels returned')}
      </figure>
      <figure>
        <figcaption><b>Deletion</b> <span class="muted">lower is better</span></figcaption>
        ${chart('deletion', 'Deletion', 'pixels removed')}
      </figure>
    </div>`;
}

function sanity(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).filter(({ parts }) => (parts.faithfulness?.details.sanity.length ?? 0) > 0);
  if (runs.length === 0) return null;
  const steps = Math.max(...runs.map((run) => run.parts.faithfulness?.details.sanity.length ?? 0));
  const rows = Array.from({ length: steps }, (_, i) => {
    const values = runs.flatMap((run) => {
      const entry = run.parts.faithfulness?.details.sanity.at(i);
      return entry === undefined ? [] : [{ run, entry }];
    });
    return html`<li>
      <span class="name">${i === 0 ? '' : '+ '}<code>${values[0]?.entry.layer ?? ''}</code></span>
      ${intervalTrack(
        values.map(({ run, entry: { similarity } }) => ({
          ...{
            series: run.index,
            value: similarity.value,
            low: similarity.low,
            high: similarity.high,
            reference: null,
          },
        })),
        [-0.25, 1],
      )}
      <span class="numbers"
        >${values.map(({ entry: { similarity } }) => html`<span class="n">${unit(similarity.value)}</span>`)}</span
      >
    </li>`;
  });
  return html`<h3>Does the heatmap change when the model forgets?</h3>
    <p class="note">
      Layer by layer, from the last to the first, the model is made to forget what it learned. How alike the heatmaps
      stay is a rank correlation: 1 the same, 0 (the upright line) nothing in common. It should fall towards 0; a
      heatmap that stays shows the picture, not the model.
    </p>
    ${runLegend(document)}
    <ul class="tracks">
      ${rows}
    </ul>`;
}

function harmless(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).filter(({ parts }) => parts.stability !== undefined);
  if (runs.length === 0) return null;
  const row = (name: string, prefix: string, key: string): Markup | null => {
    const values = runs.flatMap((run) => {
      const figure = run.figures[`${prefix}${key}`];
      return figure === undefined ? [] : [{ run, figure }];
    });
    if (values.length === 0) return null;
    return html`<li>
      <span class="name">${name}</span>
      ${intervalTrack(
        values.map(({ run, figure: { value, low, high } }) => ({
          series: run.index,
          value,
          low,
          high,
          reference: null,
        })),
        [0, 1],
      )}
      <span class="numbers">${values.map(({ figure }) => html`<span class="n">${unit(figure.value)}</span>`)}</span>
    </li>`;
  };
  return html`<h3>Does it survive what means nothing?</h3>
    <p class="note">
      How alike the heatmaps are before and after a change that leaves the picture what it is, and how much other ways
      of computing a heatmap agree: 1 the same, 0 nothing in common. ${zeroShares(runs)}
    </p>
    ${runLegend(document)}
    <ul class="tracks">
      ${HARMLESS_CHANGES.map((change) => row(capitalised(CHANGE_WORDS[change]), 'map_', change))}
      ${row('Grad-CAM++ instead', 'agree_', 'gradcam++')} ${row('LayerCAM instead', 'agree_', 'layercam')}
    </ul>`;
}

/** Gini and entropy come in part from places that are exactly zero. */
function zeroShares(runs: readonly RunView[]): string {
  const shares = runs.flatMap(({ parts }) =>
    parts.stability === undefined ? [] : [parts.stability.details.zeroShare],
  );
  return `Of the heatmaps, ${shares.map(percent).join(' and ')} of the places are exactly zero, which makes them look more gathered.`;
}
