/** The five steps of the window, and what each has to say of itself. */
import ChartSpline from '@lucide/svelte/icons/chart-spline';
import Columns2 from '@lucide/svelte/icons/columns-2';
import FileText from '@lucide/svelte/icons/file-text';
import Images from '@lucide/svelte/icons/images';
import ScanEye from '@lucide/svelte/icons/scan-eye';
import type { View } from '../../src-main/contract/preferences.ts';
import type { Icon } from '../components/icon.ts';

export interface Step {
  readonly view: View;
  readonly title: string;
  readonly icon: Icon;
}

/** In the order in which they are gone through. */
export const STEPS: readonly Step[] = [
  { view: 'data', title: 'Data', icon: Images },
  { view: 'train', title: 'Train', icon: ChartSpline },
  { view: 'inspect', title: 'Inspect', icon: ScanEye },
  { view: 'compare', title: 'Compare', icon: Columns2 },
  { view: 'report', title: 'Report', icon: FileText },
];
