/**
 * A TensorFlow graph as the bytes of a `saved_model.pb`, which TensorFlow's C library loads.
 *
 * Of TensorFlow's protobuf messages (`tensorflow/core/framework/*.proto`, `core/protobuf/*.proto`) only the fields
 * that are written here are named, with their numbers there.
 */
// CommonJS: Node sees only a default export.
import protobuf from 'protobufjs';

const messages = `
  syntax = "proto3";
  message SavedModel { int64 schemaVersion = 1; repeated MetaGraph metaGraphs = 2; }
  message MetaGraph { MetaInfo metaInfo = 1; Graph graph = 2; map<string, Signature> signatures = 5; }
  message MetaInfo { repeated string tags = 4; }
  message Signature { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; }
  message TensorInfo { string name = 1; int32 dtype = 2; Shape shape = 3; }
  message Graph { repeated Node node = 1; Versions versions = 4; }
  message Versions { int32 producer = 1; }
  message Node { string name = 1; string op = 2; repeated string input = 3; map<string, Attr> attr = 5; }
  message Attr { Ints list = 1; bytes s = 2; int64 i = 3; int32 type = 6; Shape shape = 7; Tensor tensor = 8; }
  message Ints { repeated int64 i = 3; }
  message Shape { repeated Dim dim = 2; }
  message Dim { int64 size = 1; }
  message Tensor { int32 dtype = 1; Shape shape = 2; bytes content = 4; }`;

const SavedModel = protobuf.parse(messages).root.lookupType('SavedModel');

/** TensorFlow's numbers of data types. */
const dtypes = { float32: 1, int32: 3 } as const;
export type DType = keyof typeof dtypes;

/** `TF_GRAPH_DEF_VERSION` of mid-2024, by which TensorFlow knows under which rules a graph was written. */
const producer = 1882;

interface Shape {
  readonly dim: readonly { readonly size: number }[];
}

/** A value that an operation is configured with. */
export type Attr =
  | { readonly list: { readonly i: readonly number[] } }
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly type: number }
  | { readonly shape: Shape }
  | { readonly tensor: { readonly dtype: number; readonly shape: Shape; readonly content: Uint8Array } };

/** An operation, by the name and the attributes that TensorFlow's op registry knows it with. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes whose first output it takes. */
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, Attr>>;
}

/** Makes an operation's attributes. */
export const attr = {
  type: (dtype: DType): Attr => ({ type: dtypes[dtype] }),
  text: (text: string): Attr => ({ s: Buffer.from(text) }),
  integer: (value: number): Attr => ({ i: value }),
  integers: (values: readonly number[]): Attr => ({ list: { i: values } }),
  /** A side that is not known before it runs is -1. */
  shape: (shape: readonly number[]): Attr => ({ shape: shapeOf(shape) }),
  tensor: (shape: readonly number[], values: Float32Array | Int32Array): Attr => ({
    tensor: {
      dtype: dtypes[values instanceof Float32Array ? 'float32' : 'int32'],
      shape: shapeOf(shape),
      content: new Uint8Array(values.buffer, values.byteOffset, values.byteLength), // little-endian, as TensorFlow's
    },
  }),
};

function shapeOf(shape: readonly number[]): Shape {
  return { dim: shape.map((size) => ({ size })) };
}

/** @param input, outputs names of nodes, all float32 */
export function savedModel(
  nodes: readonly GraphNode[],
  input: string,
  outputs: readonly string[],
): Uint8Array {
  // tfjs reads the shape and does nothing with it.
  const info = (name: string) => ({ name: `${name}:0`, dtype: dtypes.float32, shape: {} });
  const metaGraph = {
    metaInfo: { tags: ['serve'] },
    graph: { node: nodes, versions: { producer } },
    signatures: {
      serving_default: {
        inputs: { input: info(input) },
        outputs: Object.fromEntries(outputs.map((output, i) => [`output${i}`, info(output)])),
      },
    },
  };
  return SavedModel.encode({ schemaVersion: 1, metaGraphs: [metaGraph] }).finish();
}
