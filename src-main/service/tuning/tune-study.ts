/** Tuning for the pictures of a study, or without one for the sample's. */
import type { Preset, RunSettings } from '../../contract/settings.ts';
import { openStudy } from '../../workspace/study.ts';
import { StudyData } from '../../workspace/study-data.ts';
import { DEMO_SETTINGS } from '../demo-settings.ts';
import { planRuns } from '../plan-runs.ts';
import { resolveSettings } from '../settings.ts';
import { tune } from './tune.ts';
import type { Tuned, TuneOptions } from './tune.ts';

interface TuneStudyOptions extends Pick<TuneOptions, 'engines' | 'signal' | 'onProgress' | 'job'> {
  /** Absolute path; absent: work such as the demo's. */
  readonly study?: string;
  readonly preset: Preset;
  /** "name=value". */
  readonly set: readonly string[];
}

/** As many classes and training pictures as the sample has. */
const SAMPLE = { classes: 6, several: false, pictures: 1200 };

/** @throws SteadygazeError what is wrong with the study or the settings, and what {@link tune} throws */
export async function tuneFor({ study, preset, set, ...options }: TuneStudyOptions): Promise<Tuned> {
  if (study === undefined) {
    return tune({ ...options, ...SAMPLE, settings: resolveSettings(DEMO_SETTINGS, set) });
  }
  const { dataset } = await new StudyData(await openStudy(study)).read();
  const { settings } = planRuns(dataset, { preset, sets: [set], corrections: [] });
  const [settled] = settings as [RunSettings];
  return tune({
    ...options,
    settings: settled,
    classes: dataset.classes.length,
    several: dataset.task === 'multi-label',
    pictures: dataset.samples.filter(({ split }) => split === 'train').length,
  });
}
