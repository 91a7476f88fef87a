/** What the rounds of a run leave behind: checkpoints, tables, heatmaps, weights, a log. */
import type { RunRecord } from '../contract/run.ts';
import { assessedSamples, assessedShare } from '../method/assessed-share.ts';
import type { TrainingData } from '../method/data.ts';
import type { RoundsHooks } from '../method/rounds-types.ts';
import { saveSnapshot } from '../workspace/checkpoints.ts';
import { quantizeHeatmaps } from '../workspace/heatmap-file.ts';
import type { Heatmaps } from '../method/heatmap.ts';
import { writeRoundMaps, writeRoundTable } from '../workspace/round-tables.ts';
import { removeShards } from '../workspace/shards.ts';
import { rgbOf } from '../workspace/weights-description.ts';
import { writeWeights } from '../workspace/weights-file.ts';
import type { JobControl } from './control.ts';
import type { ProgressMeter } from './progress.ts';
import type { RunSession } from './run-session.ts';
import { isForkPoint, keepWarmup, sharesWarmup } from './warmup.ts';

export interface HookParts {
  readonly session: RunSession;
  readonly record: RunRecord;
  readonly data: TrainingData;
  readonly control: JobControl;
  readonly meter: ProgressMeter;
  /** Forward passes that follow the rounds. */
  readonly workAfter: number;
  /** Called when other arms can start from this run's warm-up. */
  readonly onWarmup: () => void;
}

/** Hooks of {@link runRounds} that write everything into the run's folder. */
export function roundsHooks(parts: HookParts): RoundsHooks {
  const { session, record, data, control, meter, workAfter } = parts;
  const { settings, classes } = record;
  const { folder } = session;
  const firstAssessed = assessedSamples(data.count, assessedShare(settings, 0), settings.seed, 0).length;
  return {
    control: () => control.control(),
    checkpointDue: () => control.checkpointDue(),
    async checkpoint(snapshot) {
      await saveSnapshot(folder, snapshot, settings);
      control.checkpointed();
      session.tell({ type: 'checkpoint', step: snapshot.position.step });
      // A log that cannot be written any more (a full disk) is found out here at the latest.
      await session.settled();
      if (isForkPoint(snapshot, firstAssessed) && sharesWarmup(settings)) {
        await keepWarmup(folder, snapshot, record);
        parts.onWarmup();
      }
    },
    progress(progress) {
      meter.update({ ...progress, workTotal: progress.workTotal + workAfter });
    },
    epoch(epoch) {
      session.tell({ type: 'epoch', ...epoch });
    },
    async calibrated(eps, survival) {
      await session.update({ eps, epsSurvival: survival });
    },
    async assessed({ round, rows, summary, maps, attackedMaps, weights }) {
      await writeRoundTable(folder, round, rows);
      await writeRoundMaps(folder, round, 'clean', storable(maps));
      await writeRoundMaps(folder, round, 'attacked', storable(attackedMaps));
      const { mean, std, ...network } = settings.network;
      await writeWeights(folder, round, weights, {
        ...network,
        mean: rgbOf(mean),
        std: rgbOf(std),
        classes: [...classes],
        task: record.task ?? 'single-label',
      });
      await session.recordRound(summary);
      session.tell({ type: 'round', summary });
      await removeShards(folder);
    },
    warning(message) {
      session.tell({ type: 'warning', message });
    },
  };
}

function storable({ values, count, height, width }: Heatmaps) {
  return { count, height, width, data: quantizeHeatmaps(values) };
}
