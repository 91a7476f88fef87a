/**
 * Schemas of what is read back from a study: the types of `contract/run.ts`, checked at run time.
 * Loose objects: a field that a later version adds survives being read and written by this one.
 */
import * as v from 'valibot';
import type { ErrorCode, ErrorValue } from '../contract/errors.ts';
import type { PartResult } from '../contract/evaluation.ts';
import { EVALUATION_PARTS } from '../contract/evaluation.ts';
import type { Figure, JobEvent, RoundSummary, RunFigures, RunRecord } from '../contract/run.ts';
import { RunSettings } from '../contract/settings.ts';

const finite = v.pipe(v.number(), v.finite());
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

const figure: v.GenericSchema<unknown, Figure> = v.looseObject({ value: finite, low: finite, high: finite, n: whole });

const figures: v.GenericSchema<unknown, RunFigures> = v.looseObject({
  top1: figure,
  map: v.exactOptional(figure),
  localization: v.nullable(
    v.looseObject({
      maxboxacc: figure,
      maxboxaccThreshold: finite,
      thresholdFrom: v.picklist(['val', 'test']),
      maxboxaccCurve: v.array(finite),
      iou: figure,
      maxboxaccBest: finite,
      maxboxaccV2: figure,
      maxboxaccV2Parts: v.tuple([finite, finite, finite]),
      maxboxaccV2Best: finite,
      top1Loc: figure,
      pointing: figure,
      energy: figure,
      pxap: v.nullable(figure),
      centreBox: figure,
      centreBoxSize: finite,
      uniformEnergy: figure,
      target: v.picklist(['mask', 'box']),
    }),
  ),
  debiasing: v.nullable(
    v.looseObject({
      original: figure,
      mixedSame: figure,
      mixedRand: figure,
      bgGap: figure,
      others: v.exactOptional(v.record(v.string(), figure)),
    }),
  ),
});

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** Schema of `evaluation/<part>.json`. Its details are written and read by one version of the part's definition. */
export const partResultSchema: v.GenericSchema<unknown, PartResult> = v.looseObject({
  format: v.literal('steadygaze-evaluation'),
  version: v.literal(1),
  part: v.picklist(EVALUATION_PARTS),
  key: v.looseObject({
    weightsHash: hash,
    dataFingerprint: v.string(),
    split: v.picklist(['test', 'val']),
    settings: v.record(v.string(), v.unknown()),
    judges: v.array(v.string()),
    definition: whole,
  }),
  engine: v.string(),
  created: v.string(),
  seconds: finite,
  pictures: whole,
  picturesHash: hash,
  figures: v.record(v.string(), figure),
  details: v.custom<PartResult['details']>((details) => typeof details === 'object' && details !== null),
  notes: v.array(v.string()),
});

const roundSummary: v.GenericSchema<unknown, RoundSummary> = v.looseObject({
  round: whole,
  samples: whole,
  pictures: v.exactOptional(whole),
  eMean: finite,
  eMedian: finite,
  eBelowHalf: finite,
  eMeanPerClass: v.array(v.nullable(finite)),
  eHistogram: v.array(whole),
  survived: finite,
  accuracy: finite,
  emptyMaps: whole,
  eps: finite,
});

const errorValue: v.GenericSchema<unknown, ErrorValue> = v.looseObject({
  // Any text: a code that a later version of the same format adds must not make a run unreadable.
  code: v.custom<ErrorCode>((code) => typeof code === 'string'),
  message: v.string(),
  hint: v.string(),
  details: v.exactOptional(v.string()),
});

/** Schema of `run.json`. */
export const runRecordSchema: v.GenericSchema<unknown, RunRecord> = v.looseObject({
  format: v.literal('steadygaze-run'),
  version: v.literal(1),
  id: v.string(),
  created: v.string(),
  state: v.picklist(['running', 'paused', 'finished', 'stopped', 'failed']),
  settings: RunSettings,
  preset: v.nullable(v.string()),
  engine: v.string(),
  engineDescription: v.string(),
  versions: v.record(v.string(), v.string()),
  dataFingerprint: v.string(),
  dataImport: v.exactOptional(v.string()),
  dataEdits: v.exactOptional(whole),
  classes: v.array(v.string()),
  task: v.exactOptional(v.literal('multi-label')),
  corrections: v.exactOptional(v.looseObject({ relabelled: whole, leftOut: whole, hash: v.string() })),
  eps: v.nullable(finite),
  epsSurvival: v.nullable(finite),
  rounds: v.array(roundSummary),
  figures: v.nullable(figures),
  weightsHash: v.nullable(v.string()),
  seconds: finite,
  error: v.nullable(errorValue),
});

/** An event as `events.ndjson` holds it: progress is not logged. */
export type LoggableEvent = Exclude<JobEvent, { type: 'progress' }>;

const run = v.string();
/** Schema of the events of `events.ndjson`. */
export const loggableEventSchema: v.GenericSchema<unknown, LoggableEvent> = v.variant('type', [
  v.looseObject({ type: v.literal('started'), run, engine: v.string(), arm: v.string(), seed: whole }),
  v.looseObject({
    type: v.literal('epoch'),
    run,
    round: whole,
    epoch: whole,
    loss: finite,
    accuracy: finite,
    learningRate: finite,
  }),
  v.looseObject({ type: v.literal('round'), run, summary: roundSummary }),
  v.looseObject({ type: v.literal('checkpoint'), run, step: whole }),
  v.looseObject({ type: v.literal('paused'), run }),
  v.looseObject({ type: v.literal('resumed'), run }),
  v.looseObject({ type: v.literal('warning'), run, message: v.string() }),
  v.looseObject({ type: v.literal('finished'), run, figures: v.nullable(figures), seconds: finite }),
  v.looseObject({ type: v.literal('stopped'), run }),
  v.looseObject({ type: v.literal('failed'), run, error: errorValue }),
]);
