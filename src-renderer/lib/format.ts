/** How numbers, times and sizes are written everywhere in the window. */

/** Between a number and its unit: a line never breaks there. */
const NBSP = '\u00a0';
/** A true minus, as wide as the plus. */
const MINUS = '\u2212';
const NOTHING = '\u2013';

/** A share in [0,1] as "63.4%", as the reports write it. */
export function percent(share: number, digits = 1): string {
  if (!Number.isFinite(share)) return NOTHING;
  return `${fixed(share * 100, digits)}%`;
}

/** A difference of two shares in [-1,1] as "+2.1 points". */
export function signedPoints(difference: number, digits = 1): string {
  if (!Number.isFinite(difference)) return NOTHING;
  const size = Math.abs(difference * 100).toFixed(digits);
  if (Number(size) === 0) return `${size}${NBSP}points`;
  return `${difference < 0 ? MINUS : '+'}${size}${NBSP}points`;
}

/** A whole number as "1,240". */
export function count(n: number): string {
  return Number.isFinite(n) ? Math.round(n).toLocaleString('en-US').replace('-', MINUS) : NOTHING;
}

/** A number with so many digits after the point, with a true minus and never "-0.0". */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value).toFixed(digits);
  return value < 0 && Number(size) !== 0 ? MINUS + size : size;
}

/** A time still to go, or taken: "under 10 s", "about 3 min", "2 h 5 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return NOTHING;
  if (seconds < 10) return `under 10${NBSP}s`;
  if (seconds < 55) return `about ${Math.round(seconds / 5) * 5}${NBSP}s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `about ${minutes}${NBSP}min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, 'h', minutes % 60, 'min');
  const allHours = Math.round(minutes / 60);
  return joined(Math.floor(allHours / 24), allHours < 48 ? 'day' : 'days', allHours % 24, 'h');
}

function joined(big: number, bigUnit: string, small: number, smallUnit: string): string {
  const first = `${big}${NBSP}${bigUnit}`;
  return small === 0 ? first : `${first} ${small}${NBSP}${smallUnit}`;
}

/** A size as "1.2 GB" (powers of 1000, as disks are sold). */
export function bytes(n: number): string {
  if (!Number.isFinite(n) || n < 0) return NOTHING;
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = n;
  let unit = 0;
  // 999.5 would be written "1000".
  while (unit < units.length - 1 && size >= 999.5) {
    size /= 1000;
    unit++;
  }
  const digits = unit === 0 || size >= 9.95 ? 0 : 1;
  return `${size.toFixed(digits)}${NBSP}${units[unit] ?? ''}`;
}

/** A moment as "today, 14:05", "yesterday, 09:12", "3 March, 14:05" or "3 March 2023". */
export function when(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return NOTHING;
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return `today, ${time}`;
  if (days === 1) return `yesterday, ${time}`;
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
  return at.getFullYear() === now.getFullYear() ? `${day}, ${time}` : `${day} ${at.getFullYear()}`;
}

function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
