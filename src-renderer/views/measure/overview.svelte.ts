/** What has been measured on some runs, asked again whenever that may have changed. */
import type { EvaluationOverview } from '../../../src-main/contract/evaluation-view.ts';
import { toErrorValue, type ErrorValue } from '../../../src-main/contract/errors.ts';
import { app } from '../../lib/app.svelte.ts';
import { client } from '../../lib/client.ts';
import { measuring } from './measuring.svelte.ts';

export class MeasuredParts {
  overview = $state.raw<EvaluationOverview | null>(null);
  error = $state.raw<ErrorValue | null>(null);
  #attempt = $state(0);

  /**
   * Follows the runs for as long as the component lives that makes it.
   * @param runs their ids
   */
  constructor(runs: () => readonly string[]) {
    // As text: the study is told anew at each of its changes, and most change nothing of this.
    const basis = $derived.by(() => {
      const ids = runs();
      const of = (app.study?.runs ?? []).filter((run) => ids.includes(run.id));
      return JSON.stringify([ids, of.map((run) => [run.status, run.measured, run.assessments.length])]);
    });
    $effect(() => {
      void this.#attempt;
      // Also when measuring has ended: what it leaves may be the same parts as before, but up to date.
      void measuring.running;
      const [ids] = JSON.parse(basis) as [string[]];
      if (ids.length === 0) return;
      let current = true;
      client.call('evaluation.overview', { runs: ids }).then(
        (answer) => {
          if (!current) return;
          this.overview = answer;
          this.error = null;
        },
        (failure: unknown) => {
          if (current) this.error = toErrorValue(failure);
        },
      );
      return () => (current = false);
    });
  }

  retry(): void {
    this.#attempt++;
  }
}
