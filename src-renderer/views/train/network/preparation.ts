/** How the pictures of a network were prepared, as a person types it. */

interface Typed {
  readonly size: string;
  readonly mean: string;
  readonly std: string;
}

/** What is null is as the file says, or as usual. */
interface Preparation {
  readonly size: number | null;
  readonly mean: [number, number, number] | null;
  readonly std: [number, number, number] | null;
}

type Read =
  | { readonly ok: true; readonly value: Preparation }
  | { readonly ok: false; readonly wrong: keyof Typed; readonly reason: string };

/** Empty fields are left out. Of values in [0,1]: three numbers, separated by commas. */
export function readPreparation(typed: Typed): Read {
  const side = typed.size.trim() === '' ? null : Number(typed.size);
  if (side !== null && (!Number.isInteger(side) || side < 16 || side > 512)) {
    return { ok: false, wrong: 'size', reason: 'A whole number from 16 to 512.' };
  }
  const mean = threeNumbers(typed.mean);
  if (mean === undefined) return { ok: false, wrong: 'mean', reason: 'Three numbers, separated by commas.' };
  const std = threeNumbers(typed.std);
  if (std === undefined || std?.some((value) => value <= 0) === true) {
    return { ok: false, wrong: 'std', reason: 'Three numbers above 0, separated by commas.' };
  }
  return { ok: true, value: { size: side, mean, std } };
}

/** Undefined where it is something else. */
function threeNumbers(text: string): [number, number, number] | null | undefined {
  if (text.trim() === '') return null;
  const values = text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .map(Number);
  const [red, green, blue] = values;
  return values.length === 3 && values.every(Number.isFinite) ? [red, green, blue] : undefined;
}
