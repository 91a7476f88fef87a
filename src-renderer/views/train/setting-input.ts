/** What a person types for a setting that is a number. */
import type { SettingView } from '../../../src-main/contract/train-view.ts';

type Typed = { readonly ok: true; readonly value: number | 'auto' } | { readonly ok: false; readonly reason: string };

/** Accepts a decimal comma and a fraction such as 8/255, which is how the field writes eps. */
export function readNumber(control: SettingView['control'], text: string): Typed {
  if (control.kind !== 'number') return { ok: false, reason: 'This is not a number.' };
  const { min, max, whole, auto } = control;
  const range = `${whole ? 'A whole number' : 'A number'} from ${String(min)} to ${String(max)}${auto ? ', or auto' : ''}`;
  const typed = text.trim().toLowerCase();
  if (auto && typed === 'auto') return { ok: true, value: 'auto' };
  const [, above = '', below] = /^([\d.,e+-]+)(?:\s*\/\s*(\d+))?$/.exec(typed) ?? [];
  const value = above === '' ? Number.NaN : Number(above.replace(',', '.')) / (below === undefined ? 1 : Number(below));
  const fits = Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value));
  return fits ? { ok: true, value } : { ok: false, reason: range };
}
