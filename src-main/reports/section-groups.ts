/** Accuracy by class and kind of background, the worst group marked. */
import type { GroupsDetails } from '../contract/evaluation.ts';
import { heatCell } from './charts/heat.ts';
import { seriesMark } from './charts/marks.ts';
import type { ReportDocument } from './document.ts';
import { worstCell } from './findings-gaze.ts';
import type { ReportImages } from './images.ts';
import { html, nameMarkup, type Markup } from './markup.ts';
import { sortHead } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { EXAMPLES_SHOWN } from './wanted-pictures.ts';
import { count, counted, percent } from './words.ts';

export function groupTables(document: ReportDocument, images: ReportImages): Markup | null {
  const runs = drawnRuns(document).flatMap((run) => {
    const details = run.parts.groups?.details;
    return details === undefined ? [] : [{ run, details }];
  });
  if (runs.length === 0) return null;
  const { clusters, least } = runs[0].details;
  // The kinds of background come from the pictures alone; models only differ in how they cope with them.
  const same = runs.every(({ details }) => JSON.stringify(details.clusters) === JSON.stringify(clusters));
  return html`<h3>Class by kind of background</h3>
    <p class="note">
      Backgrounds are sorted by their look into ${counted(clusters.length, 'kind')}. Each cell: the share of pictures of
      the class before that kind of background that are named correctly, and how many there are. The stronger the
      colour, the worse; the worst group is framed. Groups with fewer than ${counted(least, 'picture')} are shown pale
      and do not count.
    </p>
    ${same ? kindsOfBackground(clusters, document, images) : null}
    <div class="pair">
      ${runs.map(
        ({ run, details }) =>
          html`<figure>
            <figcaption>${seriesMark(run.index)} <b>${run.label}</b></figcaption>
            ${same ? null : kindsOfBackground(details.clusters, document, images)}
            ${groupTable(details, document.study.classes)}
          </figure>`,
      )}
    </div>`;
}

const swatch = ([r, g, b]: readonly [number, number, number]): Markup =>
  html`<i
    class="swatch"
    style="background:rgb(${[r, g, b].map((part) => Math.round(part)).join(' ')})"
    aria-hidden="true"
  ></i>`;

function kindsOfBackground(
  clusters: GroupsDetails['clusters'],
  { study }: ReportDocument,
  images: ReportImages,
): Markup {
  const items = clusters.map(({ pictures, colour, examples }, i) => {
    const shown = examples.slice(0, EXAMPLES_SHOWN).flatMap((id) => {
      const uri = images.get(study.pictures[id] ?? '');
      return uri === undefined ? [] : [html`<img src="${uri}" alt="" width="96" height="96" title="${id}" />`];
    });
    return html`<li>
      <p>${swatch(colour)} <b>Kind ${i + 1}</b> <span class="muted">${counted(pictures, 'picture')}</span></p>
      ${shown.length === 0 ? null : html`<div class="thumbs">${shown}</div>`}
    </li>`;
  });
  return html`<ul class="kinds" aria-label="Kinds of background, with their mean colour">
    ${items}
  </ul>`;
}

function groupTable(details: GroupsDetails, classes: readonly string[]): Markup {
  const worst = worstCell(details);
  const labels = [...new Set(details.cells.map(({ label }) => label))].sort((a, b) => a - b);
  const rows = labels.map((label) => {
    const cells = details.clusters.map((_, cluster) => {
      const cell = details.cells.find((each) => each.label === label && each.cluster === cluster);
      if (cell === undefined) return html`<td class="heat" data-v=""><span class="muted">·</span></td>`;
      const { value, low, high, n } = cell.figure;
      const counts = n >= details.least;
      const content = html`<span title="95% interval ${percent(low)} to ${percent(high)}"
          >${percent(value)}${cell === worst ? html`<span class="sr"> worst group</span>` : null}</span
        ><span class="n">${count(n)}</span>`;
      return heatCell(content, counts ? 1 - value : 0, {
        tone: 'amber',
        sort: value,
        mark: cell === worst ? 'worst' : counts ? '' : 'pale',
      });
    });
    const name = classes[label] ?? `class ${String(label)}`;
    return html`<tr>
      <th scope="row" data-v="${name}" title="${name}">${nameMarkup(name)}</th>
      ${cells}
    </tr>`;
  });
  const heads = details.clusters.map(({ colour }, i) => sortHead(html`${swatch(colour)} ${i + 1}`));
  return html`<div class="scroll" role="region" aria-label="Groups" tabindex="0">
    <table class="matrix sortable">
      <thead>
        <tr>
          ${sortHead('Class', 'text')}${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
