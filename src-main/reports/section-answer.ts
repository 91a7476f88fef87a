/** The top of the report: what the data is, the answer, and the statements it rests on. */
import type { ReportDocument } from './document.ts';
import type { ReportImages } from './images.ts';
import { html, nameMarkup, type Markup } from './markup.ts';
import { seriesMark } from './charts/marks.ts';
import type { RunView } from './run-view.ts';
import { findingItem } from './section-frame.ts';
import { drawnRuns } from './shown.ts';
import { ARM_WORDS, count, counted } from './words.ts';

const MOST_THUMBNAILS = 12;

export function header(document: ReportDocument, images: ReportImages): Markup {
  const { study } = document;
  const { train, val, test } = study.counts;
  const shown = study.thumbnails.filter(({ imageKey }) => images.has(imageKey)).slice(0, MOST_THUMBNAILS);
  const hidden = study.classes.length - new Set(shown.map(({ label }) => label)).size;
  const strip = shown.map(
    ({ label, imageKey }) =>
      html`<li>
        <img src="${images.get(imageKey) ?? ''}" alt="" width="96" height="96" /><span
          >${nameMarkup(study.classes[label] ?? '')}</span
        >
      </li>`,
  );
  return html`<header class="top">
    <p class="brand">
      Steadygaze
      report${document.created === null ? null : html` · <time datetime="${document.created}">${dateText(document.created)}</time>`}
    </p>
    <h1>${nameMarkup(document.title)}</h1>
    ${
      shown.length === 0
        ? null
        : html`<ul class="strip" aria-label="One picture of each class">
            ${strip}${hidden > 0 ? html`<li class="more">and ${counted(hidden, 'more class', 'more classes')}</li>` : null}
          </ul>`
    }
    <p class="data">
      ${study.dataSentence}
      <span class="muted"
        >${count(train)} for training, ${count(val)} for choosing settings, ${count(test)} kept aside for
        testing.${study.problems > 0 ? ` ${counted(study.problems, 'problem')} found while reading.` : ' No problems found while reading.'}</span
      >
    </p>
  </header>`;
}

function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(date);
}

/** Longer lists are left to the table. */
const MOST_COMPARISONS = 2;

export function answerSection(document: ReportDocument): Markup {
  const runs = drawnRuns(document);
  const left = document.runs.length - runs.length;
  return html`<section id="answer" aria-labelledby="answer-h">
    <h2 id="answer-h">The answer</h2>
    <div class="answer">${document.answer.map((sentence) => html`<p>${emphasised(sentence)}</p>`)}</div>
    ${document.warnings.map((warning) => html`<p class="warning"><strong>${warning}</strong></p>`)}
    <div class="runs">${runs.map((run) => runFindings(run, document))}</div>
    ${left > 0 ? html`<p class="note">${counted(left, 'more run')} of the same kinds of training, with other seeds, stand in the tables.</p>` : null}
    ${document.comparisons.slice(0, document.seeds === null ? MOST_COMPARISONS : 1).map((_, i) => changes(i, document))}
  </section>`;
}

function changes(comparison: number, document: ReportDocument): Markup | null {
  const findings = document.findings.filter((finding) => finding.comparison === comparison);
  if (findings.length === 0) return null;
  const { candidate, baseline } = document.comparisons[comparison];
  return html`<div class="changes">
    <h3>
      What changed from <span class="lower">${document.runs[baseline].label}</span> to
      <span class="lower">${document.runs[candidate].label}</span>
    </h3>
    <p class="note">
      The same test pictures under both models. A difference counts only if its 95% interval does not contain zero.
    </p>
    <dl class="findings">${findings.map(findingItem)}</dl>
  </div>`;
}

function runFindings(run: RunView, document: ReportDocument): Markup {
  const findings = document.findings.filter((finding) => finding.main && finding.run === run.index);
  return html`<article class="run">
    <h3>${seriesMark(run.index)} ${run.label}</h3>
    <p class="note">${ARM_WORDS[run.arm].explanation}</p>
    ${
      findings.length === 0
        ? html`<p class="empty">
            Nothing has been measured on this run yet. It shows up here after its first assessment.
          </p>`
        : html`<dl class="findings">${findings.map(findingItem)}</dl>`
    }
  </article>`;
}

/** Sets the numbers of a sentence in bold, so that they are found again. */
const emphasised = (sentence: string): Markup[] =>
  sentence
    .split(/((?<![\d.\u2212+])\d[\d.,]*(?:%(?! interval)| points\b))/)
    .map((part, i) => (i % 2 === 1 ? html`<b>${part}</b>` : html`${part}`));
