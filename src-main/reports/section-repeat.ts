/** Everything needed to judge the figures and to repeat them: limits, definitions, settings, versions. */
import { definitionsOf, METHOD_SOURCE } from './definitions.ts';
import type { ReportDocument, RunView } from './document.ts';
import { seriesMark } from './charts.ts';
import { html, nameMarkup, type Markup } from './markup.ts';
import { settingRows } from './settings-table.ts';
import { count, counted, duration, epsText, percent } from './words.ts';

export function limitsSection(document: ReportDocument): Markup {
  return html`<section id="limits" aria-labelledby="limits-h">
    <h2 id="limits-h">What this report cannot say</h2>
    <ul class="limits">
      ${limitsOf(document).map((limit) => html`<li>${limit}</li>`)}
    </ul>
  </section>`;
}

/** Reservations that hold for the figures of this report. */
export function limitsOf(document: ReportDocument): string[] {
  const { runs } = document;
  const arms = new Map<string, number>();
  for (const run of runs) arms.set(run.arm, (arms.get(run.arm) ?? 0) + 1);
  const limits: string[] = [];
  if (document.study.counts.test === 0 && runs.some((run) => run.figures.top1 !== null)) {
    limits.push(
      'There are no test pictures. The figures were measured on the validation pictures, on which thresholds were chosen too, so they flatter the models. Read \u201ctest pictures\u201d as \u201cvalidation pictures\u201d throughout.',
    );
  }
  if (runs.length > 0 && [...arms.values()].some((n) => n === 1)) {
    limits.push(
      'Each kind of training with only one run was tried with one seed. The intervals cover the choice of test pictures, not the luck of training: with another seed the figures, and the differences, can come out differently. At least three seeds are needed to tell.',
    );
  }
  if (runs.some((run) => run.rounds.length > 0)) {
    limits.push(
      'E is measured on training pictures and under one kind and strength of disturbance. A steady gaze under it need not be steady under another, and a steady gaze need not be on the object.',
    );
  }
  if (runs.some((run) => run.figures.bg_gap !== null)) {
    limits.push(
      'Pictures with exchanged backgrounds are composed by computer. Seams and remains of the old background may themselves change a prediction; that is why the same-class background, not the original, is the yardstick.',
    );
  }
  if (runs.some((run) => run.localization !== null)) {
    limits.push(
      'A heatmap is coarse: it has far fewer places than the picture has pixels. It shows roughly where evidence comes from, not why.',
    );
  }
  if (runs.some((run) => run.localization?.thresholdFrom === 'test')) {
    limits.push(
      'No validation picture says where its object is. The brightness border of the boxes and the size of the box in the middle were therefore chosen on the test pictures themselves, which flatters both.',
    );
  }
  limits.push(
    'The figures hold for pictures like these test pictures. Other cameras, places or seasons need a test of their own.',
  );
  return limits;
}

export function definitionsSection(document: ReportDocument): Markup {
  const items = definitionsOf(document).map(
    ({ term, definition }) =>
      html`<div>
        <dt>${term}</dt>
        <dd>${definition}</dd>
      </div>`,
  );
  return html`<section id="definitions" aria-labelledby="definitions-h">
    <h2 id="definitions-h">Definitions</h2>
    <dl class="definitions">${items}</dl>
    <p class="note">
      The method follows ${METHOD_SOURCE} The paper leaves many choices open; those made here are settings of this
      program, listed below, and are not the paper’s.
    </p>
  </section>`;
}

