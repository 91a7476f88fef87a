/**
 * The rounds (Wu et al., IEEE TMM 2024: iterate train -> assess -> reweight). Round 0 trains with
 * v = 1 for the warm-up epochs; after each round every training picture is attacked and assessed,
 * and E sets the weights of the next. The last assessment is final: no training follows it. The
 * learning-rate schedule spans the whole run. With v fixed to 1 this is plain training.
 */
import { setImmediate } from 'node:timers/promises';
import type { Engine } from '../compute/engine.ts';
import type { RunSettings } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { prototypesLayer } from '../networks/interpretable/prototype-matches.ts';
import { Network } from '../networks/network.ts';
import {
  describeParameters,
  exportParameters,
  exportWeights,
  importParameters,
  importWeights,
  type NamedArray,
} from '../networks/parameters.ts';
import { SgdOptimizer } from '../networks/sgd.ts';
import { AssessmentTable } from './assessment-table.ts';
import { assessSamples } from './assess-samples.ts';
import { assessedSamples, assessedShare } from './assessed-share.ts';
import { beginning, beginningWeights } from './beginning.ts';
import { BISECTIONS, calibrateEps } from './calibration.ts';
import { costOfRun, type RunCost } from './cost.ts';
import { withFrozenCopy } from './frozen-copy.ts';
import type { TrainingData } from './data.ts';
import type { LabelMaps } from './label-maps.ts';
import type { RoundsHooks, RoundsProgress, RoundsResult } from './rounds-types.ts';
import { project } from './projection.ts';
import { epochsOfRound } from './schedule.ts';
import type { RunPosition, Snapshot } from './snapshot.ts';
import { stateToStore, storedMaps, storedMomentum } from './stored-state.ts';
import { type BatchLimit, batchLimits } from './micro-batches.ts';
import { trainEpoch } from './training.ts';
import { refuseUnwatchable, TrainingConsistency, watchesTraining } from './training-consistency.ts';
import { mixesBackgrounds, sampleWeights } from './weights.ts';

/**
 * Runs all rounds, or what is left of them after `from`.
 * @param start arrays that stand in the place of seeded ones where name and shape are the same
 */
export async function runRounds(
  engine: Engine,
  settings: RunSettings,
  data: TrainingData,
  hooks: RoundsHooks,
  from: Snapshot | null,
  start: ReadonlyMap<string, NamedArray> | null = null,
): Promise<RoundsResult> {
  const run = new Rounds({ engine, settings, data, hooks, from, start });
  try {
    return await run.work();
  } finally {
    run.dispose();
  }
}

interface RoundsParts {
  readonly engine: Engine;
  readonly settings: RunSettings;
  readonly data: TrainingData;
  readonly hooks: RoundsHooks;
  readonly from: Snapshot | null;
  readonly start: ReadonlyMap<string, NamedArray> | null;
}

class Rounds {
  private readonly settings: RunSettings;
  private readonly data: TrainingData;
  private readonly hooks: RoundsHooks;
  private readonly network: Network;
  private readonly optimizer: SgdOptimizer;
  private readonly cost: RunCost;
  /** How many pictures a training step, and an assessment, work on at once. */
  private readonly limits: { readonly training: BatchLimit; readonly assessment: BatchLimit };
  private position: RunPosition;
  private v: Float32Array;
  private table: AssessmentTable | null;
  /** E as the present epoch shows it; null where it comes from attacks. */
  private watched: TrainingConsistency | null;
  /** Heatmaps of the last assessment, kept for arms that mix backgrounds. */
  private mixing: LabelMaps | null;

