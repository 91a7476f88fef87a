/** A graph model of TensorFlow.js as it grows: nodes as in TensorFlow's GraphDef written as JSON, and constants. */

export type TfAttribute = Readonly<Record<string, unknown>>;

export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, TfAttribute>>;
}

/** A weight, or a shape or list of axes; its numbers are made when they are written. */
export interface TfConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly values: () => Float32Array | Int32Array;
}

/** A value of the graph. Shape without N: [H,W,C], or [values] once it is flat. */
export interface TfPlace {
  readonly name: string;
  readonly shape: readonly number[];
}

export const FLOAT: TfAttribute = { type: 'DT_FLOAT' };
export const INT: TfAttribute = { type: 'DT_INT32' };

/** Texts are base64 in the JSON of a GraphDef. */
export const textAttribute = (text: string): TfAttribute => ({ s: Buffer.from(text).toString('base64') });
export const listAttribute = (values: readonly number[]): TfAttribute => ({ list: { i: values.map(String) } });
const shapeAttribute = (shape: readonly number[]): TfAttribute => ({
  shape: { dim: shape.map((side) => ({ size: String(side) })) },
});

export class TfGraph {
  readonly nodes: TfNode[] = [];
  readonly #constants = new Map<string, TfConstant>();

  get constants(): readonly TfConstant[] {
    return [...this.#constants.values()];
  }

  /** What comes in. @param shape without N */
  placeholder(name: string, shape: readonly number[]): TfPlace {
    this.nodes.push({
      name,
      op: 'Placeholder',
      input: [],
      attr: { dtype: FLOAT, shape: shapeAttribute([-1, ...shape]) },
    });
    return { name, shape };
  }

  /** Adds a node. @param shape of what comes out @param name absent: one of its own */
  node(
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: Readonly<Record<string, TfAttribute>> = {},
    name = `${op}_${this.nodes.length}`,
  ): TfPlace {
    this.nodes.push({ name, op, input: inputs, attr: { T: FLOAT, ...attributes } });
    return { name, shape };
  }

  /** @returns its name */
  floats(name: string, shape: readonly number[], values: () => Float32Array): string {
    return this.#constant({ name, shape, dtype: 'float32', values });
  }

  number(name: string, value: number): string {
    return this.floats(name, [], () => Float32Array.of(value));
  }

  /** Shapes and lists of axes. */
  whole(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#constant({ name, shape, dtype: 'int32', values: () => Int32Array.from(values) });
  }

  #constant(constant: TfConstant): string {
    const { name, shape, dtype } = constant;
    if (!this.#constants.has(name)) {
      this.#constants.set(name, constant);
      const type = dtype === 'float32' ? FLOAT : INT;
      const tensor = { dtype: type['type'], tensorShape: { dim: shape.map((side) => ({ size: String(side) })) } };
      this.nodes.push({ name, op: 'Const', input: [], attr: { dtype: type, value: { tensor } } });
    }
    return name;
  }
}
