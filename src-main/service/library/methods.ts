/** The methods of the library by name, for whoever passes calls on. The compiler sees that none is missing. */
import type { Library } from './library.ts';

export type MethodName = keyof Library;

interface Method {
  /** Which thread does it: a `long` call may compute for seconds, a `short` one answers while a person looks. */
  readonly length: 'short' | 'long';
  /** Position of the argument {@link Following}, which cannot cross to another thread as it is. */
  readonly following?: number;
}

export const METHODS: Readonly<Record<MethodName, Method>> = {
  inspect: { length: 'long', following: 3 },
  createStudy: { length: 'long', following: 3 },
  copySample: { length: 'long', following: 2 },
  openStudy: { length: 'short' },
  closeStudy: { length: 'short' },
  dataView: { length: 'short' },
  classPictures: { length: 'short' },
  problems: { length: 'short' },
  edits: { length: 'short' },
  editData: { length: 'short' },
  undoEdit: { length: 'short' },
  redoEdit: { length: 'short' },
  editFromMarks: { length: 'short' },
  refreshData: { length: 'long', following: 1 },
  exportEdits: { length: 'long' },
  trainOptions: { length: 'short' },
  inspectWeights: { length: 'long' },
  useWeights: { length: 'long' },
  planGiven: { length: 'long' },
  studyWeights: { length: 'short' },
  history: { length: 'short' },
  planRuns: { length: 'short' },
  sample: { length: 'short' },
  groups: { length: 'short' },
  marks: { length: 'short' },
  setMarks: { length: 'short' },
  undoMarks: { length: 'short' },
  redoMarks: { length: 'short' },
  // It reads what was measured of every run.
  compare: { length: 'long' },
  evaluationOverview: { length: 'short' },
  comparePictures: { length: 'short' },
  previewReport: { length: 'long', following: 1 },
  writeExport: { length: 'long', following: 3 },
  exportModel: { length: 'long', following: 3 },
  resource: { length: 'short' },
};

export const METHOD_NAMES = Object.keys(METHODS) as readonly MethodName[];
