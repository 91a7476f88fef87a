/** What a report is made from: plain values and pixels. The caller reads them from the study. */
import type { StoredEvaluation } from '../contract/evaluation.ts';
import type { ReportSection } from '../contract/report-view.ts';
import type { AssessmentRow, RunRecord } from '../contract/run.ts';
import type { Split } from '../datasets/dataset.ts';

/** A small picture of one class, for the strip at the top of the report. */
export interface Thumbnail {
  readonly label: number;
  /** [size, size, 3] values 0..255. */
  readonly picture: Uint8Array;
  readonly size: number;
}

/** A test picture that a section shows. */
export interface NamedPicture {
  readonly id: string;
  /** [size, size, 3] values 0..255. */
  readonly picture: Uint8Array;
  readonly size: number;
}

export interface StudyReportInput {
  readonly name: string;
  /** What was recognised, in one sentence ("1,240 photos in 5 classes, 20% kept aside for testing."). */
  readonly dataSentence: string;
  readonly classes: readonly string[];
  readonly fingerprint: string;
  /** Pictures in each split. */
  readonly counts: Readonly<Record<Split, number>>;
  /** Number of problems found while reading the data. */
  readonly problems: number;
  readonly thumbnails?: readonly Thumbnail[];
  /** Test pictures that are shown by name: see {@link wantedPictures} in wanted-pictures.ts. */
  readonly pictures?: readonly NamedPicture[];
  /** Where the pictures come from and under which licence, one line each. */
  readonly attribution?: readonly string[];
}

/** One hard training picture: what was measured, and the pixels that show it. */
export interface HardSample {
  readonly row: AssessmentRow;
  /** Side of both pictures in pixels. */
  readonly size: number;
  /** [size, size, 3] values 0..255. */
  readonly picture: Uint8Array;
  /** [size, size, 3]: values 0..255 as Uint8Array, or in [0,1] as Float32Array (exact). */
  readonly attacked: Uint8Array | Float32Array;
  /** Height and width of both heatmaps. */
  readonly h: number;
  readonly w: number;
  /** [h, w] in [0,1]: the heatmap of the given label on the clean picture. */
  readonly heatmap: Float32Array;
  /** [h, w] in [0,1]: the heatmap of the given label on the attacked picture. */
  readonly attackedHeatmap: Float32Array;
}

/** One epoch of training, for the curves. */
export interface EpochPoint {
  readonly round: number;
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface RunReportInput {
  readonly record: RunRecord;
  /** Hardest first. */
  readonly hardest: readonly HardSample[];
  /** What was measured on test pictures: all figures come from here. */
  readonly evaluation?: StoredEvaluation;
  readonly epochs?: readonly EpochPoint[];
  /** Reservations about what was read, in plain sentences. */
  readonly notes?: readonly string[];
}

export interface ReportInput {
  readonly title: string;
  readonly study: StudyReportInput;
  readonly runs: readonly RunReportInput[];
  /** What it is to hold; everything where absent. The answer speaks of what is chosen. */
  readonly sections?: readonly ReportSection[];
  /** ISO time of writing; the report says nothing about time where it is absent. */
  readonly created?: string;
  /** Wall-clock seconds of everything; the sum of the runs where absent. */
  readonly seconds?: number;
}
