/** What a report cannot say. */
import type { ReportSection } from '../contract/report-view.ts';
import type { ReportDocument } from './document.ts';

/** Reservations that hold for the figures of this report. */
export function limitsOf(document: ReportDocument): string[] {
  const { runs, sections } = document;
  const about = (...some: ReportSection[]): boolean =>
    sections.includes('comparison') || some.some((section) => sections.includes(section));
  const arms = new Map<string, number>();
  for (const run of runs.filter(({ arm }) => arm !== 'given')) arms.set(run.arm, (arms.get(run.arm) ?? 0) + 1);
  const limits: string[] = [];
  if (document.study.counts.test === 0 && runs.some((run) => run.figures['top1'] !== undefined)) {
    limits.push(
      'There are no test pictures. The figures were measured on the validation pictures, on which thresholds were chosen too, so they flatter the models. Read \u201ctest pictures\u201d as \u201cvalidation pictures\u201d throughout.',
    );
  }
  if ([...arms.values()].some((n) => n === 1)) {
    limits.push(
      'Each kind of training with only one run was tried with one seed. The intervals cover the choice of test pictures, not the luck of training: with another seed the figures, and the differences, can come out differently. At least three seeds are needed to tell.',
    );
  }
  if (document.comparisons.some(({ differences }) => differences.length > 1)) {
    limits.push(
      'Many figures are compared. Of twenty comparisons of models that do not differ at all, one is expected to look measurable by chance; several figures that point the same way tell more than one.',
    );
  }
  if (about('explanations', 'hard-samples') && runs.some((run) => run.rounds.length > 0 || run.parts.consistency)) {
    limits.push(
      'E is measured under one kind and strength of disturbance. A steady gaze under it need not be steady under another, and a steady gaze need not be on the object.',
    );
  }
  if (about('debiasing') && runs.some((run) => run.figures['bg_gap'] !== undefined)) {
    limits.push(
      'Pictures with exchanged backgrounds are composed by computer. Seams and remains of the old background may themselves change a prediction; that is why the same-class background, not the original, is the yardstick.',
    );
  }
  if (about('localization') && runs.some((run) => run.parts.localization !== undefined)) {
    limits.push(
      'A heatmap is coarse: it has far fewer places than the picture has pixels. It shows roughly where evidence comes from, not why.',
    );
  }
  if (about('localization') && runs.some((run) => run.parts.localization?.details.thresholdFrom === 'test')) {
    limits.push(
      'No validation picture says where its object is. The brightness border of the boxes and the size of the box in the middle were therefore chosen on the test pictures themselves, which flatters both.',
    );
  }
  if (runs.some((run) => run.record.task === 'multi-label')) {
    limits.push(
      'Pictures may be of several classes here. What is said of exchanged backgrounds and of groups takes pictures of exactly one class each, so it was not measured. A class that nobody marked in a picture counts as absent from it.',
    );
  }
  if (about('robustness') && runs.some((run) => run.parts.robustness !== undefined)) {
    limits.push(
      'An attack that does not succeed proves little: a stronger or a cleverer one may. The share of answers that survive is an upper border.',
    );
  }
  if (about('explanations') && runs.some((run) => run.parts.stability ?? run.parts.faithfulness)) {
    limits.push(
      'That a heatmap is steady, gathered or faithful does not make it right: it can show faithfully that the model looks at the wrong thing.',
    );
  }
  if (about('explanations') && runs.some((run) => run.parts.interpretability !== undefined)) {
    limits.push(
      'A filter that marks one place, or answers to one class, is easier to look at. What it stands for, and whether that is the right thing, must be seen in pictures.',
    );
  }
  limits.push(...new Set(runs.flatMap((run) => run.notes)));
  limits.push(
    'The figures hold for pictures like these test pictures. Other cameras, places or seasons need a test of their own.',
  );
  return limits;
}