  constructor({ engine, settings, data, hooks, from, start }: RoundsParts) {
    this.settings = settings;
    this.data = data;
    this.hooks = hooks;
    const architecture = buildArchitecture(settings.network, data.classCount);
    refuseUnwatchable(settings, architecture);
    this.cost = costOfRun(engine, architecture, settings, data.count);
    this.limits = batchLimits(this.cost, settings, data.count, (message) => hooks.warning(message));
    const layout = describeParameters(architecture);
    const weights = from === null ? beginningWeights(layout, settings, start) : importWeights(layout, from.weights);
    const velocity = from === null ? undefined : importParameters(layout, storedMomentum(from.state));
    this.network = new Network(engine, architecture, weights, settings.start);
    this.optimizer = new SgdOptimizer(
      this.network,
      settings.training.momentum,
      settings.training.weightDecay,
      velocity,
    );
    this.position = from?.position ?? beginning(settings);
    this.v = from?.state.get('v')?.data.slice() ?? new Float32Array(data.count).fill(1);
    this.table =
      from === null ? null : AssessmentTable.fromState(from.state, data.count, data.labelSets, from.position.round);
    this.mixing = from === null ? null : storedMaps(from.state, data);
    this.watched = from === null ? null : TrainingConsistency.fromState(from.state, data);
    const { eps } = settings.method;
    if (eps !== 'auto') this.position = { ...this.position, eps };
  }

  async work(): Promise<RoundsResult> {
    while (this.position.phase !== 'done') {
      if (this.position.phase === 'train') await this.train();
      else if (this.position.phase === 'project') await this.project();
      else if (this.position.phase === 'calibrate') await this.calibrate();
      else await this.assess();
    }
    const { eps, epsSurvival } = this.position;
    return { weights: await this.exportWeights(), eps: eps ?? 0, epsSurvival };
  }

  dispose(): void {
    this.optimizer.dispose();
    this.network.dispose();
  }

  private async train(): Promise<void> {
    const { round } = this.position;
    const { before, epochs, totalEpochs } = epochsOfRound(this.settings.training, round);
    while (this.position.epoch < epochs) {
      const { epoch, eps } = this.position;
      const isWatched = watchesTraining(this.settings, round, epoch, eps);
      const watched = isWatched ? (this.watched ??= new TrainingConsistency(this.data)) : null;
      let rate = 0;
      const end = await trainEpoch(
        {
          network: this.network,
          optimizer: this.optimizer,
          data: this.data,
          settings: this.settings,
          epoch: before + epoch,
          totalEpochs,
          v: this.v,
          mixing: this.mixing,
          limit: this.limits.training,
          watch: watched?.watcher(this.network, this.settings, before + epoch, eps ?? 0) ?? null,
        },
        this.position,
        async (progress, learningRate) => {
          rate = learningRate;
          this.position = { ...this.position, ...progress };
          this.report('train', progress.offset, this.data.count, progress.lossSum / progress.offset);
          await this.pauseOrStore();
        },
      );
      const { count } = this.data;
      if (end.offset === count && rate > 0) {
        const means = { loss: end.lossSum / count, accuracy: end.correct / count };
        this.hooks.epoch({ round, epoch, ...means, learningRate: rate });
      }
      this.position = { ...this.position, epoch: epoch + 1, offset: 0, lossSum: 0, correct: 0 };
      await this.store();
    }
    if (this.watched?.isWhole === true) return this.weighByTraining(this.watched);
    const phase = prototypesLayer(this.network.architecture) === null ? this.measuring : 'project';
    this.position = { ...this.position, phase, epoch: 0, offset: 0 };
  }

  /** The next round follows without an assessment. */
  private async weighByTraining({ e, losses }: TrainingConsistency): Promise<void> {
    const { arm, method, seed } = this.settings;
    const { round } = this.position;
    this.v = sampleWeights(arm, e, losses, method.weightFloor, seed, round);
    this.watched = null;
    this.position = { ...this.position, round: round + 1, epoch: 0, offset: 0 };
    await this.store();
  }

  /** The phase after training, and after what belongs to training. */
  private get measuring(): RunPosition['phase'] {
    return this.position.eps === null ? 'calibrate' : 'assess';
  }

  /** A kill in it repeats it from its beginning. */
  private async project(): Promise<void> {
    const { network, optimizer, data, v } = this;
    const withFrozen = <T>(use: (frozen: FrozenNetwork) => Promise<T>): Promise<T> => this.withFrozen(use);
    const inputs = { network, optimizer, data, v, batch: this.cost.assessBatch, withFrozen };
    await project(inputs, async (done, total) => {
      this.report('project', done, total, null);
      await setImmediate();
      await this.hooks.control();
    });
    this.position = { ...this.position, phase: this.measuring };
    await this.store();
  }

