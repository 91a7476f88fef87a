/** How long a whole launch takes, from what was measured of one run. */
import type { Arm } from '../../../src-main/contract/settings.ts';
import type { Estimate } from '../../../src-main/contract/train-view.ts';

/**
 * Arms of one seed share the work up to their first assessment: only the first does it. The arm `noise` disturbs
 * pictures in its own way and does all of its work itself.
 * @returns seconds
 */
export function plannedSeconds(
  { secondsPerRun, shareOfFurtherArm }: Pick<Estimate, 'secondsPerRun' | 'shareOfFurtherArm'>,
  arms: readonly Arm[],
  seeds: number,
): number {
  const sharing = arms.filter((arm) => arm !== 'noise').length;
  const runs = arms.length - sharing + (sharing === 0 ? 0 : 1 + (sharing - 1) * shareOfFurtherArm);
  return secondsPerRun * runs * seeds;
}
