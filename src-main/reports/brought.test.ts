import { describe, expect, it } from 'vitest';
import { buildReport } from './document.ts';
import { renderHtml } from './html.ts';
import { limitsOf } from './limits.ts';
import { PLAIN, reportInput, runInput, withParts } from './report.fixture.ts';

describe('a report of a model that was brought', () => {
  const [round] = runInput(PLAIN, 0).record.rounds;
  const run = {
    ...withParts(runInput({ ...PLAIN, arm: 'given' }, 0, { rounds: [round] }), 'recognition', 'consistency'),
    epochs: [],
  };
  const document = buildReport(reportInput([run]));
  const text = renderHtml(document, new Map())
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

  it('does not say that it was trained here', () => {
    expect(text).toContain('the model that was brought names 81.5% of the test pictures correctly');
    expect(text).toContain('How steady is its gaze on the training pictures?');
    expect(text).toContain('As it was brought');
    const [beforeDefinitions] = text.split(' Definitions top-1 accuracy ');
    expect(beforeDefinitions).not.toMatch(/in training|trained (plainly|for|with)|training\.\w+|How training went/i);
  });

  it('warns that it may have seen the test pictures, and does not ask for more seeds', () => {
    expect(document.warnings.join()).toMatch(/Nobody here can tell whether it has seen the test pictures before/);
    expect(limitsOf(document).join()).not.toMatch(/tried with one seed/);
    expect(limitsOf(buildReport(reportInput([runInput(PLAIN, 0)]))).join()).toMatch(/tried with one seed/);
  });
});