  private async calibrate(): Promise<void> {
    const afterBatch = async (share: number): Promise<void> => {
      const total = (BISECTIONS + 1) * Math.min(this.data.count, this.settings.method.autoProbe);
      this.report('calibrate', Math.round(share * total), total, null);
      await setImmediate();
      await this.hooks.control();
    };
    const { eps, survival } = await this.withFrozen((network) =>
      calibrateEps(network, this.data, this.settings, this.cost.assessBatch, afterBatch, this.limits.assessment),
    );
    if (survival === null) {
      this.hooks.warning('No training picture is classified correctly yet, so the attack strength is 8/255.');
    }
    this.position = { ...this.position, phase: 'assess', offset: 0, eps, epsSurvival: survival };
    await this.hooks.calibrated(eps, survival);
    await this.store();
  }

  private async assess(): Promise<void> {
    const { data, settings } = this;
    const { round } = this.position;
    const eps = this.position.eps ?? 0;
    const { offset } = this.position;
    const samples = assessedSamples(data.count, assessedShare(settings, round), settings.seed, round);
    if (offset < samples.length && this.hooks.assessmentDue !== undefined) {
      await this.store();
      await this.hooks.assessmentDue();
    }
    const table = (this.table ??= new AssessmentTable(data.count, data.labelSets));
    table.beginRound(round);
    await this.withFrozen(async (network) => {
      const [batch, limit] = [this.cost.assessBatch, this.limits.assessment];
      const assessing = { network, data, settings, eps, round, batch, limit };
      await assessSamples(assessing, samples.subarray(offset), table, async (done) => {
        const end = offset + done;
        this.position = { ...this.position, offset: end };
        this.report('assess', end, samples.length, null);
        if (end < samples.length) await this.pauseOrStore();
      });
    });
    await this.store();
    await this.finishAssessment(table);
  }

  private async finishAssessment(table: AssessmentTable): Promise<void> {
    const { data, settings } = this;
    const { round, eps } = this.position;
    const { arm, method, seed, training } = settings;
    const [e, loss] = [table.column('e'), table.column('loss')];
    this.v = sampleWeights(arm, e, loss, method.weightFloor, seed, round, table.known);
    const { clean: maps, attacked: attackedMaps } = table.heatmaps();
    await this.hooks.assessed({
      round,
      rows: table.rows(data, this.v),
      summary: table.summary(round, data.labels, data.classCount, eps ?? 0),
      ...{ maps, attackedMaps },
      weights: await this.exportWeights(),
    });
    this.mixing = mixesBackgrounds(arm) ? table.labelMaps() : null;
    const last = round === training.rounds;
    // Of what the next round does not assess, the table goes on to say what is known.
    if (last || assessedShare(settings, round + 1) === 1) this.table = null;
    this.position = {
      ...this.position,
      round: last ? round : round + 1,
      phase: last ? 'done' : 'train',
      epoch: 0,
      offset: 0,
    };
    await this.store();
  }

  /** At a batch border: stores a checkpoint when one is due, and lets messages (pause, stop) come in. */
  private async pauseOrStore(): Promise<void> {
    if (this.hooks.checkpointDue()) await this.store();
    await setImmediate();
    await this.hooks.control();
  }

  private async store(): Promise<void> {
    const momentum = exportParameters(this.network.layout, await this.optimizer.state());
    const state = stateToStore(momentum, this.v, this.table, this.mixing, this.watched);
    await this.hooks.checkpoint({ position: this.position, weights: await this.exportWeights(), state });
  }

  private async exportWeights(): Promise<Map<string, NamedArray>> {
    return exportWeights(this.network.layout, await this.network.weights());
  }

  private withFrozen<T>(use: (network: FrozenNetwork) => Promise<T>): Promise<T> {
    return withFrozenCopy(this.network, use);
  }

  private report(phase: RoundsProgress['phase'], done: number, total: number, loss: number | null): void {
    const { round, epoch } = this.position;
    this.hooks.progress({ phase, round, epoch, done, total, ...this.cost.workAt(this.position, done / total), loss });
  }
}
