/** Whether heatmaps lie on objects: figures beside trivial methods, and what the brightness border does. */
import type { LocalizationDetails } from '../contract/evaluation.ts';
import { lineChart, percentLabel } from './charts/lines.ts';
import { seriesMark } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import { html, type Markup } from './markup.ts';
import type { RunView } from './run-view.ts';
import { runLegend, sectionFrame } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { count, percent, unit } from './words.ts';

interface Located {
  readonly run: RunView;
  readonly details: LocalizationDetails;
}

export function localizationSection(document: ReportDocument): Markup {
  const located = drawnRuns(document).flatMap((run): Located[] => {
    const details = run.parts.localization?.details;
    return details === undefined ? [] : [{ run, details }];
  });
  const frame = {
    section: 'localization',
    title: 'Does it look at the object?',
    lead: 'The heatmap of the right name beside what is known about where the object is. A method that does not beat a box in the middle and an even map has found nothing.',
  } as const;
  return sectionFrame(document, frame, () => html`${borderCurves(document, located)} ${honesty(located)}`);
}

function borderCurves(document: ReportDocument, located: readonly Located[]): Markup {
  const lines = located.map(({ run, details }) => ({
    series: run.index,
    label: run.label,
    points: details.curve.map((y, i) => ({ x: i / 100, y })),
  }));
  const highest = Math.max(0.1, ...located.flatMap(({ details }) => details.curve), ...located.map(centre));
  const top = Math.min(1, Math.ceil(highest * 10 + 0.5) / 10);
  return html`<h3>How much hangs on the brightness border</h3>
    <p class="note">
      Share of objects found by a box around everything brighter than the border. The upright line is the border that
      was chosen beforehand, on other pictures where there are any. The dotted line is what always guessing a box in the
      middle finds.
    </p>
    ${runLegend(document, true)}
    <div class="chartbox">
      ${lineChart({
        title: 'MaxBoxAcc over the brightness border',
        lines,
        x: {
          from: 0,
          to: 1,
          ticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => ({ at, text: String(at) })),
          label: 'brightness border',
        },
        y: { top, format: percentLabel },
        uprights: located
          .filter(({ details }, i) => located.findIndex((each) => each.details.threshold === details.threshold) === i)
          .map(({ run, details }) => ({
            ...{ series: run.index, at: details.threshold },
            text: `chosen: ${unit(details.threshold)}`,
          })),
        levels: located.length === 0 ? [] : [{ at: centre(located[0]), text: 'a box in the middle' }],
      })}
    </div>`;
}

const centre = ({ run }: Located): number => run.figures['centre_box']?.value ?? 0;

/** What was chosen honestly beside what the best choice on the test pictures themselves would give. */
function honesty(located: readonly Located[]): Markup {
  const rows: readonly (readonly [string, (each: Located) => string])[] = [
    ['MaxBoxAcc at the chosen border', ({ run }) => shown(run, 'maxboxacc')],
    ['\u2026 at the best border on the test pictures (optimistic)', ({ details }) => percent(details.best)],
    ['MaxBoxAccV2 at the chosen borders', ({ run }) => shown(run, 'maxboxacc_v2')],
    ['\u2026 at the best borders on the test pictures (optimistic)', ({ details }) => percent(details.v2Best)],
    ['MaxBoxAccV2 at an overlap of 30, 50, 70%', ({ details }) => details.v2Parts.map(percent).join(', ')],
    ['A box in the middle', ({ run }) => shown(run, 'centre_box')],
    ['Side of that box, of the picture\u2019s side', ({ details }) => percent(details.centreBoxSize)],
    ['Border chosen', ({ details }) => unit(details.threshold)],
    ['Chosen on', ({ details }) => (details.thresholdFrom === 'val' ? 'validation pictures' : 'the test pictures')],
    ['Measured against', ({ details }) => (details.target === 'mask' ? 'masks' : 'boxes')],
    ['Pictures with a box, with a target', ({ details }) => `${count(details.boxed)}, ${count(details.targeted)}`],
  ];
  return html`<h3>Chosen beforehand, and the best possible</h3>
    <p class="note">
      The literature often reports the best border on the test pictures. That flatters; here it stands beside, and is
      used nowhere.
    </p>
    <table class="facts">
      <thead>
        <tr>
          <th scope="col"><span class="sr">Figure</span></th>
          ${located.map(({ run }) => html`<th scope="col">${seriesMark(run.index)} ${run.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${located.map((each) => html`<td>${value(each)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function shown({ figures }: RunView, key: string): string {
  const figure = figures[key];
  return figure === undefined ? 'not measured' : percent(figure.value);
}
