/** Everything needed to judge the figures and to repeat them: limits, definitions, settings, versions. */
import { EVALUATION_PARTS } from '../contract/evaluation.ts';
import { definitionsOf, METHOD_SOURCE } from './definitions.ts';
import type { ReportDocument } from './document.ts';
import { seriesMark } from './charts/marks.ts';
import { html, nameMarkup, type Markup } from './markup.ts';
import { limitsOf } from './limits.ts';
import type { RunView } from './run-view.ts';
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
    ${measurements(runs)}
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

/** How each part was measured: without it nobody could measure it again. */
function measurements(runs: readonly RunView[]): Markup | null {
  const lines = EVALUATION_PARTS.flatMap((part) => {
    const measured = runs.flatMap((run) => {
      const result = run.parts[part];
      return result === undefined ? [] : [{ run, result }];
    });
    // Runs that were measured alike share a line.
    const alike = new Map<string, typeof measured>();
    for (const each of measured) {
      const { key, pictures, engine, picturesHash } = each.result;
      const same = JSON.stringify([
        key.settings,
        key.split,
        key.judges,
        key.definition,
        pictures,
        engine,
        picturesHash,
      ]);
      alike.set(same, [...(alike.get(same) ?? []), each]);
    }
    return [...alike.values()].map((group) => ({ part, group }));
  });
  if (lines.length === 0) return null;
  const rows = lines.map(({ part, group }) => {
    const { key, engine, pictures, picturesHash } = group[0].result;
    const judges =
      key.judges.length === 0 ? null : html`<br />judged by <code>${key.judges.map(shortHash).join(', ')}</code>`;
    const all = group.length === runs.length;
    return html`<tr>
      <th scope="row">${all ? null : html`${group.map(({ run }) => seriesMark(run.index))} `}<code>${part}</code></th>
      <td>${count(pictures)} of the ${key.split === 'test' ? 'test' : 'validation'} pictures</td>
      <td><code>${settingsText(key.settings)}</code>${judges}</td>
      <td>${engine}, definition ${key.definition}</td>
      <td><code title="${picturesHash}">${shortHash(picturesHash)}</code></td>
    </tr>`;
  });
  return html`<h3>How it was measured</h3>
    <p class="note">
      Names of settings are those that <code>steadygaze evaluate --set part.name=value</code> takes. The hash is that of
      the measured pictures, in order.
    </p>
    <div class="scroll" role="region" aria-label="How it was measured" tabindex="0">
      <table class="facts measured">
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Pictures</th>
            <th scope="col">Settings</th>
            <th scope="col">Computed by</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

const shortHash = (hash: string): string => hash.slice(0, 12);
/** "seed=0 eps=1,2,4,8". */
const settingsText = (settings: Readonly<Record<string, unknown>>): string =>
  Object.entries(settings)
    .map(
      ([name, value]) =>
        `${name}=${Array.isArray(value) ? value.join(',') : value === '' ? '""' : JSON.stringify(value).replaceAll('"', '')}`,
    )
    .join(' ');

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
    [
      'Corrections before training',
      runs.map((run) => (run.arm === 'given' ? '\u2013' : correctionWords(run.record.corrections))),
    ],
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
      'Test pictures',
      runs.map((run) => {
        const { top1 } = run.figures;
        return top1 === undefined ? 'none measured' : count(top1.n);
      }),
    ],
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
