/**
 * The few messages of an ONNX file (onnx/onnx.proto3; numbers are those of its fields), as protocol buffers. Weights
 * are handed through piece by piece: a message is written around them, not a copy of them.
 */
import { PbfWriter } from 'pbf';

/** Operator set and, of the same age (ONNX 1.12), version of the file format. */
export const OPSET = 17;
export const IR_VERSION = 8;

/** Numbers are whole ones. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A float32 input or output; a side that is text may have any length. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly version: string;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

const FLOAT = 1;
const INT64 = 7;
/** Wire type of everything that begins with its length. */
const LENGTH_FIRST = 2;

/** The file in pieces. */
export function encodeOnnx(model: OnnxModel): readonly Uint8Array[] {
  const graph = graphPieces(model);
  const size = graph.reduce((sum, piece) => sum + piece.length, 0);
  const head = new PbfWriter();
  head.writeVarintField(1, IR_VERSION);
  head.writeStringField(2, 'Steadygaze');
  head.writeStringField(3, model.version);
  head.writeTag(7, LENGTH_FIRST);
  head.writeVarint(size);
  const tail = new PbfWriter();
  // The empty domain is that of ONNX itself.
  tail.writeMessage(8, (opset: number, pbf) => pbf.writeVarintField(2, opset), OPSET);
  for (const entry of Object.entries(model.metadata)) {
    const write = ([key, value]: [string, string], pbf: PbfWriter): void => {
      pbf.writeStringField(1, key);
      pbf.writeStringField(2, value);
    };
    tail.writeMessage(14, write, entry);
  }
  return [head.finish(), ...graph, tail.finish()];
}

function graphPieces({ name, nodes, tensors, inputs, outputs }: OnnxModel): Uint8Array[] {
  const head = new PbfWriter();
  for (const node of nodes) head.writeMessage(1, writeNode, node);
  head.writeStringField(2, name);
  const tail = new PbfWriter();
  for (const value of inputs) tail.writeMessage(11, writeValue, value);
  for (const value of outputs) tail.writeMessage(12, writeValue, value);
  return [head.finish(), ...tensors.flatMap(tensorPieces), tail.finish()];
}

function tensorPieces({ name, shape, data }: OnnxTensor): Uint8Array[] {
  const own = new PbfWriter();
  for (const side of shape) own.writeVarintField(1, side);
  own.writeVarintField(2, data instanceof Float32Array ? FLOAT : INT64);
  own.writeStringField(8, name);
  own.writeTag(9, LENGTH_FIRST);
  own.writeVarint(data.byteLength);
  const begin = own.finish();
  const around = new PbfWriter();
  around.writeTag(5, LENGTH_FIRST);
  around.writeVarint(begin.length + data.byteLength);
  // Little endian, as every platform that this program runs on.
  return [around.finish(), begin, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

function writeNode({ op, inputs, output, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, output);
  pbf.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute([name, value]: [string, OnnxAttribute], pbf: PbfWriter): void {
  const kind = { float: 1, int: 2, ints: 7 };
  pbf.writeStringField(1, name);
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, kind.int);
  } else if ('float' in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, kind.float);
  } else {
    for (const one of value) pbf.writeVarintField(8, one);
    pbf.writeVarintField(20, kind.ints);
  }
}

function writeValue({ name, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  // TypeProto { tensor_type { elem_type, shape { dim { dim_value | dim_param } } } }
  pbf.writeMessage(2, (sides, type) => type.writeMessage(1, writeTensorType, sides), shape);
}

function writeTensorType(shape: OnnxValue['shape'], pbf: PbfWriter): void {
  pbf.writeVarintField(1, FLOAT);
  const writeSide = (side: number | string, dim: PbfWriter): void => {
    if (typeof side === 'number') dim.writeVarintField(1, side);
    else dim.writeStringField(2, side);
  };
  const writeShape = (sides: OnnxValue['shape'], dims: PbfWriter): void => {
    for (const side of sides) dims.writeMessage(1, writeSide, side);
  };
  pbf.writeMessage(2, writeShape, shape);
}
