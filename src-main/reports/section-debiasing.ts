/** How much a model leans on backgrounds: eight variants, the challenge, and groups. */
import { VARIANTS, type Variant } from '../contract/evaluation.ts';
import { barTrack } from './charts/bars.ts';
import { lineChart, percentLabel } from './charts/lines.ts';
import { seriesMark } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import { html, nameMarkup, type Markup } from './markup.ts';
import type { ReportImages } from './images.ts';
import { VARIANT_WORDS } from './kinds/background.ts';
import type { RunView } from './run-view.ts';
import { groupTables } from './section-groups.ts';
import { runLegend, sectionFrame } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { hardestBackgrounds } from './wanted-pictures.ts';
import { counted, percent, wholePercent } from './words.ts';

export function debiasingSection(document: ReportDocument, images: ReportImages): Markup {
  const frame = {
    section: 'debiasing',
    title: 'Does it lean on the background?',
    lead: 'Objects are put before other backgrounds, and backgrounds are shown without their objects. A model that knows the object does not mind the first and is helpless in the second.',
  } as const;
  return sectionFrame(
    document,
    frame,
    () =>
      html`${source(document)} ${variantBars(document)} ${challenge(document, images)} ${groupTables(document, images)}`,
  );
}

/** Where foregrounds come from decides what the figures are worth. */
function source({ runs, warnings }: ReportDocument): Markup {
  const sources = new Set(runs.flatMap(({ parts }) => (parts.debiasing ? [parts.debiasing.details.foreground] : [])));
  const words = {
    mask: 'Where the objects are is told by masks.',
    box: 'Where the objects are is told by boxes, so that some background counts as object.',
    folders: 'The variants were read as finished pictures, as the data came.',
    models: '',
  } as const;
  return html`${warnings.map((warning) => html`<p class="warning"><strong>${warning}</strong></p>`)}
  ${[...sources].filter((each) => each !== 'models').map((each) => html`<p class="note">${words[each]}</p>`)}`;
}

/** With an object first, then without. */
const ORDER: readonly (readonly [heading: string, variants: readonly Variant[]])[] = [
  ['With the object', ['original', 'only_fg', 'mixed_same', 'mixed_rand', 'mixed_next']],
  ['Without the object: the answer can only come from the background', ['only_bg_t', 'only_bg_b', 'no_fg']],
];

function variantBars(document: ReportDocument): Markup | null {
  const runs = drawnRuns(document).filter(({ parts }) => parts.debiasing !== undefined);
  if (runs.length === 0) return null;
  const chance = runs[0].parts.debiasing?.details.chance ?? 0;
  const row = (variant: Variant): Markup | null => {
    const bars = runs.flatMap((run) => {
      const figure = run.figures[`acc_${variant}`];
      return figure === undefined ? [] : [{ series: run.index, figure }];
    });
    if (bars.length === 0) return null;
    const { label, explanation } = VARIANT_WORDS[variant];
    return html`<li title="${explanation}">
      <span class="name">${label}<span class="term">${variant.replaceAll('_', '-')}</span></span>
      ${barTrack(bars, chance)}
      <span class="values"
        >${bars.map(
          ({ figure }) =>
            html`<span
              ><b>${percent(figure.value)}</b>
              <span class="interval">${percent(figure.low)} to ${percent(figure.high)}</span></span
            >`,
        )}</span
      >
    </li>`;
  };
  const missing = VARIANTS.filter((variant) => runs.every((run) => run.figures[`acc_${variant}`] === undefined));
  return html`<h3>Correct on eight kinds of background</h3>
    <p class="note">With 95% intervals. The dotted line is what guessing reaches (${percent(chance)}).</p>
    ${runLegend(document)}
    ${ORDER.map(
      ([heading, variants]) =>
        html`<p class="barhead">${heading}</p>
          <ul class="bars">
            ${variants.map(row)}
          </ul>`,
    )}
    ${missing.length === 0 ? null : html`<p class="note">Could not be built from these data: ${missing.map((variant) => variant.replaceAll('_', '-')).join(', ')}.</p>`}`;
}

function challenge(document: ReportDocument, images: ReportImages): Markup | null {
  const runs = drawnRuns(document).flatMap((run) => {
    const details = run.parts.challenge?.details;
    return details === undefined ? [] : [{ run, details }];
  });
  if (runs.length === 0) return null;
  const most = Math.max(1, ...runs.map(({ details }) => details.surviving.length - 1));
  const step = Math.max(1, Math.round(most / 5));
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  return html`<h3>The background challenge</h3>
    <p class="note">
      Each object is shown before one background after the other. The line is the share of pictures whose answer none of
      them has changed so far.
    </p>
    ${runLegend(document, true)}
    <div class="chartbox">
      ${lineChart({
        title: 'Share of pictures whose answer survives',
        lines: runs.map(({ run, details }) => ({
          series: run.index,
          label: run.label,
          points: details.surviving.map((y, x) => ({ x, y })),
        })),
        x: { from: 0, to: most, ticks: ticks.map((at) => ({ at, text: String(at) })), label: 'backgrounds shown' },
        y: { top: 1, format: percentLabel },
      })}
    </div>
    ${runs.map(({ run, details }) => backgrounds(run, details.backgrounds, document, images))}`;
}

/** The backgrounds that change most answers, as pictures where these are at hand. */
function backgrounds(
  run: RunView,
  all: readonly { readonly id: string; readonly changes: number }[],
  { study }: ReportDocument,
  images: ReportImages,
): Markup | null {
  const shown = hardestBackgrounds(all);
  if (shown.length === 0) return null;
  const items = shown.map(({ id, changes }) => {
    const uri = images.get(study.pictures[id] ?? '');
    return html`<li>
      ${uri === undefined ? null : html`<img src="${uri}" alt="" width="96" height="96" />`}<b
        >${wholePercent(changes)}</b
      ><span class="path" title="${id}">${nameMarkup(id)}</span>
    </li>`;
  });
  return html`<div class="examples">
    <p class="note">
      ${seriesMark(run.index)} ${run.label}: the backgrounds, of ${counted(all.length, 'background')}, that change most
      answers, and the share they change.
    </p>
    <ul class="gallery">
      ${items}
    </ul>
  </div>`;
}
