/** Passes through the network that attacks and assessments take, known without computing anything. */
import type { MethodSettings } from '../contract/settings.ts';

type Attack = Pick<MethodSettings, 'attack' | 'steps' | 'randomStart'>;

/** Whether an attack begins with the gradient at the picture itself. */
export function beginsAtPicture({ attack, randomStart }: Pick<Attack, 'attack' | 'randomStart'>): boolean {
  return attack === 'fgsm' || attack === 'mi-fgsm' || (attack !== 'noise' && !randomStart);
}

/** Gradients that an attack takes. */
export function stepsOf({ attack, steps }: Pick<Attack, 'attack' | 'steps'>): number {
  return attack === 'noise' ? 0 : attack === 'fgsm' ? 1 : steps;
}

/**
 * Forward-pass equivalents that the assessment of one picture costs (a backward pass counts 1); at most, where an attack
 * may stop early.
 */
export function passesPerPicture(settings: Attack): number {
  const steps = stepsOf(settings);
  return (beginsAtPicture(settings) ? 1 : 2) + 2 * steps;
}