export function repeatSection(document: ReportDocument): Markup {
  const { runs, study } = document;
  return html`<section id="repeat" aria-labelledby="repeat-h">
    <h2 id="repeat-h">To repeat this</h2>
    <p class="lead">
      The same data, settings and seed on the same engine give the same result. Names of settings are those that
      <code>--set name=value</code> takes.
    </p>
    ${
      runs.length === 0
        ? html`<p class="empty">No run, no settings.</p>`
        : html`<div class="scroll" role="region" aria-label="Facts about the runs" tabindex="0">
            <table class="facts">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  ${headCells(runs)}
                </tr>
              </thead>
              <tbody>
                ${facts(runs).map(
                  ([name, values]) =>
                    html`<tr>
                      <th scope="row">${name}</th>
                      ${values.map((value) => html`<td>${value}</td>`)}
                    </tr>`,
                )}
              </tbody>
              <tbody>
                <tr class="group">
                  <th colspan="${runs.length + 1}" scope="colgroup">Settings</th>
                </tr>
                ${settingRows(runs).map(
                  ({ name, values, differs }) =>
                    html`<tr class="${differs ? 'differs' : 'same'}">
                      <th scope="row"><code>${name}</code></th>
                      ${values.map((value) => html`<td>${value}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
    <dl class="definitions">
      <div>
        <dt>Study</dt>
        <dd>${nameMarkup(study.name)}</dd>
      </div>
      <div>
        <dt>Data fingerprint</dt>
        <dd><code>${study.fingerprint}</code></dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>${duration(document.seconds)} in all</dd>
      </div>
    </dl>
    ${
      study.attribution === undefined || study.attribution.length === 0
        ? null
        : html`<h3>Where the pictures come from</h3>
            <ul class="limits">
              ${study.attribution.map((line) => html`<li>${line}</li>`)}
            </ul>`
    }
  </section>`;
}

const headCells = (runs: readonly RunView[]): Markup[] =>
  runs.map((run) => html`<th scope="col">${seriesMark(run.index)} ${run.label}</th>`);

function facts(runs: readonly RunView[]): [string, (string | Markup)[]][] {
  const hash = (text: string | null): Markup => html`<code>${text ?? 'none yet'}</code>`;
  const packages = [...new Set(runs.flatMap((run) => Object.keys(run.record.versions)))].sort();
  return [
    ['Id', runs.map((run) => html`<code>${run.record.id}</code>`)],
    ['State', runs.map((run) => run.record.state)],
    ['Seed', runs.map((run) => String(run.seed))],
    ['Preset', runs.map((run) => run.record.preset ?? 'none')],
    ['Corrections before training', runs.map((run) => correctionWords(run.record.corrections))],
    ['Started', runs.map((run) => run.record.created)],
    ['Time', runs.map((run) => duration(run.record.seconds))],
    ['Engine', runs.map((run) => `${run.record.engine}: ${run.record.engineDescription}`)],
    [
      'Strength of the disturbance (eps)',
      runs.map((run) =>
        run.record.eps === null
          ? 'not chosen yet'
          : `${epsText(run.record.eps)}${run.record.epsSurvival === null ? '' : `; ${percent(run.record.epsSurvival)} of the probe survived`}`,
      ),
    ],
    [
      'Brightness border of the boxes',
      runs.map((run) =>
        run.localization === null
          ? 'not measured'
          : `${String(Math.round(run.localization.maxboxaccThreshold * 1000) / 1000)}, chosen on the ${run.localization.thresholdFrom === 'val' ? 'validation' : 'test'} pictures; the best on the test pictures themselves gives ${percent(run.localization.maxboxaccBest)}`,
      ),
    ],
    ['Test pictures', runs.map((run) => (run.figures.top1 === null ? 'none measured' : count(run.figures.top1.n)))],
    ['Data fingerprint', runs.map((run) => hash(run.record.dataFingerprint))],
    ['SHA-256 of the weights', runs.map((run) => hash(run.record.weightsHash))],
    ...packages.map((name): [string, string[]] => [name, runs.map((run) => run.record.versions[name] ?? '\u2013')]),
  ];
}

/** What people changed about the training pictures before the run. */
function correctionWords(corrections: RunView['record']['corrections']): string {
  if (corrections === undefined) return 'none';
  return `${counted(corrections.relabelled, 'picture')} relabelled, ${count(corrections.leftOut)} left out`;
}
