/** What the operations work with: made once by the application, handed to every group of them. */
import type { PublishedWeights } from '../published/published-list.ts';
import type { Shell } from '../shell.ts';
import type { Library } from '../library/library.ts';
import type { ComputeWork } from './compute-work.ts';
import type { KeptEstimates } from './estimates.ts';
import type { Launches } from './launches.ts';
import type { Measurements } from './measurements.ts';
import type { StudyDesk } from './study-desk.ts';
import type { PreferencesFile } from './preferences.ts';
import type { RecentStudies } from './recent.ts';
import type { AppStore } from './store.ts';
import type { TaskList } from './tasks.ts';

export type Log = (level: 'info' | 'warn' | 'error', text: string) => void;

/** Absolute paths. */
export interface Places {
  readonly dataFolder: string;
  readonly studiesFolder: string;
  readonly resourcesFolder: string;
}

/** Weights that can be downloaded. */
export interface Published {
  readonly list: readonly PublishedWeights[];
  /** Where downloaded ones lie. Absolute; made where needed. */
  readonly folder: string;
}

export interface Parts {
  readonly places: Places;
  readonly shell: Shell;
  readonly log: Log;
  readonly store: AppStore;
  readonly library: Library;
  readonly work: ComputeWork;
  readonly tasks: TaskList;
  readonly recent: RecentStudies;
  readonly preferences: PreferencesFile;
  readonly estimates: KeptEstimates;
  readonly desk: StudyDesk;
  readonly launches: Launches;
  readonly measurements: Measurements;
  readonly published: Published;
}
